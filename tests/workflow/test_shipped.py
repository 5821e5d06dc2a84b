"""All shipped benchmarks in one run over local items, without a network.

The folder of items is given by BENCHPROF_BENCHMARKS; without it these tests are skipped.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pandas as pd
import pytest
from tests.conftest import byte_tokenizer, terse_model
from tests.workflow.conftest import Project

from benchprof.data import BENCHMARKS

NAMES = sorted(path.stem for path in BENCHMARKS.glob("*.yaml"))


@pytest.fixture
def shipped(project: Project) -> Project:
    if "BENCHPROF_BENCHMARKS" not in os.environ:
        pytest.skip("BENCHPROF_BENCHMARKS, a folder of benchmark items, is not set")
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap (bwrap), which humaneval and mbpp need, is not installed")
    terse_model().save_pretrained(project.folder / "tiny")
    byte_tokenizer(chat=True).save_pretrained(project.folder / "tiny")
    project.configure(
        lambda config: config.update(
            benchmark_data=os.environ["BENCHPROF_BENCHMARKS"],
            benchmarks={name: {"benchmark": name, "limit": 10} for name in NAMES},
            selections={"top": {}},
            controls={"random": {"seeds": [1], "matched_to": "abilities_together"}},
        )
    )
    project.configure(lambda config: config["profile"].update(metric="headline"))
    return project


def test_all_shipped_benchmarks_run_in_one_configuration(shipped: Project) -> None:
    shipped.run("results/profiles/impact.csv")
    table = pd.read_csv(shipped.folder / "results/profiles/impact.csv")
    headline = table[table["headline"]].groupby("benchmark")["metric"].unique()
    assert sorted(headline.index) == NAMES
    assert (table["n"] == 10).all()
    assert headline["mmlu"].tolist() == ["acc"]
    assert headline["gsm8k"].tolist() == ["exact_match,strict-match"]
    assert headline["humaneval"].tolist() == ["pass@1"]
    record = json.loads((shipped.folder / "results/evaluations/tiny/mmlu/intact.json").read_text())
    assert len(record["tasks"]) > 1
    assert sum(task["n"] for task in record["tasks"].values()) == 10


def test_a_changed_item_runs_its_benchmark_alone(finished: Project, tmp_path: Path) -> None:
    project = finished.copy(tmp_path / "copy")
    data = tmp_path / "data"
    data.mkdir()
    item = {
        "question": "Which?",
        "choices": {"text": ["a", "b"], "label": ["A", "B"]},
        "answerKey": "A",
    }
    for name in ("arc_easy", "arc_challenge"):
        (data / f"{name}.jsonl").write_text(json.dumps(item) + "\n")
    project.configure(
        lambda config: config.update(
            benchmark_data=str(data),
            benchmarks={name: {"benchmark": name} for name in ("arc_easy", "arc_challenge")},
        )
    )
    project.run("results/profiles/impact.csv")
    assert "Nothing to be done" in project.run("results/profiles/impact.csv", "-n")
    (data / "arc_easy.jsonl").write_text(json.dumps(item | {"question": "Which now?"}) + "\n")
    planned = project.planned("--until", "compute_profile")
    assert planned == {"evaluate_benchmark": 1, "compute_profile": 1}


def test_a_missing_file_stops_before_anything_runs(project: Project) -> None:
    project.configure(
        lambda config: config.update(
            benchmark_data="absent", benchmarks={"piqa": {"benchmark": "piqa"}}
        )
    )
    done = project.snakemake()
    assert done.returncode != 0
    assert "absent/piqa.jsonl: no such file" in done.stdout
    assert "make fetch-data" in done.stdout
    assert not (project.folder / "results").exists()
