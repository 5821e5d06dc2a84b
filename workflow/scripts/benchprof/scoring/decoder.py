"""Decoder layers of the Llama shape in half precision on a processor, with few passes over memory.

Between two products of a layer the library writes each intermediate result to memory and reads it
again, which in half precision takes longer than the products. Here the
activation, the gate and the residual are computed inside the products, by oneDNN, and norm and
rotation in place. Fewer results are rounded to half precision than by the library.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional

from benchprof.scoring.attention import Paths, attend_along, multiply

ONE_WINDOW = {"llama": False, "mistral": True, "qwen2": False}
"""The model types whose layers are computed here, and whether all of them have the configuration's
sliding window; others' know their own."""


def fused_decoder(model: Any) -> Decoder | None:
    """Give the faster decoder of a model; None where the library's is as fast, or does more.

    Layers must be plain; hooks on them would not be called.
    """
    config = model.config
    faster = (
        model.dtype is torch.bfloat16
        and model.device.type == "cpu"
        and hasattr(torch.ops.mkldnn, "_linear_pointwise")
        and torch.ops.mkldnn._is_mkldnn_bf16_supported()
    )
    same = (
        config.model_type in ONE_WINDOW
        and config.hidden_act == "silu"
        and config._attn_implementation == "sdpa"
        and all(type(weight) is nn.Linear for weight in _projections(model))
    )
    return Decoder(model) if faster and same else None


def _projections(model: Any) -> list[nn.Module]:
    return [
        module for name, module in model.base_model.layers.named_modules() if name.endswith("_proj")
    ]


class Decoder:
    """Computes what `model.base_model` does, for rows of several paths.

    Parameters are read at every call, so that ablations edit them as ever.
    """

    def __init__(self, model: Any) -> None:
        """Take a model whose layers are these."""
        self.base = model.base_model
        self.window = model.config.sliding_window if ONE_WINDOW[model.config.model_type] else None

    def __call__(
        self, inputs: torch.Tensor, paths: Paths, cache: Any, read: torch.Tensor
    ) -> torch.Tensor:
        """Hidden states [read, width] behind the last norm, at the places `read`.

        `inputs` [2, tokens] are the tokens and their positions. `cache` is the library's, or None.
        """
        tokens, positions = inputs
        states = self.base.embed_tokens(tokens)
        rotation = tuple(part[0][:, None] for part in self.base.rotary_emb(states, positions[None]))
        last = len(self.base.layers) - 1
        for number, layer in enumerate(self.base.layers):
            normed = _normed(states, layer.input_layernorm)
            mixed = self._attention(layer.self_attn, normed, rotation, paths, cache, number)
            if number == last:
                mixed, states = mixed[read], states[read]
            states = _product(mixed, layer.self_attn.o_proj, add=states)
            normed = _normed(states, layer.post_attention_layernorm)
            gate = _product(normed, layer.mlp.gate_proj, "swish")
            states = _product(
                _product(normed, layer.mlp.up_proj, times=gate), layer.mlp.down_proj, add=states
            )
        return _normed(states, self.base.norm)

    def _attention(
        self,
        module: Any,
        states: torch.Tensor,
        rotation: tuple[torch.Tensor, ...],
        paths: Paths,
        cache: Any,
        number: int,
    ) -> torch.Tensor:
        """What the heads of a layer gather, [tokens, heads * size]."""
        size = module.head_dim
        query, key, value = (
            functional.linear(states, part.weight, part.bias).view(len(states), -1, size)
            for part in (module.q_proj, module.k_proj, module.v_proj)
        )
        query, key, value = (
            part.transpose(0, 1)[None]
            for part in (_rotated(query, *rotation), _rotated(key, *rotation), value)
        )
        if cache is not None:
            key, value = cache.update(key, value, number)
        window = getattr(module, "sliding_window", self.window)
        found = attend_along(paths, query, key, value, window, multiply(module.scaling))
        return found.flatten(1)


def _normed(states: torch.Tensor, norm: Any) -> torch.Tensor:
    """States by the root of their mean square, times the norm's weights, in float32."""
    wide = states.to(torch.float32, copy=True)
    length = torch.linalg.vector_norm(wide, dim=-1, keepdim=True)
    scale = length.square_().div_(states.shape[-1]).add_(norm.variance_epsilon).rsqrt_()
    return wide.mul_(scale).mul_(norm.weight.float()).to(states.dtype)


def _rotated(states: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Rotate pairs of a first and a second half [tokens, heads, size] by their positions."""
    half = states.shape[-1] // 2
    rotated = states * cos
    rotated[..., :half].addcmul_(states[..., half:], sin[..., :half], value=-1)
    rotated[..., half:].addcmul_(states[..., :half], sin[..., half:])
    return rotated


def _product(
    states: torch.Tensor,
    layer: nn.Linear,
    activation: str = "none",
    *,
    times: torch.Tensor | None = None,
    add: torch.Tensor | None = None,
) -> torch.Tensor:
    """Compute a linear layer with what follows it."""
    kernel, weight, bias = torch.ops.mkldnn._linear_pointwise, layer.weight, layer.bias
    found: torch.Tensor
    if times is not None:
        found = kernel.binary(states, times, weight, bias, "mul")
    elif add is not None:
        found = kernel.binary(states, add, weight, bias, "add")
    else:
        found = kernel(states, weight, bias, activation, [], "")
    return found
