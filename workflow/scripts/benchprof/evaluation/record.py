"""The record of one evaluation: one JSON file per (model, benchmark, ablation)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any, cast

from benchprof import digests
from benchprof.errors import InputError
from benchprof.evaluation.fields import Items, Origin, PoolFields, Record, TaskScores
from benchprof.files import as_json
from benchprof.store import Kind

if TYPE_CHECKING:
    # The profile stage reads records without lm-eval, which takes seconds to import.
    from benchprof.sandbox.sandbox import Sandbox
    from benchprof.tasks.document import Document
    from benchprof.tasks.metrics import Response
    from benchprof.tasks.requests import Requests

FORMAT = 2
MASK_KEYS = ("digest", "method", "mean_over")


class NonFiniteLogitsError(ArithmeticError):
    """A model's logits are no numbers; the message says where."""


def make_record(
    requests: Requests,
    responses: Sequence[Response],
    origin: Origin,
    sandbox: Sandbox | None = None,
) -> Record:
    """The record of a model's responses; docs/reference/file_formats.md describes each field.

    Raises:
        NonFiniteLogitsError: a log-likelihood is not a number; names the document.
    """
    documents, answers = requests.documents, iter(responses)
    given = [[next(answers) for _ in document.instances] for document in documents]
    _check_numbers(documents, given)
    verdicts = None if sandbox is None else requests.verdicts(responses, sandbox)
    if verdicts is None:
        scores = requests.scores(responses)
    else:
        scores = {"pass@1": [verdict.score for verdict in verdicts]}
    tasks = [str(document.task.config.task) for document in documents]
    items: Items = {
        "task": tasks,
        "index": [d.index for d in documents],
        "digest": [d.digest for d in documents],
        "gold": [list(d.gold) for d in documents],
        "set": [requests.pool.place(d.offer) for d in documents],
        "right": [list(d.offer.right_texts) for d in documents],
        "scores": scores,
        "responses": [[_plain(response) for response in own] for own in given],
    }
    if verdicts is not None:
        items["verdicts"] = [verdict.value for verdict in verdicts]
    return {
        "format": FORMAT,
        "origin": origin,
        "n": len(documents),
        "guessing": requests.guessing,
        "pool": cast(PoolFields, requests.pool.as_json),
        "scores": {metric: fmean(values) for metric, values in scores.items()},
        "tasks": {
            task: _scores_of([number for number, own in enumerate(tasks) if own == task], scores)
            for task in sorted(set(tasks))
        },
        "items": items,
    }


def _check_numbers(documents: Sequence[Document], given: Sequence[Sequence[Response]]) -> None:
    """Stop at a log-likelihood that is not a number.

    Raises:
        NonFiniteLogitsError: names the document.
    """
    for document, own in zip(documents, given, strict=True):
        for response in own:
            if isinstance(response, tuple) and math.isnan(response[0]):
                where = f"document {document.index} of {document.task.config.task}"
                found = "the log-likelihood of a choice is not a number"
                raise NonFiniteLogitsError(f"{found}: {where}")


def record_bytes(record: Record) -> bytes:
    """A record's file: JSON with the digest of all bytes before it as its last entry."""
    return sealed(as_json(record).removesuffix("\n}\n").encode() + b",\n")


def sealed(body: bytes) -> bytes:
    """A record's bytes, `body`, with the last two lines: their SHA-256 as `digest`, and a brace."""
    return body + f' "digest": "{digests.of_bytes(body)}"\n}}\n'.encode()


def read_record(path: Path) -> Record:
    """Read a record and compare its bytes with its digest.

    The digest is of bytes, not of values: a grid of the paper's size has 14 GB of records, which
    would take longer to write again than to read.

    Raises:
        InputError: the file is missing, not JSON, of another format, or its digest differs.
    """
    remedy = "Delete it and run again: the store has or will have it."
    try:
        content = path.read_bytes()
        record = json.loads(content)
        if not isinstance(record, dict):
            raise ValueError(f"a {type(record).__name__}, not an object")
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(path, f"cannot be read ({error})", "a record", remedy) from None
    if record.get("format") != FORMAT:
        raise InputError(path, f"format {record.get('format')}", f"format {FORMAT}", remedy)
    if content != sealed(content[: -len(sealed(b""))]):
        raise InputError(path, "its digest differs from its content", "an intact file", remedy)
    return cast(Record, record)


def key_of(origin: Origin) -> str:
    """The key of a record in the store, of all in its origin that decides its numbers."""
    mask: Mapping[str, object] | None = origin["mask"]
    # Only where there are programs: other benchmarks' keys stay what they were.
    programs = {"programs": origin["programs"]} if "programs" in origin else {}
    # Only of written answers: rounding moves a log-likelihood a little, but may turn a text.
    batch = {"batch": origin["batch"]} if "batch" in origin else {}
    return digests.of_value(
        {
            "model": origin["model"]["digest"],
            "dtype": origin["model"]["dtype"],
            "mask": mask and [mask[key] for key in MASK_KEYS if key in mask],
            "requests": origin["requests"]["digest"],
            "code": origin["code"],
        }
        | programs
        | batch
    )


def key_of_entry(entry: Path) -> str:
    """The store's key of what a record holds, which is compared with its digest.

    Raises:
        InputError: it is damaged or of another format.
    """
    return key_of(read_record(entry)["origin"])


EVALUATIONS = Kind("evaluations", ".json", key_of_entry)


def _scores_of(numbers: Sequence[int], scores: dict[str, list[float]]) -> TaskScores:
    """Number of items and mean scores of one task of a group, for example one subject of MMLU."""
    means = {metric: fmean(values[n] for n in numbers) for metric, values in scores.items()}
    return {"n": len(numbers), "scores": means}


def _plain(response: Response) -> Any:
    """A log-likelihood as [nats, greedy]; minus infinity, which JSON lacks, as null."""
    if isinstance(response, tuple):
        value, greedy = response
        return [float(value) if math.isfinite(value) else None, bool(greedy)]
    return response
