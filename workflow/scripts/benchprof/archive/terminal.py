"""What a command prints of a stranger's archive: on any terminal, and nothing that it obeys."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable


def on_one_line(text: str) -> str:
    """A stranger's text without what a terminal obeys, so that none passes for a verdict."""
    return "".join(own if own.isprintable() else "?" for own in text)


def say(lines: Iterable[str]) -> None:
    """Print lines of a result."""
    for line in lines:
        print(on_one_line(line))


def complain(error: Exception) -> None:
    """Print an error's lines where errors go."""
    for line in str(error).split("\n"):
        print(on_one_line(line), file=sys.stderr)


def take_any_text() -> None:
    """Have the terminal show what its encoding lacks by number, where Python would stop."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
