"""A benchmark that runs what the model writes: in a sandbox or not at all."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.workflow.conftest import Project
from tests.workflow.stages import run_jobs

ITEM = {
    "task_id": 11,
    "text": "Write a function that gives one.",
    "code": "def one():\n    return 1",
    "test_list": ["assert one() == 1", "assert one() < 2", "assert one() > 0"],
    "test_setup_code": "",
    "challenge_test_list": [],
}
WHICH = shutil.which("which") or "/usr/bin/which"
RECORD = "results/evaluations/tiny/mbpp/intact.json"


@pytest.fixture
def programs(finished: Project, tmp_path: Path) -> Project:
    """A project whose masks are there, and whose one benchmark is of programs."""
    project = finished.copy(tmp_path / "copy")
    data = project.folder / "data"
    data.mkdir()
    (data / "mbpp.jsonl").write_text(json.dumps(ITEM) + "\n")
    project.configure(
        lambda config: config.update(
            benchmarks={"mbpp": {"benchmark": "mbpp", "fewshot": 0}}, benchmark_data="data"
        )
    )
    return project


def test_without_a_sandbox_nothing_starts(
    programs: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    # The Slurm plugin asks it what there is.
    (tmp_path / "which").symlink_to(WHICH)
    done = programs.snakemake("-n")
    assert done.returncode != 0
    (paragraph,) = [line for line in done.stdout.splitlines() if "not installed" in line]
    assert "apt-get install bubblewrap" in paragraph
    assert "run_code_unsafely: true" in paragraph
    assert "Traceback" not in done.stdout
    programs.configure(lambda config: config.update(run_code_unsafely=True))
    assert "evaluate_benchmark" in programs.snakemake("-n").stdout


def test_programs_are_run_in_the_sandbox(programs: Project) -> None:
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap (bwrap) is not installed")
    assert programs.planned("--", RECORD) == {"evaluate_benchmark": 1}
    run_jobs(programs, RECORD)
    record = json.loads((programs.folder / RECORD).read_text())
    # What a random model writes is no program.
    assert record["scores"] == {"pass@1": 0.0}
    assert record["guessing"] == 0.0
    assert record["items"]["verdicts"] == ["failed"]


def test_programs_and_choices_are_evaluated_by_one_job(programs: Project) -> None:
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap (bwrap) is not installed")

    def beside_choices(config: dict[str, Any]) -> None:
        config["benchmarks"]["places_test"] = {"ability": "places", "split": "test"}
        config["evaluation_job"] = "model"

    programs.configure(beside_choices)
    assert programs.planned("--", RECORD) == {"evaluate_model": 1}
    run_jobs(programs, RECORD)
    for benchmark, kind in (("mbpp", "pass@1"), ("places_test", "acc")):
        file = programs.folder / f"results/evaluations/tiny/{benchmark}/intact.json"
        record = json.loads(file.read_text())
        assert kind in record["scores"]
        assert ("programs" in record["origin"]) == (benchmark == "mbpp")
