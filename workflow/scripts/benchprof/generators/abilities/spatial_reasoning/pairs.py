"""Four pairs told in one relation, and a question that turns the relation round: the easy form."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from benchprof.generators.abilities.spatial_reasoning.words import read_wordings, sentences, the
from benchprof.generators.table import parts, yes
from benchprof.generators.templates.sentence import capital, listing
from benchprof.generators.templates.template import Draft


class Pairs(NamedTuple):
    """The wording of four pairs, each of a first thing `{a}` and a second thing `{b}`.

    `frame` takes all of them as `{all}`, as sentences or, where `listed`, as clauses of one
    sentence. The question names a first thing and asks for the second; `relations` are the words
    of the statement (`{relation}`) with those of the question (`{inverse}`), if they vary.
    """

    frame: str
    listed: bool
    statement: str
    question: str
    relations: tuple[tuple[str, str], ...] = (("", ""),)


def read_pairs(name: str) -> dict[str, tuple[Pairs, ...]]:
    """The wordings of a table by split."""
    return read_wordings(name, Pairs, listed=yes, relations=_relations)


def _relations(cell: str) -> tuple[tuple[str, str], ...]:
    """As in `north:south;east:west`."""
    found = [relation.partition(":") for relation in parts(cell)]
    return tuple((relation, inverse) for relation, _, inverse in found) or (("", ""),)


def draw_pairs(
    firsts: tuple[str, ...], seconds: tuple[str, ...], wording: Pairs, random: Random
) -> Draft:
    """Draw four first and four second things, all different, and a stranger for the twin."""
    first = random.sample(firsts, 5)
    second = the(random.sample([noun for noun in seconds if noun not in first], 4))
    first = the(first)
    relation, inverse = random.choice(wording.relations)
    asked = random.randrange(4)

    def told(names: list[str]) -> str:
        clauses = [
            wording.statement.format(a=a, b=b, relation=relation)
            for a, b in zip(names, second, strict=True)
        ]
        return wording.frame.format(all=listing(clauses) if wording.listed else sentences(clauses))

    question = capital(wording.question.format(a=first[asked], inverse=inverse))
    return Draft(
        context=told(first[:4]),
        question=question,
        answer=second[asked],
        distractors=tuple(thing for n, thing in enumerate(second) if n != asked),
        # In the twin the stranger has the place of the thing that is asked about.
        twin_context=told([first[4] if n == asked else a for n, a in enumerate(first[:4])]),
        twin_question=question,
    )
