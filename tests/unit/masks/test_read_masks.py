"""A mask is used as what its name says, or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from benchprof.ablation import Ablation
from benchprof.analysis.overlap import shared_entries
from benchprof.errors import InputError
from benchprof.models.mask import Mask, read_mask, read_masks, write_mask

ENTRIES = {"layer.weight": torch.tensor([1, 5, 9], dtype=torch.int32)}
OWN = Ablation("x", "contrastive", "0.001")
ORIGIN = {"ability": "x", "selection": "contrastive", "mask_fraction": "0.001"}
CONTROL = Ablation("x", "contrastive", "0.001", seed=3)
DRAWN = {"ability": "x", "selection": "random", "mask_fraction": "0.001", "seed": 3}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mask.safetensors"


@pytest.mark.parametrize(
    ("asked", "origin"),
    [
        (OWN, ORIGIN),
        (CONTROL, DRAWN),
        # A calibrated mask holds the number that was chosen.
        (Ablation("x", "contrastive", "calibrated", seed=3), DRAWN),
    ],
)
def test_a_mask_is_what_its_name_says(asked: Ablation, origin: dict[str, Any], file: Path) -> None:
    write_mask(file, Mask(ENTRIES, origin))
    found = read_masks({asked: file})[asked]
    assert {key: found.origin[key] for key in origin} == origin
    assert torch.equal(found.entries["layer.weight"], ENTRIES["layer.weight"])


@pytest.mark.parametrize(
    ("asked", "origin", "words"),
    [
        (OWN, ORIGIN | {"ability": "y"}, ["whose ability is y", "expected x,"]),
        (OWN, ORIGIN | {"seed": 3}, ["whose seed is 3", "expected None,"]),
        (CONTROL, ORIGIN, ["whose selection is contrastive", "expected random,"]),
        (
            CONTROL,
            DRAWN | {"mask_fraction": "0.01"},
            ["whose mask_fraction is 0.01", "expected 0.001,"],
        ),
        (Ablation("y", "contrastive", "calibrated"), ORIGIN, ["whose ability is x", "expected y,"]),
    ],
)
def test_another_mask_under_its_name_is_refused(
    asked: Ablation, origin: dict[str, Any], words: list[str], file: Path
) -> None:
    write_mask(file, Mask(ENTRIES, origin))
    with pytest.raises(InputError) as raised:
        read_masks({asked: file})
    for word in (f"{file}: a mask", "as its name says", "Delete it and run again", *words):
        assert word in str(raised.value)


def test_the_second_of_two_masks_is_looked_at_too(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.safetensors"
    write_mask(file, Mask(ENTRIES, ORIGIN))
    write_mask(other, Mask(ENTRIES, ORIGIN))
    with pytest.raises(InputError, match=r"other\.safetensors: a mask whose ability is x"):
        read_masks({OWN: file, Ablation("y", "contrastive", "0.001"): other})


BEYOND = (1 << 31) + 5
"""An index that int32 does not hold."""


def test_entries_beyond_2_to_the_31_are_written_read_and_compared(file: Path) -> None:
    wide = {"w": torch.tensor([3, BEYOND, BEYOND + 2])}
    write_mask(file, Mask(wide, ORIGIN))
    found = read_mask(file)
    assert found.entries["w"].tolist() == [3, BEYOND, BEYOND + 2]
    assert shared_entries(found.entries, {"w": torch.tensor([3, 5, BEYOND])}) == 2


def test_the_digest_is_of_the_entries_whatever_their_type(file: Path) -> None:
    narrow = Mask(ENTRIES, ORIGIN)
    wide = Mask({name: indices.long() for name, indices in ENTRIES.items()}, ORIGIN)
    beyond = Mask({"layer.weight": torch.tensor([1, BEYOND])}, ORIGIN)
    assert narrow.digest == wide.digest != beyond.digest
    for mask in (narrow, wide, beyond):
        write_mask(file, mask)
        assert read_mask(file).digest == mask.digest
