"""Deductive reasoning: what follows necessarily from premises about invented or arbitrary things.

Types: `syllogism` (chains of "all x are y"), `negation_and_quantifiers` (all, no, some, some not,
either-or with a denial), `conditional` (if-then rules, forwards and by denial backwards),
`logic_puzzle` (who has which of four things).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from random import Random
from typing import Protocol, TypeVar

from deductive_reasoning import conditional, negation, puzzle, syllogism
from generation.template import Draft, Template


class _Wording(Protocol):
    @property
    def split(self) -> str: ...


W = TypeVar("W", bound=_Wording)


def _templates(
    type_: str, wordings: Sequence[W], levels: Mapping[str, Callable[[W, Random], Draft]]
) -> Iterator[Template]:
    """Each wording at each difficulty is a template."""
    for number, wording in enumerate(wordings, start=1):
        for difficulty, draw in levels.items():
            name = f"{type_}-{number}-{difficulty}"
            yield Template(type_, name, wording.split, difficulty, partial(draw, wording))


TEMPLATES: tuple[Template, ...] = (
    *_templates("syllogism", syllogism.WORDINGS, syllogism.LEVELS),
    *_templates("negation_and_quantifiers", negation.WORDINGS, negation.LEVELS),
    *_templates("conditional", conditional.WORDINGS, conditional.LEVELS),
    *_templates("logic_puzzle", puzzle.WORDINGS, puzzle.LEVELS),
)
