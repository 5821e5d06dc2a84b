"""The names by which lm-eval knows its tasks, looked up before anything is computed."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from benchprof.errors import InputError, did_you_mean
from benchprof.tasks.functions import lm_eval_tasks

if TYPE_CHECKING:
    from lm_eval.tasks._index import Entry

NAMING = re.compile(
    rb"""^([ \t]*(?:-[ \t]*)?)(?:["']?(task|group|tag)["']?[ \t]*:|-)(.*)$""", re.MULTILINE
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
    _looked_up(names, _words(_lines()) if names else set())


def check_single_tasks(names: Mapping[str, str]) -> None:
    """Stop where a name that is to have a local file of items is of a group or a tag.

    As in `check_tasks`, the index is built only for a name that no line gives as a task's own.

    Args:
        names: of tasks, by the key that has each.

    Raises:
        InputError: names the key.
    """
    own = [line for line in _lines() if line[:2] == (b"", b"task")] if names else []
    for where, entry in _looked_up(names, _words(own)).items():
        refuse_several(where, entry)


def refuse_several(where: str, entry: Entry) -> None:
    """Stop at a group or a tag, of whose tasks one local file cannot hold the items.

    Raises:
        InputError: names `where`, which names it.
    """
    kind = entry.kind.name.lower()
    if kind in ("group", "tag"):
        remedy = "Make each of its tasks a benchmark with its own `data`."
        found = f"{entry.name!r} is a {kind} of tasks, and `data` is the file of one task"
        raise InputError(where, found, "the name of one task", remedy)


def _looked_up(names: Mapping[str, str], given: Collection[str]) -> dict[str, Entry]:
    """What lm-eval's index has of the names that are not given, by the key of each.

    Raises:
        InputError: it has none of a name.
    """
    left = {where: name for where, name in names.items() if name not in given}
    if not left:
        return {}
    from lm_eval.tasks import TaskManager  # noqa: PLC0415  takes seconds, for a fault alone

    index = TaskManager().task_index
    for where, name in left.items():
        if name not in index:
            expected = "a task that `lm_eval ls tasks` lists"
            remedy = did_you_mean(name, index, "For a task of your own, use `task_file`.")
            raise InputError(where, f"lm-eval has no {name!r}", expected, remedy)
    return {where: index[name] for where, name in left.items()}


@functools.cache
def _lines() -> list[tuple[bytes, bytes, bytes]]:
    """All lines that may name a task: what is before the key, the key, and the rest."""
    files = (path for path in lm_eval_tasks().rglob("*") if path.suffix not in NO_DEFINITIONS)
    texts = (path.read_bytes() for path in files if path.is_file())
    return [line for text in texts for line in NAMING.findall(text)]


def _words(lines: Iterable[tuple[bytes, bytes, bytes]]) -> set[str]:
    """The words behind their keys: more than the names."""
    return {word.decode(errors="replace") for line in lines for word in NAME.findall(line[2])}
