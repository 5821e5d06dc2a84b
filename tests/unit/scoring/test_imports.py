"""The engine can be taken out of the project: it knows nothing of it but how a fault is told."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from benchprof import scoring

MODULES = sorted(Path(str(scoring.__file__)).parent.rglob("*.py"))
ALLOWED = ("benchprof.scoring", "benchprof.errors")


def imported(source: str) -> set[str]:
    """All that a module imports, wherever in it, by full names."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            # A relative import cannot leave the package by one dot.
            start = "benchprof.scoring" if node.level == 1 else "." * node.level
            module = ".".join(filter(None, [start if node.level else "", node.module]))
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_scoring_imports_nothing_of_the_project_but_errors(path: Path) -> None:
    own = {name for name in imported(path.read_text()) if name.startswith(("benchprof", ".."))}
    assert not {name for name in own if not f"{name}.".startswith(tuple(f"{a}." for a in ALLOWED))}
