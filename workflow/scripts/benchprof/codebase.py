"""The code that decides what a job makes, found by walking imports: it is part of every key.

Snakemake does not see that an imported module changed, so jobs carry a digest of what they run in
their settings, and the store in its keys. What is not in `NEUTRAL` counts, so that an edit makes
too much again rather than too little. Docstrings and comments never count.
"""

from __future__ import annotations

import ast
import functools
import inspect
import textwrap
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from benchprof import digests

PACKAGE = Path(__file__).parent
NEUTRAL = frozenset({
    "abilities.ability", "codebase", "configuration", "data", "digests", "errors",
    "evaluation.faults", "evaluation.fields", "expansion", "fields", "files", "importance.faults",
    "importance.score", "jsonl", "logs", "masks.rule", "models.allocation", "models.architecture",
    "models.card", "models.causality", "models.checkpoint", "models.device", "models.fetching",
    "models.folder", "models.hub", "models.mask", "models.placement", "models.preparation",
    "models.prepared", "models.wheel", "origin", "paths", "progress", "provenance", "runs",
    "section", "sharing", "store", "tasks.benchmark", "tasks.catalogue", "tasks.own_code",
    "tensors", "threads", "uses", "yaml_files",
})  # fmt: skip
"""What jobs import and what decides nothing: where values come from and go to, what identifies them
by content, how memory is taken, what can only stop a job, and the types of a configuration, whose
values are in the keys themselves. Nor does what only these import."""


def digest_of(*modules: str, excluding: Collection[str] = ()) -> str:
    """Digest of modules of the library and of all that they import, without `benchprof.`.

    Args:
        modules: a package stands for all modules below it.
        excluding: what is left out with all that only it imports, since its digest stands beside
            this one in the keys that depend on it.

    Raises:
        ModuleNotFoundError: there is no such module.
    """
    found = sorted(behind(modules, excluding))
    return digests.of_value([(name, digests.of_source(_read(name))) for name in found])


def behind(modules: Iterable[str], excluding: Collection[str] = ()) -> set[str]:
    """The names of modules and of all that they import, but for `NEUTRAL` and what is excluded."""
    waiting = {own for name in modules for own in _below(name)}
    seen: set[str] = set()
    while waiting:
        seen |= waiting
        imported = {own for name in waiting for own in _imports(name)}
        waiting = imported - seen - NEUTRAL - {*excluding}
    return seen


def digest_of_function(
    function: Callable[..., Any], *modules: str, excluding: Collection[str] = ()
) -> str:
    """Digest of a function, of the modules that its body imports, and of further modules."""
    source = textwrap.dedent(inspect.getsource(function)).encode()
    imported = set(_imported(ast.parse(source))) - NEUTRAL
    modules = (*(imported - {*excluding}), *modules)
    return digests.of_value([digests.of_source(source), digest_of(*modules, excluding=excluding)])


def _below(name: str) -> Iterator[str]:
    file = _file(name)
    yield name
    for path in file.parent.rglob("*.py") if file.name == "__init__.py" else ():
        if path.name != "__init__.py":
            yield ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


@functools.cache
def _imports(name: str) -> frozenset[str]:
    return frozenset(_imported(ast.parse(_read(name))))


def _imported(tree: ast.AST) -> Iterator[str]:
    """The modules of the library that code imports, wherever and however it names them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("benchprof"):
            inside = str(node.module).split(".")[1:]
            # A name in a module or package, or one of these.
            for path in (inside, *([*inside, alias.name] for alias in node.names)):
                if path and _file(".".join(path)).is_file():
                    yield ".".join(path)


def _file(name: str) -> Path:
    path = PACKAGE.joinpath(*name.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _read(name: str) -> bytes:
    try:
        return _file(name).read_bytes()
    except FileNotFoundError:
        raise ModuleNotFoundError(f"no module named benchprof.{name}") from None
