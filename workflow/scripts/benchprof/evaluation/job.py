"""One job: the intact and every ablated model on benchmarks, computing what the store lacks."""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchprof import codebase, provenance
from benchprof.errors import InputError
from benchprof.evaluation.faults import check_logits
from benchprof.evaluation.record import (
    INTACT,
    NonFiniteLogitsError,
    key_of,
    make_record,
    read_record,
    record_bytes,
)
from benchprof.evaluation.settings import ModelSettings
from benchprof.importance.example import Example
from benchprof.importance.levels import activation_means, digest_of_all
from benchprof.masks.ablation import Method, ablated, averaged, in_weights, kept_alone
from benchprof.masks.mask import Mask
from benchprof.models.allocation import keep_freed_memory
from benchprof.models.anatomy import scope_weights
from benchprof.models.linear import speed_up_scoring
from benchprof.models.loading import load_model, load_tokenizer
from benchprof.models.preparation import check_content, read_card
from benchprof.models.units import WEIGHT, scored_weights, unit_projections
from benchprof.portable import portable
from benchprof.sandbox.program import check_documents
from benchprof.sandbox.sandbox import Sandbox
from benchprof.scoring.attention import KeptPaths
from benchprof.scoring.chat import check_chat, prints_date, render_chat, thinking_of
from benchprof.scoring.scorer import TreeScorer
from benchprof.store import Store
from benchprof.tasks.requests import Requests, Response, build_requests
from benchprof.tasks.source import TaskSource, load_tasks

logger = logging.getLogger(__name__)
KIND, SUFFIX = "evaluations", ".json"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
CHAT_PROGRAMS = (
    "prompts go through the chat template, but what the model writes is run as it is: HumanEval's "
    "program is the prompt and then the answer, MBPP's is the answer. An answer with anything but "
    "code (a greeting, a code fence) fails; compare with `chat_template: false`."
)


@dataclass(frozen=True)
class Assignment:
    """What a model is asked, and where its answers go.

    Attributes:
        source: the benchmark's task.
        limit: documents at most.
        targets: file of each ablation's record; also that of `intact`, which has no mask.
    """

    source: TaskSource
    limit: int | None
    targets: Mapping[str, Path]

    @property
    def folder(self) -> Path:
        """Where its records lie, which is named after what is asked."""
        return Path(os.path.commonpath([own.parent for own in self.targets.values()]))


@dataclass(frozen=True)
class Asked:
    """An assignment with its requests, and what the store has of its answers.

    Attributes:
        assignment: the assignment.
        requests: all that the model is asked.
        origins: by ablation, all that decides the answers.
        keys: of the origins.
        missing: the ablation whose answers the store lacks, by key: masks of the same entries
            (`core`) are one ablation.
    """

    assignment: Assignment
    requests: Requests
    origins: Mapping[str, dict[str, Any]]
    keys: Mapping[str, str]
    missing: Mapping[str, str]


def evaluate_benchmark(
    model: ModelSettings,
    source: TaskSource,
    limit: int | None,
    seed: int,
    masks: Mapping[str, Mask],
    method: Method,
    targets: Mapping[str, Path],
    store: Store,
    run_code_unsafely: bool = False,
    open_sandbox: Callable[..., Sandbox] = Sandbox,
    kept_in: Mapping[str, Any] | None = None,
    background: Sequence[Example] = (),
) -> None:
    """Write the record of every ablation of one benchmark to its target.

    Args and errors: as of `Assignment` and `evaluate_benchmarks`.
    """
    evaluate_benchmarks(
        model, [Assignment(source, limit, targets)], seed, masks, method, store,
        run_code_unsafely, open_sandbox, kept_in, background,
    )  # fmt: skip


def evaluate_benchmarks(
    model: ModelSettings,
    assignments: Sequence[Assignment],
    seed: int,
    masks: Mapping[str, Mask],
    method: Method,
    store: Store,
    run_code_unsafely: bool = False,
    open_sandbox: Callable[..., Sandbox] = Sandbox,
    kept_in: Mapping[str, Any] | None = None,
    background: Sequence[Example] = (),
) -> None:
    """Write the record of every ablation of every benchmark, loading the model once.

    The model is loaded only where the store lacks something; each record enters the store as
    soon as it is done, so that a killed job resumes where it stopped.

    Args:
        model: the prepared model.
        assignments: what it is asked.
        seed: of the samples and the few-shot draws.
        masks: each ablation's mask, by its name.
        method: what becomes of a mask's entries.
        store: the store.
        run_code_unsafely: a benchmark's programs, where it has some, run without a sandbox.
        open_sandbox: makes what they run in, told by `unsafe` whether without a sandbox.
        kept_in: where given, a `scope` and its `layers`, of which the mask's entries are all that
            is kept: the others are ablated in their stead.
        background: what the means of units are over; with masks of units and the method `mean`
            alone.

    Raises:
        InputError: a benchmark or its tests are faulty, there is no sandbox, or units have no
            background for their means.
    """
    states = {name: _ablated(mask, method, kept_in, background) for name, mask in masks.items()}
    asked = [
        _ask_store(model, assignment, seed, states, store, run_code_unsafely)
        for assignment in assignments
    ]
    waiting = [own for own in asked if own.missing]
    for own in waiting:
        store.check_writable(KIND, own.missing)
    if waiting:
        # Before the model is loaded: where there is no sandbox, nothing is computed.
        runs_programs = any(own.assignment.source.runs_programs for own in waiting)
        sandbox = open_sandbox(unsafe=run_code_unsafely) if runs_programs else None
        _compute(model, waiting, masks, method, kept_in, background, store, sandbox)
    for own in asked:
        for name, target in own.assignment.targets.items():
            store.place(store.path(KIND, own.keys[name], SUFFIX), target)
        computed = len(own.missing)
        reused = len(own.assignment.targets) - computed
        logger.info("%s: %d reused, %d computed", own.assignment.folder.name, reused, computed)


def _ask_store(
    model: ModelSettings,
    assignment: Assignment,
    seed: int,
    states: Mapping[str, dict[str, Any]],
    store: Store,
    run_code_unsafely: bool,
) -> Asked:
    """Make an assignment's requests, and see what the store has of its answers."""
    requests = requests_for(model, assignment.source, assignment.limit, seed)
    programs = None
    if assignment.source.runs_programs:
        # Before the model is loaded: else faulty tests would show after all is generated.
        check_documents(document.content for document in requests.documents)
        programs = {"sandbox": not run_code_unsafely, "python": PYTHON}
        if model.chat_template:
            logger.warning(CHAT_PROGRAMS)
    asked = _asked(model, requests, assignment.source, assignment.limit, seed, programs)
    origins = {
        name: {"model": asked["model"], "mask": states.get(name)} | asked
        for name in assignment.targets
    }
    keys = {name: key_of(origin) for name, origin in origins.items()}
    store.use(assignment.folder, KIND, keys.values(), SUFFIX)
    missing = {
        keys[name]: name
        for name in sorted(assignment.targets, key=_place_of)
        if not store.has(KIND, keys[name], SUFFIX, key_of_entry)
    }
    return Asked(assignment, requests, origins, keys, missing)


def _place_of(ablation: str) -> tuple[bool, str]:
    """Where an ablation stands: `intact` first, since without it no other record is of use."""
    return ablation != INTACT, ablation


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


def requests_for(
    model: ModelSettings, source: TaskSource, limit: int | None, seed: int
) -> Requests:
    """All that is asked of a model: the same documents, prompts and shots whatever is ablated.

    Raises:
        InputError: prompts go through a chat template that there is not, or under which no answer
            can be scored; or no metric of the benchmark gives every item a score.
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


def _asked(
    model: ModelSettings,
    requests: Requests,
    source: TaskSource,
    limit: int | None,
    seed: int,
    programs: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """All that decides the numbers beside the mask, and nothing else: no names of a run."""
    card, task = read_card(model.folder), requests.documents[0].task
    origin = {
        # Records are passed on, in a shared store and in archives: no path of this machine.
        "model": {"digest": card.digest, "source": portable(card.source), "dtype": model.dtype},
        "requests": {
            "digest": requests.digest,
            "task": source.task or str(task.config.task),
            "version": str(task.VERSION),
            "fewshot": task.config.num_fewshot or 0,
            "limit": limit,
            "seed": seed,
            "chat_template": model.chat_template,
        }
        | _chat_origin(model),
        "code": codebase.digest_of("evaluation"),
    }
    return origin | ({"programs": programs} if programs else {})


def _ablated(
    mask: Mask,
    method: Method,
    kept_in: Mapping[str, Any] | None,
    background: Sequence[Example],
) -> dict[str, Any]:
    """What was ablated and how.

    Raises:
        InputError: units are to become means over no background.
    """
    # Only where it is so: the keys of other ablations stay what they were.
    kept = {"kept_in": dict(kept_in)} if kept_in else {}
    over = {}
    if method == "mean" and mask.unit != WEIGHT:
        if not background:
            found, expected = f"mean of {mask.unit}s", "a background that they are means over"
            raise InputError("ablation", found, expected)
        over = {"mean_over": {"examples": digest_of_all(background),
                              "code": codebase.digest_of("levels")}}  # fmt: skip
    return {"digest": mask.digest, "n": mask.size, "method": method} | kept | over


def _chat_origin(model: ModelSettings) -> dict[str, Any]:
    """What became of the day and of thinking in prompts; None of what they have none of."""
    if not model.chat_template:
        return {"chat_date": None, "thinking": None}
    tokenizer = load_tokenizer(model.folder)
    return {
        "chat_date": model.chat_date if prints_date(tokenizer) else None,
        "thinking": thinking_of(tokenizer),
    }


def key_of_entry(entry: Path) -> str:
    """The store's key of what a record holds, which is compared with its digest.

    Raises:
        InputError: it is damaged or of another format.
    """
    return key_of(read_record(entry)["origin"])


def _compute(
    settings: ModelSettings,
    asked: Sequence[Asked],
    masks: Mapping[str, Mask],
    method: Method,
    kept_in: Mapping[str, Any] | None,
    background: Sequence[Example],
    store: Store,
    sandbox: Sandbox | None,
) -> None:
    check_content(settings.folder)
    model = load_model(settings.folder, settings.dtype, settings.device, settings.gpus)
    speed_up_scoring(model)
    keep_freed_memory(model.device)
    without = _ablation(model, masks, method, kept_in, background)
    scorer = TreeScorer(model, load_tokenizer(settings.folder), description="scoring")
    kept = KeptPaths()
    questions = [Questions.of(scorer, own, kept) for own in asked]
    names = sorted({name for own in asked for name in own.missing.values()}, key=_place_of)
    for number, name in enumerate(names, start=1):
        logger.info("ablation %d of %d: %s", number, len(names), name)
        mask = masks.get(name)
        with without(mask) if mask else contextlib.nullcontext():
            for own in questions:
                if name not in own.asked.missing.values():
                    continue
                try:
                    own.answer(name, store, sandbox)
                except NonFiniteLogitsError as error:
                    remedy = (
                        "Set `dtype: float32` or bfloat16; if it is so already, choose a smaller k."
                    )
                    asked_of = own.asked.assignment.folder.name
                    where = f"{settings.folder}, {asked_of}, ablation {name}"
                    raise InputError(where, str(error), "finite logits", remedy) from None


def _ablation(
    model: Any,
    masks: Mapping[str, Mask],
    method: Method,
    kept_in: Mapping[str, Any] | None,
    background: Sequence[Example],
) -> Callable[[Mask], contextlib.AbstractContextManager[None]]:
    """A function of a mask: a block in which the model is ablated."""
    units = {mask.unit for mask in masks.values()} - {WEIGHT}
    if method == "mean" and units:
        (unit,), layers = units, kept_in["layers"] if kept_in else None
        means = activation_means(model, unit_projections(model, unit, layers), background)
        return functools.partial(averaged, model, means=means, alone=bool(kept_in))
    if kept_in:
        change, weights = kept_alone, scored_weights(model, **kept_in)
    else:
        change, weights = ablated, scope_weights(model, "all_layers")
    return lambda mask: change(weights, in_weights(model, mask), method)


@dataclass(frozen=True)
class Questions:
    """An assignment that is ready to be asked, under any weights of the model.

    Attributes:
        asked: the assignment.
        scorer: of the model.
        ask: asks all of it.
        truncated: how many requests lost their beginning when they were made ready.
    """

    asked: Asked
    scorer: TreeScorer
    ask: Callable[[], list[Response]]
    truncated: int

    @classmethod
    def of(cls, scorer: TreeScorer, asked: Asked, kept: KeptPaths) -> Questions:
        """Make an assignment ready, with what all those of a job may keep."""
        before = scorer.truncated
        ask = prepare_questions(scorer, asked.requests, kept)
        return cls(asked, scorer, ask, scorer.truncated - before)

    def answer(self, name: str, store: Store, sandbox: Sandbox | None) -> None:
        """Put the record of one ablation, with the weights as they are now, into the store.

        Raises:
            NonFiniteLogitsError: logits are not finite.
        """
        started, before = time.monotonic(), self.scorer.truncated
        responses = self.ask()
        check_logits(self.scorer, self.asked.requests)
        made = {
            "truncated": self.truncated + self.scorer.truncated - before,
            "seconds": round(time.monotonic() - started, 2),
            "device": str(self.scorer.model.device),
            "software": provenance.software(),
            "machine": provenance.machine(),
        }
        origin = self.asked.origins[name] | {"made": made}
        runs = sandbox if self.asked.assignment.source.runs_programs else None
        content = record_bytes(make_record(self.asked.requests, responses, origin, runs))
        store.add_bytes(KIND, self.asked.keys[name], SUFFIX, content)
