"""How many tokens a run asks its models to read and write, without a tokenizer."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchprof import progress
from benchprof.abilities.item import Item, check_companions, companion_of, read_items
from benchprof.abilities.prompt import option_text, prompt_text
from benchprof.data import BENCHMARKS
from benchprof.errors import InputError
from benchprof.plan.lengths import Lengths, measured_lengths
from benchprof.run.configuration import AbilitySplit, Benchmark, ShippedBenchmark, TaskFile
from benchprof.scoring.generation import MOST_ITEMS
from benchprof.tasks.source import load_tasks, task_source

SIZES = BENCHMARKS / "sizes.json"
CHARACTERS = 4.0
"""Per token, where nothing else is said."""
CHAT_CHARACTERS = 120
"""A chat template's own text: the default system message, headers and ends of two turns."""
MEASURED_ITEMS = 200
"""Of a benchmark of a user's own, items whose length is measured."""


@dataclass(frozen=True)
class ExampleCounts:
    """Diagnostic examples of one ability: their number, and lengths in tokens."""

    number: int
    tokens: int
    counted: int
    """Tokens that the loss counts."""
    longest: int


@dataclass(frozen=True)
class QuestionCounts:
    """One benchmark as one model state answers it: lengths in tokens."""

    items: int
    read: int
    """With what requests share counted once."""
    written: int
    longest: int
    """Of a prompt with its answer, where that is not written."""
    room: int = 0
    """The most tokens that the model may write for one item; a batch reserves them."""


def diagnostic_examples(
    items: Path,
    excluded: Collection[str],
    limit: int | None,
    loss_on: str,
    against: str | None,
    characters: float,
) -> ExampleCounts:
    """The examples of one ability's train split; a sample is taken to be like all items.

    Args:
        items: the file.
        excluded: ids that are left out.
        limit: items at most.
        loss_on: all, answer or choice; of the choice all options are read.
        against: the kind of companion that is read as well; None for none.
        characters: per token.

    Raises:
        InputError: an item has no companion of the kind that is read.
    """
    every = _kept(items, excluded)
    used = min(limit or len(every), len(every))
    if against is not None:
        check_companions(items, every, against, "importance.against")
        every += [companion_of(item, against) for item in every]
        used *= 2
    share = used / len(every)
    read = [list(map(option_text, _read_options(item, loss_on))) for item in every]
    answers = [sum(_tokens(text, characters) for text in own) for own in read]
    # Of a choice the context is read once.
    lengths = [
        _tokens(_prompt(item) + sum(map(len, own)), characters)
        for item, own in zip(every, read, strict=True)
    ]
    tokens = round(sum(lengths) * share)
    counted = tokens if loss_on == "all" else round(sum(answers) * share)
    return ExampleCounts(used, tokens, counted, max(lengths))


def benchmark_questions(
    name: str,
    benchmark: Benchmark,
    ability_items: Path | None,
    excluded: Collection[str],
    characters: float,
) -> QuestionCounts | None:
    """The questions of one benchmark; None where nothing is known of its size.

    Args:
        name: of the benchmark, for messages.
        benchmark: as configured.
        ability_items: the file of items where the benchmark is an ability's split.
        excluded: ids of items that are left out of it.
        characters: per token.

    Raises:
        InputError: a shipped benchmark is not in the table of sizes, or an item lacks the
            companion that is asked.
    """
    limit = benchmark.limit
    if ability_items is not None:
        items = _kept(ability_items, excluded)
        kind = benchmark.companion if isinstance(benchmark, AbilitySplit) else None
        if kind is not None:
            check_companions(ability_items, items, kind, f"benchmarks.{name}.companion")
            items = [companion_of(item, kind) for item in items]
        return _questions(items, limit, characters)
    lengths = _lengths(name, benchmark)
    return None if lengths is None else _asked(lengths, limit, characters)


def _lengths(name: str, benchmark: Benchmark) -> Lengths | None:
    """How long a benchmark's texts are, from a table or its own files; None where neither says."""
    if isinstance(benchmark, ShippedBenchmark):
        sizes = json.loads(SIZES.read_text(encoding="utf-8"))
        if benchmark.benchmark not in sizes:
            raise InputError(f"benchmarks.{name}", "no size is known", f"an entry in {SIZES}")
        return Lengths(**sizes[benchmark.benchmark])
    if not isinstance(benchmark, TaskFile) or benchmark.data is None:
        return None
    try:
        # Progress bars for a few hundred items would be printed before the plan.
        with progress.shown(terminal=False):
            tasks = load_tasks(task_source(benchmark))
            return measured_lengths(tasks, MEASURED_ITEMS)
    except Exception:
        # Whatever is missing or faulty there: a plan does without it, and the run will name it.
        return None


def _asked(lengths: Lengths, limit: int | None, characters: float) -> QuestionCounts:
    """What a sample of a benchmark asks."""
    used = min(limit or lengths.items, lengths.items)
    own = (lengths.prefix, lengths.item, lengths.answer)
    prefix, item, answer = (_tokens(length, characters) for length in own)
    tasks = min(used, lengths.tasks)
    # Where the model writes, a beginning is computed once for full batches of prompts or for all.
    alone = answer and (prefix < item or (tasks > 1 and used < 2 * tasks * MOST_ITEMS))
    read = used * item + (used if alone else tasks) * prefix
    return QuestionCounts(used, read, used * answer, prefix + item, lengths.room)


def calibration_questions(
    file: Path, excluded: Collection[str], limit: int, characters: float
) -> QuestionCounts:
    """The questions of one ability's calibration split."""
    return _questions(_kept(file, excluded), limit, characters)


def text_questions(file: Path, characters: float) -> QuestionCounts:
    """A text that is read as it is, as the one question about it."""
    tokens = _tokens(file.read_text(encoding="utf-8"), characters)
    return QuestionCounts(1, tokens, 0, tokens)


def _questions(items: Sequence[Item], limit: int | None, characters: float) -> QuestionCounts:
    """Of diagnostic items; a sample is taken to be like all of them."""
    used = min(limit or len(items), len(items))
    lengths = [_question_tokens(item, characters) for item in items]
    return QuestionCounts(used, round(sum(lengths) * used / len(items)), 0, max(lengths))


def total(of: Sequence[ExampleCounts]) -> ExampleCounts:
    """All abilities' examples together."""
    return ExampleCounts(
        sum(e.number for e in of),
        sum(e.tokens for e in of),
        sum(e.counted for e in of),
        max(e.longest for e in of),
    )


def _kept(file: Path, excluded: Collection[str]) -> list[Item]:
    return [item for item in read_items(file) if item.id not in excluded]


def _read_options(item: Item, loss_on: str) -> list[str]:
    """The options that the loss reads."""
    return list(item.options) if loss_on == "choice" else [item.options[item.answer]]


def _prompt(item: Item) -> int:
    return len(prompt_text(item.context, item.question)) + CHAT_CHARACTERS


def _question_tokens(item: Item, characters: float) -> int:
    """The prompt once and every option after it."""
    text = prompt_text(item.context, item.question) + "".join(map(option_text, item.options))
    return _tokens(text, characters)


def _tokens(text: str | int, characters: float) -> int:
    length = text if isinstance(text, int) else len(text)
    return -int(-length // characters)
