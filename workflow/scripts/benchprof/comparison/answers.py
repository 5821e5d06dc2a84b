"""What a model answers under the masks of all combinations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from benchprof.analysis.selectivity import ITEM, Answers, MaskOwner, answers_of, selectivity_table
from benchprof.comparison.tried import OTHERS, Questions, Tried
from benchprof.evaluation.job import Assignment, evaluate_benchmarks
from benchprof.evaluation.record import INTACT, read_record
from benchprof.evaluation.settings import ModelSettings
from benchprof.masks.mask import Mask
from benchprof.profile.settings import Settings
from benchprof.run.configuration import AbilitySplit
from benchprof.store import Store
from benchprof.tasks.source import task_source


def answer(
    tried: Sequence[Tried],
    masks: Mapping[str, Mask],
    model: ModelSettings,
    questions: Questions,
    seed: int,
    folder: Path,
    store: Store,
) -> None:
    """Have the model answer, loading it once for all combinations of one kind of ablation."""
    methods = {str(own.method): own.method for own in tried}
    for name, method in methods.items():
        alike = [own for own in tried if str(own.method) == name]
        assignments = [
            _assignment(ability, asked, alike, questions, folder)
            for ability in alike[0].abilities
            for asked in (ITEM, OTHERS, *questions.companions)
        ]
        evaluate_benchmarks(model, assignments, seed, masks, method, store)


def _assignment(
    ability: str, asked: str, tried: Sequence[Tried], questions: Questions, folder: Path
) -> Assignment:
    """What is asked of one ability's items, and under which masks."""
    limit = questions.other_items if asked == OTHERS else questions.items
    companion = asked if asked in questions.companions else None
    split = AbilitySplit(ability=ability, split=questions.split, companion=companion, limit=limit)  # type: ignore[arg-type]
    source = task_source(split, questions.files[ability], questions.exclude[ability])
    targets = {INTACT: _record(folder, ability, asked, INTACT)}
    for own in tried:
        for mask in own.masks_for(ability, asked):
            targets[own.named(mask)] = _record(folder, ability, asked, own.named(mask))
    return Assignment(source, limit, targets)


def _record(folder: Path, ability: str, asked: str, name: str) -> Path:
    return folder / "answers" / asked / ability / f"{name}.json"


def selectivity(own: Tried, questions: Questions, settings: Settings, folder: Path) -> pd.DataFrame:
    """The answers under a combination's masks, as the rows of `selectivity_table`."""
    parts = []
    for asked in (ITEM, OTHERS, *questions.companions):
        intact: dict[str, Answers] = {}
        ablated: dict[str, dict[MaskOwner, Answers]] = {}
        for ability in own.abilities:
            intact[ability] = _answers(folder, ability, asked, INTACT)
            ablated[ability] = {
                (mask.ability, mask.seed): _answers(folder, ability, asked, own.named(mask))
                for mask in own.masks_for(ability, asked)
            }
        kind = ITEM if asked == OTHERS else asked
        parts.append(selectivity_table(intact, ablated, settings, kind))
    return pd.concat(parts, ignore_index=True)


def _answers(folder: Path, ability: str, asked: str, name: str) -> Answers:
    return answers_of(read_record(_record(folder, ability, asked, name)))
