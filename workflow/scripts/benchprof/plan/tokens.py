"""How many tokens a run asks its models to read and write, without a tokenizer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from yaml import MappingNode

from benchprof.abilities.item import Item, check_control_items, control_item_of, read_items
from benchprof.abilities.prompt import option_text, prompt_text
from benchprof.jobs.evaluation import Answered, OfBenchmark
from benchprof.jsonl import read_objects
from benchprof.run.inputs import check_exclusions
from benchprof.run.run import Run
from benchprof.scoring.generation_settings import DEFAULT_NEW_TOKENS
from benchprof.tasks.benchmark import AbilitySplit, ShippedBenchmark, TaskFile
from benchprof.tasks.definition import BenchmarkSize, read_definition
from benchprof.yaml_files import yaml_nodes

CHARACTERS = 4
"""Per token."""
CHAT_CHARACTERS = 120
"""A chat template's own text: the default system message, headers and ends of two turns."""


@dataclass(frozen=True)
class Texts:
    """What is read and written: the number of items, and lengths in tokens.

    `room` is what a batch of answers holds free for one: its prompt and the longest answer, which
    has `limit` tokens.
    """

    items: int
    read: int
    written: int = 0
    room: int = 0
    limit: int = 0

    @property
    def to_the_limit(self) -> Texts:
        """The same where every answer is as long as it may be, as many are of ablated models."""
        return replace(self, written=self.items * self.limit)


@dataclass(frozen=True)
class Workload:
    """What a run asks of every model.

    Attributes:
        examples: the train items of all abilities.
        unknown: benchmarks whose size is not known: they are not counted.
    """

    examples: Texts
    unknown: tuple[str, ...]


def workload(run: Run) -> Workload:
    """Count a run's examples, and name the benchmarks that cannot be counted.

    Raises:
        InputError: items are missing or faulty, or all of a split are excluded.
    """
    check_exclusions(run)
    examples = [_examples(run, ability) for ability in run.abilities]
    texts_of = {name: asked_texts(OfBenchmark(run, run.models[0], name)) for name in run.benchmarks}
    return Workload(
        Texts(sum(own.items for own in examples), sum(own.read for own in examples)),
        tuple(sorted(name for name, own in texts_of.items() if own is None)),
    )


def _examples(run: Run, ability: str) -> Texts:
    """The examples of one ability's train split; a sample is taken to be like all items."""
    importance = run.configuration.importance
    items = _kept(run.train[ability], run.train_excluded[ability])
    share = min(importance.limit or len(items), len(items)) / len(items)
    if importance.against is not None:
        check_control_items(run.train[ability], items, importance.against, "importance.against")
        items += [control_item_of(item, importance.against) for item in items]
    # Of a choice all options are read, after the context once.
    choice = importance.loss_on == "option_cross_entropy"
    read = sum(
        _tokens(CHAT_CHARACTERS + _length(item, range(len(item.options)) if choice else
                                          [item.answer]))
        for item in items
    )  # fmt: skip
    return Texts(round(len(items) * share), round(read * share))


def asked_texts(job: Answered) -> Texts | None:
    """What a condition of the model reads and writes to answer a job's questions; None where
    unknown.
    """
    benchmark = job.asked_benchmark
    if isinstance(benchmark, AbilitySplit):
        assert job.items is not None
        items = _kept(job.items, job.exclude)
        if benchmark.control_item is not None:
            check_control_items(job.items, items, benchmark.control_item, "benchmarks")
            items = [control_item_of(item, benchmark.control_item) for item in items]
        used = min(benchmark.limit or len(items), len(items))
        read = sum(_tokens(_length(item, range(len(item.options)))) for item in items)
        return Texts(used, round(read * used / len(items)))
    if isinstance(benchmark, ShippedBenchmark):
        return _shipped(read_definition(benchmark.benchmark, "benchmarks").size, benchmark.limit)
    if benchmark.data is None or not Path(benchmark.data).is_file():
        return None
    written = 0
    if isinstance(benchmark, TaskFile):
        most = longest_answer(Path(benchmark.task_file))
        if most is None:
            return None
        written = most
    # A line of the file is a question with its options.
    rows = [row for _, row in read_objects(Path(benchmark.data), "benchmark items")]
    used = min(benchmark.limit or len(rows), len(rows))
    length = sum(len(str(value)) for row in rows for value in row.values())
    read = _tokens(length * used // len(rows))
    return Texts(used, read, used * written, written and read // used + written, written)


def longest_answer(file: Path) -> int | None:
    """The most tokens that a task file lets a model write; 0 where it offers choices.

    None where the file leaves it to another that it includes. Ablated models tend to write to the
    limit, however short the right answer is.
    """
    node = yaml_nodes(file)
    fields = {key.value: own for key, own in node.value} if isinstance(node, MappingNode) else {}
    if "output_type" not in fields:
        return None
    if fields["output_type"].value != "generate_until":
        return 0
    settings = fields.get("generation_kwargs")
    pairs = settings.value if isinstance(settings, MappingNode) else []
    return int({key.value: own.value for key, own in pairs}.get("max_gen_toks", DEFAULT_NEW_TOKENS))


def _shipped(size: BenchmarkSize, limit: int | None) -> Texts:
    """What a sample of a shipped benchmark asks."""
    used = min(limit or size.items, size.items)
    prefix, item, answer = map(_tokens, (size.prefix, size.item, size.answer))
    # Where the model writes, prompts of several tasks seldom share their beginning in a batch.
    shared = used if answer and size.tasks > 1 else min(used, size.tasks)
    room = prefix + item + size.room
    limit = size.room if answer else 0
    return Texts(used, used * item + shared * prefix, used * answer, room, limit)


def _kept(file: Path, excluded: Sequence[str]) -> list[Item]:
    return [item for item in read_items(file) if item.id not in excluded]


def _length(item: Item, options: Sequence[int]) -> int:
    """Characters of the prompt once and of some options after it."""
    own = sum(len(option_text(item.options[number])) for number in options)
    return len(prompt_text(item.context, item.question)) + own


def _tokens(length: int) -> int:
    return -(-length // CHARACTERS)
