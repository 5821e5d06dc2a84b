"""The archive of a whole run: verified by Python alone, and one benchmark of it run again."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import ROOT
from tests.workflow.conftest import TOKEN, Project, make_project
from tests.workflow.stages import run_jobs, run_missing


@pytest.fixture(scope="module")
def archived(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The finished project with its archive."""
    project = finished.copy(tmp_path_factory.mktemp("archived") / "run")
    assert set(project.planned("--", "archive")) == {"archive", "write_archive"}
    project.run("archive")
    return project


def test_a_run_is_archived_verified_and_reproduced(archived: Project, tmp_path: Path) -> None:
    path = archived.folder / "results/archive.zip"
    content = path.read_bytes()
    assert "Nothing to be done" in archived.run("-n", "archive")
    path.unlink()
    run_jobs(archived, "results/archive.zip")
    assert path.read_bytes() == content

    with zipfile.ZipFile(path) as archive:
        texts = {name: archive.read(name) for name in archive.namelist()}
    private = [TOKEN, f"{archived.folder}/", f"{ROOT}/", f"{Path.home()}/"]
    for name, text in texts.items():
        assert not [own for own in private if own.encode() in text], name
    assert not [name for name in texts if name.startswith("resources/planted/models/")]
    assert not [name for name in texts if name.startswith("items/")]
    assert not [name for name, text in texts.items() if b"Which word of places" in text]

    done = subprocess.run(
        [sys.executable, "-I", "-S", str(path)],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "items of ability places: items/places with train.jsonl" in done.stdout
    assert "model tiny: the folder tiny" in done.stdout

    verify = [sys.executable, "-m", "benchprof", "archive", "verify", str(path)]
    how: dict[str, Any] = {"env": archived.environment(), "cwd": tmp_path, "text": True}
    done = subprocess.run(verify, **how, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Recomputed from the records: results/profiles/" in done.stdout

    again = [sys.executable, "-m", "benchprof", "archive", "reproduce", str(path), "--cores", "2"]
    chosen = ["--benchmark", "places_test", "--data", str(archived.folder)]
    done = subprocess.run(
        [*again, "--into", str(tmp_path / "again"), *chosen],
        **how, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert "places_test: masks and scores are identical" in done.stdout
    assert not (tmp_path / "again/results/evaluations/tiny/colours_test").exists()
    log = tmp_path / "again/results/logs/evaluate_benchmark/tiny/places_test.log"
    assert "0 reused, 5 computed" in log.read_text()


def test_an_archive_refills_a_store_so_that_a_benchmark_can_be_added(
    archived: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = archived.folder / "results/archive.zip"

    # Another machine: the same items and model, and neither results nor a store.
    fresh = make_project(tmp_path / "fresh")
    fresh.configure(
        lambda config: config["benchmarks"].update(
            added={"ability": "places", "split": "calibration", "limit": 8}
        )
    )
    refill = [sys.executable, "-m", "benchprof", "archive", "refill", str(path)]
    how: dict[str, Any] = {"env": fresh.environment(), "cwd": fresh.folder, "text": True}
    done = subprocess.run(refill, **how, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    # Five records of two benchmarks, and two masks of abilities.
    assert "store: 12 added, 0 there before, 0 of another version" in done.stdout
    records = [f"results/evaluations/tiny/{own}/intact.json" for own in ("places_test", "added")]
    # Which writes the jobs' settings.
    assert "evaluate_benchmark" in fresh.planned("--", *records)
    caplog.set_level(logging.INFO)
    run_missing(fresh, *records)
    assert "places_test: 5 reused, 0 computed" in caplog.text
    assert "added: 0 reused, 5 computed" in caplog.text


def test_edited_documentation_alone_makes_an_archive_stale(
    archived: Project, tmp_path: Path
) -> None:
    tree = tmp_path / "tree"
    ignored = shutil.ignore_patterns("__pycache__", "checkpoints")
    for name in ("workflow", "profiles", "resources", "docs", "envs", "slurm"):
        shutil.copytree(ROOT / name, tree / name, ignore=ignored)
    for name in ("Snakefile", "Makefile", "README.md", "LICENSE", "pyproject.toml", "setup.py"):
        shutil.copy2(ROOT / name, tree)
    project = archived.copy(tmp_path / "run")
    # Parameters name the checkout's files by their paths, which are others in the copy.
    other = ["-s", str(tree / "Snakefile"), "--rerun-triggers", "mtime", "--", "archive"]
    assert not project.planned(*other)
    with (tree / "docs/how_to/archive.md").open("a") as file:
        file.write("edited")
    assert set(project.planned(*other)) == {"archive", "write_archive"}
