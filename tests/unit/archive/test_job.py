"""The archive: the same bytes twice, all that it should hold, nothing that it should not."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.conftest import ROOT
from tests.unit.archive.conftest import MADE, Run
from tests.unit.run.small import small

from benchprof.archive.job import _pinned
from benchprof.archive.leaks import Leaks
from benchprof.archive.needs import _benchmark
from benchprof.errors import InputError
from benchprof.jobs.archive import WriteArchive
from benchprof.jobs.evaluation import EvaluateBenchmark


def read(archive: Path, name: str) -> Any:
    return json.loads(zipfile.ZipFile(archive).read(name))


def test_two_archives_of_a_run_are_the_same_bytes(
    run: Run, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchprof.archive.job.os.environ", {**os.environ, "USER": "someone"})
    elsewhere = run.copy(tmp_path / "elsewhere")
    shared = [Path(f"items/x/{split}.jsonl") for split in ("test", "train", "calibration")]
    again = elsewhere.archive(tmp_path / "again.zip", shared)
    assert again.read_bytes() == archive.read_bytes()


def test_a_model_without_a_commit_gets_that_of_the_run() -> None:
    """It would otherwise be made again from whatever commit is the newest then."""
    card = {"source": {"hub": "someone/m", "revision": "0" * 40}}
    config = {"models": {"m": {"source": {"hub": "someone/m"}}, "n": {"source": {"folder": "n"}}}}
    found = _pinned(config, {"m": card, "n": {"source": {"folder": "/elsewhere/n"}}})["models"]
    assert found == {"m": card, "n": {"source": {"folder": "n"}}}


def test_it_holds_the_run_and_a_checkout(run: Run, archive: Path) -> None:
    with zipfile.ZipFile(archive) as file:
        names = set(file.namelist())
        assert yaml.safe_load(file.read("config.yaml"))["abilities"]["x"] == {"items": "items/x"}
        verify = file.read("__main__.py")
    assert {
        "Snakefile",
        "README.md",
        "environment.json",
        "ro-crate-metadata.json",
    } <= names
    results = {p.relative_to(run.folder).as_posix() for p in run.folder.glob("results/**/*.*")}
    assert {name for name in results if "importance" not in name} <= names
    assert verify == (ROOT / "workflow/scripts/benchprof/archive/contents.py").read_bytes()
    made = read(archive, "environment.json")
    assert made["records"] == [{key: MADE[key] for key in ("device", "software", "machine")}]
    assert made["packages"]["numpy"] and made["archive"]["machine"]["cores"]


def test_it_leaves_out_weights_importance_and_items_and_says_where_they_are(
    archive: Path,
) -> None:
    with zipfile.ZipFile(archive) as file:
        texts = {name: file.read(name) for name in file.namelist()}
    assert [name for name in texts if "importance/x" in name] == []
    assert [name for name, text in texts.items() if b"A secret of x" in text] == [
        f"items/x/{split}.jsonl" for split in ("calibration", "test", "train")
    ]
    assert not [name for name, text in texts.items() if b"A secret of y" in text]
    needed = {need["path"] or need["what"].split(":")[0].split(",")[0]: need["what"]
              for need in read(archive, "archive.json")["needed"]}  # fmt: skip
    assert "https://huggingface.co/someone/m at 000" in needed["model m"]
    assert "m" * 64 in needed["model m"]
    assert "the folder weights/n" in needed["weights/n"]
    assert "computed again" in needed["importance results/importance/x.safetensors"]
    assert "train.jsonl" in needed["items/y"] and "items/x" not in needed
    assert "Rowan/hellaswag at 218ec52e" in needed["items of benchmark other"]
    assert "licence MIT" in needed["items of benchmark other"]


def test_no_path_of_the_machine_is_in_it(run: Run, archive: Path) -> None:
    with zipfile.ZipFile(archive) as file:
        for name in file.namelist():
            text = file.read(name)
            for private in (run.folder, ROOT, Path.home(), Path("/scratch")):
                # This file's code names none either, the pattern /home/ aside.
                assert f"{private}/".encode() not in text, name


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("one\ntwo hf_" + "A1b2C3d4" * 5, "line 2: holds what looks like a token"),
        ("one\n\nan_open_secret", "line 3: holds the value of MY_API_KEY"),
        ("one\n'/home/alice/x'", "line 2: holds the path of a folder of the user, below /home"),
        ('{"path": "/scratch/run"}', "line 1: holds the path of the run's folder"),
        ("\nlives in /home/alice\n", "line 2: holds the path of a folder of the user"),
        ("<code>/home/alice</code>", "line 1: holds the path of a folder of the user"),
        ("PYTHONPATH=/home/alice:/usr", "line 1: holds the path of a folder of the user"),
    ],
)
def test_a_file_with_something_private_stops_it(text: str, what: str) -> None:
    folders = {
        "a folder of the user, below /home": Path("/home/alice"),
        "the run's folder": Path("/scratch/run"),
        "no folder": Path("/"),
    }
    secrets = {"MY_API_KEY": "an_open_secret", "SHORT_TOKEN": "one", "PATH": "/bin"}
    leaks = Leaks(secrets, folders)
    with pytest.raises(InputError) as error:
        leaks.check("some.json", text.encode())
    assert f"some.json, {what}" in str(error.value)
    assert "open_secret" not in str(error.value) and "A1b2" not in str(error.value)
    leaks.check("some.json", b"one, hf_hub, /home/alicent/, my/scratch/run/ and /scratch/running")
    Leaks({}, {"the run's folder": Path("/code")}).check("page.html", b"<code>x</code>")
    leaks.check("some.json", b"/home/alice2 /home/alice-old /home/alice_2 /home/alice.txt")


def test_a_result_that_changed_since_the_manifest_stops_it(run: Run, tmp_path: Path) -> None:
    copy = run.copy(tmp_path / "copy")
    table = copy.folder / "results/profiles/power.csv"
    table.write_text(table.read_text() + "\n")
    with pytest.raises(InputError, match=r"power.csv: changed since the manifest was written"):
        copy.archive(tmp_path / "archive.zip")
    assert not (tmp_path / "archive.zip").exists()


def test_a_file_outside_the_run_stops_it(run: Run, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.\./x.jsonl: outside the run's folder"):
        run.archive(tmp_path / "archive.zip", [Path("../x.jsonl")])


def test_names_that_differ_in_case_alone_stop_it(run: Run, tmp_path: Path) -> None:
    copy = run.copy(tmp_path / "copy")
    (copy.folder / "results/Report.html").write_text("another")
    with pytest.raises(InputError, match=r"a name twice"):
        copy.archive(tmp_path / "archive.zip")
    assert not (tmp_path / "archive.zip").exists()


def test_a_benchmark_is_needed_with_all_that_its_task_draws_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`base.yaml` is included, `utils.py` has a function, and `words.py` is imported there."""
    monkeypatch.chdir(tmp_path)
    files = {
        "mine.jsonl": "{}\n",
        "tasks/mine.yaml": "include: base.yaml\nprocess_results: !function utils.scores\n",
        "tasks/base.yaml": "task: mine\n",
        "tasks/utils.py": "import words\n",
        "tasks/words.py": "",
    }
    Path("tasks").mkdir()
    for name, text in files.items():
        Path(name).write_text(text)
    mine = {"task_file": "tasks/mine.yaml", "data": "mine.jsonl"}
    tests = {name: {"ability": name[0], "split": "test"} for name in ("x_test", "y_test")}
    own = small(benchmarks={**tests, "mine": mine})
    job = WriteArchive(own)
    assert {*job.benchmark_files["mine"]} == {*EvaluateBenchmark(own, "m", "mine").files}
    wanted = _benchmark("mine", mine, job.benchmark_files["mine"], {"mine.jsonl"}, {})
    assert {need["path"] for need in wanted} == {*files} - {"mine.jsonl"}


def test_the_project_s_items_are_passed_on_and_others_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the items of others lie in the checkout."""
    checkout = tmp_path / "checkout"
    names = [
        "Snakefile", "resources/benchmarks/own/items.jsonl",
        "resources/abilities/x/train.jsonl", "docs/theirs.jsonl", "resources/hub/piqa.jsonl",
    ]  # fmt: skip
    for name in names:
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text("{}")
    monkeypatch.setattr(WriteArchive, "root", checkout)
    monkeypatch.setattr(
        "benchprof.run.suite.Suite.local_files",
        lambda _, name: {"items": checkout / names[4]} if name == "piqa" else {},
    )
    tests = {name: {"ability": name[0], "split": "test"} for name in ("x_test", "y_test")}
    data = {name: str(checkout / path) for name, path in (("own", names[1]), ("mine", names[3]))}
    named = {name: {"task": "piqa", "data": path} for name, path in data.items()}
    benchmarks = {**tests, **named, "piqa": {"benchmark": "piqa"}}
    found = WriteArchive(small(benchmarks=benchmarks)).code
    assert {path.relative_to(checkout).as_posix() for path in found} == {*names[:3]}
