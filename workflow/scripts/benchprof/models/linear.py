"""Float32 linear layers by oneDNN, on processors where torch's own are slow.

torch gives float32 products to MKL, which runs AVX2 code on AVX-512 processors that are not
Intel's; oneDNN uses what they have. On a GPU, in half precision and on other processors nothing
changes.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import torch
from torch import nn

BLOCK = 192
"""MKL adds up products in blocks of this many (found by comparing bits)."""
FEWEST = 128
"""Positions below which copying the weights' blocks costs more than the faster kernel gains."""


def speed_up_scoring(model: nn.Module) -> None:
    """Let the layers of a model that is only read compute by oneDNN, to the same bits as before.

    Not the head, whose weights are too many to copy for the positions that are scored at once.
    """
    # Only models of transformers have it. To import their class for a check takes two seconds.
    head = getattr(model, "get_output_embeddings", lambda: None)()
    _replace(model, ScoringLinear, head)


def speed_up_gradients(model: nn.Module) -> None:
    """Let the layers of a model compute by oneDNN, forward and backward, rounded differently.

    Its sums are longer: their error is half as large again as MKL's, which scores of importance do
    not notice, but log-likelihoods that are compared with those of other programs might.
    """
    _replace(model, GradientLinear, None)


@functools.cache
def is_faster() -> bool:
    """Whether torch's build has the kernel, and this is an AVX-512 processor of another maker."""
    info = Path("/proc/cpuinfo")
    return (
        torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
        and hasattr(torch.ops.mkldnn, "_linear_pointwise")
        and torch.backends.cpu.get_cpu_capability() == "AVX512"
        and info.is_file()
        and "GenuineIntel" not in info.read_text(encoding="utf-8", errors="replace")
    )


def _replace(model: nn.Module, kind: type[nn.Linear], kept: nn.Module | None) -> None:
    for module in model.modules():
        # Not a subclass of Linear, which may compute something else. Parameters stay where they
        # are, so that ablations edit them as before.
        if type(module) is nn.Linear and module is not kept and _is_slow(module.weight):
            module.__class__ = kind


def _is_slow(weight: torch.Tensor) -> bool:
    return is_faster() and weight.dtype is torch.float32 and weight.device.type == "cpu"


class ScoringLinear(nn.Linear):
    """`nn.Linear` without gradients, added up in MKL's blocks."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:  # noqa: A002
        """[..., features in] to [..., features out]."""
        flat = input.reshape(-1, self.in_features)
        if len(flat) < FEWEST or torch.is_grad_enabled():
            return super().forward(input)
        # The kernel is wrong and slow on weights that are not contiguous, hence the copies.
        pairs = zip(flat.split(BLOCK, -1), self.weight.split(BLOCK, -1), strict=True)
        products = (_linear(x.contiguous(), weight.contiguous()) for x, weight in pairs)
        output = next(products)
        for product in products:
            output += product
        if self.bias is not None:
            output += self.bias
        return output.reshape(*input.shape[:-1], self.out_features)


class GradientLinear(nn.Linear):
    """`nn.Linear` whose gradients are products of the same kernel."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:  # noqa: A002
        """[..., features in] to [..., features out]."""
        product: torch.Tensor = Product.apply(input, self.weight)
        return product if self.bias is None else product + self.bias


class Product(torch.autograd.Function):
    """x · Wᵀ."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        """x [..., in] and W [out, in] to [..., out]."""
        ctx.save_for_backward(x, weight)
        return _linear(x, weight.contiguous())

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        """Gradients of x and W, where they are needed."""
        (gradient,) = gradients
        x, weight = ctx.saved_tensors
        of_x = of_weight = None
        if ctx.needs_input_grad[0]:
            of_x = _linear(gradient, weight.t())
        if ctx.needs_input_grad[1]:
            rows = gradient.reshape(-1, gradient.shape[-1])
            of_weight = _linear(rows.t(), x.reshape(-1, x.shape[-1]).t())
        return of_x, of_weight


def _linear(x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    product: torch.Tensor = torch.ops.mkldnn._linear_pointwise(x, weight, None, "none", [], "")
    return product
