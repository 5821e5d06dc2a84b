"""A validation whose masks, signs or evaluations are wrong must fail: four sabotages."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path

import pandas as pd
import pytest
import torch
from safetensors.torch import load_file, save_file
from tests.unit.validation.conftest import ABILITIES, Validation

from benchprof.errors import InputError
from benchprof.evaluation.settings import ModelSettings
from benchprof.models.mask import Mask, read_mask, write_mask
from benchprof.models.preparation import prepare_model
from benchprof.store import Store


@pytest.fixture(scope="module")
def validation(tmp_path_factory: pytest.TempPathFactory) -> Validation:
    return Validation(tmp_path_factory.mktemp("validation"), "planted.yaml")


def test_without_sabotage_all_thresholds_hold(validation: Validation) -> None:
    assert validation.failed("honest", validation.masks) == set()


def test_masks_shifted_by_one_tensor_fail(validation: Validation) -> None:
    shifted = {}
    for ability, path in validation.masks.items():
        mask = read_mask(path)
        names = sorted(mask.entries)
        # All have as many entries.
        entries = {
            after: mask.entries[name]
            for name, after in zip(names, [*names[1:], names[0]], strict=True)
        }
        shifted[ability] = validation.folder / f"shifted/{ability}.safetensors"
        write_mask(shifted[ability], Mask(entries, mask.origin))
    assert {"mask_precision", "own_drop"} <= validation.failed("shift", shifted)


def test_another_ability_s_mask_fails(validation: Validation) -> None:
    one, other, *_ = ABILITIES
    swapped = dict(validation.masks)
    for ability, source in ((one, other), (other, one)):
        # With metadata that lie: a mask that says whose it is is refused where it is applied.
        mask = read_mask(validation.masks[source])
        swapped[ability] = validation.folder / f"swapped/{ability}.safetensors"
        write_mask(swapped[ability], Mask(mask.entries, mask.origin | {"ability": ability}))
    found = validation.failed("swap", swapped)
    assert {"own_drop_min", "ais_rmse"} <= found


def test_a_dropped_sign_fails(validation: Validation) -> None:
    found = validation.failed(
        "sign", validation.masks, lambda table: table.assign(ais=table["ais"].abs())
    )
    assert "sign_errors" in found


def test_evaluations_of_other_weights_are_refused(validation: Validation, tmp_path: Path) -> None:
    """The model changes after its benchmarks were evaluated, and their AIS are used again."""
    changed = copy.copy(validation)
    folder = tmp_path / "changed"
    shutil.copytree(validation.planted, folder)
    weights = load_file(folder / "model.safetensors")
    weights["model.layers.0.mlp.down_proj.weight"] *= torch.tensor(1.5, dtype=torch.float16)
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    changed.model = ModelSettings(tmp_path / "model", "float32", "cpu", chat_template=False)
    prepare_model({"folder": str(folder)}, changed.model.folder, Store(tmp_path / "store"))
    validation.failed("honest", validation.masks)
    profiled = validation.folder / "honest"
    with pytest.raises(InputError, match="as prepared"):
        changed.failing(profiled, validation.masks, pd.read_parquet(profiled / "impact.parquet"))
