"""One job: by how much an ability's AIS on its own test differs with the train items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchprof.files import written_whole
from benchprof.profile.rows import impact_rows
from benchprof.profile.scores import Source, mask_digests, read_scores
from benchprof.profile.settings import Settings
from benchprof.tensors import TensorFile

KEYS = ["model", "ability", "benchmark", "selection", "fraction"]
COLUMNS = [*KEYS, "metric", "n", "ais", "ais_low", "ais_high", "items", "ais_half_1",
           "ais_half_2", "se_items", "reason_code", "reason"]  # fmt: skip


def measure_replication(
    impact: Path,
    intact: Mapping[tuple[str, str], Path],
    sources: Sequence[Source],
    settings: Settings,
    targets: Sequence[Path],
) -> None:
    """Write the table of `replication_rows` as CSV and parquet.

    Args:
        impact: the AIS table.
        intact: record of the unablated model by (model, benchmark), own tests alone.
        sources: records under the masks of halves, on their abilities' own tests; `seed` is the
            half, 1 or 2.
        settings: how scores become AIS.
        targets: the CSV and the parquet file.
    """
    masks = mask_digests(source.mask for source in sources)
    halves = []
    for (model, benchmark), path in intact.items():
        own = [s for s in sources if (s.model, s.benchmark) == (model, benchmark)]
        rows, _ = impact_rows(read_scores(model, benchmark, path, own, masks), settings)
        halves.append(rows[rows["headline"]])
    table = replication_rows(pd.read_parquet(impact), pd.concat(halves), item_numbers(sources))
    csv, parquet = targets
    with written_whole(csv) as temporary:
        table.to_csv(temporary, index=False, lineterminator="\n")
    with written_whole(parquet) as temporary:
        table.to_parquet(temporary, index=False)


def replication_rows(
    impact: pd.DataFrame, halves: pd.DataFrame, items: Mapping[tuple[str, str], int]
) -> pd.DataFrame:
    """A row of `COLUMNS` per mask on its ability's own test, in the metric shown.

    `ais` is under the mask that all train items made, `ais_half_1` and `ais_half_2` under those
    that each half made, over the same test items. `se_items` is |ais_half_1 - ais_half_2| / 2: the
    halves' variance is (difference)^2 / 2, and twice as many items have half of it. One pair says
    little (the 95% interval of a standard error on one degree of freedom runs from 0.45 to 32
    times it); over abilities the mean of its square says more.

    Args:
        impact: the AIS table.
        halves: its rows of the masks of halves; `seed` is the half.
        items: number of train items of a half by (model, ability).
    """
    shown = impact[impact["headline"] & impact["seed"].isna()].to_dict("records")
    whole = {tuple(row[key] for key in KEYS): row for row in shown}
    rows = []
    for key, pair in halves.groupby(KEYS, sort=False):
        row: dict[str, Any] = {name: whole[key][name] for name in COLUMNS[:-6]}
        ais = pair.set_index("seed")["ais"].astype(np.float64)
        row |= {"items": items[row["model"], row["ability"]]}
        row |= {f"ais_half_{half}": ais[half] for half in (1, 2)}
        row |= {"se_items": abs(ais[1] - ais[2]) / 2}
        rows.append(row | {name: whole[key][name] for name in ("reason_code", "reason")})
    return pd.DataFrame(rows, columns=COLUMNS)


def item_numbers(sources: Sequence[Source]) -> dict[tuple[str, str], int]:
    """Train items that made a mask of a half, by (model, ability), from the masks' metadata."""
    return {
        (s.model, s.ability): int(TensorFile(s.mask).origin["importance"][s.ability]["n_items"])
        for s in sources
    }


def pooled_error(table: pd.DataFrame) -> float:
    """Standard error of an AIS from the draw of train items: root mean square over abilities.

    NaN where no row is defined.
    """
    known = table["se_items"].dropna()
    return float(np.sqrt((known**2).mean())) if len(known) else float("nan")
