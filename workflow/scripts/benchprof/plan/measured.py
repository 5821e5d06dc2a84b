"""The speeds of the machine that this runs on, measured in a few seconds."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from functools import cache

import torch

from benchprof.plan.machine import CPU, GPU, Machine

SIDE, MATRICES = 4096, 24
"""Square weights, more of them than any cache holds."""
ROWS = 4096
"""Tokens of a full batch on a processor."""
FLOATS = 1 << 26
"""Numbers that are added to others of their kind: 256 MiB each."""
FILE = 1 << 29
"""Bytes of the file that is written."""


@cache
def measured_machine(device: torch.device, dtype: str) -> Machine:
    """What a device reaches with weights of a type, and the disk of this folder.

    Operations: products of full batches with weights. Memory: float32 numbers added in place, as
    importance adds them up. Storage: a file until it is on the disk. What a small pass takes at
    least is assumed.
    """
    stated = CPU if device.type == "cpu" else GPU
    as_used = {"dtype": getattr(torch, dtype), "device": device}
    weights = torch.randn(MATRICES, SIDE, SIDE, **as_used)
    rows = torch.randn(ROWS, SIDE, **as_used)

    def multiply() -> None:
        for weight in weights:
            torch.nn.functional.linear(rows, weight)

    sums, added = (torch.zeros(FLOATS, device=device) for _ in range(2))
    return Machine(
        flops=2 * ROWS * SIDE**2 * MATRICES / _seconds(multiply, device),
        bandwidth=3 * sums.nbytes / _seconds(lambda: sums.add_(added), device),
        latency=stated.latency,
        storage=FILE / _write(),
        gpu=stated.gpu,
    )


def _seconds(work: Callable[[], object], device: torch.device) -> float:
    """The second of two times: the first one makes what the others find made."""
    seconds = 0.0
    for _ in range(2):
        _finish(device)
        started = time.perf_counter()
        work()
        _finish(device)
        seconds = time.perf_counter() - started
    return seconds


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
