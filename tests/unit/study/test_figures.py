"""The figures of docs/study.md show the numbers that decide."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import matplotlib.image
import numpy as np
import pandas as pd
import pytest
from study.figures import draw_ais, second_profiles_figure
from study.labels import remainder
from study.tables import Tables, read_rules, read_tables
from tests.conftest import ROOT
from tests.unit.study.archives import MODEL

from benchprof.report import style


@pytest.fixture(scope="module")
def of_written(written: Path) -> Tables:
    return read_tables(written / "results/profiles", MODEL)


def test_each_panel_has_the_ais_and_the_second_profile_of_its_benchmark(of_written: Tables) -> None:
    rules = read_rules()
    with style.styled():
        figure = second_profiles_figure(of_written, rules)
    panels = np.array(figure.axes).reshape(9, 2)
    counting = of_written.counting(rules.benchmarks)
    ais = of_written.matrix(counting)
    rows = pd.concat([of_written.cells, of_written.controls])
    wide = rows.pivot(index=["ability", "seed"], columns="benchmark", values="ablated")
    for row, name in enumerate(counting):
        labelled = rules.labels[name]
        open_points, filled = (line.get_xydata() for line in panels[row, 0].lines[2:])
        assert sorted(filled[:, 0]) == sorted(ais.loc[name, labelled])
        assert sorted([*open_points[:, 0], *filled[:, 0]]) == sorted(ais.loc[name])
        for (x, y), ability in zip(filled, labelled, strict=True):
            assert x == ais.loc[name, ability]
            together = np.corrcoef(wide[name], wide[f"{ability}_test"])[0, 1]
            assert y == pytest.approx(together, abs=1e-9)
        right = np.concatenate([line.get_xydata() for line in panels[row, 1].lines[2:]])
        assert sorted(right[:, 0]) == pytest.approx(sorted(remainder(ais).loc[name]))
        assert len(panels[row, 0].texts) == len(labelled) == 2


def test_the_ais_are_drawn_of_the_run_that_decides(
    results: Tables, of_written: Tables, tmp_path: Path
) -> None:
    """Other values for what the second run repeats change no pixel."""
    rules = read_rules()
    cells = of_written.cells.copy()
    cells.loc[cells.benchmark == "mmlu", "q_random"] = 1e-9
    for name, second in (
        ("own", of_written),
        ("other", dataclasses.replace(of_written, cells=cells)),
    ):
        (tmp_path / name).mkdir()
        draw_ais(results, second, rules, tmp_path / name)
    for name in ("study_impact_qwen.png", "study_forest_qwen.png"):
        own, other = ((tmp_path / folder / name).read_bytes() for folder in ("own", "other"))
        assert own == other
        # Of the page, the size alone: letters differ by a shade between versions of a library.
        page = matplotlib.image.imread(ROOT / "docs/images" / name)
        assert page.shape == matplotlib.image.imread(tmp_path / "own" / name).shape
