"""What each rule of one model takes: memory and minutes as its jobs ask for them, disk and time."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from benchprof.data import NEUTRAL_TEXT
from benchprof.importance.scoring import SCORES_ON_GPU
from benchprof.jobs.all import EVERY
from benchprof.jobs.calibration import CalibrateMasks
from benchprof.jobs.evaluation import Evaluation
from benchprof.jobs.importance import Scored
from benchprof.jobs.item_profile import ProfileItems
from benchprof.jobs.job import Job, ModelJob
from benchprof.jobs.masks import DrawControls, FindSuper, SelectMasks
from benchprof.jobs.models import PrepareModel
from benchprof.jobs.replication import EvaluateHalves, SelectHalfMasks
from benchprof.masks.super_set import most_entries, most_losses
from benchprof.plan.machine import Machine
from benchprof.plan.shape import Shape
from benchprof.plan.tokens import CHARACTERS, Texts, Workload, asked_texts
from benchprof.run.run import Run
from benchprof.scoring.generation import MOST_ITEMS

RULES: tuple[type[Job], ...] = (
    *(kind for kind in EVERY if kind.timed),
    ProfileItems,
    SelectHalfMasks,
    EvaluateHalves,
)
MASKS: Mapping[type[Job], Callable[[Any], Sequence[Any]]] = {
    SelectMasks: lambda job: job.masks,
    DrawControls: lambda job: job.controls,
    SelectHalfMasks: lambda job: job.masks,
    CalibrateMasks: lambda job: job.calibrated,
}
"""The masks that a job writes."""
STORAGE = 1e9
"""Bytes per second when models are loaded and importance is written."""
INDEX, SUM, SCORE, ATTRIBUTION, LOSS = 4, 4, 2, 2, 120
"""Bytes of an entry of a mask; of a weight's score while it is added up, and in a file; of what is
stored of each example: a unit's attribution, or the loss without a group."""
WAIT = 2
"""A batch of answers takes as many steps as its longest one: about so many times the mean."""


@dataclass(frozen=True)
class Step:
    """One rule's jobs for one model; None where nothing is known, or nothing of a kind is there.

    Attributes:
        rule: its name.
        jobs: how many; they may run side by side.
        memory: bytes of the host's memory that the largest job asks a cluster for.
        gpu: peak bytes of the largest job on each of its GPUs.
        minutes: that the longest job asks a cluster for.
        tokens: that the model reads and writes, all jobs together.
        disk: bytes written, all jobs together.
        seconds: of a GPU (or of the host where there is none), all jobs together.
        most_seconds: the same where ablated models write every answer to its limit.
    """

    rule: str
    jobs: int
    memory: float
    gpu: float
    minutes: float
    tokens: int | None = None
    disk: float | None = None
    seconds: float | None = None
    most_seconds: float | None = None


def model_steps(run: Run, model: str, shape: Shape, load: Workload, on: Machine) -> list[Step]:
    """Every rule that has to do with one model, in the order in which they run."""
    steps = []
    for kind in RULES:
        every = kind.all_of(run)
        jobs = [job for job in every if isinstance(job, ModelJob) and job.model == model]
        if jobs:
            own = [_step(job, shape, load, on) for job in jobs]
            steps.append(_together(own))
    return steps


def _together(steps: Sequence[Step]) -> Step:
    """The steps of one rule's jobs as one."""

    def summed(name: str) -> Any:
        known = [getattr(own, name) for own in steps if getattr(own, name) is not None]
        return sum(known) if known else None

    return Step(
        steps[0].rule,
        len(steps),
        max(own.memory for own in steps),
        max(own.gpu for own in steps),
        max(own.minutes for own in steps),
        *map(summed, ("tokens", "disk", "seconds", "most_seconds")),
    )


def _step(job: ModelJob, shape: Shape, load: Workload, on: Machine) -> Step:
    """What one job takes."""
    size, disk = shape.size, _written(job, shape, load)
    step = Step(job.rule, 1, job.memory(size), job.gpu_memory(size), job.minutes(size), disk=disk)
    conditions, texts = _read(job, shape, load)
    if not texts:
        return step
    if isinstance(job, Scored) and not job.scoring.groups:
        seconds = (
            importance_seconds(shape, load.examples, on, job.scoring.on_host)
            + (disk or 0) / STORAGE
        )
        longer = 0.0
    else:
        one = [answer_seconds(shape, own, on) for own in texts]
        most = [answer_seconds(shape, own.to_the_limit, on) for own in texts]
        seconds = conditions * sum(one)
        longer = (conditions - _intact(job)) * (sum(most) - sum(one))
    tokens = conditions * sum(own.read + own.written for own in texts)
    seconds += size.weights / STORAGE
    return replace(step, tokens=tokens, seconds=seconds, most_seconds=seconds + longer)


def _read(job: ModelJob, shape: Shape, load: Workload) -> tuple[int, Sequence[Texts]]:
    """How many conditions of a model read a job's texts, and these; none where it reads nothing."""
    if isinstance(job, FindSuper):
        return most_losses(most_entries(round(shape.size.in_scope))), [_neutral()]
    if isinstance(job, Evaluation):
        every = map(asked_texts, job.parts)
        return _conditions(job), [texts for texts in every if texts is not None]
    # Halves of units are made from the attributions or the losses, which are in the store.
    if not isinstance(job, Scored) or (shape.units and isinstance(job, SelectHalfMasks)):
        return 1, []
    groups = job.scoring.groups
    return groups.number + 1 if groups else 1, [load.examples]


def importance_seconds(shape: Shape, examples: Texts, on: Machine, on_host: bool = False) -> float:
    """Seconds for all abilities' importance, without loading the model and writing the scores.

    A token takes 2 operations a weight forward, and 2 a weight of the layers for the gradients that
    pass through them. Where weights are scored, it takes 2 more a weight in scope, and every
    example has its own gradient, for which the sums are read and written. On a GPU every group of
    weights whose sums have room there takes passes of its own, unless the sums are on the host.
    """
    in_scope = 0 if shape.units else shape.size.in_scope
    groups = 1
    if shape.size.on_gpu and in_scope and not on_host:
        groups = math.ceil(SUM * in_scope / (SCORES_ON_GPU * shape.size.weights))
    operations = (4 * groups * shape.passed + 2 * in_scope) * examples.read
    return operations / on.flops + 2 * SUM * in_scope * examples.items / on.bandwidth


def answer_seconds(shape: Shape, texts: Texts, on: Machine) -> float:
    """Seconds for one condition of the model to read and write, without loading the model.

    2 operations a weight and token. Each step of a batch of answers reads all weights.
    """
    seconds = 2 * shape.passed * (texts.read + texts.written) / on.flops
    if texts.written:
        most = max(1, min(MOST_ITEMS, shape.at_once // texts.room))
        longest = WAIT * texts.written / texts.items
        if texts.limit:
            longest = min(longest, texts.limit)
        steps = math.ceil(texts.items / most) * longest
        seconds += steps * (shape.size.weights / on.bandwidth + on.step)
    return seconds


def _conditions(job: Evaluation) -> int:
    """How many conditions of the model answer.

    `core` is the same mask for all abilities, and evaluated once; the intact model has answered an
    ability's held-out test before those of halves do.
    """
    masks = {
        replace(own, ability="") if own.selection == "core" and not own.is_control else own
        for own in job.ablations
    }
    return len(masks) + _intact(job)


def _intact(job: ModelJob) -> bool:
    """Whether the intact model is among the conditions of an evaluation."""
    return isinstance(job, Evaluation) and not isinstance(job, EvaluateHalves)


def _neutral() -> Texts:
    """The neutral text, by which the super set is found."""
    return Texts(1, len(NEUTRAL_TEXT.read_text(encoding="utf-8")) // CHARACTERS)


def _written(job: ModelJob, shape: Shape, load: Workload) -> float | None:
    """Bytes that a job writes; of masks of units, which are small, nothing."""
    size = shape.size
    if isinstance(job, PrepareModel):
        return size.weights
    written = 0.0
    if isinstance(job, Scored) and not (shape.units and isinstance(job, SelectHalfMasks)):
        groups = job.scoring.groups
        if groups:
            written += LOSS * (groups.number + 1) * load.examples.items
        elif shape.units:
            written += ATTRIBUTION * shape.units * load.examples.items
        else:
            written += SCORE * size.in_scope * len(job.run.abilities)
    if type(job) in MASKS and not shape.units:
        written += INDEX * job.entries([own.mask_fraction for own in MASKS[type(job)](job)], size)
    return written or None
