"""The fields of a record's file; docs/reference/file_formats.md describes what each holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

if TYPE_CHECKING:
    from benchprof.models.ablation import Method
    from benchprof.provenance import Made


class ModelOrigin(TypedDict):
    """The model that answered."""

    digest: str
    source: Any
    dtype: str


class MaskOrigin(TypedDict):
    """The mask that it answered under, and what became of the mask's entries."""

    digest: str
    n: int
    method: Method | str
    mean_over: NotRequired[dict[str, str]]


class RequestsOrigin(TypedDict):
    """What it was asked."""

    digest: str
    task: str
    version: str
    fewshot: int | str
    limit: int | None
    seed: int
    chat_template: bool
    chat_date: str | None
    thinking: NotRequired[str | None]


class Programs(TypedDict):
    """What ran the programs that it wrote."""

    sandbox: bool
    python: str


class Batch(TypedDict):
    """What batches answers were written in: the kind of device, and tokens of one at most."""

    device: str
    tokens: int


class Origin(TypedDict):
    """All that decides the numbers of a record, and, once they are computed, what made them."""

    model: ModelOrigin
    mask: MaskOrigin | None
    requests: RequestsOrigin
    code: str
    programs: NotRequired[Programs]
    batch: NotRequired[Batch]
    made: NotRequired[Made]


class TaskCounts(TypedDict):
    """Of one set of documents: how many a task has, and how often each option is right."""

    n: int
    right: list[int]


class OptionSet(TypedDict):
    """Documents that show the same options."""

    options: list[str]
    uniform: float
    guessing: float
    constant: str | None
    tasks: dict[str, TaskCounts]


class PoolFields(TypedDict):
    """The documents from which the items were drawn."""

    n: int
    outside: float
    sets: list[OptionSet]


class TaskScores(TypedDict):
    """The items of one lm-eval task and the mean of each metric."""

    n: int
    scores: dict[str, float]


class Items(TypedDict):
    """Lists with an entry for each item; `responses` has log-likelihoods in nats or texts."""

    task: list[str]
    index: list[int]
    digest: list[str]
    gold: list[list[int]]
    set: list[int | None]
    right: list[list[int]]
    scores: dict[str, list[float]]
    responses: list[list[Any]]
    verdicts: NotRequired[list[str]]


class Record(TypedDict):
    """One model's answers on one benchmark, intact or ablated."""

    format: int
    origin: Origin
    n: int
    guessing: float
    pool: NotRequired[PoolFields]
    scores: dict[str, float]
    tasks: dict[str, TaskScores]
    items: Items
    digest: NotRequired[str]
