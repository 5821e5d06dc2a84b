"""What the page says of each benchmark, and what it opens with."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchprof.report.answers import answers
from benchprof.report.drops import mask_doubts
from benchprof.report.opening import finding, overview, reason, share_maps
from benchprof.report.page import LIMITS
from benchprof.report.rows import scores
from benchprof.report.templates import environment

from .conftest import OWN, finished, matrix, row
from .page_files import tables_of

A, B = "contextual_recall", "deductive_reasoning"


def asked(table: pd.DataFrame, **changes: dict[str, Any]) -> list[dict[str, Any]]:
    """The answers of a table of the one model; `changes` are columns of a table of profiles."""
    tables = tables_of(table)
    for name, columns in changes.items():
        tables[name] = tables[name].assign(**columns)
    shown = matrix(table, "tiny")
    return answers(shown, tables["findings"], tables["reliability"], tables["power"])


def said(answer: dict[str, Any], part: str) -> str:
    template = environment().get_template("answers.html.jinja")
    module = template.make_module({"limits": LIMITS, "infinity": float("inf")})
    return " ".join(str(getattr(module, part)(answer)).split())


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


def test_what_findings_name_has_its_ais_and_nothing_without_an_ais_is_answered() -> None:
    findings = {"needed": [B, "", ""], "hindering": [A, "", ""], "format_moved": [B, "", ""]}
    first, second = asked(held_out_tests(), findings=findings)
    assert first["sound"] == "deductive reasoning (AIS 0.00, -0.10 to 0.10)"
    assert first["better"] == "contextual recall (AIS 0.60, 0.50 to 0.70)"
    assert first["format"] == {"loss": "deductive reasoning", "gain": ""}
    assert (second["sound"], second["doubted"], second["better"]) == ("", "", "")
    assert "loss may be one of format likelihood" in said(first, "wrong")
    assert said(second, "wrong") == ""


def test_an_ability_is_needed_only_where_its_mask_is_not_in_doubt() -> None:
    """The second ability's mask takes 0.3 off its held-out test, less than half."""
    rows = held_out_tests()
    half = (rows["benchmark"] == OWN[B]) & (rows["ability"] == B)
    rows.loc[half, ["ais", "ablated"]] = [0.3, 0.75 - 0.5 * 0.3]
    first, _ = asked(rows, findings={"needed": [f"{A}; {B}", "", ""]})
    assert first["sound"].startswith("contextual recall (")
    assert first["doubted"].startswith("deductive reasoning (")
    assert first["doubts"] == {B: "on-target effect below 0.5"}
    assert mask_doubts(matrix(rows, "tiny")) == {B: "on-target effect below 0.5"}
    assert mask_doubts(matrix(held_out_tests(), "tiny")) == {}


@pytest.mark.parametrize(
    ("guessing", "base", "detectable", "hardly"),
    [(0.25, 0.15, 2.2, True), (0.25, 0.40, 0.825, True), (0.25, 1.0, 0.33, True),
     (0.0, 0.40, 0.825, False), (0.0, 1.0, 0.33, False)],
)  # fmt: skip
def test_whether_a_loss_can_be_detected_does_not_depend_on_how_ais_are_configured(
    guessing: float, base: float, detectable: float, hardly: bool
) -> None:
    """Of a score of 0.40 a drop of 0.33 is detectable, and 0.15 or all of it can be lost.

    The AIS of that drop is it divided by 0.15 (chance-corrected), 0.40 (relative) or 1 (absolute).
    """
    table = finished([row(0.1) | {"intact": 0.40, "guessing": guessing}])
    (own,) = asked(table, power={"base": base, "detectable_ais": detectable})
    assert ("hardly any loss can be detected" in said(own, "sure")) is hardly


def test_reliability_is_judged_or_missing_with_its_reason() -> None:
    first, second = asked(
        held_out_tests(),
        power={"detectable_ais": [np.inf, 0.004, np.nan]},
        reliability={"reliability": [0.797, np.nan, np.nan], "reason": "ten items are too few"},
    )
    assert "no AIS can be detected reliably" in said(first, "sure")
    assert "may give a different profile (reliability 0.797)" in said(first, "sure")
    assert "below 0.01" in said(second, "sure")
    assert "ten items are too few" in said(second, "sure")


def test_broken_models_and_unbounded_intervals_are_counted() -> None:
    code = "ablated_model_broken"
    rows = [row(1.0, ability=A, flag=code, high=np.inf), row(0.1, ability=B)]
    (own,) = asked(finished(rows))
    assert (own["broken"], own["abilities"], own["unbounded"]) == (1, 2, 1)
    (both,) = asked(finished([row(1.0, ability=ability, flag=code) for ability in (A, B)]))
    assert (both["broken"], both["abilities"]) == (2, 2)


def opened(
    table: pd.DataFrame, **changes: dict[str, Any]
) -> tuple[str, str, dict[str, tuple[str, str]]]:
    """The finding, the reason why not more, and what stands out or why nothing does."""
    tables, shown = tables_of(table), matrix(table, "tiny")
    for name, columns in changes.items():
        tables[name] = tables[name].assign(**columns)
    found = tables["findings"]
    told = answers(shown, found, tables["reliability"], tables["power"])
    rows = overview(shown, told, scores(table, "tiny"))
    by_benchmark = {row["score"]["benchmark"]: (row["found"], row["why"]) for row in rows}
    return finding(shown, found), reason(shown, told), by_benchmark


SOME = {"detectable_ais": 0.2, "base": 0.5}
"""Power of a benchmark whose margin is 0.5: a drop of 0.1 can be detected."""


def test_the_page_opens_with_a_benchmark_that_needs_a_sound_mask() -> None:
    """Two masks cost PIQA 0.4 and 0.3, more than chance; a held-out test says less than PIQA."""
    table = held_out_tests()
    piqa = table["benchmark"] == "piqa"
    named = {"needed": [A, B, f"{A}; {B}"], "hindering": "", "format_moved": ""}
    table.loc[piqa, ["ais", "ais_low", "ais_high"]] = [[0.4, 0.3, 0.5], [0.3, 0.2, 0.4]]
    table.loc[piqa, ["reason", "reason_code"]] = ""
    says, why, rows = opened(table, findings=named, power=SOME)
    assert says == (
        "3 of 3 benchmarks need an ability whose mask costs more than random masks and the other "
        "abilities' masks; the clearest is PIQA, which needs contextual recall (AIS 0.40, 0.30 to "
        "0.50)."
    )
    assert why == "no check found a fault, but smaller losses may be there unseen."
    assert rows["piqa"][0].startswith("needs contextual recall (AIS 0.40, 0.30 to 0.50) and ded")


def test_a_mask_in_doubt_opens_the_page_only_without_a_sound_one() -> None:
    rows = held_out_tests()
    half = (rows["benchmark"] == OWN[B]) & (rows["ability"] == B)
    rows.loc[half, ["ais", "ablated"]] = [0.3, 0.75 - 0.5 * 0.3]
    named = {"needed": [B, "", ""], "hindering": "", "format_moved": ""}
    says, why, shown = opened(rows, findings=named, power=SOME)
    assert says.startswith("On Contextual recall test, the mask of deductive reasoning costs more")
    assert says.endswith("something else may have been lost: on-target effect below 0.5.")
    assert shown[OWN[A]][0].endswith("(mask in doubt)")
    # One of three benchmarks has no AIS, one of two masks is in doubt: more.
    assert why == "1 of 2 masks are in doubt (most often: on-target effect below 0.5)."
    both = {**named, "needed": [f"{A}; {B}", "", ""]}
    assert "which needs contextual recall" in opened(rows, findings=both, power=SOME)[0]


def test_where_nothing_stands_out_the_page_says_why_in_a_word_or_two() -> None:
    nothing = {"needed": "", "hindering": "", "format_moved": ""}
    # On the first test, a drop of 0.6 could be detected, and 0.5 can be lost.
    power = {"detectable_ais": [1.2, 0.2, np.nan], "base": 0.5}
    says, why, rows = opened(held_out_tests(), findings=nothing, power=power)
    assert says == ("No ability stands out on any of the benchmarks that have an AIS (2 of 3).")
    assert rows == {
        OWN[A]: ("", "too few items"),
        OWN[B]: ("", "no loss beyond that of other masks"),
        "piqa": ("", "no AIS: not above guessing"),
    }
    assert why == "on 1 of 2 benchmarks, the items are too few to show a loss."
    undefined = finished([row(0.1, ability=a, reason="none", benchmark=b)
                          for a in (A, B) for b in ("piqa", "boolq")])  # fmt: skip
    says, why, _ = opened(undefined, findings=nothing)
    assert says == "Nothing can be said of what these benchmarks need: none has an AIS."
    assert why.startswith("2 of 2 benchmarks have no AIS, mostly because the intact model is not")


def test_of_several_readings_of_items_the_first_is_mapped() -> None:
    names = ["model", "read_from", "benchmark", "ability", "share", "n_items"]
    shares = [("m", r, "piqa", a, s, 8) for r, part in (("x", (0.75, 0.25)), ("y", (0.5, 0.5)))
              for a, s in zip((A, B), part, strict=True)]  # fmt: skip
    (own,) = share_maps(pd.DataFrame(shares, columns=names))
    assert (own["model"], own["abilities"], own["most"]) == ("m", [A, B], 0.75)
    ((benchmark, cells),) = own["rows"]
    assert (benchmark, [cell["share"] for cell in cells]) == ("piqa", [0.75, 0.25])
