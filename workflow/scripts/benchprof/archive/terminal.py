"""Printing texts from a stranger's archive: on any terminal, and without control characters."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable


def on_one_line(text: str) -> str:
    """A stranger's text without control characters, so that it cannot imitate a verdict."""
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
    """Show characters that the terminal's encoding lacks by number, instead of failing on them."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
