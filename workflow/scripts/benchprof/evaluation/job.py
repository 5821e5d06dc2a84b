"""One job: the intact and every ablated model on benchmarks, computing what the store lacks."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from benchprof.evaluation.assignment import Asked, Assignment, ask_store, looked_up, place_of
from benchprof.evaluation.faults import check_logits, logits_fault
from benchprof.evaluation.fields import Origin
from benchprof.evaluation.intervention import Intervention
from benchprof.evaluation.questions import check_settings_of, prepare_questions
from benchprof.evaluation.record import (
    EVALUATIONS,
    NonFiniteLogitsError,
    key_of,
    make_record,
    record_bytes,
)
from benchprof.evaluation.settings import ModelSettings
from benchprof.models.allocation import keep_freed_memory
from benchprof.models.card import check_content
from benchprof.models.device import device_name
from benchprof.models.linear import speed_up_scoring
from benchprof.models.loading import load_model, load_tokenizer
from benchprof.models.mask import Mask
from benchprof.provenance import made_on
from benchprof.sandbox.sandbox import Sandbox
from benchprof.scoring.attention import KeptPaths
from benchprof.scoring.scorer import TreeScorer
from benchprof.store import Store
from benchprof.tasks.metrics import Response

logger = logging.getLogger(__name__)


def evaluate_benchmarks(
    model: ModelSettings,
    assignments: Sequence[Assignment],
    seed: int,
    masks: Mapping[str, Mask],
    intervention: Intervention,
    store: Store,
    run_code_unsafely: bool = False,
    open_sandbox: Callable[..., Sandbox] = Sandbox,
) -> None:
    """Write the record of every ablation of every benchmark, loading the model once.

    The model is loaded only where the store lacks something; each record enters the store as
    soon as it is done, so that a killed job resumes where it stopped.

    Args:
        model: the prepared model.
        assignments: what it is asked.
        seed: of the samples and the few-shot draws.
        masks: each ablation's mask, by its name.
        intervention: how masks are applied.
        store: the store.
        run_code_unsafely: a benchmark's programs, where it has some, run without a sandbox.
        open_sandbox: makes what they run in, told by `unsafe` whether without a sandbox.

    Raises:
        InputError: a benchmark or its tests are faulty, there is no sandbox, or units have no
            examples for their means.
    """
    conditions = {name: intervention.origin(mask) for name, mask in masks.items()}
    asked = [
        ask_store(model, assignment, seed, conditions, store, run_code_unsafely)
        for assignment in assignments
    ]
    waiting = [own for own in asked if own.missing]
    for own in waiting:
        store.check_writable(EVALUATIONS, own.missing)
    if waiting:
        # Before the model is loaded: where there is no sandbox, nothing is computed.
        runs_programs = any(own.assignment.source.runs_programs for own in waiting)
        sandbox = open_sandbox(unsafe=run_code_unsafely) if runs_programs else None
        computed = _compute(model, waiting, masks, intervention, store, sandbox)
        asked = [own for own in asked if not own.missing] + computed
    for own in asked:
        own.deliver(store)


def _compute(
    settings: ModelSettings,
    asked: Sequence[Asked],
    masks: Mapping[str, Mask],
    intervention: Intervention,
    store: Store,
    sandbox: Sandbox | None,
) -> list[Asked]:
    """Have the model answer; return what was asked in the end."""
    check_content(settings.folder)
    for assigned in asked:
        check_settings_of(settings.folder, assigned.requests)
        if not assigned.assignment.source.runs_programs:
            assigned.requests.try_scoring()
    model = load_model(settings)
    speed_up_scoring(model)
    keep_freed_memory(model.device)
    without = intervention.on(model, masks.values())
    scorer = TreeScorer(model, load_tokenizer(settings.folder), description="scoring")
    kept = KeptPaths()
    ready = [ReadyAssignment.of(scorer, own, kept) for own in asked]
    waiting = ready
    while waiting:
        _answer(settings.folder, waiting, masks, without, store, sandbox)
        waiting = [own for own in waiting if own.shrunk(store)]
    return [own.asked for own in ready]


def _answer(
    folder: Path,
    ready: Sequence[ReadyAssignment],
    masks: Mapping[str, Mask],
    without: Callable[[Mask], AbstractContextManager[None]],
    store: Store,
    sandbox: Sandbox | None,
) -> None:
    """Put every record that is missing into the store, ablation by ablation."""
    names = sorted({name for own in ready for name in own.asked.missing.values()}, key=place_of)
    for number, name in enumerate(names, start=1):
        logger.info("ablation %d of %d: %s", number, len(names), name)
        mask = masks.get(name)
        with without(mask) if mask else contextlib.nullcontext():
            for own in ready:
                if name not in own.asked.missing.values():
                    continue
                try:
                    own.answer(name, store, sandbox)
                except NonFiniteLogitsError as error:
                    asked_of = own.asked.assignment.folder.name
                    where = f"{folder}, {asked_of}, ablation {name}"
                    raise logits_fault(where, error) from None


@dataclass
class ReadyAssignment:
    """An assignment that is ready to be asked, under any weights of the model.

    Attributes:
        asked: the assignment.
        scorer: of the model.
        ask: asks all of it.
        truncated: how many requests lost their beginning when they were made ready.
        tokens: of a batch of written answers; fewer than was asked for once memory ran out.
    """

    asked: Asked
    scorer: TreeScorer
    ask: Callable[[], list[Response]]
    truncated: int
    tokens: int

    @classmethod
    def of(cls, scorer: TreeScorer, asked: Asked, kept: KeptPaths) -> ReadyAssignment:
        """Make an assignment ready; `kept` is shared by all assignments of a job."""
        before = scorer.truncated
        ask = prepare_questions(scorer, asked.requests, kept)
        tokens = asked.batch["tokens"] if asked.batch else scorer.generation_budget
        return cls(asked, scorer, ask, scorer.truncated - before, tokens)

    def answer(self, name: str, store: Store, sandbox: Sandbox | None) -> None:
        """Put the record of one ablation, with the weights as they are now, into the store.

        Raises:
            NonFiniteLogitsError: logits are not finite.
        """
        started, before = time.monotonic(), self.scorer.truncated
        self.scorer.generation_budget = self.tokens
        responses = self.ask()
        self.tokens = self.scorer.generation_budget
        check_logits(self.scorer, self.asked.requests)
        truncated = self.truncated + self.scorer.truncated - before
        made = made_on(device_name(self.scorer.model.device), time.monotonic() - started, truncated)
        origin: Origin = {**self.asked.origins_in(self.tokens)[name], "made": made}
        runs = sandbox if self.asked.assignment.source.runs_programs else None
        content = record_bytes(make_record(self.asked.requests, responses, origin, runs))
        store.add_bytes(EVALUATIONS, key_of(origin), content)

    def shrunk(self, store: Store) -> bool:
        """Whether memory ran out, so that answers of larger batches are wanted in smaller ones.

        A text may turn with the batch that it was written in: all ablations share one.
        """
        if not self.asked.batch or self.tokens == self.asked.batch["tokens"]:
            return False
        old = self.asked
        origins = old.origins_in(self.tokens)
        self.asked = looked_up(old.assignment, old.requests, origins, store)
        store.check_writable(EVALUATIONS, self.asked.missing)
        return bool(self.asked.missing)
