"""The sandbox: what it judges, shows, forbids, and leaves behind."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.unit.sandbox.programs import RIGHT, TESTS

from benchprof.errors import InputError
from benchprof.sandbox.isolated.confinement import Limits
from benchprof.sandbox.sandbox import Program, Sandbox, Verdict

# Small, so that a program which got around a limit would do no harm either.
LIMITS = Limits(cpu_seconds=1, wall_seconds=10, memory_mib=192)


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap (bwrap) is not installed")
    return Sandbox(LIMITS)


def verdict(sandbox: Sandbox, text: str, tests: str = TESTS) -> Verdict:
    return sandbox.run(Program(text, "", ("add",), tests))


def told(sandbox: Sandbox, body: str, expected: object) -> bool:
    """Whether a function of this body, which may do what it likes, gives exactly this value."""
    return verdict(sandbox, add_of(body), f"assert add() == {expected!r}") == "passed"


def add_of(body: str) -> str:
    """A function of this body."""
    return "def add():\n" + "".join(f"    {line}\n" for line in body.splitlines())


def test_a_right_program_passes_and_a_wrong_one_fails(sandbox: Sandbox) -> None:
    assert verdict(sandbox, RIGHT) is Verdict.PASSED
    assert verdict(sandbox, "def add(a, b):\n    return 3\n") is Verdict.FAILED
    assert verdict(sandbox, "def add(a, b)") is Verdict.FAILED
    assert verdict(sandbox, "") is Verdict.FAILED


def test_annotations_mean_what_they_mean_in_plain_python(sandbox: Sandbox) -> None:
    """They are evaluated: a name without an import fails, and a field's type is a type."""
    assert verdict(sandbox, "def add(a: List[int], b) -> int:\n    return a + b") is Verdict.FAILED
    typed = (
        "import dataclasses\n"
        "@dataclasses.dataclass\n"
        "class Sum:\n    value: int\n"
        "def add(a, b):\n"
        "    (field,) = dataclasses.fields(Sum)\n"
        "    return field.type(a + b)\n"
    )
    assert verdict(sandbox, typed) is Verdict.PASSED
    tests = f"{TESTS}\ndef unused(own: List[int]): pass"
    assert verdict(sandbox, RIGHT, tests) is Verdict.FAILED


def test_a_sleeping_program_is_ended_by_the_clock(sandbox: Sandbox) -> None:
    assert sandbox is not None
    impatient = Sandbox(Limits(1, wall_seconds=1, alone_seconds=2, memory_mib=192))
    assert verdict(impatient, "import time\ntime.sleep(600)") is Verdict.STALLED
    silent = "import os, time\nos.closerange(0, 32)\ntime.sleep(600)"
    assert verdict(impatient, silent) in {Verdict.FAILED, Verdict.STALLED}


def test_the_clock_alone_fails_no_program(sandbox: Sandbox) -> None:
    """What a busy machine did not let run in time is judged once more, by itself."""
    assert sandbox is not None
    hurried = Sandbox(Limits(1, wall_seconds=0, alone_seconds=60, memory_mib=192), parallel=2)
    endless = "def add(a, b):\n    while True: pass"
    programs = [Program(text, "", ("add",), TESTS) for text in (RIGHT, "", endless, RIGHT)]
    assert hurried.run_all(programs) == ["passed", "failed", "timed out", "passed"]


def test_a_program_that_was_killed_is_tried_again(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel kills what it likes where memory runs short: that is no fault of the program."""
    judgement, killed = sandbox._judgement, []

    def kill_first(program: Program, candidate: Any, judge: Any, seconds: float) -> Verdict:
        if not killed:
            candidate.kill()
            killed.append(candidate)
        return judgement(program, candidate, judge, seconds)

    monkeypatch.setattr(sandbox, "_judgement", kill_first)
    assert verdict(sandbox, RIGHT) is Verdict.PASSED
    assert len(killed) == 1


def test_sleepers_take_a_bounded_time_alone(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """After a few that stall by themselves too the rest keep their verdict; others don't count."""
    assert sandbox is not None
    hurried = Sandbox(Limits(1, wall_seconds=20, alone_seconds=30, alone_stalls=2))
    alone: list[str] = []

    def attempt(program: Program, seconds: float) -> Verdict:
        if seconds == 30:
            alone.append(program.text)
        return Verdict.PASSED if seconds == 30 and program.text == "late" else Verdict.STALLED

    monkeypatch.setattr(hurried, "_attempt", attempt)
    texts = ["late", "1", "late", "2", "3", "late", "4"]
    verdicts = hurried.run_all(Program(text, "", (), "") for text in texts)
    assert alone == ["late", "1", "late", "2"]
    assert verdicts == ["passed", "stalled", "passed", *["stalled"] * 4]
    assert "3 programs stalled and were not tried again by themselves" in caplog.text


FORKS = """
import os
started = 0
for _ in range(9):
    try:
        if os.fork() == 0:
            os._exit(0)
        started += 1
    except OSError as error:
        return [started, error.errno]
return [started, 0]
"""


def test_the_limit_of_processes_counts(sandbox: Sandbox) -> None:
    assert sandbox is not None
    # Far above the processes of tests that run at the same time: root's sandboxes share a user.
    few = Sandbox(Limits(1, 10, 192, processes=20))
    many = add_of(FORKS.replace("range(9)", "range(40)"))
    tests = "started, error = add()\nassert 0 < started < 20\nassert error == 11"
    assert verdict(few, many, tests) is Verdict.PASSED


def test_children_do_not_outlive_the_program(sandbox: Sandbox) -> None:
    assert sandbox is not None
    text = """
import os, time
def add(a, b):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while True: time.sleep(0.01)
        os._exit(0)
    return a + b
"""
    # A limit of memory that no other run has tells its processes from any other's.
    limits = Limits(cpu_seconds=5, wall_seconds=10, memory_mib=193, processes=64)
    assert verdict(Sandbox(limits), text) is Verdict.PASSED
    until = time.monotonic() + 5
    while running('"memory_mib": 193'):
        assert time.monotonic() < until
        time.sleep(0.05)


def running(argument: str) -> bool:
    """Whether a process has this in its command line."""
    processes = psutil.process_iter(["cmdline"])
    return any(argument in " ".join(process.info["cmdline"] or []) for process in processes)


def test_a_program_cannot_kill_its_parent_or_judge(sandbox: Sandbox) -> None:
    body = """
import os, signal
for number in [os.getppid(), -1, *range(1, 99)]:
    if number not in (0, os.getpid()):
        try:
            os.kill(number, signal.SIGKILL)
        except OSError:
            pass
return "alive"
"""
    assert told(sandbox, body, "alive")
    assert verdict(sandbox, "import os\nos.kill(0, 9)") in {Verdict.FAILED, Verdict.STALLED}
    assert verdict(sandbox, RIGHT) is Verdict.PASSED


def test_the_users_files_are_not_there(sandbox: Sandbox, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    secret.chmod(0o644)
    paths = [str(secret), str(Path.home() / ".ssh"), "/etc/passwd", "/proc/self/mem", "/home"]
    paths += [str(Path(__file__).resolve()), "/sys", "/root/.bashrc", "/run", "/var", "/bin/sh"]
    assert told(sandbox, f"import os\nreturn [os.path.exists(p) for p in {paths}]", [False] * 11)


def test_the_environment_is_not_there(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "secret")
    body = "import os\nreturn sorted(set(os.environ) - {'PWD', 'LC_CTYPE'})"
    assert told(sandbox, body, ["PYTHONHASHSEED"])
    assert told(sandbox, "import os\nreturn os.getuid()", 65534)


def test_nothing_is_written(sandbox: Sandbox, tmp_path: Path) -> None:
    """Wherever the home folder and this project are: they may be the same, or below /tmp."""
    tmp_path.chmod(0o777)
    folders = [str(folder) for folder in (tmp_path, Path.home(), Path(__file__).parent)]
    body = f"""
import os
written = []
for folder in {[*folders, "/guest/isolated"]}:
    for attempt in (os.makedirs, lambda f: open(f + "/written", "w").close()):
        try:
            attempt(folder)
            written.append(folder)
        except OSError:
            pass
return written
"""
    assert told(sandbox, body, [])
    assert not list(tmp_path.iterdir())


VALUES = [None, True, -1, 2**200, 1.5, "é\ud800", b"\0", 1 + 2j, [1, (2,)], {"a": {1}, 2: None}]


@pytest.mark.parametrize("value", [*VALUES, frozenset({1}), float("inf"), -(2**64), ()], ids=repr)
def test_values_come_back_as_they_were(sandbox: Sandbox, value: object) -> None:
    literal = "float('inf')" if value == float("inf") else repr(value)
    same = f"type(add(v)) is type(v) and repr(add(v)) == repr(v) and add(v) == {literal}"
    assert (
        verdict(sandbox, "def add(a):\n    return a", f"v = {literal}\nassert {same}") == "passed"
    )


def test_other_values_stay_and_can_be_used(sandbox: Sandbox) -> None:
    text = """
class Pair:
    def __init__(self, a):
        self.a = a
def add(pairs):
    return (pair.a for pair in pairs)
"""
    tests = "assert list(add([Pair(1), Pair(2)])) == [1, 2]\nassert add([Pair(1)]) != [1]"
    assert sandbox.run(Program(text, "", ("Pair", "add"), tests)) is Verdict.PASSED
    named = "from collections import namedtuple\nadd = namedtuple('T', 'a b')"
    assert verdict(sandbox, named, "assert add(1, b=2) == (1, 2)") is Verdict.PASSED


def test_broken_tests_are_no_failure_of_the_program(sandbox: Sandbox) -> None:
    with pytest.raises(InputError, match="setup: NameError"):
        sandbox.run(Program(RIGHT, "absent", ("add",), TESTS))
    with pytest.raises(InputError, match="tests pass a function"):
        verdict(sandbox, RIGHT, "add(lambda: 1)")


def test_without_bubblewrap_it_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)  # noqa: ARG005
    with pytest.raises(InputError, match=r"not installed.*apt-get install.*run_code_unsafely"):
        Sandbox()


def test_a_bubblewrap_that_does_not_work_is_quoted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho No permissions to create a new namespace >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name: str(fake))  # noqa: ARG005
    with pytest.raises(InputError, match=r"bwrap does not work .*No permissions to create"):
        Sandbox()


def test_unsafe_runs_judge_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)  # noqa: ARG005
    unsafe = Sandbox(LIMITS, unsafe=True)
    assert verdict(unsafe, RIGHT) is Verdict.PASSED
    assert verdict(unsafe, "raise SystemExit(0)") is Verdict.FAILED
    assert verdict(unsafe, "while True: pass") is Verdict.TIMED_OUT
