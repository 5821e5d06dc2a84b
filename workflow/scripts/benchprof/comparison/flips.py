"""What a model answers about items while a mask's units are as they are on the items' flips."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from benchprof import codebase, digests
from benchprof.comparison.passes import answers_on_flips
from benchprof.comparison.tried import FLIP
from benchprof.data import ability_task
from benchprof.evaluation.assignment import Assignment
from benchprof.evaluation.faults import logits_fault
from benchprof.evaluation.questions import requests_for
from benchprof.evaluation.record import (
    KIND,
    SUFFIX,
    NonFiniteLogitsError,
    key_of,
    key_of_entry,
    make_record,
    record_bytes,
)
from benchprof.evaluation.settings import ModelSettings
from benchprof.importance.example import Example
from benchprof.importance.faults import check_lengths, context_of
from benchprof.importance.memory import memory_for
from benchprof.masks.mask import Mask
from benchprof.models.card import check_content, read_card
from benchprof.models.linear import speed_up_scoring
from benchprof.models.loading import load_model, load_tokenizer
from benchprof.portable import portable
from benchprof.provenance import made_on
from benchprof.scoring.chat import prints_date, thinking_of
from benchprof.scoring.scorer import Answer, TreeScorer
from benchprof.store import Store
from benchprof.tasks.requests import Requests

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """An assignment, with what the store has of its answers.

    Attributes:
        assignment: of an ability's items.
        items: the requests about these.
        flips: the requests about their flips, with the same options.
        origins: by ablation, all that decides the answers.
        missing: the ablation whose answers the store lacks, by key.
    """

    assignment: Assignment
    items: Requests
    flips: Requests
    origins: Mapping[str, dict[str, Any]]
    missing: Mapping[str, str]


def answer_on_flips(
    model: ModelSettings,
    assignments: Sequence[Assignment],
    seed: int,
    masks: Mapping[str, Mask],
    store: Store,
) -> None:
    """Write a record for the intact model and each mask, as `evaluate_benchmarks` does.

    Under a mask its units are as on the flip of the item (`interchanged`), with the same option.
    The records of an assignment enter the store together, since one reading of the flips serves
    all its masks; the intact one comes of the same passes, so that both are rounded alike.

    Args:
        model: the prepared model.
        assignments: of abilities' items, all of which have a flip.
        seed: of the samples.
        masks: each ablation's mask by its name, of one kind of unit.
        store: the store.

    Raises:
        InputError: an item is longer than the model's context, a mask is of another model, or
            logits are not finite.
    """
    asked = [_ask_store(model, own, seed, masks, store) for own in assignments]
    waiting = [own for own in asked if own.missing]
    for own in waiting:
        store.check_writable(KIND, own.missing)
    if waiting:
        _compute(model, waiting, masks, store)
    for own in asked:
        for name, target in own.assignment.targets.items():
            store.place(store.path(KIND, key_of(own.origins[name]), SUFFIX), target)
        computed, folder = len(own.missing), own.assignment.folder.name
        reused = len(own.assignment.targets) - computed
        logger.info("%s, on flips: %d reused, %d computed", folder, reused, computed)


def _ask_store(
    model: ModelSettings,
    assignment: Assignment,
    seed: int,
    masks: Mapping[str, Mask],
    store: Store,
) -> Asked:
    source, limit = assignment.source, assignment.limit
    # A sample is drawn by what documents hold, which is both: the same ones in the same order.
    items, flips = (
        requests_for(model, replace(source, file=ability_task(kind)), limit, seed)
        for kind in (None, FLIP)
    )
    assert [own.content["id"] for own in items.documents] == [
        own.content["id"] for own in flips.documents
    ]
    origin = _origin(model, items, flips, limit, seed)
    origins = {
        name: origin
        | {"mask": {"digest": masks[name].digest, "n": masks[name].size, "method": FLIP}
           if name in masks else None}
        for name in assignment.targets
    }  # fmt: skip
    keys = {name: key_of(own) for name, own in origins.items()}
    store.use(assignment.folder, KIND, keys.values(), SUFFIX)
    missing = {
        key: name for name, key in keys.items() if not store.has(KIND, key, SUFFIX, key_of_entry)
    }
    return Asked(assignment, items, flips, origins, missing)


def _origin(
    model: ModelSettings, items: Requests, flips: Requests, limit: int | None, seed: int
) -> dict[str, Any]:
    """All that decides answers beside the mask, as a record of an evaluation has it."""
    card, task = read_card(model.folder), items.documents[0].task
    chat = load_tokenizer(model.folder) if model.chat_template else None
    return {
        "model": {"digest": card.digest, "source": portable(card.source), "dtype": model.dtype},
        "requests": {
            "digest": digests.of_value([items.digest, flips.digest]),
            "task": str(task.config.task),
            "version": str(task.VERSION),
            "fewshot": task.config.num_fewshot or 0,
            "limit": limit,
            "seed": seed,
            "chat_template": model.chat_template,
            "chat_date": model.chat_date if chat and prints_date(chat) else None,
            "thinking": thinking_of(chat) if chat else None,
        },
        "code": digests.of_value([codebase.digest_of(own) for own in ("evaluation", "flips")]),
    }


def _compute(
    settings: ModelSettings, asked: Sequence[Asked], masks: Mapping[str, Mask], store: Store
) -> None:
    check_content(settings.folder)
    model = load_model(settings.folder, settings.dtype, settings.device, settings.gpus)
    speed_up_scoring(model)
    scorer = TreeScorer(model, load_tokenizer(settings.folder))
    longest = context_of(settings.folder)
    read = [(own, *_texts(scorer, own, longest)) for own in asked]
    memory = memory_for(model, on_host=False)
    for number, (own, texts, flips) in enumerate(read, start=1):
        name = own.assignment.folder.name
        logger.info("%d of %d: %s, on flips", number, len(read), name)
        started = time.monotonic()
        wanted = {name: masks.get(name) for name in own.missing.values()}
        answers = answers_on_flips(model, texts, flips, wanted, memory)
        made = made_on(model.device, (time.monotonic() - started) / len(wanted), truncated=0)
        _add(own, answers, made, store, settings)


def _texts(
    scorer: TreeScorer, asked: Asked, longest: int | None
) -> tuple[list[Example], list[Example]]:
    """Items and flips, each with each option, in the tokens that an evaluation scores.

    Raises:
        InputError: one is longer than the model's context.
    """
    items, flips = (
        [
            Example(
                torch.tensor(context + continuation),
                torch.arange(len(context) + len(continuation)) >= len(context),
            )
            for context, continuation in scorer.encode(requests.instances)
        ]
        for requests in (asked.items, asked.flips)
    )
    ids = [str(own.content["id"]) for own in asked.items.documents for _ in own.instances]
    file = asked.assignment.source.data
    assert file is not None
    check_lengths(longest, file, list(zip(ids * 2, items + flips, strict=True)))
    return items, flips


def _add(
    asked: Asked,
    answers: Mapping[str, Sequence[Answer]],
    made: Mapping[str, Any],
    store: Store,
    settings: ModelSettings,
) -> None:
    """Put the records that the store lacks into it.

    Raises:
        InputError: a log-likelihood is not a number.
    """
    for key, name in asked.missing.items():
        origin = asked.origins[name] | {"made": made}
        try:
            content = record_bytes(make_record(asked.items, answers[name], origin))
        except NonFiniteLogitsError as error:
            folder = asked.assignment.folder.name
            where = f"{settings.folder}, {folder}, ablation {name} on flips"
            raise logits_fault(where, error) from None
        store.add_bytes(KIND, key, SUFFIX, content)
