"""One job that evaluates a model on all benchmarks, in the place of one for each benchmark."""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.workflow.conftest import Project
from tests.workflow.stages import run_jobs

LOG = "evaluate_model/tiny.log"
BENCHMARKS = ("places_test", "colours_test", "more")
PIPELINE = "results/figures/pipeline.csv"
"""Made after the table of AIS, of every job's time."""


def records(project: Project) -> dict[str, Any]:
    """What was asked and answered, by file; not when and how fast."""
    folder = project.folder / "results/evaluations"
    found = {str(path.relative_to(folder)): json.loads(path.read_text())
             for path in folder.rglob("*.json")}  # fmt: skip
    for record in found.values():
        del record["origin"]["made"], record["digest"]
    return found


def test_a_job_of_a_model_makes_what_jobs_of_benchmarks_make(
    finished: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    project = finished.copy(tmp_path / "copy")
    project.configure(lambda config: config.update(evaluation_job="model"))
    planned = project.planned()
    assert planned["evaluate_model"] == 1
    assert not {"evaluate_benchmark", "compute_importance", "select_masks"} & planned.keys()
    # Nothing in the store: all is computed.
    shutil.rmtree(project.folder / "store/evaluations")
    shutil.rmtree(project.folder / "results/evaluations")
    project.run(PIPELINE)
    for benchmark in ("places_test", "colours_test"):
        assert f"{benchmark}: 0 reused, 5 computed" in project.log(LOG)
    assert project.log(LOG).count("ablation 1 of 5") == 1
    assert records(project) == records(finished)
    timed = pd.read_csv(project.folder / PIPELINE)
    assert timed.set_index("rule").loc["evaluate_model", "timed"] == 1
    assert not project.planned("--", PIPELINE)

    # One more benchmark: the job starts again, and computes that one.
    more = {"ability": "places", "split": "calibration"}
    project.configure(lambda config: config["benchmarks"].update(more=more))
    assert project.planned()["evaluate_model"] == 1
    project.run("results/profiles/impact.csv")
    assert project.log(LOG).count("5 reused, 0 computed") == 2
    assert "more: 0 reused, 5 computed" in project.log(LOG)

    # And back: jobs of benchmarks find it all.
    project.configure(lambda config: config.pop("evaluation_job"))
    assert project.planned()["evaluate_benchmark"] == 3
    answers = [f"results/evaluations/tiny/{name}/intact.json" for name in BENCHMARKS]
    run_jobs(project, *answers)
    for benchmark in BENCHMARKS:
        assert f"{benchmark}: 5 reused, 0 computed" in caplog.text


def test_no_record_of_other_settings_passes_for_one_of_these(
    finished: Project, tmp_path: Path
) -> None:
    """Of a sample that a job of a model answered in between, Snakemake's own records lost."""
    project = finished.copy(tmp_path / "copy")

    def answer_four(config: dict[str, Any]) -> None:
        config["benchmarks"]["places_test"]["limit"] = 4
        config["evaluation_job"] = "model"

    limit = project.config["benchmarks"]["places_test"]["limit"]

    def answer_as_before(config: dict[str, Any]) -> None:
        config["benchmarks"]["places_test"]["limit"] = limit
        del config["evaluation_job"]

    project.configure(answer_four)
    project.run("results/profiles/impact.csv")
    project.configure(answer_as_before)
    shutil.rmtree(project.folder / ".snakemake")
    assert project.planned()["evaluate_benchmark"] >= 1
    project.run("results/profiles/impact.csv")
    before, after = (own.folder / "results/profiles/impact.csv" for own in (finished, project))
    assert before.read_bytes() == after.read_bytes()
