"""Which modules decide the numbers of each stage.

Snakemake does not see that an imported module changed, so rules carry these digests in their
`params` and the store in its keys. A stage's job is listed too: it says which items are scored, in
which order and with which settings. Whatever is not listed can be edited without a rerun, and so
can every docstring and comment.
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
        "benchprof.importance.job",
        "benchprof.importance.loss",
        "benchprof.importance.memory",
        "benchprof.importance.scores",
        "benchprof.models.chat",
        "benchprof.models.family",
        "benchprof.models.linear",
        "benchprof.models.loading",
        "benchprof.models.rotary",
        "benchprof.sampling",
    ),
    "masks": (
        "benchprof.masks.control",
        "benchprof.masks.job",
        "benchprof.masks.parts",
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
        "benchprof.evaluation.decoder",
        "benchprof.evaluation.definition",
        "benchprof.evaluation.forward",
        "benchprof.evaluation.functions",
        "benchprof.evaluation.guessing",
        "benchprof.evaluation.isolated",
        "benchprof.evaluation.job",
        "benchprof.evaluation.overlay",
        "benchprof.evaluation.program",
        "benchprof.evaluation.sandbox",
        "benchprof.evaluation.scorer",
        "benchprof.evaluation.syscalls",
        "benchprof.evaluation.tasks",
        "benchprof.evaluation.tiles",
        "benchprof.evaluation.tree",
        "benchprof.masks.ablation",
        "benchprof.models.chat",
        "benchprof.models.family",
        "benchprof.models.linear",
        "benchprof.models.loading",
        "benchprof.models.rotary",
        "benchprof.sampling",
    ),
    "calibration": (
        "benchprof.calibration",
        "benchprof.evaluation.guessing",
        "benchprof.profile.guessing",
        "benchprof.profile.impact",
        "benchprof.profile.resampling",
        "benchprof.profile.scores",
        "benchprof.profile.units",
        "benchprof.sampling",
    ),
    "profile": ("benchprof.evaluation.guessing", "benchprof.profile", "benchprof.sampling"),
}


def digest_of(stage: str) -> str:
    """Digest of the code behind a stage's numbers."""
    return digests.of_modules(MODULES[stage])
