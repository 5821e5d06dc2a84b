"""What was asked of a model, as text."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile

from benchprof.tasks.document import Document
from benchprof.tasks.requests import Requests


@dataclass(frozen=True)
class Question:
    """One item as a person reads it.

    Attributes:
        task: the lm-eval task it belongs to.
        index: its place in the task's data.
        digest: of its document, as records have it.
        prompt: what stands before the answer, few-shot examples and chat template included.
        choices: the texts to choose from, empty where the model writes freely.
        gold: indices of the right choices.
        expected: the right choice, or what the task gives as its answer.
    """

    task: str
    index: int
    digest: str
    prompt: str
    choices: tuple[str, ...]
    gold: tuple[int, ...]
    expected: str


def questions_of(requests: Requests) -> list[Question]:
    """The questions of a benchmark, in the order of its records."""
    return [
        Question(
            task=str(document.task.config.task),
            index=document.index,
            digest=document.digest,
            prompt=_prompt(document),
            choices=document.choices,
            gold=document.gold,
            expected=_expected(document),
        )
        for document in requests.documents
    ]


def _prompt(document: Document) -> str:
    """The text before the answer.

    If each choice has its own context and all contexts continue alike (WinoGrande), the prompt is
    their common beginning, a gap, and the continuation.
    """
    own = document.instances[: len(document.choices) or 1]
    contexts = list(dict.fromkeys(str(instance.args[0]) for instance in own))
    if len(contexts) == 1:
        return contexts[0]
    letters = takewhile(lambda place: len(set(place)) == 1, zip(*contexts, strict=False))
    shared = "".join(letter for letter, *_ in letters)
    # Whole words: two choices may begin with the same letters.
    return f"{shared[: shared.rfind(' ') + 1]}_{own[0].args[1]}"


def _expected(document: Document) -> str:
    if document.choices:
        return "\n".join(document.choices[index] for index in document.gold)
    return str(document.task.doc_to_target(document.content))
