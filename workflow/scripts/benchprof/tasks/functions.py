"""The files behind the Python functions that a task's definition names.

A definition says `!function utils.process_results`. That function calls others of its file, and
these call what the file imports from beside it: each can change every score.
"""

from __future__ import annotations

import ast
import functools
import importlib.util
import inspect
import itertools
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from benchprof import digests
from benchprof.errors import InputError
from benchprof.yaml_files import yaml_nodes


@functools.cache
def lm_eval_tasks() -> Path:
    """The folder of lm-eval's own tasks.

    Found, not imported: a login node asks for the files of a task, and lm-eval takes seconds. And
    only when asked: jobs without a model may run where it is not installed.
    """
    return Path(str(importlib.util.find_spec("lm_eval").origin)).parent / "tasks"  # type: ignore[union-attr]


def identity_of(function: Callable[..., Any]) -> dict[str, Any]:
    """What identifies a function: its name, and each file behind it by name and digest.

    It holds no folder, so that it is the same wherever lm-eval or the task is installed. Functions
    of the same name (two partials of one function) are told apart by `functions_named`.
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

    Raises:
        InputError: one of them is not YAML, has no keys, or is not Python.
    """
    definitions = _with_included(file)
    behind = set(definitions[1:])
    for own in definitions:
        names = [name.rpartition(".")[0] for name in _functions(own).values()]
        behind |= files_imported(*(path for name in names for path in _modules(own, 0, name)))
    found = {path for path in behind if not path.is_relative_to(lm_eval_tasks())}
    return sorted(os.path.relpath(path, Path.cwd()) for path in found)


def _with_included(file: Path) -> list[Path]:
    """A task file and those that it includes, whatever the depth; itself comes first."""
    found = [file.resolve()]
    # It grows meanwhile.
    for own in found:
        for name in _included(own):
            path = (own.parent / name).resolve()
            if path.is_file() and path not in found:
                found.append(path)
    return found


def _included(file: Path) -> Iterator[str]:
    root = yaml_nodes(file)
    if not isinstance(root, yaml.MappingNode):
        raise InputError(file, "no keys", "a lm-eval task")
    for key, value in root.value:
        if key.value == "include":
            named = value.value if isinstance(value, yaml.SequenceNode) else [value]
            yield from (node.value for node in named if isinstance(node, yaml.ScalarNode))


def functions_named(file: Path) -> dict[str, str]:
    """The functions that a task file and those that it includes name, by where they name them."""
    every = [_functions(own) for own in _with_included(file)]
    return {f"{n}{place}": name for n, own in enumerate(every) for place, name in own.items()}


def _functions(file: Path) -> dict[str, str]:
    """What follows `!function` in a YAML file, by its place."""
    found: dict[str, str] = {}
    waiting, seen = [("", yaml_nodes(file))], set()
    while waiting:
        place, node = waiting.pop()
        if isinstance(node, yaml.ScalarNode):
            found |= {place: node.value} if node.tag == "!function" else {}
        # An anchor may stand for what it is in.
        elif node is not None and id(node) not in seen:
            seen.add(id(node))
            if isinstance(node, yaml.MappingNode):
                waiting += [(f"{place}.{key.value}", own) for key, own in node.value]
            else:
                waiting += [(f"{place}.{number}", own) for number, own in enumerate(node.value)]
    return found


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
    """What a file imports from beside it, from its package, or of lm-eval's tasks."""
    for node in ast.walk(_syntax(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _modules(path, 0, alias.name)
        elif isinstance(node, ast.ImportFrom):
            origin = node.module or ""
            yield from _modules(path, node.level, origin)
            for alias in node.names:
                yield from _modules(path, node.level, f"{origin}.{alias.name}".lstrip("."))


def _syntax(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_bytes())
    except (SyntaxError, ValueError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        found = error.msg if isinstance(error, SyntaxError) else str(error)
        raise InputError(f"{path}{line}", found, "Python that can be read") from None


def _modules(path: Path, level: int, name: str) -> Iterator[Path]:
    """The files of a module as a file imports it, where it is one of those."""
    folders, parts = [path.parents[max(level - 1, 0)]], name.split(".")
    if parts[:2] == ["lm_eval", "tasks"]:
        folders, parts = [lm_eval_tasks()], parts[2:]
    elif level == 0 and parts[0] != "lm_eval":
        folders += [own.parent for own in _packages(path) if own.name == parts[0]]
    for folder in folders:
        module = folder.joinpath(*parts)
        for file in (module.with_name(f"{module.name}.py"), module / "__init__.py"):
            if file.is_file():
                yield file.resolve()


def _packages(path: Path) -> list[Path]:
    """The folder of the package that a file is of: the topmost, where packages are in packages."""
    return list(itertools.takewhile(lambda own: (own / "__init__.py").is_file(), path.parents))[-1:]
