"""Rows of the AIS table: values, contrasts, undefined cells with their codes, clusters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.profile.conftest import SETTINGS, ablation, scores_losing, scores_of

from benchprof.errors import InputError
from benchprof.profile.rows import impact_rows
from benchprof.profile.scores import Scores
from benchprof.profile.settings import ProfileSettings
from benchprof.profile.significance import mcnemar_p

CELLS = {ablation("x"): 9, ablation("y"): 0, ablation("all_abilities", seed=1): 1}
NUMBERS = ["ais", "ais_low", "ais_high", "over_random", "over_random_low", "p_random", "p_ais",
           "over_others", "p_others"]  # fmt: skip


def test_rows_and_contrasts() -> None:
    rows, _ = impact_rows(scores_losing(CELLS), SETTINGS)
    table = rows.set_index(["metric", "ability"])
    own = table.loc[("acc", "x")]
    # (.9 - .45) / (.9 - .25); the control loses one item of twenty: .05 / .65.
    assert own["ais"] == pytest.approx(0.45 / 0.65)
    assert own["over_random"] == pytest.approx(0.40 / 0.65)
    assert own["over_others"] == pytest.approx(0.45 / 0.65)
    assert own["ais_low"] < own["ais"] < own["ais_high"]
    assert not own["headline"]
    assert table.loc[("probability", "x"), "headline"]
    assert np.isnan(table.loc[("acc", "all_abilities"), "over_random"])
    assert table.loc[("acc", "all_abilities"), "reason_random"] == "is_control"
    assert own[["reason_code", "reason_random", "reason_others"]].tolist() == ["", "", ""]


def test_right_or_wrong_scores_are_tested_by_mcnemar() -> None:
    rows, _ = impact_rows(scores_losing(CELLS), SETTINGS)
    own = rows.set_index(["metric", "ability"]).loc[("acc", "x")]
    # Nine items lost against the intact model and the other mask, eight against the control.
    assert own["p_ais"] == mcnemar_p(9, 0)
    assert own["p_others"] == mcnemar_p(9, 0)
    assert own["p_random"] == mcnemar_p(8, 0)


def test_a_mean_of_controls_is_tested_against_all_of_them() -> None:
    cells = CELLS | {ablation("all_abilities", seed=2): 3}
    rows, _ = impact_rows(scores_losing(cells), SETTINGS)
    own = rows.set_index(["metric", "ability"]).loc[("acc", "x")]
    # Two controls lost the first item, one the second and third: in steps of half an item 0, 1, 1
    # and six times 2. All of one sign: two of the 2^8 arrangements are as extreme.
    assert own["over_random"] == pytest.approx((9 - 2) / 20 / 0.65)
    assert own["p_random"] == pytest.approx(2 / 2**8)


def test_a_control_of_each_ability_is_its_own() -> None:
    cells = {ablation("x"): 9, ablation("y"): 0, ablation("x", seed=1): 3, ablation("y", seed=1): 2}
    rows, _ = impact_rows(scores_losing(cells), SETTINGS)
    acc = rows[(rows["metric"] == "acc") & rows["seed"].isna()].set_index("ability")
    assert acc.loc["x", "over_random"] == pytest.approx(6 / 20 / 0.65)
    assert acc.loc["y", "over_random"] == pytest.approx(-2 / 20 / 0.65)


def test_a_score_at_guessing_has_no_impact_but_a_reason() -> None:
    metrics = {"probability": [[0.1, 0.4] * 10] * 2, "acc": [[1.0] * 6 + [0.0] * 14] * 2}
    rows, shown = impact_rows(scores_of([ablation("x")], metrics), SETTINGS)
    assert rows[NUMBERS].isna().all(axis=None)
    assert shown is None
    assert "the intact score 0.300 is not significantly above guessing" in rows["reason"].iloc[1]
    for column in ("reason_code", "reason_random", "reason_others"):
        assert set(rows[column]) == {"not_above_guessing"}
    assert rows["ablated"].notna().all()


@pytest.mark.parametrize("ablated", [0.0, 0.5])
def test_whether_there_is_an_ais_is_not_for_ablated_models_to_say(ablated: float) -> None:
    """Two of ten are right and guessing scores 0, which has no chance by the binomial test. Asked
    for by the ablated model's half a point, a t-test gave p = 0.084."""
    metrics = {"f1": [[1.0] * 2 + [0.0] * 8, [ablated] + [0.0] * 9]}
    rows, _ = impact_rows(scores_of([ablation("x")], metrics, guessing=0.0), SETTINGS)
    assert rows["p_guessing"].tolist() == [0.0]
    assert rows["reason_code"].tolist() == [""]


def test_nine_items_are_too_few_and_ten_are_not() -> None:
    for n, code in ((9, "too_few_items"), (10, "")):
        metrics = {"acc": [[1.0] * n, [0.0] * n]}
        rows, _ = impact_rows(scores_of([ablation("x")], metrics), SETTINGS)
        assert rows["reason_code"].tolist() == [code]
        assert rows["ais"].isna().tolist() == [bool(code)]
    assert rows["reason_random"].tolist() == ["no_controls"]
    assert rows["reason_others"].tolist() == ["no_other_abilities"]


def test_subjects_are_clusters_and_their_tests_counterfactual_them_whole() -> None:
    tasks = [f"subject_{number // 5}" for number in range(60)]
    # The first eight of twelve subjects are lost whole.
    acc = [[1.0] * 60, [0.0] * 40 + [1.0] * 20]
    rows, _ = impact_rows(scores_of([ablation("x")], {"acc": acc}, tasks=tasks), SETTINGS)
    assert rows["clusters"].tolist() == [12]
    assert rows["p_ais"].iloc[0] == pytest.approx(2 / 2**8)
    alone, _ = impact_rows(scores_of([ablation("x")], {"acc": acc}), SETTINGS)
    assert alone["clusters"].isna().all()
    assert alone["p_ais"].iloc[0] == pytest.approx(2 / 2**40)
    width = (rows["ais_high"] - rows["ais_low"]).iloc[0]
    assert width > 1.8 * (alone["ais_high"] - alone["ais_low"]).iloc[0]


def test_a_metric_that_a_benchmark_lacks_falls_back_to_its_first() -> None:
    settings = ProfileSettings("exact_match", "absolute", 500, 0.95, 1)
    rows, _ = impact_rows(scores_losing(CELLS), settings)
    assert set(rows.loc[rows["headline"], "metric"]) == {"probability"}


def test_a_shipped_benchmark_shows_the_metric_that_it_is_known_by() -> None:
    settings = ProfileSettings("headline", "absolute", 500, 0.95, 1, {"b": "acc"})
    rows, _ = impact_rows(scores_losing(CELLS), settings)
    assert set(rows.loc[rows["headline"], "metric"]) == {"acc"}
    assert settings.headline(scored("another", "probability", "acc")) == "probability"


def test_a_benchmark_without_the_wanted_metric_shows_the_one_that_it_is_known_by() -> None:
    known = {"gsm8k": "strict", "arc": "acc"}
    settings = ProfileSettings("probability", "absolute", 500, 0.95, 1, known)
    # By name, `flexible` would come first.
    assert settings.headline(scored("gsm8k", "flexible", "strict")) == "strict"
    assert settings.headline(scored("arc", "probability", "acc")) == "probability"
    assert settings.headline(scored("gsm8k", "flexible")) == "flexible"


def test_a_benchmark_without_a_metric_of_every_item_is_named() -> None:
    """As where a task's `process_results` gives one metric to some items, another to the rest."""
    with pytest.raises(InputError, match="benchmark mixed: no metric has a score for every item"):
        SETTINGS.headline(replace(scored("mixed", "acc"), metrics={}))


def scored(benchmark: str, *metrics: str) -> Scores:
    return scores_of([], {metric: [[1.0]] for metric in metrics}, benchmark=benchmark)
