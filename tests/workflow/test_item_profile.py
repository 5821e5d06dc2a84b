"""Item profiles in a whole run: what a new benchmark adds, their worth, and without them."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from tests.workflow.conftest import Project
from tests.workflow.stages import run_jobs, run_missing, said_to

FOLDER = "results/item_profiles"
SHARES = f"{FOLDER}/tiny/shares.csv"
FIRST = ("colours_test", "places_test")


@pytest.fixture(scope="module")
def profiled(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A finished run to which item profiles are added."""
    project = finished.copy(tmp_path_factory.mktemp("profiled") / "copy")
    small = {"items": 5, "train": 4, "calibration": 3}
    small |= {"read_from": ["hidden_states", "importance"]}
    project.configure(lambda config: config.update(item_profile=small))
    planned = project.planned()
    rules = {"profile_items", "compare_item_profiles", "plot_shares"}
    assert rules <= planned.keys()
    assert not {"compute_importance", "evaluate_benchmark", "measure_worth"} & planned.keys()
    with said_to(project.folder / "said.log"):
        run_missing(project, SHARES, f"{FOLDER}/similarity.csv", "results/figures/tiny/shares.png")
    return project


def test_shares_of_each_benchmark(profiled: Project) -> None:
    # Two abilities with four and three items each, and three items of each test.
    said = (profiled.folder / "said.log").read_text()
    assert "attributions of examples: 0 reused, 20 computed" in said
    table = pd.read_csv(profiled.folder / SHARES)
    assert table["benchmark"].unique().tolist() == list(FIRST)
    assert table["ability"].unique().tolist() == ["colours", "places"]
    keys = ["read_from", "benchmark"]
    assert table.groupby(keys)["share"].sum().tolist() == pytest.approx([1] * 4)
    assert set(table["n_items"]) == {3}
    items = pd.read_csv(profiled.folder / FOLDER / "tiny/item_shares.csv")
    assert items.groupby(keys)["places"].mean().to_numpy() == pytest.approx(
        table.loc[table["ability"] == "places", "share"].to_numpy()
    )
    alike = pd.read_csv(profiled.folder / FOLDER / "similarity.csv")
    assert alike[["read_from", "benchmark_a", "benchmark_b"]].to_numpy().tolist() == [
        ["hidden_states", *FIRST], ["importance", *FIRST],
    ]  # fmt: skip


def test_a_new_benchmark_is_attributed_alone(profiled: Project, tmp_path: Path) -> None:
    project = profiled.copy(tmp_path / "copy")
    before = pd.read_csv(project.folder / SHARES)
    new = {"ability": "places", "split": "calibration", "limit": 4}
    project.configure(lambda config: config["benchmarks"].update(added=new))
    with said_to(tmp_path / "said.log"):
        run_jobs(project, SHARES)
    said = (tmp_path / "said.log").read_text().splitlines()
    counts = next(line for line in said if "attributions of examples" in line)
    # Of its four items, two are calibration items that were read before.
    assert counts.endswith("20 reused, 2 computed") or counts.endswith("22 reused, 2 computed")
    after = pd.read_csv(project.folder / SHARES)
    old = after[after["benchmark"] != "added"].reset_index(drop=True)
    assert old.equals(before)
    assert len(after) == len(before) + 4


def test_the_page_shows_profiles_with_their_worth(profiled: Project, tmp_path: Path) -> None:
    project = profiled.copy(tmp_path / "copy")
    page = project.folder / "results/report.html"
    run_jobs(project, "results/report.html")
    assert "Nobody has measured how often profiles from hidden states" in page.read_text()
    assert 'alt="Item profiles of tiny' in page.read_text()
    assert project.planned("--", "item_profile_worth")["measure_worth"] == 1
    run_jobs(project, f"{FOLDER}/tiny/worth.csv", "results/report.html")
    text = page.read_text()
    assert "Nobody has measured how often profiles" not in text
    assert "Read from hidden states, " in text and "Read from importance, " in text
    worth = pd.read_csv(project.folder / FOLDER / "tiny/worth.csv")
    own = json.loads((project.folder / FOLDER / "tiny/reader.json").read_text())
    assert set(worth["reader"].dropna()) == {reader["digest"] for reader in own.values()}


def test_a_run_without_profiles_has_no_job_of_them(finished: Project) -> None:
    page = (finished.folder / "results/report.html").read_text()
    assert 'id="items"' not in page
    assert not (finished.folder / FOLDER).exists()
