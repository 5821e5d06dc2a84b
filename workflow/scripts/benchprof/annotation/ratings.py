"""What all annotators said about the items as they are now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchprof.annotation.answers import ANNOTATOR, read_answers
from benchprof.annotation.sample import StudyItem
from benchprof.errors import InputError


@dataclass(frozen=True)
class Rating:
    """What one annotator said of one item; `ability` is None where it was skipped."""

    annotator: str
    item: StudyItem
    ability: str | None


@dataclass(frozen=True)
class Ratings:
    """All of them.

    Attributes:
        annotators: all who have an answer that counts, in the order of their names.
        ratings: labels and skips that count.
        comments: annotator and text, by item.
        stale: answers to items that are gone or have another text now; they count nowhere.
    """

    annotators: tuple[str, ...]
    ratings: tuple[Rating, ...]
    comments: Mapping[StudyItem, Sequence[tuple[str, str]]]
    stale: int

    @property
    def labelling(self) -> int:
        """How many annotators have a label that counts: the others can agree with nobody."""
        return len({rating.annotator for rating in self.ratings if rating.ability is not None})

    def counts(self) -> dict[StudyItem, Counter[str]]:
        """How often each item got each label, for items with a label."""
        counts: dict[StudyItem, Counter[str]] = {}
        for rating in self.ratings:
            if rating.ability is not None:
                counts.setdefault(rating.item, Counter())[rating.ability] += 1
        return counts


def read_ratings(
    files: Sequence[Path], items: Iterable[StudyItem], abilities: Sequence[str]
) -> Ratings:
    """Replay the annotators' files.

    Raises:
        InputError: a line of a file is faulty, or a file's name is not that of an annotator.
    """
    by_id = {member.item.id: member for member in items}
    ratings: list[Rating] = []
    comments: dict[StudyItem, list[tuple[str, str]]] = {}
    stale = 0
    for path in sorted(files):
        if not ANNOTATOR.fullmatch(path.stem):
            expected = "lower-case letters, digits, '-' and '_', as the screen names its files"
            remedy = "Move it away if it is a copy: it would count as one more annotator."
            raise InputError(path, f"{path.stem!r} is not an annotator's id", expected, remedy)
        answers = read_answers(path, abilities)
        for name, event in answers.latest().items():
            if name in by_id and by_id[name].digest == event.digest:
                ratings.append(Rating(path.stem, by_id[name], event.ability))
            else:
                stale += 1
        for name, event in answers.comments.items():
            if name in by_id and by_id[name].digest == event.digest:
                comments.setdefault(by_id[name], []).append((path.stem, event.text or ""))
    annotators = tuple(dict.fromkeys(rating.annotator for rating in ratings))
    return Ratings(annotators, tuple(ratings), comments, stale)
