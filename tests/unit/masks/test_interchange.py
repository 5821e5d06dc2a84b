"""Units take the values of an item's flip, token by token, and nothing else moves."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from tests.conftest import tiny_model
from torch.nn.utils.rnn import pad_sequence

from benchprof.errors import InputError
from benchprof.importance.alignment import differing_places
from benchprof.importance.example import Example
from benchprof.masks.interchange import OnFlips, interchanged
from benchprof.masks.mask import Mask
from benchprof.models.inputs import inputs_seen
from benchprof.models.units import unit_projections

# Gated and fused MLPs, Conv1D, biases, windows, rows that an MLP joins.
FAMILIES = ("llama", "gpt2", "gpt_neox", "gemma3_text", "phi3", "opt")
ITEMS = [[7, 30, 41, 52, 60, 71], [5, 20, 21, 22, 9, 60, 8], [4, 4, 12]]
FLIPS = [[7, 30, 99, 52, 60, 71], [5, 33, 9, 60, 8], [4, 4, 12]]
"""One token differs; three stand for one; nothing differs."""


def examples(texts: list[list[int]]) -> list[Example]:
    return [Example(torch.tensor(own), torch.ones(len(own), dtype=torch.bool)) for own in texts]


def on_flips(model: Any, unit: str) -> OnFlips:
    return OnFlips.of(model, unit_projections(model, unit), examples(ITEMS), examples(FLIPS))


def batch(texts: list[list[int]] = ITEMS) -> torch.Tensor:
    return pad_sequence([torch.tensor(own) for own in texts], batch_first=True)


def hooks_of(model: Any) -> list[Any]:
    return [own for module in model.modules() for own in module._forward_pre_hooks.values()]


def by_hand(model: Any, item: list[int], flip: list[int], names: list[str], features: Any) -> Any:
    """Logits of one text, token by token with some features as on its flip, which is read alone."""
    there: dict[str, torch.Tensor] = {}

    def keep(name: str, inputs: torch.Tensor) -> None:
        there[name] = inputs.flatten(0, -2).clone()

    with inputs_seen(model, names, keep):
        model(torch.tensor([flip]))

    def put(name: str, inputs: torch.Tensor) -> None:
        # In place: what the projection is about to read.
        here = inputs.flatten(0, -2)
        assert here.data_ptr() == inputs.data_ptr()
        for place, partner in differing_places(item, flip):
            for feature in features:
                here[place, feature] = there[name][partner, feature]

    with inputs_seen(model, names, put):
        return model(torch.tensor([item])).logits[0]


@pytest.mark.parametrize("unit", ["neuron", "head"])
@pytest.mark.parametrize("family", FAMILIES)
@torch.no_grad()
def test_a_unit_is_as_on_the_flip_at_every_paired_token(family: str, unit: str) -> None:
    model: Any = tiny_model(family)
    projections = unit_projections(model, unit)
    # Of the first layer and of the last.
    names = [[*projections][at] for at in (0, -1)]
    own = projections[names[0]]
    units = [0, own.units - 1]
    mask = Mask({name: torch.tensor(units) for name in names}, {"ability": "x", "unit": unit})
    features = [one * own.width + more for one in units for more in range(own.width)]
    intact = model(batch()).logits
    with interchanged(model, mask, on_flips(model, unit)):
        found = model(batch()).logits
    assert not hooks_of(model)
    assert torch.equal(model(batch()).logits, intact)
    for number, (item, flip) in enumerate(zip(ITEMS, FLIPS, strict=True)):
        expected = by_hand(model, item, flip, names, features)
        assert torch.allclose(found[number, : len(item)], expected, atol=1e-3)
    # Something did happen, and only from the first difference on.
    assert not torch.allclose(found[0, 2:6], intact[0, 2:6], atol=1e-2)
    assert torch.equal(found[0, :2], intact[0, :2])
    assert torch.equal(found[2], intact[2])


@torch.no_grad()
def test_all_units_of_all_layers_make_the_item_its_flip_but_for_the_tokens_themselves() -> None:
    """What layers add from the differing token on is then the flip's; the embedding is not."""
    model: Any = tiny_model("llama")
    item, flip = [7, 30, 41, 52], [7, 30, 99, 52]
    masks, read = [], []
    for unit in ("neuron", "head"):
        projections = unit_projections(model, unit)
        entries = {name: torch.arange(own.units) for name, own in projections.items()}
        masks.append(Mask(entries, {"ability": "x", "unit": unit}))
        read.append(OnFlips.of(model, projections, examples([item]), examples([flip])))
    seen: list[torch.Tensor] = []
    handle = model.model.norm.register_forward_pre_hook(lambda _, own: seen.append(own[0][0]))
    with interchanged(model, masks[0], read[0]), interchanged(model, masks[1], read[1]):
        model(torch.tensor([item]))
    model(torch.tensor([flip]))
    handle.remove()
    embedded = model.get_input_embeddings().weight
    moved = seen[0] - seen[1]
    assert torch.allclose(moved[2], embedded[41] - embedded[99], atol=1e-4)
    assert torch.allclose(moved[:2], torch.zeros_like(moved[:2]))
    # The last token has no counterpart: it attends to keys of the item.
    assert not torch.allclose(moved[3], torch.zeros_like(moved[3]), atol=1e-2)


@pytest.mark.parametrize("family", FAMILIES)
@torch.no_grad()
def test_an_item_that_is_its_flip_stays_bit_for_bit(family: str) -> None:
    model: Any = tiny_model(family)
    projections = unit_projections(model, "neuron")
    mask = Mask({n: torch.arange(own.units) for n, own in projections.items()}, {"unit": "neuron"})
    same = OnFlips.of(model, projections, examples(ITEMS), examples(ITEMS))
    intact = model(batch()).logits
    with interchanged(model, mask, same):
        assert torch.equal(model(batch()).logits, intact)


def test_an_error_and_a_mask_of_another_model_leave_nothing_behind() -> None:
    model: Any = tiny_model("llama")
    read = on_flips(model, "neuron")
    name = next(iter(read.values))
    assert not hooks_of(model)
    with (
        pytest.raises(KeyboardInterrupt),
        interchanged(model, Mask({name: torch.tensor([1])}, {"unit": "neuron"}), read),
    ):
        assert hooks_of(model)
        raise KeyboardInterrupt
    assert not hooks_of(model)
    wrong = Mask({name: torch.tensor([10_000])}, {"ability": "x", "unit": "neuron"})
    with pytest.raises(InputError, match="neuron 10000 of"), interchanged(model, wrong, read):
        pass
    assert not hooks_of(model)
