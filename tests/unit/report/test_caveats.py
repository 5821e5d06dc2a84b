"""What is found and what is doubted, against numbers worked out by hand."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from benchprof.analysis.drawing import Drawing
from benchprof.analysis.overlap import overlap_table
from benchprof.report.caveats import caveats, half_ais, read_overlap, train_items
from benchprof.report.drops import mask_doubts, on_target_table
from benchprof.report.matrix import Matrix
from benchprof.report.outcomes import against_random, held_out_sentences, undefined
from benchprof.report.sentences import SENTENCES

from .conftest import OWN, finished, matrix, row

# AIS by (benchmark of, ability): the third's own is not its largest; its mask is weak and broad.
A, B, C = "contextual_recall", "deductive_reasoning", "spatial_reasoning"
VALUES = {
    (A, A): 0.95, (A, B): 0.05, (A, C): 0.30,
    (B, A): -0.05, (B, B): 0.80, (B, C): 0.20,
    (C, A): 0.04, (C, B): 0.50, (C, C): 0.40,
}  # fmt: skip
VIEW = ("tiny", "contrastive", "0.001")


def small(reason_of: str = "", **changes: float) -> pd.DataFrame:
    def of(own: str, ability: str, value: float, **more: Any) -> dict[str, Any]:
        reason = "too few items" if own == reason_of else ""
        return row(value, benchmark=f"{own}_test", ability=ability, reason=reason, **more)

    rows = [of(own, ability, value, p=0.001 if value > 0.45 else 0.7, **changes)
            for (own, ability), value in VALUES.items()]  # fmt: skip
    rows += [of(own, "all_abilities", value, seed=seed)
             for own in (A, B, C) for seed, value in ((1, 0.0), (2, 0.1))]  # fmt: skip
    return finished(rows)


def only(table: pd.DataFrame) -> Matrix:
    return matrix(table, "tiny")


def about(lines: list[str], what: str) -> str:
    """The one line that a sentence of the table makes; empty where there is none."""
    start = SENTENCES[what].partition("{")[0]
    found = [line for line in lines if line.startswith(start)]
    assert len(found) < 2
    return found[0] if found else ""


def test_nothing_is_doubted_without_cause() -> None:
    rows = [
        row(0.95 if own == ability else 0.01, benchmark=f"{own}_test", ability=ability,
            p=0.001 if own == ability else 0.5)
        for own, ability in VALUES
    ]  # fmt: skip
    rows += [
        row(0.0, benchmark=f"{own}_test", ability="all_abilities", seed=seed)
        for own in (A, B, C)
        for seed in range(5)
    ]
    assert caveats(only(finished(rows))) == []
    assert mask_doubts(only(finished(rows))) == {}


def test_the_held_out_tests_are_counted() -> None:
    (said,) = held_out_sentences(only(small()))
    assert "3 of 3 have an AIS" in said and "largest on 2 of these" in said and "on 1)" in said
    (said,) = held_out_sentences(only(small(reason_of=A)))
    assert "2 of 3 have an AIS" in said and "largest on 1 of these" in said
    # Of a test whose largest AIS two abilities share, none has it, by chance either.
    table = small()
    shared = (table["benchmark"] == f"{A}_test") & table["ability"].isin([B, C])
    table.loc[shared, "ais"] = 2.0
    (said,) = held_out_sentences(only(table))
    assert "largest on 1 of these" in said and "on 0.67)" in said
    assert held_out_sentences(only(small().assign(mask_digest="of all"))) == []


def test_masks_that_are_smaller_than_others_are_named_with_their_size() -> None:
    table = small()
    assert not about(caveats(only(table)), "smaller")
    own = table["seed"].isna()
    table["mask_size"] = table["ability"].map({A: 5, B: 3, C: 2}).where(own, 3).astype(int)
    said = about(caveats(only(table)), "smaller")
    assert "Deductive reasoning (3), Spatial reasoning (2) hold less than the largest (5)" in said
    assert "average size, 3." in about(caveats(only(table)), "average_random")
    assert not about(caveats(only(table[own])), "average_random")


def test_cells_that_differ_from_random_masks_are_counted_once_a_mask() -> None:
    table = small()
    (said,) = against_random(only(table))
    assert "3 of 9, 3 with a larger loss" in said
    table.loc[table["seed"].isna(), "mask_digest"] = "one"
    (said,) = against_random(only(table))
    assert "of 3," in said
    assert against_random(only(finished([row(0.3, controlled=False)]))) == []


def test_on_target_effects_and_side_effects_are_means_over_tests() -> None:
    on_target_effect = on_target_table(only(small()))
    np.testing.assert_allclose(on_target_effect["own"], [0.95, 0.80, 0.40])
    np.testing.assert_allclose(on_target_effect["side"], [-0.005, 0.275, 0.25])
    # Two of six p-values are 0.001: the third test has no AIS.
    on_target_effect = on_target_table(only(small(reason_of=C)))
    np.testing.assert_allclose(on_target_effect["q"], [0.003, 0.003, np.nan])
    halved = small()
    halved["ais"] *= 0.5  # absolute: the drop of the score, of which half is above guessing
    np.testing.assert_allclose(on_target_table(only(halved))["own"], [0.95, 0.80, 0.40])


def test_random_masks_count_where_they_match_the_ability_s_mask() -> None:
    """Of the abilities' own random masks the first's alone cost its test: 0.2 and 0.4."""
    tested = (A, B, C, "temporal_reasoning")
    cells = [(own, ability) for own in tested for ability in tested]
    rows = [row(0.95 if own == a else 0.0, benchmark=OWN[own], ability=a) for own, a in cells]
    rows += [
        row(ais if own == a == A else 0.0, benchmark=OWN[own], ability=a, seed=seed)
        for own, a in cells
        for seed, ais in ((1, 0.2), (2, 0.4))
    ]
    shown = only(finished(rows))
    np.testing.assert_allclose(on_target_table(shown)["random"], [0.3, 0, 0, 0], atol=1e-12)
    assert about(caveats(shown), "harmful_random").endswith("Contextual recall test (0.30).")


def test_doubts_name_the_masks_with_their_values() -> None:
    lines = caveats(only(small(reason_of=A)))
    for what, values in {
        "on_target_unknown": ": Contextual recall.",
        "few_random": "Few random masks: 2 ",
        "none_selective": "of 2 masks for which both are known",
    }.items():
        assert values in about(lines, what), what
    text = "\n".join(lines)
    assert "On-target effect below 0.5 (masks of Spatial reasoning (0.40))" in text
    assert "On-target effect below 0.9 (masks of Deductive reasoning (0.80))" in text
    assert "Not selective (masks of Deductive reasoning (0.50), Spatial reasoning (0.20))" in text
    assert undefined(only(small(reason_of=A)))[0].endswith("(Contextual recall test).")
    # A value beside its limit keeps a third decimal.
    rows = [row(0.497 if own == a else 0.104, benchmark=OWN[own], ability=a)
            for own in (A, B) for a in (A, B)]  # fmt: skip
    text = "\n".join(caveats(only(finished(rows))))
    assert "Contextual recall (0.497)" in text and "Contextual recall (0.104)" in text


def test_an_ability_is_named_with_what_is_wrong_with_its_mask() -> None:
    assert mask_doubts(only(small())) == {
        B: "not selective",
        C: "not selective, on-target effect below 0.5",
    }
    assert mask_doubts(only(small(reason_of=A)))[A] == "on-target effect unknown"


@pytest.mark.parametrize("changes", [{"q_random": 0.12}, {"over_random": -0.2}, {"ais_low": -0.1}])
def test_a_mask_whose_on_target_effect_may_be_chance_is_in_doubt(changes: dict[str, float]) -> None:
    """Where random masks cost as much, where the difference may be chance, where the on-target
    effect may.
    """
    table = small()
    own = (table["benchmark"] == OWN[A]) & (table["ability"] == A)
    table.loc[own, list(changes)] = list(changes.values())
    assert mask_doubts(only(table))[A] == "on-target effect not significant"
    assert "Contextual recall (0.95)" in about(caveats(only(table)), "on_target_by_chance")
    table.loc[own, ["q_random", "over_random", "ais_low"]] = [np.nan, np.nan, 0.5]
    assert A not in mask_doubts(only(table)), "without random masks nothing is said of it"


def test_unbounded_intervals_and_broken_models_are_counted() -> None:
    lines = caveats(only(small(high=np.inf, low=-np.inf)))
    assert "9 of 9" in about(lines, "unbounded")
    rows = [row(0.9, ability=A, flag="ablated_model_broken"), row(0.1, ability=B)]
    (doubt,) = [line for line in caveats(only(finished(rows))) if "ablated_model_broken" in line]
    assert "(masks of Contextual recall)" in doubt


def written(unread: dict[str, float], intact: float = 0.04, **changes: Any) -> str:
    """The doubt on a benchmark of whose answers these shares are unreadable under each mask."""
    rows = [
        row(1.0, benchmark="gsm8k", ability=ability, **changes)
        | {
            "format_unit": "share",
            "format_intact": intact,
            "format_change": share - intact,
            "format_change_random": 0.02,
        }
        for ability, share in unread.items()
    ]
    return about(caveats(only(finished(rows))), "unread")


def test_answers_that_cannot_be_read_are_named() -> None:
    said = written({A: 0.97, B: 1.0, C: 0.98})
    assert "0.97 to 1.00 of the texts written for GSM8K" in said
    assert "intact: 0.04; change under random masks: at most 0.02" in said
    # Half is not more than half; and it is a change that counts, from wherever it begins.
    assert "0.502 of the texts" in written({A: 0.502, B: 0.5, C: 0.1})
    assert written({A: 0.97, B: 0.6, C: 0.6}, intact=0.55)
    assert not written({A: 0.55, B: 0.5, C: 0.6}, intact=0.51)
    assert not written({A: 0.97}, reason="too few items")


def test_what_was_not_compared_is_said() -> None:
    rows = [row(0.3, ability=ability, controlled=False) for ability in (A, B)]
    lines = caveats(only(finished(rows)))
    assert about(lines, "no_random") and about(lines, "on_target_untested")
    one = caveats(only(finished([row(0.3)])))
    assert about(one, "one_ability")
    core = caveats(only(small().assign(mask_digest="of all", over_others=np.nan)))
    assert not any("Not selective" in line or "None selective" in line for line in core)


def test_a_correction_that_no_single_effect_survives_is_doubted() -> None:
    """Nine tests of 1/100: alone q = 0.09."""
    table = small()
    assert not any("least p-value" in line for line in caveats(only(table)))
    table["p_least"] = 1 / 100
    (doubt,) = [line for line in caveats(only(table)) if "least p-value" in line]
    assert "corrected for 9 tests" in doubt


def test_a_calibration_split_is_doubted() -> None:
    seen = caveats(only(small()), [OWN[A]])
    (doubt,) = set(seen) - set(caveats(only(small())))
    assert doubt == about(seen, "calibration")


def overlap(
    folder: Path, masks: dict[str, list[int]], view: tuple[str, str, str] = VIEW, size: int = 100
) -> pd.DataFrame:
    """What a run finds of masks in one tensor, read again from its file."""
    csv = folder / "_".join(view) / "overlap.csv"
    csv.parent.mkdir(exist_ok=True)
    entries = {ability: {"w": torch.tensor(own)} for ability, own in masks.items()}
    Drawing("", csv, []).write(overlap_table(entries, {"w": size}), lambda *_: None)
    return read_overlap({view: csv})


def test_masks_that_share_more_than_half_are_named_with_their_share(tmp_path: Path) -> None:
    """The first two share 7 of their 10 entries; two random ones 10 * 10 / 100, a tenth."""
    masks = {A: [*range(10)], B: [*range(3, 13)], C: [*range(50, 60)]}
    said = about(caveats(only(small()), overlap=overlap(tmp_path, masks)), "overlap")
    assert "1 of 3 pairs" in said and "have 0.70 of" in said
    assert "most: Contextual recall and Deductive reasoning; two random masks: 0.1)" in said
    masks[C] = [*range(1, 11)]
    said = about(caveats(only(small()), overlap=overlap(tmp_path, masks)), "overlap")
    assert "3 of 3 pairs" in said and "0.70 to 0.90" in said
    elsewhere = overlap(tmp_path, masks, ("tiny", "contrastive", "0.002"))
    assert not about(caveats(only(small()), overlap=elsewhere), "overlap")
    core = only(small().assign(mask_digest="one"))
    assert not about(caveats(core, overlap=overlap(tmp_path, masks)), "overlap")


@pytest.mark.parametrize(("shared", "told"), [(5, False), (6, True)])
def test_half_is_not_more_than_half(tmp_path: Path, shared: int, told: bool) -> None:
    masks = {A: [*range(10)], B: [*range(10 - shared, 20 - shared)], C: [*range(50, 60)]}
    assert bool(about(caveats(only(small()), overlap=overlap(tmp_path, masks)), "overlap")) is told


def test_tables_of_several_views_are_read_as_one_and_abilities_may_have_any_name(
    tmp_path: Path,
) -> None:
    views = [("tiny", "top", mask_fraction) for mask_fraction in ("0.001", "0.002")]
    names = ("002", "null", "true")
    for view in views:
        overlap(tmp_path, {name: [0] for name in names}, view)
    table = read_overlap({view: tmp_path / "_".join(view) / "overlap.csv" for view in views})
    found = table[["model", "selection", "mask_fraction"]].drop_duplicates().to_numpy().tolist()
    assert found == [list(view) for view in views]
    pairs = list(zip(table["ability_a"], table["ability_b"], strict=True))
    assert pairs == [*combinations(names, 2)] * 2


def test_what_the_draw_of_train_items_adds() -> None:
    """The root of (0.4^2 - 0.2^2 + 0.3^2 - 0.15^2) / 2 / 4."""
    halves = {A: (0.7, 0.3, 0.2), B: (0.45, 0.75, 0.15), C: (np.nan,) * 3}
    table = pd.DataFrame(
        [(*VIEW, ability, 32, *own) for ability, own in halves.items()],
        columns=["model", "selection", "mask_fraction", "ability", "items",
                 "ais_half_1", "ais_half_2",
                 "sd_test_items"],
    )  # fmt: skip
    (said,) = train_items(table, only(small()))
    assert "(32 items each)" in said and "standard error of 0.15 to" in said
    (noise,) = train_items(table.assign(sd_test_items=1.0), only(small()))
    assert "standard error" not in noise
    shown = half_ais(table, only(small()))
    assert (shown[A], shown[B]) == ("0.70, 0.30", "0.45, 0.75")
    assert train_items(None, only(small())) == train_items(table[2:], only(small())) == []
