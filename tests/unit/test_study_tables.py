"""The numbers of docs/study.md are those of the script that makes its tables."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.conftest import ROOT

NUMBER = re.compile(r"\N{MINUS SIGN}?(?:\d\.\d{3}|∞)")


def rows(text: str) -> set[tuple[str, ...]]:
    """The numbers of each row of a table that has some."""
    tables = [line for line in text.splitlines() if line.startswith("| ")]
    return {found for line in tables if len(found := tuple(NUMBER.findall(line))) > 2}


def in_order(some: tuple[str, ...], all_numbers: tuple[str, ...]) -> bool:
    """Whether `some` is what is left of `all_numbers` when columns are left out."""
    rest = iter(all_numbers)
    return all(number in rest for number in some)


def test_the_page_has_the_tables_that_the_script_prints() -> None:
    script = ROOT / "docs/study_tables.py"
    printed = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    stated, made = rows((ROOT / "docs/study.md").read_text("utf-8")), rows(printed.stdout)
    assert len(stated) == 30
    assert [row for row in stated if not any(in_order(row, own) for own in made)] == []
