"""The text before a question: two people say which answers somebody gave.

One speaker names a *usual* answer, one a *list* of three. In most items these are options of other
scenes, so that they tell nothing; contextual recall asks for one of them, and induction goes on
from all. So the text has the same form whatever is asked. In a read-off "usual" is "right".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from benchprof.generators.table import read_pools
from benchprof.generators.templates.sentence import capital, listing

POOLS = read_pools(Path(__file__).with_name("speakers.tsv"))


@dataclass(frozen=True)
class Text:
    """Both sentences.

    Attributes:
        frames: the one for the usual answer and the one for the list, with `{claim}` in each.
        usual: the option that the first names.
        listed: those that the second names, in its order.
        quoted: whether they stand in quotation marks, as clauses do.
        usual_first: the order of the sentences.
    """

    frames: tuple[str, str]
    usual: str
    listed: tuple[str, ...]
    quoted: bool
    usual_first: bool

    def naming(self, usual: str, listed: Sequence[str]) -> Text:
        """The same text with other options in it."""
        return replace(self, usual=usual, listed=tuple(listed))

    def written(self, right: str = "") -> str:
        """The text; with `right`, a read-off, which states that this is the right answer."""
        named = self._marked(right or self.usual)
        claims = (
            f"the {'right' if right else 'usual'} answer was {named}",
            f"the last answers were {listing([self._marked(option) for option in self.listed])}",
        )
        pairs = zip(self.frames, claims, strict=True)
        told = [capital(frame.replace("{claim}", claim)) for frame, claim in pairs]
        return " ".join(told if self.usual_first else told[::-1])

    def _marked(self, option: str) -> str:
        return f'"{option}"' if self.quoted else option


def speaker(shape: str, random: Random) -> str:
    """Somebody whose description is as a phrase of this shape has it after "of"."""
    drawn = {pool: random.choice(words) for pool, words in POOLS.items()}
    person, relative, adjective = drawn["person"], drawn["relative"], drawn["adjective"]
    return {
        "2+1": f"the {person}",
        "2+2": f"the {adjective} {person}",
        "2+2's": f"the {person}'s {relative}",
        "2+3's": f"the {person}'s {adjective} {relative}",
    }[shape]


def report(who: str, random: Random) -> str:
    """A sentence in which this speaker makes a claim."""
    return f"{who} {random.choice(POOLS['verb'])} that {{claim}}."
