"""Benchmark Profiling: which abilities a language-model benchmark really tests.

The folders are the stages of the pipeline: models, abilities, importance, masks, evaluation,
profile, report. Functions take values and paths; nothing here reads the configuration or imports
snakemake.
"""

import os

# Before any library loads that has threads. Threads that wait by spinning hold the cores that the
# threads of another job need: two jobs of two threads on two cores then hardly get on.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

__version__ = "0.1.0"
