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
    """probability (the probability of the right option, normalised over the options, which tells
    you more if there are few items), a metric of the task as the tables name it, such as acc or
    exact_match,strict-match, or headline (the metric for which each shipped benchmark is
    known). If a benchmark doesn't have the metric, a shipped one uses the metric for which it
    is known. Any other uses probability if it is multiple-choice, and otherwise its first
    metric in alphabetical order. A task's metric that no benchmark of the run has is an error.
    """
    impact: Literal["chance_corrected", "relative", "absolute"] = Field(
        description="one of chance_corrected, relative, absolute"
    )
    """chance_corrected is drop / (intact - guessing), relative is drop / intact, and absolute is
    the drop itself.
    """
    resamples: int = Field(ge=100, description="a whole number, 100 or more")
    """The number of resamples in the paired bootstrap over items, and of random sign flips in the
    tests of continuous scores.
    """
    confidence: float = Field(gt=0.5, lt=1, description="a number above 0.5 and below 1")
    """The confidence level of the intervals of AIS, of their differences and of format likelihood.
    (Those of similarities and of effective numbers always have 95%.)
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
    """The folder with a file for each annotator. It contains people's answers, so don't delete it.
    """
    per_ability: Limit
    """The number of items of each ability that annotators see. They are the same for all
    annotators, and are spread over the ability's types of item.
    """


class Configuration(Section):
    """A whole run."""

    seed: int = Field(ge=0, description="a whole number, 0 or more")
    """The seed for the item samples, the few-shot draws, the bootstrap and the tests. Random masks
    have their own seeds.
    """
    store: Directory
    """The folder for finished importance files and evaluations, which are filed under the digest
    of everything that affects their numbers. Several checkouts or users can share one store,
    and you can delete results/ without losing any importance or answers.
    docs/reference/reruns.md explains how to share, list and prune a store.
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
    """The models to profile. Each has a name of your choice (letters, digits, '.', '-' and '_')
    and a source.
    """
    abilities: dict[
        Slug, Annotated[Ability, Field(description="a section with items, definition and exclude")]
    ] = Field(
        min_length=1,
        description="at least one ability, each with a name and the folder of its items, or the "
        "name of a shipped set such as v3",
    )
    """The abilities: the name of a shipped set in resources/abilities, or a section in which each
    ability has a name of your choice. A file that extends another one can add an ability, or
    keys to one of the set, under its name.
    """
    benchmark_data: Directory | None = None
    """A folder with the items of the shipped benchmarks (docs/how_to/benchmark.md). If you leave
    this key out, the items are downloaded from the Hub.
    """
    run_code_unsafely: Flag = False
    """The programs that a model writes for HumanEval or MBPP are run in a sandbox
    (docs/how_to/benchmark.md), and a run with these benchmarks stops if there is none. With
    `true`, they are always run without the sandbox, under your account, where they have access
    to your files and your network.
    """
    evaluation_job: Literal["benchmark", "model"] = Field(
        default="benchmark", description="one of benchmark, model"
    )
    """With benchmark, there is one job for each model and benchmark. With model, there is one job
    for each model, which loads the model once for all the benchmarks (docs/how_to/cluster.md).
    The results are the same.
    """
    keep_importance: Flag = False
    """With unit: weight, whether importance files are kept (they take two bytes for each ability
    and weight in scope). If they are not kept, they are deleted once the masks have been made,
    and only the masks remain in the store. Importance then has to be computed again if you add a
    mask fraction or an ability (docs/reference/reruns.md). In addition, the target `analysis`
    leaves out the shared core, which needs the scores.
    """
    benchmarks: dict[Slug, Benchmark] = Field(
        min_length=1,
        description="at least one benchmark, each with a name and its definition, or a list of "
        "names of shipped benchmarks without duplicates",
    )
    """The benchmarks to profile: a list of names of shipped benchmarks, as in [mmlu, gsm8k], or a
    section in which each has a name of your choice and one of the following:
      benchmark: NAME                   a shipped benchmark: arc_challenge, mmlu, gsm8k, humaneval, ...
      ability: ABILITY and split: test  the held-out items of an ability, whose options are compared by
                                        their likelihood. With control_item: KIND, a control item of each item
                                        is used instead: counterfactual (one changed fact makes another option
                                        right) or uninformative (nothing leads to the answer). Control items show
                                        whether a mask acts on the ability or only on the format of its items
                                        (docs/explanation/analysis.md)
      task: NAME                        any task that lm-eval knows, except those that run programs
      task: NAME and data: FILE.jsonl   the same, with a local file instead of the task's test items
      task_file: FILE.yaml              your own lm-eval task file, with or without data:
    You can add these keys to any benchmark:
      limit: N      use a seeded sample of N items. If you raise N later, the larger sample contains the
                    smaller one, but all N items are answered again
      fewshot: N    show N examples before each item (not for abilities; the default is the task's own
                    number)
    """
    held_out_tests: Sample | None = Field(
        default=None, description="a section with limit, or {} for all test items"
    )
    """Each ability's test items as a benchmark named ABILITY_test, which shows whether its mask
    hits it. limit is as for a benchmark; {} takes all items. An entry of such a name that says
    only limit is laid over it.
    """
    importance: Importance = Field(
        description="a section with score, loss_on, against, halves, limit and knock_outs"
    )
    """How the weights are scored for each ability. docs/explanation/method.md has the definitions.
    """
    unit: Unit = "weight"
    """What is scored and ablated: single weights (weight) or whole units (neuron, or head if the
    scope is attention). A neuron is an input of an MLP's output projection, and a head is the
    part of the input of attention's output projection that comes from one attention head. To
    ablate a unit means to ablate all the weights that read it. The files for units are small,
    and if you choose another score (except knock_out), a smaller limit or halves, the program
    computes the new importance from them without the model.
    """
    scope: ScopeName = Field(description=SCOPES)
    """The weights that may be ablated: mlp, attention, mixer (convolutions, state spaces and
    linear attention), experts, or all_layers (all of these that the model has).
    """
    layers: list[Annotated[int, Field(ge=0, description="a whole number, 0 or more")]] | None = (
        Field(
            default=None,
            min_length=2,
            max_length=2,
            description="two whole numbers, the first decoder layer and the last, from 0",
        )
    )
    """Restricts the scope to some decoder layers, given as the first and the last one, counted
    from 0.
    """
    selections: Selections = Field(
        description="a section with at least one of top, contrastive, core and bottom, or with "
        "listed alone"
    )
    """The rules that decide which weights or units of the scope go into an ability's mask. n is the
    number of entries in the mask.
      top: {}                          the most important ones in the whole scope
        {within: chunk}                  the most important ones in each chunk of a million weights or more,
                                         as in the paper's published code (docs/explanation/method.md)
      contrastive:                     those that are important to this ability but not to the others:
        {definition: ratio, pool: 5}     of the 5n most important ones, the n whose importance is largest in
                                         relation to the mean importance for the other abilities. With
                                         in_top_of: 1, those in the top n of any other ability are left out
                                         first
        {definition: sum}                the n with the largest difference between the importance for this
                                         ability and the sum of the effects on the other abilities
      core: {}                         those that are important to all abilities; the mask is the same for
                                       each of them
      bottom: {}                       the least important ones; with a signed score, those nearest to 0
      listed: {ABILITY: {LAYER: [NUMBER]}}   the units that you list, such as heads that others have
                                       published. Layers and units are counted from 0, and the list of each
                                       ability has the same length. This rule cannot be combined with
                                       others, and needs mask_fractions: [listed]. No importance is computed
    With without_super: true, every rule except listed leaves out the super weights or super units.
    These are the few at the top of the ranking over all abilities without which the model cannot
    read any text. docs/explanation/method.md explains how they are found.
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
    """The size of the masks, as a share of all the model's parameters, or of its neurons or
    heads. In `config.yaml`, a mask contains 250 of 250,880 neurons, or fewer if fewer score
    above zero. If you give the word `calibrated`, instead of numbers or in addition to them, a
    mask fraction is chosen for each model and selection as described in the `calibration` section.
    """
    calibration: Calibration | None = Field(
        default=None, description="a section with mask_fractions and items"
    )
    """The mask fractions from which `calibrated` chooses, and the number of items that it uses from
    each ability's calibration split (a seeded sample). It uses no other items. It chooses the one
    at which the cost of an ability's own mask exceeds the cost of the other abilities' masks
    and of random masks by the largest amount (docs/explanation/method.md). This section is
    ignored if `mask_fractions` contains only numbers.
    """
    ablation: Literal["zero", "mean"] = Field(default="zero", description="one of zero, mean")
    """What happens to the weights in a mask. With zero, they are set to zero, and with mean, to
    the mean of their matrix. For units, mean stands for their mean activation over eight train
    items of every ability.
    """
    controls: Controls = Field(description="a section with random")
    """Random masks of the same size as the abilities' masks, one for each seed. Masks of single
    weights have the same number of entries in each tensor and in each decile of weight
    magnitude. Masks of neurons or heads have the same number in each layer and in each decile
    of mean activation.
    """
    profile: Profile = Field(description="a section with metric, impact, resamples and confidence")
    """How Ability Impact Scores are computed from scores."""
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
    """Settings for annotation, in which experts say which ability each item needs
    (docs/how_to/annotation.md).
    """
    validation: Validation | None = Field(
        default=None, description="a section as explained in config/planted.yaml"
    )
    """Compares masks and profiles with the truth on models whose abilities are known
    (docs/explanation/planted_models.md).
    """

    @property
    def averages_units(self) -> bool:
        """Whether the ablated units become means, which train items show."""
        return self.unit != "weight" and self.ablation == "mean"
