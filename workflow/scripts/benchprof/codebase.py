"""Which modules decide the numbers of each stage.

Snakemake does not see that an imported module changed, so rules carry these digests in their
`params` and the store in its keys. Whatever is not listed can be edited without a rerun.
"""

from __future__ import annotations

from benchprof import digests

MODULES = {
    "importance": (
        "benchprof.abilities.item",
        "benchprof.abilities.prompt",
        "benchprof.importance.activations",
        "benchprof.importance.checkpointing",
        "benchprof.importance.example",
        "benchprof.importance.gradients",
        "benchprof.importance.loss",
        "benchprof.importance.memory",
        "benchprof.importance.scores",
        "benchprof.models.family",
        "benchprof.models.linear",
        "benchprof.models.loading",
        "benchprof.sampling",
    ),
    "masks": (
        "benchprof.masks.control",
        "benchprof.masks.job",
        "benchprof.masks.selection",
        "benchprof.masks.shares",
        "benchprof.masks.size",
        "benchprof.masks.specific",
        "benchprof.masks.threshold",
        "benchprof.models.family",
        "benchprof.sampling",
    ),
    "evaluation": (
        "benchprof.evaluation.attention",
        "benchprof.evaluation.generation",
        "benchprof.evaluation.packing",
        "benchprof.evaluation.record",
        "benchprof.evaluation.requests",
        "benchprof.evaluation.chat",
        "benchprof.evaluation.decoder",
        "benchprof.evaluation.definition",
        "benchprof.evaluation.forward",
        "benchprof.evaluation.functions",
        "benchprof.evaluation.isolated",
        "benchprof.evaluation.overlay",
        "benchprof.evaluation.program",
        "benchprof.evaluation.sandbox",
        "benchprof.evaluation.scorer",
        "benchprof.evaluation.syscalls",
        "benchprof.evaluation.tasks",
        "benchprof.evaluation.tiles",
        "benchprof.evaluation.tree",
        "benchprof.masks.ablation",
        "benchprof.models.family",
        "benchprof.models.linear",
        "benchprof.models.loading",
        "benchprof.sampling",
    ),
    "calibration": (
        "benchprof.calibration",
        "benchprof.profile.impact",
        "benchprof.profile.scores",
        "benchprof.profile.units",
    ),
    "profile": ("benchprof.profile",),
}


def digest_of(stage: str) -> str:
    """Digest of the code behind a stage's numbers."""
    return digests.of_modules(MODULES[stage])
