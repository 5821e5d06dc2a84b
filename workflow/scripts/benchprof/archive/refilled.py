"""What became of an archive's finished work where a run looks for it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Refilled:
    """What became of an archive's records or masks.

    Attributes:
        added: how many are new.
        there: how many were there.
        left: why others were left out, in words, by file.
    """

    added: int = 0
    there: int = 0
    left: dict[str, str] = field(default_factory=dict)
