"""One job: the intact and every ablated model on benchmarks, computing what the store lacks."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from benchprof.evaluation.assignment import (
    Assignment,
    AssignmentState,
    ask_store,
    looked_up,
    sort_key,
)
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
    states = [
        ask_store(model, assignment, seed, conditions, store, run_code_unsafely)
        for assignment in assignments
    ]
    waiting = [state for state in states if state.missing]
    for state in waiting:
        store.check_writable(EVALUATIONS, state.missing)
    if waiting:
        # Before the model is loaded: where there is no sandbox, nothing is computed.
        runs_programs = any(state.assignment.source.runs_programs for state in waiting)
        sandbox = open_sandbox(unsafe=run_code_unsafely) if runs_programs else None
        computed = _compute(model, waiting, masks, intervention, store, sandbox)
        states = [state for state in states if not state.missing] + computed
    for state in states:
        state.deliver(store)


def _compute(
    settings: ModelSettings,
    states: Sequence[AssignmentState],
    masks: Mapping[str, Mask],
    intervention: Intervention,
    store: Store,
    sandbox: Sandbox | None,
) -> list[AssignmentState]:
    """Have the model answer; return what was asked in the end."""
    check_content(settings.folder)
    for state in states:
        check_settings_of(settings.folder, state.requests)
        if not state.assignment.source.runs_programs:
            state.requests.try_scoring()
    model = load_model(settings)
    speed_up_scoring(model)
    keep_freed_memory(model.device)
    ablated_block = intervention.on(model, masks.values())
    scorer = TreeScorer(model, load_tokenizer(settings.folder), description="scoring")
    kept = KeptPaths()
    ready = [ReadyAssignment.of(scorer, own, kept) for own in states]
    waiting = ready
    while waiting:
        _answer(settings.folder, waiting, masks, ablated_block, store, sandbox)
        waiting = [own for own in waiting if own.retry_in_smaller_batches(store)]
    return [own.state for own in ready]


def _answer(
    folder: Path,
    ready: Sequence[ReadyAssignment],
    masks: Mapping[str, Mask],
    ablated_block: Callable[[Mask], AbstractContextManager[None]],
    store: Store,
    sandbox: Sandbox | None,
) -> None:
    """Put every record that is missing into the store, ablation by ablation."""
    names = sorted({name for own in ready for name in own.state.missing.values()}, key=sort_key)
    for number, name in enumerate(names, start=1):
        logger.info("ablation %d of %d: %s", number, len(names), name)
        mask = masks.get(name)
        with ablated_block(mask) if mask else contextlib.nullcontext():
            for assigned in ready:
                if name not in assigned.state.missing.values():
                    continue
                try:
                    assigned.answer(name, store, sandbox)
                except NonFiniteLogitsError as error:
                    asked_of = assigned.state.assignment.folder.name
                    where = f"{folder}, {asked_of}, ablation {name}"
                    raise logits_fault(where, error) from None


@dataclass
class ReadyAssignment:
    """An assignment that is ready to be asked, under any weights of the model.

    Attributes:
        state: the assignment.
        scorer: of the model.
        ask: asks all of it.
        truncated: how many requests lost their beginning when they were made ready.
        tokens: of a batch of written answers; fewer than was asked for once memory ran out.
    """

    state: AssignmentState
    scorer: TreeScorer
    ask: Callable[[], list[Response]]
    truncated: int
    tokens: int

    @classmethod
    def of(cls, scorer: TreeScorer, state: AssignmentState, kept: KeptPaths) -> ReadyAssignment:
        """Make an assignment ready; `kept` is shared by all assignments of a job."""
        before = scorer.truncated
        ask = prepare_questions(scorer, state.requests, kept)
        tokens = state.batch["tokens"] if state.batch else scorer.generation_budget
        return cls(state, scorer, ask, scorer.truncated - before, tokens)

    def answer(self, name: str, store: Store, sandbox: Sandbox | None) -> None:
        """Put the record of one ablation, with the weights as they are now, into the store.

        Raises:
            NonFiniteLogitsError: logits are not finite.
        """
        started, before = time.monotonic(), self.scorer.truncated
        self.scorer.generation_budget = self.tokens
        responses = self.ask()
        self.tokens = self.scorer.generation_budget
        check_logits(self.scorer, self.state.requests)
        truncated = self.truncated + self.scorer.truncated - before
        made = made_on(device_name(self.scorer.model.device), time.monotonic() - started, truncated)
        origin: Origin = {**self.state.origins_in(self.tokens)[name], "made": made}
        runs = sandbox if self.state.assignment.source.runs_programs else None
        content = record_bytes(make_record(self.state.requests, responses, origin, runs))
        store.add_bytes(EVALUATIONS, key_of(origin), content)

    def retry_in_smaller_batches(self, store: Store) -> bool:
        """Whether memory ran out, so that answers of larger batches are wanted in smaller ones.

        A text may turn with the batch that it was written in: all ablations share one.
        """
        if not self.state.batch or self.tokens == self.state.batch["tokens"]:
            return False
        old = self.state
        origins = old.origins_in(self.tokens)
        self.state = looked_up(old.assignment, old.requests, origins, store)
        store.check_writable(EVALUATIONS, self.state.missing)
        return bool(self.state.missing)
