"""Inductive reasoning: find the rule behind given cases and apply it to the next or a new one.

Types: `number_sequence` and `letter_sequence` (the next term), `symbol_pattern` (the next of a
repeating row), `rule_from_examples` (a change of words or numbers), `label_rule` (the feature that
decides a label).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from random import Random
from typing import Protocol, TypeVar

from generation.template import Draft, Template
from inductive_reasoning import labels, rules, sequences, symbols


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
    *_templates("number_sequence", sequences.NUMBER_WORDINGS, sequences.NUMBER_LEVELS),
    *_templates("letter_sequence", sequences.LETTER_WORDINGS, sequences.LETTER_LEVELS),
    *_templates("symbol_pattern", symbols.WORDINGS, symbols.LEVELS),
    *_templates("rule_from_examples", rules.WORDINGS, rules.LEVELS),
    *_templates("label_rule", labels.WORDINGS, labels.LEVELS),
)
