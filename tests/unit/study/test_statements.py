"""The paper's four statements, decided on made-up tables whose answer is plain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from study.statements import (
    AWAITS_REPLICATION,
    CONFIRMED,
    OPEN,
    REFUTED,
    Verdict,
    breadth,
    broader_code,
    distinct_mixtures,
    hurting_abilities,
    several_abilities,
)
from study.tables import Rules, Tables
from tests.unit.study.conftest import BENCHMARKS, EFFECT, EIGHT

Make = Callable[..., Tables]


@pytest.mark.parametrize(
    "missing",
    [{"q_ais": 0.06}, {"q_random": 0.06}, {"ais": -0.4}, {"over_random": -0.3}, {"flag_code": "x"}],
)
def test_an_effect_needs_every_one_of_its_signs(tables: Make, missing: dict[str, object]) -> None:
    found = tables({("one", "a"): EFFECT, ("two", "a"): EFFECT | missing})
    assert breadth(found, ["one", "two"]).tolist() == [1, 0]


def test_benchmarks_with_an_undefined_cell_do_not_count(tables: Make) -> None:
    found = tables({("two", "b"): {"ais": float("nan")}})
    assert found.counting(["four", "two", "one", "elsewhere"]) == ["four", "one"]


def test_three_of_four_benchmarks_with_two_effects_confirm_the_first(
    tables: Make, rules: Rules
) -> None:
    wide = {(name, own): EFFECT for name in ("one", "two", "three") for own in ("a", "b")}
    differs = {("one", "c"): {"q_others": 0.01}}
    verdict = several_abilities(tables(wide | differs), rules)
    assert verdict.verdict == CONFIRMED
    # Clopper and Pearson for 3 of 4: the bounds are known.
    assert "N of 2 or more: 3 of 4 (0.19 to 0.99)" in verdict.numbers
    damage = ["counts damage, not abilities" in number for number in verdict.numbers[:4]]
    assert damage == [False, True, True, False]


FORM = {"form_of": "share", "form": 0.1, "form_low": 0.02, "form_high": 0.2, "form_random": 0.05}


@pytest.mark.parametrize(
    ("moved", "told"),
    [
        (EFFECT | FORM, True),
        (EFFECT | FORM | {"form": -0.1, "form_low": -0.2, "form_high": -0.02}, True),
        (FORM, False),
        (EFFECT | FORM | {"form": 0.09}, False),
        (EFFECT | FORM | {"form_low": 0.0}, False),
        (EFFECT | FORM | {"form_random": 0.1}, False),
        (EFFECT | FORM | {"form_of": "nats"}, False),
    ],
)
def test_an_effect_that_moves_form_is_told_as_one_and_counts(
    tables: Make, rules: Rules, moved: dict[str, object], told: bool
) -> None:
    found = several_abilities(tables({("three", "a"): moved, ("one", "a"): moved}), rules)
    lines = dict(line.split(": ", 1) for line in found.numbers[:4])
    assert lines["three"].startswith(f"N {int('q_ais' in moved)}")
    assert lines["three"].endswith("; effects of form: a") == told
    # It is said of programs alone, and of those that it concerns.
    assert not any("of form" in lines[name] for name in ("one", "two", "four"))


@pytest.mark.parametrize(("moved", "told"), [(EFFECT, True), ({}, False)])
def test_where_programs_have_no_form_an_effect_may_be_one_of_form(
    tables: Make, rules: Rules, moved: dict[str, object], told: bool
) -> None:
    unknown = dict.fromkeys(("form", "form_low", "form_high", "form_random"), float("nan"))
    cells = {(name, "a"): moved | {"form_of": None} | unknown for name in ("one", "three")}
    found = several_abilities(tables(cells), rules)
    lines = dict(line.split(": ", 1) for line in found.numbers[:4])
    assert lines["three"].endswith("; effects of form or not, which cannot be told: a") == told
    assert "of form" not in lines["one"]


def test_half_of_the_benchmarks_is_not_most(tables: Make, rules: Rules) -> None:
    wide = {(name, own): EFFECT for name in ("one", "two") for own in ("a", "b")}
    assert several_abilities(tables(wide), rules).verdict == OPEN


def test_one_effect_is_not_several(tables: Make, rules: Rules) -> None:
    # A second bound that reaches 0.1 keeps these benchmarks from being narrow.
    one = {(name, "a"): EFFECT for name in BENCHMARKS}
    wide = {(name, "b"): {"over_random_high": 0.1} for name in BENCHMARKS}
    assert several_abilities(tables(one | wide), rules).verdict == OPEN


def test_narrow_bounds_refute_the_first(tables: Make, rules: Rules) -> None:
    # One bound on each of the benchmarks: at most one, as the rule says.
    one = {(name, "a"): EFFECT for name in BENCHMARKS}
    assert several_abilities(tables(one), rules).verdict == REFUTED


def test_two_bounds_on_half_of_the_benchmarks_do_not_refute_it(tables: Make, rules: Rules) -> None:
    # A bound that is missing may be anywhere.
    unknown = {"over_random_high": float("nan")}
    two = {(name, own): unknown for name in ("one", "two") for own in ("a", "b")}
    assert several_abilities(tables(two), rules).verdict == OPEN


def test_many_small_effects_within_narrow_bounds_decide_nothing(tables: Make, rules: Rules) -> None:
    small = EFFECT | {"over_random_high": 0.08}
    both = {(name, own): small for name in BENCHMARKS for own in ("a", "b")}
    assert several_abilities(tables(both), rules).verdict == OPEN


def test_three_benchmarks_decide_nothing(tables: Make, rules: Rules) -> None:
    undefined = {("one", "a"): {"ais": float("nan")}}
    assert several_abilities(tables(undefined), rules).verdict == OPEN


def _crossing(first: str, second: str) -> dict[tuple[str, str], dict[str, float]]:
    return {
        (first, "c"): {"over_others": 0.2, "q_others": 0.01},
        (second, "c"): {"over_others": -0.2, "q_others": 0.01},
    }


def test_two_pairs_whose_order_changes_are_distinct(tables: Make, rules: Rules) -> None:
    crossing = _crossing("one", "two") | _crossing("four", "three")
    verdict = distinct_mixtures(tables(crossing), rules)
    assert verdict.verdict == CONFIRMED
    assert "abilities that differ: c" in verdict.numbers[0]


def test_one_distinct_pair_decides_nothing(tables: Make, rules: Rules) -> None:
    assert distinct_mixtures(tables(_crossing("one", "two")), rules).verdict == OPEN


def test_one_pair_of_each_kind_decides_nothing(tables: Make, rules: Rules) -> None:
    found = distinct_mixtures(tables(_crossing("one", "two"), p_same=(0.9, 0.001)), rules)
    assert [number.split("; ")[0] for number in found.numbers] == [
        "one and two: distinct",
        "three and four: the same",
    ]
    assert found.verdict == OPEN


def test_the_same_sign_is_no_change_of_order(tables: Make, rules: Rules) -> None:
    same = _crossing("one", "two") | _crossing("four", "three")
    same[("two", "c")] = same[("one", "c")]
    same[("three", "c")] = same[("four", "c")]
    assert distinct_mixtures(tables(same), rules).verdict == OPEN


@pytest.mark.parametrize(
    ("p", "verdict"),
    # Holm doubles the smaller of two and leaves the larger, but no smaller than that.
    [((0.024, 0.024), REFUTED), ((0.03, 0.03), OPEN), ((0.02, 0.045), REFUTED), ((0.02, 1), OPEN)],
)
def test_pairs_are_the_same_after_correction(
    tables: Make, rules: Rules, p: tuple[float, float], verdict: str
) -> None:
    assert distinct_mixtures(tables(p_same=p), rules).verdict == verdict


def test_a_correlation_that_is_missing_shows_nothing(tables: Make, rules: Rules) -> None:
    missing = distinct_mixtures(tables(p_same=(float("nan"), 0.001)), rules)
    assert "one and two: undecided" in missing.numbers[0]


def test_pairs_that_do_not_count_are_left_out(tables: Make, rules: Rules) -> None:
    undefined = {(name, "a"): {"ais": float("nan")} for name in ("one", "four")}
    verdict = distinct_mixtures(tables(undefined), rules)
    assert verdict.numbers == ("no pair of benchmarks counts",)


def test_four_benchmarks_cannot_show_that_code_is_broader(tables: Make, rules: Rules) -> None:
    verdict = broader_code(tables(), rules)
    assert (verdict.verdict, verdict.numbers[-1]) == (OPEN, "fewer than seven benchmarks count")


WIDE = {"effective": 8.0, "effective_low": 7.0, "effective_high": 9.0}
NARROW = {"effective": 2.0, "effective_low": 1.5, "effective_high": 2.5}


def test_code_is_broader_in_both_numbers(tables: Make, rules: Rules) -> None:
    code = {(name, own): EFFECT for name in ("three", "four") for own in ("a", "b")}
    effective = {"three": WIDE, "four": WIDE | {"effective": 7.5}}
    verdict = broader_code(tables(code, effective, benchmarks=EIGHT), rules)
    assert verdict.verdict == CONFIRMED
    # Of the 28 pairs of eight benchmarks, only the two of code have a mean as large.
    assert "exact permutation test of the effective number: p 0.036" in verdict.numbers
    # The control is as broad in N as the narrower of the two: not broader.
    control = code | {("two", own): EFFECT for own in ("a", "b")}
    assert broader_code(tables(control, effective, benchmarks=EIGHT), rules).verdict == OPEN


def test_broad_code_among_broad_benchmarks_is_not_broader(tables: Make, rules: Rules) -> None:
    code = {(name, own): EFFECT for name in ("three", "four") for own in ("a", "b")}
    # Two more benchmarks are as wide: three or more of 28 pairs reach the mean, p above 0.05.
    effective = dict.fromkeys(("three", "four", "seven", "eight"), WIDE)
    verdict = broader_code(tables(code, effective, benchmarks=EIGHT), rules)
    assert verdict.verdict == OPEN
    assert "exact permutation test of the effective number: p 0.214" in verdict.numbers


def test_flat_profiles_leave_the_third_open(tables: Make, rules: Rules) -> None:
    flat = {"four": {"effective": float("nan")}}
    verdict = broader_code(tables({}, flat, benchmarks=EIGHT), rules)
    assert (verdict.verdict, verdict.numbers[-1]) == (OPEN, "no effective number on four")


def test_without_an_ais_on_the_control_code_is_not_confirmed_but_may_be_refuted(
    tables: Make, rules: Rules
) -> None:
    control = {("two", own): {"ais": float("nan")} for own in ("a", "b", "c")}
    code = {(name, own): EFFECT for name in ("three", "four") for own in ("a", "b")}
    wide = tables(control | code, {"three": WIDE, "four": WIDE}, benchmarks=EIGHT)
    assert broader_code(wide, rules).verdict == OPEN
    narrow = tables(control, {"three": NARROW, "four": NARROW}, benchmarks=EIGHT)
    assert broader_code(narrow, rules).verdict == REFUTED


def test_a_flat_profile_elsewhere_leaves_the_third_decidable(tables: Make, rules: Rules) -> None:
    code = {"three": NARROW, "four": NARROW, "eight": {"effective": float("nan")}}
    assert broader_code(tables({}, code, benchmarks=EIGHT), rules).verdict == REFUTED


def test_an_order_that_changes_needs_both_signs_to_be_clear(tables: Make, rules: Rules) -> None:
    crossing = _crossing("one", "two") | _crossing("four", "three")
    for name in ("two", "three"):
        crossing[(name, "c")] = crossing[(name, "c")] | {"q_others": 0.06}
    assert distinct_mixtures(tables(crossing), rules).verdict == OPEN


def test_an_interval_around_the_median_does_not_refute(tables: Make, rules: Rules) -> None:
    around = NARROW | {"effective_high": 5.5}
    effective = {"three": NARROW, "four": around}
    assert broader_code(tables({}, effective, benchmarks=EIGHT), rules).verdict == OPEN


@pytest.mark.parametrize(
    ("abilities", "effective", "benchmarks"),
    [
        # Broader in one of the two numbers alone; and in both, but on six benchmarks only.
        ((), WIDE, EIGHT),
        (("a", "b"), {"effective": 4.5}, EIGHT),
        (("a", "b"), WIDE, EIGHT[:6]),
    ],
)
def test_code_that_is_broader_in_part_is_not_confirmed(
    tables: Make, rules: Rules, abilities: tuple[str, ...], effective: dict[str, float],
    benchmarks: tuple[str, ...],
) -> None:  # fmt: skip
    code = {(name, own): EFFECT for name in ("three", "four") for own in abilities}
    found = tables(code, dict.fromkeys(("three", "four"), effective), benchmarks=benchmarks)
    assert broader_code(found, rules).verdict == OPEN


def test_narrow_code_refutes_the_third(tables: Make, rules: Rules) -> None:
    effective = {"three": NARROW, "four": NARROW}
    assert broader_code(tables({}, effective, benchmarks=EIGHT), rules).verdict == REFUTED


def test_effective_numbers_of_noise_leave_the_third_open(tables: Make, rules: Rules) -> None:
    noise = {"effective": 3.5, "effective_low": 3.0, "effective_high": 4.0}
    verdict = broader_code(tables({}, {"three": noise, "four": noise}, benchmarks=EIGHT), rules)
    assert verdict.verdict == OPEN
    assert verdict.numbers[-1] == "both effective numbers lie within the range of noise"


def test_code_benchmarks_without_an_ais_leave_the_third_open(tables: Make, rules: Rules) -> None:
    verdict = broader_code(tables({("four", "a"): {"ais": float("nan")}}), rules)
    assert (verdict.verdict, verdict.numbers[-1]) == (OPEN, "no AIS on four")


HURTING = {
    "ais": -0.3, "over_random": -0.2, "over_others": -0.2,
    "q_ais": 0.01, "q_random": 0.01, "q_others": 0.01,
}  # fmt: skip


def test_an_ability_that_hurts_awaits_replication(tables: Make, rules: Rules) -> None:
    verdict = hurting_abilities(tables({("one", "b"): HURTING}), rules)
    assert verdict.verdict == AWAITS_REPLICATION
    assert verdict.numbers[0] == "cells below 0, random masks and other masks: 1 of 12"
    assert verdict.numbers[1].startswith("one of them: one, b, AIS -0.300")


@pytest.mark.parametrize(
    "missing",
    [
        {"ais": 0.3},
        {"over_random": 0.2},
        {"over_others": 0.2},
        {"q_ais": 0.06},
        {"q_random": 0.06},
        {"q_others": 0.06},
    ],
)
def test_an_ability_that_hurts_needs_every_one_of_its_signs(
    tables: Make, rules: Rules, missing: dict[str, object]
) -> None:
    # Of twelve lower bounds, all are above -0.1.
    found = hurting_abilities(tables({("one", "b"): HURTING | missing}), rules)
    assert found.verdict == REFUTED


def test_a_benchmark_without_more_items_cannot_replicate(tables: Make, rules: Rules) -> None:
    assert hurting_abilities(tables({("four", "b"): HURTING}), rules).verdict == OPEN


def test_the_smallest_ais_that_has_items_left_is_to_be_replicated(
    tables: Make, rules: Rules
) -> None:
    small = {("four", "a"): HURTING | {"ais": -0.6}, ("one", "b"): HURTING}
    equal = {
        (name, own): HURTING | {"ais": -0.5} for name in ("three", "two") for own in ("c", "b")
    }
    found = hurting_abilities(tables(small | equal), rules)
    assert found.verdict == AWAITS_REPLICATION
    (told,) = (number for number in found.numbers if number.startswith("to be replicated"))
    # Of equal AIS the first ability, then the first benchmark, in the alphabet.
    assert told.startswith("to be replicated: three, b, AIS -0.500")


def test_an_own_test_is_no_benchmark_of_the_study(tables: Make, rules: Rules) -> None:
    found = tables({("a_test", "b"): HURTING}, benchmarks=("one", "two", "a_test"))
    verdict = hurting_abilities(found, rules)
    assert verdict.verdict == REFUTED
    assert verdict.numbers[0].endswith(": 0 of 6")


def test_wide_intervals_leave_the_fourth_open(tables: Make, rules: Rules) -> None:
    # Two of twelve: 83% are above, and 90% are asked for.
    wide = {(name, "a"): {"ais_low": -0.2} for name in ("one", "two")}
    assert hurting_abilities(tables(wide), rules).verdict == OPEN


def _broken(*abilities: str, benchmarks: tuple[str, ...] = BENCHMARKS) -> dict[Any, dict[str, str]]:
    return {(name, own): {"flag_code": "x"} for name in benchmarks for own in abilities}


@pytest.mark.parametrize(("abilities", "verdict"), [(("a",), REFUTED), (("a", "b"), OPEN)])
def test_the_bounds_of_broken_models_rule_nothing_out(
    tables: Make, rules: Rules, abilities: tuple[str, ...], verdict: str
) -> None:
    # All bounds of the made-up run are below 0.1, and at most one on each benchmark may reach it.
    assert several_abilities(tables(_broken(*abilities)), rules).verdict == verdict


@pytest.mark.parametrize("decide", [distinct_mixtures, broader_code, hurting_abilities])
def test_where_a_mask_breaks_the_model_nothing_is_decided_by_comparing_masks(
    tables: Make, rules: Rules, decide: Callable[..., Verdict]
) -> None:
    """Each would be decided otherwise: two pairs alike, narrow code, a cell that hurts."""
    changes = {("one", "a"): HURTING}
    effective = {"three": NARROW, "four": NARROW}
    made = {"effective": effective, "p_same": (0.001, 0.001), "benchmarks": EIGHT}
    assert decide(tables(changes, **made), rules).verdict != OPEN
    found = decide(tables(changes | _broken("c", benchmarks=EIGHT), **made), rules)
    assert found.verdict == OPEN
    assert found.numbers[-1] == "some masks break the model: c"


def test_effects_beside_broken_models_are_told(tables: Make, rules: Rules) -> None:
    found = several_abilities(tables({("one", "a"): EFFECT} | _broken("c")), rules)
    told = ["broken models are among the others" in number for number in found.numbers[:4]]
    assert told == [True, False, False, False]
