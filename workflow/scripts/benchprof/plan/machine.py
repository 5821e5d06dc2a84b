"""The machine that a run is planned for: speeds that are stated, and the one that is measured."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import torch

from benchprof.errors import InputError

ROUNDS = 4
SHAPES = {"cpu": (256, 2048), "cuda": (4096, 4096)}
"""Rows and side of the one product that a measurement times."""


@dataclass(frozen=True)
class Machine:
    """Speeds that jobs really reach, not the data sheet's.

    Attributes:
        flops: floating point operations per second.
        bandwidth: bytes per second between memory and arithmetic.
        step: seconds that one forward pass takes however small it is.
        gpu: whether there is a GPU.
    """

    flops: float
    bandwidth: float
    step: float
    gpu: bool


GPU = Machine(flops=3e14, bandwidth=2e12, step=0.02, gpu=True)
"""One H100 (80 GB): 30% of its bfloat16 arithmetic, 60% of its memory's bandwidth, and what
launching a forward pass of 32 layers from Python takes. Assumed, not measured."""
CPU = Machine(flops=1e11, bandwidth=1e10, step=0.0, gpu=False)
"""Two cores of a server, in float32."""


def roughly_measured(device: torch.device, dtype: str) -> Machine:
    """The stated machine at the speed of products that this one reaches, in a second or two.

    That speed differs most between machines: a processor without instructions for bfloat16
    multiplies a hundred times slower than one that has them.

    Raises:
        InputError: the device is not there, or of a kind that nothing is stated of.
    """
    if device.type not in SHAPES or (device.type == "cuda" and not torch.cuda.is_available()):
        remedy = "State --flops instead, or add --cpu."
        raise InputError("--here", f"the device {device}", "a CPU or a CUDA device", remedy)
    rows, side = SHAPES[device.type]
    as_used = {"dtype": getattr(torch, dtype), "device": device}
    batch, weight = torch.randn(rows, side, **as_used), torch.randn(side, side, **as_used)
    seconds = min(_seconds(batch, weight) for _ in range(ROUNDS))
    stated = CPU if device.type == "cpu" else GPU
    return replace(stated, flops=2 * rows * side**2 / seconds)


def _seconds(batch: torch.Tensor, weight: torch.Tensor) -> float:
    """Of one product. The least of several counts, since other work only adds to them."""
    started = time.perf_counter()
    torch.nn.functional.linear(batch, weight)
    if batch.device.type == "cuda":
        torch.cuda.synchronize(batch.device)
    return time.perf_counter() - started
