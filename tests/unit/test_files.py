"""What files hold is the same bytes for the same values."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from benchprof.files import write_csv


@pytest.mark.parametrize(
    ("digits", "number"), [(None, "0.12345678901234568"), (6, "0.123457"), (1, "0.1")]
)
def test_a_csv_file_has_no_index_and_one_kind_of_line_end(
    tmp_path: Path, digits: int | None, number: str
) -> None:
    table = pd.DataFrame(
        {"name": ["é", "b,c"], "value": [0.12345678901234568, float("nan")]}, index=[7, 8]
    )
    write_csv(tmp_path / "new" / "table.csv", table, digits)
    written = (tmp_path / "new" / "table.csv").read_bytes()
    assert written.decode() == f'name,value\né,{number}\n"b,c",\n'


def test_a_text_with_a_carriage_return_stays_in_its_row(tmp_path: Path) -> None:
    """Some versions of Python's csv do not quote it, and what follows would begin a row."""
    table = pd.DataFrame({"text": ["x\r=1+1", "plain"], "value": [0.5, float("nan")]})
    write_csv(tmp_path / "table.csv", table)
    assert (tmp_path / "table.csv").read_bytes() == b'"text","value"\n"x\r=1+1",0.5\n"plain",""\n'
    assert_frame_equal(pd.read_csv(tmp_path / "table.csv"), table)
