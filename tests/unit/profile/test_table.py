"""The long table: rows, undefined cells with reasons, controls, dose, corrected p-values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control

from benchprof.profile.table import (
    Cell,
    Settings,
    add_corrected,
    add_dose,
    impact_rows,
    similarity_rows,
)

SETTINGS = Settings("probability", "chance_corrected", 500, 0.95, 1)


def record(acc, probability, guessing=0.25, mask="m"):
    return {
        "guessing": guessing,
        "origin": {
            "model": {"digest": "model"},
            "mask": {"digest": mask},
            "requests": {"digest": "requests"},
        },
        "items": {"scores": {"probability": probability, "acc": acc}},
    }


INTACT = record([1.0] * 18 + [0.0] * 2, list(np.linspace(0.5, 0.9, 20)))


def cell(ability, seed=None, lost=0, benchmark="b"):
    acc = [0.0] * lost + [1.0] * (18 - lost) + [0.0] * 2
    probability = list(np.linspace(0.5, 0.9, 20) * (1 - lost / 20))
    return Cell("m", benchmark, ability, "specific", "0.001", seed, record(acc, probability))


CELLS = [cell("x", lost=9), cell("y", lost=0), cell("all_abilities", seed=1, lost=1)]


def test_rows_and_contrasts() -> None:
    table = impact_rows(INTACT, CELLS, SETTINGS).set_index(["metric", "ability"])
    own = table.loc[("acc", "x")]
    # (.9 - .45) / (.9 - .25); the control loses one item of twenty: .05 / .65.
    assert own["ais"] == pytest.approx(0.45 / 0.65)
    assert own["over_random"] == pytest.approx(0.40 / 0.65)
    assert own["over_others"] == pytest.approx(0.45 / 0.65)
    assert own["ais_low"] < own["ais"] < own["ais_high"]
    assert not own["headline"]
    assert table.loc[("probability", "x"), "headline"]
    assert np.isnan(table.loc[("acc", "all_abilities"), "over_random"])


def test_a_score_at_guessing_has_no_impact_but_a_reason() -> None:
    base = record([1.0] * 6 + [0.0] * 14, [0.1, 0.4] * 10)
    table = impact_rows(base, [CELLS[0]], SETTINGS)
    numbers = ["ais", "ais_low", "ais_high", "over_random", "p_random", "over_others"]
    assert table[numbers].isna().all(axis=None)
    assert "the intact score 0.300 is not significantly above guessing" in table["reason"].iloc[1]
    assert table["ablated"].notna().all()


def test_a_metric_that_a_benchmark_lacks_falls_back_to_its_first() -> None:
    settings = Settings("exact_match", "absolute", 500, 0.95, 1)
    table = impact_rows(INTACT, CELLS[:1], settings)
    assert table.loc[table["headline"], "metric"].tolist() == ["probability"]


def test_a_shipped_benchmark_shows_the_metric_that_it_is_known_by() -> None:
    headlines = {CELLS[0].benchmark: "acc"}
    settings = Settings("headline", "absolute", 500, 0.95, 1, headlines)
    table = impact_rows(INTACT, CELLS[:1], settings.of_benchmark(CELLS[0].benchmark))
    assert table.loc[table["headline"], "metric"].tolist() == ["acc"]
    assert settings.of_benchmark("another").metric == "headline"


def test_the_dose_is_the_ability_s_own_impact() -> None:
    both = [
        impact_rows(INTACT, [cell("x", lost=lost, benchmark=name)], SETTINGS)
        for name, lost in (("x_test", 9), ("other", 2))
    ]
    table = add_dose(pd.concat(both, ignore_index=True), {"x": "x_test"})
    acc = table[table["metric"] == "acc"].set_index("benchmark")
    assert acc.loc["other", "dose"] == acc.loc["x_test", "ais"]


def test_the_correction_is_benjamini_hochberg_within_a_metric() -> None:
    table = add_corrected(impact_rows(INTACT, CELLS, SETTINGS))
    acc = table[(table["metric"] == "acc") & table["p_random"].notna()]
    np.testing.assert_allclose(acc["q_random"], false_discovery_control(acc["p_random"]))


def test_similarity_wants_two_models_and_says_why_not() -> None:
    one = add_corrected(impact_rows(INTACT, CELLS, SETTINGS))
    assert similarity_rows(one, 1).empty
    other = one.assign(model="n")
    both = pd.concat([one, other], ignore_index=True)
    (row,) = similarity_rows(both, 1).to_dict("records")
    assert row["similarity"] == pytest.approx(1)
    both.loc[both["model"] == "n", "ais"] = np.nan
    (row,) = similarity_rows(both, 1).to_dict("records")
    assert np.isnan(row["similarity"])
    assert row["reason"] == "a profile is undefined"
