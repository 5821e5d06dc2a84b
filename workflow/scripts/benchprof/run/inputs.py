"""The files that a configuration names, checked before anything is computed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from benchprof.abilities.item import (
    SPLITS,
    check_control_items,
    read_items,
)
from benchprof.ablation import CALIBRATED
from benchprof.configuration import Folder
from benchprof.errors import InputError, did_you_mean
from benchprof.jsonl import read_objects
from benchprof.models.folder import check_model_folder
from benchprof.profile.criteria import MIN_ITEMS
from benchprof.run.item_fields import check_fields
from benchprof.run.run import Run
from benchprof.run.suite import own_files
from benchprof.sandbox.sandbox import Sandbox
from benchprof.tasks.benchmark import AbilitySplit, LmTask, TaskFile
from benchprof.tasks.catalogue import check_single_tasks, check_tasks
from benchprof.tasks.columns import columns_of
from benchprof.tasks.definition import check_local_files


def check_inputs(run: Run) -> None:
    """Stop at the first fault of the files that a configuration names.

    Raises:
        InputError: names the file or the key, what was found and what to do.
    """
    check_exclusions(run)
    if CALIBRATED in run.mask_fractions:
        left = {
            ability: len(run.item_ids(ability, "calibration"))
            - len(run.excluded(ability, "calibration"))
            for ability in run.abilities
        }
        check_calibration_items(left, run.source)
    for name in run.benchmarks:
        _check_benchmark(run, name)
    named = {
        f"{run.source}, benchmarks.{name}.task": benchmark
        for name, benchmark in run.configuration.benchmarks.items()
        if isinstance(benchmark, LmTask)
    }
    check_tasks({where: own.task for where, own in named.items()})
    check_single_tasks({where: own.task for where, own in named.items() if own.data})
    _check_scored(run)
    _check_halved(run)
    for model in run.configuration.models.values():
        if isinstance(model.source, Folder):
            check_model_folder(Path(model.source.folder))


def _check_scored(run: Run) -> None:
    """Stop where a train item lacks the control item that its score asks for."""
    if kind := run.configuration.importance.against:
        for ability in run.abilities:
            _check_kept(run, ability, "train", kind, "importance.against")


def _check_halved(run: Run) -> None:
    """Stop where an ability has a single train item to make halves of."""
    for ability in run.abilities if run.configuration.importance.halves else ():
        if len(run.item_ids(ability, "train")) - len(run.train_excluded[ability]) < 2:
            found = f"fewer than two train items of {ability} to make halves of"
            remedy = "Add items, or set `halves` under `importance` to false."
            raise InputError(run.items(ability, "train"), found, "two or more", remedy)


def _check_benchmark(run: Run, name: str) -> None:
    benchmark, definition = run.configuration.benchmarks[name], run.suite.definition(name)
    check_local_files(run.suite.local_files(name), definition.subtask if definition else None)
    if definition and definition.kind == "program":
        Sandbox(unsafe=run.configuration.run_code_unsafely)
    if isinstance(benchmark, AbilitySplit) and benchmark.control_item is not None:
        _check_control_items(run, name, benchmark, benchmark.control_item)
    if isinstance(benchmark, TaskFile) and not Path(benchmark.task_file).is_file():
        raise InputError(benchmark.task_file, "no such file", "an lm-eval task file")
    for path in own_files(benchmark):
        if path.suffix == ".jsonl":
            columns_of(list(read_objects(path, "benchmark items")))
            if isinstance(benchmark, TaskFile):
                check_fields(Path(benchmark.task_file), path)


def _check_control_items(run: Run, name: str, benchmark: AbilitySplit, kind: str) -> None:
    """Stop where an item lacks its control item, or a test's control items stand alone."""
    where, ability = f"benchmarks.{name}", benchmark.ability
    _check_kept(run, ability, benchmark.split, kind, f"{where}.control_item")
    asked_as = run.suite.control_items.get(kind, {}).get(ability)
    if benchmark.split != "test" or asked_as == name:
        return
    if ability not in run.suite.held_out_test_of:
        found = f"{kind}s of {ability}'s test items, but no benchmark of these items"
        expected = f"a second benchmark with the same keys except `control_item: {kind}`"
        remedy = "Add it: the analysis compares each control item with its item."
        raise InputError(where, found, expected, remedy)
    if asked_as is not None and run.configuration.benchmarks[asked_as] == benchmark:
        raise InputError(
            where, f"the same as {asked_as}", "each kind of control item once", "Remove one."
        )
    # Only the limit is left to differ.
    own = run.suite.held_out_test_of[ability]
    limit = run.configuration.benchmarks[own].limit
    remedy = "The analysis compares each control item with its item: give both the same limit."
    found, expected = (f"limit {number or 'left out'}" for number in (benchmark.limit, limit))
    raise InputError(where, found, f"{expected}, as {own} has it", remedy)


def _check_kept(run: Run, ability: str, split: str, kind: str, key: str) -> None:
    """Stop where an item that is not left out lacks the control item which `key` asks for."""
    path, rejected = run.items(ability, split), run.excluded(ability, split)
    items = [item for item in read_items(path) if item.id not in rejected]
    check_control_items(path, items, kind, key)


def check_exclusions(run: Run) -> None:
    """Stop where a list of rejected items names an unknown one or leaves nothing of a split.

    Raises:
        InputError: names the file, the key and the id, or the split.
    """
    for name, ability in run.configuration.abilities.items():
        check_exclusion(
            ability.exclude,
            {split: run.item_ids(name, split) for split in SPLITS},
            f"{run.source}, abilities.{name}.exclude",
            Path(ability.items),
        )


def check_exclusion(
    excluded: Collection[str], ids: Mapping[str, Collection[str]], where: str, folder: Path
) -> None:
    """Stop where a list of rejected items names an unknown one or leaves nothing of a split.

    Args:
        excluded: ids of rejected items.
        ids: the ids of the ability's items by split.
        where: file and key of the list, for messages.
        folder: of the items, for messages.

    Raises:
        InputError: names the file, the key and the first id that no item has, or the empty split.
    """
    known = {item for own in ids.values() for item in own}
    for item in excluded:
        if item not in known:
            remedy = did_you_mean(item, known, "Remove it or check the spelling.")
            raise InputError(where, f"no item has the id {item!r}", f"ids in {folder}", remedy)
    for split, own in ids.items():
        if set(own) <= set(excluded):
            found = f"all {len(own)} {split} items are excluded"
            raise InputError(where, found, "a list that leaves some", "Write new items first.")


def check_calibration_items(counts: Mapping[str, int], source: str) -> None:
    """Stop where a calibration split is too small to choose the mask fraction on.

    Args:
        counts: how many calibration items are left of each ability.
        source: the configuration's file, for messages.

    Raises:
        InputError: names the ability.
    """
    for ability, count in counts.items():
        if count < MIN_ITEMS:
            raise InputError(
                f"{source}, abilities.{ability}",
                f"{count} calibration items, and `mask_fractions` has {CALIBRATED!r}",
                f"{MIN_ITEMS} or more",
                "Add items to its calibration.jsonl, or write a number in `mask_fractions`.",
            )
