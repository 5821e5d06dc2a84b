"""One job: by how much an ability's AIS on its held-out test differs with the train items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchprof.files import write_table
from benchprof.origin import read_origin
from benchprof.profile.impact import Impacts
from benchprof.profile.resampling import standard_error
from benchprof.profile.rows import impact_rows
from benchprof.profile.scores import Scores, mask_digests, read_scores
from benchprof.profile.settings import ProfileSettings
from benchprof.profile.shown import shown_masks
from benchprof.profile.source import Source

KEYS = ["model", "ability", "benchmark", "selection", "mask_fraction"]
COLUMNS = [*KEYS, "metric", "n", "ais", "ais_low", "ais_high", "items", "ais_half_1",
           "ais_half_2", "sd_test_items", "reason_code", "reason"]  # fmt: skip


def measure_replication(
    impact: Path,
    intact: Mapping[tuple[str, str], Path],
    sources: Sequence[Source],
    settings: ProfileSettings,
    targets: Sequence[Path],
) -> None:
    """Write the table of `replication_rows` as CSV and parquet.

    Args:
        impact: the AIS table.
        intact: record of the unablated model by (model, benchmark), held-out tests alone.
        sources: records under the masks of halves, on their abilities' held-out tests.
        settings: how scores become AIS.
        targets: the CSV and the parquet file.
    """
    # A column of the tables tells controls apart, and here the halves.
    sources = [
        replace(s, ablation=replace(s.ablation, seed=s.ablation.half, half=None)) for s in sources
    ]
    masks = mask_digests(source.mask for source in sources)
    halves = []
    for (model, benchmark), path in intact.items():
        own = [s for s in sources if (s.model, s.benchmark) == (model, benchmark)]
        scores = read_scores(model, benchmark, path, own, masks)
        rows, shown = impact_rows(scores, settings)
        halves.append(_with_noise(rows[rows["headline"]], scores, shown))
    table = replication_rows(pd.read_parquet(impact), pd.concat(halves), item_numbers(sources))
    write_table(targets[0], table)


def replication_rows(
    impact: pd.DataFrame, halves: pd.DataFrame, items: Mapping[tuple[str, str], int]
) -> pd.DataFrame:
    """A row of `COLUMNS` per mask on its ability's held-out test, in the metric shown.

    `ais` is under the mask that all train items made, `ais_half_1` and `ais_half_2` under those
    that each half made, over the same test items. `sd_test_items` is the standard error of their
    difference over the test items, divided by the same number as both.

    Args:
        impact: the AIS table.
        halves: its rows of the masks of halves; `seed` is the half; with `sd_test_items`.
        items: number of train items of a half by (model, ability).
    """
    shown = shown_masks(impact).to_dict("records")
    whole = {tuple(row[key] for key in KEYS): row for row in shown}
    rows = []
    for key, pair in halves.groupby(KEYS, sort=False):
        row: dict[str, Any] = {name: whole[key][name] for name in COLUMNS[:-6]}
        ais = pair.set_index("seed")["ais"].astype(np.float64)
        row |= {"items": items[row["model"], row["ability"]]}
        row |= {f"ais_half_{half}": ais[half] for half in (1, 2)}
        row |= {"sd_test_items": pair["sd_test_items"].iloc[0]}
        rows.append(row | {name: whole[key][name] for name in ("reason_code", "reason")})
    return pd.DataFrame(rows, columns=COLUMNS)


def item_numbers(sources: Sequence[Source]) -> dict[tuple[str, str], int]:
    """Train items that made a mask of a half, by (model, ability), from the masks' metadata."""
    return {
        (s.model, own): int(read_origin(s.mask)["importance"][own]["n_items"])
        for s in sources
        for own in [s.ablation.ability]
    }


def train_items_error(table: pd.DataFrame) -> float:
    """Standard error of an own AIS from the draw of train items, over the abilities of a table.

    The square of the halves' difference is, on average, twice the variance of a half plus the test
    items' noise in the difference. Where the variance falls as one over the number of items, all
    items have half of a half's: a quarter of what is left. One pair says little, so that the mean
    is taken over abilities. 0 where the test items' noise explains all; NaN where nothing is
    defined.
    """
    known = table.dropna(subset=["ais_half_1", "ais_half_2", "sd_test_items"])
    if known.empty:
        return float("nan")
    squares = (known["ais_half_1"] - known["ais_half_2"]) ** 2 - known["sd_test_items"] ** 2
    return float(np.sqrt(max(0.0, squares.mean() / 4)))


def _with_noise(rows: pd.DataFrame, scores: Scores, impacts: Impacts | None) -> pd.DataFrame:
    """The rows with `sd_test_items`: the standard error of a pair's difference over the test items.

    A held-out test is one task, so that its items are drawn one by one. The divisor is that of the
    AIS: in resamples it may be near 0, and no ratio to it has a variance. It is the same for both
    halves, so its error says nothing about the masks.
    """
    if impacts is None:
        return rows.assign(sd_test_items=np.nan)
    (metric,) = rows["metric"].unique()
    noise = {}
    for view in {a.kind for a in scores.ablations}:
        pair = [n for n, a in enumerate(scores.ablations, 1) if a.kind == view]
        first, second = scores.metrics[metric][pair]
        noise[view] = standard_error(first - second) / impacts.base
    keys = zip(rows["selection"], rows["mask_fraction"], strict=True)
    return rows.assign(sd_test_items=[noise[key] for key in keys])
