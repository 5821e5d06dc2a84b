"""The summary's text, what is found and what is doubted, against values worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchprof.report.caveats import caveats, mask_doubts
from benchprof.report.drops import own_drops, side_drops
from benchprof.report.matrix import matrix_of
from benchprof.report.names import codes
from benchprof.report.outcomes import OwnTests, against_random, own_tests
from benchprof.report.page_tables import dose_rows
from benchprof.report.summary import WIDTH, impact_text, write_summary
from benchprof.report.undefined import undefined

from .conftest import OWN, Table, finished, row

# AIS by (benchmark of, ability): the third's own is not its largest; its mask is weak and broad.
A, B, C = "contextual_recall", "deductive_reasoning", "spatial_reasoning"
VALUES = {
    (A, A): 0.95, (A, B): 0.05, (A, C): 0.30,
    (B, A): -0.05, (B, B): 0.80, (B, C): 0.20,
    (C, A): 0.04, (C, B): 0.50, (C, C): 0.40,
}  # fmt: skip


def small(reason_of: str = "", **changes: float) -> pd.DataFrame:
    reason = {f"{reason_of}_test": "too few items"}
    rows = [
        row(value, benchmark=f"{own}_test", ability=ability, p=0.001 if value > 0.45 else 0.7,
            reason=reason.get(f"{own}_test", ""), **changes)
        for (own, ability), value in VALUES.items()
    ]  # fmt: skip
    rows += [
        row(value, benchmark=f"{own}_test", ability="all_abilities", seed=seed,
            reason=reason.get(f"{own}_test", ""))
        for own in (A, B, C)
        for seed, value in ((1, 0.0), (2, 0.1))
    ]  # fmt: skip
    return finished(rows)


def text_of(table: pd.DataFrame) -> str:
    return impact_text(table, OWN, "chance_corrected", 0.95)


def only(table: pd.DataFrame):
    return matrix_of(table, "tiny", "specific", "0.001", OWN)


def test_the_table_is_as_worked_out_by_hand() -> None:
    lines = text_of(small()).splitlines()
    assert lines[0] == "Ability Impact Scores of tiny, specific masks, k = 0.001"
    assert lines[3].split() == ["CR", "DR", "SR", "random"]
    # q: three of nine p-values are 0.001, so that Benjamini and Hochberg give 0.003.
    assert lines[4:10] == [
        "Contextual recall      [0.95]*      0.05        0.30        0.05",
        "test                 0.85:1.05  -0.05:0.15   0.20:0.40   0.00:0.10",
        "Deductive              -0.05       [0.80]*      0.20        0.05",
        "reasoning test      -0.15:0.05   0.70:0.90   0.10:0.30   0.00:0.10",
        "Spatial reasoning       0.04        0.50*      [0.40]       0.05",
        "test                -0.06:0.14   0.40:0.60   0.30:0.50   0.00:0.10",
    ]
    assert "CR contextual recall, DR deductive reasoning, SR spatial reasoning" in lines


def test_undefined_cells_are_dashes_with_a_footnote() -> None:
    lines = text_of(small(reason_of=B)).splitlines()
    place = next(n for n, line in enumerate(lines) if line.startswith("Deductive "))
    assert lines[place].split() == ["Deductive", "--", "(1)", "[--", "(1)]", "--", "(1)", "--"]
    assert lines[place + 1] == "reasoning test"
    assert "-- (1) undefined: the intact model is not significantly above guessing" in lines
    assert "nan" not in "\n".join(lines).lower()


def test_infinite_bounds_are_shown_and_doubted() -> None:
    table = small(high=np.inf, low=-np.inf)
    assert "-inf:inf" in text_of(table)
    assert any(line.startswith("9 of 9 intervals have no bound") for line in caveats(only(table)))
    one = only(finished([row(0.5, high=np.inf), row(0.1, ability=A)]))
    assert any(line.startswith("1 of 2 intervals has no bound") for line in caveats(one))


def test_the_confidence_is_as_configured() -> None:
    assert "below: 99.5% interval" in impact_text(small(), OWN, "chance_corrected", 0.995)


@pytest.mark.parametrize(("benchmarks", "verb"), [(("x",), "differs"), (("x", "y"), "differ")])
def test_cells_that_differ_are_counted(benchmarks: tuple[str, ...], verb: str) -> None:
    cells = only(finished([row(0.5, benchmark=name, p=0.001) for name in benchmarks]))
    count = len(benchmarks)
    assert against_random(cells).startswith(f"{count} of {count} cells {verb} from random masks")


def doubts(own: float, other: float, abilities: tuple[str, ...] = (A, B)) -> list[str]:
    """What is doubted where each mask takes so much off its own test and off the other's."""
    rows = [
        row(own if test == ability else other, benchmark=OWN[test], ability=ability)
        for test in abilities
        for ability in abilities
    ]
    return caveats(only(finished(rows)))


def test_the_dose_of_one_ability_is_compared_with_no_other() -> None:
    (doubt,) = [line for line in doubts(0.3, 0, (A,)) if line.startswith("Dose below")]
    assert doubt == (
        "Dose below 0.5: the mask of Contextual recall (0.30) removes less than half of the margin "
        "over guessing on the ability's own test."
    )


@pytest.mark.parametrize(
    ("own", "other", "said"),
    [
        (0.497, 0.0, "Dose below 0.5: the masks of Contextual recall (0.497), Deductive reasoning "
         "(0.497) remove less than half of the margin over guessing on the ability's own test. "
         "Don't compare their AIS with those of other abilities."),
        (0.897, 0.0, "Dose below 0.9: the masks of Contextual recall (0.897), Deductive reasoning "
         "(0.897) leave part of the score on the ability's own test."),
        (0.95, 0.104, "Not specific: the masks of Contextual recall (0.104), Deductive reasoning "
         "(0.104) remove more than 0.1 of the margin on the other abilities' own tests, on "
         "average. Don't attribute the losses under them to one ability."),
    ],
)  # fmt: skip
def test_a_value_beside_its_limit_keeps_a_third_decimal(
    own: float, other: float, said: str
) -> None:
    assert said in doubts(own, other)


def test_ten_abilities_fit_the_width_and_more_continue_below(make_table: Table) -> None:
    table = make_table(benchmarks=16, undefined=(2, 12), unbounded=(3,))
    lines = text_of(table).splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert sum(line.endswith("random") for line in lines) == 1
    many = [row(0.1, ability=f"ability_{n}") for n in range(12)]
    lines = text_of(finished(many)).splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert sum(line.startswith("ARC-Challenge") for line in lines) == 2


def test_each_model_has_its_table(make_table: Table) -> None:
    text = text_of(make_table(models=("one", "two")))
    assert "Scores of one," in text
    assert "Scores of two," in text


def test_the_own_tests_are_counted() -> None:
    counted = own_tests(only(small()))
    assert (counted.largest, counted.defined, counted.undefined) == (2, 3, 0)
    assert counted.by_chance == pytest.approx(1.0)
    assert (
        "Of the abilities' own tests, 3 have an AIS. On 2 of them, the ability's own AIS is the "
        "largest (by chance, this is expected on 1)."
    ) in " ".join(text_of(small()).split())
    counted = own_tests(only(small(reason_of=A)))
    assert (counted.largest, counted.defined, counted.undefined) == (1, 2, 1)


def test_a_test_whose_largest_ais_two_abilities_share_is_nobody_s_by_chance_either() -> None:
    table = small()
    shared = (table["benchmark"] == f"{A}_test") & table["ability"].isin([B, C])
    table.loc[shared, "ais"] = 2.0
    counted = own_tests(only(table))
    assert (counted.largest, counted.defined) == (1, 3)
    assert counted.by_chance == pytest.approx(2 / 3)


def test_a_mask_that_abilities_share_differs_from_random_ones_once_on_each_benchmark() -> None:
    table = small()
    every = against_random(only(table)).split(" cells")[0]
    table.loc[table["seed"].isna(), "mask_digest"] = "one"
    assert every == "3 of 9"
    assert against_random(only(table)).endswith("gain).")
    assert against_random(only(table)).split(" cells")[0].endswith("of 3")


@pytest.mark.parametrize(("largest", "verb"), [(1, "is"), (0, "is not")])
def test_one_own_test_is_told_without_a_count(largest: int, verb: str) -> None:
    assert OwnTests(largest, 1, 2, 0.1, 10, complement=False).sentence() == (
        f"Of the abilities' own tests, one has an AIS. There, that ability's AIS {verb} the "
        "largest (by chance, it would be with a probability of 0.1). The other 2 have no AIS."
    )


def test_a_mask_that_keeps_its_own_test_no_better_than_others_is_told() -> None:
    assert OwnTests(0, 1, 0, 1 / 30, 30, complement=True).sentence() == (
        "Of the abilities' own tests, one has an AIS. There, that ability's AIS is not the "
        "smallest (by chance, it would be with a probability of 0.033). (All but the mask is "
        "ablated here, so its own test should lose least.)"
    )


def test_an_own_score_that_ties_is_not_the_largest() -> None:
    table = small()
    table.loc[(table["benchmark"] == OWN[A]) & table["seed"].isna(), "ais"] = 0.5
    assert own_tests(only(table)).largest == 1


def test_doses_and_side_effects_are_means_over_tests() -> None:
    matrix = only(small())
    np.testing.assert_allclose(own_drops(matrix), [0.95, 0.80, 0.40])
    np.testing.assert_allclose(side_drops(matrix), [-0.005, 0.275, 0.25])


def test_a_dose_has_its_q_against_random_masks() -> None:
    """Two of six p-values are 0.001: the third test has no AIS."""
    rows = dose_rows(only(small(reason_of=C)))
    assert [row["own"] for row in rows] == ["0.95", "0.80", "--"]
    assert [row["q"] for row in rows] == ["0.003", "0.003", "--"]


def test_random_masks_count_where_they_match_the_ability_s_mask() -> None:
    """Of four abilities' own random masks the first's alone cost its test: 0.2 and 0.4."""
    tested = (A, B, C, "temporal_reasoning")
    rows = [
        row(0.95 if own == ability else 0.0, benchmark=OWN[own], ability=ability)
        for own in tested
        for ability in tested
    ]
    rows += [
        row(ais if own == ability == A else 0.0, benchmark=OWN[own], ability=ability, seed=seed)
        for own in tested
        for ability in tested
        for seed, ais in ((1, 0.2), (2, 0.4))
    ]
    matrix = only(finished(rows))
    assert [row["random"] for row in dose_rows(matrix)] == ["0.30", "0.00", "0.00", "0.00"]
    (doubt,) = [line for line in caveats(matrix) if line.startswith("Random masks")]
    assert doubt == (
        "Random masks of the same size change the score of Contextual recall test (0.30) by more "
        "than 0.1 of the margin over guessing, on average (positive: loss; of the random masks of "
        "each ability, those that change it most)."
    )


def test_doses_do_not_depend_on_how_ais_are_configured() -> None:
    table = small()
    table["ais"] *= 0.5  # absolute: the drop of the score, of which half is above guessing
    np.testing.assert_allclose(own_drops(only(table)), [0.95, 0.80, 0.40])


def test_doubts_name_what_causes_them() -> None:
    text = "\n".join(caveats(only(small(reason_of=A))))
    assert "Dose below 0.5: the mask of Spatial reasoning (0.40) removes less than half" in text
    assert "Don't compare its AIS with those of other abilities." in text
    assert "Dose below 0.9: the mask of Deductive reasoning (0.80) leaves part of" in text
    assert "Dose unknown, because the ability's own test has no AIS: Contextual recall." in text
    assert "Not specific: the masks of Deductive reasoning (0.50), Spatial reasoning (0.20)" in text
    assert "is based on 2 random masks" in text
    assert undefined(only(small(reason_of=A))) == [
        "No AIS: the intact model is not significantly above guessing (1 benchmark: Contextual "
        "recall test)."
    ]


def test_masks_that_are_smaller_than_others_are_named_with_their_size() -> None:
    table = small()
    assert not [line for line in caveats(only(table)) if line.startswith("Smaller masks")]
    own = table["seed"].isna()
    table["mask_size"] = table["ability"].map({A: 5, B: 3, C: 2}).where(own, 3).astype(int)
    (line,) = (line for line in caveats(only(table)) if line.startswith("Smaller masks"))
    assert "Deductive reasoning (3), Spatial reasoning (2) hold less than the largest (5)" in line
    assert "average size, 3" in line
    (line,) = (line for line in caveats(only(table[own])) if line.startswith("Smaller masks"))
    assert "average size" not in line


def test_a_mask_whose_dose_may_be_chance_is_in_doubt() -> None:
    """Where random masks cost as much, where the difference may be chance, where the dose may."""
    table = small()
    own = (table["benchmark"] == OWN[A]) & (table["ability"] == A)
    assert A not in mask_doubts(only(table))
    for changes in ({"q_random": 0.12}, {"over_random": -0.2}, {"ais_low": -0.1}):
        changed = table.copy()
        changed.loc[own, list(changes)] = list(changes.values())
        assert mask_doubts(only(changed))[A] == "dose not significant"
        text = "\n".join(caveats(only(changed)))
        assert "Dose not significant: under the mask of Contextual recall (0.95)" in text
    table.loc[own, ["q_random", "over_random"]] = np.nan
    assert A not in mask_doubts(only(table)), "without random masks nothing is said of it"


def test_an_ability_is_named_with_what_is_wrong_with_its_mask() -> None:
    assert mask_doubts(only(small())) == {B: "not specific", C: "not specific, dose below 0.5"}
    assert mask_doubts(only(small(reason_of=A)))[A] == "dose unknown"
    kept_alone = small().assign(ablation_of="complement")
    assert mask_doubts(only(kept_alone)) == {}


def written(unread: dict[str, float], intact: float = 0.04, **changes: Any) -> pd.DataFrame:
    """A benchmark with written answers, and the share that cannot be parsed under each mask."""
    rows = [
        row(1.0, benchmark="gsm8k", ability=ability, **changes)
        | {"form_of": "share", "form_intact": intact, "form": share - intact, "form_random": 0.02}
        for ability, share in unread.items()
    ]
    return finished(rows)


def unreadable(table: pd.DataFrame) -> list[str]:
    return [line for line in caveats(only(table)) if line.startswith("Unreadable")]


def test_answers_that_cannot_be_read_are_named() -> None:
    (doubt,) = unreadable(written({A: 0.97, B: 1.0, C: 0.98}))
    assert doubt.startswith(
        "Unreadable answers: under the masks of Contextual recall, Deductive reasoning, Spatial "
        "reasoning, 0.97 to 1.00 of the texts written for GSM8K cannot be parsed (probability; "
        "intact: 0.04; random masks change this by at most 0.02)."
    )
    # Half is not more than half; and it is a change that counts, from wherever it begins.
    (doubt,) = unreadable(written({A: 0.502, B: 0.5, C: 0.1}))
    assert "under the mask of Contextual recall, 0.502 of the texts" in doubt
    assert unreadable(written({A: 0.97, B: 0.6, C: 0.6}, intact=0.55))


@pytest.mark.parametrize("random", [np.nan, np.inf])
def test_without_a_number_random_masks_are_not_spoken_of(random: float) -> None:
    (doubt,) = unreadable(written({A: 0.97}).assign(form_random=random))
    assert "(probability; intact: 0.04)." in doubt


def test_nothing_is_said_of_answers_that_masks_do_not_make_unreadable() -> None:
    assert not unreadable(written({A: 0.55, B: 0.5, C: 0.6}, intact=0.51))
    assert not unreadable(written({A: 0.97}, reason="too few items"))
    assert not unreadable(written({A: 0.97}, ablation_of="complement"))
    assert not unreadable(small())


@pytest.mark.parametrize(
    ("own", "others", "separable"), [(0.95, 0.01, True), (0.2, 0.01, False), (0.95, 0.4, False)]
)
def test_profiles_of_no_ability_are_called_so(own: float, others: float, separable: bool) -> None:
    rows = [
        row(own if test == ability else others, benchmark=f"{test}_test", ability=ability)
        for test, ability in VALUES
    ]
    text = "\n".join(caveats(only(finished(rows))))
    assert ("Not separable" in text) is not separable


def test_separability_speaks_only_of_masks_whose_dose_is_known() -> None:
    text = "\n".join(caveats(only(small(reason_of=A))))
    assert (
        "Not separable: among masks for which both are known (2 of 3), none removes 0.5 or more"
        in text
    )


def test_nothing_is_doubted_without_cause() -> None:
    rows = [
        row(
            0.95 if own == ability else 0.01, benchmark=f"{own}_test", ability=ability,
            p=0.001 if own == ability else 0.5,
        )
        for own, ability in VALUES
    ]  # fmt: skip
    rows += [
        row(0.0, benchmark=f"{own}_test", ability="all_abilities", seed=seed)
        for own in (A, B, C)
        for seed in range(5)
    ]
    assert caveats(only(finished(rows))) == []


def test_without_controls_or_own_tests_this_is_said() -> None:
    rows = [row(0.3, ability=ability, controlled=False) for ability in (A, B)]
    matrix = only(finished(rows))
    assert own_tests(matrix).sentence() == "No benchmark of this run is an ability's own test."
    assert against_random(matrix) == "No cell is compared with a random mask."
    text = "\n".join(caveats(matrix))
    assert "There are no random masks" in text
    assert "because the ability's own test is not a benchmark of this run" in text


def test_a_broken_model_is_doubted_by_its_code() -> None:
    rows = [row(0.9, ability=A, flag="ablated_model_broken"), row(0.1, ability=B)]
    (doubt,) = [line for line in caveats(only(finished(rows))) if "broken" in line]
    assert doubt.startswith("ablated_model_broken: on the benchmarks on which the")
    assert doubt.endswith(
        "the mask of Contextual recall. The page shows its AIS, but it names no ability."
    )
    (both,) = [line for line in caveats(only(finished([rows[0], rows[0] | {"ability": B}])))
               if "broken" in line]  # fmt: skip
    assert both.endswith(
        "the masks of Contextual recall, Deductive reasoning. The page shows their AIS, but they "
        "name no ability."
    )


def test_where_all_but_the_mask_was_ablated_the_least_own_counts() -> None:
    """Of the diagonal 0.95, 0.80, 0.40 none is the least of its row but in 1 less each."""
    table = small(ablation_of="complement")
    assert own_tests(only(table)).largest == 0
    table["ais"] = 1 - table["ais"]
    counted = own_tests(only(table))
    assert counted.largest == 2
    assert "On 2 of them, the ability's own AIS is the smallest (by chance" in counted.sentence()
    assert "so its own test should lose least" in counted.sentence()
    doubt, few = caveats(only(table))
    assert doubt.startswith("All but each mask was ablated (ablation_of: complement)")
    assert doubt.endswith("The random masks are kept alone too.")
    assert few.startswith("The comparison with chance is based on 2 random masks")


def test_a_correction_that_no_single_effect_survives_is_doubted() -> None:
    """Nine tests of 1/100: alone q = 0.09."""
    table = small()
    assert not any("least p-value" in line for line in caveats(only(table)))
    table["p_least"] = 1 / 100
    (doubt,) = [line for line in caveats(only(table)) if "least p-value" in line]
    assert doubt == (
        "The tests' least p-value is 0.01 on Contextual recall test, Deductive reasoning test, "
        "Spatial reasoning test: corrected for 9 tests, q < 0.05 takes 2 cells that reach it "
        "together, so that no single cell does. With 180 resamples or more one can."
    )


@pytest.mark.parametrize(("fraction", "said"), [("calibrated", "As k was"), ("0.001", "If k was")])
def test_a_calibration_split_beside_a_chosen_k_is_doubted(fraction: str, said: str) -> None:
    table = small().assign(fraction=fraction)
    seen = [OWN[A]]
    matrix = matrix_of(table, "tiny", "specific", fraction, OWN)
    (doubt,) = set(caveats(matrix, seen)) - set(caveats(matrix))
    assert doubt == (
        f"Calibration items, which serve to choose k: Contextual recall test. {said} chosen on "
        "these items, AIS look larger on them than on other items."
    )
    assert doubt[:40] in impact_text(
        table, OWN, "chance_corrected", 0.95, calibration_benchmarks=seen
    )
    assert caveats(matrix, ["another"]) == caveats(matrix)


def test_a_shared_reason_is_one_footnote(make_table: Table) -> None:
    lines = text_of(make_table(benchmarks=4, undefined=(1, 2))).splitlines()
    assert sum("undefined:" in line for line in lines) == 1
    assert sum("-- (1)" in line and "undefined" not in line for line in lines) == 2


def test_codes_are_unique() -> None:
    assert codes(["spatial_reasoning", "deductive_reasoning", "social_reasoning"]) == {
        "spatial_reasoning": "SR1", "deductive_reasoning": "DR", "social_reasoning": "SR2",
    }  # fmt: skip


def test_a_numbered_code_is_not_that_of_another_name() -> None:
    names = ["contextual_recall", "causal_reasoning", "contextual_recall_1"]
    assert codes(names) == dict(zip(names, ["CR2", "CR3", "CR1"], strict=True))


def test_the_file_ends_with_where_things_are(tmp_path: Path) -> None:
    figures = [Path("results/figures/tiny/impact_specific_0.001.png")]
    for name in ("one.txt", "two.txt"):
        write_summary(
            tmp_path / name, small(), OWN, "chance_corrected", 0.95, figures,
            Path("results/report.html"),
        )  # fmt: skip
    text = (tmp_path / "one.txt").read_text()
    assert text.startswith(text_of(small()))
    assert text.endswith(f"Figures:\n  {figures[0]}\nReport: results/report.html\n")
    assert text == (tmp_path / "two.txt").read_text()


def test_many_figures_are_counted_not_listed(tmp_path: Path) -> None:
    figures = [Path(f"results/figures/model-{n}/impact_specific_0.001.png") for n in range(20)]
    write_summary(
        tmp_path / "a.txt", small(), OWN, "chance_corrected", 0.95, figures, Path("report.html")
    )
    assert "Figures:\n  20 in results/figures\nReport:" in (tmp_path / "a.txt").read_text()
