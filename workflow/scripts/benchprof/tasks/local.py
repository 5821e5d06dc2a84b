"""Local items in place of a task's own, handed to lm-eval from memory as the file has them.

lm-eval would read a file through the Hugging Face reader. This turns texts that look like dates
into times, and whole numbers in a field with fractions into fractions. It would also take a file's
earlier content from a cache, if the modification time is the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from datasets import Dataset, DatasetDict, Features, Json, List, Value

from benchprof.tasks.columns import VARIED, Kind, Located, columns_of


def local_settings(
    own: Mapping[str, Any], items: Sequence[Located], examples: Sequence[Located] = ()
) -> dict[str, Any]:
    """Settings by which a task takes items, and examples unless it holds its own, from memory.

    Args:
        own: the task's settings.
        items: its items, of which examples are drawn where there are none of their own.
        examples: its examples.

    Raises:
        InputError: a field's values are not of one kind.
    """
    splits = {"test": _dataset(items)}
    if examples:
        splits["shots"] = _dataset(examples)
    dataset = DatasetDict(splits)
    holds = "samples" in (own.get("fewshot_config") or {})
    return {
        "custom_dataset": lambda **_: dataset,
        "dataset_kwargs": None,
        "test_split": "test",
        "validation_split": None,
        "training_split": None,
        "fewshot_split": None if holds else "shots" if examples else "test",
    }


def _dataset(items: Sequence[Located]) -> Dataset:
    """Items as lm-eval takes them: a field that some items lack is None there."""
    columns = columns_of(items)
    values = {field: [item.get(field) for _, item in items] for field in columns}
    return Dataset.from_dict(values, Features({k: _feature(own) for k, own in columns.items()}))


def _feature(kind: Kind) -> Any:
    if isinstance(kind, list):
        return List(_feature(kind[0]))
    if isinstance(kind, dict):
        return {field: _feature(own) for field, own in kind.items()}
    return Json() if kind == VARIED else Value(kind)
