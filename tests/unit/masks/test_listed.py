"""Masks of listed units hold those units, and nothing that the model has not is taken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import byte_tokenizer, tiny_model

from benchprof.ablation import Ablation
from benchprof.errors import InputError
from benchprof.masks.listed import Lists, check_lists, list_masks, listed_entries
from benchprof.models.mask import Mask, read_masks
from benchprof.models.preparation import prepare_model
from benchprof.models.scope import Scope
from benchprof.store import Store

LISTS: Lists = {"x": {1: [1], 0: [1, 0]}, "y": {1: [0]}}
SCOPES = {unit: Scope(part, unit=unit) for unit, part in (("head", "attention"), ("neuron", "mlp"))}
SECOND = Scope("attention", (1, 1), "head")


@pytest.mark.parametrize(
    ("family", "unit", "name"),
    [
        ("llama", "head", "model.layers.{}.self_attn.o_proj.weight"),
        ("llama", "neuron", "model.layers.{}.mlp.down_proj.weight"),
        ("gpt2", "head", "transformer.h.{}.attn.c_proj.weight"),
        ("gpt_neox", "neuron", "gpt_neox.layers.{}.mlp.dense_4h_to_h.weight"),
    ],
)
def test_units_are_numbered_within_their_layer(family: str, unit: str, name: str) -> None:
    found = listed_entries(tiny_model(family), SCOPES[unit], LISTS)
    entries = {
        ability: {place: units.tolist() for place, units in own.items()}
        for ability, own in found.items()
    }
    assert entries == {
        "x": {name.format(0): [0, 1], name.format(1): [1]},
        "y": {name.format(1): [0]},
    }


@pytest.mark.parametrize(
    ("scope", "lists", "words"),
    [
        (SECOND, {"x": {0: [0]}}, ["listed.x.0: layer 0;", "a layer from 1 to 1."]),
        (SCOPES["head"], {"x": {1: [0, 2]}}, ["listed.x.1: head 2;", "a head from 0 to 1."]),
        (SCOPES["neuron"], {"y": {0: [24]}}, ["listed.y.0: neuron 24;", "neuron from 0 to 23."]),
    ],
)
def test_what_the_model_has_not_is_named_with_its_range(
    scope: Scope, lists: Lists, words: list[str]
) -> None:
    with pytest.raises(InputError) as caught:
        listed_entries(tiny_model("llama"), scope, lists)
    for word in words:
        assert word in str(caught.value)


def test_a_layer_whose_neurons_are_read_in_two_places_is_refused() -> None:
    model: Any = tiny_model("llama")
    layers = model.model.layers
    layers[0].mlp.shared_expert = layers[1].mlp
    with pytest.raises(InputError, match=r"listed.x.0: 2 projections that read neurons: .*mlp"):
        listed_entries(model, SCOPES["neuron"], {"x": {0: [0]}})


def test_masks_are_written_without_the_model_s_weights(tmp_path: Path) -> None:
    tiny_model("llama").save_pretrained(tmp_path / "own")
    byte_tokenizer(chat=False).save_pretrained(tmp_path / "own")
    folder = tmp_path / "model"
    prepare_model({"folder": str(tmp_path / "own")}, folder, Store(tmp_path / "store"))
    targets = {Ablation(a, "listed", "listed"): tmp_path / f"{a}.safetensors" for a in LISTS}
    settings = json.loads(json.dumps(LISTS))
    weights = (folder / "model.safetensors").resolve().rename(tmp_path / "weights")
    list_masks(folder, SCOPES["head"], LISTS, settings, targets)
    weights.rename(tmp_path / "own/model.safetensors")
    masks = {own.ability: mask for own, mask in read_masks(targets).items()}
    expected = listed_entries(tiny_model("llama"), SCOPES["head"], LISTS)
    for ability, mask in masks.items():
        assert mask.digest == Mask(expected[ability], {"unit": "head"}).digest
        assert mask.origin["settings"] == settings
        assert mask.origin["importance"] == {}
    same: Lists = {"x": {0: [0, 1]}, "y": {0: [1], 1: [1]}}
    check_lists(folder, SCOPES["head"], same, tmp_path / "sizes.json")
    sizes = json.loads((tmp_path / "sizes.json").read_text())
    assert (sizes["n"], sizes["scope"]) == ({"listed": 2}, 4)
