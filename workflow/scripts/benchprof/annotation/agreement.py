"""How far annotators agree with the intended labels, and with each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import krippendorff
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from benchprof.annotation.answers import ANNOTATOR, read_answers
from benchprof.annotation.study import StudyItem, read_study_items
from benchprof.errors import InputError
from benchprof.files import write_csv, write_text
from benchprof.markdown import plain, table
from benchprof.report.names import readable
from benchprof.report.numbers import interval, number
from benchprof.spreadsheet import without_formulas

# So many of the most disputed items stand on the page; the table beside it holds all.
SHOWN = 20
DISPUTED = ["id", "ability", "family", "labels", "against", "skips", "given", "comments"]


@dataclass(frozen=True)
class Rating:
    """What one annotator said of one item; `ability` is None where it was skipped."""

    annotator: str
    member: StudyItem
    ability: str | None


@dataclass(frozen=True)
class Ratings:
    """All of them.

    Attributes:
        ratings: labels and skips of the items as they are now.
        comments: annotator and text, by item.
        stale: how many answers are to items that are gone or have another text now.
    """

    ratings: Sequence[Rating]
    comments: Mapping[StudyItem, Sequence[str]]
    stale: int


def report_agreement(
    answers: Sequence[Path],
    items: Mapping[str, Sequence[Path]],
    excluded: Collection[str],
    page: Path,
    disputed: Path,
) -> None:
    """Write the report.

    Args:
        answers: the annotators' files.
        items: each ability's files of items.
        excluded: ids of items that the configuration leaves out; they count here like all others,
            so that leaving out what is disputed does not raise the agreement.
        page: Markdown file.
        disputed: CSV file of disputed items.

    Raises:
        InputError: nobody has annotated, a file is faulty, or two items have one id.
    """
    if not answers:
        raise InputError(
            "annotation.answers in the configuration",
            "no annotator's file in that folder",
            "a folder with a file for each annotator",
            "Label items first: make annotate ANNOTATOR=your-name.",
        )
    ratings = read_ratings(answers, read_study_items(items), list(items))
    listed = disputed_items(ratings)
    listed = listed.assign(excluded=listed["id"].isin(list(excluded)))
    write_csv(disputed, without_formulas(listed))
    write_text(page, "\n".join(_page(ratings, list(items), listed)) + "\n")


def read_ratings(
    files: Sequence[Path], items: Sequence[StudyItem], abilities: Sequence[str]
) -> Ratings:
    """Replay the annotators' files.

    Raises:
        InputError: a line of a file is faulty, or a file's name is not that of an annotator.
    """
    known = {(member.item.id, member.digest): member for member in items}
    ratings: list[Rating] = []
    comments: dict[StudyItem, list[str]] = {}
    stale = 0
    for path in sorted(files):
        if not ANNOTATOR.fullmatch(path.stem):
            expected = "lower-case letters, digits, '-' and '_', as the screen names its files"
            remedy = "Move it away if it is a copy: it would count as one more annotator."
            raise InputError(path, f"{path.stem!r} is not an annotator's id", expected, remedy)
        answers = read_answers(path, abilities)
        for event in answers.latest().values():
            if member := known.get((event.item, event.digest)):
                ratings.append(Rating(path.stem, member, event.ability))
            else:
                stale += 1
        for event in answers.comments.values():
            if event.text and (member := known.get((event.item, event.digest))):
                comments.setdefault(member, []).append(f"{path.stem}: {event.text}")
    return Ratings(ratings, comments, stale)


def intended(ratings: Sequence[Rating]) -> tuple[float, float, float] | None:
    """The share of labels that are the intended ones, with its 95% interval; None without a label.

    Labels of the same item are not independent, so the interval (Wilson's) counts items, not
    labels: it is that of as many independent labels as there are items.
    """
    labels = [rating for rating in ratings if rating.ability is not None]
    if not labels:
        return None
    share = sum(rating.ability == rating.member.ability for rating in labels) / len(labels)
    items = len({rating.member.item.id for rating in labels})
    low, high = proportion_confint(share * items, items, method="wilson")
    return share, float(low), float(high)


def confusion_of(ratings: Ratings, abilities: Sequence[str]) -> pd.DataFrame:
    """Numbers of labels: a row for each intended ability, a column for each chosen one."""
    pairs = Counter((rating.member.ability, rating.ability) for rating in ratings.ratings)
    counts = [[pairs[meant, chosen] for chosen in abilities] for meant in abilities]
    return pd.DataFrame(counts, index=list(abilities), columns=list(abilities))


def alpha_of(ratings: Ratings, abilities: Sequence[str]) -> float | None:
    """Krippendorff's alpha for nominal labels, over the items with two labels or more.

    None where there is no such item, or where all labels are the same: chance would agree as well.
    """
    counts = [[given[name] for name in abilities] for given in _labels(ratings).values()]
    paired = [own for own in counts if sum(own) > 1]
    if sum(map(any, zip(*paired, strict=True))) < 2:
        return None
    return float(krippendorff.alpha(value_counts=paired, level_of_measurement="nominal"))


def disputed_items(ratings: Ratings) -> pd.DataFrame:
    """The items with a label that is not intended, a skip or a comment; the most disputed first.

    Columns: `id`, `ability` (intended), `family`, `labels`, `against` (labels that are not
    intended), `skips`, `given` (each label with its number), `comments`.
    """
    skips = Counter(own.member for own in ratings.ratings if own.ability is None)
    labels = _labels(ratings)
    rows = []
    # A comment may stand on an item without an answer.
    for member in {**labels, **skips, **ratings.comments}:
        given = labels.get(member, Counter())
        against = given.total() - given[member.ability]
        comments = "; ".join(ratings.comments.get(member, ()))
        if against or skips[member] or comments:
            said = ", ".join(f"{name} {count}" for name, count in given.most_common() if count)
            names = (member.item.id, member.ability, member.item.family)
            rows.append((*names, given.total(), against, skips[member], said, comments))
    found = pd.DataFrame(rows, columns=DISPUTED)
    share = found["against"] / found["labels"].clip(lower=1)
    ranked = found.assign(share=share).sort_values(
        ["share", "against", "skips", "id"], ascending=[False, False, False, True]
    )
    return ranked.drop(columns="share").reset_index(drop=True)


def _labels(ratings: Ratings) -> dict[StudyItem, Counter[str]]:
    """How often each item got each label, for items with a label."""
    counts: dict[StudyItem, Counter[str]] = {}
    for rating in ratings.ratings:
        if rating.ability is not None:
            counts.setdefault(rating.member, Counter())[rating.ability] += 1
    return counts


def _page(ratings: Ratings, abilities: Sequence[str], disputed: pd.DataFrame) -> Iterator[str]:
    every = ratings.ratings
    alpha = alpha_of(ratings, abilities)
    groups = {"all": every}
    groups |= {readable(a): [own for own in every if own.member.ability == a] for a in abilities}
    annotators = dict.fromkeys(rating.annotator for rating in every)
    groups |= {name: [own for own in every if own.annotator == name] for name in annotators}
    yield from ("# Agreement of annotators", "")
    yield f"Answers left out because their items have changed since: {ratings.stale}."
    yield (
        "Krippendorff's alpha over items with two labels or more (1: perfect, 0: chance): "
        f"{'undefined' if alpha is None else number(alpha)}."
    )
    yield from ("", "## Labels that are the intended ones", "")
    header = ("items of, or labels by", "items", "labels", "skips", "intended (95%)")
    yield from table(header, [(name, *_counts(own)) for name, own in groups.items()])
    yield from ("", "## Labels by intended ability (row) and chosen ability (column)", "")
    confusion = confusion_of(ratings, abilities)
    names = [readable(ability) for ability in abilities]
    rows = [[name, *map(str, own)] for name, own in zip(names, confusion.to_numpy(), strict=True)]
    yield from table(["", *names], rows)
    shown = disputed.head(SHOWN)
    yield from ("", f"## The items most disputed ({len(shown)} of {len(disputed)})", "")
    columns = ["id", "given", "skips", "comments", "excluded"]
    cells = [[plain(str(value)) for value in row] for row in shown[columns].to_numpy()]
    yield from table(columns, cells)


def _counts(ratings: Sequence[Rating]) -> tuple[str, ...]:
    """Items and labels, skips, and the share of labels that are the intended ones."""
    labels = [rating for rating in ratings if rating.ability is not None]
    found = intended(ratings)
    share = f"{number(found[0])} ({interval(*found[1:])})" if found else "--"
    items = len({rating.member.item.id for rating in labels})
    return str(items), str(len(labels)), str(len(ratings) - len(labels)), share
