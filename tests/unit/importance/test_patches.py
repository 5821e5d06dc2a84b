"""Attributions toward flips equal what small patches do to the margin, and values by hand."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch
from tests.conftest import byte_tokenizer, tiny_model
from tests.unit.importance.conftest import choice
from torch import nn

from benchprof.abilities.item import Companion, Item
from benchprof.importance.alignment import differing_places
from benchprof.importance.choices import shares_contexts
from benchprof.importance.example import Example, render_pair
from benchprof.importance.loss import NonFiniteLossError
from benchprof.importance.memory import Memory
from benchprof.importance.patches import patch_attributions
from benchprof.models.inputs import inputs_seen
from benchprof.models.units import Projection, every_projection

# Gated and fused MLPs, Conv1D, grouped heads, biases, windows, rows that an MLP joins.
PATCHED = ("llama", "gpt2", "gpt_neox", "gemma3_text", "phi3", "qwen2", "bloom", "opt")
ROOM = Memory(most_tokens=400)
STEP = 1e-3
"""Of a patch: norms compute in float32, of which smaller steps would show the rounding."""


def pair(item: list[int], flip: list[int], right: list[int], other: list[int]) -> Example:
    """An item and its flip, with the option that is right of the item and that of the flip."""
    return replace(choice(item, right, other), flip=choice(flip, right, other))


ONE_TOKEN = pair([7, 30, 41, 52, 60], [7, 30, 99, 52, 60], [71, 72], [81])
"""The prompts differ in one token; the options are of different length."""
LONGER = pair([5, 20, 21, 22, 9, 60], [5, 33, 9, 60], [71], [81, 82, 83])
SHORTER = pair([5, 33, 9, 60], [5, 20, 21, 22, 9, 60], [71], [71, 72])
SAME = pair([7, 30, 41, 52, 60], [7, 30, 41, 52, 60], [71, 72], [81])
EXAMPLES = [ONE_TOKEN, LONGER, SHORTER, SAME]


@pytest.fixture(params=PATCHED)
def model(request: pytest.FixtureRequest) -> Any:
    return tiny_model(request.param).requires_grad_(False)


def log_likelihood(model: nn.Module, own: Example) -> float:
    with torch.no_grad():
        logits = model(input_ids=own.ids[None], use_cache=False).logits[0].double()
    nats = logits.log_softmax(dim=1)[torch.arange(len(own.ids) - 1), own.ids[1:]]
    return float(nats[own.counted[1:]].sum())


@contextlib.contextmanager
def patched(
    model: nn.Module, name: str, own: Projection, texts: tuple[Example, Example], units: list[int],
    share: float,
) -> Iterator[None]:  # fmt: skip
    """Inside the block some units are on a text by this share as they are on its flip."""
    item, flip = texts
    seen: list[torch.Tensor] = []
    with torch.no_grad(), inputs_seen(model, [name], lambda _, inputs: seen.append(inputs)):
        model(input_ids=flip.ids[None], use_cache=False)
    pairs = differing_places(item.ids.tolist(), flip.ids.tolist())
    there = seen[0].reshape(len(flip.ids), own.units, own.width)

    def hook(_: nn.Module, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor]:
        here = inputs[0].reshape(len(item.ids), own.units, own.width).clone()
        for place, partner in pairs:
            for unit in units:
                here[place, unit] += share * (there[partner, unit] - here[place, unit])
        return (here.reshape(inputs[0].shape),)

    handle = model.get_submodule(name.rpartition(".")[0]).register_forward_pre_hook(hook)
    try:
        yield
    finally:
        handle.remove()


def margin(
    model: nn.Module, name: str, own: Projection, example: Example, units: list[int], share: float
) -> float:
    """log p(right option) - log p(the flip's) of an item whose units are patched by a share."""
    assert example.flip is not None
    nats = []
    for texts in zip(example.texts, example.flip.texts, strict=True):
        with patched(model, name, own, texts, units, share):
            nats.append(log_likelihood(model, texts[0]))
    return nats[0] - nats[1]


def test_an_attribution_is_the_first_order_fall_of_the_margin(model: Any) -> None:
    """Of all units of a projection, and of single ones; in float64, by an actual patch."""
    model.double()
    projections = every_projection(model)
    assert {own.width > 1 for own in projections.values()} == {False, True}
    found = dict(patch_attributions(model, projections, EXAMPLES[:3], ROOM))
    for name, own in projections.items():
        for units in ([*range(own.units)], [own.units - 1], [0]):
            for index, example in enumerate(EXAMPLES[:3]):
                up, down = (
                    margin(model, name, own, example, units, share) for share in (STEP, -STEP)
                )
                fall = float(found[index][name][units].sum())
                assert fall == pytest.approx((down - up) / (2 * STEP), rel=3e-3, abs=5e-4)
    sums = [abs(float(found[i][name].sum())) for i in range(3) for name in projections]
    assert sorted(sums)[len(sums) // 2] > 1e-2


def test_an_item_like_its_flip_has_no_attribution(model: Any) -> None:
    ((_, found),) = patch_attributions(model, every_projection(model), [SAME], ROOM)
    assert all(bool((values == 0).all()) for values in found.values())
    # Beside others too.
    beside = dict(patch_attributions(model, every_projection(model), EXAMPLES, ROOM))
    assert all(bool((values == 0).all()) for values in beside[3].values())


def test_batches_checkpoints_and_shared_contexts_change_nothing_and_leave_nothing(
    model: Any,
) -> None:
    projections = every_projection(model)
    required = [weight.requires_grad for weight in model.parameters()]
    window = getattr(model.config, "sliding_window", None)
    assert shares_contexts(model, [ONE_TOKEN, SAME]) == (window is None)
    together = dict(patch_attributions(model, projections, EXAMPLES, ROOM))
    # Too long for a pass: checkpointed, and no context is shared.
    alone = dict(patch_attributions(model, projections, EXAMPLES, Memory(most_tokens=1)))
    for index, found in together.items():
        assert found.keys() == projections.keys()
        for name, values in found.items():
            assert values.dtype == torch.float32
            assert torch.allclose(values, alone[index][name], atol=1e-5), name
    assert [weight.requires_grad for weight in model.parameters()] == required
    assert all(weight.grad is None for weight in model.parameters())
    assert not any(m._forward_pre_hooks or m._forward_hooks for m in model.modules())


def test_attributions_by_hand_where_the_margin_is_linear_in_the_units() -> None:
    """Of the last MLP without a norm behind it; options of one token share a softmax."""
    model = tiny_model("llama").requires_grad_(False).double()
    model.model.norm = nn.Identity()
    name = "model.layers.1.mlp.down_proj.weight"
    example = pair([5, 20, 9, 60], [5, 33, 9, 60], [71], [81])
    ((_, found),) = patch_attributions(model, every_projection(model), [example], ROOM)
    seen: list[torch.Tensor] = []
    with torch.no_grad(), inputs_seen(model, [name], lambda _, inputs: seen.append(inputs[0])):
        for own in (example, example.flip):
            assert own is not None
            model(input_ids=own.ids[None])
    # The prediction of the option is the last token's of the prompt.
    moved = seen[0][3] - seen[1][3]
    direction = model.lm_head.weight[71] - model.lm_head.weight[81]
    expected = moved * (direction @ model.get_parameter(name))
    assert torch.allclose(found[name].double(), expected, atol=1e-6)
    # Then the whole patch does what its first order says.
    own = every_projection(model)[name]
    units = [*range(own.units)]
    none, whole = (margin(model, name, own, example, units, share) for share in (0, 1))
    assert none - whole == pytest.approx(float(expected.sum()), abs=1e-6)
    assert abs(none - whole) > 1e-2


def test_a_margin_that_is_no_number_names_its_example() -> None:
    model = tiny_model("llama")
    with torch.no_grad():
        model.get_input_embeddings().weight[22] = torch.inf
    with pytest.raises(NonFiniteLossError) as caught:
        dict(patch_attributions(model, every_projection(model), EXAMPLES[:2], Memory(1)))
    assert caught.value.example == 1


FLIP = {"flip": Companion("Ann is in Bonn.", "Where is Ann?", 2)}
ITEM = Item(
    "i", "t", "Ann is in Oslo.", "Where is Ann?", ("Rome", "Oslo", "Bonn"), 1, companions=FLIP
)


@pytest.mark.parametrize("chat", [False, True])
def test_a_pair_is_rendered_as_two_options_after_two_prompts(chat: bool) -> None:
    tokenizer = byte_tokenizer(chat)
    example = render_pair(ITEM, tokenizer)
    assert example.flip is not None
    read = [
        (tokenizer.decode(own.ids), tokenizer.decode(own.ids[own.counted]).strip())
        for own in (*example.texts, *example.flip.texts)
    ]
    assert [answer for _, answer in read] == ["Oslo", "Bonn", "Oslo", "Bonn"]
    cities = ["Oslo" if "Ann is in Oslo." in own else "Bonn" for own, _ in read]
    assert cities == ["Oslo", "Oslo", "Bonn", "Bonn"]
    (length,) = {len(own.ids) for own in example.read}
    assert (example.longest, example.tokens) == (length, 4 * length)
    # Another flip is another example, and so is the choice between the same two options.
    alone = replace(example, flip=None)
    others = [alone, replace(example, flip=alone)]
    assert len({example.digest, *(own.digest for own in others)}) == 3
