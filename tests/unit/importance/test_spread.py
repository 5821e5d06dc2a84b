"""The loss of a model that accelerate spreads over two devices, as over two GPUs.

No GPU is at hand in the tests: the processor stands for one, torch's meta device, which has shapes
and no values, for the other. `OneDevice` refuses what CUDA refuses.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch
from accelerate import dispatch_model
from tests.conftest import FAMILIES, tiny_model
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from benchprof.importance.example import Example
from benchprof.importance.loss import example_losses

COPIES = ("aten._to_copy", "aten.copy_")


class OneDevice(TorchDispatchMode):
    """Refuses an operation on tensors of two devices, unless it copies from one to the other."""

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        del types
        tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
        # A single number is welcome everywhere.
        devices = {tensor.device.type for tensor in tensors if tensor.dim()}
        assert len(devices) < 2 or str(func).startswith(COPIES), f"{func} on {sorted(devices)}"
        return func(*args, **kwargs or {})


def spread(family: str) -> Any:
    """A model whose layers but the first, norm and head are on another device than its beginning."""
    config = FAMILIES[family]()
    config.tie_word_embeddings = False
    model = tiny_model(family, config=config)
    base = model.base_model_prefix
    places = {"lm_head": "meta"}
    for name, module in model.base_model.named_children():
        if isinstance(module, torch.nn.ModuleList):
            layers = range(len(module))
            places |= {f"{base}.{name}.{n}": "meta" if n else "cpu" for n in layers}
        else:
            places[f"{base}.{name}"] = "meta" if "norm" in name or name == "ln_f" else "cpu"
    # The logits stay where they are: nothing can be copied back from the meta device.
    return dispatch_model(model, places, main_device="cpu", skip_keys=["logits"], force_hooks=True)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_loss_is_computed_where_the_head_is(family: str) -> None:
    model = spread(family)
    examples = [
        Example(torch.tensor([5, 9, 17]), torch.tensor([False, True, True])),
        Example(torch.tensor([8, 3]), torch.tensor([False, True])),
    ]
    with torch.no_grad(), OneDevice():
        losses = example_losses(model, examples)
    assert losses.shape == (2,)
    assert losses.device.type == "meta"
