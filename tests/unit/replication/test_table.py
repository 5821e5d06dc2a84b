"""What the draw of train items adds to an AIS, by hand."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from numpy.typing import NDArray
from tests.records import record_of_chances, write_record

from benchprof.ablation import Ablation
from benchprof.profile.settings import ProfileSettings
from benchprof.profile.source import Source
from benchprof.replication.table import (
    COLUMNS,
    measure_replication,
    replication_rows,
    train_items_error,
)
from benchprof.tensors import write_tensors


def row(ability: str, ais: float, seed: int | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "model": "m", "ability": ability, "benchmark": f"{ability}_test",
             "selection": "contrastive",
        "mask_fraction": "0.1", "seed": seed, "headline": True, "metric": "probability", "n": 60,
        "ais": ais, "ais_low": ais - 0.1, "ais_high": ais + 0.1,
        "reason_code": "", "reason": "",
    } | changes  # fmt: skip


def table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows).astype({"seed": "Int64"})


def test_the_halves_differ_by_train_items_and_by_test_items() -> None:
    impact = table(
        [
            row("x", 0.8),
            row("x", 0.1, seed=1),
            row("x", 0.3, metric="acc", headline=False),
            row("x", 0.2, benchmark="y_test"),
            row("y", 0.5),
        ]
    )
    halves = table(
        [
            row("x", 0.7, 1, sd_test_items=0.1),
            row("x", 0.3, 2, sd_test_items=0.1),
            row("y", 0.45, 1, sd_test_items=0.2),
            row("y", 0.75, 2, sd_test_items=0.2),
        ]
    )
    found = replication_rows(impact, halves, {("m", "x"): 32, ("m", "y"): 31})
    assert list(found.columns) == COLUMNS
    assert found["ability"].tolist() == ["x", "y"]
    assert found["ais"].tolist() == [0.8, 0.5]
    assert found["items"].tolist() == [32, 31]
    assert found["ais_half_1"].tolist() == [0.7, 0.45]
    assert found["ais_half_2"].tolist() == [0.3, 0.75]
    assert found["sd_test_items"].tolist() == [0.1, 0.2]
    # (0.4^2 - 0.1^2 + 0.3^2 - 0.2^2) / 2, of which a quarter.
    assert train_items_error(found) == pytest.approx(math.sqrt(0.1 / 4))
    assert train_items_error(found.assign(sd_test_items=0.5)) == 0


def test_a_test_without_an_ais_says_why_and_counts_for_nothing() -> None:
    why = {"reason_code": "not_above_guessing", "reason": "because", "sd_test_items": np.nan}
    impact = table([row("x", np.nan, **why), row("y", 0.5)])
    halves = table(
        [
            row("x", np.nan, 1, **why),
            row("x", np.nan, 2, **why),
            row("y", 0.4, 1, sd_test_items=0.0),
            row("y", 0.6, 2, sd_test_items=0.0),
        ]
    )
    found = replication_rows(impact, halves, {("m", "x"): 32, ("m", "y"): 32})
    assert found["reason_code"].tolist() == ["not_above_guessing", ""]
    assert math.isnan(found["ais_half_1"][0])
    assert train_items_error(found) == pytest.approx(0.1)
    assert math.isnan(train_items_error(found[:1]))


ABILITIES = [f"a{number}" for number in range(30)]


@pytest.mark.parametrize("spread", [0.0, 0.15])
def test_test_items_noise_is_no_error_of_the_train_items(tmp_path: Path, spread: float) -> None:
    """Simulated records: the masks of halves keep shares of the score that vary by `spread`.

    All items would have a standard error of spread / sqrt(2).
    """
    random = np.random.default_rng(5)
    intact, sources = {}, []
    impact = table([row(ability, 0.5, metric="acc") for ability in ABILITIES])
    settings = ProfileSettings("acc", "chance_corrected", 400, 0.95, 1)
    for ability in ABILITIES:
        benchmark, path = f"{ability}_test", tmp_path / ability / "intact.json"
        write_record(path, record_of_chances(np.full(200, 0.9), random))
        intact["m", benchmark] = path
        for half in (1, 2):
            mask, name = tmp_path / ability / f"{half}.safetensors", f"{ability} {half}"
            used = {ability: {"n_items": 32}}
            origin = {"digest": name, "mask_fraction": "0.1", "importance": used}
            write_tensors(mask, {"w": torch.zeros(1)}, origin)
            # Guessing at 0.25: half of what is above it is lost, more or less.
            kept = 0.25 + 0.65 * (1 - np.clip(random.normal(0.5, spread), 0, 1))
            record = path.with_name(f"{half}.json")
            write_record(record, record_of_chances(np.full(200, kept), random, mask=name))
            own = Ablation(ability, "contrastive", "0.1", half=half)
            sources.append(Source("m", benchmark, own, record, mask))
    impact.to_parquet(tmp_path / "impact.parquet")
    csv, parquet = tmp_path / "r.csv", tmp_path / "r.parquet"
    measure_replication(tmp_path / "impact.parquet", intact, sources, settings, [csv, parquet])
    found = pd.read_parquet(parquet)
    assert found["items"].tolist() == [32] * 30
    # Two conditions of 200 right-or-wrong items of chance 0.9 and 0.575: independent in these
    # records.
    noise = math.sqrt(2 * 0.575 * 0.425 / 200) / 0.65
    assert found["sd_test_items"].mean() == pytest.approx(noise, rel=0.1)
    assert train_items_error(found) == pytest.approx(spread / math.sqrt(2), abs=0.035)
    # What the plain difference of the halves would have said.
    plain = math.sqrt(((found["ais_half_1"] - found["ais_half_2"]) ** 2).mean() / 4)
    assert plain > train_items_error(found)
    assert csv.read_text().count("\n") == 31


def noise_of(
    folder: Path, conditions: NDArray[np.float64], metric: str, impact: str = "chance_corrected"
) -> Any:
    """The row of one ability whose halves have these scores, (intact and halves, items)."""
    random = np.random.default_rng(4)
    sources = []
    intact = folder / "x" / "intact.json"
    for half, chance in enumerate(conditions):
        record = intact.with_name(f"{half}.json") if half else intact
        digest = str(half) if half else None
        write_record(record, record_of_chances(chance, random, mask=digest))
        if half:
            mask = folder / f"{half}.safetensors"
            origin = {
                "digest": str(half),
                "mask_fraction": "0.1",
                "importance": {"x": {"n_items": 32}},
            }
            write_tensors(mask, {"w": torch.zeros(1)}, origin)
            own = Ablation("x", "contrastive", "0.1", half=half)
            sources.append(Source("m", "x_test", own, record, mask))
    table([row("x", 0.4, metric=metric)]).to_parquet(folder / "impact.parquet")
    measure_replication(
        folder / "impact.parquet",
        {("m", "x_test"): intact},
        sources,
        ProfileSettings(metric, impact, 4000, 0.95, 1),
        [folder / "r.csv", folder / "r.parquet"],
    )
    (found,) = pd.read_parquet(folder / "r.parquet").itertuples()
    return found


def test_a_margin_near_nothing_leaves_the_noise_finite(tmp_path: Path) -> None:
    """Intact, the test is 2.3 standard errors above guessing: some resamples have no margin."""
    random = np.random.default_rng(3)
    chance = random.normal(0, 1, 100)
    chance = 0.25 + 0.04 + 0.175 * (chance - chance.mean()) / chance.std()
    lost = random.normal([[0.02], [0.01]], 0.03, (2, 100))
    found = noise_of(tmp_path, np.stack([chance, *(chance - lost)]), "probability")
    assert found.ais_half_1 == pytest.approx(lost[0].mean() / 0.04)
    # The standard error of the mean difference between the halves, as a share of the margin.
    error = (lost[0] - lost[1]).std(ddof=1) / math.sqrt(100) / 0.04
    assert found.sd_test_items == pytest.approx(error)


@pytest.mark.parametrize(("impact", "divisor"), [("chance_corrected", 0.75), ("absolute", 1.0)])
def test_twelve_answers_have_the_noise_of_twelve(
    tmp_path: Path, impact: str, divisor: float
) -> None:
    """The halves differ on three of twelve items, two one way and one the other."""
    conditions = np.ones((3, 12))
    conditions[1, :6] = 0
    conditions[2, [2, 3, 4, 5, 6]] = 0
    found = noise_of(tmp_path, conditions, "acc", impact)
    differences = [-1, -1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    error = np.std(differences, ddof=1) / math.sqrt(12) / divisor
    assert found.sd_test_items == pytest.approx(error)
