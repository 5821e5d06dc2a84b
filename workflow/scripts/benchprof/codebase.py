"""Which modules decide what each stage makes: numbers, tables, figures and texts.

Snakemake does not see that an imported module changed, so jobs carry these digests in their
settings and the store in its keys. A stage's job is listed too: it says which items are scored, in
which order and with which settings. Whatever is not listed can be edited without a rerun, and so
can every docstring and comment.
"""

from __future__ import annotations

from benchprof import digests

LOADED = (
    "benchprof.models.anatomy",
    "benchprof.models.loading",
    "benchprof.models.scope",
    "benchprof.models.units",
    "benchprof.scoring.rotary",
    "benchprof.scoring.structure",
)
"""What a model is once it is loaded: its weights in scope, its units, its layers."""
PASSES = (
    *LOADED,
    "benchprof.importance.checkpointing",
    "benchprof.importance.choices",
    "benchprof.importance.gradients",
    "benchprof.importance.loss",
    "benchprof.importance.memory",
    "benchprof.models.linear",
    "benchprof.scoring.obstacle",
)
"""What a pass over examples comes to."""
ATTRIBUTIONS = ("benchprof.importance.attributions", *PASSES)
"""The modules of attributions, which the scores of weights use too."""
SCORED = (
    "attention", "budget", "cache", "decoder", "dimensions", "encoder", "forward", "obstacle",
    "packing", "plan", "rotary", "scorer", "structure", "target", "tiles", "tree", "trial",
)  # fmt: skip
"""What log-likelihoods of texts that share passes come to."""
ANALYSIS = (
    "benchprof.analysis",
    "benchprof.profile.criteria",
    "benchprof.report.names",
    "benchprof.report.numbers",
    "benchprof.report.style",
    "benchprof.run.ablation",
)
SELECTIVITY = (
    "benchprof.abilities.item",
    "benchprof.evaluation.responses",
    "benchprof.profile.form",
    "benchprof.profile.guessing",
    "benchprof.profile.impact",
    "benchprof.profile.reason",
    "benchprof.profile.resampling",
    "benchprof.profile.settings",
    "benchprof.profile.units",
    "benchprof.sampling",
    "benchprof.tasks.guessing",
)
TOLD = (
    "benchprof.models.source",
    "benchprof.portable",
    "benchprof.profile.job",
    "benchprof.profile.key",
    "benchprof.profile.shown",
    "benchprof.run.ablation",
    "benchprof.run.configuration",
)
"""What the methods text tells of, which the report's page has too."""
MODULES = {
    # What the files of a converted model hold.
    "conversion": (
        "benchprof.models.conversion",
        "benchprof.models.gguf_metadata",
        "benchprof.models.weight_file",
    ),
    "importance": (
        *ATTRIBUTIONS,
        "benchprof.abilities.item",
        "benchprof.abilities.prompt",
        "benchprof.importance.attribution_scores",
        "benchprof.importance.example",
        "benchprof.importance.groups",
        "benchprof.importance.item_gradients",
        "benchprof.importance.items",
        "benchprof.importance.job",
        "benchprof.importance.knock_out_scores",
        "benchprof.importance.lasso",
        "benchprof.importance.rounding",
        "benchprof.importance.scores",
        "benchprof.importance.scoring",
        "benchprof.importance.unit_job",
        "benchprof.importance.unit_scores",
        "benchprof.scoring.chat",
        "benchprof.scoring.thinking",
        "benchprof.sampling",
    ),
    "attributions": ATTRIBUTIONS,
    "knock_outs": (
        "benchprof.importance.example",
        "benchprof.importance.knock_outs",
        "benchprof.importance.loss",
        "benchprof.masks.ablation",
        "benchprof.models.anatomy",
        "benchprof.models.linear",
        "benchprof.models.loading",
        "benchprof.models.scope",
        "benchprof.models.units",
        *(f"benchprof.scoring.{name}" for name in SCORED),
    ),
    "levels": (
        "benchprof.abilities.item",
        "benchprof.abilities.prompt",
        "benchprof.importance.example",
        "benchprof.importance.items",
        "benchprof.importance.levels",
        "benchprof.models.anatomy",
        "benchprof.models.inputs",
        "benchprof.models.scope",
        "benchprof.models.units",
        "benchprof.scoring.chat",
        "benchprof.scoring.structure",
        "benchprof.scoring.thinking",
        "benchprof.sampling",
    ),
    "masks": (
        "benchprof.masks.control",
        "benchprof.masks.job",
        "benchprof.masks.origin",
        "benchprof.masks.parts",
        "benchprof.masks.rankings",
        "benchprof.masks.remaining",
        "benchprof.masks.selection",
        "benchprof.masks.shares",
        "benchprof.masks.size",
        "benchprof.masks.specific",
        "benchprof.masks.threshold",
        "benchprof.models.anatomy",
        "benchprof.models.scope",
        "benchprof.models.units",
        "benchprof.scoring.structure",
        "benchprof.sampling",
    ),
    "super": (
        "benchprof.importance.choices",
        "benchprof.importance.example",
        "benchprof.importance.loss",
        "benchprof.masks.ablation",
        "benchprof.masks.shares",
        "benchprof.masks.super_job",
        "benchprof.masks.super_set",
        "benchprof.masks.threshold",
        *LOADED,
    ),
    "listed": (
        "benchprof.masks.listed",
        "benchprof.masks.origin",
        "benchprof.models.anatomy",
        "benchprof.models.scope",
        "benchprof.models.units",
        "benchprof.scoring.structure",
    ),
    "evaluation": (
        "benchprof.evaluation.assignment",
        "benchprof.evaluation.batch",
        "benchprof.evaluation.intervention",
        "benchprof.evaluation.job",
        "benchprof.evaluation.questions",
        "benchprof.evaluation.record",
        "benchprof.evaluation.settings",
        "benchprof.masks.ablation",
        "benchprof.models.anatomy",
        "benchprof.models.linear",
        "benchprof.models.loading",
        "benchprof.models.scope",
        "benchprof.models.units",
        "benchprof.sampling",
        "benchprof.sandbox.isolated",
        "benchprof.sandbox.program",
        "benchprof.sandbox.sandbox",
        "benchprof.sandbox.syscalls",
        "benchprof.scoring.chat",
        "benchprof.scoring.generation",
        "benchprof.scoring.generation_settings",
        "benchprof.scoring.thinking",
        "benchprof.tasks.columns",
        "benchprof.tasks.definition",
        "benchprof.tasks.document",
        "benchprof.tasks.functions",
        "benchprof.tasks.guessing",
        "benchprof.tasks.local",
        "benchprof.tasks.metrics",
        "benchprof.tasks.overlay",
        "benchprof.tasks.requests",
        "benchprof.tasks.source",
        *(f"benchprof.scoring.{name}" for name in SCORED),
    ),
    "calibration": (
        "benchprof.calibration",
        "benchprof.tasks.guessing",
        "benchprof.profile.criteria",
        "benchprof.profile.guessing",
        "benchprof.profile.impact",
        "benchprof.profile.key",
        "benchprof.profile.resampling",
        "benchprof.profile.scores",
        "benchprof.profile.source",
        "benchprof.profile.units",
        "benchprof.run.ablation",
        "benchprof.sampling",
    ),
    # Which masks are compared, and how findings say k: `run.ablation`.
    "profile": (
        "benchprof.evaluation.responses",
        "benchprof.tasks.guessing",
        "benchprof.profile",
        "benchprof.run.ablation",
        "benchprof.sampling",
    ),
    # How halves of the train items are drawn and scored.
    "halves": (
        "benchprof.masks.stored",
        "benchprof.replication.halves",
        "benchprof.replication.masks",
    ),
    "replication": ("benchprof.replication.table",),
    # The tables and figures of `snakemake analysis`, of which every run makes those of overlap.
    "analysis": ANALYSIS,
    # What else makes the selectivity table: the kinds of companion, form and its intervals.
    "selectivity": SELECTIVITY,
    # What every figure and table of the report is made with, beside its own modules.
    "exhibits": (
        "benchprof.markdown",
        "benchprof.plain_text",
        "benchprof.profile.criteria",
        "benchprof.report.matrix",
        "benchprof.report.names",
        "benchprof.report.numbers",
        "benchprof.report.outcomes",
        "benchprof.report.sentences",
        "benchprof.report.style",
        "benchprof.run.ablation",
    ),
    "methods": (
        *TOLD,
        "benchprof.profile.criteria",
        "benchprof.profile.software",
        "benchprof.report.methods",
        "benchprof.report.names",
        "benchprof.report.numbers",
        "benchprof.report.references",
        "benchprof.report.templates",
    ),
    "report": (*TOLD, "benchprof.profile.criteria", "benchprof.report"),
    "reading": (
        "benchprof.evaluation.responses",
        "benchprof.plain_text",
        "benchprof.reading",
        "benchprof.spreadsheet",
    ),
    "annotation": (
        "benchprof.annotation",
        "benchprof.markdown",
        "benchprof.plain_text",
        "benchprof.report.names",
        "benchprof.report.numbers",
        "benchprof.spreadsheet",
    ),
    "recovery": (
        *LOADED,
        "benchprof.profile.criteria",
        "benchprof.profile.key",
        "benchprof.profile.shown",
        "benchprof.validation",
    ),
}


def digest_of(stage: str, *more: str) -> str:
    """Digest of the code behind what a stage makes, and of further modules."""
    return digests.of_modules([*MODULES[stage], *more])
