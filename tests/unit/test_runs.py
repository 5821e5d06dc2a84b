"""A dead run's lock is cleared; a live run's, or one that cannot be seen, is respected."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import psutil
import pytest

from benchprof.errors import InputError
from benchprof.files import write_json
from benchprof.runs import OWNER, check_unedited, claim, clear_dead_lock, has_written, import_first


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    lock = tmp_path / ".snakemake/locks/0.input.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    return tmp_path


def owner(folder: Path, **fields: object) -> None:
    started = psutil.Process().create_time()
    value = {"host": socket.gethostname(), "pid": 2**22 + 1, "started": started} | fields
    write_json(folder / ".snakemake" / OWNER, value)


def test_the_lock_of_a_dead_process_is_cleared(locked: Path) -> None:
    owner(locked)
    assert clear_dead_lock(locked)
    assert not any((locked / ".snakemake/locks").iterdir())
    assert not clear_dead_lock(locked)


def test_a_library_that_is_first_is_not_put_first_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["/installed", "/own"]))
    for _ in range(2):
        import_first("/own")
        assert os.environ["PYTHONPATH"] == os.pathsep.join(["/own", "/installed"])


def test_a_job_stops_where_the_configuration_is_not_its_run_s(tmp_path: Path) -> None:
    check_unedited(tmp_path, "other")  # nothing is noted
    claim(tmp_path, "digest", ["mine.yaml"])
    check_unedited(tmp_path, "digest")
    with pytest.raises(InputError, match=r"mine\.yaml: this job has read another configuration"):
        check_unedited(tmp_path, "other")


def test_the_lock_of_a_live_owner_is_respected(locked: Path) -> None:
    claim(locked / ".snakemake", "digest", ["config.yaml"])
    assert not clear_dead_lock(locked)


def test_a_killed_process_that_nobody_waited_for_is_dead(locked: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        seen = psutil.Process(process.pid)
        owner(locked, pid=seen.pid, started=seen.create_time())
        assert not clear_dead_lock(locked)
        process.kill()
        while seen.status() != psutil.STATUS_ZOMBIE:
            pass
        assert clear_dead_lock(locked)


def test_a_process_that_took_over_the_number_is_not_the_owner(locked: Path) -> None:
    owner(locked, pid=psutil.Process().pid, started=1.0)
    assert clear_dead_lock(locked)


@pytest.mark.parametrize("theirs", [True, False])
def test_another_user_s_run_holds_the_locks_that_are_theirs(
    locked: Path, theirs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its folder cannot be seen: on a login node many run Snakemake."""
    user = (locked / ".snakemake/locks/0.input.lock").stat().st_uid + (0 if theirs else 1)

    class Process:
        info: ClassVar[dict[str, object]] = {
            "pid": 2**22 + 2,
            "cmdline": ["snakemake"],
            "uids": SimpleNamespace(effective=user),
        }

        def cwd(self) -> str:
            raise psutil.AccessDenied

    monkeypatch.setattr(psutil, "process_iter", lambda _: [Process()])
    owner(locked)
    assert clear_dead_lock(locked) != theirs


def test_a_run_on_another_host_is_respected(locked: Path) -> None:
    owner(locked, host="elsewhere")
    assert not clear_dead_lock(locked)


def test_the_results_of_an_earlier_run_are_not_this_one_s(tmp_path: Path) -> None:
    state, summary = tmp_path / ".snakemake", tmp_path / "summary.txt"
    state.mkdir()
    claim(state, "digest", ["config.yaml"])
    assert not has_written(state, summary)
    summary.touch()
    assert has_written(state, summary)
    noted = (state / OWNER).stat().st_mtime
    os.utime(summary, (noted - 1, noted - 1))
    assert not has_written(state, summary)
