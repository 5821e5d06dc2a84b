"""The evaluation of one benchmark, without a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchprof.evaluation.assignment import Assignment
from benchprof.evaluation.intervention import Intervention
from benchprof.evaluation.job import evaluate_benchmarks
from benchprof.evaluation.settings import ModelSettings
from benchprof.importance.example import Example
from benchprof.models.ablation import Method
from benchprof.models.mask import Mask
from benchprof.sandbox.sandbox import Sandbox
from benchprof.store import Store
from benchprof.tasks.source import TaskSource


def evaluate_benchmark(
    model: ModelSettings,
    source: TaskSource,
    limit: int | None,
    seed: int,
    masks: Mapping[str, Mask],
    method: Method,
    targets: Mapping[str, Path],
    store: Store,
    run_code_unsafely: bool = False,
    open_sandbox: Callable[..., Sandbox] = Sandbox,
    mean_over: Sequence[Example] = (),
) -> None:
    """Write the record of every ablation of one benchmark to its target.

    Args and errors: as of `Assignment`, `Intervention` and `evaluate_benchmarks`.
    """
    evaluate_benchmarks(
        model, [Assignment(source, limit, targets)], seed, masks,
        Intervention(method, mean_over), store, run_code_unsafely, open_sandbox,
    )  # fmt: skip
