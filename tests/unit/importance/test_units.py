"""Attributions of units equal finite differences, sums of weights' scores and values by hand."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from tests.conftest import tiny_model
from tests.model_types import CORE, MORE
from tests.unit.importance.conftest import choice, text

from benchprof.importance.attributions import unit_attributions
from benchprof.importance.choices import context_length, shares_contexts
from benchprof.importance.example import Example
from benchprof.importance.gradients import batches_of, kept_tokens
from benchprof.importance.levels import activation_levels
from benchprof.importance.loss import NonFiniteLossError, example_losses, text_losses
from benchprof.importance.memory import Memory
from benchprof.importance.scores import score_weights
from benchprof.importance.unit_scores import score_units
from benchprof.models.scope import PARTS, Scope
from benchprof.models.units import every_projection, scored_weights, unit_projections

# Families whose MLPs and attention differ: gated, fused, Conv1D, grouped heads, biases, windows.
UNITED = sorted({*CORE} & {"llama", "gpt2", "gemma3_text", "gpt_neox", "phi3", "qwen2", "bloom"})
ROOM = Memory(most_tokens=200)


def examples() -> list[Example]:
    """Two whose answer's loss counts, of different length, and one of a choice among three."""
    chosen = choice([7, 30, 41, 52, 60], [71, 72], [81], [91, 92, 93])
    return [text([5, 9, 12, 33, 20, 18], 2), chosen, text([8, 8, 100, 3, 44, 31, 27, 64], 1)]


@pytest.fixture(params=UNITED)
def model(request: pytest.FixtureRequest) -> Any:
    """As it is loaded: no weight asks for a gradient."""
    return tiny_model(request.param).requires_grad_(False)


def test_an_attribution_is_the_first_order_rise_of_the_loss(model: Any) -> None:
    projections = every_projection(model)
    assert {own.width > 1 for own in projections.values()} == {False, True}
    found = dict(unit_attributions(model, projections, examples(), ROOM))
    step = 1e-2
    for name, own in projections.items():
        flat = model.get_parameter(name).data.view(-1)
        for unit in range(0, own.units, 5):
            entries = own.entries(torch.tensor([unit]))
            intact = flat[entries].clone()
            losses = []
            for factor in (1 - step, 1 + step):
                flat[entries] = intact * factor
                with torch.no_grad():
                    losses.append(example_losses(model, examples()))
            flat[entries] = intact
            rises = (losses[0] - losses[1]) / (2 * step)
            for index, rise in enumerate(rises.tolist()):
                assert float(found[index][name][unit]) == pytest.approx(rise, abs=3e-3, rel=1e-2)


def test_a_unit_s_signed_score_is_the_sum_of_its_weights_scores(model: Any) -> None:
    """By an independent route: the gradients of the weights that read it."""
    for unit in PARTS:
        projections = unit_projections(model, unit)
        weights = scored_weights(model, Scope("mlp", unit=unit))
        of_weights = score_weights(
            model, weights, examples(), [], "taylor_signed", lambda _: None, ROOM
        )
        attributed = dict(unit_attributions(model, projections, examples(), ROOM))
        of_units = score_units([attributed[i] for i in range(3)], [], "taylor_signed")
        for name, own in projections.items():
            flat = of_weights[name].reshape(-1)
            sums = torch.stack(
                [flat[own.entries(torch.tensor([u]))].sum() for u in range(own.units)]
            )
            assert torch.allclose(of_units[name], sums, atol=2e-5), name


def test_batches_and_checkpoints_change_nothing_and_leave_nothing(model: Any) -> None:
    projections = every_projection(model)
    required = [weight.requires_grad for weight in model.parameters()]
    together = dict(unit_attributions(model, projections, examples(), ROOM))
    alone = dict(unit_attributions(model, projections, examples(), Memory(most_tokens=1)))
    for index, found in together.items():
        for name, values in found.items():
            assert torch.allclose(values, alone[index][name], atol=1e-5)
    assert [weight.requires_grad for weight in model.parameters()] == required
    assert all(weight.grad is None for weight in model.parameters())
    assert not any(m._forward_pre_hooks or m._forward_hooks for m in model.modules())


def test_a_loss_that_is_no_number_names_its_example() -> None:
    model = tiny_model("llama")
    with torch.no_grad():
        model.get_input_embeddings().weight[100] = torch.inf
    with pytest.raises(NonFiniteLossError) as caught:
        dict(unit_attributions(model, every_projection(model), examples(), Memory(1)))
    assert caught.value.example == 2


def test_the_loss_of_a_choice_is_the_right_option_s_share() -> None:
    model, (_, chosen, _) = tiny_model("llama"), examples()
    with torch.no_grad():
        nats = text_losses(model, chosen.texts).double()
        loss = float(example_losses(model, [chosen])[0])
    shares = torch.exp(-nats) / torch.exp(-nats).sum()
    assert loss == pytest.approx(-float(shares[0].log()), abs=1e-5)


def test_a_shared_context_gives_the_same_losses_and_attributions(model: Any) -> None:
    """Of two choices in one pass, whose options are of different length."""
    both = [examples()[1], choice([7, 30, 41, 52, 61], [15], [18, 19])]
    # A window of five tokens does not hold the texts.
    window = getattr(model.config, "sliding_window", None)
    assert shares_contexts(model, both) == (window is None)
    with torch.no_grad():
        shared, alone = (example_losses(model, both, share=own) for own in (True, False))
    assert torch.allclose(shared, alone, atol=1e-5)
    projections = every_projection(model)
    # The second is read in passes so short that layers are checkpointed, and nothing is shared.
    one, two = (
        dict(unit_attributions(model, projections, both, Memory(most))) for most in (200, 1)
    )
    for index in (0, 1):
        for name, values in one[index].items():
            assert torch.allclose(values, two[index][name], atol=1e-5), name


@pytest.mark.parametrize("family", sorted({*MORE} - {*UNITED}))
def test_a_type_shares_contexts_exactly_or_not_at_all(family: str) -> None:
    """RWKV, for one, has no cache of keys, and would read options without their context."""
    model = tiny_model(family)
    shared = [examples()[1]]
    with torch.no_grad():
        losses = [float(example_losses(model, shared, share=own)) for own in (True, False)]
    assert losses[0] == pytest.approx(losses[1], abs=1e-4)


def test_contexts_of_different_length_share_no_pass() -> None:
    model = tiny_model("llama")
    longer = choice([1, 2], [3], [4])
    both = [examples()[1], longer]
    assert not shares_contexts(model, both)
    assert batches_of(model, both, 200) == [[0], [1]]
    assert context_length(longer) == 2
    # Of options that begin alike, what they share; of one that begins another, one less than it.
    assert context_length(Example(longer.ids, longer.counted, (text([1, 2, 3, 4], 1),))) == 2


# Two examples, two units: means of |s| are 2 and 3, of s 1 and -3, of s² 5 and 9.25.
ATTRIBUTED = [{"p": torch.tensor([3.0, -3.5])}, {"p": torch.tensor([-1.0, -2.5])}]


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        ("taylor_abs", [2, 3]),
        ("taylor", [1, 3]),
        ("taylor_signed", [1, -3]),
    ],
)
def test_scores_fold_the_examples_attributions(score: str, expected: list[float]) -> None:
    scores = score_units(ATTRIBUTED, [], score)["p"]
    assert (scores.dtype, scores.tolist()) == (torch.float32, expected)


def test_control_items_are_subtracted_and_only_a_signed_score_may_be_negative() -> None:
    control_items = [{"p": torch.tensor([1.0, 5.0])}, {"p": torch.tensor([1.0, -5.0])}]
    assert score_units(ATTRIBUTED, control_items, "taylor_abs")["p"].tolist() == [1, 0]
    assert score_units(ATTRIBUTED, control_items, "taylor_signed")["p"].tolist() == [0, -3]


def test_levels_are_means_over_tokens_and_features() -> None:
    """Of examples that are read together as of each alone."""
    model = tiny_model("llama")
    projections = every_projection(model)
    levels = activation_levels(model, projections, examples())
    seen: dict[str, list[torch.Tensor]] = {name: [] for name in projections}
    for name, kept in seen.items():
        module = model.get_submodule(name.rpartition(".")[0])
        module.register_forward_pre_hook(lambda _, own, k=kept: k.append(own[0][0].detach()))
    for example in examples():
        model(input_ids=example.ids[None])
    for name, own in projections.items():
        tokens = torch.cat(seen[name]).abs()
        expected = tokens.reshape(len(tokens), own.units, own.width).mean(dim=(0, 2))
        assert torch.allclose(levels[name].float(), expected, atol=1e-5)


def test_a_shared_context_counts_once() -> None:
    _, chosen, _ = examples()
    # Five tokens of context, and three options of at most three.
    assert (context_length(chosen), chosen.longest) == (5, 8)
    assert kept_tokens(chosen, share=True) == 5 + 3 * 3
    assert kept_tokens(chosen, share=False) == 3 * 8
