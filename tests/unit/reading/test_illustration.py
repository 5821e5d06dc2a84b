"""The method in one figure: what it compares and what it says of the ablation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tests.records import record_of
from tests.unit.run.small import controls, small

from benchprof.abilities.item import Item
from benchprof.evaluation.fields import Record
from benchprof.masks.mask import Mask
from benchprof.reading import illustration
from benchprof.reading.illustration import ablated_in_words, draw_illustration, illustration_of

ITEMS = [Item(f"i{n}", "t", "", f"Which is {n}?", ("a", "b"), n) for n in range(2)]
# The probability of the right option; the intact model's is 0.9.
PROBABILITY = {
    "intact": 0.9, "x.top_0.01": 0.2, "y.top_0.01": 0.8,
    "x.top-random-7_0.01": 0.7, "x.top-random-8_0.01": 0.5,
    "y.top-random-7_0.01": 0.1, "y.top-random-8_0.01": 0.1,
}  # fmt: skip


@pytest.fixture(autouse=True)
def finished(monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of a run of two abilities, each with two random controls of its own."""

    def record(path: Path) -> Record:
        right = PROBABILITY[path.stem]
        nats = np.log([[right, 1 - right], [1 - right, right]])
        return record_of([[[value, False] for value in own] for own in nats])

    monkeypatch.setattr(illustration, "read_items", lambda _: ITEMS)
    monkeypatch.setattr(illustration, "read_record", record)
    entries = {"model.layers.0.mlp.down_proj.weight": torch.tensor([1, 5])}
    monkeypatch.setattr(illustration, "read_mask", lambda _: Mask(entries, {}))


def test_own_and_others_masks_and_the_ability_s_own_controls_are_compared() -> None:
    own = small(controls=controls([7, 8], "each_ability"))
    shown = illustration_of(own, "m", "x")
    # The controls of y, under which the right option has 0.1, are not x's.
    falls = {name: fall for name, (fall, _) in shown.losses.items()}
    assert falls == pytest.approx(
        {"its own mask": 0.7, "1 other mask": 0.1, "2 random masks": (0.2 + 0.4) / 2}
    )


def test_without_controls_there_is_nothing_random() -> None:
    shown = illustration_of(small(controls=controls([], "abilities_together")), "m", "x")
    assert list(shown.losses) == ["its own mask", "1 other mask"]


def test_of_options_that_are_all_impossible_none_is_more_probable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Under the own mask neither option of the first item has any probability."""
    read = illustration.read_record

    def record(path: Path) -> dict[str, Any]:
        found = dict(read(path))
        if path.stem == "x.top_0.01":
            found["items"]["responses"][0] = [[None, False], [None, False]]
        return found

    monkeypatch.setattr(illustration, "read_record", record)
    shown = illustration_of(small(controls=controls([], "abilities_together")), "m", "x")
    # The second item falls from 0.9 to 0.2, the first to one of two.
    assert (shown.item, shown.ablated) == (ITEMS[1], pytest.approx([0.8, 0.2]))
    fall, error = shown.losses["its own mask"]
    assert (fall, error) == pytest.approx(((0.4 + 0.7) / 2, (0.7 - 0.4) / 2))


@pytest.mark.parametrize(
    ("sections", "words"),
    [
        ({}, "weights, set to zero"),
        ({"ablation": "mean"}, "weights, set to their mean"),
        ({"ablation": {"scale": 0.5}}, "weights, multiplied by 0.5"),
        ({"ablation_of": "complement"}, "weights, all others set to zero"),
    ],
)
def test_what_becomes_of_the_mask_is_written_below_it(sections: Any, words: str) -> None:
    own = small(**sections)
    assert ablated_in_words(own) == words
    shown = illustration_of(small(controls=controls([], "abilities_together")), "m", "x")
    mask = draw_illustration(shown, "x", words).axes[1]
    below = mask.get_xlabel().replace("\n", " ")
    assert below == f"position in the layer (2 {words})"


def test_dollars_are_no_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    priced = Item("i0", "t", "", r"Is $3_ more than $2\frac?", ("$3", "$2_$"), 0)
    monkeypatch.setattr(illustration, "read_items", lambda _: [priced, *ITEMS[1:]])
    shown = illustration_of(small(controls=controls([], "abilities_together")), "m", "x")
    assert shown.item == priced
    draw_illustration(shown, "x", "").canvas.draw()
