"""Freed memory is used again, and another C library is left alone."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest
import torch

from benchprof.models import allocation

PROGRAM = """
import resource, sys
import torch
from benchprof.models.allocation import give_back_freed_memory, keep_freed_memory
if sys.argv[1] != "by default":
    assert keep_freed_memory(torch.device("cpu"))
torch.ones(10 << 20)
faults = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt
before = faults()
for _ in range(10):
    torch.ones(10 << 20)  # 40 MiB
    if sys.argv[1] == "given back":
        give_back_freed_memory()
print(faults() - before)
"""


def faults(setting: str) -> int:
    """Pages that the system gave to a process for ten blocks of 40 MiB after a first one."""
    command = [sys.executable, "-c", PROGRAM, setting]
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("MALLOC_", "GLIBC_", "LD_"))}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=plain)
    return int(done.stdout)


@pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc" or platform.machine() != "x86_64",
    reason="not glibc, or torch may have an allocator of its own",
)
def test_a_freed_block_is_used_again() -> None:
    kept = 10 * faults("kept")
    assert kept < faults("by default")
    assert kept < faults("given back")


@pytest.mark.parametrize(("device", "library"), [("cpu", "musl"), ("cuda", "glibc")])
def test_elsewhere_nothing_changes(
    monkeypatch: pytest.MonkeyPatch, device: str, library: str
) -> None:
    monkeypatch.setattr(platform, "libc_ver", lambda: (library, ""))
    monkeypatch.delattr(allocation.ctypes, "CDLL")
    assert not allocation.keep_freed_memory(torch.device(device))
    if library == "musl":
        allocation.give_back_freed_memory()
