"""One job: every combination's masks for one model, and what they do to the abilities' items."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from benchprof.abilities.item import kinds_of, read_items
from benchprof.analysis.effects import FROM_READING, effects_table
from benchprof.analysis.job import write_table
from benchprof.analysis.selectivity import ITEM, Answers, MaskOwner, answers_of, selectivity_table
from benchprof.comparison.chart import draw_combinations
from benchprof.comparison.table import COLUMNS, summary_row
from benchprof.evaluation.job import Assignment, evaluate_benchmarks
from benchprof.evaluation.record import INTACT, read_record
from benchprof.evaluation.settings import ModelSettings
from benchprof.importance.job import compute_importance
from benchprof.importance.levels import level_examples
from benchprof.importance.scoring import Scoring
from benchprof.masks.ablation import Method
from benchprof.masks.job import Classes, control_classes, draw_controls
from benchprof.masks.mask import Mask, read_masks
from benchprof.models.units import WEIGHT
from benchprof.profile.settings import Settings
from benchprof.replication.masks import select_from
from benchprof.run.ablation import ALL_ABILITIES, Ablation
from benchprof.run.configuration import AbilitySplit
from benchprof.store import Store
from benchprof.tasks.source import task_source

logger = logging.getLogger(__name__)
OTHERS = "others"
"""Beside the kinds of `ASKED`: the few items that the other abilities' masks are tried on."""


@dataclass(frozen=True)
class Tried:
    """A combination: a way to make masks and to ablate them.

    Attributes:
        name: of the combination.
        scoring: how units or weights are scored.
        items: each ability's file of train items, and the background's where there is one.
        exclude: each one's ids of items that are left out.
        limit: train items of each at most.
        selection: the rule that selects.
        settings: of the selection, as configured.
        k: the share that a mask holds, as file names have it.
        fraction_of: what k is a share of.
        method: what becomes of a mask's entries.
        abilities: whose masks are made.
        seeds: of the random masks, which are matched to the abilities' masks on average.
    """

    name: str
    scoring: Scoring
    items: Mapping[str, Path]
    exclude: Mapping[str, Collection[str]]
    limit: int | None
    selection: str
    settings: Mapping[str, Any]
    k: str
    fraction_of: str
    method: Method
    abilities: Sequence[str]
    seeds: Sequence[int]

    @cached_property
    def masks(self) -> list[Ablation]:
        """The abilities' masks."""
        return [Ablation(ability, self.selection, self.k) for ability in self.abilities]

    @cached_property
    def controls(self) -> list[Ablation]:
        """The random masks."""
        return [Ablation(ALL_ABILITIES, self.selection, self.k, seed) for seed in self.seeds]

    def named(self, ablation: Ablation) -> str:
        """The name of an ablation among those of all combinations."""
        return f"{self.name}.{ablation.name}"


@dataclass(frozen=True)
class Questions:
    """The items that masks are tried on.

    Attributes:
        split: calibration or test.
        items: of an ability, under its own mask and the random ones.
        other_items: of the same sample, under each other ability's mask.
        files: each ability's file of the split.
        exclude: each ability's ids of items that are left out.
    """

    split: str
    items: int
    other_items: int
    files: Mapping[str, Path]
    exclude: Mapping[str, Collection[str]]

    @cached_property
    def companions(self) -> list[str]:
        """Kinds of companion that every item has, on which the ability has nothing to do."""
        items = [item for path in self.files.values() for item in read_items(path)]
        return [kind for kind in kinds_of(items) if kind in FROM_READING]


def compare_combinations(
    tried: Sequence[Tried],
    model: ModelSettings,
    questions: Questions,
    seed: int,
    settings: Settings,
    folder: Path,
    tables: Mapping[str, Path],
    figures: Sequence[Path],
    store: Store,
) -> None:
    """Write what every combination's masks do.

    Importance, masks and answers lie in `folder`; what takes long is in the store, so that a job
    that was stopped goes on where it was.

    Args:
        tried: the combinations.
        model: the prepared model, as it answers.
        questions: what it is asked.
        seed: of samples.
        settings: of the intervals of form.
        folder: for all files beside the tables.
        tables: `summary`, a row for each combination, as `summary_row` says; `effects`, the rows
            of `effects_table`; `selectivity`, those of `selectivity_table`.
        figures: PNG and SVG of the summary.
        store: the store.

    Raises:
        InputError: as the jobs of importance, masks and evaluation raise it.
    """
    masks: dict[str, Mask] = {}
    classes: dict[tuple[object, ...], Classes] = {}
    for own in tried:
        logger.info("masks of %s", own.name)
        place = folder / own.name
        made = _masks(own, model, seed, place, store)
        if own.controls:
            scored = own.scoring
            kind = (scored.unit, scored.scope, tuple(scored.layers or ()))
            # Once for all combinations of a kind of unit: it takes as long as some masks' answers.
            classes[kind] = classes.get(kind) or _classes(own, model, seed)
            controls = {mask: place / "masks" / f"{mask.name}.safetensors" for mask in own.controls}
            draw_controls(classes[kind], made, controls)
            made |= controls
        masks |= {own.named(name): mask for name, mask in read_masks(made).items()}
    _answer(tried, masks, model, questions, seed, folder, store)
    rows, effects, selectivity = [], [], []
    for own in tried:
        table = _selectivity(own, questions, settings, folder)
        found = effects_table(table)
        size = masks[own.named(own.masks[0])].size
        rows.append((own.name, *_said(own), size, *summary_row(table, found)))
        effects.append(_of(own, found))
        selectivity.append(_of(own, table))
    summary = pd.DataFrame(rows, columns=["combination", *SAID, "n_masked", *COLUMNS])
    write_table(tables["summary"], summary)
    write_table(tables["effects"], pd.concat(effects))
    write_table(tables["selectivity"], pd.concat(selectivity))
    draw_combinations(summary, model.folder.name, figures)


SAID = ["unit", "score", "loss_on", "against", "replicated", "limit", "selection", "k", "ablation"]
"""What a table says of a combination."""


def _said(own: Tried) -> tuple[object, ...]:
    scoring = own.scoring
    definition = own.settings.get("definition", own.settings.get("within"))
    selection = own.selection if definition is None else f"{own.selection} {definition}"
    return (scoring.unit, scoring.score, scoring.loss_on, scoring.against, scoring.replicated,
            own.limit, selection, own.k, str(own.method))  # fmt: skip


def _of(own: Tried, table: pd.DataFrame) -> pd.DataFrame:
    table = table.copy()
    table.insert(0, "combination", own.name)
    return table


def _masks(
    own: Tried, model: ModelSettings, seed: int, folder: Path, store: Store
) -> dict[Ablation, Path]:
    """Make a combination's masks, as the stages of a run do."""
    scores = {name: folder / "importance" / f"{name}.safetensors" for name in own.items}
    compute_importance(own.scoring, own.items, own.exclude, own.limit, seed, scores, store)
    masks = {mask: folder / "masks" / f"{mask.name}.safetensors" for mask in own.masks}
    select_from(model.folder, scores, own.settings, own.fraction_of, masks)
    return masks


def _classes(own: Tried, model: ModelSettings, seed: int) -> Classes:
    """What a combination's random masks are matched in."""
    scoring, examples = own.scoring, []
    if scoring.unit != WEIGHT:
        examples = level_examples(model.folder, own.items, own.exclude, seed, model.chat_date)
    return control_classes(
        model.folder, model.dtype, scoring.scope, scoring.layers, scoring.unit, examples
    )


def _answer(
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
        for mask in _masks_for(own, ability, asked):
            targets[own.named(mask)] = _record(folder, ability, asked, own.named(mask))
    return Assignment(source, limit, targets)


def _masks_for(own: Tried, ability: str, asked: str) -> list[Ablation]:
    """The masks under which an ability's items, or companions of theirs, are answered."""
    if asked == OTHERS:
        return [mask for mask in own.masks if mask.ability != ability]
    of_ability = [mask for mask in own.masks if mask.ability == ability]
    return of_ability + (own.controls if asked == ITEM else [])


def _record(folder: Path, ability: str, asked: str, name: str) -> Path:
    return folder / "answers" / asked / ability / f"{name}.json"


def _selectivity(
    own: Tried, questions: Questions, settings: Settings, folder: Path
) -> pd.DataFrame:
    """The answers under a combination's masks, as the rows of `selectivity_table`."""
    parts = []
    for asked in (ITEM, OTHERS, *questions.companions):
        intact: dict[str, Answers] = {}
        ablated: dict[str, dict[MaskOwner, Answers]] = {}
        for ability in own.abilities:
            intact[ability] = _answers(folder, ability, asked, INTACT)
            ablated[ability] = {
                (mask.ability, mask.seed): _answers(folder, ability, asked, own.named(mask))
                for mask in _masks_for(own, ability, asked)
            }
        kind = ITEM if asked == OTHERS else asked
        parts.append(selectivity_table(intact, ablated, settings, kind))
    return pd.concat(parts, ignore_index=True)


def _answers(folder: Path, ability: str, asked: str, name: str) -> Answers:
    return answers_of(read_record(_record(folder, ability, asked, name)))
