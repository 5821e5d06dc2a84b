"""Programs that a model wrote, run where they can do no harm and judged where they cannot reach.

Two sandboxes per program, each bubblewrap with its own namespaces: the candidate holds the
program, the judge runs the benchmark's tests and asks the candidate to call functions, over a pair
of pipes. The verdict comes from the judge alone. So, of a program that does as it likes inside its
interpreter:

- It passes only if the values that its functions returned satisfy the tests. It does not see the
  tests or what they expect; exiting, printing, patching builtins or this project's modules,
  searching memory, `__eq__` methods and the like change its own process, from which the judge
  takes plain values (`isolated.values`).
- It has no network but an empty loopback of its own, and sees no process but its own.
- It sees, read-only, system libraries, Python and its standard library (packages are not on its
  path), and this project's `isolated` folder; no /proc, no /sys, none of the caller's environment.
  It can write no file: no limit would count empty ones.
- CPU and wall time, address space, processes (one: it starts no thread either), open files,
  pending signals and the size of messages are limited. What it prints is dropped.
- When the verdict is there or the wall time is over, the whole process namespace is killed.
- System calls that would get around this are refused (`syscalls`: sockets, memory that is no
  address space, new namespaces, keys, tracing, settings of a process), on x86_64 and aarch64.

The limit of CPU time decides whether a program takes too long. The clock ends those that sleep; so
that a busy machine changes no verdict, a program that it ends is tried once more after all others,
by itself and for longer, and so is one that was killed (as the kernel does where memory runs
short). What ends like this again is `Verdict.STALLED`. After a few that stalled by
themselves the rest are not tried again: a model whose programs all sleep would take hours.

Not promised: anything against a fault of the kernel. No limit counts the tables of a process's
pages, up to 1 GiB, nor parts of huge pages that the kernel gave unasked, nor names of missing files
that it notes until memory is short (a control group would, but few users may make one, and a
verdict must not depend on who runs it). A test whose values can be guessed is passed by a guess, as
ever. Arguments are copies, and a result of a type that is not plain data equals nothing: a
benchmark that relies on more is not for this sandbox.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import BinaryIO

from benchprof.errors import InputError, RetriableError
from benchprof.sandbox.isolated.confinement import Confinement, Limits
from benchprof.sandbox.syscalls import syscall_filter

logger = logging.getLogger(__name__)
FOLDER = Path(__file__).parent / "isolated"
LIBRARIES = ("/usr/lib", "/usr/lib32", "/usr/lib64", "/lib", "/lib32", "/lib64")
DEVICES = ("/dev/null", "/dev/urandom")
GUEST = "/guest"
NOBODY = 65534
INSTALLING = (
    "Install it (`apt-get install bubblewrap` on Debian and Ubuntu, `dnf install bubblewrap` on "
    "Fedora, `conda install conda-forge::bubblewrap`), or set `run_code_unsafely: true` in the "
    "configuration, which runs what the model writes as you, with your files and network."
)


class Verdict(StrEnum):
    """What became of a program."""

    PASSED = "passed"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    """Its CPU time was used up."""
    STALLED = "stalled"
    """The clock or a kill ended it (also the kill that follows an ignored SIGXCPU), also when it
    ran by itself (but for those after a few that stalled by themselves)."""
    OUT_OF_MEMORY = "out of memory"

    @property
    def score(self) -> float:
        """pass@1 of the program: 1 where it passed, else 0."""
        return float(self is Verdict.PASSED)


@dataclass(frozen=True)
class Program:
    """A program and the tests that judge it.

    Attributes:
        text: the program.
        setup: the benchmark's code that runs before the tests, beside them.
        names: what the tests take from the program.
        tests: the benchmark's tests; they pass where they end without an exception.
    """

    text: str
    setup: str
    names: tuple[str, ...]
    tests: str


class Sandbox:
    """Runs programs and judges them."""

    def __init__(
        self, limits: Limits | None = None, unsafe: bool = False, parallel: int = 1
    ) -> None:
        """Find bubblewrap and try it.

        Args:
            limits: what each program may use.
            unsafe: do without bubblewrap: only limits that a program may get around.
            parallel: programs that run at once.

        Raises:
            InputError: there is no bubblewrap or it cannot make a sandbox; says what to do.
        """
        self._limits = limits or Limits()
        self._parallel = parallel
        self._wrapper: str | None = None
        if unsafe:
            logger.warning("what the model writes runs without a sandbox (run_code_unsafely)")
        else:
            self._wrapper = shutil.which("bwrap")
            if self._wrapper is None:
                raise _no_sandbox("bubblewrap (bwrap) is not installed")
        try:
            verdict = self.run(Program("answer = 'right'.upper", "", ("answer",), TRIAL))
        except RuntimeError as error:
            raise _no_sandbox(
                f"{self._wrapper or sys.executable} does not work ({error})"
            ) from None
        if verdict is not Verdict.PASSED:
            raise _no_sandbox(f"a trial program {verdict}")

    def run_all(self, programs: Iterable[Program]) -> list[Verdict]:
        """The verdict on each program.

        Raises:
            InputError: the benchmark's own code is at fault.
            RuntimeError: the sandbox itself failed; says how.
        """
        programs = list(programs)
        attempt = partial(self._attempt, seconds=self._limits.wall_seconds)
        with ThreadPoolExecutor(self._parallel) as executor:
            verdicts = list(executor.map(attempt, programs))
        stalled = [n for n, verdict in enumerate(verdicts) if verdict is Verdict.STALLED]
        again = 0
        for place, number in enumerate(stalled):
            if again == self._limits.alone_stalls:
                left = len(stalled) - place
                logger.warning("%d programs stalled and were not tried again by themselves", left)
                break
            verdicts[number] = self._attempt(programs[number], self._limits.alone_seconds)
            again += verdicts[number] is Verdict.STALLED
        return verdicts

    def run(self, program: Program) -> Verdict:
        """Run one program and judge it, as `run_all` does."""
        (verdict,) = self.run_all([program])
        return verdict

    def _attempt(self, program: Program, seconds: float) -> Verdict:
        """The verdict on a program that has `seconds` on the clock."""
        with ExitStack() as stack:
            asked, asking = stack.enter_context(_pipe())
            answered, answering = stack.enter_context(_pipe())
            folder = stack.enter_context(self._working_folder())
            candidate = stack.enter_context(
                self._started("candidate", folder, asked.fileno(), answering.fileno())
            )
            ends = (answered.fileno(), asking.fileno())
            judge = stack.enter_context(
                self._started("judge", folder, subprocess.PIPE, subprocess.PIPE, ends)
            )
            for end in (asked, asking, answered, answering):
                end.close()
            return self._judgement(program, candidate, judge, seconds)

    def _judgement(
        self,
        program: Program,
        candidate: subprocess.Popen[bytes],
        judge: subprocess.Popen[bytes],
        seconds: float,
    ) -> Verdict:
        job = {
            "program": program.text,
            "setup": program.setup,
            "names": program.names,
            "tests": program.tests,
        }
        try:
            verdict, complaint = judge.communicate(json.dumps(job).encode(), seconds)
        except subprocess.TimeoutExpired:
            return Verdict.STALLED
        if not verdict:
            ended = _ended_by(judge, seconds)
            if ended is None:
                raise RuntimeError(f"the judge ended without a verdict: {_end(complaint)}")
            return ended
        found = json.loads(verdict)
        if found["verdict"] == "absent":
            if _ended_by(candidate, seconds) is Verdict.STALLED:
                return Verdict.STALLED
            _kill(candidate)
            assert candidate.stderr is not None
            raise RuntimeError(f"{found['reason']}: {_end(candidate.stderr.read())}")
        if found["verdict"] == "broken":
            raise InputError("the tests of a benchmark", found["reason"], "code that runs")
        if found["verdict"] == "ended":
            return _ended_by(candidate, seconds) or Verdict.FAILED
        return Verdict(found["verdict"])

    @contextmanager
    def _working_folder(self) -> Iterator[str]:
        """The folder of what runs inside, or without a sandbox a new one."""
        if self._wrapper is not None:
            yield GUEST
        else:
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
                yield folder

    @contextmanager
    def _started(
        self, module: str, folder: str, stdin: int, stdout: int, ends: Sequence[int] = ()
    ) -> Iterator[subprocess.Popen[bytes]]:
        """A module of `isolated` at work; killed at the end with all that it started.

        Bubblewrap takes the namespace of processes with it; without it the process group must do.

        Args:
            module: its name.
            folder: its working folder.
            stdin: its standard input.
            stdout: its standard output.
            ends: of pipes that it inherits, and is told of.
        """
        # The limit of processes does not bind root, not even in a sandbox: root becomes another
        # user. Any other user gets a user namespace, which counts its processes separately.
        root = self._wrapper is not None and os.geteuid() == 0
        confinement = Confinement(self._limits, folder, NOBODY if root else None)
        python = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
        command = [str(python), "-S", "-B", "-X", "utf8", "-m", f"{FOLDER.name}.{module}"]
        command += [json.dumps(asdict(confinement)), *map(str, ends)]
        inherited = list(ends)
        with ExitStack() as stack:
            if self._wrapper is not None:
                options = [*_namespaces(root), *_files(python)]
                allowed = syscall_filter()
                if allowed is not None:
                    source, target = stack.enter_context(_pipe())
                    target.write(allowed)
                    target.close()
                    inherited.append(source.fileno())
                    options += ["--seccomp", str(source.fileno())]
                command = [self._wrapper, *options, "--", *command]
            process = subprocess.Popen(
                command,
                stdin=stdin,
                stdout=stdout,
                stderr=subprocess.PIPE,
                pass_fds=inherited,
                cwd=FOLDER.parent,
                env={"PYTHONHASHSEED": "0"},
                start_new_session=True,
            )
        with process:
            try:
                yield process
            finally:
                _kill(process)


ENDS: Mapping[int, Verdict] = {
    signal.SIGXCPU: Verdict.TIMED_OUT,
    # The kernel kills what it likes if memory runs short; and a program that ignores SIGXCPU.
    signal.SIGKILL: Verdict.STALLED,
}
"""The verdict on a program that a signal ended."""
TRIAL = "assert answer() == 'RIGHT'"


def _namespaces(root: bool) -> list[str]:
    options = [f"--unshare-{kind}" for kind in ("ipc", "net", "pid", "uts", "cgroup-try")]
    options += ["--hostname", GUEST.strip("/"), "--die-with-parent", "--new-session"]
    if root:
        capabilities = ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        return [*options, "--cap-drop", "ALL", *capabilities]
    identity = ["--uid", str(NOBODY), "--gid", str(NOBODY)]
    return [*options, "--unshare-user", *identity, "--disable-userns"]


def _files(python: Path) -> list[str]:
    """What is visible, and read-only: libraries, Python, the code that runs inside, two devices."""
    options: list[str] = []
    # Python may be reached by a link. It then finds its library relative to the real file.
    places = (sys.base_prefix, str(python.parents[1]))
    own = [f"{place}/{name}" for place in places for name in ("lib", "lib64")]
    for folder in map(Path, dict.fromkeys([*LIBRARIES, *own])):
        if folder.is_symlink():
            options += ["--symlink", str(folder.readlink()), str(folder)]
        elif folder.is_dir():
            options += _shown("--ro-bind", folder)
    options += _shown("--ro-bind-try", Path("/etc/ld.so.cache"))
    options += _shown("--ro-bind", python)
    options += _shown("--ro-bind", FOLDER, Path(GUEST, FOLDER.name))
    for device in DEVICES:
        options += _shown("--dev-bind", Path(device))
    return [*options, "--remount-ro", "/", "--chdir", GUEST]


def _shown(option: str, source: Path, target: Path | None = None) -> list[str]:
    """Options that show a file or folder inside, where it is outside or as `target`.

    The folders above are open to any user: bubblewrap would make them root's alone.
    """
    target = target or source
    above = [str(parent) for parent in reversed(target.parents)][1:]
    parents = [option for folder in above for option in ("--perms", "0755", "--dir", folder)]
    return [*parents, option, str(source), str(target)]


@contextmanager
def _pipe() -> Iterator[tuple[BinaryIO, BinaryIO]]:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as source, os.fdopen(writing, "wb") as target:
        yield source, target


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _ended_by(process: subprocess.Popen[bytes], seconds: float) -> Verdict | None:
    """The verdict if SIGXCPU or SIGKILL ended a process; None if it ended otherwise or lives on.

    A process that has closed its pipes and lives on is waited for, for so many seconds.
    """
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    # Bubblewrap reports a signal as 128 more.
    return ENDS.get(-code, ENDS.get(code - 128))


def _end(complaint: bytes) -> str:
    return " ".join(complaint.decode(errors="replace").split())[-500:]


def _no_sandbox(found: str) -> RetriableError:
    """The error if this machine has no sandbox: another node may have one."""
    return RetriableError(
        "a benchmark that runs programs which the model writes",
        found,
        "a sandbox to run them in: bubblewrap 0.8 or later, and user namespaces",
        INSTALLING,
    )
