"""The speeds of this machine, with products that take no time."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import pytest
import torch

from benchprof.plan import measured
from benchprof.plan.machine import CPU


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_speeds_are_what_was_done_by_the_time_it_took(
    monkeypatch: pytest.MonkeyPatch, dtype: str
) -> None:
    """A clock that goes on by a second at each look, and sizes of which 2 are multiplied."""
    for name, value in (("SIDE", 4), ("MATRICES", 3), ("ROWS", 8), ("FEW", 2), ("FLOATS", 10_000)):
        monkeypatch.setattr(measured, name, value)
    monkeypatch.setattr(measured, "FILE", 1 << 21)
    ticks = iter(range(100))
    monkeypatch.setattr("time.perf_counter", lambda: float(next(ticks)))
    found = measured.measured_machine.__wrapped__(torch.device("cpu"), dtype)
    itemsize = {"float32": 4, "bfloat16": 2}[dtype]
    bandwidth = 10_000 * 2 * (4 + itemsize)
    assert found == replace(
        CPU,
        # 3 matrices of 16 weights, 2 operations a weight and row.
        flops=2 * 16 * 3 * 8,
        # Forward, to the inputs and to the weights, less the time of weights read twice and
        # gradients written once; no faster than with all rows.
        flops_of_one=576 / max(1 - 3 * 48 * itemsize / bandwidth, 576 / 768),
        # A gradient read and written, a sum read and written.
        bandwidth=bandwidth,
        storage=1 << 21,
    )


def test_a_measured_machine_has_real_speeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measured, "SIDE", 64)
    monkeypatch.setattr(measured, "FLOATS", 1000)
    monkeypatch.setattr(measured, "FILE", 1 << 20)
    found = measured.measured_machine.__wrapped__(torch.device("cpu"), "float32")
    speeds = [getattr(found, own.name) for own in fields(found) if own.type == "float"]
    assert len(speeds) == 5
    assert all(math.isfinite(speed) and speed >= 0 for speed in speeds)


def test_a_rough_measurement_is_of_products_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that goes on by two seconds at each look."""
    monkeypatch.setattr(measured, "ROUGH", {"cpu": (8, 4)})
    ticks = iter(range(0, 100, 2))
    monkeypatch.setattr("time.perf_counter", lambda: float(next(ticks)))
    found = measured.roughly_measured(torch.device("cpu"), "bfloat16")
    # 8 rows times 16 weights, 2 operations each.
    assert found == replace(CPU, flops=128, flops_of_one=128)
