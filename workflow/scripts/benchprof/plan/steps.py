"""What each rule of one model takes: jobs, tokens, memory, disk and time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from benchprof.masks.size import entry_count
from benchprof.masks.super_set import most_entries, most_losses
from benchprof.plan import cost
from benchprof.plan.machine import Machine
from benchprof.plan.questions import QuestionCounts
from benchprof.plan.shape import Shape, architecture, model_shape
from benchprof.plan.workload import Workload
from benchprof.run import paths
from benchprof.run.ablation import LISTED
from benchprof.run.configuration import KnockOuts
from benchprof.run.jobs.calibration import CalibrateMasks, EvaluateCalibration
from benchprof.run.jobs.evaluation import (
    EvaluateBenchmark,
    EvaluateModel,
    Evaluation,
)
from benchprof.run.jobs.importance import ComputeImportance
from benchprof.run.jobs.job import Job, Size
from benchprof.run.jobs.masks import DrawControls, FindSuper, SelectMasks
from benchprof.run.jobs.models import CheckSizes, PrepareModel
from benchprof.run.jobs.replication import EvaluateHalves, SelectHalfMasks
from benchprof.run.run import Run


@dataclass(frozen=True)
class Step:
    """One rule's jobs for one model; None where there is nothing of a kind.

    Attributes:
        rule: its name, with the selection where it has one.
        jobs: how many; they may run side by side.
        tokens: that the model reads and writes, all jobs together.
        memory: peak bytes of one job on each of its GPUs, or on the host if it has none.
        asked: bytes of the host's memory that one job asks a cluster for.
        disk: bytes written, all jobs together.
        seconds: of a GPU (or of the host where there is none), all jobs together.
    """

    rule: str
    jobs: int
    tokens: int | None = None
    memory: tuple[int, ...] | None = None
    asked: int | None = None
    disk: int | None = None
    seconds: float | None = None


def _evaluations(run: Run) -> Sequence[Evaluation]:
    """The jobs of the evaluation stage: a job is a model's or a benchmark's."""
    return [*EvaluateBenchmark.all_of(run), *EvaluateModel.all_of(run)]


def mask_sizes(run: Run, shape: Shape) -> dict[str, int]:
    """Entries of a mask by each k that is a number, or a candidate for the calibrated one.

    Where masks are listed there is one, and all lists are equally long.
    """
    if run.lists:
        by_layer = next(iter(run.lists.values()))
        return {LISTED: sum(map(len, by_layer.values()))}
    of_model = run.configuration.fraction_of == "model"
    if shape.units is not None:
        whole = shape.units.whole if of_model else shape.units.scope
    else:
        whole = shape.parameters if of_model else shape.scope_size
    return {k: entry_count(k, whole, run.configuration.unit) for k in run.selected_ks}


def _size(shape: Shape, on: Machine) -> Size:
    """How large a model is, as its jobs ask."""
    return Size(shape.parameters, shape.scope_size, shape.itemsize, on.gpu)


def configured_shape(run: Run, model: str, on: Machine) -> Shape:
    """The shape of a model as a run uses it.

    Raises:
        InputError: its architecture is not known, or has nothing in scope.
    """
    own = run.configuration.models[model]
    return model_shape(
        architecture(model, own.source, paths.model(model)),
        own.dtype,
        run.scope,
        own.gpus if on.gpu else 1,
    )


def model_steps(run: Run, model: str, shape: Shape, load: Workload, on: Machine) -> list[Step]:
    """Every rule that has to do with one model, in the order in which they run."""
    size = _size(shape, on)
    counts = mask_sizes(run, shape)

    def host(job: Job) -> int:
        return round(job.memory(size))

    importance = replace(
        _importance(run, model, shape, load, on), asked=host(ComputeImportance(run, model))
    )
    steps = [
        Step(PrepareModel.rule, 1, asked=host(PrepareModel(run, model)), disk=shape.weight_bytes),
        Step(CheckSizes.rule, 1, asked=host(CheckSizes(run, model))),
    ]
    if not run.lists:
        steps.append(importance)
    if load.neutral is not None:
        steps.append(_super(FindSuper(run, model), shape, load.neutral, on))
    for selection in run.selections:
        for job, masks in (
            (SelectMasks(run, model, selection), run.masks),
            (DrawControls(run, model, selection), run.controls),
        ):
            written = cost.INDEX * sum(counts[own.k] for own in masks(selection, run.selected_ks))
            if written:
                steps.append(Step(f"{job.rule} {selection}", 1, asked=host(job), disk=written))
    if run.replicates:
        steps += _halves(run, model, importance, shape, counts, load, on)
    if run.candidate_ks:
        steps += _calibrations(run, model, shape, counts, load, on)
    questions = list(load.questions.values())
    answered = [job for job in _evaluations(run) if job.model == model]
    return [*steps, _answers(answered[0], len(answered), shape, questions, on)]


def _importance(run: Run, model: str, shape: Shape, load: Workload, on: Machine) -> Step:
    importance = run.configuration.importance
    if shape.units is not None:
        groups = importance.knocked_out
        return _knock_outs(shape, load, groups, on) if groups else _attributions(shape, load, on)
    on_host = on.gpu and run.configuration.models[model].scores_on_host
    memory = tuple(
        cost.importance_memory(
            own, load.examples, importance.score, importance.against, on_host, on
        )
        for own in shape.by_gpu
    )
    written = cost.SCORE * shape.scope_size * load.abilities
    seconds = cost.importance_seconds(shape, load.examples, importance.score, on_host, on)
    return _scoring(shape, load.examples.tokens, memory, written, seconds, on)


def _attributions(shape: Shape, load: Workload, on: Machine) -> Step:
    """The importance of units: what is written is each example's attributions."""
    assert shape.units is not None
    memory = tuple(cost.attribution_memory(own, load.examples, on) for own in shape.by_gpu)
    written = cost.ATTRIBUTION * shape.units.attributed * load.examples.number
    seconds = cost.attribution_seconds(shape, load.examples, on)
    return _scoring(shape, load.examples.tokens, memory, written, seconds, on)


def _knock_outs(shape: Shape, load: Workload, groups: KnockOuts, on: Machine) -> Step:
    """The importance of units that are knocked out: each group's losses of all examples."""
    states, own = groups.groups + 1, load.examples
    read = QuestionCounts(own.number, own.tokens, 0, own.longest)
    memory = tuple(cost.evaluation_memory(part, [read], False, 0, on) for part in shape.by_gpu)
    written = cost.LOSS * states * own.number
    seconds = cost.knock_out_seconds(shape, own, groups.groups, on)
    return _scoring(shape, states * own.tokens, memory, written, seconds, on)


def _scoring(
    shape: Shape, tokens: int, memory: tuple[int, ...], written: int, seconds: float, on: Machine
) -> Step:
    """A step of importance, with the time to load the model and to write the scores."""
    seconds += (shape.weight_bytes + written) / on.storage
    return Step(ComputeImportance.rule, 1, tokens, memory, disk=written, seconds=seconds)


def _super(job: FindSuper, shape: Shape, text: QuestionCounts, on: Machine) -> Step:
    """The super set: the neutral text under as many ablations as a search may try."""
    scored = shape.scope_size if shape.units is None else shape.units.scope
    losses = most_losses(most_entries(scored))
    size = _size(shape, on)
    memory = tuple(cost.evaluation_memory(own, [text], False, 0, on) for own in shape.by_gpu)
    seconds = cost.evaluation_seconds(shape, text, losses, on) + shape.weight_bytes / on.storage
    asked = round(job.memory(size))
    return Step(job.rule, 1, losses * text.read, memory, asked, seconds=seconds)


def _halves(
    run: Run,
    model: str,
    importance: Step,
    shape: Shape,
    counts: Mapping[str, int],
    load: Workload,
    on: Machine,
) -> list[Step]:
    """The masks of either half of the train items, and the own tests under them.

    Both halves together are as many items as `importance` scores. Of importance files those of
    one half lie on the disk, until its masks are drawn.
    """
    drawn = SelectHalfMasks(run, model)
    written = cost.INDEX * sum(counts[own.k] for own in drawn.masks)
    questions = [load.questions[name] for name in run.suite.own_tests.values()]
    answered = EvaluateHalves(run, model, next(iter(run.suite.own_tests)))
    if shape.units is not None:
        # From the attributions or the losses, which are in the store.
        scored = Step(drawn.rule, 1, asked=importance.asked, disk=written)
    else:
        scored = replace(importance, rule=drawn.rule, disk=(importance.disk or 0) + written)
    return [
        scored,
        _answers(answered, len(questions), shape, questions, on),
    ]


def _calibrations(
    run: Run, model: str, shape: Shape, counts: Mapping[str, int], load: Workload, on: Machine
) -> list[Step]:
    job = EvaluateCalibration(run, model, run.abilities[0])
    largest = max(counts[k] for k in run.candidate_ks)
    chosen = CalibrateMasks(run, model, run.selections[0])
    return [
        _answers(job, len(run.abilities), shape, load.calibration, on),
        Step(
            chosen.rule,
            len(run.selections),
            asked=round(chosen.memory(chosen.size)),
            disk=cost.INDEX * largest * len(chosen.calibrated) * len(run.selections),
        ),
    ]


def _answers(
    job: Evaluation,
    jobs: int,
    shape: Shape,
    questions: Sequence[QuestionCounts],
    on: Machine,
) -> Step:
    """A rule that has the intact and the ablated models answer questions.

    Args:
        job: one of its jobs, which all have as many ablations.
        jobs: how many.
        shape: of the model.
        questions: of each benchmark whose size is known.
        on: where it runs.
    """
    # `core` is the same mask for all abilities, and evaluated once; the intact model has answered
    # an ability's own test before those of halves do.
    masks = {
        replace(own, ability="") if own.selection == "core" and not own.is_control else own
        for own in job.ablations
    }
    states = len(masks) + (not isinstance(job, EvaluateHalves))
    size = _size(shape, on)
    copied = job.kept_in is not None
    entries = round(job.entries([own.k for own in job.ablations], size))
    memory = tuple(
        cost.evaluation_memory(own, questions, copied, entries, on) for own in shape.by_gpu
    )
    answering = sum(cost.evaluation_seconds(shape, q, states, on) for q in questions)
    return Step(
        job.rule,
        jobs,
        states * sum(q.read + q.written for q in questions),
        memory,
        round(job.memory(size)),
        seconds=answering + jobs * shape.weight_bytes / on.storage,
    )
