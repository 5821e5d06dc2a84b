"""The questions of a benchmark, as a model reads them before its answer."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lm_eval.api.instance import Instance

from benchprof.errors import InputError
from benchprof.importance.example import Question
from benchprof.jsonl import read_objects
from benchprof.tasks.document import Document
from benchprof.tasks.requests import build_requests
from benchprof.tasks.source import TaskSource, load_tasks

PROGRAMS = ("canonical_solution", "code")
"""The fields of HumanEval and MBPP that hold a program that answers."""


def question_of(document: Document) -> Question:
    """The question of a benchmark's document, with its options or its reference answer.

    If each option has a context of its own (WinoGrande), the prompt ends where these differ.

    Raises:
        InputError: the document has neither options nor a reference answer.
    """
    place = f"{document.index}"
    if document.choices:
        asked = document.instances[: len(document.choices)]
        return _with_options(place, asked, document.gold[0])
    (first, *_) = document.instances
    if first.request_type == "loglikelihood":
        return _with_options(place, [first], 0)
    reference = _reference_of(document).strip()
    if first.request_type != "generate_until" or not reference:
        where = f"task {document.task.config.task}, document {document.index}"
        raise InputError(where, "no options and no reference answer", "one of them")
    return Question(place, str(first.args[0]).rstrip(), (reference,), 0)


def _with_options(place: str, asked: Sequence[Instance], answer: int) -> Question:
    contexts, continuations = zip(*(own.args[:2] for own in asked), strict=True)
    if len(set(contexts)) == 1:
        options = tuple(own.strip() for own in continuations)
        return Question(place, contexts[0].rstrip(), options, answer)
    texts = [own.args[0] + own.args[1] for own in asked]
    shared = os.path.commonprefix(texts)  # noqa: RUF071 (letter by letter, as texts need it)
    prompt = shared.rpartition(" ")[0] or shared
    return Question(place, prompt, tuple(own[len(prompt) :].strip() for own in texts), answer)


def _reference_of(document: Document) -> str:
    programs = [str(document.content[name]) for name in PROGRAMS if name in document.content]
    if programs:
        return programs[0]
    target = document.task.doc_to_target(document.content)
    texts = target if isinstance(target, list) else [target]
    return next((text for text in texts if isinstance(text, str) and text.strip()), "")


def read_questions(path: Path) -> list[Question]:
    """The questions of a JSON Lines file.

    A line has `question`, and either `options` and `answer` (the index of the right option) or the
    text of the right answer as `answer`.

    Raises:
        InputError: names the file, the line and the key of the first fault.
    """
    return [_question(where, value) for where, value in read_objects(path, "questions")]


def _question(where: str, value: dict[str, Any]) -> Question:
    text, options, answer = (value.get(key) for key in ("question", "options", "answer"))
    if unknown := sorted(set(value) - {"question", "options", "answer"}):
        expected = "question, options and answer, or question and answer"
        raise InputError(where, f"unknown key {unknown[0]!r}", expected, "Check the spelling.")
    if not isinstance(text, str) or not text.strip():
        raise InputError(f"{where}, question", repr(text), "a text that is not empty")
    prompt = f"Question: {text.strip()}\nAnswer:"
    if "options" not in value:
        if not isinstance(answer, str) or not answer.strip():
            raise InputError(f"{where}, answer", repr(answer), "the text of the right answer")
        return Question(where, prompt, (answer.strip(),), 0)
    if (
        not isinstance(options, list)
        or len(options) < 2
        or not all(isinstance(own, str) and own.strip() for own in options)
        or len({own.strip() for own in options}) < len(options)
    ):
        expected = "a list of two texts or more, all different and none empty"
        raise InputError(f"{where}, options", repr(options), expected)
    if type(answer) is not int or not 0 <= answer < len(options):
        expected = f"the index of the right option, from 0 to {len(options) - 1}"
        raise InputError(f"{where}, answer", repr(answer), expected)
    return Question(where, prompt, tuple(own.strip() for own in options), answer)


def benchmark_questions(source: TaskSource, limit: int, seed: int) -> list[Question]:
    """The questions of a seeded sample of a benchmark's documents, the first that are evaluated.

    No examples are shown before a question: train items have none, and a text of five questions
    would show what each of them needs.

    Args:
        source: the benchmark's task.
        limit: documents at most.
        seed: of the sample.

    Raises:
        InputError: the task is faulty, or has neither options nor reference answers.
    """
    bare = replace(source, fewshot=0)
    shown = bare.definition.options if bare.definition else None
    requests = build_requests(load_tasks(bare), limit, seed, None, bare.exclude, shown)
    return [question_of(document) for document in requests.documents]
