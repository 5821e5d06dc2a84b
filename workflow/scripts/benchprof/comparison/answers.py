"""What a model answers under the masks of all combinations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from benchprof.analysis.selectivity import answers_of
from benchprof.comparison.combination import FLIP, OTHERS, AskedItems, Combination
from benchprof.comparison.flips import answer_on_flips
from benchprof.comparison.table import CHANGES, ITEM
from benchprof.evaluation.assignment import Assignment
from benchprof.evaluation.intervention import Intervention
from benchprof.evaluation.job import evaluate_benchmarks
from benchprof.evaluation.record import read_record
from benchprof.evaluation.settings import ModelSettings
from benchprof.importance.example import Example
from benchprof.masks.mask import Mask
from benchprof.run.ablation import INTACT
from benchprof.run.configuration import AbilitySplit
from benchprof.store import Store
from benchprof.tasks.source import task_source


def answer(
    combinations: Sequence[Combination],
    masks: Mapping[str, Mask],
    model: ModelSettings,
    questions: AskedItems,
    examples: Mapping[Path | None, Sequence[Example]],
    seed: int,
    folder: Path,
    store: Store,
) -> None:
    """Have the model answer, loading it once for all combinations of one kind of ablation.

    Args:
        combinations: the combinations.
        masks: every mask, by `Combination.named`.
        model: the prepared model.
        questions: what it is asked.
        examples: what the means of units are over, by `Combination.background`.
        seed: of the samples.
        folder: of the records.
        store: has those that are there already.

    Raises:
        InputError: as `evaluate_benchmarks` and `answer_on_flips` raise it.
    """
    for name in dict.fromkeys(own.asked_with for own in combinations):
        alike = [own for own in combinations if own.asked_with == name]
        names = [own.named(mask) for own in alike for mask in (*own.masks, *own.controls)]
        of_alike = {name: masks[name] for name in names}
        assignments = [
            _assignment(ability, asked, alike, questions, folder)
            for ability in alike[0].abilities
            for asked in alike[0].asked(questions)
        ]
        method = alike[0].method
        if method == FLIP:
            answer_on_flips(model, assignments, seed, of_alike, store)
        else:
            intervention = Intervention(method, mean_over=examples[alike[0].background])
            evaluate_benchmarks(model, assignments, seed, of_alike, intervention, store)


def _assignment(
    ability: str,
    asked: str,
    combinations: Sequence[Combination],
    questions: AskedItems,
    folder: Path,
) -> Assignment:
    """What is asked of one ability's items, and under which masks."""
    limit = questions.other_items if asked == OTHERS else questions.items
    companion = asked if asked in questions.companions else None
    split = AbilitySplit(ability=ability, split=questions.split, companion=companion, limit=limit)  # type: ignore[arg-type]
    source = task_source(split, questions.files[ability], questions.exclude[ability])
    targets = {INTACT: _record(folder, combinations[0], ability, asked, INTACT)}
    for own in combinations:
        for mask in own.masks_for(ability, asked):
            targets[own.named(mask)] = _record(folder, own, ability, asked, own.named(mask))
    return Assignment(source, limit, targets)


def _record(folder: Path, own: Combination, ability: str, asked: str, name: str) -> Path:
    # Each kind of ablation has its own folder, by which the store notes the entries in use.
    return folder / f"answers-{own.asked_with}" / f"{ability}-{asked}" / f"{name}.json"


def item_changes(own: Combination, questions: AskedItems, folder: Path) -> pd.DataFrame:
    """What a combination's masks change in the answer to every item: the columns `CHANGES`."""
    parts = []
    for asked in own.asked(questions):
        kind = ITEM if asked == OTHERS else asked
        for test in own.abilities:
            record = read_record(_record(folder, own, test, asked, INTACT))
            intact = answers_of(record)
            for mask in own.masks_for(test, asked):
                named = _record(folder, own, test, asked, own.named(mask))
                ablated = answers_of(read_record(named))
                part = pd.DataFrame(
                    {
                        "item": record["items"]["index"],
                        "choice": ablated.choice - intact.choice,
                        "form": ablated.form - intact.form,
                    }
                )
                parts.append(
                    part.assign(test=test, asked=kind, ability=mask.ability, seed=mask.seed)
                )
    return pd.concat(parts, ignore_index=True)[CHANGES].astype({"seed": "Int64"})
