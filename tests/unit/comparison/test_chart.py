"""The chart of combinations names only what was asked."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from benchprof.comparison.chart import combinations_figure, draw_combinations


@pytest.fixture
def summary() -> pd.DataFrame:
    columns = ("choice", "others", "read_off", "blank", "random", "form", "others_form")
    row = dict.fromkeys(columns, 0.1) | {"choice_se": 0.01}
    return pd.DataFrame([row | {"combination": name} for name in ("first", "second")])


def _legend(summary: pd.DataFrame) -> list[str]:
    (legend,) = combinations_figure(summary, "m").legends
    return [text.get_text() for text in legend.get_texts()]


def test_companions_that_were_not_asked_are_in_neither_legend_nor_caption(
    summary: pd.DataFrame, tmp_path: Path
) -> None:
    assert {"read-offs", "blanks"} < set(_legend(summary))
    caption = tmp_path / "m.txt"
    draw_combinations(summary, "m", [caption])
    assert "A read-off states the answer" in caption.read_text()
    summary[["read_off", "blank"]] = float("nan")
    assert _legend(summary) == [
        "its own items",
        "other abilities' items",
        "own items under random masks",
    ]
    draw_combinations(summary, "m", [caption])
    assert "read-off" not in caption.read_text()
