"""As many threads as a job was granted, in every library that starts its own."""

from __future__ import annotations

import contextlib
import os

from threadpoolctl import threadpool_limits


def use_threads(threads: int) -> None:
    """Let torch, OpenMP, MKL, OpenBLAS and the tokenizers use as many threads as this.

    Snakemake sets the variables of the first four before a job's libraries load; this also holds
    where somebody calls a function without it, and for libraries that have loaded already. Programs
    and processes that the job starts inherit the variables.
    """
    import torch  # noqa: PLC0415  a job without a model needs none

    for library in ("OMP", "MKL", "OPENBLAS", "NUMEXPR", "RAYON"):
        os.environ[f"{library}_NUM_THREADS"] = str(threads)
    # Their pool starts at its first use, and without it a fork later is safe.
    os.environ["TOKENIZERS_PARALLELISM"] = "true" if threads > 1 else "false"
    threadpool_limits(threads)
    torch.set_num_threads(threads)
    # Torch takes this once, before the first operator that runs beside others.
    with contextlib.suppress(RuntimeError):
        torch.set_num_interop_threads(threads)
