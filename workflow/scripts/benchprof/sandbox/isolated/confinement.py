"""Limits that a process puts on itself before it runs any program's code."""

from __future__ import annotations

import os
import resource
from dataclasses import dataclass
from pathlib import Path

MIB = 2**20


@dataclass(frozen=True)
class Limits:
    """What one program may use; the judge beside it may use as much again.

    Attributes:
        cpu_seconds: of processor time of each process.
        wall_seconds: from the start of the sandbox to the verdict.
        alone_seconds: the same when the program is tried again by itself, because the clock
            or a kill ended it.
        alone_stalls: how many programs of one call may stall by themselves before the rest are not
            tried again.
        memory_mib: of address space of each process.
        processes: with itself, threads counted. One: it can start nothing.
    """

    cpu_seconds: int = 5
    wall_seconds: int = 20
    alone_seconds: int = 120
    alone_stalls: int = 5
    memory_mib: int = 1024
    processes: int = 1


@dataclass(frozen=True)
class Confinement:
    """How a process confines itself.

    Attributes:
        limits: what it may use.
        folder: its working folder.
        user: the number of the user and group that it becomes; None where it is that already.
    """

    limits: Limits
    folder: str
    user: int | None


def confine(confinement: Confinement) -> None:
    """Put the limits on this process and its children, for good."""
    os.chdir(Path(confinement.folder))
    limits = confinement.limits
    memory = limits.memory_mib * MIB
    # Root has no limit of processes: it becomes another user first.
    if confinement.user is not None:
        os.setgroups([])
        os.setresgid(confinement.user, confinement.user, confinement.user)
        os.setresuid(confinement.user, confinement.user, confinement.user)
    # At the first limit of CPU time comes a signal that a program may ignore, at the second a kill.
    cpu = (limits.cpu_seconds, limits.cpu_seconds + 1)
    # What an open file holds, such as a socket's buffer, is memory of the kernel; so are timers
    # and signals that wait, which not every system limits.
    waiting = getattr(resource, "RLIMIT_SIGPENDING", resource.RLIMIT_CORE)
    for kind, values in (
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_AS, (memory, memory)),
        (resource.RLIMIT_FSIZE, (0, 0)),
        (resource.RLIMIT_NOFILE, (32, 32)),
        (waiting, (32, 32)),
        (resource.RLIMIT_CORE, (0, 0)),
        (resource.RLIMIT_NPROC, (limits.processes, limits.processes)),
    ):
        hard = resource.getrlimit(kind)[1]
        # An administrator's tighter limit stays.
        soft, most = (v if hard == resource.RLIM_INFINITY else min(v, hard) for v in values)
        resource.setrlimit(kind, (soft, most))
