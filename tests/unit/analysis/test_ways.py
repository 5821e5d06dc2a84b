"""Several ways of making masks beside each other."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from benchprof.analysis.effects import COLUMNS
from benchprof.analysis.ways import ways_table
from benchprof.errors import InputError

EFFECTS = pd.DataFrame(
    [
        ("x", 12, 1.0, 0.3, 0.1, 0.0, 0.1, math.nan, 0.0, 0.4, "", True),
        ("y", 12, 0.2, 0.4, 0.3, 0.2, 0.1, math.nan, math.nan, 0.2, "chance", False),
    ],
    columns=COLUMNS,
)


def results(folder: Path, table: pd.DataFrame) -> Path:
    file = folder / "analysis/m/effects_top_0.01.csv"
    file.parent.mkdir(parents=True)
    table.to_csv(file, index=False)
    return folder


def test_a_way_is_the_mean_of_its_abilities(tmp_path: Path) -> None:
    folders = [
        results(tmp_path / "first", EFFECTS),
        results(tmp_path / "second", EFFECTS.assign(other_test=[-0.1, 0.1])),
    ]
    first, second = ways_table(folders).to_dict("records")
    assert (first["way"], first["model"], first["masks"]) == ("first", "m", "top_0.01")
    assert (first["abilities"], first["validated"]) == (2, 1)
    assert first["own"] == pytest.approx(0.6)
    # The error of a mean of two with errors of 0.3 and 0.4 is 0.5 / 2.
    assert first["own_high"] - 0.6 == pytest.approx(1.96 * 0.25, abs=1e-4)
    assert first["own_low"] == pytest.approx(2 * 0.6 - first["own_high"])
    assert first["other_test"] == pytest.approx(0.3)
    assert first["ratio"] == pytest.approx(2.0)
    assert first["format_change"] == pytest.approx(0.2)
    assert first["random"] == pytest.approx(0.1)
    # Not asked of y.
    assert math.isnan(first["uninformative"])
    # No other test suffers.
    assert (second["other_test"], math.isnan(second["ratio"])) == (0, True)


def test_ways_of_one_name_are_refused(tmp_path: Path) -> None:
    folders = [results(tmp_path / name / "results", EFFECTS) for name in "ab"]
    with pytest.raises(InputError, match="names that do not tell the ways apart"):
        ways_table(folders)


def test_the_command_prints_and_writes_the_table(tmp_path: Path) -> None:
    folder, file = results(tmp_path / "way", EFFECTS), tmp_path / "ways.csv"
    command = [sys.executable, "-m", "benchprof.analysis.ways", str(folder), "--csv", str(file)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert printed.splitlines()[2].startswith("| way | m | top_0.01 | 2 | 0.600 |")
    assert pd.read_csv(file)["ratio"].tolist() == [2.0]


def test_a_folder_without_effects_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="effects_"):
        ways_table([tmp_path])
