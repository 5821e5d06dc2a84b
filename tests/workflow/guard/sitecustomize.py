"""Every Python process of a tiny project's run notes which address it asks for, and gets none."""

import os
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

NOTES = Path(os.environ["BENCHPROF_NOTES"])
connect = socket.socket.connect


def note(words: str) -> None:
    with NOTES.open("a") as notes:
        notes.write(f"{words}\n")


def refuse(address: Any) -> NoReturn:
    note(f"asked {address}")
    raise OSError(f"no network in tests: {address}")


def guarded(self: socket.socket, address: Any) -> None:
    if self.family in (socket.AF_INET, socket.AF_INET6):
        refuse(address)
    connect(self, address)


def resolve(host: Any, *_: Any, **__: Any) -> NoReturn:
    refuse(host)


note(f"started {sys.orig_argv}")
socket.socket.connect = guarded
socket.getaddrinfo = resolve
