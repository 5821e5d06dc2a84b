"""No text of a table is run by a spreadsheet, and each can be read as it was written."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchprof.spreadsheet import without_formulas

# As docs/reference/file_formats.md tells readers to.
WRITTEN = r"^'('*[=+\-@\t\r\n＝＋－＠])"  # noqa: RUF001


@pytest.mark.parametrize(
    "text",
    ['=HYPERLINK("x")', "+1", "-5", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"],  # noqa: RUF001
)
def test_a_formula_is_text(text: str) -> None:
    (found,) = without_formulas(pd.DataFrame({"a": [text]}))["a"]
    assert found == f"'{text}"


def test_what_is_no_formula_stays() -> None:
    table = pd.DataFrame({"text": ["1 = 1", "", "'tis"], "number": [-1.5, 0.0, float("nan")]})
    pd.testing.assert_frame_equal(without_formulas(table), table)


@given(st.lists(st.text("=+-@\t\r\n'a1, \"＝", max_size=5), min_size=1))  # noqa: RUF001
def test_every_text_can_be_read_again(texts: list[str]) -> None:
    table = pd.DataFrame({"text": texts}, dtype=object)
    again = without_formulas(table).replace(WRITTEN, r"\1", regex=True)
    assert again["text"].tolist() == texts
