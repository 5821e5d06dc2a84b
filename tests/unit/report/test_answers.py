"""What the page says first of each benchmark, against sentences worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchprof.report.answers import Answer, answers, masks_in_doubt
from benchprof.report.matrix import matrix_of

from .conftest import OWN, finished, row
from .page_files import tables_of

A, B = "contextual_recall", "deductive_reasoning"


def asked(table: pd.DataFrame, **changes: dict[str, Any]) -> list[Answer]:
    """The answers of a table of the one model; `changes` are columns of a table of profiles."""
    tables = tables_of(table)
    for name, columns in changes.items():
        tables[name] = tables[name].assign(**columns)
    matrix = matrix_of(table, "tiny", "specific", "0.001", OWN)
    return answers(matrix, tables["findings"], tables["reliability"], tables["power"])


def own_tests(**changes: Any) -> pd.DataFrame:
    """Two own tests and PIQA, which has no AIS; each mask takes 0.6 off its own test alone."""
    rows = [
        row(
            0.6 if own == ability else 0.0, benchmark=OWN[own], ability=ability,
            p=0.001 if own == ability else 0.5, **changes,
        )
        for own in (A, B)
        for ability in (A, B)
    ]  # fmt: skip
    rows += [
        row(0.1, benchmark="piqa", ability=a, reason="nothing to lose", **changes) for a in (A, B)
    ]
    controls = [
        row(0.0, benchmark=benchmark, ability="all_abilities", seed=seed)
        for benchmark in (OWN[A], OWN[B])
        for seed in range(5)
    ]
    return finished([*rows, *controls])


def test_a_benchmark_that_needs_an_ability() -> None:
    first, second = asked(
        own_tests(),
        findings={"needed": [B, "", ""], "hindering": [A, "", ""], "form_moved": [B, "", ""]},
        power={"detectable_ais": 0.25},
        reliability={"reliability": [0.9, np.nan, np.nan], "reason": "ten items are too few"},
    )
    assert first == Answer(
        OWN[A],
        "It needs deductive reasoning (AIS 0.00, -0.10 to 0.10). Losing it costs more than random "
        "masks and the other abilities' masks do. It does better without contextual recall "
        "(AIS 0.60, 0.50 to 0.70).",
        "With 60 items, the minimum detectable AIS is 0.25. Different items would give nearly the "
        "same profile (reliability 0.90).",
        "Form moves too without deductive reasoning, so the loss may be one of form.",
    )
    assert second == Answer(
        OWN[B],
        "No ability stands out: no AIS is significantly above 0 and above those under random masks "
        "and the other abilities' masks.",
        "With 60 items, the minimum detectable AIS is 0.25. The reliability of the profile is "
        "unknown: ten items are too few.",
        "No fault was found in the benchmark itself.",
    )


def test_doubts_stand_beside_the_ability_or_are_counted() -> None:
    """Without their own tests among the benchmarks the doses are unknown."""
    rows = [row(0.3, ability=ability, high=np.inf) for ability in (A, B)]
    (named,) = asked(finished(rows), findings={"needed": f"{A}; {B}"})
    assert named.needs == (
        "The masks of contextual recall (AIS 0.30, 0.20 to ∞) and deductive reasoning (AIS 0.30, "
        "0.20 to ∞) cost more than random masks and the other abilities' masks do, but "
        "something else may have been lost."
    )
    assert named.wrong == (
        "The mask of contextual recall is in doubt: dose unknown. The mask of deductive reasoning "
        "is in doubt: dose unknown. 2 of 2 intervals have no bound on at least one side."
    )
    (unnamed,) = asked(finished(rows))
    assert unnamed.wrong == "2 of 2 intervals have no bound on at least one side."
    assert masks_in_doubt(matrix_of(finished(rows), "tiny", "specific", "0.001", OWN)) == (
        "2 of 2 masks are in doubt, so a benchmark may need abilities that are not named here."
    )
    # Of the synthetic tables: no AIS however large, and halves that agree by 2/3.
    assert unnamed.sure == (
        "With 60 items, no AIS can be detected reliably. Different items may give a different "
        "profile (reliability 0.67, below 0.8)."
    )


def test_an_ability_is_needed_only_where_its_mask_is_not_in_doubt() -> None:
    """The second ability's mask takes 0.3 off its own test, less than half."""
    rows = own_tests()
    half = (rows["benchmark"] == OWN[B]) & (rows["ability"] == B)
    rows.loc[half, ["ais", "ablated"]] = [0.3, 0.75 - 0.5 * 0.3]
    first, _ = asked(
        rows, findings={"needed": [f"{A}; {B}", "", ""]}, power={"detectable_ais": 0.004}
    )
    assert first.needs == (
        "It needs contextual recall (AIS 0.60, 0.50 to 0.70). Losing it costs more than random "
        "masks and the other abilities' masks do. The mask of deductive reasoning (AIS 0.00, "
        "-0.10 to 0.10) costs more than random masks and the other abilities' masks do, but "
        "something else may have been lost."
    )
    assert first.sure.startswith("With 60 items, the minimum detectable AIS is below 0.01.")
    assert first.wrong == "The mask of deductive reasoning is in doubt: dose below 0.5."
    other, _ = asked(rows, findings={"needed": [A, "", ""]}, power={"detectable_ais": 1.67})
    assert other.wrong == "No fault was found in the benchmark itself."
    assert masks_in_doubt(matrix_of(rows, "tiny", "specific", "0.001", OWN)).startswith(
        "1 of 2 masks is in doubt"
    )
    assert masks_in_doubt(matrix_of(own_tests(), "tiny", "specific", "0.001", OWN)) == ""
    assert other.sure.startswith(
        "With 60 items, hardly any loss can be detected: the minimum detectable AIS is 1.67."
    )


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
    assert ("hardly any loss can be detected" in own.sure) is hardly


def test_where_all_but_the_mask_was_ablated_it_is_what_the_mask_keeps() -> None:
    first, _ = asked(own_tests(ablation_of="complement"), findings={"sufficient": [A, "", ""]})
    assert first.needs == (
        "It keeps more of its score with the mask of contextual recall (AIS 0.60, 0.50 to 0.70) "
        "alone than with random masks and the other abilities' masks."
    )
    assert first.wrong == "All but each mask was ablated, so there is no dose to check."


def test_where_all_models_are_broken_none_stands_out() -> None:
    rows = [row(1.0, ability=ability, flag="ablated_model_broken") for ability in (A, B)]
    (own,) = asked(finished(rows))
    assert own.needs == "It names no ability, as every ablated model is broken as a whole."
    assert "2 of 2 ablated models are broken as a whole" in own.wrong


def test_where_one_model_is_broken_the_others_are_judged() -> None:
    rows = [row(1.0, ability=A, flag="ablated_model_broken", high=np.inf), row(0.1, ability=B)]
    (own,) = asked(finished(rows))
    assert own.needs == (
        "No ability stands out: apart from masks that break the model as a whole, none has an AIS "
        "that is significantly above 0 and above those under random masks and the other abilities' "
        "masks. (Masks that break the model still count among the other abilities' masks.)"
    )
    assert own.wrong == (
        "1 of 2 ablated models is broken as a whole, so its losses name no ability. 1 of 2 "
        "intervals has no bound on at least one side."
    )


@pytest.mark.parametrize(
    ("kind", "names", "said"),
    [
        ("needed", A, "without contextual recall, so the loss may be one of form."),
        ("hindering", A, "without contextual recall, so the gain may be one of form."),
        ("sufficient", A, "with the mask of contextual recall alone, so what it keeps may be "
         "form."),
        ("sufficient", f"{A}; {B}", "with the masks of contextual recall and deductive reasoning "
         "alone, so what they keep may be form."),
    ],
)  # fmt: skip
def test_what_form_may_explain_is_a_loss_a_gain_or_what_is_kept(
    kind: str, names: str, said: str
) -> None:
    named = [names, "", ""]
    first, second = asked(own_tests(), findings={kind: named, "form_moved": named})
    assert f"Form moves too {said}" in first.wrong
    assert "Form" not in second.wrong


def test_a_reliability_below_the_limit_does_not_read_as_the_limit() -> None:
    first, _ = asked(own_tests(), reliability={"reliability": 0.797})
    assert first.sure.endswith("a different profile (reliability 0.797, below 0.8).")
