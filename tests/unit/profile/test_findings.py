"""Findings: which abilities are named, and why, on cells made by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchprof.profile.findings import findings_rows, hindering, needed


def row(ability: str, ais: float, **changed: Any) -> dict[str, Any]:
    return {
        "model": "m", "benchmark": "arc", "selection": "specific", "fraction": "0.001",
        "k": "0.001", "ability": ability, "seed": None, "headline": True, "metric": "acc", "n": 500,
        "ais": ais, "ais_low": ais - 0.1, "ais_high": ais + 0.1, "over_random": ais,
        "over_others": ais, "q_ais": 0.01, "q_random": 0.01, "q_others": 0.01,
        "reason_code": "", "reason": "", "flag_code": "",
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
    cells = [*CELLS[:4], row("hinders", -0.3, flag_code="ablated_model_broken")]
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
        "5 ablated models are broken as a whole."
    )


def test_a_benchmark_without_a_needed_ability_says_so() -> None:
    cells = [row(name, 0.3, q_random=0.5) for name in "abc"]
    (found,) = findings_rows(pd.DataFrame(cells), 1, {}).to_dict("records")
    assert "has no ability that stands out" in found["summary"]
    assert found["reason_code"] == "flat_profile"
    assert np.isnan(found["effective"])
