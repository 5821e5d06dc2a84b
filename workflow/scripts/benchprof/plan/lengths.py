"""The lengths of a benchmark's texts, measured on its requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import Any

from lm_eval.api.task import Task
from lm_eval.models.utils import normalize_gen_kwargs

from benchprof.scoring.generation_settings import DEFAULT_NEW_TOKENS
from benchprof.tasks.document import Document
from benchprof.tasks.requests import build_requests


@dataclass(frozen=True)
class Lengths:
    """How much a whole benchmark has its model read and write: means in characters, except `room`.

    Attributes:
        items: their number.
        tasks: over which they are spread.
        prefix: length of the beginning that all requests of a task share, counted once a task.
        item: length of an item's requests beyond that. What they share with each other counts once;
            if the model chooses, so does what they share with other items.
        answer: of what the model writes to an item; 0 where it chooses.
        room: the most tokens that the model may write for one item; a batch reserves them.
    """

    items: int
    tasks: int
    prefix: int
    item: int
    answer: int
    room: int


def measured_lengths(
    tasks: Sequence[Task],
    most: int | None = None,
    solutions: Sequence[str] = (),
) -> Lengths:
    """The lengths of the texts of some tasks.

    Args:
        tasks: whose items are there.
        most: items that are measured; a sample is taken to be like all of them.
        solutions: fields of an item that hold what the model should write where the target is
            something else; the first that an item has.
    """
    by_task: dict[str, list[Document]] = {}
    for document in build_requests(tasks, most, 0).documents:
        by_task.setdefault(str(document.task.config.task), []).append(document)
    prefixes: list[int] = []
    own: list[float] = []
    answers: list[int] = []
    for documents in by_task.values():
        texts = [["".join(i.args[:1] + _continuation(i)) for i in d.instances] for d in documents]
        every = [text for one in texts for text in one]
        prefix = _shared(min(every), max(every)) if len(documents) > 1 else 0
        prefixes.append(prefix)
        written = [_answer(document, solutions) for document in documents]
        answers += written
        # Prompts of answers share no more than the beginning of all of them.
        if any(written):
            own += [_tree_size(one) - prefix for one in texts]
        else:
            own += [(_tree_size(every) - prefix) / len(documents)] * len(documents)
    return Lengths(
        items=sum(len(task.eval_docs) for task in tasks),
        tasks=len(tasks),
        prefix=round(fmean(prefixes)),
        item=round(fmean(own)),
        answer=round(fmean(answers)),
        room=max(room(documents[0]) for documents in by_task.values()),
    )


def _tree_size(texts: Sequence[str]) -> int:
    """Characters of the prefix tree of some texts."""
    ordered = sorted(texts)
    return sum(map(len, ordered)) - sum(_shared(*pair) for pair in pairwise(ordered))


def _shared(one: str, other: str) -> int:
    """Characters that two texts begin with in common."""
    pairs = zip(one, other, strict=False)
    differing = (place for place, (a, b) in enumerate(pairs) if a != b)
    return next(differing, min(len(one), len(other)))


def _continuation(instance: Any) -> tuple[str, ...]:
    return instance.args[1:2] if instance.request_type == "loglikelihood" else ()


def room(document: Document) -> int:
    """Tokens that the model may write at most."""
    if document.instances[0].request_type != "generate_until":
        return 0
    settings = normalize_gen_kwargs(document.instances[0].args[1], DEFAULT_NEW_TOKENS)
    return int(settings["max_gen_toks"])


def _answer(document: Document, solutions: Sequence[str]) -> int:
    """Characters that the model writes, if it is as brief as the examples or the solution are."""
    if document.instances[0].request_type != "generate_until":
        return 0
    examples = getattr(document.task.config.fewshot_config, "samples", None)
    if isinstance(examples, list) and examples and "target" in examples[0]:
        return round(fmean(len(example["target"]) for example in examples))
    held = [str(document.content[name]) for name in solutions if document.content.get(name)]
    target = document.task.doc_to_target(document.content)
    right = target[0] if isinstance(target, list) and target else target
    return len((held or [str(right)])[0])
