"""Masks of abilities and of form, where both are known: the validation's verdict and the effects'.

A fifth sabotage beside those of test_sabotage.py: the blocks of form, taken for the abilities'.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from tests.conftest import ROOT
from tests.unit.validation.conftest import (
    ABILITIES,
    SEED,
    SEEDS,
    SETTINGS,
    Masks,
    Validation,
    failed,
)

from benchprof.analysis.effects import effects_table
from benchprof.analysis.selectivity import answers_of, selectivity_table
from benchprof.data import ABILITY_TASK
from benchprof.evaluation.job import evaluate_benchmark
from benchprof.evaluation.record import INTACT
from benchprof.masks.mask import read_mask
from benchprof.run.ablation import ALL_ABILITIES
from benchprof.tasks.source import TaskSource

ITEMS = 50


@pytest.fixture(scope="module")
def of_form(tmp_path_factory: pytest.TempPathFactory) -> Validation:
    return Validation(tmp_path_factory.mktemp("form"), "planted_form.yaml", ITEMS)


def effects(validation: Validation, masks: Masks, items: str, folder: Path) -> pd.DataFrame:
    """The table of effects of masks on test items, `crossed` or `confounded`, by ability."""
    every = masks | validation.controls_of(masks, folder / "controls")
    loaded = {name: read_mask(path) for name, path in every.items()}
    owners = {a: (a, None) for a in masks} | {f"random {s}": (ALL_ABILITIES, s) for s in SEEDS}
    records = validation.records_of(str(folder), every, ABILITIES)
    intact, ablated = {}, {}
    for test, files in records.items():
        data = ROOT / "resources/planted/forms" / items / test / "test.jsonl"
        source = TaskSource(file=ABILITY_TASK, data=data)
        evaluate_benchmark(
            validation.model, source, ITEMS, SEED, loaded, "zero", files, validation.store
        )
        answers = {state: answers_of(json.loads(file.read_text())) for state, file in files.items()}
        intact[test] = answers.pop(INTACT)
        ablated[test] = {owners[state]: own for state, own in answers.items()}
    return effects_table(selectivity_table(intact, ablated, SETTINGS)).set_index("ability")


def test_masks_from_crossed_items_hold_all_thresholds(of_form: Validation) -> None:
    assert failed(of_form.judged("honest", of_form.masks)) == set()


def test_form_blocks_taken_for_abilities_fail(of_form: Validation) -> None:
    found = failed(of_form.judged("form", of_form.form_blocks()))
    assert {"mask_precision", "form_share", "own_drop", "ais_rmse", "separable"} <= found


def test_masks_from_crossed_items_are_of_their_abilities(
    of_form: Validation, tmp_path: Path
) -> None:
    found = effects(of_form, of_form.masks, "crossed", tmp_path)
    assert list(found.index) == ABILITIES
    assert found["effect"].all(), found["explained_by"].to_dict()


def test_masks_of_form_blocks_are_of_form(of_form: Validation, tmp_path: Path) -> None:
    found = effects(of_form, of_form.form_blocks(), "confounded", tmp_path)
    assert all("form" in explained.split(", ") for explained in found["explained_by"])
    # Answers in the own alphabet become as likely as those in each of the eleven ways.
    assert found["form"].max() < -1
    assert found["choice"].abs().max() == pytest.approx(0, abs=0.05)
