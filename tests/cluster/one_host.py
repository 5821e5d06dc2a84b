"""A real Slurm on this host alone, in a folder of its own: no accounting, no cgroups, no systemd.

    python tests/cluster/one_host.py FOLDER COMMAND...

starts munged, slurmctld and slurmd with all their state in FOLDER, runs the command with SLURM_CONF
set, and stops them. Nothing outside the folder is changed. Debian's packages are enough:
apt-get install slurmctld slurmd slurm-client munge.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scontrol", "setpriv")
# Daemons are in folders that a user's PATH may lack.
PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
# As many as the largest rule asks for: Slurm takes our word for it (config_overrides).
CPUS = 16
# Any device file passes for a GPU.
GPUS = ("/dev/null", "/dev/zero")
# The daemons end when this process does, even by kill -9.
END_WITH_PARENT = ("setpriv", "--pdeathsig", "TERM")
CONFIGURATION = """\
ClusterName=onehost
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
# A requeued job waits as long as its credential is valid: two minutes by default.
AuthInfo=socket={folder}/munge.socket,cred_expire=15
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
# Without cgroups a job's memory is sampled every second, and too much of it ends the job.
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
ReturnToService=2
MinJobAge=3600
KillWait=5
GresTypes=gpu
SlurmdParameters=config_overrides
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory} Gres=gpu:{gpus} State=UNKNOWN
PartitionName=cpu Nodes={host} Default=YES MaxTime=INFINITE DefMemPerCPU=200 State=UP
PartitionName=gpu Nodes={host} MaxTime=INFINITE DefMemPerCPU=200 State=UP
"""


def missing_programs() -> list[str]:
    """What of Slurm is not installed."""
    return [program for program in PROGRAMS if shutil.which(program, path=PATH) is None]


@dataclass(frozen=True)
class Slurm:
    """A running cluster of one node."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        path = f"{self.folder}/bin{os.pathsep}{PATH}"
        return {"SLURM_CONF": str(self.folder / "slurm.conf"), "PATH": path}

    def ask(self, *command: str) -> str:
        """The standard output of a Slurm command."""
        return subprocess.run(
            command, env=os.environ | self.environment, capture_output=True, text=True, check=True
        ).stdout

    @property
    def node(self) -> str:
        return socket.gethostname().partition(".")[0]


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Slurm]:
    """Start the daemons with their state in `folder`; stop them at the end, whatever happens."""
    slurm = Slurm(folder.resolve())
    _configure(slurm)
    daemons: list[subprocess.Popen[bytes]] = []
    try:
        for command in _daemons(slurm.folder):
            with (slurm.folder / f"{command[0]}.out").open("wb") as output:
                daemons.append(
                    subprocess.Popen(
                        [*END_WITH_PARENT, *command], env=os.environ | slurm.environment,
                        stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                        start_new_session=True,
                    )
                )  # fmt: skip
            if command[0] == "munged":
                _wait((slurm.folder / "munge.socket").exists, slurm)
        _wait(lambda: "idle" in slurm.ask("sinfo", "-h", "-o", "%T"), slurm)
        yield slurm
    finally:
        with contextlib.suppress(subprocess.CalledProcessError, FileNotFoundError):
            slurm.ask("scancel", "--user", getpass.getuser())
            _wait(lambda: not slurm.ask("squeue", "-h", "-t", "R,CG"), slurm, seconds=15)
        for daemon in reversed(daemons):
            _stop(daemon)


def _daemons(folder: Path) -> list[list[str]]:
    munge = {
        "socket": folder / "munge.socket", "key-file": folder / "munge.key",
        "pid-file": folder / "munged.pid", "log-file": folder / "munged.log",
        "seed-file": folder / "munged.seed",
    }  # fmt: skip
    return [
        ["munged", "--foreground", "--force", *(f"--{key}={path}" for key, path in munge.items())],
        ["slurmctld", "-D"],
        ["slurmd", "-D"],
    ]


def _configure(slurm: Slurm) -> None:
    folder = slurm.folder
    for name in ("state", "spool"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    controller_port, node_port = _free_ports(2)
    (folder / "slurm.conf").write_text(
        CONFIGURATION.format(
            host=slurm.node, folder=folder, user=getpass.getuser(), cpus=CPUS, gpus=len(GPUS),
            memory=psutil.virtual_memory().total * 9 // 10 >> 20,
            controller_port=controller_port, node_port=node_port,
        )
    )  # fmt: skip
    gpus = [f"NodeName={slurm.node} Name=gpu File={file}\n" for file in GPUS]
    (folder / "gres.conf").write_text("".join(gpus))
    (folder / "cgroup.conf").write_text("CgroupPlugin=disabled\n")
    # Snakemake's executor takes SLURM_CONF from the environment of its job steps.
    wrapper = folder / "bin/srun"
    wrapper.parent.mkdir(exist_ok=True)
    real = shutil.which("srun", path=PATH)
    wrapper.write_text(f'#!/bin/sh\nSLURM_CONF={folder}/slurm.conf exec {real} "$@"\n')
    wrapper.chmod(0o755)
    key = folder / "munge.key"
    key.write_bytes(secrets.token_bytes(1024))
    key.chmod(0o400)


def _free_ports(number: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _wait(condition: object, slurm: Slurm, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(subprocess.CalledProcessError):
            if condition():  # type: ignore[operator]
                return
        if time.monotonic() > deadline:
            raise TimeoutError(f"Slurm did not come up or empty; its logs are in {slurm.folder}")
        time.sleep(0.1)


def _stop(daemon: subprocess.Popen[bytes]) -> None:
    daemon.terminate()
    try:
        daemon.wait(10)
    except subprocess.TimeoutExpired:
        daemon.kill()
        daemon.wait()


if __name__ == "__main__":
    if missing := missing_programs():
        sys.exit(f"not installed: {', '.join(missing)}")
    with running(Path(sys.argv[1])) as cluster:
        done = subprocess.run(sys.argv[2:], env=os.environ | cluster.environment, check=False)
    sys.exit(done.returncode)
