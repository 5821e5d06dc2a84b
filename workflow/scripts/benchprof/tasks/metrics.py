"""What answers score: the probability of the right choice, and the tasks' own metrics."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from lm_eval.api.task import ConfigurableTask, Task
from scipy.special import log_softmax

from benchprof.errors import InputError
from benchprof.tasks.document import Document
from benchprof.tasks.own_code import fault, own_code

CHOSEN = {"acc", "acc_bytes", "acc_mutual_info", "acc_norm"}
"""lm-eval's metrics in which a random choice scores right options / options."""
PROCESS = "process_results"
Response = Any
"""What a model answers: (log-likelihood, greedy), a log-likelihood, or a text."""


def probability_of_gold(loglikelihoods: Sequence[float], gold: Sequence[int]) -> float:
    """Probability of the right choices, normalised over all choices; in [0, 1].

    Where all are impossible, none is more probable than another: that of guessing.
    """
    if max(loglikelihoods) == -math.inf:
        return len({*gold}) / len(loglikelihoods)
    shares = np.exp(log_softmax(np.asarray(loglikelihoods, dtype=np.float64)))
    return float(shares[sorted({*gold})].sum())


def task_scores(
    documents: Sequence[Document], by_document: Sequence[Sequence[Response]]
) -> dict[str, list[float]]:
    """The tasks' own metrics; only metrics that every document has.

    Raises:
        InputError: a filter or function of a task raises, or a score is no finite number.
    """
    per_document: list[dict[str, float]] = [{} for _ in documents]
    numbers: dict[int, list[int]] = defaultdict(list)
    for number, document in enumerate(documents):
        numbers[id(document.task)].append(number)
        for instance, response in zip(document.instances, by_document[number], strict=True):
            instance.resps, instance.filtered_resps = [response], {}
    for members in numbers.values():
        task = documents[members[0]].task
        _filter(task, [documents[number] for number in members])
        for number in members:
            per_document[number] = _own_metrics(task, documents[number])
    shared = set.intersection(*(set(scores) for scores in per_document))
    return {metric: [s[metric] for s in per_document] for metric in sorted(shared)}


def _filter(task: Task, documents: Sequence[Document]) -> None:
    """Apply a task's filters to all responses; where that fails, alone to find whose it is."""
    try:
        with own_code(task, None, "filter_list"):
            _apply_filters(task, documents)
    except InputError:
        for document in documents:
            with own_code(task, document.index, "filter_list"):
                _apply_filters(task, [document])
        raise


def _apply_filters(task: Task, documents: Sequence[Document]) -> None:
    task._instances = [instance for document in documents for instance in document.instances]
    task.apply_filters()


def _own_metrics(task: Task, document: Document) -> dict[str, float]:
    scores: dict[str, float] = {}
    for filtering in document.instances[0].filtered_resps:
        given = [instance.filtered_resps[filtering] for instance in document.instances]
        with own_code(task, document.index, PROCESS):
            found = task.process_results(document.content, given)
            own = {name: float(value) for name, value in found.items() if _is_score(task, name)}
        for metric, value in own.items():
            if not math.isfinite(value):
                found = f"{metric} is {value} for {given!r}"
                raise fault(task, f"document {document.index}", PROCESS, found)
            scores[_name(metric, filtering)] = value
    return scores


def metrics_of(task: Task) -> set[str]:
    """The names of a task's own metrics, after each of its filters, that are scores."""
    own = [metric for metric in task.aggregation() if _is_score(task, metric)]
    return {_name(metric, filtering.name) for metric in own for filtering in task._filters}


def metrics_without_chance(task: Task) -> set[str]:
    """The names of a task's own metrics that would be scores if it were known what guessing scores.

    What a random choice scores is known of lm-eval's own accuracies, and not of the greedy match of
    an option, say, or of what a function of the task makes of log-likelihoods: TruthfulQA-MC2's
    `acc` is the probability of several true options.
    """
    return {m for m in task.aggregation() if _is_mean(task, m) and not _is_guessed(task, m)}


def _is_score(task: Task, metric: str) -> bool:
    """Whether a metric is a mean over documents, better the higher it is, with a known chance."""
    return _is_mean(task, metric) and _is_guessed(task, metric)


def _is_mean(task: Task, metric: str) -> bool:
    mean = getattr(task.aggregation().get(metric), "__name__", "") == "mean"
    return mean and bool(task.higher_is_better().get(metric, True))


def _is_guessed(task: Task, metric: str) -> bool:
    """Whether guessing scores in a metric what `guessing.Offer.uniform` says."""
    if task.OUTPUT_TYPE != "multiple_choice":
        return True
    own = callable(getattr(task.config, "process_results", None))
    own = own or type(task).process_results is not ConfigurableTask.process_results
    return metric in CHOSEN and not own


def _name(metric: str, filtering: str) -> str:
    return metric if filtering == "none" else f"{metric},{filtering}"
