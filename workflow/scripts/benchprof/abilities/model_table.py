"""What a real model makes of the items and of their companions, by type and difficulty.

Options are scored by the likelihood of their texts. Where the model is above guessing on the
items, it must fall towards guessing on the blanks; otherwise something that is left in the blanks
leads to the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from lm_eval.api.instance import Instance
from numpy.typing import NDArray

from benchprof.abilities.checks.ability import Ability
from benchprof.abilities.checks.check import REPORTED, Check
from benchprof.abilities.checks.guessing import Outcome, chance_of, hit
from benchprof.abilities.item import ASKED, DIFFICULTIES, Item, companion_of, kinds_of
from benchprof.abilities.prompt import option_text, prompt_text
from benchprof.scoring.scorer import TreeScorer


@dataclass(frozen=True)
class Results:
    """Per item: hit and probability of the right option, on the item and on each companion.

    Shapes [items, 4], the columns those of `ASKED`; a companion's are NaN where there is none. The
    right option of a flip is the flip's.
    """

    items: tuple[Item, ...]
    splits: tuple[str, ...]
    hits: NDArray[np.float64]
    probabilities: NDArray[np.float64]

    def of(
        self, type_: str | None = None, difficulty: str | None = None, split: str | None = None
    ) -> Results:
        """The part of one type, difficulty and split; None stands for all."""
        keep = [
            type_ in (None, item.type)
            and difficulty in (None, item.difficulty)
            and split in (None, own)
            for item, own in zip(self.items, self.splits, strict=True)
        ]
        items = tuple(item for item, kept in zip(self.items, keep, strict=True) if kept)
        splits = tuple(own for own, kept in zip(self.splits, keep, strict=True) if kept)
        return Results(items, splits, self.hits[keep], self.probabilities[keep])

    def outcome(self, asked: str) -> Outcome:
        """Accuracy on the items or on one kind of companion: NaN where an item has none."""
        hits = self.hits[:, ASKED.index(asked)]
        return Outcome(float(hits.sum()), len(self.items), chance_of(self.items))

    @property
    def pairs(self) -> Outcome:
        """Share of items that are right together with their flip: NaN where an item has none."""
        both = self.hits[:, ASKED.index("item")] * self.hits[:, ASKED.index("flip")]
        chance = sum(len(item.options) ** -2 for item in self.items) / len(self.items)
        return Outcome(float(both.sum()), len(self.items), chance)

    @property
    def companions(self) -> list[str]:
        """The kinds of companion that any of the items has."""
        return kinds_of(self.items)


def model_results(ability: Ability, scorer: TreeScorer, limit: int | None) -> Results:
    """Score the first `limit` items of each split and their companions, in one call."""
    asked_of = [(split, item) for split, own in ability.splits.items() for item in own[:limit]]
    items = [item for _, item in asked_of]
    requests: list[Instance] = []
    places: list[tuple[int, int, Item]] = []
    for number, item in enumerate(items):
        versions = {"item": item} | {kind: companion_of(item, kind) for kind in item.companions}
        for asked, version in versions.items():
            places.append((number, ASKED.index(asked), version))
            prompt = prompt_text(version.context, version.question)
            for option in version.options:
                pair = (prompt, option_text(option))
                requests.append(Instance("loglikelihood", {}, pair, len(requests)))
    answers = iter(scorer.score(scorer.prepare(requests)))
    hits, probabilities = np.full((2, len(items), len(ASKED)), np.nan)
    for number, column, version in places:
        scores = np.array([next(answers)[0] for _ in version.options])
        weights = np.exp(scores - scores.max())
        hits[number, column] = hit(version, scores.tolist())
        probabilities[number, column] = weights[version.answer] / weights.sum()
    return Results(tuple(items), tuple(split for split, _ in asked_of), hits, probabilities)


def check_model_on_blanks(results: Results) -> Check:
    """The model keeps at most half of its excess over guessing where the items become blanks.

    Noise is allowed for as in every check of guessing.
    """
    items, blanks = results.outcome("item"), results.outcome("blank")
    if np.isnan(blanks.hits):
        return Check("model on blanks", 0, REPORTED, "not asked: not every item has a blank")
    bound = blanks.bound("at most", max(0.0, round(items.excess / 2, 1)))
    above = "" if items.interval[0] > items.chance else " (not clearly above guessing)"
    detail = f"blanks {blanks.detail}; items {100 * items.accuracy:.1f}%{above}"
    return Check("model on blanks", blanks.excess, bound, detail)


def table_rows(results: Results) -> list[dict[str, Any]]:
    """A row per type and level, then per level, for all and for the test split.

    Columns as the results have them.
    """
    types: list[str | None] = [*sorted({item.type for item in results.items})]
    types += [None] if len(types) > 1 else []
    levels = [level for level in DIFFICULTIES if any(i.difficulty == level for i in results.items)]
    rows = []
    for type_ in types:
        for difficulty in [*levels, None]:
            part = results.of(type_, difficulty)
            if part.items:
                figures = _figures(part, results.companions)
                rows.append(_row(part, type_ or "all", difficulty or "all", figures))
    if (part := results.of(split="test")).items:
        rows.append(_row(part, "all of test", "all", _figures(part, results.companions)))
    return rows


def _figures(part: Results, companions: Sequence[str]) -> dict[str, float]:
    """Guessing, accuracies with the pairs', and probabilities; NaN where an item has none."""
    outcome = part.outcome("item")
    low, high = outcome.interval
    figures = {"guessing": outcome.chance, "accuracy": outcome.accuracy, "low": low, "high": high}
    for kind in companions:
        figures[f"{kind}_accuracy"] = part.outcome(kind).accuracy
    if "flip" in companions:
        pairs = part.pairs
        bounds = (np.nan, np.nan) if np.isnan(pairs.hits) else pairs.interval
        figures |= {"pairs": pairs.accuracy, "pairs_low": bounds[0], "pairs_high": bounds[1]}
    means = dict(zip(ASKED, part.probabilities.mean(axis=0).tolist(), strict=True))
    figures["probability"] = means["item"]
    return figures | {f"{kind}_probability": means[kind] for kind in companions}


def _row(
    part: Results, type_: str, difficulty: str, figures: Mapping[str, float]
) -> dict[str, Any]:
    rounded = {key: None if np.isnan(value) else round(value, 4) for key, value in figures.items()}
    return {"type": type_, "difficulty": difficulty, "n": len(part.items)} | rounded
