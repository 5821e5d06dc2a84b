"""The process that runs a benchmark's tests and says whether the program passed them.

It never runs the program's code: it asks the candidate, another process that can neither see nor
signal it, to call functions, and compares the values that come back.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import Any

from .channel import Channel, ClosedError
from .confinement import Confinement, Limits, confine
from .values import decode, encode


class ProgramError(Exception):
    """The program raised an exception; the message is the name of its type."""


class BrokenTestError(Exception):
    """The benchmark's own code is at fault, whatever the program is."""


class Candidate:
    """The other process: what the tests call is called there."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def ask(self, request: dict[str, Any]) -> Any:
        """The value that a request gives.

        Raises:
            ClosedError: the candidate has ended.
            ProgramError: the program raised an exception.
        """
        self._channel.send(request)
        answer = self._channel.receive()
        if "error" in answer:
            raise ProgramError(str(answer["error"]))
        return decode(answer["value"], lambda number: Remote(self, number))


class Remote:
    """A function, or any value that does not pass: it can be called, iterated over and passed on.

    It equals itself alone: a program's own `__eq__` is never asked.
    """

    def __init__(self, candidate: Candidate, name: str | int) -> None:
        # Tests may set attributes (`node.name = "a"`): these names are unlikely ones.
        self.remote_candidate = candidate
        self.remote_name = name

    def __call__(self, *positional: Any, **named: Any) -> Any:
        """The value that the call returns there."""
        encoded = {"positional": _encoded(list(positional)), "named": _encoded(named)}
        return self.remote_candidate.ask({"call": self.remote_name, **encoded})

    def __iter__(self) -> Iterator[Any]:
        return iter(self.remote_candidate.ask({"iterate": self.remote_name}))


def main() -> None:
    """Read a job, judge it and write the verdict."""
    given = json.loads(sys.argv[1])
    channel = Channel(int(sys.argv[2]), int(sys.argv[3]))
    job = json.loads(sys.stdin.buffer.read())
    verdicts = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # What tests print must not be read as a verdict.
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    sys.path.pop(0)
    confine(Confinement(**given | {"limits": Limits(**given["limits"])}))
    verdict, reason = judge(job, channel)
    verdicts.write(json.dumps({"verdict": verdict, "reason": reason}))
    verdicts.close()


def judge(job: dict[str, Any], channel: Channel) -> tuple[str, str]:
    """The verdict on a program and the reason for it.

    Args:
        job: `program`, the text that is judged; `setup`, the benchmark's code that runs before
            the tests; `names`, what the tests take from the program; and `tests`.
        channel: to the candidate.
    """
    candidate = Candidate(channel)
    # Without a `__name__` of its own the code would have that of builtins.
    namespace: dict[str, Any] = {"__name__": "tests"}
    verdict, reason = "absent", "the candidate did not start"
    try:
        channel.receive()
        verdict, reason = "ended", "the program ended before its tests did"
        _run(job["setup"], "setup", namespace)
        candidate.ask({"define": job["program"]})
        namespace |= {name: Remote(candidate, name) for name in job["names"]}
        exec(compile(job["tests"], "tests", "exec", dont_inherit=True), namespace)
        verdict, reason = "passed", ""
    except ClosedError:
        pass
    except BrokenTestError as error:
        verdict, reason = "broken", str(error)
    except MemoryError:
        verdict, reason = "out of memory", "in the judge"
    except ProgramError as error:
        reason = str(error)
        verdict = "out of memory" if reason == "MemoryError" else "failed"
    except BaseException as error:  # SystemExit too: the end of the tests alone is a pass
        verdict, reason = "failed", type(error).__name__
    return verdict, reason


def _run(code: str, name: str, namespace: dict[str, Any]) -> None:
    try:
        exec(compile(code, name, "exec", dont_inherit=True), namespace)
    except Exception as error:
        raise BrokenTestError(f"{name}: {type(error).__name__}: {error}") from None


def _encoded(values: Any) -> Any:
    def handle_of(value: Any) -> int:
        if isinstance(value, Remote) and isinstance(value.remote_name, int):
            return value.remote_name
        raise BrokenTestError(f"tests pass a {type(value).__name__}, which cannot be sent")

    return encode(values, handle_of)


if __name__ == "__main__":
    main()
