"""What of combinations is asked together, and where it lies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchprof.comparison.combination import Combination
from benchprof.importance.items import TrainItems
from benchprof.importance.scoring import Scoring
from benchprof.models.prepared import PreparedModel
from benchprof.models.scope import Scope
from benchprof.run.ablation import BACKGROUND
from benchprof.run.configuration import Top


def combination(method: Any, unit: str = "neuron", background: str | None = None) -> Combination:
    scoring = Scoring(
        PreparedModel(Path("model"), "float32"), Scope("mlp", unit=unit), "taylor", "all"
    )
    files = {"x": Path("x")} | ({BACKGROUND: Path(background)} if background else {})
    return Combination(
        "own", scoring, TrainItems(files, 1), "top", Top(), "0.1", "model", method, ["x"], [], []
    )


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (combination("zero"), combination("zero", unit="head"), True),
        (combination("zero"), combination("mean"), False),
        (combination({"scale": 0.5}), combination({"scale": 0.5}, background="b"), True),
        # The same to six digits.
        (combination({"scale": 1000000}), combination({"scale": 1000001}), False),
        (combination({"scale": 0.1}), combination({"scale": 0.1000000001}), False),
        # The same number.
        (combination({"scale": 2}), combination({"scale": 2.0}), True),
        (combination("mean"), combination("mean"), True),
        (combination("mean"), combination("mean", unit="head"), False),
        # Means are over the background's items too.
        (combination("mean"), combination("mean", background="b"), False),
        (combination("mean", background="b"), combination("mean", background="b"), True),
        (combination("mean", background="b"), combination("mean", background="c"), False),
        (combination("flip"), combination("flip", background="b"), True),
    ],
)
def test_combinations_are_asked_together_where_their_ablations_are_one(
    one: Combination, other: Combination, together: bool
) -> None:
    assert (one.asked_with == other.asked_with) == together
