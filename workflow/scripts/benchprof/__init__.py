"""Benchmark Profiling: which abilities a language-model benchmark really tests.

The folders are the stages of the pipeline and what they share; docs/explanation/architecture.md
has the map. `benchprof.configuration`, `run` and `jobs` say what a run is. Everything else takes
values and paths. Nothing here imports snakemake.
"""

import os

# Before any library loads that has threads. Threads that wait by spinning hold the cores that the
# threads of another job need: two jobs of two threads on two cores then hardly get on.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

__version__ = "2.0.0"
