"""The table of items to read: a row per item, every model's answer beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from benchprof.reading.answer import Answer
from benchprof.reading.question import Question


def item_table(
    questions: Sequence[Question], answers: Mapping[str, Sequence[Answer]]
) -> pd.DataFrame:
    """Task, index, digest, prompt, choices and what is right; then two columns per condition of the
    model.

    Args:
        questions: of a benchmark.
        answers: by the name of the ablation, in the order of the columns.
    """
    columns: dict[str, Sequence[object]] = {
        "task": [question.task for question in questions],
        "index": [question.index for question in questions],
        "digest": [question.digest for question in questions],
        "prompt": [question.prompt for question in questions],
        "choices": ["\n".join(question.choices) for question in questions],
        "expected": [question.expected for question in questions],
    }
    for name, own in answers.items():
        columns[name] = [answer.text for answer in own]
        columns[f"{name}_right"] = [_mark(answer.right) for answer in own]
    return pd.DataFrame(columns)


def _mark(right: bool | None) -> str:
    return "" if right is None else "right" if right else "wrong"
