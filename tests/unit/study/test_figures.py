"""The figures of docs/study.md show the numbers that decide."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import linregress
from study.figures import (
    AIS,
    SECOND_PROFILES,
    ais_rows,
    draw_ais,
    draw_second_profiles,
    points,
    second_profiles_figure,
)
from study.labels import remainder
from study.tables import Tables, joined, read_rules
from tests.conftest import ROOT
from tests.unit.study.archives import coarse

from benchprof.report import style
from benchprof.report.names import codes


def test_the_rows_are_of_the_run_that_decides(results: Tables, of_written: Tables) -> None:
    """Of MMLU, which both runs asked, the first one's; and the written benchmarks of the second."""
    rules = read_rules()
    cells = of_written.cells.copy()
    cells.loc[cells.benchmark == "mmlu", "q_random"] = 1e-9
    tables = joined(results, dataclasses.replace(of_written, cells=cells))
    rows = ais_rows(tables, rules)
    names = list(rows.benchmark.unique())
    assert names[:10] == rules.benchmarks and len(names) == 20
    assert rows.q_random.min() > 1e-9
    assert rows[rows.benchmark == "mmlu"].seed.max() == 5
    assert rows[rows.benchmark == "humaneval"].seed.max() == 2


def test_a_point_is_the_ais_and_the_correlation_of_the_scores(of_written: Tables) -> None:
    """The correlations worked out by regression, state by state."""
    rules = read_rules()
    rows = pd.concat([of_written.cells, of_written.controls])
    scores = rows.pivot(index=["ability", "seed"], columns="benchmark", values="ablated")
    tests = [f"{ability}_test" for ability in of_written.cells.ability.unique()]
    mean = scores[tests].mean(axis=1)
    ais = of_written.matrix(of_written.counting(rules.benchmarks))
    left = remainder(ais)
    shown = points(of_written, rules)
    assert len(shown) == 2 * 9 * 10
    for row in shown.itertuples():
        own, asked = scores[f"{row.ability}_test"], scores[row.benchmark]
        if row.without:
            own, asked = (one - linregress(mean, one).slope * mean for one in (own, asked))
        assert row.second == pytest.approx(np.corrcoef(own, asked)[0, 1], abs=1e-9)
        assert row.ais == (left if row.without else ais).loc[row.benchmark, row.ability]
        assert row.labelled == (row.ability in rules.labels[row.benchmark])


def test_the_panels_have_the_points(of_written: Tables) -> None:
    shown = points(of_written, read_rules())
    with style.styled():
        figure = second_profiles_figure(shown)
    panels = iter(figure.axes)
    for benchmark in shown.benchmark.unique():
        for without in (False, True):
            own = shown[(shown.benchmark == benchmark) & (shown.without == without)]
            panel = next(panels)
            drawn = [line for line in panel.lines if line.get_marker() == "o"]
            assert len(drawn) == 2
            for line in drawn:
                labelled = own[own.labelled == (line.get_markerfacecolor() == style.INK)]
                assert line.get_xydata().tolist() == labelled[["ais", "second"]].values.tolist()
            short = codes(list(own.ability))
            assert [text.get_text() for text in panel.texts] == [
                short[ability] for ability in own[own.labelled].ability
            ]


def test_the_page_has_the_figures(all_results: Tables, of_written: Tables, tmp_path: Path) -> None:
    """Coarsely: letters differ by a shade between versions of a library."""
    rules = read_rules()
    draw_ais(all_results, rules, tmp_path)
    draw_second_profiles(of_written, rules, tmp_path)
    for name in (*AIS, SECOND_PROFILES):
        page, drawn = (
            coarse(folder / f"{name}.png") for folder in (ROOT / "docs/images", tmp_path)
        )
        assert page.shape == drawn.shape
        assert np.abs(page - drawn).max() < 0.1, name
