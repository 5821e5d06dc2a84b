"""The items of a finished run as texts, without a model: what was asked and what was answered."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
from tests.workflow.conftest import Project
from tests.workflow.stages import run_jobs


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
    record = json.loads((records / "places.contrastive_0.01.json").read_text())
    assert table["digest"].tolist() == record["items"]["digest"]
    right = (table["places.contrastive_0.01_right"] == "right").astype(float).tolist()
    assert right == record["items"]["scores"]["acc"]
    first = table.iloc[0]
    word = first["prompt"].split("The word is ")[1].split(".")[0]
    assert (first["expected"], first["choices"]) == (word, "Rome\nOslo\nLima\nCairo")
    assert first["intact"] in ("Rome", "Oslo", "Lima", "Cairo")
    page = (folder / "places_test.md").read_text()
    assert page.startswith("# places_test under tiny\n")
    assert "all_abilities.contrastive-random-1_0.01" in page
    assert "all_abilities.contrastive-random-2_0.01" not in page

    content = {path.name: path.read_bytes() for path in folder.iterdir()}
    run_jobs(project, *(f"results/items/tiny/{own}_test.csv" for own in ("colours", "places")))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == content
