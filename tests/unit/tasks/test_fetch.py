"""What is fetched is what the jobs read. A stand-in takes the Hub's place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import datasets
import pytest
import yaml
from tests.conftest import ROOT

from benchprof.run.configuration import ShippedBenchmark
from benchprof.tasks.definition import local_files, read_definition
from benchprof.tasks.fetch import main
from benchprof.tasks.requests import build_requests
from benchprof.tasks.source import load_tasks, task_source

QUESTIONS = {
    "allenai/ai2_arc": {
        split: [
            {"question": f"Which, {n}?\u2028", "choices": {"text": ["a", "b"], "label": ["A", "B"]},
             "answerKey": "AB"[n % 2]}
            for n in range(3)
        ]
        for split in ("train", "validation", "test")
    },
    "openai/gsm8k": {
        split: [{"question": f"How many, {split} {n}?", "answer": f"#### {n}"} for n in range(7)]
        for split in ("train", "test")
    },
}  # fmt: skip


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str | None, str]]:
    """Stands for the Hub; the list holds what was asked of it."""
    asked = []

    def load_dataset(path: str, name: str | None, revision: str) -> datasets.DatasetDict:
        asked.append((path, name, revision))
        if path == "SaylorTwift/bbh":
            splits = {"test": [{"input": f"{name}?", "target": "yes"}]}
        else:
            splits = QUESTIONS[path]
        return datasets.DatasetDict(
            {split: datasets.Dataset.from_list(rows) for split, rows in splits.items()}
        )

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    return asked


def configured(folder: Path, *names: str) -> Path:
    config = yaml.safe_load((ROOT / "tests/config.yaml").read_text())
    config["benchmark_data"] = str(folder / "data")
    config["benchmarks"] = {name: {"benchmark": name} for name in names}
    file = folder / "config.yaml"
    file.write_text(yaml.safe_dump(config))
    return file


def test_fetched_files_make_the_same_requests(tmp_path: Path, hub: list[Any]) -> None:
    file = configured(tmp_path, "arc_challenge", "gsm8k", "bbh")
    assert main(["--config", str(file)]) == 0
    for name in ("arc_challenge", "gsm8k", "bbh"):
        definition = read_definition(name, "config.yaml")
        assert {revision for path, _, revision in hub if path == definition.dataset} == {
            definition.revision
        }
        local = local_files(definition, tmp_path / "data")
        requests = [
            build_requests(
                load_tasks(task_source(ShippedBenchmark(benchmark=name), None, (), files)), None, 1
            )
            for files in (local, {})
        ]
        assert [i.args for i in requests[0].instances] == [i.args for i in requests[1].instances]
    noted = json.loads((tmp_path / "data/sources.json").read_text())
    assert noted["bbh.jsonl"]["items"] == 27
    assert noted["gsm8k.fewshot.jsonl"]["dataset"] == "openai/gsm8k"
    asked = len(hub)
    assert main(["--config", str(file)]) == 0
    assert len(hub) == asked


def test_without_a_network_the_benchmark_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def offline(**_: Any) -> None:
        raise ConnectionError("no network")

    monkeypatch.setattr(datasets, "load_dataset", offline)
    assert main(["--config", str(configured(tmp_path, "piqa"))]) == 1
    assert "benchmark task piqa: ConnectionError: no network" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


@pytest.mark.usefixtures("hub")
def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    file = configured(tmp_path, "gsm8k")
    own = tmp_path / "data/gsm8k.jsonl"
    own.parent.mkdir()
    own.write_text('{"question": "Mine?", "answer": "#### 1"}\n')
    assert main(["--config", str(file)]) == 0
    assert own.read_text() == '{"question": "Mine?", "answer": "#### 1"}\n'
    assert len((tmp_path / "data/gsm8k.fewshot.jsonl").read_text().splitlines()) == 7
