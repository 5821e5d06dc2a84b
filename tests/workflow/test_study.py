"""The study's rules read the tables of a finished run."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
from study.__main__ import told
from study.tables import read_rules, read_tables
from tests.workflow.conftest import Project


def test_every_number_of_the_study_comes_from_a_run_s_tables(finished: Project) -> None:
    folder = finished.folder / "results/profiles"
    tests = ("colours_test", "places_test")
    rules = replace(
        read_rules(),
        pairs=(tests,),
        labels={test: [test.removesuffix("_test")] for test in tests},
        permutations=100,
    )
    read = read_tables(folder, "tiny")
    # Eight items are too few for an AIS: the drops take its place, so that every rule has a number.
    drops = {"ais": lambda rows: rows.intact - rows.ablated}
    tables = replace(read, cells=read.cells.assign(**drops), controls=read.controls.assign(**drops))
    text = "\n".join(told(tables, None, rules))
    for number in range(1, 5):
        assert f"## {number}. " in text
    impact = pd.read_csv(folder / "impact.csv")
    own = impact[(impact.ability == "places") & (impact.benchmark == "places_test")]
    own = own[own.headline]
    assert f"- places: dose {(own.intact - own.ablated).item():.3f} (" in text
    assert "mean on 1 other tests" in text
    assert "one factor explains" in text
    assert "colours_test and places_test: undecided" in text
    assert text.count("- as they are: mean ") == 1
    # A second run has a second profile of its own.
    fewer = replace(tables, controls=tables.controls[tables.controls.seed == 1])
    both = "\n".join(told(tables, fewer, rules))
    assert "## Two sources, all benchmarks" in both
    assert "## Two sources, multiple choice alone" in both
    assert both.count("- as they are: mean ") == 2
