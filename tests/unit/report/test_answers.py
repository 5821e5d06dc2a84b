"""What the page says first of each benchmark: which abilities it names, and which facts it has."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchprof.report.answers import answers
from benchprof.report.drops import mask_doubts
from benchprof.report.page import LIMITS
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
    assert "It needs deductive reasoning" in said(first, "needs")
    assert "loss may be one of format likelihood" in said(first, "wrong")
    assert "No ability stands out" in said(second, "needs")
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
    assert "every ablated model is broken" in said(both, "needs")
