"""The speeds of the machine that this runs on, measured in half a minute or roughly at once."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import torch

from benchprof.errors import InputError
from benchprof.plan.machine import CPU, GPU, Machine

SIDE, MATRICES = 4096, 24
"""Square weights, more of them than any cache holds."""
ROWS, FEW = 4096, 64
"""Tokens of a full batch on a processor, and of one example."""
FLOATS = 1 << 26
"""Numbers that are added up: 256 MiB in float32."""
ROUNDS = 4
FILE = 1 << 29
"""Bytes of the file that is written."""
ROUGH = {"cpu": (256, 2048), "cuda": (4096, 4096)}
"""Rows and side of the one product that a rough measurement times."""


@cache
def measured_machine(device: torch.device, dtype: str) -> Machine:
    """What a device reaches with weights of a type, and the disk of this folder.

    Operations: products of full batches with weights, and those of one example, forward and
    backward to inputs and weights. Memory: a gradient folded into float32 sums, as
    importance does. Storage: a file until it is on the disk. What a small pass takes at least is
    assumed.
    """
    stated = _stated(device)
    as_used = {"dtype": getattr(torch, dtype), "device": device}
    weights = torch.randn(MATRICES, SIDE, SIDE, **as_used)
    many, few = torch.randn(ROWS, SIDE, **as_used), torch.randn(FEW, SIDE, **as_used)

    def forward() -> None:
        for weight in weights:
            torch.nn.functional.linear(many, weight)

    def both_ways() -> None:
        for weight in weights:
            torch.nn.functional.linear(few, weight)
            few @ weight
            few.T @ few

    products, size = 2 * SIDE**2 * MATRICES, weights.nbytes
    flops = ROWS * products / _seconds(forward, device)
    of_one = _seconds(both_ways, device)
    del weights, many
    sums = torch.zeros(FLOATS, device=device)
    gradient = torch.ones(FLOATS, **as_used)
    # As the plan counts it: a gradient written and read, a sum read and written.
    folded = 2 * (sums.nbytes + gradient.nbytes)
    bandwidth = folded / _seconds(lambda: sums.add_(gradient.abs_()), device)
    operations = 3 * FEW * products
    return Machine(
        flops=flops,
        # Without the time that weights and their gradients take on their way, which the plan adds.
        flops_of_one=operations / max(of_one - 3 * size / bandwidth, operations / flops),
        bandwidth=bandwidth,
        latency=stated.latency,
        storage=FILE / _write(),
        gpu=stated.gpu,
    )


def roughly_measured(device: torch.device, dtype: str) -> Machine:
    """The stated machine at the speed of products that this one reaches, in a second or two.

    That speed differs most between machines: a processor without instructions for bfloat16
    multiplies a hundred times slower than one that has them.
    """
    stated = _stated(device)
    rows, side = ROUGH[device.type]
    as_used = {"dtype": getattr(torch, dtype), "device": device}
    batch, weight = torch.randn(rows, side, **as_used), torch.randn(side, side, **as_used)
    seconds = _seconds(lambda: torch.nn.functional.linear(batch, weight), device)
    flops = 2 * rows * side**2 / seconds
    return replace(stated, flops=flops, flops_of_one=flops)


def _stated(device: torch.device) -> Machine:
    """What is assumed of a device where it is not measured."""
    if device.type == "mps" or (device.type == "cuda" and not torch.cuda.is_available()):
        remedy = "State speeds instead (--help), or add --cpu."
        raise InputError("--here", f"the device {device}", "a CPU or a CUDA device", remedy)
    return CPU if device.type == "cpu" else GPU


def _seconds(work: Callable[[], object], device: torch.device) -> float:
    """The least of several times: other work only adds to them."""
    seconds = []
    for _ in range(ROUNDS):
        _finish(device)
        started = time.perf_counter()
        work()
        _finish(device)
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def _finish(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _write() -> float:
    """Seconds until `FILE` bytes are on the disk."""
    content = os.urandom(1 << 20)
    with tempfile.TemporaryFile(dir=".") as file:
        started = time.perf_counter()
        for _ in range(FILE // len(content)):
            file.write(content)
        file.flush()
        os.fsync(file.fileno())
        return time.perf_counter() - started
