"""Peak memory of a piece of work in a process of its own, for the measurements beside this file."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import torch

THREADS = 2


@dataclass(frozen=True)
class Peak:
    """What one piece of work took.

    Attributes:
        resident: largest resident memory, bytes, pages of mapped files included.
        own: largest memory of the process's own, bytes: what no file can give back.
        seconds: of the work, without starting the process.
        result: what the work returned.
    """

    resident: int
    own: int
    seconds: float
    result: Any


def measured(work: Callable[..., Any], *arguments: Any) -> Peak:
    """Call `work` in a fresh process and watch its memory (Linux)."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_watched, args=(theirs, work, arguments))
    process.start()
    theirs.close()
    try:
        peak: Peak = ours.recv()
    except EOFError:
        process.join()
        raise RuntimeError(f"the process ended with exit code {process.exitcode}") from None
    process.join()
    return peak


def _watched(pipe: Connection, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    torch.set_num_threads(THREADS)
    largest = 0
    done = threading.Event()

    def watch() -> None:
        nonlocal largest
        while not done.wait(0.02):
            largest = max(largest, _status("RssAnon"))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    started = time.perf_counter()
    result = work(*arguments)
    seconds = time.perf_counter() - started
    done.set()
    watcher.join()
    pipe.send(Peak(_status("VmHWM"), largest, seconds, result))


def _status(field: str) -> int:
    text = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in text.splitlines() if line.startswith(f"{field}:"))
    return int(line.split()[1]) * 1024
