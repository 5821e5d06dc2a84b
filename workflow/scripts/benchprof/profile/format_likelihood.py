"""Format likelihood: how likely a model finds the choices together, or whether what it writes can
be parsed.

A mask may take away how answers look and leave the choice among them. The records hold both.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from benchprof.evaluation.fields import Record
from benchprof.evaluation.responses import log_likelihoods
from benchprof.profile import reason
from benchprof.profile.criteria import MIN_ITEMS, NATS, SHARE
from benchprof.profile.guessing import Guessing
from benchprof.profile.impact import measure_impacts
from benchprof.profile.resampling import Floats
from benchprof.profile.settings import ProfileSettings
from benchprof.profile.units import Units
from benchprof.sampling import derived_seed

CONTEXT_TASKS = (
    "winogrande", "metabench_winogrande*", "tinyWinogrande", "AraDiCE_winogrande_*",
    "icelandic_winogrande", "xwinograd_*", "wsc273",
)  # fmt: skip
"""lm-eval's tasks (0.4.13) whose choices are contexts of one text; records do not hold contexts."""
PARSERS = (
    ("gsm8k", "strict-match", r"#### (\-?[0-9\.\,]+)"),
    ("gsm8k", "flexible-extract", r"(-?[$0-9.,]{2,})|(-?[0-9]+)"),
    ("bbh_cot_fewshot_*", "get-answer", r"(?<=the answer is )(.*)(?=.)"),
)
"""Tasks, a filter of theirs and its pattern; lm-eval says `[invalid]` of a text without a match."""
UNCONDITIONAL = "acc_mutual_info"
"""A task with this metric asks for every choice once more, without the question, at the end."""
WHOLE_PROGRAMS = ("mbpp",)
"""Tasks in which the model writes the whole program; HumanEval's begins in the prompt."""
LONGEST_PROGRAM = 100_000
"""Characters of the longest text that is parsed: a bound on what a parser is given. MBPP's answers
have 256 tokens."""


@dataclass(frozen=True)
class Measure:
    """How the format likelihood of a benchmark's answers is measured in one metric, or why it is
    not.

    Attributes:
        unit: `NATS` of choices, `SHARE` of written answers; empty where format likelihood is
        undefined.
        pattern: what finds the answer in a written text; empty where the text is a program.
        code: why format likelihood is undefined; empty where it is defined.
    """

    unit: str = ""
    pattern: str = ""
    code: str = ""

    def of(self, record: Record) -> Floats:
        """Each item's format likelihood in one record, (n,), float64.

        Of choices the log of their total probability in nats, minus infinity where all have none;
        of written answers and programs 1 where a text cannot be parsed, and 0 where it can.
        """
        responses = record["items"]["responses"]
        if self.unit == SHARE:
            parses = re.compile(self.pattern).search if self.pattern else is_program
            return np.array([not parses(own[0]) for own in responses], dtype=np.float64)
        if UNCONDITIONAL in record["items"]["scores"]:
            responses = [own[: len(own) // 2] for own in responses]
        return total_log_probabilities(responses)


@dataclass(frozen=True)
class FormatLikelihood:
    """The format likelihood of one model's answers to a benchmark, as one metric sees it.

    Attributes:
        measure: how it is measured.
        items: (1 + ablations, n), each item's format likelihood, of the intact model first; no rows
            where it is undefined.
    """

    measure: Measure
    items: Floats


class FormatReader:
    """Collects the format likelihood of a benchmark's answers from its records, of the intact model
    first.
    """

    def __init__(self) -> None:
        self.measures: dict[str, Measure] = {}
        self.items: dict[Measure, list[Floats]] = {}

    def read(self, record: Record) -> None:
        """Take the format likelihood from the next record."""
        if not self.measures:
            self.measures = measures_of(record)
            self.items = {own: [] for own in self.measures.values()}
        for measure, items in self.items.items():
            if not measure.code:
                items.append(measure.of(record))

    @property
    def format_likelihoods(self) -> dict[str, FormatLikelihood]:
        """The format likelihood in each metric."""
        return {
            metric: FormatLikelihood(own, np.array(self.items[own]))
            for metric, own in self.measures.items()
        }


@dataclass(frozen=True)
class FormatChanges:
    """By how much format likelihood changes under each ablation, less the intact model's.

    Attributes:
        intact: mean format likelihood of the intact model; NaN where undefined.
        value: (ablations,), the mean change; NaN where undefined.
        low: (ablations,), the lower bound of its interval.
        high: (ablations,), the upper one.
        codes: (ablations,), why a change is undefined; empty where it is defined.
    """

    intact: float
    value: Floats
    low: Floats
    high: Floats
    codes: tuple[str, ...]


def measures_of(record: Record) -> dict[str, Measure]:
    """How format likelihood is measured in each metric of a benchmark, from any of its records."""
    items = record["items"]
    metrics = list(items["scores"])
    tasks = sorted(set(items["task"]))
    if "verdicts" in items:
        whole = set(tasks) <= set(WHOLE_PROGRAMS)
        return dict.fromkeys(metrics, Measure(SHARE) if whole else Measure(code=reason.PROGRAMS))
    if all(items["gold"]):
        contexts = any(fnmatchcase(task, name) for task in tasks for name in CONTEXT_TASKS)
        own = Measure(code=reason.CHOICES_ARE_CONTEXTS) if contexts else Measure(NATS)
        return dict.fromkeys(metrics, own)
    written = [isinstance(own[0], str) for own in items["responses"]]
    if all(written):
        return {metric: _written(tasks, metric) for metric in metrics}
    mixed = any(items["gold"]) or any(written)
    code = reason.MIXED_ANSWERS if mixed else reason.NO_CHOICES
    return dict.fromkeys(metrics, Measure(code=code))


def total_log_probabilities(responses: Sequence[Sequence[Sequence[Any]]]) -> Floats:
    """Log of the choices' total probability per item, (n,), in nats.

    Args:
        responses: per item, those of its choices, as `log_likelihoods` takes them.
    """
    likelihoods = [value for own in responses for value in log_likelihoods(own)]
    starts = np.cumsum([0, *(len(own) for own in responses[:-1])])
    return np.asarray(np.logaddexp.reduceat(np.array(likelihoods), starts))


def is_program(text: str) -> bool:
    """Whether Python can parse a text and finds a statement in it. Nothing of it is run."""
    if len(text) > LONGEST_PROGRAM:
        return False
    try:
        with warnings.catch_warnings():
            # Of an unknown escape sequence, for one.
            warnings.simplefilter("ignore")
            return bool(ast.parse(text).body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def format_changes(
    format_likelihood: FormatLikelihood, units: Units, settings: ProfileSettings
) -> FormatChanges:
    """The change of format likelihood under each ablation, with the AIS's paired bootstrap.

    The resamples are those of scores of the same kind: continuous for choices; for written answers
    right-or-wrong, with their pseudo-items.

    Args:
        format_likelihood: of a benchmark.
        units: what of its items is resampled together.
        settings: resamples, confidence and seed.
    """
    count, n = len(format_likelihood.items) - 1, format_likelihood.items.shape[1]
    value, low, high = np.full((3, count), np.nan)
    if n < MIN_ITEMS:
        return FormatChanges(np.nan, value, low, high, (reason.TOO_FEW_ITEMS,) * count)
    known = np.asarray(np.isfinite(format_likelihood.items).all(axis=1))
    usable = np.flatnonzero(known[0] & known[1:])
    if len(usable):
        # Less the intact model's: its row is then 0, and a drop of these is the change.
        drops = format_likelihood.items[0] - format_likelihood.items[1:][usable]
        impacts = measure_impacts(
            np.vstack([np.zeros(n), drops]), Guessing(0.0), units, "absolute",
            settings.resamples, settings.confidence,
            derived_seed(settings.seed, "bootstrap", n), format_likelihood.measure.unit == SHARE,
        )  # fmt: skip
        found = impacts.estimates(csr_array(np.eye(len(usable))))
        value[usable], low[usable], high[usable] = found.value, found.low, found.high
    codes = tuple(reason.NO_PROBABILITY if np.isnan(own) else "" for own in value)
    intact = float(format_likelihood.items[0].mean()) if known[0] else np.nan
    return FormatChanges(intact, value, low, high, codes)


def _written(tasks: Sequence[str], metric: str) -> Measure:
    """The measure for written texts, parsed by the filter that the metric names after its comma."""
    _, _, named = metric.partition(",")
    if not named:
        return Measure(code=reason.COMPARED_AS_WRITTEN)
    for own, filtering, pattern in PARSERS:
        if filtering == named and all(fnmatchcase(task, own) for task in tasks):
            return Measure(SHARE, pattern)
    return Measure(code=reason.UNKNOWN_PARSER)
