"""World facts, asked without any context.

Types: `geography`, `science`, `history`, `language` and `culture`. Easy: famous facts with wrong
options from elsewhere. Medium: facts asked backwards, less famous ones, wrong options from close
by. Hard: two facts must be joined, or the wrong numbers lie close by.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from random import Random

from benchprof.abilities.item import SPLITS
from benchprof.generators.abilities.long_term_knowledge_recall.facts import (
    Fact,
    mixed,
    wrong_values,
)
from benchprof.generators.abilities.long_term_knowledge_recall.invented import INVENTED
from benchprof.generators.abilities.long_term_knowledge_recall.relations import RELATIONS, Relation
from benchprof.generators.templates.template import Draft, Template


@dataclass(frozen=True)
class Pattern:
    """One wording of a relation in one split.

    The wordings divide the facts among them, so that a split asks for a fact only once in the
    same direction.
    """

    relation: Relation
    split: str
    number: int

    @cached_property
    def facts(self) -> list[Fact]:
        """All facts of the relation and split."""
        facts = self.relation.facts(self.split)
        return facts if self.relation.near else mixed(facts)

    @property
    def name(self) -> str:
        """The template's name."""
        return f"{self.relation.name}-{self.split}-{self.number + 1}"

    def draw(self, random: Random) -> Draft:
        """Ask for one of this wording's facts."""
        wordings = self.relation.wordings(self.split)
        place = random.choice(range(self.number, len(self.facts), len(wordings)))
        fact = self.facts[place]
        stranger = random.choice(INVENTED[self.relation.invented])
        wording = wordings[self.number]
        return Draft(
            context="",
            question=question(wording, fact, fact.subject),
            answer=fact.value,
            distractors=wrong_values(self.facts, place, self.relation.near),
            twin_context="",
            twin_question=question(wording, fact, stranger),
        )


def question(wording: str, fact: Fact, subject: str) -> str:
    article = "an" if subject[0].lower() in "aeiou" else "a"
    text = wording.format(subject=subject, a=f"{article} {subject}", **fact.extra)
    return text[0].upper() + text[1:]


def templates() -> Iterator[Template]:
    for relation in RELATIONS:
        for split in SPLITS:
            for number in range(len(relation.wordings(split))):
                pattern = Pattern(relation, split, number)
                yield Template(
                    relation.type, pattern.name, split, relation.difficulty, pattern.draw
                )


TEMPLATES: tuple[Template, ...] = tuple(templates())
