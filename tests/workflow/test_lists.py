"""Masks of units that a configuration lists."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.workflow.conftest import Project, make_project
from tests.workflow.stages import CONFIGURATION, run_jobs, run_missing

from benchprof.errors import InputError
from benchprof.jobs.analysis import analysis_files
from benchprof.run.run import read_run
from benchprof.tensors import TensorFile

PLACES = "results/evaluations/tiny/places_test/intact.json"


def use_lists(config: dict[str, Any]) -> None:
    config["unit"], config["scope"] = "head", "attention"
    config["selections"] = {"listed": {"colours": {0: [1]}, "places": {1: [0]}}}
    config["mask_fractions"] = ["listed"]
    config["controls"]["random"] = {"seeds": [1], "matched_to": "each_ability"}


def test_listed_heads_go_through_every_job_and_nothing_is_ranked(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    project.configure(use_lists)
    planned = project.planned("--", "all", "analysis", "archive")
    assert planned.keys() >= {"all", "analysis", "archive", "select_masks", "measure_selectivity"}
    assert "compute_importance" not in planned
    with contextlib.chdir(project.folder):
        tables = analysis_files(read_run(CONFIGURATION))
    run_missing(project, *map(str, tables), "results/archive.zip")
    assert not (project.folder / "results/importance").exists()
    masks = {
        (path.parent.name, path.stem): TensorFile(path)
        for path in (project.folder / "results/masks/tiny").rglob("*.safetensors")
    }
    own = masks["places", "listed_listed"]
    (name,) = own.names
    assert name == "model.layers.1.self_attn.o_proj.weight"
    assert own.tensor(name).tolist() == [0]
    # As many of the same layer.
    control = masks["places", "listed-random-1_listed"]
    assert (control.names, control.origin["n"]) == ([name], 1)
    table = pd.read_parquet(project.folder / "results/profiles/impact.parquet")
    assert set(table["mask_fraction"]) == set(table["mask_fraction_value"]) == {"listed"}
    page = (project.folder / "results/report.html").read_text()
    assert "1 head a mask." in page
    methods = (project.folder / "results/methods.md").read_text()
    assert "colours: 1 of layer 0; places: 0 of layer 1" in methods

    archive = project.folder / "results/archive.zip"
    how: dict[str, Any] = {"capture_output": True, "text": True}
    verify = [sys.executable, "-I", "-S", str(archive)]
    done = subprocess.run(verify, cwd=tmp_path, check=False, **how)
    assert done.returncode == 0, done.stderr
    # Elsewhere the model is prepared, and nothing is known of its masks.
    fresh = project.copy(tmp_path / "fresh")
    for lost in ("store", ".snakemake", "results/masks", "results/evaluations"):
        shutil.rmtree(fresh.folder / lost)
    refill = [sys.executable, "-m", "benchprof", "archive", "refill", str(archive)]
    how |= {"env": fresh.environment(), "cwd": fresh.folder}
    done = subprocess.run(refill, check=False, **how)
    # Listed masks are listed anew; random ones of so few heads may be the same as one of them.
    assert "store: 8 added, 0 there before, 0 of another version" in done.stdout, done.stderr


def test_a_listed_head_that_is_not_there_stops_before_the_weights_are_loaded(
    project: Project,
) -> None:
    project.configure(use_lists)
    project.configure(lambda config: config["selections"]["listed"].update(places={1: [2]}))
    run_jobs(project, "results/models/tiny/model.json")
    fault = r"listed\.places\.1: head 2; expected a head from 0 to 1"
    # Of a whole run the first, of records alone the masks, before random ones read the weights.
    for file in ("results/checks/tiny.json", PLACES):
        with pytest.raises(InputError, match=fault):
            run_missing(project, file)
    assert not (project.folder / "results/masks").exists()
