"""The process that holds the program under test: it defines it and calls what the judge asks for.

The program shares this interpreter and can change everything in it. So this process decides
nothing: the judge, another process in another sandbox, only takes values from it.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from .channel import Channel, ClosedError
from .confinement import Confinement, Limits, confine
from .values import decode, encode


def main() -> None:
    """Serve the judge until it ends."""
    given = json.loads(sys.argv[1])
    channel = Channel(os.dup(0), os.dup(1))
    # The program reads nothing and what it prints goes nowhere.
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    sys.argv[:] = ["program"]
    sys.path.pop(0)
    confine(Confinement(**given | {"limits": Limits(**given["limits"])}))
    channel.send({"ready": True})
    module = ModuleType("program")
    sys.modules["program"] = module
    with contextlib.suppress(ClosedError):
        serve(channel, module)


def serve(channel: Channel, module: ModuleType) -> None:
    """Answer each request with a value or with the name of the exception that came of it.

    Raises:
        ClosedError: the judge has ended.
    """
    kept: list[Any] = []

    def handle_of(value: Any) -> int:
        kept.append(value)
        return len(kept) - 1

    while True:
        request = channel.receive()
        try:
            answer = {"value": encode(_result(request, module, kept.__getitem__), handle_of)}
        except BaseException as error:  # SystemExit too: the program may not end the process so
            answer = {"error": type(error).__name__}
        channel.send(answer)


def _result(request: dict[str, Any], module: ModuleType, of_handle: Callable[[int], Any]) -> Any:
    if "define" in request:
        # As in a module of its own: this one's `from __future__` lines are not the program's.
        code = compile(request["define"], "program", "exec", dont_inherit=True)
        exec(code, module.__dict__)
        return None
    if "iterate" in request:
        return list(of_handle(request["iterate"]))
    call = request["call"]
    function = of_handle(call) if isinstance(call, int) else getattr(module, call)
    positional = decode(request["positional"], of_handle)
    return function(*positional, **decode(request["named"], of_handle))


if __name__ == "__main__":
    main()
