"""Findings: which abilities are named, and why, on cells made by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchprof.profile.findings import compared, findings_rows, hindering, needed


def row(ability: str, ais: float, **changed: Any) -> dict[str, Any]:
    return {
        "model": "m", "benchmark": "arc", "selection": "contrastive", "mask_fraction": "0.001",
        "mask_fraction_value": "0.001", "ability": ability, "seed": None,
        "headline": True, "metric": "acc", "n": 500,
        "ais": ais, "ais_low": ais - 0.1, "ais_high": ais + 0.1, "over_random": ais,
        "over_others": ais, "q_ais": 0.01, "q_random": 0.01, "q_others": 0.01,
        "reason_code": "", "reason": "", "flag_code": "",
        "format_unit": "nats", "format_change": 0.0, "format_change_low": -0.1,
        "format_change_high": 0.1,
        "format_change_random": np.nan, "reason_format": "",
    } | changed  # fmt: skip


CELLS = [
    row("small", 0.2),
    row("large_one", 0.6),
    row("random_too", 0.5, q_random=0.2),
    row("others_too", 0.5, q_others=np.nan),
    row("hinders", -0.3),
    row("perhaps", -0.1, q_ais=0.3),
    # The others gain still more, so that it stands above both; and yet nothing is lost without it.
    row("gains_less", -0.2, over_random=0.3, over_others=0.3),
    row("unsure", 0.1, q_ais=0.2),
    row("random_gains_too", -0.4, q_random=0.2),
    row("others_gain_more", -0.4, over_others=0.2),
]


def sentence(cells: list[dict[str, Any]]) -> str:
    (found,) = findings_rows(pd.DataFrame(cells), 1, {}).to_dict("records")
    return str(found["summary"])


def test_an_ability_is_needed_where_neither_control_explains_it() -> None:
    assert [cell["ability"] for cell in needed(CELLS)] == ["large_one", "small"]
    assert [cell["ability"] for cell in hindering(CELLS)] == ["hinders"]


def without(*contrasts: str) -> dict[str, float]:
    return {f"{kind}_{contrast}": np.nan for contrast in contrasts for kind in ("q", "over")}


def test_without_controls_abilities_are_compared_with_each_other_alone() -> None:
    """`seeds: []`: the sentence names no random masks, of an ability or of none."""
    cells = [row("large", 0.5, **without("random")), row("small", 0.1, **without("random")),
             row("hinders", -0.3, **without("random"))]  # fmt: skip
    cells[1] |= {"q_others": 0.4}
    assert compared(cells) == ("others",)
    assert [cell["ability"] for cell in needed(cells)] == ["large"]
    assert [cell["ability"] for cell in hindering(cells)] == ["hinders"]
    assert "large (AIS 0.50, 0.40 to 0.60) than under the other abilities' masks" in sentence(cells)
    assert "than intact and than under the other abilities' masks" in sentence(cells)
    none = sentence([*cells[1:2], cells[1] | {"ability": "too"}])
    assert "no ability whose loss stands out against the other abilities' masks" in none
    assert not any("random" in sentence(own) for own in (cells, cells[1:2]))


def test_one_ability_is_compared_with_random_masks_alone() -> None:
    cells = [row("large", 0.5, **without("others"))]
    assert [cell["ability"] for cell in needed(cells)] == ["large"]
    assert "than under random masks." in sentence(cells)
    assert "other abilities" not in sentence(cells)
    cells = [row("large", 0.5, **without("others"), q_random=0.3)]
    assert "no ability whose loss stands out against random masks." in sentence(cells)


def test_nothing_is_named_where_nothing_is_compared() -> None:
    alone = [row("large", 0.5, **without("random", "others"))]
    assert not needed(alone)
    assert "names no ability, as its mask is compared with no other" in sentence(alone)
    # `core`: one mask for all abilities, which differs from random ones and is of none of them.
    same = [row(name, 0.5, **without("others")) for name in "ab"]
    assert not needed(same)
    assert "names no ability, as all of its abilities have the same mask" in sentence(same)
    gains = [row(name, -0.5, **without("others")) for name in "ab"]
    assert not hindering(gains)


def test_the_sentence_is_made_from_the_numbers() -> None:
    cells = [*CELLS[:3], row("broken", 0.5, flag_code="ablated_model_broken"), CELLS[4]]
    resampled = {
        ("m", "arc", "contrastive", "0.001"): np.array([[cell["ais"] for cell in cells]] * 4)
    }
    (found,) = findings_rows(pd.DataFrame(cells), 1, resampled).to_dict("records")
    # Shares above the least: .5, .9, .8 and .8 of 3; exp(entropy) of these.
    shares = np.array([0.5, 0.9, 0.8, 0.8]) / 3
    effective = np.exp(-(shares * np.log(shares)).sum())
    assert found["effective"] == pytest.approx(effective)
    assert (found["effective_low"], found["effective_high"]) == pytest.approx([effective] * 2)
    assert found["summary"] == (
        "arc in m (contrastive masks, mask fraction 0.001, acc, 500 items) loses more "
        "without large one "
        "(AIS 0.60, 0.50 to 0.70), small (AIS 0.20, 0.10 to 0.30) than under random masks and the "
        "other abilities' masks; does better without hinders (AIS -0.30, -0.40 to -0.20) than "
        "intact and than under random masks and the other abilities' masks; its "
        f"effective number of abilities is {effective:.1f} of 5 ({effective:.1f} to "
        f"{effective:.1f}; noise has {found['noise_low']:.1f} to {found['noise_high']:.1f}); 1 of "
        "5 ablated models is broken as a whole, so its losses name no ability."
    )


def test_a_sentence_says_where_format_likelihood_moves_with_a_named_ability() -> None:
    moved = {"format_change": -2.5, "format_change_low": -2.75, "format_change_high": -2.25}
    cells = [row("large_one", 0.6, **moved), row("small", 0.2),
             row("random_too", 0.5, q_random=0.2, **moved)]  # fmt: skip
    assert sentence(cells).endswith(
        " Format likelihood moves too: large one (-2.50 nats, -2.75 to -2.25)."
    )
    (found,) = findings_rows(pd.DataFrame(cells), 1, {}).to_dict("records")
    assert found["format_moved"] == "large_one"
    # Too little, unsure, of no named ability, no more than under a random control.
    for less in (
        {"format_change": -0.4},
        {"format_change_high": 0.1},
        {"q_random": 0.2},
        {"format_change_random": 2.5},
    ):
        assert "Form" not in sentence([row("large_one", 0.6, **moved | less), row("small", 0.2)])
    written = moved | {
        "format_unit": "share",
        "format_change": 0.3,
        "format_change_low": 0.2,
        "format_change_high": 0.4,
    }
    assert "(+0.30 of answers, +0.20 to +0.40)" in sentence([row("a", 0.6, **written), CELLS[0]])


def test_a_broken_model_names_no_ability() -> None:
    cells = [row("large", 0.6, flag_code="ablated_model_broken"), row("small", 0.2)]
    assert [cell["ability"] for cell in needed(cells)] == ["small"]
    cells = [row("hinders", -0.6, flag_code="ablated_model_broken"), row("too", -0.2)]
    assert [cell["ability"] for cell in hindering(cells)] == ["too"]


def test_one_ability_has_no_effective_number() -> None:
    (found,) = findings_rows(pd.DataFrame(CELLS[:1]), 1, {}).to_dict("records")
    assert found["reason_code"] == "one_ability"
    assert "nan" not in found["summary"]


def test_a_benchmark_without_a_needed_ability_says_so() -> None:
    cells = [row(name, 0.3, q_random=0.5) for name in "abc"]
    (found,) = findings_rows(pd.DataFrame(cells), 1, {}).to_dict("records")
    assert "has no ability whose loss stands out" in found["summary"]
    assert found["reason_code"] == "flat_profile"
    assert np.isnan(found["effective"])
