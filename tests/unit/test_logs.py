"""A fault of the input is final for a run's further attempts, and for no other run."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from tqdm import tqdm

from benchprof.errors import InputError, RetriableError
from benchprof.logs import logged
from benchprof.runs import OWNER, STATE, claim

LOG = Path("results/logs/compute_importance/tiny.log")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def attempts(error: Exception, number: int) -> int:
    """How many attempts of a job get as far as its work, which raises an error."""
    worked = 0
    for _ in range(number):
        with pytest.raises(SystemExit) as stopped, logged(LOG):
            worked += 1
            raise error
        assert stopped.value.code == 1
    return worked


FAULT = InputError("models/tiny, item 3", "a gradient is infinite", "finite gradients")


def test_the_retries_of_a_run_work_on_no_fault_of_its_input(folder: Path) -> None:
    claim(folder / STATE, "digest", [])
    assert attempts(FAULT, 3) == 1
    assert str(FAULT) in LOG.read_text()
    assert "This error is final: an earlier attempt of this run found it" in LOG.read_text()


def test_the_next_run_tries_again_and_forgets(folder: Path) -> None:
    claim(folder / STATE, "digest", [])
    attempts(FAULT, 1)
    owner = folder / STATE / OWNER
    later = json.loads(owner.read_text())
    owner.write_text(json.dumps(later | {"started": later["started"] + 60}))
    with logged(LOG):
        pass
    assert [path.name for path in LOG.parent.iterdir()] == [LOG.name]


def test_a_job_that_outlives_its_run_stops_no_attempt_of_the_next(folder: Path) -> None:
    """Under Slurm a job goes on where the run that began it was killed."""
    claim(folder / STATE, "digest", [])
    owner = folder / STATE / OWNER
    with pytest.raises(SystemExit), logged(LOG):
        owner.write_text(json.dumps(json.loads(owner.read_text()) | {"configuration": "mended"}))
        raise FAULT
    with logged(LOG):
        pass
    assert [path.name for path in LOG.parent.iterdir()] == [LOG.name]


@pytest.mark.parametrize(
    "error",
    [RetriableError("someone/model", "timed out", "a model on the Hub"), MemoryError()],
)
def test_what_another_attempt_may_mend_is_tried_again(folder: Path, error: Exception) -> None:
    claim(folder / STATE, "digest", [])
    assert attempts(error, 3) == 3


@pytest.mark.usefixtures("folder")
def test_outside_of_a_run_nothing_is_noted() -> None:
    assert attempts(FAULT, 2) == 2
    assert [path.name for path in LOG.parent.iterdir()] == [LOG.name]


@pytest.mark.usefixtures("folder")
def test_a_job_s_bars_are_lines_of_its_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the file and, where no terminal shows it, on standard error: no bar is overwritten."""
    error = io.StringIO()
    monkeypatch.setattr("sys.stderr", error)
    monkeypatch.setattr("os.getloadavg", lambda: (0.0, 0.0, 0.0))
    with logged(LOG), tqdm(total=100, desc="Loading weights") as bar:
        bar.start_t -= 61
        bar.last_print_t -= 61
        bar.update(50)
    line = "Loading weights: 50% in 1 minute, about 1 minute left\n"
    assert (LOG.read_text(), error.getvalue()) == (line, line)
