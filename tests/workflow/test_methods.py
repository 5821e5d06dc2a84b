"""Methods other than the default run's."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.workflow.conftest import ABILITIES, Project, add_control_items, make_project, origin
from tests.workflow.stages import run_jobs, run_missing, said_to

from benchprof.tensors import TensorFile

SELECTIVITY = "results/analysis/tiny/selectivity_top_0.01.csv"
PLACES = "results/evaluations/tiny/places_test/intact.json"
UNINFORMATIVE = "results/evaluations/tiny/places_uninformative/intact.json"


def use_other_methods(config: dict[str, Any]) -> None:
    config["importance"] = {
        "score": "taylor_abs",
        "loss_on": "all",
        "against": "counterfactual",
        "limit": 4,
    }
    config["layers"] = [1, 1]
    config["ablation"] = "mean"
    config["controls"]["random"]["seeds"] = [1]
    contrastive = {"definition": "ratio", "pool": 5}
    for kind in ("counterfactual", "uninformative"):
        config["benchmarks"][f"places_{kind}"] = {
            "ability": "places", "split": "test", "control_item": kind, "limit": 8,
        }  # fmt: skip
    config["selections"] = {"top": {}, "bottom": {}, "core": {}, "contrastive": contrastive}


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project that was run with these methods; copy it."""
    project = make_project(tmp_path_factory.mktemp("other") / "project")
    project.configure(use_other_methods)
    for file in (*(f"{a}/train" for a in ABILITIES), "places/test"):
        add_control_items(project.folder / f"items/{file}.jsonl")
    files = ("results/methods.md", "results/figures/tiny/impact_core_0.01.png", SELECTIVITY)
    planned = project.planned("--", *files)
    assert planned["select_masks"] == planned["draw_controls"] == 4
    assert (planned["evaluate_benchmark"], planned["plot_impact"]) == (4, 1)
    with said_to(project.folder / "results/logs/all.log"):
        run_missing(project, *files)
    return project


def test_items_without_control_items_are_refused_where_these_are_wanted(project: Project) -> None:
    project.configure(use_other_methods)
    refused = project.snakemake("--dry-run")
    assert refused.returncode != 0
    assert "items/places/test.jsonl, item places-" in refused.stdout
    assert "`benchmarks.places_counterfactual.control_item`" in refused.stdout
    add_control_items(project.folder / "items/places/test.jsonl")
    refused = project.snakemake("--dry-run")
    assert refused.returncode != 0
    assert "`importance.against`" in refused.stdout
    assert "items/colours/train.jsonl, item colours-" in refused.stdout
    assert "it has no control item 'counterfactual'; expected one in every item." in refused.stdout


def test_control_items_of_other_items_than_the_test_split_s_are_refused(
    other: Project, tmp_path: Path
) -> None:
    project = other.copy(tmp_path / "copy")
    project.configure(lambda config: config["benchmarks"]["places_counterfactual"].update(limit=7))
    refused = project.snakemake("--dry-run")
    assert refused.returncode != 0
    assert "benchmarks.places_counterfactual: limit 7; expected limit " in refused.stdout


def test_masks_are_of_the_methods_asked_for(other: Project) -> None:
    masks = {
        (path.parent.name, path.name.split("_")[0]): TensorFile(path)
        for path in (other.folder / "results/masks/tiny").rglob("*.safetensors")
    }
    # the mask fraction is a share of all 12,208 weights, of which 1,152 are in scope.
    for mask in masks.values():
        assert mask.origin["n"] == 122
        assert all(name.startswith("model.layers.1.mlp.") for name in mask.names)
    digests = {key: mask.origin["digest"] for key, mask in masks.items()}
    assert digests["colours", "core"] == digests["places", "core"]
    assert digests["colours", "contrastive"] != digests["places", "contrastive"]
    # Intact, four masks an ability and a control a selection; the core's is one mask for both.
    assert "places_test: 1 reused, 12 computed" in other.log("all.log")
    path = other.folder / "results/evaluations/tiny/places_test/places.top_0.01.json"
    assert json.loads(path.read_text())["origin"]["mask"]["method"] == "mean"
    methods = (other.folder / "results/methods.md").read_text()
    assert "to their matrix mean" in methods
    assert "layers 1 to 1" in methods


def test_importance_is_against_the_control_item_asked_for(other: Project) -> None:
    assert origin(other, "importance/tiny/places.safetensors")["against"] == "counterfactual"
    methods = (other.folder / "results/methods.md").read_text()
    assert "another option right is subtracted; negative differences count as 0." in methods


def test_selectivity_has_the_control_items_beside_the_items(other: Project) -> None:
    table = pd.read_csv(other.folder / SELECTIVITY)
    # Two masks and a control on the items of two abilities, and on two control items of one.
    assert table.groupby(["test", "item_kind"]).size().to_dict() == {
        ("colours", "item"): 3, ("places", "item"): 3,
        ("places", "counterfactual"): 3, ("places", "uninformative"): 3,
    }  # fmt: skip
    intact = table.set_index(["test", "item_kind"])["intact"]
    assert (
        len(
            {
                intact["places", asked].iloc[0]
                for asked in ("item", "counterfactual", "uninformative")
            }
        )
        == 3
    )
    records = [
        f"results/evaluations/tiny/places_{of}/intact.json" for of in ("test", "counterfactual")
    ]
    own, counterfactual = (
        json.loads((other.folder / file).read_text())["items"] for file in records
    )
    # Their right answers differ, item by item.
    assert [[(g + 1) % 4 for g in gold] for gold in own["gold"]] == counterfactual["gold"]


def test_changed_control_items_concern_all_benchmarks_of_their_items(
    other: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    project = other.copy(tmp_path / "copy")
    add_control_items(project.folder / "items/places/test.jsonl", "The word is lost.")
    planned = project.planned()
    assert planned["evaluate_benchmark"] == 3
    assert "compute_profile" in planned
    assert not {"compute_importance", "select_masks"} & set(planned)
    assert "data/tasks/ability_uninformative.yaml" in project.run("-n", UNINFORMATIVE)
    run_jobs(project, PLACES, UNINFORMATIVE)
    # A control item is part of an item; the core is one mask for both abilities.
    for of in ("test", "uninformative"):
        assert f"places_{of}: 1 reused, 12 computed" in caplog.text
