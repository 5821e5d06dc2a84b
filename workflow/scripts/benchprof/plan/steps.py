"""What each rule of one model takes: jobs, tokens, memory, disk and time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchprof.abilities.item import SPLITS, read_items
from benchprof.configuration import CALIBRATED, candidates, check_exclusion, fraction_name
from benchprof.masks.size import entry_count
from benchprof.plan import cost
from benchprof.plan.machine import Machine
from benchprof.plan.shape import Shape
from benchprof.plan.workload import (
    Examples,
    Questions,
    benchmark_questions,
    calibration_questions,
    diagnostic_examples,
    total,
)


@dataclass(frozen=True)
class Step:
    """One rule's jobs for one model; None where there is nothing of a kind.

    Attributes:
        rule: its name, with the selection where it has one.
        jobs: how many; they may run side by side.
        tokens: that the model reads and writes, all jobs together.
        gpu_memory: peak bytes of one job, on all of its GPUs together.
        host_memory: peak bytes of one job.
        disk: bytes written, all jobs together.
        seconds: of a GPU (or of the host where there is none), all jobs together.
    """

    rule: str
    jobs: int
    tokens: int | None = None
    gpu_memory: int | None = None
    host_memory: int | None = None
    disk: int | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Workload:
    """What the configuration asks of every model."""

    abilities: int
    examples: Examples
    questions: Mapping[str, Questions]
    unknown: tuple[str, ...]
    """Benchmarks whose size is not known: they are not counted."""
    calibration: tuple[Questions, ...]
    """Each ability's calibration items, where a k is calibrated."""


def workload(config: Mapping[str, Any], characters: float) -> Workload:
    """Count the examples and questions of a configuration, at so many characters per token.

    Raises:
        InputError: items are missing or faulty, or all of a split are excluded.
    """
    abilities, importance = config["abilities"], config["importance"]
    for name, ability in abilities.items():
        check_exclusion(
            ability.get("exclude", []),
            {s: [i.id for i in read_items(Path(ability["items"], f"{s}.jsonl"))] for s in SPLITS},
            f"abilities.{name}.exclude",
            Path(ability["items"]),
        )
    sets = [(Path(a["items"]), a.get("exclude", [])) for a in abilities.values()]
    if background := config["selections"].get("specific", {}).get("background"):
        sets.append((Path(background), []))
    examples = [
        diagnostic_examples(
            folder / "train.jsonl",
            excluded,
            importance.get("limit"),
            importance["loss_on"],
            importance.get("twins", False),
            characters,
        )
        for folder, excluded in sets
    ]
    questions = {}
    for name, benchmark in config["benchmarks"].items():
        items, excluded = None, []
        if "ability" in benchmark:
            ability = abilities[benchmark["ability"]]
            items = Path(ability["items"], f"{benchmark['split']}.jsonl")
            excluded = ability.get("exclude", [])
        questions[name] = benchmark_questions(name, benchmark, items, excluded, characters)
    known = {name: own for name, own in questions.items() if own is not None}
    unknown = tuple(sorted(questions.keys() - known))
    return Workload(len(sets), total(examples), known, unknown, _calibration(config, characters))


def _calibration(config: Mapping[str, Any], characters: float) -> tuple[Questions, ...]:
    if not candidates(config):
        return ()
    limit = config["calibration"]["items"]
    return tuple(
        calibration_questions(
            Path(ability["items"], "calibration.jsonl"),
            ability.get("exclude", []),
            limit,
            characters,
        )
        for ability in config["abilities"].values()
    )


def mask_sizes(config: Mapping[str, Any], shape: Shape) -> dict[str, int]:
    """Entries of a mask by each k that is a number, or a candidate for the calibrated one."""
    of_model = config.get("fraction_of", "model") == "model"
    whole = shape.parameters if of_model else shape.scope_size
    numbers = [fraction_name(f) for f in config["fractions"] if f != CALIBRATED]
    return {k: entry_count(k, whole) for k in dict.fromkeys(numbers + candidates(config))}


def model_steps(
    config: Mapping[str, Any], model: Mapping[str, Any], shape: Shape, load: Workload, on: Machine
) -> list[Step]:
    """Every rule that has to do with one model, in the order in which they run."""
    sizes = mask_sizes(config, shape)
    counts = list(sizes.values())
    tried = [sizes[k] for k in candidates(config)]
    steps = [
        Step("prepare_model", 1, host_memory=cost.HOST, disk=shape.weight_bytes),
        Step("check_sizes", 1, host_memory=cost.HOST),
        _importance(config, model, shape, load, on),
    ]
    for selection, settings in config["selections"].items():
        steps += [
            _selection(
                selection, settings, shape, counts, load.abilities, len(config["abilities"])
            ),
            _controls(config, selection, shape, counts),
        ]
    if config["importance"].get("halves"):
        numbers = [sizes[fraction_name(f)] for f in config["fractions"] if f != CALIBRATED]
        steps += _halves(config, steps[2], shape, numbers, load, on)
    if tried:
        steps += _calibrations(config, shape, tried, load, on)
    # A calibrated k as the largest that it may be.
    largest = {CALIBRATED: max(tried)} if tried else {}
    shown = [(sizes | largest)[fraction_name(f)] for f in config["fractions"]]
    return [step for step in steps if step.jobs] + [_evaluation(config, shape, shown, load, on)]


def _importance(
    config: Mapping[str, Any], model: Mapping[str, Any], shape: Shape, load: Workload, on: Machine
) -> Step:
    settings = config["importance"]
    score, twins = settings["score"], settings.get("twins", False)
    on_host = on.gpu and model.get("scores_on_host", False)
    gpu, host = cost.importance_memory(shape, load.examples, score, twins, on_host, on)
    written = cost.SCORE * shape.scope_size * load.abilities
    seconds = cost.importance_seconds(shape, load.examples, score, on_host, on)
    seconds += (shape.weight_bytes + written) / on.storage
    return Step("compute_importance", 1, load.examples.tokens, gpu or None, host, written, seconds)


def _selection(
    selection: str,
    settings: Mapping[str, Any],
    shape: Shape,
    counts: Sequence[int],
    importances: int,
    abilities: int,
) -> Step:
    host = cost.selection_memory(shape, selection, settings, counts, importances)
    written = cost.INDEX * sum(counts) * abilities
    return Step(f"select_masks {selection}", 1, host_memory=host, disk=written)


def _controls(
    config: Mapping[str, Any], selection: str, shape: Shape, counts: Sequence[int]
) -> Step:
    drawn = _controls_of_a_mask(config)
    return Step(
        f"draw_controls {selection}",
        1 if drawn else 0,
        host_memory=cost.control_memory(shape, counts),
        disk=cost.INDEX * sum(counts) * drawn,
    )


def _evaluation(
    config: Mapping[str, Any], shape: Shape, counts: Sequence[int], load: Workload, on: Machine
) -> Step:
    copied = config.get("ablation_of", "mask") == "complement"
    drawn, jobs = _controls_of_a_mask(config), len(config["benchmarks"])
    questions = list(load.questions.values())
    return _answers("evaluate_benchmark", jobs, config, shape, counts, drawn, questions, copied, on)


def _halves(
    config: Mapping[str, Any],
    importance: Step,
    shape: Shape,
    counts: Sequence[int],
    load: Workload,
    on: Machine,
) -> list[Step]:
    """The masks of either half of the train items, and the own tests under them.

    Both halves together are as many items as `importance` scores. Of importance files those of
    one half lie on the disk, until its masks are drawn.
    """
    benchmarks = config["benchmarks"].items()
    tests = {b["ability"]: name for name, b in reversed(benchmarks)
             if b.get("split") == "test" and not b.get("twins")}  # fmt: skip
    questions = [load.questions[name] for name in tests.values()]
    if not questions or not counts:
        return []
    of_ability = 2 * len(config["selections"])
    written = cost.INDEX * sum(counts) * of_ability * len(config["abilities"])
    states = of_ability * len(counts)
    gpu, host = cost.evaluation_memory(shape, questions, of_ability * sum(counts), False, on)
    loading = shape.weight_bytes / on.storage
    return [
        replace(importance, rule="select_half_masks", disk=(importance.disk or 0) + written),
        Step(
            "evaluate_halves",
            len(questions),
            states * sum(q.read + q.written for q in questions),
            gpu or None,
            host,
            seconds=sum(cost.evaluation_seconds(shape, q, states, on) + loading for q in questions),
        ),
    ]


def _calibrations(
    config: Mapping[str, Any], shape: Shape, counts: Sequence[int], load: Workload, on: Machine
) -> list[Step]:
    abilities, drawn = len(config["abilities"]), _controls_of_a_mask(config)
    # An ability's items are answered under its own controls or those matched to all.
    seeds = len(config["controls"]["random"]["seeds"])
    questions = load.calibration
    masks = len(config["selections"]) * (abilities + drawn)
    return [
        _answers(
            "evaluate_calibration", abilities, config, shape, counts, seeds, questions, False, on
        ),
        Step(
            "calibrate_masks",
            len(config["selections"]),
            host_memory=cost.HOST,
            disk=cost.INDEX * max(counts) * masks,
        ),
    ]


def _answers(
    rule: str,
    jobs: int,
    config: Mapping[str, Any],
    shape: Shape,
    counts: Sequence[int],
    drawn: int,
    questions: Sequence[Questions],
    copied: bool,
    on: Machine,
) -> Step:
    """A rule that has the intact and the ablated models answer questions.

    Args:
        rule: its name.
        jobs: how many.
        config: the configuration.
        shape: of the model.
        counts: entries of a mask at each k.
        drawn: random controls of one selection and k.
        questions: of each job whose size is known.
        copied: whether all but the masks is ablated.
        on: where it runs.
    """
    abilities = len(config["abilities"])
    # `core` is the same mask for all abilities, and evaluated once.
    masks = sum(drawn + (1 if s == "core" else abilities) for s in config["selections"])
    files = (drawn + abilities) * len(config["selections"])
    states = 1 + masks * len(counts)
    gpu, host = cost.evaluation_memory(shape, questions, files * sum(counts), copied, on)
    loading = shape.weight_bytes / on.storage
    return Step(
        rule,
        jobs,
        states * sum(q.read + q.written for q in questions),
        gpu or None,
        host,
        seconds=sum(cost.evaluation_seconds(shape, q, states, on) + loading for q in questions),
    )


def _controls_of_a_mask(config: Mapping[str, Any]) -> int:
    """Random controls of one selection and k."""
    random = config["controls"]["random"]
    each = random["matched_to"] == "each_ability"
    return len(random["seeds"]) * (len(config["abilities"]) if each else 1)
