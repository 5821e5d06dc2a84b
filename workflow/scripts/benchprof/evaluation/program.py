"""Benchmarks whose answers are programs: from a document and a completion to pass@1."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from benchprof.errors import InputError
from benchprof.evaluation.sandbox import Program, Sandbox, Verdict


def program_scores(
    documents: Iterable[Mapping[str, Any]], completions: Iterable[str], sandbox: Sandbox
) -> list[float]:
    """pass@1 of one completion for each document: 1 where its program passes, else 0.

    Raises:
        InputError: a document is of no known form or its tests are not Python.
    """
    programs = map(make_program, documents, completions)
    return [float(verdict is Verdict.PASSED) for verdict in sandbox.run_all(programs)]


def make_program(document: Mapping[str, Any], completion: str) -> Program:
    """The program that a completion makes, with the tests of its document.

    HumanEval's prompt is the beginning of the program, and its helpers are the tests' too: these
    take them from the prompt, not from the program. MBPP's completion is the whole program.
    """
    if {"prompt", "entry_point", "test"} <= document.keys():
        name = document["entry_point"]
        tests = f"{document['test']}\ncheck({name})"
        # A prompt alone is Python: its last function has a docstring for a body.
        return Program(document["prompt"] + completion, document["prompt"], (name,), tests)
    if "test_list" in document:
        tests = "\n".join(document["test_list"])
        setup = document.get("test_setup_code", "")
        names = _free_names(f"{setup}\n{tests}", str(document.get("task_id")))
        modules = [name for name in names if name in sys.stdlib_module_names]
        imports = "".join(f"import {name}\n" for name in modules)
        taken = tuple(name for name in names if name not in modules)
        return Program(completion, imports + setup, taken, tests)
    raise InputError(
        "a document of a benchmark that runs programs",
        f"the fields {', '.join(document)}",
        "prompt, entry_point and test (as HumanEval has) or test_list (as MBPP has)",
    )


def _free_names(code: str, document: str) -> list[str]:
    """Names that code uses and does not define, in the order of the alphabet."""
    try:
        tree = ast.parse(code)
    except SyntaxError as error:
        where = f"document {document}, test_list"
        raise InputError(where, f"not Python ({error})", "a list of assertions") from None
    used: set[str] = set()
    defined = set(dir(builtins))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else defined).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            defined.add(node.name)
        elif isinstance(node, ast.arg):
            defined.add(node.arg)
        elif isinstance(node, ast.alias):
            defined.add(node.asname or node.name.partition(".")[0])
    return sorted(used - defined)
