"""Findings: which abilities are named, and why, on cells made by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchprof.profile.findings import findings_rows, hindering, needed, sufficient


def row(ability: str, ais: float, **changed: Any) -> dict[str, Any]:
    return {
        "model": "m", "benchmark": "arc", "selection": "specific", "fraction": "0.001",
        "k": "0.001", "ability": ability, "seed": None, "headline": True, "metric": "acc", "n": 500,
        "ais": ais, "ais_low": ais - 0.1, "ais_high": ais + 0.1, "over_random": ais,
        "over_others": ais, "q_ais": 0.01, "q_random": 0.01, "q_others": 0.01,
        "reason_code": "", "reason": "", "flag_code": "", "ablation_of": "mask",
    } | changed  # fmt: skip


CELLS = [
    row("small", 0.2),
    row("large_one", 0.6),
    row("random_too", 0.5, q_random=0.2),
    row("others_too", 0.5, q_others=np.nan),
    row("hinders", -0.3),
    row("perhaps", -0.1, q_ais=0.3),
]


def test_an_ability_is_needed_where_neither_control_explains_it() -> None:
    assert [cell["ability"] for cell in needed(CELLS)] == ["large_one", "small"]
    assert [cell["ability"] for cell in hindering(CELLS)] == ["hinders"]


def test_the_sentence_is_made_from_the_numbers() -> None:
    cells = [*CELLS[:3], row("broken", 0.5, flag_code="ablated_model_broken"), CELLS[4]]
    resampled = {("m", "arc", "specific", "0.001"): np.array([[cell["ais"] for cell in cells]] * 4)}
    (found,) = findings_rows(pd.DataFrame(cells), 1, resampled).to_dict("records")
    # Shares above the least: .5, .9, .8 and .8 of 3; exp(entropy) of these.
    shares = np.array([0.5, 0.9, 0.8, 0.8]) / 3
    effective = np.exp(-(shares * np.log(shares)).sum())
    assert found["effective"] == pytest.approx(effective)
    assert (found["effective_low"], found["effective_high"]) == pytest.approx([effective] * 2)
    assert found["summary"] == (
        "arc in m (specific masks, k = 0.001, acc, 500 items) loses more without large one "
        "(AIS 0.60, 0.50 to 0.70), small (AIS 0.20, 0.10 to 0.30) than under random masks and the "
        "other abilities' masks; does better without hinders (AIS -0.30, -0.40 to -0.20); its "
        f"effective number of abilities is {effective:.1f} of 5 ({effective:.1f} to "
        f"{effective:.1f}; noise has {found['noise_low']:.1f} to {found['noise_high']:.1f}); 1 of "
        "5 ablated models are broken as a whole, so that their losses name no ability."
    )


def test_a_broken_model_names_no_ability() -> None:
    cells = [row("large", 0.6, flag_code="ablated_model_broken"), row("small", 0.2)]
    assert [cell["ability"] for cell in needed(cells)] == ["small"]
    cells = [row("hinders", -0.6, flag_code="ablated_model_broken"), row("too", -0.2)]
    assert [cell["ability"] for cell in hindering(cells)] == ["too"]


def test_where_all_but_the_mask_is_ablated_the_words_are_of_what_is_kept() -> None:
    """The mask of `kept` loses 0.3 less than random masks; that of `worse` loses more."""
    alone = {"ablation_of": "complement"}
    cells = [
        row("worse", 0.9, over_random=0.1, over_others=0.2, **alone),
        row("kept", 0.5, over_random=-0.3, over_others=-0.2, **alone),
        row("others_too", 0.5, over_random=-0.3, over_others=-0.2, q_others=0.3, **alone),
    ]
    assert [cell["ability"] for cell in sufficient(cells)] == ["kept"]
    assert not sufficient([row("kept", 0.5, over_random=-0.3, over_others=-0.2)])
    (found,) = findings_rows(pd.DataFrame(cells), 1, {}).to_dict("records")
    assert (found["needed"], found["hindering"], found["sufficient"]) == ("", "", "kept")
    assert found["reason_code"] == "ablation_of_complement"
    assert np.isnan(found["effective"])
    assert found["summary"] == (
        "arc in m (specific masks kept alone, k = 0.001, acc, 500 items) keeps more of the score "
        "with the masks of kept (AIS 0.50, 0.40 to 0.60) than random masks and the other "
        "abilities' masks do."
    )


def test_one_ability_has_no_effective_number() -> None:
    (found,) = findings_rows(pd.DataFrame(CELLS[:1]), 1, {}).to_dict("records")
    assert found["reason_code"] == "one_ability"
    assert "nan" not in found["summary"]


def test_a_benchmark_without_a_needed_ability_says_so() -> None:
    cells = [row(name, 0.3, q_random=0.5) for name in "abc"]
    (found,) = findings_rows(pd.DataFrame(cells), 1, {}).to_dict("records")
    assert "has no ability that stands out" in found["summary"]
    assert found["reason_code"] == "flat_profile"
    assert np.isnan(found["effective"])
