"""What a model is asked: a benchmark's requests, and how to ask them under any weights."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable

from benchprof.errors import InputError
from benchprof.evaluation.settings import ModelSettings
from benchprof.models.loading import load_tokenizer
from benchprof.scoring.attention import KeptPaths
from benchprof.scoring.chat import check_chat, render_chat
from benchprof.scoring.scorer import TreeScorer
from benchprof.tasks.metrics import Response
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
        check_chat(tokenizer, date=model.chat_date)
        template = functools.partial(render_chat, tokenizer, date=model.chat_date)
    tasks = load_tasks(source)
    requests = build_requests(
        tasks, limit, seed, template, source.exclude, source.fewshot_draw,
        source.definition.options if source.definition else None,
    )  # fmt: skip
    if not (requests.metrics or source.runs_programs):
        found = ", ".join(sorted({metric for task in tasks for metric in task.aggregation()}))
        raise InputError(
            f"benchmark task {source.task or source.file}",
            f"its metrics are {found or 'none'}",
            "one that all its tasks have, is a mean over items and better the higher it is",
            "Ablation is measured by each item's score: choose another task.",
        )
    return requests


def prepare_questions(
    scorer: TreeScorer, requests: Requests, kept: KeptPaths | None = None
) -> Callable[[], list[Response]]:
    """A function that asks the model, with its weights as they are then, all the requests.

    What does not depend on the weights is done here, once for all ablations, or put into `kept`
    the first time. Responses come in the order of `requests.instances`.
    """
    instances = requests.instances
    by_kind: dict[str, list[int]] = {}
    for number, instance in enumerate(instances):
        by_kind.setdefault(instance.request_type, []).append(number)
    answer: dict[str, Callable[[], list[Response]]] = {}
    for kind, numbers in by_kind.items():
        own = [instances[number] for number in numbers]
        if kind == "loglikelihood":
            prepared = scorer.prepare(own, kept)
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
