"""A validation whose masks, signs or evaluations are wrong must fail: four sabotages."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tests.unit.validation.conftest import ABILITIES, Validation, failed

from benchprof.errors import InputError
from benchprof.evaluation.settings import ModelSettings
from benchprof.masks.mask import Mask, read_mask, write_mask
from benchprof.models.card import read_card
from benchprof.models.preparation import prepare_model
from benchprof.store import Store


@pytest.fixture(scope="module")
def validation(tmp_path_factory: pytest.TempPathFactory) -> Validation:
    return Validation(tmp_path_factory.mktemp("validation"), "planted.yaml")


def test_without_sabotage_all_thresholds_hold(validation: Validation) -> None:
    assert failed(validation.judged("honest", validation.masks)) == set()


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
    assert {"mask_precision", "own_drop"} <= failed(validation.judged("shift", shifted))


def test_another_ability_s_mask_fails(validation: Validation) -> None:
    one, other, *_ = ABILITIES
    swapped = dict(validation.masks)
    for ability, source in ((one, other), (other, one)):
        # With metadata that lie: a mask that says whose it is is refused where it is applied.
        mask = read_mask(validation.masks[source])
        swapped[ability] = validation.folder / f"swapped/{ability}.safetensors"
        write_mask(swapped[ability], Mask(mask.entries, mask.origin | {"ability": ability}))
    found = failed(validation.judged("swap", swapped))
    assert {"own_drop_min", "ais_rmse"} <= found


def test_a_dropped_sign_fails(validation: Validation) -> None:
    found = validation.judged(
        "sign", validation.masks, lambda table: table.assign(ais=table["ais"].abs())
    )
    assert "sign_errors" in failed(found)


def test_evaluations_of_other_weights_are_refused(validation: Validation, tmp_path: Path) -> None:
    """The model changes after its benchmarks were evaluated, and their records are used again."""
    changed = Validation.__new__(Validation)
    changed.__dict__ |= validation.__dict__ | {"folder": tmp_path}
    folder = tmp_path / "changed"
    shutil.copytree(validation.planted, folder)
    weights = load_file(folder / "model.safetensors")
    weights["model.layers.0.mlp.down_proj.weight"] *= torch.tensor(1.5, dtype=torch.float16)
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    store = Store(tmp_path / "store")
    changed.store = store
    changed.model = ModelSettings(tmp_path / "model", "float32", "cpu", chat_template=False)
    prepare_model({"folder": str(folder)}, changed.model.folder, store)
    changed.digest = read_card(changed.model.folder).digest
    changed.blocks = {a: tmp_path / f"blocks/{a}.safetensors" for a in ABILITIES}
    changed.evaluate_blocks()
    # The stale model and store are those that the benchmarks are evaluated with.
    changed.model, changed.store = validation.model, validation.store
    with pytest.raises(InputError, match="model_digest"):
        changed.judged("stale", validation.masks)


def test_truth_and_profile_of_other_weights_are_refused(
    validation: Validation, tmp_path: Path
) -> None:
    """All records agree with one another and none with the model as it is prepared now."""
    changed = Validation.__new__(Validation)
    changed.__dict__ |= validation.__dict__ | {"folder": tmp_path, "digest": "of another model"}
    with pytest.raises(InputError, match="as prepared"):
        changed.judged("stale", validation.masks)
