"""A template: one sentence pattern that belongs to one split and draws items from a seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Draft:
    """An item before its options are put in order and it gets an id.

    `distractors` are wrong answers of the same kind and about the same length as `answer`.
    The twin's context and question read like the item's, but the ability no longer leads to
    the answer (a fact removed, a premise shuffled away, a number blanked).
    """

    context: str
    question: str
    answer: str
    distractors: tuple[str, ...]
    twin_context: str
    twin_question: str


@dataclass(frozen=True)
class Template:
    """A pattern with everything that decides where its items go.

    Attributes:
        type: question type, such as `single_fact`; a type may have many templates.
        name: unique within the ability; stands in each item.
        split: the one split that its items may go to.
        difficulty: easy, medium or hard.
        draw: makes one draft from a random source; the answer is computed, never guessed.
    """

    type: str
    name: str
    split: str
    difficulty: str
    draw: Callable[[Random], Draft]
