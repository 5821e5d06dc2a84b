"""Items that are the same but for names and numbers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from benchprof.abilities.check_line import Check, shortlist
from benchprof.abilities.choosing import WORD, with_counterfactuals
from benchprof.abilities.item import Item

# A capital after a word or comma is no sentence's first, so it marks a name, as does that of an
# option of one word.
NAME = re.compile(r"(?<=[\w,;] )[^\W\d_][^\W_]+|\A[^\W\d_][^\W_]+\Z")
_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety "
    "hundred thousand million first second third fourth fifth sixth seventh eighth ninth "
    "tenth"
)
NUMBERS = frozenset(_WORDS.split())


def check_repeats(ability: str, items: Sequence[Item]) -> Check:
    """Items, or counterfactuals of different items, of any splits, that are equal once blanked."""
    texts, numbers = with_counterfactuals(items)
    names = names_in(part for item in texts for part in _parts(item))
    places: dict[str, set[str]] = defaultdict(set)
    for item, number in zip(texts, numbers, strict=True):
        context, question, *options = (blanked(part, names) for part in _parts(item))
        places["\n".join([context, question, *sorted(options)])].add(items[number].id)
    same = [" = ".join(sorted(ids)[:2]) for ids in places.values() if len(ids) > 1]
    return Check(ability, "equal but for names and numbers", str(len(same)), not same,
                 shortlist(same))  # fmt: skip


def names_in(texts: Iterable[str]) -> frozenset[str]:
    """The words with a capital inside a sentence or alone; single letters do not count."""
    found = (match for text in texts for match in NAME.findall(text))
    return frozenset(word for word in found if word[0].isupper())


def blanked(text: str, names: frozenset[str]) -> str:
    """The text in lower case, each name as NAME and each number as NUMBER."""

    def blank(match: re.Match[str]) -> str:
        word = match.group()
        if word in names:
            return "NAME"
        if word.lower() in NUMBERS or any(letter.isdigit() for letter in word):
            return "NUMBER"
        return word.lower()

    one_line = " ".join(WORD.sub(blank, text).split())
    # "Kestrel Bay" and "Velmora", "3.5" and "7" come to the same.
    return re.sub(r"\b(NAME|NUMBER)(?:[ .,:-]{0,2}\1)+\b", r"\1", one_line)


def _parts(item: Item) -> tuple[str, ...]:
    return (item.context, item.question, *item.options)
