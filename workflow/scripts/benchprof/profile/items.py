"""The table of items: which of them turn wrong or right under which ablation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchprof.ablation import Ablation
from benchprof.files import written_whole
from benchprof.profile.scores import Scores
from benchprof.profile.settings import ProfileSettings

NAME = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [
        *((name, NAME) for name in ("model", "benchmark", "metric")),
        *((name, NAME) for name in ("ability", "selection", "mask_fraction")),
        ("seed", pa.int32()),
        ("task", NAME),
        ("index", pa.int32()),
        ("digest", NAME),
        ("intact", pa.bool_()),
        ("ablated", pa.bool_()),
        ("flip", pa.int8()),
    ]
)

FLIP_COLUMNS = ["model", "benchmark", "ability", "selection", "mask_fraction", "seed",
                "metric", "n", "intact_right", "lost", "gained"]  # fmt: skip


@dataclass(frozen=True)
class ItemConditions:
    """Which items one model has right, intact and under each ablation.

    Attributes:
        model: its name.
        benchmark: its name.
        metric: the right-or-wrong one.
        ablations: of the model.
        tasks: (n,), the lm-eval task of each item.
        items: (n,), place in the task's data and digest of the document.
        right: (1 + ablations, n), of the intact model first.
    """

    model: str
    benchmark: str
    metric: str
    ablations: tuple[Ablation, ...]
    tasks: tuple[str, ...]
    items: tuple[tuple[int, str], ...]
    right: NDArray[np.bool_]


def item_conditions(scores: Scores, settings: ProfileSettings) -> ItemConditions | None:
    """Right or wrong of each item, None where no metric of the benchmark says so.

    By the metric shown where that is right-or-wrong, else by the record's first that is.
    """
    headline = settings.headline(scores)
    order = [headline, *(metric for metric in scores.metrics if metric != headline)]
    for metric in order:
        if metric in scores.binary:
            return ItemConditions(
                scores.model, scores.benchmark, metric, scores.ablations, scores.tasks,
                scores.items, scores.metrics[metric] > 0.5,
            )  # fmt: skip
    return None


def write_items(conditions: Iterable[ItemConditions], path: Path) -> None:
    """Write a row per (model, benchmark, ablation, item) as parquet, piece by piece."""
    with written_whole(path) as temporary, pq.ParquetWriter(temporary, SCHEMA) as writer:
        for own in conditions:
            writer.write_table(_table(own))


def flip_rows(conditions: Iterable[ItemConditions]) -> pd.DataFrame:
    """A row per (model, benchmark, ablation): how many items turned wrong and how many right."""
    rows = []
    for answers in conditions:
        lost = (answers.right[0] & ~answers.right[1:]).sum(axis=1)
        gained = (~answers.right[0] & answers.right[1:]).sum(axis=1)
        for a, wrong, right in zip(answers.ablations, lost.tolist(), gained.tolist(), strict=True):
            rows.append(
                (answers.model, answers.benchmark, a.ability, a.selection, a.mask_fraction, a.seed,
                 answers.metric, len(answers.tasks), int(answers.right[0].sum()), wrong, right)
            )  # fmt: skip
    return pd.DataFrame(rows, columns=FLIP_COLUMNS).astype({"seed": "Int64"})


def _table(conditions: ItemConditions) -> pa.Table:
    count, n = len(conditions.ablations), len(conditions.tasks)
    intact, ablated = np.tile(conditions.right[0], count), conditions.right[1:].ravel()
    by_ablation = np.repeat(np.arange(count, dtype=np.int32), n)
    by_item = np.tile(np.arange(n, dtype=np.int32), count)
    seeds = pa.array([a.seed for a in conditions.ablations], pa.int32())
    columns: dict[str, Any] = {
        name: _names([getattr(conditions, name)], np.zeros(count * n, dtype=np.int32))
        for name in ("model", "benchmark", "metric")
    }
    columns |= {
        name: _names([getattr(a, field) for a in conditions.ablations], by_ablation)
        for name, field in (
            ("ability", "ability"),
            ("selection", "selection"),
            ("mask_fraction", "mask_fraction"),
        )
    }
    columns |= {
        "seed": seeds.take(pa.array(by_ablation)),
        "task": _names(conditions.tasks, by_item),
        "index": np.array([index for index, _ in conditions.items], dtype=np.int32)[by_item],
        "digest": _names([digest for _, digest in conditions.items], by_item),
        "intact": intact,
        "ablated": ablated,
        "flip": ablated.astype(np.int8) - intact.astype(np.int8),
    }
    return pa.table(columns, schema=SCHEMA)


def _names(names: Sequence[str], places: NDArray[np.int32]) -> pa.DictionaryArray:
    """The names at these places, each distinct one stored once."""
    distinct, codes = np.unique(np.array(names), return_inverse=True)
    return pa.DictionaryArray.from_arrays(codes.astype(np.int32)[places], pa.array(distinct))
