"""The configuration of a run: every key, its type and its default, once.

A `description` is what a message quotes as allowed; config.yaml explains each key to a person.
The modules of this package have a section or a few each; what others use is imported from here.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from benchprof.run.configuration.benchmark import (
    Ability,
    AbilitySplit,
    Benchmark,
    LmTask,
    Sample,
    ShippedBenchmark,
    TaskFile,
)
from benchprof.run.configuration.fields import (
    SCOPES,
    Directory,
    Flag,
    Limit,
    ModelName,
    ScopeName,
    Share,
    Slug,
    Unit,
)
from benchprof.run.configuration.importance import SIGNED, Importance, KnockOuts
from benchprof.run.configuration.mask import (
    Calibration,
    Controls,
    Selection,
    Selections,
    Specific,
    Top,
)
from benchprof.run.configuration.model import (
    Folder,
    Hub,
    HubGguf,
    Model,
    ModelSource,
    NewestOnHub,
    Wheels,
    WholeWheel,
)
from benchprof.run.configuration.validation import Validation
from benchprof.section import EachOnce, Section

__all__ = [
    "SIGNED",
    "AbilitySplit",
    "Benchmark",
    "Configuration",
    "Folder",
    "Hub",
    "HubGguf",
    "Importance",
    "KnockOuts",
    "LmTask",
    "Model",
    "ModelSource",
    "NewestOnHub",
    "ScopeName",
    "Selection",
    "Selections",
    "ShippedBenchmark",
    "Specific",
    "TaskFile",
    "Top",
    "Validation",
    "Wheels",
    "WholeWheel",
]


class Profile(Section):
    """From scores to Ability Impact Scores."""

    metric: str = Field(
        pattern="^[A-Za-z0-9_@,.-]+$",
        description="probability, headline or the name of a task's metric",
    )
    impact: Literal["chance_corrected", "relative", "absolute"] = Field(
        description="one of chance_corrected, relative, absolute"
    )
    resamples: int = Field(ge=100, description="a whole number, 100 or more")
    confidence: float = Field(gt=0.5, lt=1, description="a number above 0.5 and below 1")


class Annotation(Section):
    """What is asked of experts."""

    answers: Directory
    per_ability: Limit


class Configuration(Section):
    """A whole run."""

    seed: int = Field(ge=0, description="a whole number, 0 or more")
    store: Directory
    models: dict[
        ModelName,
        Annotated[
            Model,
            Field(
                description="a section with source, dtype, device, gpus, scores_on_host and "
                "chat_template"
            ),
        ],
    ] = Field(min_length=1, description="at least one model, each with a name and its source")
    abilities: dict[
        Slug, Annotated[Ability, Field(description="a section with items, definition and exclude")]
    ] = Field(
        min_length=1,
        description="at least one ability, each with a name and the folder of its items, or the "
        "name of a shipped set such as v2",
    )
    benchmark_data: Directory | None = None
    run_code_unsafely: Flag = False
    evaluation_job: Literal["benchmark", "model"] = Field(
        default="benchmark", description="one of benchmark, model"
    )
    keep_importance: Flag = False
    benchmarks: dict[Slug, Benchmark] = Field(
        min_length=1,
        description="at least one benchmark, each with a name and its definition, or a list of "
        "names of shipped benchmarks without duplicates",
    )
    held_out_tests: Sample | None = Field(
        default=None, description="a section with limit, or {} for all test items"
    )
    importance: Importance = Field(
        description="a section with score, loss_on, against, halves, limit and knock_outs"
    )
    unit: Unit = "weight"
    scope: ScopeName = Field(description=SCOPES)
    layers: list[Annotated[int, Field(ge=0, description="a whole number, 0 or more")]] | None = (
        Field(
            default=None,
            min_length=2,
            max_length=2,
            description="two whole numbers, the first decoder layer and the last, from 0",
        )
    )
    selections: Selections = Field(
        description="a section with at least one of top, specific, core and bottom, or with listed "
        "alone"
    )
    fractions: Annotated[
        list[
            Annotated[
                Literal["calibrated", "listed"] | Share,
                Field(description="a number above 0 and below 1, or the word calibrated"),
            ]
        ],
        EachOnce,
    ] = Field(
        min_length=1,
        description="a list without duplicates of numbers above 0 and below 1 and the word "
        "calibrated; [listed] with selections.listed",
    )
    calibration: Calibration | None = Field(
        default=None, description="a section with fractions and items"
    )
    ablation: Literal["zero", "mean"] = Field(default="zero", description="one of zero, mean")
    controls: Controls = Field(description="a section with random")
    profile: Profile = Field(description="a section with metric, impact, resamples and confidence")
    annotation: Annotation | None = Field(
        default=None, description="a section with answers and per_ability"
    )
    validation: Validation | None = Field(
        default=None, description="a section as explained in config/planted.yaml"
    )

    @property
    def averages_units(self) -> bool:
        """Whether the ablated units become means, which train items show."""
        return self.unit != "weight" and self.ablation == "mean"
