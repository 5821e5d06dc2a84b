"""Hostile programs, as root and as an ordinary user: each is contained, and none passes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from tests.unit.sandbox.programs import RIGHT, TESTS

import benchprof
from benchprof.sandbox.isolated.confinement import Limits
from benchprof.sandbox.sandbox import Program, Sandbox, Verdict

LIMITS = Limits(cpu_seconds=1, wall_seconds=10, alone_seconds=3, memory_mib=192)
ANYONE = 64999
Judging = Callable[[Program], str]


USERS = ["root", "ordinary user"] if os.geteuid() == 0 else ["ordinary user"]


@pytest.fixture(scope="module", params=USERS)
def judged(request: pytest.FixtureRequest) -> Iterator[Judging]:
    """What gives the verdict on a program, in a sandbox that root or any other user makes."""
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap (bwrap) is not installed")
    if request.param == USERS[0]:
        yield Sandbox(LIMITS).run
    else:
        with as_anyone() as judging:
            yield judging


SERVER = """
import json, sys
from benchprof.sandbox.sandbox import Limits, Program, Sandbox
sandbox = Sandbox(Limits(**json.loads(sys.argv[1])))
for line in sys.stdin:
    print(sandbox.run(Program(**json.loads(line))), flush=True)
"""


@contextmanager
def as_anyone() -> Iterator[Judging]:
    """Verdicts of another process, which is no longer root; it takes a Python that all may run."""
    anyone = {"user": ANYONE, "group": ANYONE, "extra_groups": []}
    pythons = [sys.executable, *filter(None, [shutil.which("python3", path="/usr/bin:/bin")])]
    running = [
        p
        for p in pythons
        if runs([p, "-c", "import sys; sys.version_info >= (3, 11) or 1 / 0"], anyone)
    ]
    if not running:
        pytest.skip("no Python 3.11 that an ordinary user may run")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        library = Path(folder, "benchprof")
        shutil.copytree(
            Path(benchprof.__file__).parent, library, ignore=shutil.ignore_patterns("__pycache__")
        )
        with subprocess.Popen(
            [running[0], "-B", "-c", SERVER, json.dumps(asdict(LIMITS))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            cwd="/",
            env={"PATH": os.environ["PATH"], "PYTHONPATH": folder},
            **anyone,
        ) as server:
            stdin, stdout = server.stdin, server.stdout
            assert stdin is not None
            assert stdout is not None

            def judging(program: Program) -> str:
                print(json.dumps(asdict(program)), file=stdin, flush=True)
                return stdout.readline().strip()

            yield judging
            stdin.close()


def runs(command: list[str], anyone: dict[str, Any]) -> bool:
    """Whether a command ends well for an ordinary user."""
    try:
        subprocess.run(command, check=True, cwd="/", capture_output=True, **anyone)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


HELPERS = '''
import asyncio, ctypes, fcntl, mmap, os, pathlib, resource, signal, socket, subprocess, sys
import tempfile, threading, time

libc = ctypes.CDLL(None, use_errno=True)
pair = socket.socketpair()
file = os.open(__import__("json").__file__, os.O_RDONLY)
FAMILIES = {family: [socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET]
            for family in range(64)}

def refused(attempt):
    """Whether an attempt fails: an exception, or -1 of the C library."""
    try:
        return attempt() == -1
    except (OSError, ValueError, RuntimeError):
        return True

def most(attempt, enough):
    """How often an attempt succeeds, no more than enough."""
    for number in range(enough):
        if refused(attempt):
            return number
    return enough

def write_file():
    for folder in {"/", "/tmp", "/dev", "/etc", "/guest", "/usr/lib", os.getcwd(), sys.prefix}:
        if not refused(lambda: open(folder + "/written", "w").close()):
            return folder

def make_folder():
    for folder in {"/", "/tmp", "/dev", "/var", "/guest", os.getcwd()}:
        if not refused(lambda: os.makedirs(folder + "/made/more")):
            return folder

def attribute():
    path = next(p for p in ("/tmp/a", "/guest/isolated") if os.path.exists(p) or not refused(
        lambda: os.close(os.open(p, os.O_CREAT | os.O_WRONLY))))
    os.setxattr(path, "user.x", bytes(60000))

def reached(path):
    os.stat(path)
    return 0
'''

REFUSED = {
    "a socket between virtual machines": "socket.socket(40, socket.SOCK_STREAM)",
    "a socket of the internet": "socket.socket(socket.AF_INET)",
    "a socket of IPv6": "socket.socket(socket.AF_INET6)",
    "a socket of the kernel": "socket.socket(16, socket.SOCK_RAW)",
    "a socket of the kernel's ciphers": "socket.socket(38, socket.SOCK_SEQPACKET)",
    "a local socket": "socket.socket(socket.AF_UNIX)",
    "a socket of any family": "[libc.socket(f, k, 0) for f in FAMILIES for k in FAMILIES[f]]"
    " != [-1] * 256 or -1",
    "a pair of sockets of a cluster": "libc.socketpair(30, 1, 0, (ctypes.c_int * 2)())",
    "a larger socket buffer": "pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**24)",
    "open files in flight": "socket.send_fds(pair[0], [b'x'], [0])",
    "a larger pipe": "fcntl.fcntl(os.pipe()[0], 1031, 2**20)",
    "many open files": "[os.pipe() for _ in range(40)]",
    "many timers": "most(lambda: libc.timer_create(1, None, ctypes.byref(ctypes.c_void_p())), 300)"
    " == 300 or -1",
    "many queued signals": "[signal.pthread_sigmask(signal.SIG_BLOCK, [40]),"
    " most(lambda: libc.sigqueue(os.getpid(), 40, None), 300)][1] == 300 or -1",
    "locks of a file": "fcntl.lockf(file, fcntl.LOCK_SH)",
    "a lock of a whole file": "fcntl.flock(file, fcntl.LOCK_SH)",
    "a lease of a file": "fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)",
    "extended attributes": "attribute()",
    "an empty file": "write_file()  or -1",
    "a folder": "make_folder() or -1",
    "a symbolic link": "os.symlink('x', '/tmp/link')",
    "a device": "os.mknod('/tmp/device', 0o20666, os.makedev(1, 1))",
    "a temporary file": "tempfile.TemporaryFile()",
    "shared memory that a page keeps": "libc.mmap(None, 2**20, 3, 0x21, -1, 0)",
    "shared memory of Python": "mmap.mmap(-1, 2**20)",
    "huge pages that a part keeps": "mmap.mmap(-1, 2**22, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)"
    ".madvise(14)",
    "pages kept in a pipe": "libc.vmsplice(os.pipe()[1], ctypes.byref((ctypes.c_size_t * 2)("
    "ctypes.addressof(ctypes.c_int()), 4)), 1, 0)",
    "a file in memory": "os.memfd_create('x')",
    "a secret file in memory": "libc.syscall(447, 0)",
    "a segment of shared memory": "libc.shmget(0, 2**20, 0o600)",
    "semaphores": "libc.semget(0, 100, 0o600)",
    "a queue of messages": "libc.msgget(0, 0o600)",
    "a queue of messages with a name": "libc.mq_open(b'/x', os.O_CREAT | os.O_RDWR, 0o600, None)",
    "rings of input and output": "libc.syscall(425, 8, bytes(120))",
    "rules of files": "libc.syscall(444, ctypes.byref(ctypes.c_uint64(1)), 8, 0)",
    "watches of files": "libc.inotify_init()",
    "watches of a file system": "libc.fanotify_init(0x200, 0)",
    "a profile of the machine": "libc.syscall(298, bytes(128), 0, -1, -1, 0)",
    "a new namespace of users": "libc.unshare(0x10000000)",
    "a process in a new namespace": "libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0)",
    "a mount": "libc.mount(b'x', b'/', b'tmpfs', 0, None)",
    "another root": "os.chroot('/usr')",
    "root's rights": "os.setuid(0)",
    "root's group": "os.setgid(0)",
    "root's groups": "os.setgroups([0])",
    "more memory": "resource.setrlimit(resource.RLIMIT_AS, (2**40, 2**40))",
    "more processes": "resource.setrlimit(resource.RLIMIT_NPROC, (99, 99))",
    "a better place in the queue": "os.nice(-5)",
    "a process": "os.fork()",
    "a thread": "threading.Thread(target=print).start()",
    "another program": "subprocess.run([sys.executable, '-c', ''])",
    "the memory of the parent": "libc.process_vm_readv(os.getppid(), None, 0, None, 0, 0)",
    "tracing": "libc.ptrace(0, 0, 0, 0)",
    "the second set of calls": "libc.syscall(0x40000000 + 39)",
    "the machine's name": "socket.sethostname('x')",
    "the machine's own name": "socket.gethostname() != 'guest' or -1",
    "the kernel's log": "libc.klogctl(10, None, 0)",
    "the machine's clock": "time.clock_settime(time.CLOCK_REALTIME, 0)",
    "processes' files": "reached('/proc/self')",
    "the machine's settings": "reached('/sys/kernel')",
    "users": "reached('/etc/passwd')",
    "a shell": "reached('/bin/sh')",
    "homes": "reached('/home')",
    "a disk": "reached('/dev/sda')",
    "a table of waiting threads": "libc.prctl(78, 1, ctypes.c_ulong(2**24), 0, 0)",
    "settings of a process": "libc.prctl(15, b'x', 0, 0, 0)",
    "a filter of system calls": "libc.syscall(317, 2, 0, ctypes.byref(ctypes.c_uint(0x7FFF0000)))",
    "another process's open files": "libc.syscall(438, libc.syscall(434, os.getpid(), 0), 0, 0)",
    "a look at another process": "libc.syscall(312, os.getpid(), os.getpid(), 0, 0, 0)",
    "rights that a file gives": "libc.prctl(39, 0, 0, 0, 0) == 0 or -1",
}


def test_what_no_limit_counts_or_no_program_needs_is_refused(judged: Judging) -> None:
    def all_refused(*attempts: str) -> bool:
        checks = "\n    ".join(f"assert refused(lambda: {attempt})" for attempt in attempts)
        text = f"{HELPERS}\ndef attempt():\n    {checks}\n    return 'refused'\n"
        tests = "assert attempt() == 'refused'"
        return judged(Program(text, "", ("attempt",), tests)) == Verdict.PASSED

    # One program is quicker; where it fails, one for each attempt says which it is.
    if not all_refused(*REFUSED.values()):
        assert [name for name, attempt in REFUSED.items() if not all_refused(attempt)] == []


NEEDED = """
import asyncio, os, random, socket, sqlite3, uuid

def works():
    async def answer():
        await asyncio.sleep(0)
        return 3
    one, other = socket.socketpair()
    one.sendall(b"x")
    reading, writing = os.pipe()
    os.write(os.dup(writing), other.recv(1))
    with open("/dev/null", "r+b", buffering=0) as null:
        null.write(b"x")
        nothing = null.read()
    with open(random.__file__) as file:
        code = len(file.read(1))
    number = sqlite3.connect(":memory:").execute("select 1").fetchall()
    return [asyncio.run(answer()), os.read(reading, 1), nothing, code, number, uuid.uuid4().version]
"""


def test_what_programs_need_works(judged: Judging) -> None:
    tests = "assert works() == [3, b'x', b'', 1, [(1,)], 4]"
    assert judged(Program(NEEDED, "", ("works",), tests)) == Verdict.PASSED


BABBLE = """
import os
for number in range(3, 64):
    try:
        os.write(number, {message})
    except OSError:
        pass
"""
FAKES = {
    "exits early": "raise SystemExit(0)",
    "exits at the first call": "import os\ndef add(a, b):\n    os._exit(0)",
    "prints the verdict": RIGHT.replace("+", "-")
    + """print('{"verdict": "passed", "reason": ""}', flush=True)""",
    "writes the verdict to every pipe": BABBLE.format(
        message=b'{"verdict": "passed", "reason": ""}\n'
    ),
    "patches builtins": """
import builtins, sys
builtins.AssertionError = None
builtins.exec = builtins.compile = lambda *a, **k: None
sys.excepthook = lambda *a: None
def add(a, b):
    return 3
""",
    "patches the checker": """
import sys
for name, module in list(sys.modules.items()):
    if name.startswith("isolated"):
        for key, value in list(vars(module).items()):
            if callable(value):
                setattr(module, key, lambda *a, **k: {"value": True})
def add(a, b):
    return 0
""",
    "equals everything": """
class Anything(int):
    def __eq__(self, other):
        return True
    __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __eq__
    __hash__ = int.__hash__
class Nothing:
    __eq__ = __ne__ = lambda self, other: True
def add(a, b):
    return Anything(0) if a == 1 else Nothing()
""",
    "looks for the tests in memory": """
import gc, sys
def add(a, b):
    frame = sys._getframe()
    while frame:
        for value in list(frame.f_locals.values()) + list(frame.f_globals.values()):
            if isinstance(value, (str, bytes)) and "assert" in str(value):
                return 3 if a == 1 else 11
        frame = frame.f_back
    for value in gc.get_objects():
        if isinstance(value, dict) and any(
            isinstance(v, str) and "assert add" in v for v in list(value.values())
        ):
            return 3 if a == 1 else 11
""",
    "answers for itself": BABBLE.format(message="9 * " + str(b'{"value": true}\n')),
    "sends a value too deep to read": BABBLE.format(
        message="""b'{"value": ' + b'{"list": [' * 9000 + b']}' * 9000 + b'}\\n'"""
    ),
    "leaves a handler at exit": "import atexit, os\natexit.register(os._exit, 0)\nraise SystemExit",
    "looks like a number": """
class Number:
    __class__ = float
    __eq__ = lambda self, other: True
add = lambda a, b: Number()
""",
    "answers what is no message": BABBLE.format(message=b"null\nadd\n"),
    "answers with a broken value": BABBLE.format(message=b'{"value": {"dict": [1], "int": 1}}\n'),
    "answers with what it does not have": BABBLE.format(message=b'{"value": {"handle": 99}}\n'),
    "answers with a number of any size": BABBLE.format(message=b'{"value": Infinity}\n'),
    "answers with an error that is no name": BABBLE.format(message=b'{"error": {"a": []}}\n'),
    "answers twice": RIGHT.replace("return", "print(1); return")
    + BABBLE.format(message=b'{"value": 3}\n{"value": 11}\n{"value": 3}\n'),
    "crashes the interpreter": "import ctypes\nctypes.string_at(0)",
    "closes its pipes": "import os\nos.closerange(0, 32)",
    "tests itself": "def check(add):\n    pass\ncandidate = add = check\nassert True",
}


@pytest.mark.parametrize("text", FAKES.values(), ids=FAKES)
def test_no_program_fakes_a_pass(judged: Judging, text: str) -> None:
    assert judged(Program(text, "", ("add",), TESTS)) == Verdict.FAILED


ENDLESS = {
    "loop at a call": "def add(a, b):\n    while True: pass",
    "output": "while True: print('x' * 4096)",
    "output to the pipes": """
import os
while True:
    for number in range(1, 64):
        try:
            os.write(number, b'x' * 4096)
        except OSError:
            pass
""",
    "loop that ignores signals": """
import signal
for number in range(1, 64):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True: pass
""",
}


@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS)
def test_an_endless_program_is_ended(judged: Judging, text: str) -> None:
    verdict = judged(Program(text, "", ("add",), TESTS))
    assert verdict in {Verdict.TIMED_OUT, Verdict.FAILED, Verdict.STALLED}


MEMORY = {
    "one piece": "def add(a, b):\n    return len(bytearray(2**29))",
    "bit by bit": "kept = []\nwhile True: kept.append(bytearray(2**20))",
    "a huge value": "def add(a, b):\n    return 'x' * 2**26",
    "a call in a call without end": """
import sys
sys.setrecursionlimit(2**30)
def add(a, b):
    return add(b, [a])
""",
}


@pytest.mark.parametrize("text", MEMORY.values(), ids=MEMORY)
def test_a_memory_hog_is_stopped(judged: Judging, text: str) -> None:
    verdict = judged(Program(text, "", ("add",), TESTS))
    assert verdict in {Verdict.OUT_OF_MEMORY, Verdict.FAILED, Verdict.TIMED_OUT}
