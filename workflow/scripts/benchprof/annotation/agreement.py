"""How far annotators agree with the intended labels, and with each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import krippendorff
import numpy as np
import pandas as pd
from statsmodels.stats.inter_rater import fleiss_kappa
from statsmodels.stats.proportion import proportion_confint

from benchprof.annotation.ratings import Rating, Ratings
from benchprof.annotation.sample import StudyItem

CONFIDENCE = 0.95
COLUMNS = ("id", "ability", "type", "labels", "against", "skips", "given", "comments")


@dataclass(frozen=True)
class Accuracy:
    """How often labels are the intended ones, over some ratings.

    Labels of the same item are not independent, so the interval (Wilson's) counts items, not
    labels: it is that of as many independent labels as there are items.
    """

    items: int
    labels: int
    intended: int
    skips: int

    @property
    def share(self) -> float | None:
        """The accuracy; None without a label."""
        return self.intended / self.labels if self.labels else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Bounds of the accuracy; None without a label."""
        if self.share is None:
            return None
        hits = self.share * self.items
        low, high = proportion_confint(hits, self.items, alpha=1 - CONFIDENCE, method="wilson")
        return float(low), float(high)

    def to_json(self) -> dict[str, Any]:
        """All figures by name."""
        low, high = self.interval or (None, None)
        return {
            "items": self.items,
            "labels": self.labels,
            "intended": self.intended,
            "skips": self.skips,
            "accuracy": self.share,
            "low": low,
            "high": high,
        }


@dataclass(frozen=True)
class Coefficient:
    """Agreement beyond chance: 1 is perfect, 0 what chance gives.

    `reason` says why there is no value; `items` and `annotators` are those that it is about
    (annotators with a label).
    """

    value: float | None
    items: int
    annotators: int
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """All fields by name."""
        return vars(self).copy()


def accuracy_of(ratings: Sequence[Rating]) -> Accuracy:
    """The accuracy over some ratings."""
    labels = [rating for rating in ratings if rating.ability is not None]
    return Accuracy(
        items=len({rating.item.item.id for rating in labels}),
        labels=len(labels),
        intended=sum(rating.ability == rating.item.ability for rating in labels),
        skips=len(ratings) - len(labels),
    )


def confusion_of(ratings: Ratings, abilities: Sequence[str]) -> pd.DataFrame:
    """Numbers of labels: a row for each intended ability, a column for each chosen one."""
    pairs = Counter((r.item.ability, r.ability) for r in ratings.ratings)
    names = list(abilities)
    counts = [[pairs[intended, chosen] for chosen in names] for intended in names]
    return pd.DataFrame(counts, index=names, columns=names)


def fleiss_of(ratings: Ratings, abilities: Sequence[str]) -> Coefficient:
    """Fleiss' kappa over the items that all have labelled: it needs as many labels for each."""
    table = _table(ratings, abilities)
    annotators = ratings.labelling
    full = table[table.sum(axis=1) == annotators]
    if reason := _no_value(full, annotators):
        return Coefficient(None, len(full), annotators, reason)
    return Coefficient(float(fleiss_kappa(full)), len(full), annotators)


def krippendorff_of(ratings: Ratings, abilities: Sequence[str]) -> Coefficient:
    """Krippendorff's alpha for nominal labels, over the items with two labels or more."""
    table = _table(ratings, abilities)
    paired = table[table.sum(axis=1) >= 2]
    annotators = ratings.labelling
    if reason := _no_value(paired, annotators):
        return Coefficient(None, len(paired), annotators, reason)
    value = krippendorff.alpha(value_counts=paired, level_of_measurement="nominal")
    return Coefficient(float(value), len(paired), annotators)


def disputed_items(ratings: Ratings) -> pd.DataFrame:
    """The items with a label that is not intended, a skip or a comment; the most disputed first.

    Columns: `id`, `ability` (intended), `type`, `labels`, `against` (labels that are not
    intended), `skips`, `given` (each label with its number), `comments`.
    """
    # A comment may stand on an item without an answer.
    rated: dict[StudyItem, Counter[str | None]] = {item: Counter() for item in ratings.comments}
    for rating in ratings.ratings:
        rated.setdefault(rating.item, Counter())[rating.ability] += 1
    rows = []
    for member, given in rated.items():
        skips = given.pop(None, 0)
        against = given.total() - given[member.ability]
        comments = ratings.comments.get(member, ())
        if against or skips or comments:
            most_first = sorted(given.items(), key=lambda pair: (-pair[1], str(pair[0])))
            labels = ", ".join(f"{name} {number}" for name, number in most_first if number)
            said = "; ".join(f"{annotator}: {text}" for annotator, text in comments)
            names = (member.item.id, member.ability, member.item.type)
            rows.append((*names, given.total(), against, skips, labels, said))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    share = table["against"] / table["labels"].where(table["labels"] > 0, 1)
    ranked = table.assign(share=share).sort_values(
        ["share", "against", "skips", "id"], ascending=[False, False, False, True]
    )
    return ranked.drop(columns="share").reset_index(drop=True)


def _table(ratings: Ratings, abilities: Sequence[str]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Numbers of labels, of shape (items with a label, abilities)."""
    rows = [[given[name] for name in abilities] for given in ratings.counts().values()]
    return np.array(rows, dtype=np.int64).reshape(len(rows), len(abilities))


def _no_value(table: np.ndarray[Any, np.dtype[np.int64]], annotators: int) -> str:
    if annotators == 1:
        return "one annotator has nobody to agree with"
    if not len(table):
        return "no item has labels of enough annotators"
    if (table.sum(axis=0) > 0).sum() < 2:
        return "all labels are the same, so that chance would agree as well"
    return ""
