"""What a model answered, as text, and whether it was right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from benchprof.evaluation.fields import Record
from benchprof.evaluation.responses import log_likelihoods
from benchprof.reading.question import Question


@dataclass(frozen=True)
class Answer:
    """One model's answer to one item; `right` is None where no metric says right or wrong."""

    text: str
    right: bool | None


def right_or_wrong(records: Iterable[Record], wanted: Sequence[str]) -> str | None:
    """The metric that says right or wrong in every record: one wanted, else their first.

    Scores of one record may all be 0 or 1 by accident: by a metric of its own, the same text would
    be right under one ablation and wrong under another. None where no metric does.

    Args:
        records: of the intact and every ablated model, on the same requests.
        wanted: metrics, the most wanted first.
    """
    binary: dict[str, bool] = {}
    for record in records:
        for metric, scores in record["items"]["scores"].items():
            same = all(score in (0.0, 1.0) for score in scores)
            binary[metric] = binary.get(metric, True) and same
    return next((metric for metric in (*wanted, *binary) if binary.get(metric)), None)


def answers_of(record: Record, questions: Sequence[Question], metric: str | None) -> list[Answer]:
    """The answers of a record.

    Among choices, the one with the highest log-likelihood, which `acc` takes too; a metric that
    divides by length may take another. If the answer is free text, that text, judged by a metric.

    Args:
        record: of the intact or an ablated model.
        questions: of the same requests.
        metric: of free text, as `right_or_wrong` chooses it.
    """
    right = None if metric is None else record["items"]["scores"][metric]
    answers = []
    for number, (question, given) in enumerate(
        zip(questions, record["items"]["responses"], strict=True)
    ):
        if question.choices:
            chosen = _most_likely(given[: len(question.choices)])
            answers.append(Answer(question.choices[chosen], chosen in question.gold))
        else:
            answers.append(Answer(_text(given[0]), None if right is None else right[number] > 0.5))
    return answers


def _most_likely(responses: Sequence[Sequence[Any]]) -> int:
    """The place of the highest log-likelihood, the first of equals."""
    values = log_likelihoods(responses)
    return values.index(max(values))


def _text(response: Any) -> str:
    """A text as it is; the log-likelihood of the expected answer where nothing was written."""
    if isinstance(response, str):
        return response
    value = response[0] if isinstance(response, list) else response
    return "log-likelihood minus infinity" if value is None else f"log-likelihood {value:.3f}"
