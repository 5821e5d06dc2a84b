"""One job: the annotators' files into the agreement report."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from benchprof.annotation.agreement import (
    accuracy_of,
    confusion_of,
    disputed_items,
    fleiss_of,
    krippendorff_of,
)
from benchprof.annotation.agreement_report import Agreement
from benchprof.annotation.confusion import draw_confusion
from benchprof.annotation.items import read_all_items
from benchprof.annotation.ratings import Ratings, read_ratings
from benchprof.annotation.sample import StudyItem
from benchprof.errors import InputError
from benchprof.files import write_csv, write_json, write_text
from benchprof.spreadsheet import without_formulas

logger = logging.getLogger(__name__)


def report_agreement(
    answers: Sequence[Path],
    items: Mapping[str, Sequence[Path]],
    excluded: Collection[str],
    figures: Sequence[Path],
    summary: Path,
    page: Path,
    disputed: Path,
) -> None:
    """Write the report.

    Args:
        answers: the annotators' files.
        items: each ability's files of items.
        excluded: ids of items that the configuration leaves out; they count here like all others,
            so that leaving out what is disputed does not raise the agreement.
        figures: the confusion matrix as PNG and SVG, and its caption as TXT.
        summary: all figures, JSON.
        page: the same to read, Markdown.
        disputed: the table of disputed items, CSV.

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
    known = [
        StudyItem(ability, item) for ability, own in read_all_items(items).items() for item in own
    ]
    agreement = measure(read_ratings(answers, known, list(items)), list(items), excluded)
    write_csv(disputed, without_formulas(agreement.disputed))
    draw_confusion(agreement.confusion, figures)
    write_json(summary, agreement.to_json())
    write_text(page, agreement.to_markdown())
    logger.info("%d annotators, %d labels", agreement.annotators, agreement.overall.labels)


def measure(ratings: Ratings, abilities: Sequence[str], excluded: Collection[str]) -> Agreement:
    """All figures of the report; `excluded` are ids, which the table of disputed items marks."""
    disputed = disputed_items(ratings)
    return Agreement(
        overall=accuracy_of(ratings.ratings),
        by_ability={
            name: accuracy_of([r for r in ratings.ratings if r.item.ability == name])
            for name in abilities
        },
        by_annotator={
            name: accuracy_of([r for r in ratings.ratings if r.annotator == name])
            for name in ratings.annotators
        },
        fleiss=fleiss_of(ratings, abilities),
        alpha=krippendorff_of(ratings, abilities),
        confusion=confusion_of(ratings, abilities),
        disputed=disputed.assign(excluded=disputed["id"].isin(list(excluded))),
        stale=ratings.stale,
    )
