"""What the configuration asks of every model: examples, questions, calibration items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchprof.data import NEUTRAL_TEXT
from benchprof.plan.questions import (
    ExampleCounts,
    QuestionCounts,
    benchmark_questions,
    calibration_questions,
    diagnostic_examples,
    text_questions,
    total,
)
from benchprof.run.inputs import check_exclusions
from benchprof.run.jobs.evaluation import OfBenchmark
from benchprof.run.run import Run


@dataclass(frozen=True)
class Workload:
    """What the configuration asks of every model."""

    abilities: int
    examples: ExampleCounts
    questions: Mapping[str, QuestionCounts]
    unknown: tuple[str, ...]
    """Benchmarks whose size is not known: they are not counted."""
    calibration: tuple[QuestionCounts, ...]
    """Each ability's calibration items, where a k is calibrated."""
    neutral: QuestionCounts | None = None
    """The neutral text, where masks leave the super set out."""


def workload(run: Run, characters: float) -> Workload:
    """Count the examples and questions of a run, at so many characters per token.

    Raises:
        InputError: items are missing or faulty, or all of a split are excluded.
    """
    importance = run.configuration.importance
    check_exclusions(run)
    examples = [
        diagnostic_examples(
            path,
            run.excluded(name, "train"),
            importance.limit,
            importance.loss_on,
            importance.against,
            characters,
        )
        for name, path in run.train.items()
    ]
    jobs = [OfBenchmark(run, run.models[0], name) for name in run.benchmarks]
    questions = {
        job.benchmark: benchmark_questions(
            job.benchmark, job.asked, job.items, job.exclude, characters
        )
        for job in jobs
    }
    known = {name: own for name, own in questions.items() if own is not None}
    unknown = tuple(sorted(questions.keys() - known))
    left_out = run.configuration.selections.without_super
    return Workload(
        len(examples),
        total(examples),
        known,
        unknown,
        _calibration(run, characters),
        text_questions(NEUTRAL_TEXT, characters) if left_out else None,
    )


def _calibration(run: Run, characters: float) -> tuple[QuestionCounts, ...]:
    calibration = run.configuration.calibration
    if not run.candidate_ks or calibration is None:
        return ()
    return tuple(
        calibration_questions(
            run.items(ability, "calibration"),
            run.excluded(ability, "calibration"),
            calibration.items,
            characters,
        )
        for ability in run.abilities
    )
