"""Masks of abilities and of form, where both are known: the validation's verdict and the effects'.

A fifth sabotage beside those of test_sabotage.py: the blocks of form, taken for the abilities'.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from tests.conftest import ROOT
from tests.evaluating import evaluate_benchmark
from tests.unit.validation.conftest import (
    ABILITIES,
    SEED,
    SEEDS,
    SETTINGS,
    Masks,
    Validation,
)

from benchprof.abilities.item import read_items
from benchprof.ablation import ALL_ABILITIES, INTACT
from benchprof.analysis.effects import effects_table
from benchprof.analysis.selectivity import answers_of, selectivity_table
from benchprof.data import ABILITY_TASK
from benchprof.files import write_text
from benchprof.models.mask import read_mask
from benchprof.tasks.source import TaskSource

ITEMS = 50
THINGS = 16
"""Symbols of an alphabet."""


@pytest.fixture(scope="module")
def of_form(tmp_path_factory: pytest.TempPathFactory) -> Validation:
    return Validation(tmp_path_factory.mktemp("form"), "planted_form.yaml", ITEMS)


def shipped(items: str) -> dict[str, Path]:
    """Files of test items, `crossed` or `confounded`, by ability."""
    folder = ROOT / "resources/planted/forms" / items
    return {ability: folder / ability / "test.jsonl" for ability in ABILITIES}


def widened(files: dict[str, Path], folder: Path) -> dict[str, Path]:
    """The same items with all sixteen things of their alphabets as options."""
    wide = {}
    for ability, file in files.items():
        lines = []
        for item in read_items(file):
            others = [f"{item.options[0][0]}{number}" for number in range(THINGS)]
            options = (*item.options, *(o for o in others if o not in item.options))
            lines.append(json.dumps(replace(item, options=options).to_json()) + "\n")
        wide[ability] = folder / f"{ability}.jsonl"
        write_text(wide[ability], "".join(lines))
    return wide


def effects(
    validation: Validation, masks: Masks, files: dict[str, Path], folder: Path
) -> pd.DataFrame:
    """The table of effects of masks on items, by ability."""
    every = masks | validation.controls_of(masks, folder / "controls")
    loaded = {name: read_mask(path) for name, path in every.items()}
    owners = {a: (a, None) for a in masks} | {f"random {s}": (ALL_ABILITIES, s) for s in SEEDS}
    records = validation.records_of(str(folder), every, files)
    intact, ablated = {}, {}
    for test, own in records.items():
        source = TaskSource(file=ABILITY_TASK, data=files[test])
        evaluate_benchmark(
            validation.model, source, ITEMS, SEED, loaded, "zero", own, validation.store
        )
        answers = {
            condition: answers_of(json.loads(file.read_text())) for condition, file in own.items()
        }
        intact[test] = answers.pop(INTACT)
        ablated[test] = {owners[condition]: found for condition, found in answers.items()}
    return effects_table(selectivity_table(intact, ablated, SETTINGS)).set_index("ability")


def test_masks_from_crossed_items_hold_all_thresholds(of_form: Validation) -> None:
    assert of_form.failed("honest", of_form.masks) == set()


def test_form_blocks_taken_for_abilities_fail(of_form: Validation) -> None:
    found = of_form.failed("form", of_form.form_blocks())
    assert {"mask_precision", "format_share", "own_drop", "ais_rmse"} <= found


def test_masks_from_crossed_items_are_of_their_abilities(
    of_form: Validation, tmp_path: Path
) -> None:
    found = effects(of_form, of_form.masks, widened(shipped("crossed"), tmp_path), tmp_path)
    assert list(found.index) == ABILITIES
    assert found["validated"].all(), found["explained_by"].to_dict()


def test_of_four_options_in_sixteen_the_rule_takes_an_ability_for_form(
    of_form: Validation, tmp_path: Path
) -> None:
    """Without the ability other things of the alphabet are likely, and the four together less."""
    found = effects(of_form, of_form.masks, shipped("crossed"), tmp_path)
    assert set(found["explained_by"]) == {"format likelihood"}


def test_masks_of_form_blocks_are_of_form(of_form: Validation, tmp_path: Path) -> None:
    found = effects(of_form, of_form.form_blocks(), shipped("confounded"), tmp_path)
    assert all("format likelihood" in explained.split(", ") for explained in found["explained_by"])
    # Answers in the own alphabet become as likely as those in each of the eleven ways.
    assert found["format_change"].max() < -1
    assert found["option_cross_entropy"].abs().max() == pytest.approx(0, abs=0.05)
