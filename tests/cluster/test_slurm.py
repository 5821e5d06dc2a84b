"""`snakemake --profile slurm` on a real slurmctld, and what one run of it survives.

What one host without cgroups cannot show: an OUT_OF_MEMORY state (here the memory is sampled, and a
job that has too much of it is killed), a GPU that is really there, and a second node.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
import psutil
import pytest
from tests.cluster.conftest import Checkout, make_checkout
from tests.cluster.one_host import Slurm

T = TypeVar("T")
LOG = "evaluate_benchmark/tiny/places_test.log"
ABLATIONS = 1 + 2 + 120
LITTLE_FIRST = "compute_importance:mem_mb=200 + 4000 * (attempt - 1)"
# Every stage: on a cluster figures and texts are jobs like the last of these.
ASKED = ("results/profiles/impact.csv",)


def wait_for(found: Callable[[], T], pause: float = 0.3) -> T:
    """The first true answer."""
    deadline = time.monotonic() + 600
    while not (answer := found()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(pause)
    return answer


def wait_for_more(checkout: Checkout) -> None:
    """Until another ablation is in the store: a look that is cheap, at what passes quickly."""
    before = finished(checkout)
    wait_for(lambda: finished(checkout) > before, pause=0.05)


def one_benchmark(config: dict[str, Any]) -> None:
    config["benchmarks"].pop("colours_test")
    # So many that a job can be stopped in the middle, twice.
    config["controls"]["random"]["seeds"] = list(range(120))
    # Asks for a GPU, and does without where torch sees none.
    config["models"]["tiny"]["device"] = "auto"


def finished(checkout: Checkout) -> int:
    """The number of ablations in the store."""
    return len(list((checkout.folder / "store/evaluations").rglob("[!.]*.json")))


def runs_again(checkout: Checkout) -> bool:
    (job,) = checkout.jobs("evaluate_benchmark")
    return (job["JobState"], job["Restarts"]) == ("RUNNING", "1")


@pytest.fixture(scope="module")
def survivor(checkout: Checkout) -> Checkout:
    """A checkout after a run with a drained node, a memory kill, a requeue and scancel."""
    slurm = checkout.slurm
    checkout.configure(one_benchmark)
    with checkout.start("--set-resources", LITTLE_FIRST, "--", *ASKED) as run:
        try:
            wait_for(lambda: checkout.jobs("prepare_model"))
            wait_for(lambda: checkout.jobs("prepare_model")[0]["JobState"] != "PENDING")
            slurm.ask("scontrol", "update", f"nodename={slurm.node}", "state=drain", "reason=test")
            (waiting,) = wait_for(lambda: checkout.jobs("check_sizes"))
            assert checkout.jobs("prepare_model")[0]["JobState"] == "COMPLETED"
            assert waiting["JobState"] == "PENDING"
            slurm.ask("scontrol", "update", f"nodename={slurm.node}", "state=resume")

            wait_for_more(checkout)
            (job,) = checkout.jobs("evaluate_benchmark")
            slurm.ask("scontrol", "requeue", job["JobId"])
            wait_for(lambda: runs_again(checkout))
            wait_for_more(checkout)
            slurm.ask("scancel", job["JobId"])
            run.wait(1200)
        finally:
            run.kill()
    assert run.returncode == 0, checkout.output.read_text()[-6000:]
    return checkout


def test_the_run_ends_with_all_that_was_asked_for(survivor: Checkout) -> None:
    table = pd.read_csv(survivor.folder / "results/profiles/impact.csv")
    assert len(table[["ability", "seed"]].drop_duplicates()) == ABLATIONS - 1
    assert all((survivor.folder / name).stat().st_size > 0 for name in ASKED)
    assert "Nothing to be done" in survivor.snakemake("-n", "--", *ASKED).stdout


def test_a_job_killed_for_memory_starts_again_with_more(survivor: Checkout) -> None:
    killed, done = survivor.jobs("compute_importance")
    assert killed["JobState"] not in ("COMPLETED", "RUNNING", "PENDING")
    assert done["JobState"] == "COMPLETED"
    assert [job["MinMemoryNode"] for job in (killed, done)] == ["200M", "4200M"]
    assert "2 computed" in survivor.log("compute_importance/tiny.log")


def test_a_preempted_job_is_queued_again_by_slurm_itself(survivor: Checkout) -> None:
    assert survivor.jobs("evaluate_benchmark")[0]["Restarts"] == "1"


def test_a_cancelled_job_goes_on_from_the_store_with_more_of_everything(
    survivor: Checkout,
) -> None:
    cancelled, done = survivor.jobs("evaluate_benchmark")
    assert (cancelled["JobState"], done["JobState"]) == ("CANCELLED", "COMPLETED")
    # 6,000 MB and two hours, and the weights of a tiny model; twice as much the second time.
    assert [job["MinMemoryNode"] for job in (cancelled, done)] == ["6000M", "12000M"]
    assert [job["TimeLimit"] for job in (cancelled, done)] == ["02:00:00", "04:00:00"]
    words = survivor.log(LOG).split()
    reused, computed = (int(words[words.index(w) - 1]) for w in ("reused,", "computed"))
    assert reused >= 2
    assert reused + computed == ABLATIONS
    # What the signals interrupted left nothing half-written.
    assert not list((survivor.folder / "store").rglob(".*.json*"))


def test_what_needs_a_gpu_asks_for_one(survivor: Checkout) -> None:
    for rule in ("compute_importance", "evaluate_benchmark"):
        for job in survivor.jobs(rule):
            assert (job["Partition"], job["TresPerJob"]) == ("gpu", "gres/gpu:1")
            # All on one node.
            assert job["NumNodes"] in ("1", "1-1")
    for rule in ("select_masks", "draw_controls", "compute_profile"):
        (job,) = survivor.jobs(rule)
        assert job["Partition"] == "cpu"
        assert "TresPerJob" not in job


def python_of(job: dict[str, str]) -> list[psutil.Process]:
    """The processes of a job that run Python."""
    found = []
    for process in psutil.process_iter(["name", "environ"]):
        environment = process.info["environ"] or {}
        if environment.get("SLURM_JOB_ID") == job["JobId"] and "python" in process.info["name"]:
            found.append(process)
    return found


@pytest.mark.skipif(
    "BENCHPROF_TIME_LIMIT" not in os.environ,
    reason="Slurm looks at time limits once a minute: make test-faults",
)
def test_a_job_over_its_time_limit_starts_again_with_more(tmp_path: Path, slurm: Slurm) -> None:
    checkout = make_checkout(tmp_path, slurm)
    short = ("--set-resources", "check_sizes:runtime=attempt", "--", "results/checks/tiny.json")
    with checkout.start(*short) as run:
        try:
            (job,) = wait_for(lambda: checkout.jobs("check_sizes"))
            # A job that hangs: it goes on when Slurm tells it that its time is up.
            for process in wait_for(lambda: python_of(job)):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.send_signal(signal.SIGSTOP)
            run.wait(1200)
        finally:
            run.kill()
    assert run.returncode == 0, checkout.output.read_text()[-6000:]
    stopped, done = checkout.jobs("check_sizes")
    assert (stopped["JobState"], done["JobState"]) == ("TIMEOUT", "COMPLETED")
    assert [job["TimeLimit"] for job in (stopped, done)] == ["00:01:00", "00:02:00"]
