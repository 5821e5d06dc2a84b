"""What a real model makes of the items and of their twins, by type and difficulty.

Options are scored by the likelihood of their texts. Where the model is above guessing on the
items, it must fall towards guessing on the twins; otherwise something that is left in the twins
leads to the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from lm_eval.api.instance import Instance
from numpy.typing import NDArray

from benchprof.abilities.checks.ability import Ability
from benchprof.abilities.checks.check import Bound, Check
from benchprof.abilities.checks.guessing import Outcome, chance_of, hit
from benchprof.abilities.item import DIFFICULTIES, Item
from benchprof.abilities.prompt import option_text, prompt_text
from benchprof.scoring.scorer import TreeScorer


@dataclass(frozen=True)
class Results:
    """Per item: hit and probability of the right option, [:, 0] on the item, [:, 1] on its twin.

    Shapes [items, 2]; the twin's are NaN where there is none.
    """

    items: tuple[Item, ...]
    hits: NDArray[np.float64]
    probabilities: NDArray[np.float64]

    def of(self, type_: str | None, difficulty: str | None) -> Results:
        """The part of one type and difficulty; None stands for all."""
        keep = [
            type_ in (None, item.type) and difficulty in (None, item.difficulty)
            for item in self.items
        ]
        items = tuple(item for item, kept in zip(self.items, keep, strict=True) if kept)
        return Results(items, self.hits[keep], self.probabilities[keep])

    def outcome(self, twin: bool) -> Outcome:
        """Accuracy on the items or on the twins."""
        hits = self.hits[:, int(twin)]
        return Outcome(float(hits.sum()), len(self.items), chance_of(self.items))


def model_results(ability: Ability, scorer: TreeScorer, limit: int | None) -> Results:
    """Score the first `limit` items of each split and their twins, in one call of the model."""
    items = [item for split in ability.splits.values() for item in split[:limit]]
    requests: list[Instance] = []
    places: list[tuple[int, int]] = []
    for number, item in enumerate(items):
        texts = [(item.context, item.question)]
        texts += [(item.twin.context, item.twin.question)] if item.twin else []
        for column, text in enumerate(texts):
            places.append((number, column))
            for option in item.options:
                pair = (prompt_text(*text), option_text(option))
                requests.append(Instance("loglikelihood", {}, pair, len(requests)))
    answers = iter(scorer.score(scorer.prepare(requests)))
    hits, probabilities = np.full((2, len(items), 2), np.nan)
    for number, column in places:
        item = items[number]
        scores = np.array([next(answers)[0] for _ in item.options])
        weights = np.exp(scores - scores.max())
        hits[number, column] = hit(item, scores.tolist())
        probabilities[number, column] = weights[item.answer] / weights.sum()
    return Results(tuple(items), hits, probabilities)


def check_model_on_twins(results: Results) -> Check:
    """The model keeps at most half of its excess over guessing where the items become twins.

    Noise is allowed for as in every check of guessing.
    """
    items, twins = results.outcome(twin=False), results.outcome(twin=True)
    if np.isnan(twins.hits):
        return Check("model on twins", 0, Bound("within", 0), "not every item has a twin")
    bound = twins.bound("at most", max(0.0, round(items.excess / 2, 1)))
    above = "" if items.interval[0] > items.chance else " (not clearly above guessing)"
    detail = f"twins {twins.detail}; items {100 * items.accuracy:.1f}%{above}"
    return Check("model on twins", twins.excess, bound, detail)


def table_rows(results: Results) -> list[dict[str, Any]]:
    """A row per type and level, then per level, then for all."""
    types: list[str | None] = [*sorted({item.type for item in results.items})]
    types += [None] if len(types) > 1 else []
    levels = [level for level in DIFFICULTIES if any(i.difficulty == level for i in results.items)]
    rows = []
    for type_ in types:
        for difficulty in [*levels, None]:
            part = results.of(type_, difficulty)
            if part.items:
                rows.append(_row(part, type_ or "all", difficulty or "all"))
    return rows


def _row(part: Results, type_: str, difficulty: str) -> dict[str, Any]:
    outcome = part.outcome(twin=False)
    low, high = outcome.interval
    figures = {
        "guessing": outcome.chance,
        "accuracy": outcome.accuracy,
        "low": low,
        "high": high,
        "twin_accuracy": float(part.hits[:, 1].mean()),
        "probability": float(part.probabilities[:, 0].mean()),
        "twin_probability": float(part.probabilities[:, 1].mean()),
    }
    rounded = {key: None if np.isnan(value) else round(value, 4) for key, value in figures.items()}
    return {"type": type_, "difficulty": difficulty, "n": len(part.items)} | rounded
