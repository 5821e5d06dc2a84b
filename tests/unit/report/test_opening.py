"""What the page opens with: the finding, the reason why not more, and a row for each benchmark."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchprof.report.drops import mask_doubts
from benchprof.report.opening import blind, finding, overview, reason, share_maps
from benchprof.report.rows import scores

from .conftest import OWN, finished, matrix, row
from .page_files import tables_of

A, B = "contextual_recall", "deductive_reasoning"
NOTHING = {"needed": "", "hindering": "", "format_moved": ""}
SOME = {"detectable_ais": 0.2, "base": 0.5}
"""Power of a benchmark whose margin is 0.5: a drop of 0.1 can be detected."""


def held_out_tests() -> pd.DataFrame:
    """Two held-out tests and PIQA, which has no AIS; each mask takes 0.6 off its held-out test
    alone.
    """
    rows = [
        row(0.6 if own == ability else 0.0, benchmark=OWN[own], ability=ability,
            p=0.001 if own == ability else 0.5)
        for own in (A, B)
        for ability in (A, B)
    ]  # fmt: skip
    rows += [row(0.1, benchmark="piqa", ability=a, reason="nothing to lose") for a in (A, B)]
    rows += [
        row(0.0, benchmark=benchmark, ability="all_abilities", seed=seed)
        for benchmark in (OWN[A], OWN[B])
        for seed in range(5)
    ]
    return finished(rows)


def opened(
    table: pd.DataFrame, needed: Any = "", power: Any = SOME, **findings: Any
) -> tuple[str, str, dict[str, str]]:
    """The finding, the reason why not more, and what stands out on each benchmark or why not."""
    tables, shown = tables_of(table), matrix(table, "tiny")
    found = tables["findings"].assign(**(NOTHING | {"needed": needed} | findings))
    few = blind(shown, tables["power"].assign(**power))
    rows = overview(shown, found, few, scores(table, "tiny"))
    told = {row["score"]["benchmark"]: row["found"] or f"({row['why']})" for row in rows}
    return finding(shown, found), reason(shown, few), told


def test_the_page_opens_with_a_benchmark_that_needs_a_sound_mask() -> None:
    """Two masks cost PIQA 0.4 and 0.3, more than chance; a held-out test says less than PIQA."""
    table = held_out_tests()
    piqa = table["benchmark"] == "piqa"
    table.loc[piqa, ["ais", "ais_low", "ais_high"]] = [[0.4, 0.3, 0.5], [0.3, 0.2, 0.4]]
    table.loc[piqa, ["reason", "reason_code"]] = ""
    says, why, rows = opened(table, [A, B, f"{A}; {B}"])
    assert says == (
        "3 of 3 benchmarks need an ability whose mask costs more than random masks and the other "
        "abilities' masks; the clearest is PIQA, which needs contextual recall (AIS 0.40, 0.30 to "
        "0.50)."
    )
    assert why == "no check found a fault, but smaller losses may be there unseen."
    assert rows["piqa"] == (
        "needs contextual recall (AIS 0.40, 0.30 to 0.50) and deductive reasoning (AIS 0.30, 0.20 "
        "to 0.40)"
    )


def test_a_mask_in_doubt_opens_the_page_only_without_a_sound_one() -> None:
    """The second ability's mask takes 0.3 off its held-out test, less than half."""
    rows = held_out_tests()
    half = (rows["benchmark"] == OWN[B]) & (rows["ability"] == B)
    rows.loc[half, ["ais", "ablated"]] = [0.3, 0.75 - 0.5 * 0.3]
    assert mask_doubts(matrix(rows, "tiny")) == {B: "on-target effect below 0.5"}
    says, why, shown = opened(rows, [B, "", ""], hindering=["", A, ""])
    assert says == (
        "On Contextual recall test, the mask of deductive reasoning (AIS 0.00, -0.10 to 0.10) "
        "costs more than random masks and the other abilities' masks, but something else may have "
        "been lost: on-target effect below 0.5."
    )
    assert shown[OWN[A]] == "may need deductive reasoning (AIS 0.00, -0.10 to 0.10)"
    # One of three benchmarks has no AIS; one of two masks is in doubt, which is more.
    assert why == "1 of 2 masks are in doubt (most often: on-target effect below 0.5)."
    assert "which needs contextual recall" in opened(rows, [f"{A}; {B}", "", ""])[0]


def test_a_benchmark_does_better_without_an_ability_only_if_the_gain_can_be_read() -> None:
    table = held_out_tests()
    other = (table["benchmark"] == OWN[A]) & (table["ability"] == B)
    assert opened(table, hindering=[B, "", ""])[2][OWN[A]].startswith("(")
    table.loc[other, ["ais", "ais_low", "ais_high"]] = [-0.2, -0.3, -0.1]
    told = opened(table, [A, "", ""], hindering=[B, "", ""])[2][OWN[A]]
    assert told == (
        "needs contextual recall (AIS 0.60, 0.50 to 0.70); does better without deductive reasoning "
        "(AIS -0.20, -0.30 to -0.10)"
    )


def test_where_nothing_stands_out_the_page_says_why_in_a_word_or_two() -> None:
    # On the first test, a drop of 0.6 could be detected, and 0.5 can be lost.
    power = {"detectable_ais": [1.2, 0.2, np.nan], "base": 0.5}
    says, why, rows = opened(held_out_tests(), power=power)
    assert says == "No ability stands out on any of the benchmarks that have an AIS (2 of 3)."
    assert rows == {
        OWN[A]: "(too few items)",
        OWN[B]: "(no loss beyond that of other masks)",
        "piqa": "(no AIS: not above guessing)",
    }
    assert why == "on 1 of 2 benchmarks, the items are too few to show a loss."


def test_a_run_without_an_ais_says_so() -> None:
    undefined = finished([row(0.1, ability=a, reason="none", benchmark=b)
                          for a in (A, B) for b in ("piqa", "boolq")])  # fmt: skip
    says, why, _ = opened(undefined)
    assert says == "Nothing can be said of what these benchmarks need: none has an AIS."
    assert why.startswith("2 of 2 benchmarks have no AIS, mostly because the intact model is not")


@pytest.mark.parametrize("controlled", [True, False])
def test_what_masks_cannot_be_compared_or_are_broken_is_said(controlled: bool) -> None:
    code = "ablated_model_broken"
    broken = [row(1.0, ability=ability, flag=code) for ability in (A, B)]
    assert opened(finished(broken))[2] == {"arc_challenge": "(all ablated models broken)"}
    alone = finished([row(0.1, controlled=controlled)])
    # The one ability has no other; without random masks its mask is compared with nothing.
    alone["q_others"] = np.nan
    _, why, rows = opened(alone)
    assert ("no ability can be named" in why) is not controlled
    assert (rows == {"arc_challenge": "(no other masks to compare with)"}) is not controlled


@pytest.mark.parametrize(
    ("guessing", "base", "detectable", "few"),
    [(0.25, 0.15, 2.2, True), (0.25, 0.40, 0.825, True), (0.25, 1.0, 0.33, True),
     (0.0, 0.40, 0.825, False), (0.0, 1.0, 0.33, False), (0.0, 1.0, np.inf, True)],
)  # fmt: skip
def test_whether_a_loss_can_be_detected_does_not_depend_on_how_ais_are_configured(
    guessing: float, base: float, detectable: float, few: bool
) -> None:
    """Of a score of 0.40 a drop of 0.33 is detectable, and 0.15 or all of it can be lost.

    The AIS of that drop is it divided by 0.15 (chance-corrected), 0.40 (relative) or 1 (absolute).
    """
    table = finished([row(0.1) | {"intact": 0.40, "guessing": guessing}])
    power = tables_of(table)["power"].assign(base=base, detectable_ais=detectable)
    assert bool(blind(matrix(table, "tiny"), power)) is few


def test_of_several_readings_of_items_the_first_is_mapped() -> None:
    names = ["model", "read_from", "benchmark", "ability", "share", "n_items"]
    shares = [("m", r, "piqa", a, s, 8) for r, part in (("x", (0.75, 0.25)), ("y", (0.5, 0.5)))
              for a, s in zip((A, B), part, strict=True)]  # fmt: skip
    (own,) = share_maps(pd.DataFrame(shares, columns=names))
    assert (own["read_from"], own["abilities"], own["most"]) == ("x", [A, B], 0.75)
    ((benchmark, cells),) = own["rows"]
    assert (benchmark, [cell["share"] for cell in cells]) == ("piqa", [0.75, 0.25])
