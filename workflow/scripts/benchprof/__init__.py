"""Benchmark Profiling: which abilities a language-model benchmark really tests.

The folders are the stages of the pipeline: models, abilities, importance, masks, evaluation,
profile, report. Functions take values and paths; nothing here reads the configuration or imports
snakemake.
"""

__version__ = "0.1.0"
