"""Tables that a spreadsheet shows as they are, whatever text they hold."""

from __future__ import annotations

import re

import pandas as pd

FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")  # noqa: RUF001
"""How a cell begins that a spreadsheet may run, behind any number of apostrophes."""


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before each text that a spreadsheet would run as a formula.

    A text that has apostrophes there already gets one more, so that taking the first one away gives
    back what was written. Numbers stay numbers.
    """
    return table.map(_as_text)


def _as_text(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and FORMULA.match(cell) else cell
