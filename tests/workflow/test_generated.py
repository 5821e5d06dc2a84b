"""The generated benchmarks in one run, named as docs/how_to/benchmark.md does."""

from __future__ import annotations

import json
import shutil

import pytest
from tests.conftest import ROOT
from tests.workflow.conftest import Project

FOLDER = "resources/benchmarks"
RECORD = "results/evaluations/tiny/{}/intact.json"
METRICS = {
    "everyday_problems": "exact_match,strict-match",
    "people_and_things": "probability",
    "plans_and_prices": "probability",
    "small_functions": "pass@1",
}


def test_choices_texts_and_programs_are_answered_by_one_job(project: Project) -> None:
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap (bwrap) is not installed")
    shutil.copytree(ROOT / FOLDER, project.folder / FOLDER)
    project.configure(
        lambda config: config.update(
            evaluation_job="model",
            selections={"top": {}},
            benchmarks={
                name: {
                    "task_file": f"{FOLDER}/{name}/task.yaml",
                    "data": f"{FOLDER}/{name}/items.jsonl",
                    "limit": 3,
                }
                for name in METRICS
            },
        )
    )
    project.run(RECORD.format("small_functions"))
    for name, metric in METRICS.items():
        record = json.loads((project.folder / RECORD.format(name)).read_text())
        assert metric in record["scores"]
        assert len(record["items"]["responses"]) == 3
    # What a random model writes is no function.
    assert record["scores"] == {"pass@1": 0.0}
    # A changed way of scoring is noticed.
    scoring = project.folder / FOLDER / "small_functions/scoring.py"
    scoring.write_text(scoring.read_text().replace('"pass@1"', '"passed"'))
    assert "evaluate_model" in project.planned(RECORD.format("small_functions"))
