"""Recovery of a planted truth: every number against one worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from tests.unit.profile.conftest import SETTINGS, ablation, scores_of

from benchprof.errors import InputError
from benchprof.masks.mask import Mask, write_mask
from benchprof.run.ablation import Ablation
from benchprof.run.configuration.validation import MostErrors, Thresholds
from benchprof.validation.blocks import share_within
from benchprof.validation.coverage import coverage_rows
from benchprof.validation.recovery import (
    drops,
    mask_rows,
    recovered_cells,
    recovery_rows,
    truth_rows,
)
from benchprof.validation.thresholds import Measured, judge, verdict_text
from benchprof.validation.true_similarity import true_similarity_rows

OWN = {"x": "x_test", "y": "y_test"}
NEEDED = {"x_test": {"x"}, "y_test": {"y"}}


def impact_table(ais: dict[tuple[str, str], float]) -> pd.DataFrame:
    """By (benchmark, ability)."""
    return pd.DataFrame(
        {
            "model": "m", "selection": "specific", "fraction": "0.01", "benchmark": benchmark,
            "ability": ability, "ais": value, "ais_low": value - 0.1, "ais_high": value + 0.1,
            "n": 20, "mask_digest": ability, "model_digest": "model",
            "requests_digest": "requests", "headline": True, "seed": pd.NA,
        }
        for (benchmark, ability), value in ais.items()
    )  # fmt: skip


def truth_table(values: dict[tuple[str, str], float]) -> pd.DataFrame:
    return pd.DataFrame(
        {"model": "m", "benchmark": benchmark, "ability": ability, "truth": value,
         "model_digest": "model", "requests_digest": "requests"}
        for (benchmark, ability), value in values.items()
    )  # fmt: skip


FOUND = {("x_test", "x"): 0.9, ("x_test", "y"): -0.1, ("y_test", "x"): 0.2, ("y_test", "y"): -0.7}
TRUE = {("x_test", "x"): 1.0, ("x_test", "y"): 0.0, ("y_test", "x"): 0.0, ("y_test", "y"): 0.9}


def recovery(
    needed: tuple[str, str] = ("x", ""), abilities: Mapping[str, set[str]] = NEEDED
) -> dict[str, Any]:
    masks = pd.DataFrame(
        {"model": "m", "selection": "specific", "fraction": "0.01", "ability": ["x", "y"],
         "precision": [0.9, 0.5], "recall": [0.2, 0.4], "form_share": [0.0, 0.3]}
    )  # fmt: skip
    findings = pd.DataFrame(
        {"model": "m", "selection": "specific", "fraction": "0.01",
         "benchmark": ["x_test", "y_test"], "needed": list(needed)}
    )  # fmt: skip
    cells = recovered_cells(impact_table(FOUND), truth_table(TRUE)).assign(expected=1.0)
    return recovery_rows(cells, masks, findings, abilities, OWN).iloc[0].to_dict()


def test_recovery_by_hand() -> None:
    row = recovery()
    assert row["own_drop"] == pytest.approx(0.1)
    assert row["own_drop_min"] == pytest.approx(-0.7)
    # Of the worst mask: that of x takes 0.2 off y's test, that of y adds 0.1 to x's.
    assert row["others_drop"] == pytest.approx(0.2)
    assert row["truth_rmse"] == pytest.approx(np.sqrt((0 + 1 + 1 + 0.01) / 4))
    assert row["ais_rmse"] == pytest.approx(np.sqrt((0.01 + 0.01 + 0.04 + 2.56) / 4))
    # Of the two effects beyond 0.15 one has the wrong sign.
    assert (row["clear_cells"], row["clear_negative_cells"], row["sign_errors"]) == (2, 0, 1)
    assert (row["mask_precision"], row["mask_precision_min"]) == (pytest.approx(0.7), 0.5)
    assert row["form_share"] == pytest.approx(0.15)
    assert not row["separable"]


@pytest.mark.parametrize(
    ("needed", "false", "found"),
    [(("x", ""), 0.0, 0.5), (("x; y", "y"), 0.5, 1.0), (("y", "x"), 1.0, 0.0)],
)
def test_false_positives_are_of_the_abilities_not_needed(
    needed: tuple[str, str], false: float, found: float
) -> None:
    row = recovery(needed)
    assert (row["false_positives"], row["found"]) == (false, found)


def test_benchmarks_that_need_all_abilities_have_no_false_positives() -> None:
    row = recovery(abilities={"x_test": {"x", "y"}, "y_test": {"x", "y"}})
    assert (row["independent_cells"], row["dependent_cells"], row["found"]) == (0, 4, 0.25)
    assert np.isnan(row["false_positives"])


@pytest.mark.parametrize("identity", ["model_digest", "requests_digest"])
def test_a_profile_of_other_weights_or_requests_is_refused(identity: str) -> None:
    impact = impact_table(FOUND).assign(**{identity: "another"})
    with pytest.raises(InputError, match=f"m, x_test.*{identity}"):
        recovered_cells(impact, truth_table(TRUE))


def test_truth_is_the_drop_over_what_is_above_guessing() -> None:
    means = [[0.75] * 4, [0.25] * 4, [0.65] * 4]
    scores = scores_of([ablation("x"), ablation("y")], {"probability": means})
    assert truth_rows(scores, SETTINGS)["truth"].tolist() == pytest.approx([1.0, 0.2])


def test_shares_count_entries(tmp_path: Path) -> None:
    mask = Mask({"a": torch.tensor([1, 2, 3]), "b": torch.tensor([0])}, {})
    block = Mask({"a": torch.tensor([2, 3, 4, 5, 6, 7]), "c": torch.tensor([0, 1])}, {})
    write_mask(tmp_path / "mask.safetensors", mask)
    write_mask(tmp_path / "block.safetensors", block)
    files = tmp_path / "mask.safetensors", tmp_path / "block.safetensors"
    assert (share_within(*files), share_within(*reversed(files))) == (2 / 4, 2 / 8)


def test_a_mask_s_share_of_form_is_that_in_any_form_block(tmp_path: Path) -> None:
    entries = {"mask": [0, 1, 2, 3], "block": [0], "forms": [2, 3, 4, 5], "none": []}
    files = {name: tmp_path / f"{name}.safetensors" for name in entries}
    for name, own in entries.items():
        write_mask(files[name], Mask({"a": torch.tensor(own)} if own else {}, {}))
    own = Ablation("x", "specific", "0.01")
    for forms, share in (("forms", 0.5), ("none", 0.0)):
        rows = mask_rows("m", {own: files["mask"]}, {"x": files["block"]}, files[forms])
        assert rows[["precision", "recall", "form_share"]].values.tolist() == [[0.25, 1.0, share]]


def test_intervals_hold_the_pool_s_ais_as_often_as_they_say() -> None:
    random = np.random.default_rng(5)
    n = 4000
    intact = random.beta(8, 2, n)
    # One kind loses everything, the other nothing but noise.
    kinds = ["lost" if i % 2 else "kept" for i in range(n)]
    lost = np.array([i % 2 for i in range(n)], dtype=bool)
    ablated = np.where(lost, random.beta(2.5, 7.5, n), intact + random.normal(0, 0.05, n))
    scores = scores_of([ablation("x")], {"probability": [intact, ablated]}, benchmark="pool")
    rows = coverage_rows(scores, kinds, {"half": {"lost": 0.5, "kept": 0.5}}, 400, 60, SETTINGS)
    row = rows.iloc[0]
    assert row["pool_ais"] == pytest.approx(1.0 * 0.5, abs=0.03)
    # 400 draws: 0.95 within three standard errors.
    assert row["held"] / row["draws"] == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / 400))
    # Of 400 intervals some miss, by less than they are wide.
    assert 0 < row["missed_by"] < 0.2
    again = coverage_rows(scores, kinds, {"half": {"lost": 0.5, "kept": 0.5}}, 400, 60, SETTINGS)
    assert again.equals(rows)


def test_similarity_of_true_profiles_stands_beside_the_found_one() -> None:
    truth = pd.concat([truth_table(TRUE), truth_table(TRUE).assign(model="n")])
    found = pd.DataFrame(
        {"benchmark": ["x_test"], "selection": "specific", "fraction": "0.01", "model_a": "m",
         "model_b": "n", "similarity": 0.7, "similarity_low": 0.5, "similarity_high": 0.9}
    )  # fmt: skip
    assert true_similarity_rows(found, truth)["truth"].tolist() == [pytest.approx(1.0)]


THRESHOLDS = Thresholds(
    mask_precision=0.6, own_drop=0.05, own_drop_min=-1, rank_correlation=-1, others_drop=0.3,
    ais_rmse=2, truth_rmse=2, sign_errors=0, found=0.5, false_positives=0.05,
    coverage=[0.93, 0.97], null_missed_by=0.01, similarity_error=0.1, accepted=1,
)  # fmt: skip
NO_PAIRS = pd.DataFrame(
    columns=["selection", "fraction", "model_a", "model_b", "similarity", "truth"]
)


def measured(**changed: object) -> Measured:
    parts: dict[str, Any] = {
        "recovery": pd.DataFrame([recovery()]),
        "coverage": pd.DataFrame(
            {"model": "m", "pool_ais": [0.5, 0.001], "held": [94, 10], "draws": 100,
             "missed_by": [0.2, 0.02], "unbounded": 0}
        ),
        "similarity": NO_PAIRS,
        "acceptance": {"m": {"x": {"intact": True}, "y": {"intact": False}}},
    }  # fmt: skip
    return Measured(**(parts | changed))


def test_a_threshold_that_fails_is_named_last() -> None:
    judgements = judge(measured(), ["m"], [], ("specific", "0.01"), THRESHOLDS)
    failed = {judgement.what for judgement in judgements if not judgement.holds}
    farthest = "m: farthest miss of an interval elsewhere"
    assert failed == {"m: sign_errors", "m: separable", farthest}
    last = verdict_text(judgements).splitlines()
    assert last[-1] == f"3 of {len(judgements)} thresholds fail"
    assert all(line.startswith("FAILS") for line in last[-4:-1])


@pytest.mark.parametrize(("model", "holds"), [("m", True), ("another", False)])
def test_a_bound_of_one_model_s_own_is_not_another_s(model: str, holds: bool) -> None:
    view = ("specific", "0.01")
    own = {model: MostErrors(sign_errors=1)}
    judgements = judge(measured(), ["m"], [], view, THRESHOLDS, own)
    assert [j.holds for j in judgements if "sign_errors" in j.what] == [holds]


def test_a_model_may_be_excepted_from_a_bound() -> None:
    own = {"m": MostErrors(sign_errors=None)}
    judgements = judge(measured(), ["m"], [], ("specific", "0.01"), THRESHOLDS, own)
    assert not [j for j in judgements if "sign_errors" in j.what]


@pytest.mark.parametrize(("bound", "holds"), [(0.11, True), (0.09, False)])
def test_the_calibrated_k_is_held_against_the_best(bound: float, holds: bool) -> None:
    ks = {"0.01": 0.2, "0.02": 0.1, "calibrated": 0.2}
    rows = [recovery() | {"fraction": k, "ais_rmse": rmse} for k, rmse in ks.items()]
    # The best k of another selection is not held against it.
    rows.append(recovery() | {"selection": "top", "fraction": "0.02", "ais_rmse": 0.0})
    own = measured(recovery=pd.DataFrame(rows))
    thresholds = THRESHOLDS.model_copy(update={"calibrated_rmse": bound})
    judgements = judge(own, ["m"], [], ("specific", "0.01"), thresholds)
    (calibrated,) = [j for j in judgements if "calibrated" in j.what]
    assert (calibrated.found, calibrated.holds) == (pytest.approx(0.1), holds)


@pytest.mark.parametrize(("bounds", "holds"), [([0.1, 0.2], True), ([0, 0.1], False)])
def test_the_share_of_form_lies_between_its_bounds(bounds: list[float], holds: bool) -> None:
    judgements = judge(measured(), ["m"], [], ("specific", "0.01"), Thresholds(form_share=bounds))
    assert [j.holds for j in judgements if j.what == "m: form_share"] == [holds]


def test_what_has_no_threshold_is_not_demanded() -> None:
    view = ("specific", "0.01")
    judgements = judge(measured(coverage=pd.DataFrame()), ["m", "n"], [], view, Thresholds())
    whats = {judgement.what for judgement in judgements if judgement.what.startswith("m: ")}
    assert whats == {"m: rows of the recovery table", "m: undefined AIS"}
    assert len(judgements) == 4


def test_coverage_alone_demands_nothing_of_effects_that_are_next_to_none() -> None:
    thresholds = Thresholds(coverage=[0.93, 0.97])
    judgements = judge(measured(), ["m"], [], ("specific", "0.01"), thresholds)
    whats = [judgement.what for judgement in judgements if "interval" in judgement.what]
    assert whats == [
        "m: coverage of the intervals where |AIS| >= 0.05",
        "m: intervals without bounds",
    ]


def test_a_calibrated_k_that_was_not_measured_fails() -> None:
    thresholds = THRESHOLDS.model_copy(update={"calibrated_rmse": 1})
    judgements = judge(measured(), ["m"], [], ("specific", "0.01"), thresholds)
    assert [j.holds for j in judgements if "calibrated" in j.what] == [False]


@pytest.mark.parametrize("planted", [["m", "n"], ["n", "m"]])
def test_similarity_is_judged_in_either_order_of_two_models(planted: list[str]) -> None:
    view = ("specific", "0.01")
    pairs = [(*view, "m", "n", 0.9, 0.8), (*view, "m", "n", 0.5, 0.8), (*view, "m", "o", 0.0, 1.0)]
    own = measured(similarity=pd.DataFrame(pairs, columns=NO_PAIRS.columns))
    judgements = judge(own, planted, [], view, Thresholds(similarity_error=0.25))
    (found,) = [judgement for judgement in judgements if "similarity" in judgement.what]
    # 0.1 above the truth on one benchmark, 0.3 below it on the other.
    assert (found.found, found.holds) == (pytest.approx(0.2), True)


def test_what_was_not_measured_fails() -> None:
    nothing = measured(
        recovery=pd.DataFrame([recovery()]).iloc[:0], coverage=measured().coverage.iloc[:0]
    )
    judgements = judge(nothing, ["m", "n"], ["e"], ("specific", "0.01"), THRESHOLDS)
    found = [judgement.what for judgement in judgements if judgement.holds]
    # All that holds counts what is there: none without bounds, one ability accepted.
    assert found == [
        "m: abilities accepted",
        "m: intervals without bounds",
        "n: intervals without bounds",
    ]


@pytest.mark.parametrize(
    ("own", "others", "separable"),
    [(0.9, 0.0, True), (0.4, 0.0, False), (0.9, 0.2, False), (np.nan, 0.0, False)],
)
def test_separable_by_hand(own: float, others: float, separable: bool) -> None:
    ais = {("x_test", "x"): own, ("x_test", "y"): others, ("y_test", "x"): 0.0,
           ("y_test", "y"): 0.9}  # fmt: skip
    assert drops(impact_table(ais), NEEDED, OWN)["separable"] is separable
