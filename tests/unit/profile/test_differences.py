"""Differences of AIS between two models: by hand, and their intervals by simulation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.records import record_of_chances, write_record
from tests.unit.profile.conftest import SETTINGS, ablation, scores_losing

from benchprof.ablation import Ablation
from benchprof.profile.differences import difference_rows, model_differences
from benchprof.profile.guessing import Guessing
from benchprof.profile.impact import measure_impacts
from benchprof.profile.job import measure_benchmark
from benchprof.profile.rows import impact_rows
from benchprof.profile.source import Source
from benchprof.profile.units import units_of


def impacts(intact, ablated, resamples=1000):
    scores = np.vstack([intact, ablated]).astype(float)
    units = units_of(["one"] * scores.shape[1])
    return measure_impacts(scores, Guessing(0.25), units, "chance_corrected", resamples, 0.95, 1)


def test_rows_are_the_difference_of_the_table_s_numbers() -> None:
    lost = {"m": 9, "n": 2}
    scores = {
        model: scores_losing(
            {ablation("x"): own, ablation("y"): 0, ablation("all", seed=1): 1}, model=model
        )
        for model, own in lost.items()
    }
    shown = {model: impact_rows(own, SETTINGS)[1] for model, own in scores.items()}
    rows = difference_rows(scores, shown, "probability")
    assert [(row["ability"], row["model_a"], row["model_b"]) for row in rows] == [
        ("x", "m", "n"), ("y", "m", "n"),
    ]  # fmt: skip
    # Mean .7 intact; (9 - 2) / 20 of it, over .45.
    assert rows[0]["difference"] == pytest.approx(0.7 * 7 / 20 / 0.45)
    assert rows[0]["difference_low"] < rows[0]["difference"] < rows[0]["difference_high"]
    rows = difference_rows(scores, shown | {"n": None}, "probability")
    assert {row["reason_code"] for row in rows} == {"undefined_profile"}
    assert np.isnan(rows[0]["difference"])


def test_models_that_lose_nothing_differ_within_an_interval() -> None:
    intact = [1.0] * 45 + [0.0] * 15
    same = impacts(intact, [intact])
    value, low, high = model_differences(same, same, [0])[:, 0]
    assert value == 0.0
    assert low < 0 < high


def test_a_resample_without_either_base_sets_no_bound() -> None:
    # Both at 7 of 20 right: in many resamples neither is above guessing.
    weak = impacts([1.0] * 7 + [0.0] * 13, [[0.0] * 20])
    _, low, high = model_differences(weak, weak, [0])[:, 0]
    assert np.isinf([low, high]).all()


def test_a_model_that_is_sure_of_everything_stays_paired(tmp_path: Path) -> None:
    """Its probabilities are all 0 or 1, the other's the same but for a hundredth.

    So every item loses as much in both, and over the same resamples the difference is hardly
    uncertain; over different ones its interval would be as wide as that of two samples.
    """
    sure = np.array([1.0] * 48 + [0.0] * 12)
    lost = np.where(np.arange(60) < 15, 0.0, sure)
    random, intact, sources = np.random.default_rng(1), {}, []
    for model, shift in (("m", 0.0), ("n", 0.01)):
        path, mask = tmp_path / model / "b" / "intact.json", tmp_path / f"{model}.safetensors"
        intact[model] = path
        for chance, record, made in ((sure, path, None), (lost, path.with_name("x.json"), "x")):
            softened = chance * (1 - 2 * shift) + shift
            write_record(record, record_of_chances(softened, random, model=model, mask=made))
        own = Ablation("x", "top", "0.1")
        sources.append(Source(model, "b", own, path.with_name("x.json"), mask))
    masks = {source.mask: "x" for source in sources}
    (row,) = measure_benchmark("b", intact, sources, masks, SETTINGS).differences
    assert row["difference_high"] - row["difference_low"] < 0.03
    assert abs(row["difference"]) < 0.03


@pytest.mark.parametrize("binary", [True, False])
def test_intervals_cover_the_true_difference(binary: bool) -> None:
    """Two models that share what makes items hard; 93 to 97% of 500 simulations."""
    random = np.random.default_rng(4)
    covered = 0
    for _ in range(500):
        if binary:
            # Right intact: .8 and .7, by a common difficulty; kept: .6 and .8 of those.
            hard = random.random(120)
            first, second = (hard < 0.8).astype(float), (hard < 0.7).astype(float)
            lost = [
                own * (random.random(120) < keep) for own, keep in ((first, 0.6), (second, 0.8))
            ]
            truth = 0.8 * 0.4 / 0.55 - 0.7 * 0.2 / 0.45
        else:
            # Means .8 and .64, from a common part; kept: .7 and .9 of those.
            first = random.beta(8, 2, 120)
            second = first * random.beta(8, 2, 120)
            lost = [first * random.beta(7, 3, 120), second * random.beta(9, 1, 120)]
            truth = 0.8 * 0.3 / 0.55 - 0.64 * 0.1 / 0.39
        _, low, high = model_differences(
            impacts(first, [lost[0]]), impacts(second, [lost[1]]), [0]
        )[:, 0]
        covered += low <= truth <= high
    assert 0.93 <= covered / 500 <= 0.97
