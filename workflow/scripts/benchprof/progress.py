"""How far a job is: a bar on a terminal, sparse whole lines in a log.

Every bar is tqdm's, also those of transformers, datasets and lm-eval. tqdm has no setting that
reaches bars which other libraries make. So this module replaces methods of it for a while.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import logging
import os
import statistics
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from tqdm import tqdm

logger = logging.getLogger(__name__)
INTERVAL = 60.0
"""Seconds before a bar's first line in a log, and between two. Shorter work needs none."""
SURE = 0.1
"""Share of the work after which a bar on a terminal says how long the rest takes, at the latest
after `INTERVAL`: the first steps are the slowest."""
RECENT = 5
"""Intervals from whose rates a log says how long the rest takes: the machine may be busier than it
was, and the job may have been stopped for hours."""
PAUSE = 3
"""A first interval so many times as long as usual tells nothing of the rest."""
BUSY = 1.5
"""A machine is called busy where its load would keep so many times its cores busy."""
UNSURE = "{l_bar}{bar}| {n_fmt}/{total_fmt} [{elapsed}, {rate_fmt}]"

_meter: Any = tqdm.format_meter


@contextlib.contextmanager
def shown(terminal: bool) -> Iterator[None]:
    """Show the block's bars on a terminal, each until it is done, or tell of them in the log."""
    methods: dict[str, Any] = {"display": _tell}
    if terminal:
        # A job may have a hundred bars, one after another; the log says what is done.
        vanishing = functools.partialmethod(tqdm.__init__, leave=False)
        methods = {"format_meter": staticmethod(_bar), "__init__": vanishing}
    replaced = {name: inspect.getattr_static(tqdm, name) for name in methods}
    _set(methods)
    try:
        yield
    finally:
        _set(replaced)


def _set(methods: Mapping[str, Any]) -> None:
    for name, method in methods.items():
        setattr(tqdm, name, method)


def duration(seconds: float) -> str:
    """Seconds as a person says them: 40 seconds, 1 minute, 35 minutes, 2 hours 5 minutes."""
    if round(seconds) < 60:
        return _count(round(seconds), "second")
    hours, minutes = divmod(round(seconds / 60), 60)
    parts = [_count(hours, "hour")] * bool(hours) + [_count(minutes, "minute")] * bool(minutes)
    return " ".join(parts)


def crowding(threads: int) -> float:
    """How many times as long so many threads take beside what runs on this machine; at least 1."""
    return max(1.0, (os.getloadavg()[0] + threads) / (os.cpu_count() or 1))


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _bar(n: float, total: float | None, elapsed: float, **form: Any) -> str:
    """A bar's text on a terminal: `tqdm.format_meter` without wild estimates."""
    if total and elapsed < INTERVAL and n < SURE * total and not form.get("bar_format"):
        form["bar_format"] = UNSURE
    text: str = _meter(n, total, elapsed, **form)
    return text


def _tell(bar: Any, msg: str | None = None, pos: int | None = None) -> bool:  # noqa: ARG001
    """Log how far a bar is, once an interval, in place of `tqdm.display`."""
    # When it closes, it would end a line that it has never begun.
    bar.leave = False
    state = bar.format_dict
    elapsed, told = state["elapsed"], getattr(bar, "told", 0.0)
    if msg is None and elapsed - told >= INTERVAL:
        bar.told = elapsed
        if not hasattr(bar, "marks"):
            bar.marks = deque([(0.0, state["initial"])], maxlen=RECENT + 1)
        if state["n"] > bar.marks[-1][1]:
            bar.marks.append((elapsed, state["n"]))
        logger.info("%s", _line(state, bar.marks))
    return False


def _line(state: dict[str, Any], marks: Sequence[tuple[float, float]]) -> str:
    """How far the work is, how long it took, and how long the rest takes at the recent rate.

    Args:
        state: of the bar.
        marks: the last times at which the log was told of progress, with what was done then.
    """
    name = state["prefix"].removesuffix(": ") or "progress"
    done, total, elapsed = state["n"], state["total"], state["elapsed"]
    if not total:
        return f"{name}: {done:,} {state['unit']} in {duration(elapsed)}"
    # The lower median, which an interval with a pause does not reach.
    paces = [(end - begin) / (more - less) for (begin, less), (end, more) in pairwise(marks)]
    left = ""
    # A first interval as long as several may be one in which the job was stopped.
    if len(paces) > 1 or (paces and marks[-1][0] < PAUSE * INTERVAL):
        left = f", about {duration((total - done) * statistics.median_low(paces))} left"
        left += " (the machine is busy)" * (crowding(0) >= BUSY)
    return f"{name}: {done / total:.0%} in {duration(elapsed)}{left}"
