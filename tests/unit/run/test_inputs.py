"""Faults of what a configuration names, found before a model is loaded."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import ROOT
from tests.unit.run.small import WHOLE, small, write_items

from benchprof.abilities.item import SPLITS
from benchprof.errors import InputError
from benchprof.run.inputs import check_inputs

RECALL = "contextual_recall"
SIMPLE = {"selections": {"top": {}}, "mask_fractions": [0.01], "calibration": None}
OWN = {"ability": RECALL, "split": "test", "limit": 8}
COUNTERFACTUAL = OWN | {"control_item": "counterfactual"}


@pytest.mark.parametrize(
    ("benchmarks", "message"),
    [
        (
            {"a": COUNTERFACTUAL},
            "a: counterfactuals of contextual_recall's test items, but no benchmark of these",
        ),
        (
            {"t": OWN, "a": COUNTERFACTUAL | {"limit": 7}},
            "a: limit 7; expected limit 8, as t has it",
        ),
        (
            {"t": OWN, "a": COUNTERFACTUAL, "b": COUNTERFACTUAL},
            "b: the same as a; expected each kind of control item onc",
        ),
    ],
)
def test_control_items_that_cannot_be_compared_with_their_items(
    benchmarks: dict[str, dict[str, Any]], message: str
) -> None:
    items = {RECALL: {"items": f"{ROOT}/resources/abilities/v3/{RECALL}"}}
    run = small(abilities=items, benchmarks=benchmarks, importance=WHOLE, **SIMPLE)
    with pytest.raises(InputError, match=message):
        check_inputs(run)


HALVED = {"score": "taylor", "loss_on": "answer", "halves": True}
MODEL = {"source": {"hub": "a/b", "revision": "0" * 40}, "dtype": "float32", "device": "cpu"}


@pytest.mark.parametrize(
    ("importance", "excluded", "message"),
    [
        (HALVED, 2, None),
        (HALVED, 3, "train.jsonl: fewer than two train items of x to make halves of"),
    ],
)
def test_each_ability_has_train_items_to_halve(
    importance: dict[str, Any], excluded: int, message: str | None, tmp_path: Path
) -> None:
    ids = [f"train-{number}" for number in range(4)]
    for ability, split in product("xy", SPLITS):
        write_items(tmp_path / ability, split, ids if split == "train" else [f"{split}-1"])
    abilities: dict[str, Any] = {name: {"items": str(tmp_path / name)} for name in "xy"}
    abilities["x"]["exclude"] = ids[:excluded]
    run = small(
        abilities=abilities, benchmarks={"t": {"ability": "x", "split": "test"}}, unit="neuron",
        importance=importance, models={"m": MODEL}, **SIMPLE,
    )  # fmt: skip
    if message is None:
        check_inputs(run)
        return
    with pytest.raises(InputError, match=message):
        check_inputs(run)
