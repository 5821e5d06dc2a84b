"""Masks of attention heads through every job, and what comes from the same attributions."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.workflow.conftest import ABILITIES, Project, add_control_items, make_project, origin
from tests.workflow.stages import run_jobs, run_missing

from benchprof.masks import super_job, super_set
from benchprof.tensors import TensorFile

PLACES = "results/evaluations/tiny/places_test/intact.json"
IMPORTANCE = "results/importance/tiny/places.safetensors"
ARCHIVE = "results/archive.zip"
METHODS = "results/methods.md"
"""Written again over the scores of the run that was copied, tells what is configured now."""


def use_heads(config: dict[str, Any]) -> None:
    config["unit"], config["scope"] = "head", "attention"
    # Less their uninformative items, heads of so small a model may have no importance at all.
    config["importance"] = {"score": "taylor_abs", "loss_on": "option_cross_entropy"}
    config["mask_fractions"], config["selections"] = [0.25], {"top": {}}
    config["controls"]["random"]["seeds"] = [1]


@pytest.fixture(scope="module")
def heads(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project that was run with masks of heads; copy it."""
    project = make_project(tmp_path_factory.mktemp("heads") / "project")
    project.configure(use_heads)
    for ability in ABILITIES:
        add_control_items(project.folder / f"items/{ability}/train.jsonl")
    project.run("results/methods.md", PLACES)
    return project


def test_masks_of_heads_go_through_every_job(heads: Project) -> None:
    masks = [
        TensorFile(path) for path in (heads.folder / "results/masks/tiny").rglob("*.safetensors")
    ]
    # Two layers of two heads: a quarter is one.
    assert {(mask.origin["unit"], mask.origin["n"]) for mask in masks} == {("head", 1)}
    assert all(name.endswith("self_attn.o_proj.weight") for mask in masks for name in mask.names)
    (control,) = (mask for mask in masks if mask.origin["selection"] == "random")
    assert set(control.origin["matched_to"]) == {"colours", "places"}
    methods = (heads.folder / "results/methods.md").read_text()
    assert "The importance of a head for an ability" in methods
    assert "sets the weights that read its heads to zero" in methods
    assert "the right option's share among the options" in methods


def attributions(project: Project) -> list[Path]:
    return sorted((project.folder / "store/attributions").rglob("*.safetensors"))


def test_another_score_and_unit_come_from_the_same_attributions(
    heads: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    project = heads.copy(tmp_path / "copy")

    def change(config: dict[str, Any]) -> None:
        config["unit"], config["scope"] = "neuron", "mlp"
        config["importance"] |= {"score": "taylor_signed", "limit": 4}

    project.configure(change)
    run_jobs(project, IMPORTANCE)
    assert "8 reused, 0 computed" in caplog.text
    importance = TensorFile(project.folder / IMPORTANCE)
    assert importance.total_size == 2 * 24


def test_halves_of_units_come_from_the_same_attributions(
    heads: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    project = heads.copy(tmp_path / "copy")
    kinds = ("location", "overlap", "selectivity")
    names = (*(f"{kind}_top_0.25" for kind in kinds), "core", "stability")
    run_jobs(project, *(f"results/analysis/tiny/{name}.csv" for name in names))
    # No mask fraction of the paper is a whole head of this model's four.
    assert len(pd.read_csv(project.folder / "results/analysis/tiny/core.csv")) == 0
    location = pd.read_csv(project.folder / "results/analysis/tiny/location_top_0.25.csv")
    assert location.groupby("ability")["entries"].sum().to_dict() == {"colours": 1, "places": 1}
    log = caplog.text
    assert log.count(" reused, 0 computed") == log.count("attributions of examples:") > 2


def test_heads_are_knocked_out_once_for_all_items_and_halves(
    heads: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    project = heads.copy(tmp_path / "copy")
    groups = {"score": "knock_out", "knock_outs": {"groups": 12, "share": 0.3}}
    project.configure(lambda config: config["importance"].update(groups))
    assert "compute_importance" in project.planned("--", IMPORTANCE)
    # Each of four heads three times, and the intact model.
    said = "losses without groups of units: {} reused, {} computed"
    run_jobs(project, IMPORTANCE, METHODS)
    assert said.format(0, 5) in caplog.text
    caplog.clear()
    run_jobs(project, "results/analysis/tiny/stability.csv")
    assert caplog.text.count(said.format(5, 0)) > 2
    own = origin(project, "importance/tiny/places.safetensors")
    assert own["knock_outs"]["groups"] == {"number": 12, "share": 0.3, "seed": 2026}
    methods = (project.folder / METHODS).read_text()
    assert "the effects of 12 random groups of heads by which heads they contain" in methods


def test_an_archive_of_masks_of_heads_is_verified_and_reproduced(
    heads: Project, tmp_path: Path
) -> None:
    project = heads.copy(tmp_path / "copy")
    assert "write_report" in project.planned("--", "archive")
    run_missing(project, ARCHIVE)
    path = project.folder / ARCHIVE
    how: dict[str, Any] = {"cwd": tmp_path, "capture_output": True, "text": True}
    verify = [sys.executable, "-m", "benchprof", "archive", "verify", str(path)]
    done = subprocess.run(verify, check=False, env=project.environment(), **how)
    assert done.returncode == 0, done.stderr
    again = [
        sys.executable, "-m", "benchprof", "archive", "reproduce", str(path), "--cores", "2",
        "--into", "again", "--benchmark", "places_test", "--data", str(project.folder),
    ]  # fmt: skip
    done = subprocess.run(again, check=False, env=project.environment(), **how)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "places_test: masks and scores are identical" in done.stdout
    page = (project.folder / "results/report.html").read_text()
    assert "1 head a mask." in page


def entries_of(mask: TensorFile) -> set[tuple[str, int]]:
    return {(name, int(index)) for name in mask.names for index in mask.tensor(name)}


def test_masks_without_super_units(
    heads: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No head of so small a model breaks a text; the first in the ranking is to count as one that
    # does, or nothing would be left out.
    for module in (super_set, super_job):
        monkeypatch.setattr(module, "SUPER_RISE", -1.0)
    project = heads.copy(tmp_path / "copy")
    assert not (project.folder / "results/super").exists()
    before = origin(project, "masks/tiny/places/top_0.25.safetensors")

    def change(config: dict[str, Any]) -> None:
        config["selections"] = {"top": {"without_super": True}, "bottom": {}}

    project.configure(change)
    assert project.planned()["find_super"] == 1
    file = project.folder / "results/super/tiny.safetensors"
    masks = [f"places/{name}_0.25" for name in ("top", "bottom")]
    masks += [f"all_abilities/{name}-random-1_0.25" for name in ("top", "bottom")]
    made = [f"results/masks/tiny/{name}.safetensors" for name in masks]
    run_jobs(project, IMPORTANCE, "results/super/tiny.safetensors", *made, METHODS)
    found = TensorFile(file)
    assert found.origin["unit"] == "head"
    table = pd.read_csv(file.with_suffix(".csv"))
    # Of four heads one at most.
    assert table["n"].tolist() == [0, 1]
    assert (found.origin["n"], found.origin["threshold"]) == (1, -1.0)
    left_out = entries_of(found)
    assert len(left_out) == 1
    # Or a mask would hold it.
    scores = TensorFile(project.folder / IMPORTANCE)
    of_heads = {
        (own, n): score for own in scores.names for n, score in enumerate(scores.tensor(own))
    }
    assert max(of_heads, key=lambda head: of_heads[head]) in left_out
    own = origin(project, "masks/tiny/places/top_0.25.safetensors")
    control = origin(project, "masks/tiny/all_abilities/top-random-1_0.25.safetensors")
    assert own["super"] == control["super"] == found.origin["digest"]
    selected = list((project.folder / "results/masks/tiny").rglob("top*.safetensors"))
    assert len(selected) == 3
    assert not any(left_out & entries_of(TensorFile(path)) for path in selected)
    assert "super" not in before
    assert "super" not in origin(project, "masks/tiny/places/bottom_0.25.safetensors")
    text = (project.folder / METHODS).read_text()
    assert ("Super heads are left out first" in text, "Super heads" in text) == (True, True)


def test_heads_at_their_means_over_the_train_items(
    heads: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    project = heads.copy(tmp_path / "copy")
    path = project.folder / "results/evaluations/tiny/places_test/places.top_0.25.json"
    zeroed = json.loads(path.read_text())
    assert "mean_over" not in zeroed["origin"]["mask"]
    project.configure(lambda config: config.update(ablation="mean"))
    run_jobs(project, PLACES, METHODS)
    assert ": intact" not in caplog.text
    averaged = json.loads(path.read_text())
    assert averaged["origin"]["mask"]["method"] == "mean"
    assert averaged["items"]["responses"] != zeroed["items"]["responses"]
    methods = (project.folder / METHODS).read_text()
    assert "sets its heads to their mean over the tokens" in methods
    assert "@wang2023interpretability" in methods
    # The means are over other items where a train item of either ability changed.
    items = project.folder / "items/colours/train.jsonl"
    items.write_text(items.read_text().replace("?", "!"))
    assert "evaluate_benchmark" in project.planned()
    run_jobs(project, PLACES)
    again = json.loads(path.read_text())["origin"]["mask"]["mean_over"]
    of_old = averaged["origin"]["mask"]["mean_over"]
    assert again["code"] == of_old["code"]
    assert again["examples"] != of_old["examples"]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("scope", "mlp", "mlp with unit head"),
        ("selections", {"top": {"within": "chunk"}}, "chunk with unit head"),
    ],
)
def test_what_does_not_go_with_a_unit_is_refused(
    project: Project, key: str, value: Any, words: str
) -> None:
    project.configure(use_heads)
    project.configure(lambda config: config.update({key: value}))
    refused = project.snakemake("--dry-run")
    assert refused.returncode != 0
    assert words in refused.stdout
