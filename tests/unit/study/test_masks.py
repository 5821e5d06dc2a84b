"""Which masks could be valid: each condition alone rules one out."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from study.__main__ import main
from study.masks import Validity, read_effects, validity
from study.tables import Tables

GOOD = {"ais": 0.6, "ais_low": 0.1, "ais_high": 0.9, "over_random": 0.3, "q_random": 0.01}


def _found(
    changed: dict[str, float], others: float = 0.05, effects: dict[str, str] | None = None
) -> list[Validity]:
    """The mask of a, whose own test is changed, on three own tests."""
    own = {"benchmark": "a_test", "ability": "a"} | GOOD | changed
    rest = {"ability": "a"} | GOOD | {"ais": others}
    rows = [own, *({"benchmark": f"{name}_test"} | rest for name in ("b", "c"))]
    undefined = {"benchmark": "d_test", "ability": "a"} | GOOD | {"ais": float("nan")}
    empty = pd.DataFrame()
    tables = Tables(pd.DataFrame([*rows, undefined]), empty, empty, empty, empty)
    return validity(tables, effects)


def test_a_mask_that_hits_its_own_test_and_spares_the_others_could_be_valid() -> None:
    (mask,) = _found({})
    assert mask.possible
    # The test without an AIS is not counted.
    assert (mask.dose, mask.others, mask.tests) == (0.6, 0.05, 2)


@pytest.mark.parametrize(
    "changed",
    [
        {"ais": 0.49},
        {"ais_low": 0.0},
        {"over_random": -0.3},
        {"q_random": 0.05},
        {"ais": float("nan")},
    ],
)
def test_each_condition_rules_a_mask_out(changed: dict[str, float]) -> None:
    (mask,) = _found(changed)
    assert not mask.possible


def test_a_dose_of_half_and_a_tenth_on_other_tests_are_still_allowed() -> None:
    (mask,) = _found({"ais": 0.5}, others=0.1)
    assert mask.possible


def test_a_mask_that_costs_other_tests_more_than_a_tenth_is_not_valid() -> None:
    (mask,) = _found({}, others=0.11)
    assert not mask.possible


@pytest.mark.parametrize(
    ("changed", "effects", "verdict"),
    [
        ({}, None, "could be valid"),
        # Only another ability's companions were asked.
        ({}, {"b": ""}, "could be valid"),
        ({}, {"a": ""}, "valid"),
        ({}, {"a": "form, read_off"}, "not valid: form, read_off"),
        ({"ais": 0.49}, {"a": ""}, "not valid"),
    ],
)
def test_a_mask_is_valid_if_nothing_explains_its_effect(
    changed: dict[str, float], effects: dict[str, str] | None, verdict: str
) -> None:
    (mask,) = _found(changed, effects=effects)
    assert mask.verdict == verdict
    assert mask.ruled_out == verdict.startswith("not valid")


def _effects(folder: Path, blank: float) -> Path:
    rows = [
        {"ability": "a", "read_off": 0.0, "blank": 0.1, "explained_by": float("nan")},
        {"ability": "b", "read_off": 0.3, "blank": blank, "explained_by": "form, read_off"},
    ]
    path = folder / "effects.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def test_effects_are_read_with_what_explains_them(tmp_path: Path) -> None:
    assert read_effects(_effects(tmp_path, 0.2)) == {"a": "", "b": "form, read_off"}


def test_an_effect_is_not_judged_without_blanks(tmp_path: Path) -> None:
    assert read_effects(_effects(tmp_path, float("nan"))) == {"a": ""}


def test_another_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "selectivity.csv"
    path.write_text("ability,choice\na,0.1\n")
    with pytest.raises(ValueError, match=r"selectivity.csv: no column 'blank'"):
        read_effects(path)


def test_effects_of_another_model_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    effects = "results/analysis/smollm2/effects_specific_0.001.csv"
    monkeypatch.setattr("sys.argv", ["study", "results/profiles", "--effects", effects])
    with pytest.raises(SystemExit, match="2"):
        main()
    told = "a table of smollm2; expected one in results/analysis/qwen25-coder-15b-instruct"
    assert told in capsys.readouterr().err
