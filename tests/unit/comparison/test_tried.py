"""What of combinations is asked together, and where it lies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchprof.comparison.tried import Tried
from benchprof.importance.items import TrainItems
from benchprof.importance.scoring import Scoring
from benchprof.models.scope import Scope
from benchprof.run.ablation import BACKGROUND


def tried(method: Any, unit: str = "neuron", background: str | None = None) -> Tried:
    scoring = Scoring(Path("model"), "float32", Scope("mlp", unit=unit), "taylor", "all")
    files = {"x": Path("x")} | ({BACKGROUND: Path(background)} if background else {})
    return Tried(
        "own", scoring, TrainItems(files, 1), "top", {}, "0.1", "model", method, ["x"], [], []
    )


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (tried("zero"), tried("zero", unit="head"), True),
        (tried("zero"), tried("mean"), False),
        (tried({"scale": 0.5}), tried({"scale": 0.5}, background="b"), True),
        # The same to six digits.
        (tried({"scale": 1000000}), tried({"scale": 1000001}), False),
        (tried({"scale": 0.1}), tried({"scale": 0.1000000001}), False),
        # The same number.
        (tried({"scale": 2}), tried({"scale": 2.0}), True),
        (tried("mean"), tried("mean"), True),
        (tried("mean"), tried("mean", unit="head"), False),
        # Means are over the background's items too.
        (tried("mean"), tried("mean", background="b"), False),
        (tried("mean", background="b"), tried("mean", background="b"), True),
        (tried("mean", background="b"), tried("mean", background="c"), False),
        (tried("flip"), tried("flip", background="b"), True),
    ],
)
def test_combinations_are_asked_together_where_their_ablations_are_one(
    one: Tried, other: Tried, together: bool
) -> None:
    assert (one.asked_with == other.asked_with) == together
