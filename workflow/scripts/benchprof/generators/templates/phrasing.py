"""Phrasings: sentence patterns whose slots a way of drawing fills."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import TypeVar

from benchprof.generators.templates.template import Draft, Template

Draw = TypeVar("Draw")


@dataclass(frozen=True)
class Phrasing:
    """One sentence pattern; `mode` names the way of drawing, which may choose between `terms`."""

    split: str
    level: str
    mode: str
    context: str
    question: str
    terms: tuple[str, ...] = ()


def templates_of(
    phrasings: Mapping[str, Sequence[Phrasing]],
    modes: Mapping[str, Mapping[str, Draw]],
    draft: Callable[[Phrasing, Draw, Random], Draft],
) -> tuple[Template, ...]:
    """A template for each phrasing of each type, numbered within the type.

    Args:
        phrasings: by type.
        modes: the ways of drawing by type and name.
        draft: fills a phrasing by a way of drawing.
    """
    return tuple(
        Template(
            type=type_,
            name=f"{type_}-{number:02d}",
            split=phrasing.split,
            difficulty=phrasing.level,
            draw=partial(draft, phrasing, modes[type_][phrasing.mode]),
        )
        for type_, own in phrasings.items()
        for number, phrasing in enumerate(own, start=1)
    )
