"""The record of one evaluation: one JSON file per (model, benchmark, ablation)."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from benchprof import digests
from benchprof.errors import InputError

if TYPE_CHECKING:
    # The profile stage reads records without lm-eval, which takes seconds to import.
    from benchprof.evaluation.requests import Requests, Response
    from benchprof.evaluation.sandbox import Sandbox

FORMAT = 1
INTACT = "intact"


def make_record(
    requests: Requests,
    responses: Sequence[Response],
    origin: dict[str, Any],
    sandbox: Sandbox | None = None,
) -> dict[str, Any]:
    """The record of a model's responses; docs/file_formats.md describes each field.

    Raises:
        ArithmeticError: a log-likelihood is not a number; names the document.
    """
    answers = iter(responses)
    given = [[next(answers) for _ in d.instances] for d in requests.documents]
    for document, own in zip(requests.documents, given, strict=True):
        for response in own:
            if isinstance(response, tuple) and math.isnan(response[0]):
                where = f"document {document.index} of {document.task.config.task}"
                raise ArithmeticError(f"the log-likelihood of a choice is not a number: {where}")
    scores = requests.scores(responses, sandbox)
    documents = requests.documents
    tasks = [str(document.task.config.task) for document in documents]
    record = {
        "format": FORMAT,
        "origin": origin,
        "n": len(documents),
        "guessing": requests.guessing,
        "scores": {metric: fmean(values) for metric, values in scores.items()},
        "tasks": {
            task: _scores_of([number for number, own in enumerate(tasks) if own == task], scores)
            for task in sorted(set(tasks))
        },
        "items": {
            "task": tasks,
            "index": [d.index for d in documents],
            "digest": [d.digest for d in documents],
            "gold": [list(d.gold) for d in documents],
            "scores": scores,
            "responses": [[_plain(response) for response in own] for own in given],
        },
    }
    return record | {"digest": digests.of_value(record)}


def read_record(path: Path) -> dict[str, Any]:
    """Read a record and compare it with its digest.

    Raises:
        InputError: the file is missing, not JSON, of another format, or its digest differs.
    """
    remedy = "Delete it and run again: the store has or will have it."
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(record, dict):
            raise ValueError(f"a {type(record).__name__}, not an object")
        content = {key: value for key, value in record.items() if key != "digest"}
        digest = digests.of_value(content)
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(path, f"cannot be read ({error})", "a record", remedy) from None
    if record.get("format") != FORMAT:
        raise InputError(path, f"format {record.get('format')}", f"format {FORMAT}", remedy)
    if digest != record.get("digest"):
        raise InputError(path, "its digest differs from its content", "an intact file", remedy)
    return record


def _scores_of(numbers: Sequence[int], scores: dict[str, list[float]]) -> dict[str, Any]:
    """What one task of a group, such as a subject of MMLU, has alone: its items and mean scores."""
    means = {metric: fmean(values[n] for n in numbers) for metric, values in scores.items()}
    return {"n": len(numbers), "scores": means}


def _plain(response: Response) -> Any:
    """A log-likelihood as [nats, greedy]; minus infinity, which JSON lacks, as null."""
    if isinstance(response, tuple):
        value, greedy = response
        return [float(value) if math.isfinite(value) else None, bool(greedy)]
    return response
