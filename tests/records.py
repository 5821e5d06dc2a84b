"""Made-up records: the one place of the tests that follows the form in evaluation/fields.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from benchprof.evaluation.fields import Items, MaskOrigin, Origin, PoolFields, Record
from benchprof.evaluation.record import FORMAT, record_bytes


def record_of(
    responses: Sequence[Any],
    scores: Mapping[str, list[float]] | None = None,
    *,
    tasks: Sequence[str] | None = None,
    gold: Sequence[list[int]] | None = None,
    guessing: float = 0.25,
    pool: PoolFields | None = None,
    model: str = "m",
    mask: str | None = None,
    requests: str = "requests",
    made: Any = None,
    **items: list[Any],
) -> Record:
    """A whole record of these responses.

    Args:
        responses: of each item.
        scores: of each item, in each metric.
        tasks: of each item; all are of one task unless given.
        gold: right choices of each item; the first choice unless given.
        guessing: the score of guessing.
        pool: the documents from which the items were drawn.
        model: its digest.
        mask: digest of the mask; None for the intact model.
        requests: digest of what was asked.
        made: where and how the record was made.
        items: more entries of `items`, such as `set`, `right` and `verdicts`.

    Raises:
        ValueError: a list of the items has another length.
    """
    n, scores = len(responses), dict(scores or {})
    own: dict[str, Any] = {
        "task": list(tasks or ["task"] * n),
        "index": list(range(n)),
        "digest": [f"digest {number}" for number in range(n)],
        "gold": list(gold or [[0]] * n),
        "set": [None] * n,
        "right": [[] for _ in range(n)],
        "scores": scores,
        "responses": list(responses),
    } | items
    for part, values in {**own, **scores}.items():
        if part != "scores" and len(values) != n:
            raise ValueError(f"{part} of {len(values)} items and responses of {n}")
    numbers: dict[str, list[int]] = {}
    for number, task in enumerate(own["task"]):
        numbers.setdefault(task, []).append(number)
    record: Record = {
        "format": FORMAT,
        "origin": _origin_of(model, mask, requests, made),
        "n": n,
        "guessing": guessing,
        "scores": _means(scores, range(n)),
        "tasks": {
            task: {"n": len(of_task), "scores": _means(scores, of_task)}
            for task, of_task in numbers.items()
        },
        "items": cast(Items, own),
    }
    if pool is not None:
        record["pool"] = pool
    return record


def record_of_chances(chances: NDArray[np.float64], random: Any, **more: Any) -> Record:
    """The record of items whose first choice is right.

    Args:
        chances: the probability of each item's right choice; the other choice has half of the rest.
        random: draws by these chances which items are right in `acc`.
        more: as of `record_of`.
    """
    acc = (random.random(len(chances)) < chances).astype(float).tolist()
    responses = [[_choice(own), _choice((1 - own) / 2)] for own in chances]
    return record_of(responses, {"probability": chances.tolist(), "acc": acc}, **more)


def write_record(path: Path, record: Record) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(record_bytes(record))


def _choice(probability: float) -> list[Any]:
    return [float(np.log(probability)) if probability > 0 else None, False]


def _origin_of(model: str, mask: str | None, requests: str, made: Any) -> Origin:
    of_mask: MaskOrigin | None = None
    if mask is not None:
        of_mask = {"digest": mask, "n": 1, "method": "zero"}
    origin: Origin = {
        "model": {"digest": model, "source": {"folder": "model"}, "dtype": "float32"},
        "mask": of_mask,
        "requests": {
            "digest": requests, "task": "task", "version": "1", "fewshot": 0, "limit": None,
            "seed": 1, "chat_template": False, "chat_date": None, "thinking": None,
        },
        "code": "code",
    }  # fmt: skip
    if made is not None:
        origin["made"] = made
    return origin


def _means(scores: Mapping[str, list[float]], numbers: Iterable[int]) -> dict[str, float]:
    chosen = list(numbers)
    return {metric: fmean(values[n] for n in chosen) for metric, values in scores.items()}
