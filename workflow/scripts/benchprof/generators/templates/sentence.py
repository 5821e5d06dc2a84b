"""How words become a sentence."""

from __future__ import annotations

from collections.abc import Sequence


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def listing(parts: Sequence[str]) -> str:
    """`a, b and c`."""
    return ", ".join(parts[:-1]) + " and " + parts[-1]
