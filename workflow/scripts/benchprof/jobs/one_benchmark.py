"""The item profile of one benchmark, without a run: a task, or a file of questions."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchprof.configuration import ItemProfile
from benchprof.configuration.model import Model
from benchprof.configuration.shorthand import written_out
from benchprof.errors import InputError
from benchprof.files import write_csv
from benchprof.importance.example import Question
from benchprof.importance.items import TrainItems
from benchprof.item_profile.items import Known
from benchprof.item_profile.job import Profiles, profile_benchmarks
from benchprof.item_profile.question import benchmark_questions, read_questions
from benchprof.item_profile.reading import Reading
from benchprof.jobs.item_profile import worths_of
from benchprof.models.preparation import prepare_model
from benchprof.models.prepared import PreparedModel
from benchprof.report.item_profiles import read_worths, worth_sentence
from benchprof.report.names import readable
from benchprof.sampling import sample
from benchprof.section import read_section
from benchprof.store import Store
from benchprof.tasks.benchmark import LmTask, TaskFile
from benchprof.tasks.source import task_source
from benchprof.threads import use_threads


@dataclass(frozen=True)
class OneBenchmark:
    """What is profiled.

    Attributes:
        benchmark: an lm-eval task, a task file (.yaml) or a JSON Lines file of questions.
        model: a shipped model, or a folder.
        read_from: `hidden_states` or `importance`.
        items: questions at most.
        train: train items of each ability.
        abilities: a shipped set, or a folder with a folder of items for each ability.
        store: of attributions and converted models.
        dtype: that the model is used in.
        seed: of the samples and the bootstrap.
        threads: that it uses.
        output: the CSV file of the shares, if one is wanted.
    """

    benchmark: str
    model: str
    read_from: str
    items: int
    train: int
    abilities: str
    store: Path
    dtype: str
    seed: int
    threads: int
    output: Path | None


def profile_one(options: OneBenchmark) -> None:
    """Profile one benchmark and print the shares of the abilities, the largest first.

    Args:
        options: what is profiled.

    Raises:
        InputError: the benchmark, the model or the abilities are not there, or faulty.
    """
    use_threads(options.threads)
    questions = _questions(options.benchmark, options.items, options.seed)
    files = _abilities(options.abilities)
    known = Known(
        *(
            TrainItems({name: own / f"{split}.jsonl" for name, own in files.items()}, seed, limit)
            for split, seed, limit in (
                ("train", options.seed, options.train),
                ("calibration", options.seed, ItemProfile().calibration),
            )
        )
    )
    name = Path(options.model).resolve().name
    model = _model(options.model, name, options.dtype)
    benchmark = Path(options.benchmark).stem
    store = Store(options.store)
    with tempfile.TemporaryDirectory() as folder:
        prepared = PreparedModel(Path(folder) / name, model.dtype, model.device)
        source = model.source.model_dump(exclude_none=True)
        prepare_model(source, prepared.folder, store, model.dtype)
        noted = Path("profile") / name / benchmark
        reading = Reading(prepared, [options.read_from], noted, store)
        profiles = profile_benchmarks(name, reading, known, {benchmark: questions}, options.seed)
    if options.output:
        write_csv(options.output, profiles.shares)
    print(_told(profiles, name))


def _told(profiles: Profiles, model: str) -> str:
    """The shares as a table, and their worth, if it was measured."""
    ranked = profiles.shares.sort_values("share", ascending=False, kind="stable").to_dict("records")
    lines = [f"{'Share':>6}  {'95% interval':<13}  Ability"]
    for row in ranked:
        ends = f"{row['share_low']:.2f} to {row['share_high']:.2f}"
        lines.append(f"{row['share']:>6.2f}  {ends:<13}  {readable(row['ability'])}")
    most = max(row["n_train"] for row in ranked)
    lines.append(f"{ranked[0]['n_items']} questions; up to {most} train items of each ability.")
    worth = read_worths({model: profiles.readers}, {model: worths_of(model)})
    lines += [worth_sentence(worth, name) for name in profiles.readers]
    return "\n".join(lines)


def _questions(benchmark: str, items: int, seed: int) -> list[Question]:
    if benchmark.endswith(".jsonl"):
        questions = read_questions(Path(benchmark))
        contents = [f"{own.prompt}\n{own.options}" for own in questions]
        return [questions[own] for own in sample(contents, items, seed)]
    is_file = benchmark.endswith((".yaml", ".yml"))
    asked = TaskFile(task_file=benchmark) if is_file else LmTask(task=benchmark)
    return benchmark_questions(task_source(asked), items, seed)


def _abilities(name: str) -> Mapping[str, Path]:
    """The folder of each ability's items."""
    if Path(name).is_dir():
        folders = {own.name: own for own in sorted(Path(name).iterdir()) if own.is_dir()}
        if not folders:
            raise InputError(name, "no folder in it", "a folder for each ability")
        return folders
    whole = written_out({"abilities": name}, "--abilities")
    return {own: Path(ability["items"]) for own, ability in whole["abilities"].items()}


def _model(given: str, name: str, dtype: str) -> Model:
    source = {"folder": given} if Path(given).is_dir() else {"model": given}
    value = {"source": source, "dtype": dtype, "device": "auto", "chat_template": False}
    whole = written_out({"models": {name: value}}, "--model")
    return read_section(Model, whole["models"][name], "--model")
