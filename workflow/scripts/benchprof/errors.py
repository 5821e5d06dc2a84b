"""The one exception for input that a person has to mend."""

from __future__ import annotations

from pathlib import Path


class InputError(ValueError):
    """Something a person gave is wrong; the message is one paragraph that says what to do."""

    def __init__(self, where: str | Path, found: str, expected: str, remedy: str = "") -> None:
        """Compose the paragraph: where (file, line, key), what was found, expected, what to do."""
        remedy = f" {remedy}" if remedy else ""
        super().__init__(f"{where}: {found}; expected {expected}.{remedy}")
