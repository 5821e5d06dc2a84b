"""A benchmark that a model is to answer: what decides the answers, and what the store has."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchprof import codebase
from benchprof.ablation import INTACT
from benchprof.evaluation.batch import shared_batch
from benchprof.evaluation.fields import Batch, MaskOrigin, Origin
from benchprof.evaluation.questions import requests_for
from benchprof.evaluation.record import EVALUATIONS, key_of
from benchprof.evaluation.settings import ModelSettings
from benchprof.models.card import read_card
from benchprof.models.loading import load_tokenizer
from benchprof.portable import portable
from benchprof.sandbox.program import check_documents
from benchprof.scoring.chat import TODAY, prints_date, thinking_of
from benchprof.store import Store
from benchprof.tasks.requests import Requests
from benchprof.tasks.source import TaskSource

logger = logging.getLogger(__name__)
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
class AssignmentState:
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
    origins: Mapping[str, Origin]
    keys: Mapping[str, str]
    missing: Mapping[str, str]

    @property
    def batch(self) -> Batch | None:
        """What batches the answers are written in; None where none is written."""
        return next(iter(self.origins.values())).get("batch")

    def origins_in(self, tokens: int) -> Mapping[str, Origin]:
        """The origins of the same answers where they are written in batches of this size."""
        if self.batch is None:
            return self.origins
        return _in_batch({**self.batch, "tokens": tokens}, self.origins)

    def deliver(self, store: Store, how: str = "") -> None:
        """Put the records, all of which the store has by now, where the assignment wants them.

        Args:
            store: the store.
            how: what the log says of how the masks were applied.
        """
        for name, target in self.assignment.targets.items():
            store.place(EVALUATIONS, self.keys[name], target)
        computed = len(self.missing)
        reused = len(self.assignment.targets) - computed
        name = f"{self.assignment.folder.name}{how}"
        logger.info("%s: %d reused, %d computed", name, reused, computed)


def ask_store(
    model: ModelSettings,
    assignment: Assignment,
    seed: int,
    conditions: Mapping[str, MaskOrigin],
    store: Store,
    run_code_unsafely: bool,
) -> AssignmentState:
    """Make an assignment's requests, and see what the store has of its answers."""
    requests = requests_for(model, assignment.source, assignment.limit, seed)
    origin = asked_origin(model, requests, assignment, seed)
    if assignment.source.runs_programs:
        # Before the model is loaded: otherwise faulty tests would show only after generating texts.
        check_documents(document.content for document in requests.documents)
        origin["programs"] = {"sandbox": not run_code_unsafely, "python": PYTHON}
        if model.chat_template:
            logger.warning(CHAT_PROGRAMS)
    origins = origins_of(assignment, origin, conditions)
    if requests.any_written:
        origins = _in_batch(shared_batch(model, origins.values(), store), origins)
    return looked_up(assignment, requests, origins, store)


def origins_of(
    assignment: Assignment, origin: Origin, conditions: Mapping[str, MaskOrigin]
) -> dict[str, Origin]:
    """By ablation, all that decides the answers to an assignment.

    Args:
        assignment: the assignment.
        origin: that of the intact model's answers.
        conditions: by ablation, what its mask is and what becomes of the mask's entries.
    """
    return {name: {**origin, "mask": conditions.get(name)} for name in assignment.targets}


def looked_up(
    assignment: Assignment, requests: Requests, origins: Mapping[str, Origin], store: Store
) -> AssignmentState:
    """See what the store has of the answers to an assignment's requests.

    Args:
        assignment: the assignment.
        requests: what the model is asked.
        origins: by ablation, all that decides the answers.
        store: the store.
    """
    keys = {name: key_of(own) for name, own in origins.items()}
    store.use(assignment.folder, EVALUATIONS, keys.values())
    missing = {
        keys[name]: name
        for name in sorted(assignment.targets, key=sort_key)
        if not store.has(EVALUATIONS, keys[name])
    }
    return AssignmentState(assignment, requests, origins, keys, missing)


def _in_batch(batch: Batch, origins: Mapping[str, Origin]) -> dict[str, Origin]:
    return {name: {**own, "batch": batch} for name, own in origins.items()}


def sort_key(ablation: str) -> tuple[bool, str]:
    """Where an ablation stands: `intact` first, since without it no other record is of use."""
    return ablation != INTACT, ablation


def asked_origin(
    model: ModelSettings, requests: Requests, assignment: Assignment, seed: int
) -> Origin:
    """All that decides the intact model's answers, and nothing else: no names of a run."""
    card, task = read_card(model.folder), requests.documents[0].task
    chat = load_tokenizer(model.folder) if model.chat_template else None
    return {
        # Records are passed on, in a shared store and in archives: no path of this machine.
        "model": {"digest": card.digest, "source": portable(card.source), "dtype": model.dtype},
        "mask": None,
        "requests": {
            "digest": requests.digest,
            "task": assignment.source.task or str(task.config.task),
            "version": str(task.VERSION),
            "fewshot": task.config.num_fewshot or 0,
            "limit": assignment.limit,
            "seed": seed,
            "chat_template": model.chat_template,
            "chat_date": TODAY if chat and prints_date(chat) else None,
            "thinking": thinking_of(chat) if chat else None,
        },
        "code": code_digest(),
    }


def code_digest() -> str:
    """Digest of the code that decides answers; that of units' means stands in their keys."""
    return codebase.digest_of("evaluation.job", "sandbox.isolated", excluding=["importance.levels"])
