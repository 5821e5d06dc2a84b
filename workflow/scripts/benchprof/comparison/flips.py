"""What a model answers about items while a mask's units are as they are on the items' flips."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch

from benchprof import codebase, digests
from benchprof.comparison.combination import FLIP
from benchprof.comparison.passes import answers_on_flips
from benchprof.data import ability_task
from benchprof.evaluation.assignment import Asked, Assignment, asked_origin, looked_up, origins_of
from benchprof.evaluation.faults import logits_fault
from benchprof.evaluation.fields import MaskOrigin, Origin
from benchprof.evaluation.questions import requests_for
from benchprof.evaluation.record import (
    EVALUATIONS,
    NonFiniteLogitsError,
    make_record,
    record_bytes,
)
from benchprof.evaluation.settings import ModelSettings
from benchprof.importance.example import Example
from benchprof.importance.faults import check_lengths, context_of
from benchprof.importance.memory import memory_for
from benchprof.masks.mask import Mask
from benchprof.models.card import check_content
from benchprof.models.linear import speed_up_scoring
from benchprof.models.loading import load_model, load_tokenizer
from benchprof.provenance import Made, made_on
from benchprof.scoring.scorer import Answer, TreeScorer
from benchprof.store import Store
from benchprof.tasks.requests import Requests

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class AskedOnFlips:
    """What is asked of an ability's items, and of their flips.

    Attributes:
        items: the items' requests, and what the store has of the answers.
        flips: the requests about their flips, with the same options.
    """

    items: Asked
    flips: Requests

    @property
    def folder(self) -> str:
        """The name of the folder of the records."""
        return self.items.assignment.folder.name


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
    waiting = [own for own in asked if own.items.missing]
    for own in waiting:
        store.check_writable(EVALUATIONS, own.items.missing)
    if waiting:
        _compute(model, waiting, masks, store)
    for own in asked:
        own.items.deliver(store, ", on flips")


def _ask_store(
    model: ModelSettings,
    assignment: Assignment,
    seed: int,
    masks: Mapping[str, Mask],
    store: Store,
) -> AskedOnFlips:
    source = assignment.source
    # A sample depends on the documents' content. Each document holds an item and its flip, so both
    # samples are the same ones in the same order.
    items, flips = (
        requests_for(model, replace(source, file=ability_task(kind)), assignment.limit, seed)
        for kind in (None, FLIP)
    )
    assert [own.content["id"] for own in items.documents] == [
        own.content["id"] for own in flips.documents
    ]
    origin = asked_origin(model, items, assignment, seed)
    origin["requests"]["digest"] = digests.of_value([items.digest, flips.digest])
    origin["code"] = digests.of_value([origin["code"], codebase.digest_of("flips")])
    states: dict[str, MaskOrigin] = {
        name: {"digest": mask.digest, "n": mask.size, "method": FLIP}
        for name, mask in masks.items()
    }
    origins = origins_of(assignment, origin, states)
    return AskedOnFlips(looked_up(assignment, items, origins, store), flips)


def _compute(
    settings: ModelSettings, asked: Sequence[AskedOnFlips], masks: Mapping[str, Mask], store: Store
) -> None:
    check_content(settings.folder)
    model = load_model(settings)
    speed_up_scoring(model)
    scorer = TreeScorer(model, load_tokenizer(settings.folder))
    longest = context_of(settings.folder)
    read = [(own, *_texts(scorer, own, longest)) for own in asked]
    memory = memory_for(model, on_host=False)
    for number, (own, texts, flips) in enumerate(read, start=1):
        logger.info("%d of %d: %s, on flips", number, len(read), own.folder)
        started = time.monotonic()
        wanted = {name: masks.get(name) for name in own.items.missing.values()}
        answers = answers_on_flips(model, texts, flips, wanted, memory)
        made = made_on(model.device, (time.monotonic() - started) / len(wanted), truncated=0)
        _add(own, answers, made, store, settings)


def _texts(
    scorer: TreeScorer, asked: AskedOnFlips, longest: int | None
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
        for requests in (asked.items.requests, asked.flips)
    )
    ids = [str(own.content["id"]) for own in asked.items.requests.documents for _ in own.instances]
    file = asked.items.assignment.source.data
    assert file is not None
    check_lengths(longest, file, list(zip(ids * 2, items + flips, strict=True)))
    return items, flips


def _add(
    asked: AskedOnFlips,
    answers: Mapping[str, Sequence[Answer]],
    made: Made,
    store: Store,
    settings: ModelSettings,
) -> None:
    """Put the records that the store lacks into it.

    Raises:
        InputError: a log-likelihood is not a number.
    """
    for key, name in asked.items.missing.items():
        origin: Origin = {**asked.items.origins[name], "made": made}
        try:
            content = record_bytes(make_record(asked.items.requests, answers[name], origin))
        except NonFiniteLogitsError as error:
            where = f"{settings.folder}, {asked.folder}, ablation {name} on flips"
            raise logits_fault(where, error) from None
        store.add_bytes(EVALUATIONS, key, content)
