"""A run with a name: beside a run without one, from the same store, and in its own archive."""

from __future__ import annotations

from pathlib import Path

from tests.workflow.conftest import Project

from benchprof.archive.refill import refill
from benchprof.archive.verify import verify
from benchprof.store import Store


def test_a_named_run_is_its_own_and_computes_nothing_twice(
    finished: Project, tmp_path: Path
) -> None:
    project = finished.copy(tmp_path / "copy")
    results = project.folder / "results"
    before = {path: path.lstat().st_mtime_ns for path in results.rglob("*")}
    project.configure(lambda config: config.update(run_name="second"))
    said = project.run("all", "archive")
    named = results / "second"
    assert {path: path.lstat().st_mtime_ns for path in before} == before
    assert {path for path in results.rglob("*") if named not in path.parents} == {*before, named}

    logs = named / "logs"
    assert "2 reused, 0 computed" in (logs / "compute_importance/tiny.log").read_text()
    for benchmark in ("colours_test", "places_test"):
        log = logs / f"evaluate_benchmark/tiny/{benchmark}.log"
        assert "5 reused, 0 computed" in log.read_text()
    impact = "profiles/impact.parquet"
    assert (named / impact).read_bytes() == (results / impact).read_bytes()
    assert "Report: results/second/report.html" in said

    found = verify(named / "archive.zip")
    assert "Recomputed from the records: results/second/profiles/" in found
    # Ten records and two abilities' masks.
    assert "12 added" in refill(named / "archive.zip", Store(tmp_path / "store"))

    assert "Nothing to be done" in project.run("-n")
    project.configure(lambda config: config.pop("run_name"))
    assert "Nothing to be done" in project.run("-n")
