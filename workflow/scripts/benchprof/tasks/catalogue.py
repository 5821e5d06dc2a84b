"""The names by which lm-eval knows its tasks, looked up before anything is computed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from benchprof.errors import InputError, did_you_mean
from benchprof.tasks.functions import TASKS

NAMING = re.compile(
    rb"""^[ \t]*(?:-[ \t]*)?(?:["']?(?:task|group|tag)["']?[ \t]*:|-)(.*)$""", re.MULTILINE
)
"""A line that may name a task, a group or a tag, or a member of one."""
NAME = re.compile(rb"""[^\s,\[\]{}"'#]+""")
NO_DEFINITIONS = (".py", ".pyc", ".md")


def check_tasks(names: Mapping[str, str]) -> None:
    """Stop where lm-eval has no task, group or tag of a name.

    The index of lm-eval's 14,000 entries takes many times as long to build as their files take to
    read. It is built only for a name that no line of them gives. A wrong name that such a line
    gives by chance, such as a metric's, passes here and stops the evaluation.

    Args:
        names: of tasks, by the key that has each.

    Raises:
        InputError: names the key, and the nearest name that lm-eval has.
    """
    if not names:
        return
    given = _given()
    left = {where: name for where, name in names.items() if name not in given}
    if not left:
        return
    from lm_eval.tasks import TaskManager  # noqa: PLC0415  takes seconds, for a fault alone

    index = TaskManager().task_index
    for where, name in left.items():
        if name not in index:
            expected = "a task that `lm_eval ls tasks` lists"
            remedy = did_you_mean(name, index, "For a task of your own, use `task_file`.")
            raise InputError(where, f"lm-eval has no {name!r}", expected, remedy)


def _given() -> set[str]:
    """The words of all lines that may name a task: more than the names."""
    files = (path for path in TASKS.rglob("*") if path.suffix not in NO_DEFINITIONS)
    return {
        word.decode(errors="replace")
        for path in files
        if path.is_file()
        for line in NAMING.findall(path.read_bytes())
        for word in NAME.findall(line)
    }
