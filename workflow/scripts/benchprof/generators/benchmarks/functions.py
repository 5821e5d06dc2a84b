"""Small functions that a model completes from a docstring, and that tests then call.

Their table is `functions.yaml`; what a call returns is computed by the reference solution.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Annotated, Any

import yaml
from pydantic import Field

from benchprof.section import Section, Text, read_section

TABLE = Path(__file__).parent / "functions.yaml"
WIDTH = 92
INDENT = "    "


class Function(Section):
    """A row of the table."""

    signature: str = Field(pattern=r"^\w+\([\w, ]+\)$", description="name(arguments)")
    doc: Text
    needs: Annotated[list[Text], Field(min_length=1)]
    body: Text
    shown: int = Field(default=1, ge=1, description="how many calls the docstring shows")
    calls: Annotated[list[Text], Field(min_length=3)]

    @property
    def name(self) -> str:
        """The function's name."""
        return self.signature.partition("(")[0]

    @property
    def solution(self) -> str:
        """The body of the reference solution as it follows the docstring."""
        return textwrap.indent(self.body, INDENT)

    @property
    def results(self) -> list[tuple[str, str]]:
        """Each call and what it returns, as Python writes them."""
        names: dict[str, Any] = {}
        # The table's own code.
        exec(f"def {self.signature}:\n{self.solution}", names)
        return [(call, repr(eval(f"{self.name}({call})", names))) for call in self.calls]

    @property
    def prompt(self) -> str:
        """The function's head: its signature, what it does, and examples."""
        doc = textwrap.fill(self.doc, WIDTH)
        shown = [f">>> {self.name}({call})\n{result}" for call, result in self.results]
        text = "\n".join([doc, "", *shown[: self.shown]])
        docstring = textwrap.indent(f'"""{text}\n"""\n', INDENT)
        return f"def {self.signature}:\n{docstring}"

    @property
    def test(self) -> str:
        """The tests, of which the function is the argument."""
        asserts = [
            f"{INDENT}assert candidate({call}) == {result}\n" for call, result in self.results
        ]
        return "def check(candidate):\n" + "".join(asserts)


def read_functions() -> Sequence[Function]:
    """The functions in the order of the table."""
    rows = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return [read_section(Function, row, str(TABLE)) for row in rows]


def small_functions(random: Random) -> list[dict[str, Any]]:
    """The items in random order, with the fields that HumanEval's have."""
    functions = list(read_functions())
    random.shuffle(functions)
    return [
        {
            "kind": own.name,
            "needs": own.needs,
            "prompt": own.prompt,
            "entry_point": own.name,
            "canonical_solution": own.solution,
            "test": own.test,
        }
        for own in functions
    ]
