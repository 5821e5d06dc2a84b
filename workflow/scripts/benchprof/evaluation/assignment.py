"""A benchmark that a model is to answer: what decides the answers, and what the store has."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchprof import codebase
from benchprof.evaluation.questions import requests_for
from benchprof.evaluation.record import KIND, SUFFIX, key_of, key_of_entry
from benchprof.evaluation.settings import ModelSettings
from benchprof.models.card import read_card
from benchprof.models.loading import load_tokenizer
from benchprof.portable import portable
from benchprof.run.ablation import INTACT
from benchprof.sandbox.program import check_documents
from benchprof.scoring.chat import prints_date, thinking_of
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


def ask_store(
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
    asked = _asked_origin(model, requests, assignment.source, assignment.limit, seed, programs)
    origins = {
        name: {"model": asked["model"], "mask": states.get(name)} | asked
        for name in assignment.targets
    }
    keys = {name: key_of(origin) for name, origin in origins.items()}
    store.use(assignment.folder, KIND, keys.values(), SUFFIX)
    missing = {
        keys[name]: name
        for name in sorted(assignment.targets, key=place_of)
        if not store.has(KIND, keys[name], SUFFIX, key_of_entry)
    }
    return Asked(assignment, requests, origins, keys, missing)


def place_of(ablation: str) -> tuple[bool, str]:
    """Where an ablation stands: `intact` first, since without it no other record is of use."""
    return ablation != INTACT, ablation


def _asked_origin(
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


def _chat_origin(model: ModelSettings) -> dict[str, Any]:
    """What became of the day and of thinking in prompts; None of what they have none of."""
    if not model.chat_template:
        return {"chat_date": None, "thinking": None}
    tokenizer = load_tokenizer(model.folder)
    return {
        "chat_date": model.chat_date if prints_date(tokenizer) else None,
        "thinking": thinking_of(tokenizer),
    }
