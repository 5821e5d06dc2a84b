"""One job: the records of one model on one benchmark as texts to read, without the model."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchprof.ablation import INTACT
from benchprof.errors import InputError
from benchprof.evaluation.fields import Record
from benchprof.evaluation.questions import requests_for
from benchprof.evaluation.record import read_record
from benchprof.evaluation.settings import ModelSettings
from benchprof.files import write_csv, write_text
from benchprof.reading.answer import answers_of, right_or_wrong
from benchprof.reading.item_table import item_table
from benchprof.reading.question import questions_of
from benchprof.reading.side_by_side import side_by_side
from benchprof.spreadsheet import without_formulas
from benchprof.tasks.source import TaskSource

logger = logging.getLogger(__name__)


def export_items(
    model: ModelSettings,
    source: TaskSource,
    limit: int | None,
    seed: int,
    metrics: Sequence[str],
    records: Mapping[str, Path],
    compared: Sequence[str],
    title: str,
    table: Path,
    page: Path,
) -> None:
    """Write the table of all items and the page of those that differ most.

    Records hold no prompts: the requests are built again and must have the records' digest.

    Args:
        model: the prepared model; of it the tokenizer alone is read, where prompts are chats.
        source: the benchmark's task.
        limit: documents at most.
        seed: of the sample and the few-shot draw.
        metrics: by which free text is right or wrong, the wanted one first.
        records: of the intact model and every ablation, by name.
        compared: the ablations that the page has.
        title: of the page.
        table: CSV file.
        page: Markdown file.

    Raises:
        InputError: a record is damaged or was made of other requests.
    """
    requests = requests_for(model, source, limit, seed)
    questions = questions_of(requests)
    # Twice, as all records together may not fit in memory.
    metric = right_or_wrong((_read(path, requests.digest) for path in records.values()), metrics)
    answers = {
        name: answers_of(_read(path, requests.digest), questions, metric)
        for name, path in records.items()
    }
    write_csv(table, without_formulas(item_table(questions, answers)))
    shown = {name: answers[name] for name in (INTACT, *compared)}
    write_text(page, side_by_side(title, questions, shown))
    logger.info("%d items under %d ablations", len(questions), len(records) - 1)


def _read(path: Path, digest: str) -> Record:
    """A record of the requests with a digest.

    Raises:
        InputError: it is damaged or was made of other requests.
    """
    record = read_record(path)
    made_of = record["origin"]["requests"]["digest"]
    if made_of != digest:
        found = f"made of the requests {made_of[:12]}"
        remedy = "Delete it and run again."
        raise InputError(path, found, f"{digest[:12]}, those of the configuration", remedy)
    return record
