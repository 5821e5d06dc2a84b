"""Which projections read a model's units, by what their parts are called in every tried type."""

from __future__ import annotations

from collections import Counter

import pytest
import torch
from tests.model_types import CORE, MORE, SMALL, tiny_configuration
from transformers import AutoConfig

from benchprof.errors import InputError
from benchprof.models.anatomy import anatomy_of
from benchprof.models.placement import empty_model
from benchprof.models.scope import PARTS
from benchprof.models.units import Projection, unit_count, unit_projections

WITHOUT = {"rwkv"}
"""Whose MLP ends in a projection of a name of its own, and which gives no units."""


@pytest.mark.parametrize("model_type", sorted({*CORE, *MORE}))
@pytest.mark.parametrize("unit", ["neuron", "head"])
def test_every_module_of_the_part_ends_in_one_projection(model_type: str, unit: str) -> None:
    model = empty_model(tiny_configuration(model_type, SMALL))
    part = anatomy_of(model).weights.get(PARTS[unit], {})
    if not part or model_type in WITHOUT:
        with pytest.raises(InputError):
            unit_projections(model, unit)
        return
    found = unit_projections(model, unit)
    modules = {name.rsplit(".", 2)[0] for name, weight in part.items() if weight.dim() == 2}
    ends = Counter(name.rsplit(".", 2)[0] for name in found)
    # Experts, of whose parts a neuron is none, are modules of another part.
    assert set(ends) == modules
    assert set(ends.values()) == {1}
    hidden = model.config.get_text_config().hidden_size
    assert {own.outputs for own in found.values()} == {hidden}
    heads = model.config.get_text_config().num_attention_heads
    if unit == "head":
        assert {own.units for own in found.values()} == {heads}
    assert unit_count(model, unit) == sum(own.units for own in found.values())


def test_layers_may_have_different_numbers_of_heads() -> None:
    own = {"num_attention_heads_per_layer": [2, 4], "head_dim": 8, "num_experts": 4}
    model = empty_model(AutoConfig.for_model("laguna", **SMALL, **own))
    found = unit_projections(model, "head").values()
    assert [(own.units, own.width) for own in found] == [(2, 8), (4, 8)]


def test_layers_are_a_range() -> None:
    model = empty_model(tiny_configuration("llama", SMALL))
    assert list(unit_projections(model, "head", [1, 1])) == [
        "model.layers.1.self_attn.o_proj.weight"
    ]


def test_the_entries_of_a_unit_by_hand() -> None:
    # Two units of two features, three outputs: the weight is (3, 4), or (4, 3) with inputs in rows.
    columns, rows = (Projection(2, 2, 3, by_row) for by_row in (False, True))
    second = torch.tensor([1])
    assert columns.entries(second).tolist() == [2, 3, 6, 7, 10, 11]
    assert rows.entries(second).tolist() == [6, 7, 8, 9, 10, 11]
    assert sorted(columns.entries(torch.tensor([0, 1])).tolist()) == list(range(12))
