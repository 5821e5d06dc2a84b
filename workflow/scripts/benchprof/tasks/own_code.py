"""Faults of the templates and functions of a task's definition, told to who wrote them."""

from __future__ import annotations

import contextlib
import functools
import inspect
import traceback
from collections.abc import Iterator

from lm_eval.api.task import Task

from benchprof.errors import InputError, RetriableError, in_words

METHODS = {
    own: own for own in ("doc_to_text", "doc_to_target", "doc_to_choice", "process_results")
} | {"doc_to_prefix": "gen_prefix", "build_qa_turn": "doc_to_text"}
"""lm-eval's methods that fill templates, call functions or refuse what these give, and the key of
the task file of each."""


@contextlib.contextmanager
def own_code(
    task: Task, index: int | None, key: str | None = None, examples: bool = False
) -> Iterator[None]:
    """Run code of a task's definition; an error of it names the task, the document and the key.

    Args:
        task: whose code runs.
        index: of the document in the task; None if it runs for several.
        key: of the task file; None takes that of the innermost method of lm-eval.
        examples: whether it also runs for the examples that the document is shown after.

    Raises:
        InputError: the code raises; a RetriableError where it cannot read a file, say.
    """
    try:
        yield
    except (InputError, MemoryError):
        raise
    except Exception as error:
        steps = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
        keys = [METHODS[name] for name in reversed(steps) if name in METHODS]
        found = f"{type(error).__name__}: {in_words(error)}"
        kind = RetriableError if isinstance(error, OSError) else InputError
        place = "" if index is None else f"document {index}"
        place += " or one of its examples" * examples
        raise fault(task, place, key or next(iter(keys), None), found, kind) from error


def fault(
    task: Task, document: str, key: str | None, found: str, kind: type[InputError] = InputError
) -> InputError:
    """The error that says what a template or function of a task does wrong."""
    where = [f"task {task.config.task}", document, key or ""]
    function = _function(task, key)
    remedy = f"Mend {function or key or 'its templates'} in the task, or the document."
    expected = "what lm-eval asks of it, for every document and every answer"
    return kind(", ".join(filter(None, where)), found, expected, remedy)


def _function(task: Task, key: str | None) -> str:
    """The function that a key names by `!function`, with its file; empty where it names none."""
    value = getattr(task.config, key, None) if key else None
    while isinstance(value, functools.partial):
        value = value.func
    if not inspect.isfunction(value):
        return ""
    return f"{value.__qualname__} of {inspect.getsourcefile(value)}"
