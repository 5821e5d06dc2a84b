"""Texts that somebody else wrote, as they may be shown."""

from __future__ import annotations

import unicodedata

REORDERING = {*map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A)))}
"""Characters that turn the order in which others are shown."""


def without_controls(text: str) -> str:
    """A text without what a terminal would obey; ends of lines and tabs stay."""
    return "".join(own for own in text if own in "\n\t" or not _commands(own))


def _commands(character: str) -> bool:
    return unicodedata.category(character) == "Cc" or character in REORDERING
