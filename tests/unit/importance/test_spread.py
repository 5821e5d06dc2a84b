"""Loss and importance of a model that accelerate spreads over two devices, as over two GPUs.

No GPU is at hand in the tests: the processor stands for one, torch's meta device, which has shapes
and no values, for the other. `OneDevice` refuses what CUDA refuses. For values, accelerate's hooks
stand around every module of a model that is on the processor alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from accelerate import dispatch_model
from tests.conftest import FAMILIES, tiny_model
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from benchprof.importance import gradients
from benchprof.importance.example import Example
from benchprof.importance.gradients import gradient_scores
from benchprof.importance.loss import example_losses
from benchprof.importance.memory import Memory
from benchprof.models.anatomy import scope_weights
from benchprof.models.placement import placement

EXAMPLES = [
    Example(torch.tensor([5, 9, 17]), torch.tensor([False, True, True])),
    Example(torch.tensor([8, 3]), torch.tensor([False, True])),
]
COPIES = ("aten._to_copy", "aten.copy_")


class OneDevice(TorchDispatchMode):
    """Refuses an operation on tensors of two devices, unless it copies from one to the other.

    What is copied from the meta device, which has no values, becomes zeros.
    """

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        del types
        tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
        # A single number is welcome everywhere.
        devices = {tensor.device.type for tensor in tensors if tensor.dim()}
        assert len(devices) < 2 or str(func).startswith(COPIES), f"{func} on {sorted(devices)}"
        asked = kwargs or {}
        target = asked.get("device")
        if str(func).startswith(COPIES[0]) and target and target.type == "cpu" and args[0].is_meta:
            return torch.zeros(args[0].shape, dtype=asked.get("dtype") or args[0].dtype)
        return func(*args, **asked)


def spread(family: str) -> Any:
    """A model whose last layers, norm and head are on another device than its beginning."""
    config = FAMILIES[family]()
    config.tie_word_embeddings = False
    model = tiny_model(family, config=config)
    places = {name: ("cpu", "meta")[gpu] for name, gpu in placement(model, 2).items()}
    # The logits stay where they are: nothing can be copied back from the meta device.
    return dispatch_model(model, places, main_device="cpu", skip_keys=["logits"], force_hooks=True)


@pytest.mark.parametrize("most_tokens", [1000, 1], ids=["batched", "checkpointed"])
@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_gradients_are_folded_where_the_weights_are(
    family: str, most_tokens: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def losses(
        model: Any, examples: Sequence[Example], batch: Sequence[int], share: bool
    ) -> torch.Tensor:
        return example_losses(model, [examples[index] for index in batch], share)

    # On the meta device no loss has a value that could be looked at.
    monkeypatch.setattr(gradients, "finite_losses", losses)
    model = spread(family).requires_grad_(False)
    weights = scope_weights(model, "all_layers")
    with OneDevice():
        scores = gradient_scores(
            model, weights, EXAMPLES, "taylor", lambda _: None, Memory(most_tokens)
        )
    assert {name: score.device for name, score in scores.items()} == {
        name: weight.device for name, weight in weights.items()
    }
    assert {weight.device.type for weight in weights.values()} >= {"meta"}


@pytest.mark.parametrize("score", ["taylor", "taylor_abs"])
@pytest.mark.parametrize("most_tokens", [1000, 1], ids=["batched", "checkpointed"])
def test_hooks_change_no_score(score: str, most_tokens: int) -> None:
    def scores(model: Any) -> dict[str, torch.Tensor]:
        model.requires_grad_(False)
        weights = scope_weights(model, "all_layers")
        return gradient_scores(model, weights, EXAMPLES, score, lambda _: None, Memory(most_tokens))

    hooked = tiny_model("llama")
    places = dict.fromkeys(placement(hooked, 2), "cpu")
    hooked = dispatch_model(hooked, places, main_device="cpu", force_hooks=True)
    assert all(hasattr(layer, "_hf_hook") for layer in hooked.model.layers)
    found, expected = scores(hooked), scores(tiny_model("llama"))
    assert found.keys() == expected.keys()
    for name, own in expected.items():
        assert torch.equal(found[name], own), name
        assert own.abs().sum() > 0
