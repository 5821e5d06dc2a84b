"""What study/paper_state.tar.xz holds: a calibration that another machine can go on with.

Nobody looks at the scores before all of them are there, this test included.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.conftest import ROOT

from benchprof.masks.mask import read_mask
from benchprof.origin import verified_origin
from benchprof.tensors import TensorFile

STATE = ROOT / "study/paper_state.tar.xz"
CALIBRATION = yaml.safe_load((ROOT / "config/study_paper.yaml").read_text())["calibration"]
STUB = ("0.00256", "0.01024")
"""Of these k only what a mask says of itself is there: all states under them have answered."""


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("state")
    with tarfile.open(STATE) as file:
        file.extractall(folder, filter="data")
    return folder


@pytest.fixture(scope="module")
def masks(state: Path) -> dict[str, Mapping[str, Any]]:
    """What each mask says of itself, by ability and file name, once it agrees with its digest."""
    files = sorted((state / "results/masks").rglob("*.safetensors"))
    return {f"{file.parent.name}.{file.stem}": verified_origin(file) for file in files}


def test_every_candidate_has_a_mask_for_each_ability_and_two_random_ones(
    masks: dict[str, Mapping[str, Any]],
) -> None:
    ks = [format(k, "f").rstrip("0") for k in CALIBRATION["fractions"]]
    assert len(masks) == 12 * len(ks)
    for k in ks:
        own = [origin for name, origin in masks.items() if name.endswith(f"_{k}")]
        assert len(own) == 12
        assert {origin["fraction"] for origin in own} == {k}


def test_masks_that_are_still_needed_are_whole(
    state: Path, masks: dict[str, Mapping[str, Any]]
) -> None:
    for name, origin in masks.items():
        ability, _, stem = name.partition(".")
        (file,) = (state / "results/masks").glob(f"*/{ability}/{stem}.safetensors")
        if stem.endswith(STUB):
            assert not TensorFile(file).names
        else:
            mask = read_mask(file)
            assert (mask.digest, mask.size) == (origin["digest"], origin["n"])


def test_records_are_of_calibration_items_under_these_masks(
    state: Path, masks: dict[str, Mapping[str, Any]]
) -> None:
    files = sorted((state / "results/calibration").rglob("*.json"))
    digests = {name: origin["digest"] for name, origin in masks.items()}
    done: dict[str, set[str]] = {}
    for file in files:
        record = json.loads(file.read_text())
        assert record["n"] == CALIBRATION["items"]
        own = record["origin"]["mask"]
        assert (own or {}).get("digest") == digests.get(file.stem)
        done.setdefault(file.parent.name, set()).add(file.stem)
    assert len(done) == 10
    for states in done.values():
        # No one needs the masks again of which only the origin is there.
        assert {"intact", *(name for name in masks if name.endswith(STUB))} <= states
