"""Faults of what a configuration names, found before a model is loaded."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import ROOT
from tests.unit.run.small import small

from benchprof.errors import InputError
from benchprof.run.inputs import check_inputs

RECALL = "contextual_recall"
OWN = {"ability": RECALL, "split": "test", "limit": 8}
FLIP = OWN | {"companion": "flip"}


@pytest.mark.parametrize(
    ("benchmarks", "message"),
    [
        (
            {"a": FLIP},
            "a: flips of contextual_recall's test items, but no benchmark of these",
        ),
        ({"a": OWN | {"companion": "read_off"}}, "a: read-offs of contextual_recall's test items"),
        ({"t": OWN, "a": FLIP | {"limit": 7}}, "a: limit 7; expected limit 8, as t has it"),
        ({"t": OWN, "a": FLIP, "b": FLIP}, "b: the same as a; expected each kind of companion onc"),
        (
            {"t": OWN, "a": FLIP, "b": FLIP | {"limit": 7}},
            "b: limit 7; expected limit 8, as t has it",
        ),
    ],
)
def test_companions_that_cannot_be_compared_with_their_items(
    benchmarks: dict[str, dict[str, Any]], message: str
) -> None:
    items = {RECALL: {"items": f"{ROOT}/resources/abilities/v2/{RECALL}"}}
    few = {"selections": {"top": {}}, "fractions": [0.01], "calibration": None}
    run = small(abilities=items, benchmarks=benchmarks, **few)
    with pytest.raises(InputError, match=message):
        check_inputs(run)
