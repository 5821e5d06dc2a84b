"""A document of a benchmark: what is asked, which choices it has, and which are right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lm_eval.api.instance import Instance
from lm_eval.api.task import Task

from benchprof.errors import InputError
from benchprof.tasks.definition import ShownOptions
from benchprof.tasks.guessing import Offer
from benchprof.tasks.own_code import own_code


@dataclass(frozen=True)
class Document:
    """One item of a benchmark with its requests.

    Attributes:
        task: the lm-eval task it belongs to.
        index: its place in the task's data.
        digest: SHA-256 of its content, shortened.
        content: the document as the task gives it.
        instances: its requests, in the order of the choices where there are choices.
        choices: the texts to choose from, empty where the model writes freely.
        gold: indices of the right choices.
        offer: the answers that the question shows, also where the model writes freely.
    """

    task: Task
    index: int
    digest: str
    content: dict[str, Any]
    instances: tuple[Instance, ...]
    choices: tuple[str, ...]
    gold: tuple[int, ...]
    offer: Offer


def document_of(
    task: Task,
    index: int,
    digest: str,
    doc: dict[str, Any],
    chat_template: Callable[..., str] | None,
    offer: Offer,
) -> Document:
    """Ask a document: with its prompt, its requests and what is right.

    Args:
        task: of the document.
        index: of the document in the task.
        digest: of its content.
        doc: its content.
        chat_template: renders messages, where prompts go through the model's template.
        offer: the answers that the question shows.

    Raises:
        InputError: the right choice is none of its choices; or a template or function of the task
            fails.
    """
    shots = task.config.num_fewshot or 0
    with own_code(task, index, examples=shots > 0):
        context = task.fewshot_context(
            doc,
            num_fewshot=shots,
            apply_chat_template=chat_template is not None,
            chat_template=chat_template,
            gen_prefix=task.doc_to_prefix(doc),
        )
    with own_code(task, index):
        built = task.construct_requests(
            doc=doc,
            ctx=context,
            metadata=(task.config.task, index, task.config.repeats),
            apply_chat_template=chat_template is not None,
            chat_template=chat_template,
        )
        choices, gold = _choices_and_gold(task, index, doc)
    instances = tuple(built) if isinstance(built, list) else (built,)
    return Document(task, index, digest, doc, instances, choices, gold, offer)


def offer_of(task: Task, index: int, doc: dict[str, Any], shown: ShownOptions | None) -> Offer:
    """The answers that a document's question shows: its choices, or what `shown` finds in it.

    Raises:
        InputError: the right choice is none of its choices.
    """
    name = str(task.config.task)
    if shown is None:
        with own_code(task, index):
            return Offer(name, *_choices_and_gold(task, index, doc))
    options = shown.of(doc, task.config.dataset_name)
    with own_code(task, index):
        answer = str(task.doc_to_target(doc))
    return Offer(name, options, tuple(i for i, text in enumerate(options) if text == answer))


def _choices_and_gold(
    task: Task, index: int, doc: dict[str, Any]
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    if task.OUTPUT_TYPE != "multiple_choice":
        return (), ()
    choices = tuple(map(str, task.doc_to_choice(doc)))
    # Where each choice is a context of its own (WinoGrande), lm-eval keeps the key in the text.
    multiple_input = getattr(task, "multiple_input", False)
    gold = task.doc_to_text(doc) if multiple_input else task.doc_to_target(doc)
    keys = gold if isinstance(gold, list) else [gold]
    indices = [choices.index(k) if k in choices else -1 if isinstance(k, str) else k for k in keys]
    if not all(isinstance(i, int) and 0 <= i < len(choices) for i in indices):
        raise InputError(
            f"task {task.config.task}, document {index}",
            f"the right choice is {gold!r}",
            f"one of its {len(choices)} choices: {list(choices)!r}"[:300],
            "Mend the data, or leave out items without a known answer.",
        )
    return choices, tuple(indices)
