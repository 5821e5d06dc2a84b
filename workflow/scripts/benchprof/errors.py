"""The one exception for input that a person has to mend, and the remedy for a misspelt name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

CUT = 300
"""Characters of what a library says that a message quotes."""


class InputError(ValueError):
    """Something a person gave is wrong; the message is one paragraph that says what to do."""

    def __init__(self, where: str | Path, found: str, expected: str, remedy: str = "") -> None:
        """Keep the parts: where (file, line, key), what was found, expected, what to do.

        They are the exception's arguments, so that it also crosses from one process to another.
        """
        super().__init__(where, found, expected, remedy)

    def __str__(self) -> str:
        where, found, expected, remedy = self.args
        remedy = f" {remedy}" if remedy else ""
        return f"{where}: {found}; expected {expected}.{remedy}"


class RetriableError(InputError):
    """A network, a machine or a mount was at fault; another attempt, or another node, may do it."""


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """The known name that is most like this one, as a remedy; `otherwise` where none is like it."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"Did you mean {near[0]!r}?" if near else otherwise


def in_words(error: BaseException | str, folder: Path | None = None) -> str:
    """What a library said, on one line and cut, so that a message stays a paragraph.

    Args:
        error: the exception, or its text.
        folder: whose path is replaced by its name before the cut, since half a path names nothing.
    """
    words = " ".join(str(error).split())
    if folder is not None:
        words = words.replace(f"{folder}/", "").replace(str(folder), folder.name)
    return words[:CUT]
