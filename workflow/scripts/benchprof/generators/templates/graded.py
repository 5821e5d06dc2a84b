"""Templates of a type that has several wordings, each at several difficulties."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from random import Random
from typing import Protocol, TypeVar

from benchprof.generators.templates.template import Draft, Template


class Worded(Protocol):
    """A way to say an item, which belongs to one split."""

    @property
    def split(self) -> str:
        """The split that its items go to."""


W = TypeVar("W", bound=Worded)


def graded_templates(
    type_: str, wordings: Sequence[W], levels: Mapping[str, Callable[[W, Random], Draft]]
) -> Iterator[Template]:
    """Each wording at each difficulty is a template."""
    for number, wording in enumerate(wordings, start=1):
        for difficulty, draw in levels.items():
            name = f"{type_}-{number}-{difficulty}"
            yield Template(type_, name, wording.split, difficulty, partial(draw, wording))
