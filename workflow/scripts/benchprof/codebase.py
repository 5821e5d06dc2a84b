"""Which modules decide the numbers of each expensive stage.

Snakemake does not see that an imported module changed, so rules carry these digests in their
`params` and the store in its keys. Whatever is not listed can be edited without a rerun.
"""

from __future__ import annotations

from benchprof import digests

MODULES = {
    "importance": (
        "benchprof.abilities.prompt",
        "benchprof.importance.example",
        "benchprof.importance.scores",
        "benchprof.models.family",
    ),
    "masks": (
        "benchprof.masks.control",
        "benchprof.masks.selection",
        "benchprof.masks.threshold",
    ),
    "evaluation": (
        "benchprof.evaluation.generation",
        "benchprof.evaluation.packing",
        "benchprof.evaluation.record",
        "benchprof.evaluation.requests",
        "benchprof.evaluation.scorer",
        "benchprof.evaluation.tree",
        "benchprof.masks.ablation",
    ),
}


def digest_of(stage: str) -> str:
    """Digest of the code behind a stage's numbers."""
    return digests.of_modules(MODULES[stage])
