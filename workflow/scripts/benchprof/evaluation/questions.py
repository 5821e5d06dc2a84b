"""What a model is asked: a benchmark's requests, and how to ask them under any weights."""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lm_eval.api.instance import Instance
from lm_eval.models.utils import resolve_max_length
from transformers import AutoConfig

from benchprof.errors import InputError
from benchprof.evaluation.settings import ModelSettings
from benchprof.models.loading import load_tokenizer
from benchprof.scoring.attention import KeptPaths
from benchprof.scoring.chat import check_chat, render_chat
from benchprof.scoring.encoder import check_pair
from benchprof.scoring.generation_settings import check_settings
from benchprof.scoring.scorer import TreeScorer
from benchprof.tasks.document import Document
from benchprof.tasks.metrics import Response, metrics_without_chance
from benchprof.tasks.requests import Requests, build_requests
from benchprof.tasks.source import TaskSource, load_tasks

logger = logging.getLogger(__name__)


def requests_for(
    model: ModelSettings, source: TaskSource, limit: int | None, seed: int
) -> Requests:
    """All that is asked of a model: the same documents, prompts and shots whatever is ablated.

    Raises:
        InputError: prompts need a chat template and the model has none, or no answer can be scored
            under it; or no metric of the benchmark gives every item a score.
    """
    template = None
    if model.chat_template:
        tokenizer = load_tokenizer(model.folder)
        check_chat(tokenizer)
        template = functools.partial(render_chat, tokenizer)
    tasks = load_tasks(source)
    requests = build_requests(
        tasks, limit, seed, template, source.exclude,
        source.definition.options if source.definition else None,
    )  # fmt: skip
    for task in tasks:
        if left := metrics_without_chance(task):
            told = "%s: %s left out, since it is not known what a guesser scores there"
            logger.warning(told, task.config.task, ", ".join(sorted(left)))
    if not (requests.metrics or source.runs_programs):
        found = ", ".join(sorted({metric for task in tasks for metric in task.aggregation()}))
        raise InputError(
            f"benchmark task {source.task or source.file}",
            f"its metrics are {found or 'none'}",
            "one that all its tasks have, is a mean over items and better the higher it is",
            "Ablation is measured by each item's score: choose another task.",
        )
    return requests


def check_settings_of(folder: Path, requests: Requests) -> None:
    """Stop where a model could not write answers as its tasks ask for; it need not be loaded.

    Args:
        folder: of the prepared model.
        requests: what it is asked.

    Raises:
        InputError: names the task, the first such document and the key.
    """
    written: dict[str, tuple[Document, dict[str, Any]]] = {}
    for document, instance in _by_document(requests):
        if instance.request_type == "generate_until":
            settings = instance.args[1]
            written.setdefault(json.dumps(settings, sort_keys=True), (document, settings))
    if not written:
        return
    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    max_length = resolve_max_length(config, load_tokenizer(folder))
    for document, settings in written.values():
        check_settings(_name_of(document), settings, max_length)


def _by_document(requests: Requests) -> list[tuple[Document, Instance]]:
    """Every request with its document, in the order of `requests.instances`."""
    return [(document, own) for document in requests.documents for own in document.instances]


def _name_of(document: Document) -> str:
    return f"task {document.task.config.task}, document {document.index}"


def prepare_questions(
    scorer: TreeScorer, requests: Requests, kept: KeptPaths | None = None
) -> Callable[[], list[Response]]:
    """A function that asks the model, with its weights as they are then, all the requests.

    What does not depend on the weights is done here, once for all ablations, or put into `kept`
    the first time. Responses come in the order of `requests.instances`.

    Raises:
        InputError: names a document whose continuations cannot be scored.
    """
    documents, instances = zip(*_by_document(requests), strict=True)
    by_kind: dict[str, list[int]] = {}
    for number, instance in enumerate(instances):
        by_kind.setdefault(instance.request_type, []).append(number)
    answer: dict[str, Callable[[], list[Response]]] = {}
    for kind, numbers in by_kind.items():
        own = [instances[number] for number in numbers]
        if kind == "loglikelihood":
            pairs = scorer.encode(own)
            for number, pair in zip(numbers, pairs, strict=True):
                check_pair(_name_of(documents[number]), pair, scorer.max_length)
            prepared = scorer.prepare_tokens(pairs, kept)
            logger.info("%s", prepared.plan.describe())
            answer[kind] = functools.partial(scorer.score, prepared)
        else:
            answer[kind] = functools.partial(getattr(scorer, kind), own)

    def ask() -> list[Response]:
        responses: list[Response] = [None] * len(instances)
        for kind, numbers in by_kind.items():
            for number, response in zip(numbers, answer[kind](), strict=True):
                responses[number] = response
        return responses

    return ask
