"""The items of a finished run as texts, without a model: what was asked and what was answered."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from tests.workflow.conftest import Project
from tests.workflow.stages import run_jobs

from benchprof.reading.illustration import illustration_of, main
from benchprof.run.run import read_run


def test_the_items_of_a_finished_run(finished: Project, tmp_path: Path) -> None:
    project = finished.copy(tmp_path / "copy")
    planned = project.planned("--", "items")
    assert planned == {"items": 1, "export_items": 2}
    # The table at the end of a run is not shown again by one that did not make it.
    assert "Ability Impact Scores of" not in project.run("items")
    folder = project.folder / "results/items/tiny"
    table = pd.read_csv(folder / "places_test.csv", keep_default_na=False)
    assert len(table) == 8
    records = project.folder / "results/evaluations/tiny/places_test"
    record = json.loads((records / "places.specific_0.01.json").read_text())
    assert table["digest"].tolist() == record["items"]["digest"]
    right = (table["places.specific_0.01_right"] == "right").astype(float).tolist()
    assert right == record["items"]["scores"]["acc"]
    first = table.iloc[0]
    word = first["prompt"].split("The word is ")[1].split(".")[0]
    assert (first["expected"], first["choices"]) == (word, "Rome\nOslo\nLima\nCairo")
    assert first["intact"] in ("Rome", "Oslo", "Lima", "Cairo")
    page = (folder / "places_test.md").read_text()
    assert page.startswith("# places_test under tiny\n")
    assert "all_abilities.specific-random-1_0.01" in page
    assert "all_abilities.specific-random-2_0.01" not in page

    content = {path.name: path.read_bytes() for path in folder.iterdir()}
    run_jobs(project, *(f"results/items/tiny/{own}_test.csv" for own in ("colours", "places")))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == content


def test_the_idea_is_drawn_of_the_item_that_loses_most(
    finished: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Falls are compared with the records' own scores of probability."""
    monkeypatch.chdir(finished.folder)
    shown = illustration_of(read_run([Path("config.yaml")]), "tiny", "places")
    folder = finished.folder / "results/evaluations/tiny/places_test"
    intact, ablated = (
        json.loads((folder / f"{name}.json").read_text())["items"]
        for name in ("intact", "places.specific_0.01")
    )
    before, after = (own["scores"]["probability"] for own in (intact, ablated))
    falls = [early - late for early, late in zip(before, after, strict=True)]
    assert shown.losses["its own mask"][0] == pytest.approx(sum(falls) / len(falls))
    solved = [n for n, score in enumerate(intact["scores"]["acc"]) if score == 1]
    most = max(solved, key=lambda n: falls[n])
    assert shown.intact[shown.item.answer] == pytest.approx(before[most])
    assert shown.ablated[shown.item.answer] == pytest.approx(after[most])

    picture = tmp_path / "idea.png"
    given = ["--model", "tiny", "--ability", "places", "--output", str(picture)]
    monkeypatch.setattr("sys.argv", ["illustration", *given])
    assert main() == 0
    assert picture.stat().st_size > 10_000
