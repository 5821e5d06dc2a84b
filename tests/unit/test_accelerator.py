"""Everything that computes on a GPU goes through a pretend one, which refuses what a GPU refuses.

What comes out is what the processor gives, and the host waits for the device as seldom as the
tables here say. `pretend` counts a wait for each result that the host reads and for each copy to
the device that is not asked to go on by itself.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from lm_eval.api.instance import Instance
from tests.conftest import byte_tokenizer, tiny_model
from tests.pretend import DEVICE, DeviceError, Held, accelerator, counted, moved, values
from tests.unit.importance.conftest import choice, text

from benchprof.importance import knock_outs, levels
from benchprof.importance.attributions import unit_attributions
from benchprof.importance.memory import Memory
from benchprof.importance.scores import score_weights
from benchprof.models.ablation import ablated, averaged, in_weights
from benchprof.models.anatomy import scope_weights
from benchprof.models.mask import Mask
from benchprof.models.units import every_projection, unit_projections
from benchprof.scoring.scorer import TreeScorer
from benchprof.scoring.structure import decoder_of


def drawn(*shape: int) -> Any:
    return torch.randint(3, 259, shape).tolist()


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def test_what_a_gpu_refuses_is_refused_and_waits_are_counted() -> None:
    with accelerator() as device:
        own, host = torch.arange(6.0).to(DEVICE, non_blocking=True).view(2, 3), torch.ones(3)
        assert isinstance(own, Held) and own.device == DEVICE
        assert torch.equal(values(own + 1 * torch.tensor(2.0)), torch.arange(6.0).view(2, 3) + 2)
        for refused in (
            lambda: own + host,
            lambda: own @ host,
            own.numpy,
            lambda: own.random_(generator=torch.Generator()),
            lambda: torch.ops.mkldnn._linear_pointwise(own, own, None, "none", [], ""),
        ):
            with pytest.raises(DeviceError):
                refused()
        assert not device.waits
        for waits in (
            own[0, 0].item,
            own.tolist,
            own.cpu,
            lambda: bool(own.sum() > 3),
            own.nonzero,
            lambda: own[own > 2],
            lambda: own[:, [0, 2]],
            lambda: own[torch.tensor([1])],
            lambda: host.to(DEVICE),
            lambda: torch.tensor([1.0], device=DEVICE),
        ):
            with counted(device) as found:
                waits()
            assert found.total() == 1
        own[0] = 0
        assert own.tolist() == [[0, 0, 0], [3, 4, 5]]
    weight = torch.tensor([2.0, 3.0])
    with accelerator():
        leaf = Held(weight.clone()).requires_grad_(True)
        (leaf * leaf).sum().backward()
        assert leaf.grad is not None and torch.equal(values(leaf.grad), 2 * weight)


ROWS: dict[str, tuple[str, int | None, float]] = {
    "packed": ("llama", None, 1),
    "packed over trunks": ("llama", 60, 1),
    "windows": ("gemma3_text", 60, 1),
    # The library looks whether texts are padded, and whether a row holds several.
    "of GPT-2": ("gpt2", 60, 3),
    "plain": ("lfm2", 300, 2),
}
"""A family, the tokens of a batch, and how often the host waits in each batch."""


@pytest.mark.parametrize("kind", ROWS)
def test_scores_are_those_of_the_processor(kind: str) -> None:
    family, budget, most = ROWS[kind]
    beginning, tokenizer = drawn(60), byte_tokenizer(chat=False)
    pairs = [([*beginning, *own], drawn(3)) for own in drawn(6, 12) for _ in range(4)]
    model = tiny_model(family)
    scorer = TreeScorer(model, tokenizer, token_budget=budget)
    expected = scorer.score(scorer.prepare_tokens(pairs))
    with accelerator() as device:
        scorer = TreeScorer(moved(model), tokenizer, token_budget=budget)
        assert (scorer.forward.obstacle is None) == (kind != "plain")
        prepared, batches = scorer.prepare_tokens(pairs), 0
        one = scorer.forward.batch

        def batch(*arguments: Any) -> Any:
            nonlocal batches
            batches += 1
            return one(*arguments)

        scorer.forward.batch = batch  # type: ignore[method-assign]
        with counted(device) as waits:
            found = scorer.score(prepared)
    assert [own[1] for own in found] == [own[1] for own in expected]
    assert [own[0] for own in found] == pytest.approx([own[0] for own in expected], abs=1e-4)
    assert waits.total() <= most * batches, waits


MEMORY = {
    "batched": Memory(1000),
    "on the host": Memory(1000, on_host=True),
    "checkpointed": Memory(1),
    "by groups": Memory(90, most_scores=800),
}
EXAMPLES = {
    "texts": lambda: [text(drawn(length), 4) for length in (12, 9, 9, 7)],
    "choices": lambda: [choice(drawn(10), drawn(3), drawn(2), drawn(4)) for _ in range(4)],
}


@pytest.mark.parametrize("memory", MEMORY)
@pytest.mark.parametrize(("family", "score"), [("llama", "taylor_abs"), ("gpt2", "taylor")])
@pytest.mark.parametrize("kind", EXAMPLES)
def test_importance_of_weights_is_that_of_the_processor(
    kind: str, family: str, score: str, memory: str
) -> None:
    examples, model = EXAMPLES[kind](), tiny_model(family).requires_grad_(False)

    def scores(memory: Memory) -> dict[str, torch.Tensor]:
        weights = scope_weights(model, "mlp")
        return score_weights(model, weights, examples, [], score, lambda _: None, memory)

    expected = scores(Memory(1000))
    with accelerator():
        moved(model)
        found = scores(MEMORY[memory])
    for name, own in expected.items():
        assert found[name].device.type == "cpu"
        torch.testing.assert_close(found[name], own, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(("kind", "most"), [("texts", 2), ("choices", 1)])
def test_a_pass_of_importance_waits_for_its_losses(kind: str, most: int) -> None:
    """And for the library, which looks whether a row holds several texts."""
    examples, model = EXAMPLES[kind](), tiny_model("llama").requires_grad_(False)
    with accelerator() as device:
        weights = scope_weights(moved(model), "mlp")
        own = (model, weights, examples, [], "taylor_abs", lambda _: None)
        with counted(device) as waits:
            score_weights(*own, Memory(1000))
    assert waits.total() - len(weights) <= most, "one pass, and the scores at the end"


@pytest.mark.parametrize(("kind", "most"), [("texts", 3), ("choices", 2)])
def test_attributions_are_those_of_the_processor(kind: str, most: int) -> None:
    examples, model = EXAMPLES[kind](), tiny_model("llama").requires_grad_(False)
    projections = every_projection(model)
    expected = dict(unit_attributions(model, projections, examples, Memory(1000)))
    with accelerator() as device, counted(device) as waits:
        found = dict(unit_attributions(moved(model), projections, examples, Memory(1000)))
    for index, own in expected.items():
        for name, units in own.items():
            torch.testing.assert_close(found[index][name], units, rtol=1e-3, atol=1e-5)
    assert waits.total() <= most, waits


def test_knock_outs_are_those_of_the_processor() -> None:
    examples, model = EXAMPLES["choices"](), tiny_model("llama")
    group = Mask({name: torch.tensor([1]) for name in unit_projections(model, "head")},
                 {"unit": "head"})  # fmt: skip

    def losses() -> torch.Tensor:
        reading = knock_outs.Reading(TreeScorer(model, byte_tokenizer(chat=False)), examples)
        return knock_outs.losses_without(scope_weights(model, "attention"), group, reading)

    expected = losses()
    with accelerator():
        moved(model)
        torch.testing.assert_close(losses(), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("method", "most"), [("zero", 0), ("mean", 1)])
def test_masks_of_weights_are_put_in_and_undone(method: Any, most: int) -> None:
    model = tiny_model("llama")
    intact = copy.deepcopy(model.state_dict())
    names = list(scope_weights(model, "all_layers"))
    mask = Mask({name: torch.tensor([1, 5, 9], dtype=torch.int32) for name in names}, {})
    with ablated(scope_weights(model, "all_layers"), mask, method):
        expected = copy.deepcopy(model.state_dict())
    with accelerator() as device:
        weights = scope_weights(moved(model), "all_layers")
        with counted(device) as waits, ablated(weights, mask, method):
            for name in names:
                torch.testing.assert_close(values(weights[name]), expected[name])
    assert waits.total() <= most * len(names)
    assert all(torch.equal(values(own), intact[n]) for n, own in model.named_parameters())


@pytest.mark.parametrize("unit", ["neuron", "head"])
def test_means_of_units_are_put_in_and_undone(unit: str) -> None:
    examples, model = EXAMPLES["texts"](), tiny_model("gpt2")
    projections = unit_projections(model, unit)
    mask = Mask(
        {name: torch.tensor([1], dtype=torch.int32) for name in projections}, {"unit": unit}
    )
    intact = copy.deepcopy(model.state_dict())

    def measured() -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
        means = levels.activation_means(model, projections, examples)
        with averaged(model, mask, means):
            bias = {n: values(own) for n, own in model.named_parameters() if "bias" in n}
        return levels.activation_levels(model, projections, examples) | means, copy.deepcopy(bias)

    expected = measured()
    with accelerator():
        moved(model)
        found = measured()
        assert in_weights(model, mask).size
    for own, other in zip(expected, found, strict=True):
        for name in own:
            torch.testing.assert_close(other[name], own[name], rtol=1e-4, atol=1e-5)
    assert all(torch.equal(values(own), intact[n]) for n, own in model.named_parameters())


@pytest.mark.parametrize("family", ["llama", "lfm2"])
@pytest.mark.parametrize("shared", ["", "Question: how many legs has a spider? Answer: eight. "])
def test_answers_are_those_of_the_processor(family: str, shared: str) -> None:
    """A step waits for the tokens, and twice for the library: is a text padded, is it the end."""
    model, tokenizer = tiny_model(family), byte_tokenizer(chat=False)
    texts = [
        shared + own for own in ("Question: how many legs?", "The cat", "What colour? Answer:")
    ]
    settings = {"until": ["q", " the"], "max_gen_toks": 16}
    asked = [Instance("generate_until", {}, (own, settings), n) for n, own in enumerate(texts)]

    def written(scorer: TreeScorer) -> list[str]:
        return scorer.generate_until(copy.deepcopy(asked), disable_tqdm=True)

    expected = written(TreeScorer(model, tokenizer))
    with accelerator() as device:
        scorer = TreeScorer(moved(model), tokenizer)
        written(scorer)
        passes: list[int] = []
        decoder_of(model)[1].register_forward_hook(lambda *_: passes.append(1))
        with counted(device) as waits:
            assert written(scorer) == expected
    once: Callable[[str], bool] = lambda where: waits[where] < len(passes) // 2  # noqa: E731
    assert sum(count for where, count in waits.items() if not once(where)) <= 3.4 * len(passes)
