"""The speeds of the machine that this runs on, measured in half a minute."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
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


@cache
def measured_machine(device: torch.device, dtype: str) -> Machine:
    """What a device reaches with weights of a type, and the disk of this folder.

    Operations: products of full batches with weights, and those of one example, forward and
    backward to inputs and weights. Memory: a gradient folded into float32 sums, as
    importance does. Storage: a file until it is on the disk. What a small pass takes at least is
    assumed.
    """
    if device.type == "mps" or (device.type == "cuda" and not torch.cuda.is_available()):
        remedy = "State speeds instead (--help), or add --cpu."
        raise InputError("--here", f"the device {device}", "a CPU or a CUDA device", remedy)
    stated = CPU if device.type == "cpu" else GPU
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
