"""The agreement as JSON and as a page of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from benchprof.annotation.agreement import Accuracy, Coefficient
from benchprof.markdown import plain, table
from benchprof.report.names import readable
from benchprof.report.numbers import interval, number

# So many of the most disputed items stand on the page; the table beside it holds all.
SHOWN = 20


@dataclass(frozen=True)
class Agreement:
    """All figures of the report.

    Attributes:
        overall: accuracy over all ratings.
        by_ability: over the ratings of an intended ability's items.
        by_annotator: over an annotator's ratings.
        fleiss: Fleiss' kappa.
        alpha: Krippendorff's alpha.
        confusion: labels by intended and chosen ability.
        disputed: the table of disputed items, and whether the configuration excludes each.
        stale: answers that count nowhere, since their items changed.
    """

    overall: Accuracy
    by_ability: Mapping[str, Accuracy]
    by_annotator: Mapping[str, Accuracy]
    fleiss: Coefficient
    alpha: Coefficient
    confusion: pd.DataFrame
    disputed: pd.DataFrame
    stale: int

    @property
    def annotators(self) -> int:
        """How many gave a label that counts."""
        return sum(accuracy.labels > 0 for accuracy in self.by_annotator.values())

    def to_json(self) -> dict[str, Any]:
        """All but the disputed items, which have a table of their own."""
        return {
            "overall": self.overall.to_json(),
            "by_ability": {name: own.to_json() for name, own in self.by_ability.items()},
            "by_annotator": {name: own.to_json() for name, own in self.by_annotator.items()},
            "fleiss_kappa": self.fleiss.to_json(),
            "krippendorff_alpha": self.alpha.to_json(),
            "confusion": {
                "abilities": list(self.confusion.index),
                "labels": self.confusion.to_numpy().tolist(),
            },
            "stale_answers": self.stale,
        }

    def to_markdown(self) -> str:
        """A page to read."""
        return "\n".join([*self._summary(), *self._tables(), *self._disputed()]) + "\n"

    def _summary(self) -> Iterable[str]:
        yield from ("# Agreement of annotators", "")
        yield (
            f"{self.annotators} annotators gave {self.overall.labels} labels to "
            f"{self.overall.items} items. Answers without a label (skips): {self.overall.skips}."
        )
        if self.stale:
            yield f"{self.stale} more answers are left out: their items have changed since."
        yield from ("", f"- Labels that are the intended ones: {_accuracy(self.overall)}.")
        yield f"- Fleiss' kappa: {_coefficient(self.fleiss)}, over items that all have labelled."
        yield f"- Krippendorff's alpha: {_coefficient(self.alpha)}, over items with two labels."
        yield from ("", "![Labels by intended ability](confusion.png)", "")

    def _tables(self) -> Iterable[str]:
        for title, rows in (("ability", self.by_ability), ("annotator", self.by_annotator)):
            yield f"## By {title}"
            yield ""
            header = (title, "items", "labels", "skips", "intended")
            names = readable if title == "ability" else str
            cells = [
                (names(name), str(a.items), str(a.labels), str(a.skips), _accuracy(a))
                for name, a in rows.items()
            ]
            yield from table(header, cells)
            yield ""

    def _disputed(self) -> Iterable[str]:
        total = len(self.disputed)
        yield from ("## The items most disputed", "")
        if not total:
            yield "None."
            return
        yield f"{min(SHOWN, total)} of {total}; disputed.csv has all."
        yield ""
        columns = ("id", "given", "skips", "comments", "excluded")
        rows = [
            (plain(row["id"]), _given(row["given"]), str(row["skips"]), plain(row["comments"]),
             "yes" if row["excluded"] else "")
            for row in self.disputed.head(SHOWN).to_dict("records")
        ]  # fmt: skip
        yield from table(columns, rows)


def _accuracy(accuracy: Accuracy) -> str:
    if accuracy.share is None or accuracy.interval is None:
        return "no label"
    return f"{number(accuracy.share)} ({interval(*accuracy.interval)})"


def _given(labels: str) -> str:
    """An item's labels with their numbers, to read."""
    pairs = (label.rsplit(" ", 1) for label in labels.split(", ") if label)
    return ", ".join(f"{readable(name)} {count}" for name, count in pairs)


def _coefficient(coefficient: Coefficient) -> str:
    counts = f"{coefficient.items} items, {coefficient.annotators} annotators"
    if coefficient.value is None:
        return f"none, since {coefficient.reason} ({counts})"
    return f"{number(coefficient.value)} ({counts})"
