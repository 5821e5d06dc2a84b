"""Which device is taken, what is said of it, and what a device without float64 is spared."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from benchprof.errors import RetriableError
from benchprof.models.device import fast_halves, resolve_device, tell_choice, with_float64
from benchprof.scoring.generation import free_cached_memory


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Lets this machine seem to have devices and instructions."""

    def has(
        cuda: tuple[int, int] | None = None, count: int = 2, mps: bool = False, bf16: bool = False
    ) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda is not None)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: cuda)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
        monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: bf16)
        monkeypatch.setattr(torch.cpu, "_is_amx_fp16_supported", lambda: False)

    return has


@pytest.mark.parametrize(
    ("found", "device", "says"),
    [
        ({}, "cuda", "device: cuda: torch finds no CUDA devices here"),
        ({"cuda": (9, 0), "count": 1}, "cuda:1", "device: cuda:1: torch finds 1 CUDA device here"),
    ],
)
def test_a_cuda_device_that_is_not_there_is_refused(
    machine: Any, found: dict[str, Any], device: str, says: str
) -> None:
    machine(**found)
    with pytest.raises(RetriableError, match=says):
        resolve_device(device)


@pytest.mark.parametrize(
    ("found", "taken"),
    [
        ({"cuda": (9, 0), "mps": True}, "cuda"),
        ({"mps": True}, "mps"),
        ({}, "cpu"),
    ],
)
def test_auto_is_cuda_or_else_mps_or_else_the_processor(
    machine: Any, found: dict[str, Any], taken: str
) -> None:
    machine(**found)
    assert resolve_device("auto") == torch.device(taken)
    # Who names a device gets it.
    assert resolve_device("cpu") == torch.device("cpu")


def test_a_cuda_device_that_is_named_is_taken(machine: Any) -> None:
    machine(cuda=(9, 0), count=2)
    assert resolve_device("cuda") == torch.device("cuda")
    assert resolve_device("cuda:1") == torch.device("cuda", 1)


@pytest.mark.parametrize(
    ("found", "device", "halves"),
    [
        ({"cuda": (9, 0)}, "cuda", ("float16", "bfloat16")),
        ({"cuda": (7, 5)}, "cuda", ("float16",)),
        ({"mps": True}, "mps", ("float16",)),
        ({"bf16": True}, "cpu", ("bfloat16",)),
        ({}, "cpu", ()),
    ],
)
def test_half_precisions_that_are_fast(
    machine: Any, found: dict[str, Any], device: str, halves: tuple[str, ...]
) -> None:
    machine(**found)
    assert fast_halves(torch.device(device)) == halves


def test_one_line_says_what_was_taken_and_whether_the_dtype_is_fast(
    machine: Any, caplog: pytest.LogCaptureFixture
) -> None:
    machine(cuda=(7, 5))
    caplog.set_level(logging.INFO)
    tell_choice("auto", resolve_device("auto"), "bfloat16")
    (said,) = caplog.messages
    assert said.startswith("device cuda (there is a CUDA device), dtype bfloat16: ")
    assert said.endswith("float16 would be faster here, as another run")


def test_float64_is_computed_on_the_processor_for_mps() -> None:
    class OnMps:
        device = SimpleNamespace(type="mps")

        def cpu(self) -> torch.Tensor:
            return torch.ones(2)

    assert torch.equal(with_float64(OnMps()), torch.ones(2))  # type: ignore[arg-type]
    here = torch.zeros(2)
    assert with_float64(here) is here


def test_memory_that_mps_keeps_is_given_back(machine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[str] = []
    monkeypatch.setattr(torch.mps, "empty_cache", lambda: given.append("mps"))
    machine()
    free_cached_memory()
    assert not given
    machine(mps=True)
    free_cached_memory()
    assert given == ["mps"]
