"""Importance equals values worked out by hand and by finite differences."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from tests.conftest import FAMILIES as CONFIGURATIONS
from tests.conftest import tiny_model
from tests.model_types import CORE, SMALL, tiny_configuration
from torch import nn

from benchprof.importance.checkpointing import checkpointed
from benchprof.importance.example import Example
from benchprof.importance.gradients import batches, gradient_scores
from benchprof.importance.loss import NonFiniteLossError, example_losses
from benchprof.importance.memory import Memory
from benchprof.importance.scores import score_weights
from benchprof.models.anatomy import scope_weights
from benchprof.models.loading import load_model
from benchprof.models.prepared import PreparedModel


class Bigram(nn.Module):
    """Logits of the next token are a row of one matrix, so that gradients fit on paper."""

    def __init__(self, rows: list[list[float]]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(rows))

    def forward(
        self, input_ids: torch.Tensor, use_cache: bool, logits_to_keep: list[int]
    ) -> SimpleNamespace:
        assert not use_cache
        return SimpleNamespace(logits=self.weight[input_ids][:, logits_to_keep])


# No example of these tests is so long that it would be checkpointed.
ROOM = Memory(most_tokens=100)


def example(ids: list[int], counted: list[int]) -> Example:
    flags = torch.zeros(len(ids), dtype=torch.bool)
    flags[counted] = True
    return Example(torch.tensor(ids), flags)


def scores_of(
    model: nn.Module, weights: Any, examples: list[Example], score: str, memory: Memory = ROOM,
    against: Sequence[Example] = (),
) -> dict[str, torch.Tensor]:  # fmt: skip
    return score_weights(model, weights, examples, against, score, lambda _: None, memory)


# Rows of equal logits: softmax is 1/2 each, the gradient of a row is (1/2, 1/2) - onehot.
BIGRAM = [[2.0, 2.0], [3.0, 3.0]]
EXAMPLES = [example([0, 1, 0], [1, 2]), example([0, 0], [1])]


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        # x1: mean over two tokens; row 0 gets (.25, -.25), row 1 gets (-.25, .25).
        # x2: row 0 gets (-.5, .5). Times the weights 2 and 3, absolute, mean over two examples.
        ("taylor_abs", [[(0.5 + 1.0) / 2] * 2, [(0.75 + 0.0) / 2] * 2]),
        # Mean gradient of row 0: (-.125, .125), of row 1: (-.125, .125).
        ("taylor", [[0.25] * 2, [0.375] * 2]),
        ("taylor_signed", [[0.25, -0.25], [0.375, -0.375]]),
    ],
)
def test_by_hand(score: str, expected: list[list[float]]) -> None:
    model = Bigram(BIGRAM)
    scores = scores_of(model, {"w": model.weight}, EXAMPLES, score)
    torch.testing.assert_close(scores["w"], torch.tensor(expected))


def test_the_loss_counts_only_what_it_should() -> None:
    model = Bigram([[0.0, 1.0], [5.0, 0.0]])
    (loss,) = example_losses(model, [example([0, 1, 0], [1])])
    # -log softmax([0, 1])[1]
    assert loss.item() == pytest.approx(0.3132617, abs=1e-6)


FROM_EFFECTS: dict[str, Callable[[list[float]], float]] = {
    "taylor_abs": lambda effects: sum(map(abs, effects)) / len(effects),
    "taylor": lambda effects: abs(sum(effects)) / len(effects),
    "taylor_signed": lambda effects: -sum(effects) / len(effects),
}


@pytest.mark.parametrize("score", sorted(FROM_EFFECTS))
@pytest.mark.parametrize("family", [*CORE, "lfm2", "recurrent_gemma", "falcon_h1"])
def test_by_finite_differences(family: str, score: str) -> None:
    model = tiny_model(family).double()
    examples = [example([5, 9, 17, 4], [1, 2, 3]), example([8, 3, 3], [2])]
    weights = scope_weights(model, "all_layers")
    scores = scores_of(model, weights, examples, score)
    for name, weight in weights.items():
        index = int(scores[name].argmax())
        effects = [effect_of(model, weight, index, one) for one in examples]
        expected = FROM_EFFECTS[score](effects)
        assert scores[name].view(-1)[index].item() == pytest.approx(expected, rel=4e-2), name


EXPERTS = {"num_local_experts": 8, "num_experts": 8, "n_routed_experts": 8}


def with_experts(model_type: str) -> Any:
    """A tiny model in double precision whose layers have eight experts, two of them for a token."""
    config = tiny_configuration(model_type, SMALL)
    for name, count in EXPERTS.items():
        if hasattr(config, name):
            setattr(config, name, count)
    # transformers' faster ways to compute experts know no double precision.
    config._experts_implementation = "eager"
    return tiny_model(model_type, config=config).double()


@pytest.mark.parametrize("score", sorted(FROM_EFFECTS))
@pytest.mark.parametrize("model_type", ["mixtral", "qwen3_moe", "gpt_oss", "deepseek_v3"])
def test_experts_by_finite_differences(model_type: str, score: str) -> None:
    """Also those that one item alone reaches; those that none reaches have no importance."""
    model = with_experts(model_type)
    examples = [example([5, 9, 17, 4], [1, 2, 3]), example([8, 3, 3], [2])]
    weights = scope_weights(model, "experts")
    scores = scores_of(model, weights, examples, score)
    alone = [scores_of(model, weights, [one], "taylor_abs") for one in examples]
    reached_by: dict[int, int] = {0: 0, 1: 0, 2: 0}
    for name, weight in weights.items():
        for expert in range(8):
            of_expert = scores[name][expert]
            reached = sum(bool(own[name][expert].any()) for own in alone)
            reached_by[reached] += 1
            if not reached:
                assert not of_expert.any(), (name, expert)
                continue
            index = expert * of_expert.numel() + int(of_expert.argmax())
            effects = [effect_of(model, weight, index, one) for one in examples]
            expected = FROM_EFFECTS[score](effects)
            assert scores[name].view(-1)[index].item() == pytest.approx(expected, rel=4e-2), name
    assert all(reached_by.values()), reached_by


def effect_of(model: nn.Module, weight: nn.Parameter, index: int, one: Example) -> float:
    """θ · ∂L/∂θ of one entry for one example, by moving it up and down a little."""
    # Norms compute in float32 whatever the dtype: a smaller step would measure their rounding.
    flat, step = weight.data.view(-1), 2e-3
    value = flat[index].item()
    losses = []
    for moved in (value + step, value - step):
        flat[index] = moved
        # The loss is computed in float32 by design; here its double is wanted.
        logits = model(input_ids=one.ids[None]).logits[0, :-1][one.counted[1:]]
        target = one.ids[1:][one.counted[1:]]
        losses.append(nn.functional.cross_entropy(logits, target).item())
    flat[index] = value
    return value * (losses[0] - losses[1]) / (2 * step)


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        # x1 alone less x2 alone (see above): row 0 .5 - 1, at least 0; row 1 .75 - 0.
        ("taylor_abs", [[0.0, 0.0], [0.75, 0.75]]),
        # With signs: row 0 (-.5, .5) - (1, -1), row 1 (.75, -.75) - 0.
        ("taylor_signed", [[-1.5, 1.5], [0.75, -0.75]]),
    ],
)
def test_control_items_take_off_what_they_need_as_well(
    score: str, expected: list[list[float]]
) -> None:
    model = Bigram(BIGRAM)
    weights = {"w": model.weight}
    found = scores_of(model, weights, EXAMPLES[:1], score, against=EXAMPLES[1:])
    torch.testing.assert_close(found["w"], torch.tensor(expected))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_folding_equals_adding_up_whole_gradients(dtype: torch.dtype) -> None:
    model = tiny_model("llama").to(dtype)
    weights = scope_weights(model, "all_layers")
    # By length, as they are taken: a sum of two does not depend on their order.
    examples = [example([5, 9, 17, 4], [1, 2, 3]), example([8, 3, 3], [2])]
    found = gradient_scores(model, weights, examples, "taylor_abs", lambda _: None, ROOM)
    sums = {name: torch.zeros_like(w, dtype=torch.float32) for name, w in weights.items()}
    for one in examples:
        model.zero_grad()
        example_losses(model, [one]).sum().backward()
        for name, weight in weights.items():
            sums[name] += weight.grad.float().abs()
    for name, weight in weights.items():
        assert torch.equal(found[name], sums[name] / 2 * weight.detach().float().abs()), name


def random_examples(lengths: list[int]) -> list[Example]:
    generator = torch.Generator().manual_seed(0)
    return [
        Example(
            torch.randint(3, 259, (length,), generator=generator),
            (torch.rand(length, generator=generator) < 0.5).index_fill(0, torch.tensor([0, 1]), 1)
            & (torch.arange(length) > 0),
        )
        for length in lengths
    ]


@pytest.mark.parametrize("score", sorted(FROM_EFFECTS))
@pytest.mark.parametrize("family", CORE)
def test_batches_checkpoints_and_the_accumulators_place_change_nothing(
    family: str, score: str
) -> None:
    model = tiny_model(family)
    weights = scope_weights(model, "all_layers")
    examples = random_examples([7, 12, 3, 9, 12, 5])
    alone, *others = (
        scores_of(model, weights, examples, score, memory)
        for memory in (Memory(12), Memory(24), Memory(100), Memory(2, on_host=True))
    )
    for name in weights:
        for other in others:
            torch.testing.assert_close(other[name], alone[name], rtol=1e-3, atol=1e-7)


def test_batches_hold_similar_lengths_and_no_more_than_they_may() -> None:
    # 12+12 padded to 24; 9, 7 padded to 18, a third would make 27; 5, 3 to 10.
    alike = lambda _: 0  # noqa: E731
    assert batches([7, 12, 3, 9, 12, 5], 24, alike) == [[1, 4], [3, 0], [5, 2]]
    # What is longer than may be is alone; so is everything where batches hold nothing.
    assert batches([30, 4, 4], 8, alike) == [[0], [1, 2]]
    assert batches([2, 3], 0, alike) == [[1], [0]]
    # Lengths of two kinds are apart.
    assert batches([7, 12, 3, 9], 99, lambda length: length > 8) == [[1, 3], [0, 2]]


ROPES: dict[str, dict[str, object]] = {
    "longrope": {"short_factor": [1.0] * 4, "long_factor": [1.0, 2.0, 4.0, 8.0],
                 "original_max_position_embeddings": 8},
    "dynamic": {"factor": 4.0},
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(ROPES))
def test_scores_do_not_depend_on_longer_examples_of_the_batch(kind: str, tmp_path: Path) -> None:
    """Rotary frequencies change beyond eight tokens."""
    config = CONFIGURATIONS["llama"]()
    config.max_position_embeddings = 8
    config.rope_parameters = {"rope_type": kind, "rope_theta": 100.0} | ROPES[kind]
    tiny_model("llama", config=config).save_pretrained(tmp_path)
    examples = random_examples([12, 8, 7, 10, 11, 12])
    parts = []
    for one in examples:
        model = load_model(PreparedModel(tmp_path, "float32"))  # one that saw no longer example
        parts.append(scores_of(model, scope_weights(model, "attention"), [one], "taylor_signed"))
    model = load_model(PreparedModel(tmp_path, "float32"))
    together = scores_of(model, scope_weights(model, "attention"), examples, "taylor_signed")
    for name, found in together.items():
        mean = torch.stack([part[name] for part in parts]).mean(dim=0)
        torch.testing.assert_close(found, mean, rtol=1e-3, atol=1e-6)


def test_checkpointing_recomputes_each_layer_and_keeps_less() -> None:
    model = tiny_model("llama").requires_grad_(True)
    calls, kept = [], {True: 0, False: 0}
    for layer in model.model.layers:
        layer.mlp.register_forward_pre_hook(lambda *_: calls.append(1))
    for again in (True, False):

        def count(tensor: torch.Tensor, again: bool = again) -> torch.Tensor:
            kept[again] += tensor.numel()
            return tensor

        calls.clear()
        with (
            checkpointed(model) if again else contextlib.nullcontext(),
            torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor),
        ):
            loss = example_losses(model, random_examples([40])).sum()
            held = kept[again]
            loss.backward()
        kept[again] = held
        assert len(calls) == (4 if again else 2)
    assert kept[True] < 0.7 * kept[False]
    assert not any("forward" in vars(layer) for layer in model.model.layers)


@pytest.mark.parametrize("score", ["taylor", "taylor_abs"])
def test_nothing_is_left_on_the_model(score: str) -> None:
    model = tiny_model("llama").requires_grad_(False)
    weights = scope_weights(model, "mlp")
    bad = Example(torch.tensor([1, 2]), torch.tensor([False, False]))
    with pytest.raises(NonFiniteLossError) as raised:
        scores_of(model, weights, [EXAMPLES[0], bad], score)
    assert (raised.value.example, raised.value.of_control_item) == (1, False)
    with pytest.raises(NonFiniteLossError) as raised:
        scores_of(model, weights, EXAMPLES[:1], score, against=[bad])
    assert (raised.value.example, raised.value.of_control_item) == (0, True)
    for parameter in model.parameters():
        assert parameter.grad is None
        assert not parameter.requires_grad
        assert not parameter._post_accumulate_grad_hooks
    assert not any(module._forward_pre_hooks for module in model.modules())
