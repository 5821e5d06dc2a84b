"""The files behind the Python functions that a task's definition names.

A definition says `!function utils.process_results`. That function calls others of its file, and
these call what the file imports from beside it: each can change every score.
"""

from __future__ import annotations

import ast
import functools
import importlib.util
import inspect
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchprof import digests

# Found, not imported: a login node asks for the files of a task, and lm-eval takes seconds.
TASKS = Path(str(importlib.util.find_spec("lm_eval").origin)).parent / "tasks"  # type: ignore[union-attr]


def identity_of(function: Callable[..., Any]) -> dict[str, Any]:
    """What identifies a function: its name, and each file behind it by name and digest.

    No folder is in it, so that it is the same wherever lm-eval or the task is installed.
    """
    while isinstance(function, functools.partial):
        function = function.func
    name = getattr(function, "__qualname__", type(function).__qualname__)
    files = sorted(
        [path.name, digests.of_file(path)] for path in files_imported(*_own_files(function))
    )
    return {"function": name, "files": files}


def files_imported(*paths: Path) -> set[Path]:
    """These files and all that they import from beside them, whatever the depth."""
    found: set[Path] = set()
    waiting = set(paths)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting |= set(_imported(path))
    return found


def files_of_task(file: Path) -> list[str]:
    """The files that a task file draws on: those that it includes and those of its functions.

    They are relative to the present folder, so that it can be moved with them. lm-eval's own are
    left out: its version stands for them.
    """
    found = {path for path in _behind(file) if not path.is_relative_to(TASKS)}
    return sorted(os.path.relpath(path, Path.cwd()) for path in found)


def _behind(file: Path) -> Iterator[Path]:
    text = file.read_text(encoding="utf-8")
    modules = re.findall(r"!function\s+([\w.]+)\.\w+", text)
    yield from files_imported(*(path for own in modules for path in _modules(file, 0, own)))
    for name in re.findall(r"(?m)^include:\s*['\"]?([^'\"\s]+)", text):
        if (path := file.parent / name).is_file():
            yield path.resolve()
            yield from _behind(path)


def _own_files(function: Callable[..., Any]) -> set[Path]:
    """The file that defines a function, and the file in which lm-eval found it.

    They differ where the latter imports the function, or has another file make it.
    """
    contents = [getattr(module, "__dict__", {}) for module in list(sys.modules.values())]
    named = {
        str(content["__file__"])
        for content in contents
        # lm-eval marks what it loads for `!function` with the file's time.
        if "__mtime__" in content and any(value is function for value in content.values())
    }
    try:
        defined = inspect.getsourcefile(inspect.unwrap(function))
    except TypeError:
        # Built into Python, or an object that can be called.
        defined = inspect.getsourcefile(type(function)) if not inspect.isbuiltin(function) else None
    return {Path(name).resolve() for name in named | ({defined} if defined else set())}


def _imported(path: Path) -> Iterator[Path]:
    """The files beside a file, below it, or among lm-eval's tasks that it imports."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _modules(path, 0, alias.name)
        elif isinstance(node, ast.ImportFrom):
            origin = node.module or ""
            yield from _modules(path, node.level, origin)
            for alias in node.names:
                yield from _modules(path, node.level, f"{origin}.{alias.name}".lstrip("."))


def _modules(path: Path, level: int, name: str) -> Iterator[Path]:
    """The file of a module as a file imports it, where it is one of those."""
    folder, parts = path.parents[max(level - 1, 0)], name.split(".")
    if parts[:2] == ["lm_eval", "tasks"]:
        folder, parts = TASKS, parts[2:]
    module = folder.joinpath(*parts)
    for file in (module.with_name(f"{module.name}.py"), module / "__init__.py"):
        if file.is_file():
            yield file.resolve()
