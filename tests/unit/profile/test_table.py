"""The long table as a whole: on-target effect, broken models, similarity of models and of
benchmarks.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.unit.profile.conftest import SETTINGS, ablation, scores_losing

from benchprof.profile.comparison import similarity_rows
from benchprof.profile.correction import add_corrected
from benchprof.profile.measures import shuffled_profiles
from benchprof.profile.rows import impact_rows
from benchprof.profile.source import Source
from benchprof.profile.table import add_flag, add_of_masks, add_on_target_effect

CELLS = {ablation("x"): 9, ablation("y"): 0, ablation("z"): 2, ablation("all_abilities", seed=1): 1}


def table_of(lost: dict[str, int], model: str = "m") -> pd.DataFrame:
    """A benchmark for each name, of whose items ability x takes so many."""
    parts = [
        impact_rows(
            scores_losing(CELLS | {ablation("x"): own}, benchmark=name, model=model), SETTINGS
        )
        for name, own in lost.items()
    ]
    return pd.concat([rows for rows, _ in parts], ignore_index=True)


def test_the_on_target_effect_is_the_ability_s_own_impact() -> None:
    table = add_on_target_effect(table_of({"x_test": 9, "other": 2}), {"x": "x_test"})
    shown = table[table["headline"]].set_index(["benchmark", "ability"])
    assert shown.loc[("other", "x"), "on_target_effect"] == shown.loc[("x_test", "x"), "ais"]


def test_the_on_target_effect_is_in_the_held_out_test_s_headline_metric() -> None:
    """A benchmark of free generation has `exact_match` alone, which no ability's test has."""
    own = {"x": "x_test"}
    generated = table_of({"gsm8k": 3})
    generated = generated[generated["metric"] == "acc"].assign(metric="exact_match", headline=True)
    table = pd.concat([table_of({"x_test": 9}), generated], ignore_index=True)
    table = add_on_target_effect(table, own)
    test = table[(table["benchmark"] == "x_test") & (table["ability"] == "x")]
    shown = test.loc[test["headline"], "ais"].item()
    beside = test.loc[~test["headline"], "ais"].item()
    assert shown != pytest.approx(beside)
    x = table[table["ability"] == "x"]
    assert x["on_target_effect"].tolist() == pytest.approx([shown] * 3)
    assert set(x["reason_on_target"]) == {""}


def test_a_missing_on_target_effect_has_a_reason() -> None:
    own = {"x": "x_test"}
    table = add_on_target_effect(table_of({"x_test": 9, "other": 2}), own)
    reasons = table.set_index(["benchmark", "ability"])["reason_on_target"]
    assert set(reasons[("other", "x")]) == {""}
    assert set(reasons[("other", "y")]) == {"no_held_out_test"}
    assert set(reasons[("other", "all_abilities")]) == {"is_control"}
    assert (table["on_target_effect"].isna() == (table["reason_on_target"] != "")).all()


def test_a_model_at_guessing_everywhere_is_broken_and_keeps_its_impacts() -> None:
    """Fifteen of eighteen right items lost leave three of twenty, below guessing."""
    table = add_flag(table_of({"a": 15, "b": 15, "c": 15}))
    broken = table[table["flag_code"] == "ablated_model_broken"]
    assert set(broken["ability"]) == {"x"}
    assert len(broken) == 3 * 2
    assert broken["ais"].notna().all()
    assert broken["flag"].str.contains("above guessing, the ablated model is not").all()


@pytest.mark.parametrize(
    ("p", "flagged"),
    # Fisher: minus twice the sum of the logs has two degrees of freedom for each p. Its 95%
    # quantiles are 46.2 for 16 p, 12.6 for 3 and 9.5 for 2. The sums are 22.2, 51.5, 32.4, 9.2,
    # 16.6, 2.8 and more than a thousand.
    [([0.5] * 16, True), ([0.2] * 16, False), ([0.003] + [0.5] * 15, True),
     ([0.04, 0.5, 0.5], True), ([0.001, 0.5, 0.5], False), ([float("nan"), 0.5, 0.5], True),
     ([0.0, 0.5, 0.5], False)],
)  # fmt: skip
def test_benchmarks_are_taken_together(p: list[float], flagged: bool) -> None:
    table = table_of({f"benchmark_{number}": 9 for number in range(len(p))})
    of_x = table["ability"] == "x"
    table.loc[of_x, "p_guessing_ablated"] = table[of_x]["benchmark"].map(
        {f"benchmark_{number}": own for number, own in enumerate(p)}
    )
    found = add_flag(table)
    assert (found[of_x]["flag_code"] != "").all() == flagged
    assert set(found[~of_x]["flag_code"]) == {""}


@pytest.mark.parametrize(("count", "p"), [(3, 0.03), (10, 0.006), (16, 0.04)])
def test_a_model_that_lost_nothing_is_not_broken(count: int, p: float) -> None:
    """Barely above guessing on each benchmark, as the intact model is."""
    table = table_of({f"benchmark_{number}": 0 for number in range(count)})
    found = add_flag(table.assign(p_guessing=p, p_guessing_ablated=p, ablated=table["intact"]))
    assert set(found["flag_code"]) == {""}


def generation(kept: int) -> pd.DataFrame:
    """Three benchmarks where guessing scores 0: of eighteen right items ability x keeps some."""
    cells = CELLS | {ablation("x"): 18 - kept}
    parts = [
        impact_rows(scores_losing(cells, benchmark=name, guessing=0.0), SETTINGS)[0]
        for name in "abc"
    ]
    # The probabilities of `losing` are kept in part; generation has right or wrong alone.
    table = pd.concat(parts, ignore_index=True)
    return table[table["metric"] == "acc"].assign(headline=True).reset_index(drop=True)


def test_where_guessing_scores_nothing_a_tenth_is_no_more_than_guessing() -> None:
    """One of eighteen is above the nothing of guessing, and less than a tenth; two are more."""
    assert generation(1)["p_guessing_ablated"].max() < 0.05
    flags = add_flag(generation(1)).set_index("ability")["flag_code"]
    assert set(flags["x"]) == {"ablated_model_broken"}
    assert set(flags.drop("x")) == {""}
    assert set(add_flag(generation(2))["flag_code"]) == {""}


def test_mask_fraction_is_that_of_each_ablation_s_mask() -> None:
    table = table_of({"a": 5, "b": 2}).assign(mask_fraction="calibrated")
    mask_fractions = {
        Source(
            "m", benchmark, replace(own, mask_fraction="calibrated"), Path(), Path()
        ): mask_fraction
        for benchmark in ("a", "b")
        for own, mask_fraction in zip(CELLS, ("0.001", "0.001", "0.003", "0.01"), strict=True)
    }
    found = add_of_masks(table, "mask_fraction_value", mask_fractions, after="mask_fraction")
    assert list(found.columns[4:6]) == ["mask_fraction", "mask_fraction_value"]
    by_ability = dict(zip(found["ability"], found["mask_fraction_value"], strict=True))
    assert by_ability == {"x": "0.001", "y": "0.001", "z": "0.003", "all_abilities": "0.01"}
    assert found.drop(columns="mask_fraction_value").equals(table)


Q = ["q_ais", "q_random", "q_others"]


def test_what_else_a_run_has_changes_no_q_value() -> None:
    """`top` breaks everything, so that all of its cells are significant: a family of its own."""
    alone = table_of({"a": 4, "b": 3})
    destroyed = table_of({"a": 18, "b": 18}).assign(selection="top")
    larger = table_of({"a": 18, "b": 18}).assign(mask_fraction="0.01")
    for name in ("ais", "random", "others"):
        tested = destroyed[f"p_{name}"].notna()
        destroyed.loc[tested, f"p_{name}"] = larger.loc[tested, f"p_{name}"] = 1e-6
    expected = add_corrected(alone.copy())[Q]
    together = add_corrected(pd.concat([destroyed, alone, larger], ignore_index=True))
    own = (together["selection"] == "contrastive") & (together["mask_fraction"] == "0.001")
    found = together.loc[own, Q].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, expected)


@pytest.mark.parametrize("lost", [{"a": 15, "b": 15, "c": 2}, {"a": 15, "b": 15}])
def test_a_model_with_a_benchmark_left_or_too_few_of_them_is_not(lost: dict[str, int]) -> None:
    assert set(add_flag(table_of(lost))["flag_code"]) == {""}


def test_similarity_wants_two_models_and_says_why_not() -> None:
    one = add_corrected(table_of({"b": 9}))
    assert similarity_rows(one, "model", 1).empty
    both = pd.concat([one, one.assign(model="n")], ignore_index=True)
    (row,) = similarity_rows(both, "model", 1).to_dict("records")
    assert [row["similarity"], row["spearman"], row["cosine"]] == pytest.approx([1, 1, 1])
    assert row["reason_code"] == ""
    # Three abilities: all six orders of a noise profile are as likely.
    assert row["spearman_p_noise"] == pytest.approx(1 / 6, abs=0.02)
    both.loc[both["model"] == "n", "ais"] = np.nan
    (row,) = similarity_rows(both, "model", 1).to_dict("records")
    assert np.isnan([row["similarity"], row["spearman"], row["cosine"]]).all()
    assert row["reason"] == "a profile is undefined"
    assert row["reason_code"] == "undefined_profile"
    both["ais"] = 0.5
    alone = both[both["ability"] == "x"]
    (row,) = similarity_rows(alone, "model", 1).to_dict("records")
    assert row["reason_code"] == "one_ability"
    assert "a single ability has no profile" in row["reason"]
    (row,) = similarity_rows(both, "model", 1).to_dict("records")
    assert row["reason_code"] == "flat_profile"


def test_intervals_come_from_resamples_that_two_models_share() -> None:
    """Models whose profiles move together are as alike in every resample."""
    one = table_of({"b": 9})
    both = pd.concat([one, one.assign(model="n")], ignore_index=True)
    moving = np.random.default_rng(0).standard_normal((300, 3))
    keys = [(model, "b", "contrastive", "0.001") for model in ("m", "n")]
    (row,) = similarity_rows(both, "model", 1, dict.fromkeys(keys, moving)).to_dict("records")
    assert row["similarity_low"] == pytest.approx(1)
    alone = {keys[0]: moving, keys[1]: moving[::-1]}
    (row,) = similarity_rows(both, "model", 1, alone).to_dict("records")
    assert row["similarity_low"] < 0.5


def test_benchmarks_of_a_model_are_compared_and_not_paired() -> None:
    table = table_of({"a": 9, "b": 9, "c": 1})
    moving = np.random.default_rng(0).standard_normal((300, 3))
    keys = [("m", name, "contrastive", "0.001") for name in "abc"]
    rows = similarity_rows(table, "benchmark", 1, dict.fromkeys(keys, moving))
    pairs = rows.set_index(["benchmark_a", "benchmark_b"])
    assert list(pairs.index) == [("a", "b"), ("a", "c"), ("b", "c")]
    assert pairs.loc[("a", "b"), "similarity"] == pytest.approx(1)
    assert pairs.loc[("a", "c"), "similarity"] < 0.9
    # Equal resamples would give the interval no width if they were paired.
    assert pairs.loc[("a", "b"), "similarity_low"] < 0.5


def test_profiles_of_flat_noise_are_no_crash() -> None:
    """One mask for all abilities, as of `core`: no order of the abilities tells them apart."""
    table = table_of({"a": 9, "b": 9})
    table.loc[table["benchmark"] == "a", "ais"] = 0.5
    noise = {("m", "a", "contrastive", "0.001"): shuffled_profiles(np.ones((3, 20)), 50, 1)}
    (row,) = similarity_rows(table, "benchmark", 1, noise=noise).to_dict("records")
    assert row["reason_code"] == "flat_profile"
    assert np.isnan([row["noise_low"], row["noise_high"], row["similarity"]]).all()


def test_controls_have_no_on_target_effect() -> None:
    """Also those that are matched to each ability, under the ability's name."""
    table = table_of({"a": 9, "own": 9})
    controls = table.assign(seed=pd.array([1] * len(table), dtype="Int64"))
    both = pd.concat([table, controls], ignore_index=True)
    own = dict.fromkeys(table["ability"].unique(), "own")
    with_effects = add_on_target_effect(both, own)
    drawn = with_effects[with_effects["seed"].notna()]
    assert drawn["on_target_effect"].isna().all() and set(drawn["reason_on_target"]) == {
        "is_control"
    }
    assert with_effects[with_effects["seed"].isna()]["on_target_effect"].notna().all()
