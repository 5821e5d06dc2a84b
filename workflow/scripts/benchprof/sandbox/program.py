"""Benchmarks whose answers are programs: from a document and a completion to pass@1."""

from __future__ import annotations

import ast
import builtins
import logging
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from benchprof.errors import InputError
from benchprof.sandbox.sandbox import Program, Sandbox, Verdict

logger = logging.getLogger(__name__)
BUILTINS = frozenset(dir(builtins))
STANDARD = BUILTINS | sys.stdlib_module_names
DEFINITION = re.compile(r"^(?:(?:async +)?def|class) +(\w+)|^(\w+) *=(?!=)", re.MULTILINE)
"""A line at the top level of a program that defines a name; an import does not."""


def program_verdicts(
    documents: Iterable[Mapping[str, Any]], completions: Iterable[str], sandbox: Sandbox
) -> list[Verdict]:
    """What became of the program that one completion makes, for each document.

    Raises:
        InputError: a document is of no known form or its tests are not Python.
    """
    verdicts = sandbox.run_all(map(make_program, documents, completions))
    stalled = verdicts.count(Verdict.STALLED)
    if stalled:
        logger.warning(
            "the clock or a kill ended %d of %d programs, the first few also when they ran alone: "
            "they score 0, and the record marks them (items.verdicts)",
            stalled,
            len(verdicts),
        )
    return verdicts


def check_documents(documents: Iterable[Mapping[str, Any]]) -> None:
    """Make each document's program of an empty completion: what is at fault in it shows at once.

    Raises:
        InputError: a document is of no known form or its tests are not Python.
    """
    for document in documents:
        make_program(document, "")


def make_program(document: Mapping[str, Any], completion: str) -> Program:
    """The program that a completion makes, with the tests of its document.

    HumanEval's prompt is the beginning of the program, and its helpers are the tests' too: these
    take them from the prompt, not from the program. MBPP's completion is the whole program; where
    its setup uses the program's names, it is the beginning of the tests.

    Raises:
        InputError: the document is of no known form or its tests are not Python.
    """
    if {"prompt", "entry_point", "test"} <= document.keys():
        name = document["entry_point"]
        tests = f"{document['test']}\ncheck({name})"
        where = str(document.get("task_id"))
        # A prompt alone is Python: its last function has a docstring for a body.
        _parsed(document["prompt"], f"{where}, prompt")
        _parsed(tests, f"{where}, test")
        return Program(document["prompt"] + completion, document["prompt"], (name,), tests)
    if "test_list" in document:
        where = str(document.get("task_id"))
        setup = document.get("test_setup_code") or ""
        tests = "\n".join(document["test_list"])
        needed = _free_names(_parsed(setup, f"{where}, test_setup_code"))
        names = _free_names(_parsed(f"{setup}\n{tests}", f"{where}, test_list"))
        taken = _tested(names, document.get("code"), f"document {where}, test_list")
        imports = "".join(f"import {n}\n" for n in sorted(names - taken - BUILTINS))
        if needed.isdisjoint(taken):
            return Program(completion, imports + setup, tuple(sorted(taken)), tests)
        return Program(completion, imports, tuple(sorted(taken)), f"{setup}\n{tests}")
    raise InputError(
        "a document of a benchmark that runs programs",
        f"the fields {', '.join(document)}",
        "prompt, entry_point and test (as HumanEval has) or test_list (as MBPP has)",
    )


def _tested(names: set[str], solution: str | None, where: str) -> set[str]:
    """Which of the names that tests use are the program's; the others are Python's own.

    The completion has no say: a program that redefined a name that the tests use, such as `set`,
    could make them pass. One of Python's names is the program's if the reference solution defines
    it (`def sum(a, b)`) or, without a solution, if the tests use no other name.

    Raises:
        InputError: the tests use nothing of the program, or do not say what.
    """
    taken = names - STANDARD
    if solution:
        taken |= names & _defined(solution)
    elif not taken and len(names) == 1:
        taken = names
    if not taken:
        found = ", ".join(sorted(names)) or "none"
        raise InputError(
            where,
            f"of names that a program could define only Python's own: {found}",
            "tests that call what the program defines",
            "Give the item's reference solution as `code`, which says what that is.",
        )
    return taken


def _defined(solution: str) -> set[str]:
    """What lines at the top level of a solution define."""
    return {name for match in DEFINITION.finditer(solution) for name in match.groups() if name}


def _parsed(code: str, where: str) -> ast.Module:
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError) as error:  # ValueError: it holds a null character
        found = f"not Python ({error})"
        raise InputError(f"document {where}", found, "code that tests a program") from None


def _free_names(tree: ast.Module) -> set[str]:
    """Names that code uses and does not define."""
    used: set[str] = set()
    defined: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else defined).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            defined.add(node.name)
        elif isinstance(node, ast.arg):
            defined.add(node.arg)
        elif isinstance(node, ast.alias):
            defined.add(node.asname or node.name.partition(".")[0])
    return used - defined
