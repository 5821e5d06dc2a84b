"""The names by which lm-eval knows its tasks, looked up before anything is computed."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

from benchprof.errors import InputError, did_you_mean


def check_name(name: str, where: str) -> None:
    """Stop where lm-eval has no task, group or tag of this name.

    A name passes if it stands anywhere in lm-eval's definitions, which takes less than a second to
    find out. Building its index takes ten, so that is done only for the others. A misspelt name
    that happens to be another word of these files stops the evaluation.

    Args:
        name: of the task.
        where: the key that has it.

    Raises:
        InputError: names the key, and the nearest name that lm-eval has.
    """
    found = find_spec("lm_eval")
    if found is None or found.origin is None:
        return  # a host that only submits jobs may lack it
    if _stands_in(Path(found.origin).parent / "tasks", name):
        return
    from lm_eval.tasks import TaskManager  # noqa: PLC0415  takes seconds

    index = TaskManager().task_index
    if name not in index:
        expected = "a task that `lm_eval ls tasks` lists"
        remedy = did_you_mean(name, index, "For a task of your own, use `task_file`.")
        raise InputError(where, f"lm-eval has no {name!r}", expected, remedy)


def _stands_in(folder: Path, name: str) -> bool:
    """Whether a file that is no program has this name as a whole word."""
    word = re.compile(rb"(?<![\w.-])" + re.escape(name.encode()) + rb"(?![\w.-])")
    files = (path for path in folder.rglob("*") if path.suffix not in (".py", ".pyc"))
    return any(word.search(path.read_bytes()) for path in files if path.is_file())
