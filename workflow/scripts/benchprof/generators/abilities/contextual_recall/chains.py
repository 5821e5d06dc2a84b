"""Multi-hop recall: the answer is found by going from fact to fact.

Easy: two links that stand side by side, and options that are whole sentences. Medium: two links
with four facts each, in any order. Hard: three links, likewise. In the twin a stranger stands where
the chain had the name that the question gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from benchprof.generators.abilities.contextual_recall.chain_scenes import Chain
from benchprof.generators.abilities.contextual_recall.pools import POOLS
from benchprof.generators.abilities.contextual_recall.single import (
    Record,
    draw_records,
    option_text,
)
from benchprof.generators.templates.template import Draft

# A sentence pattern and the number of the record that fills it.
Place = tuple[str, int]


def easy(chain: Chain, start: int, random: Random) -> Draft:
    """Each name's two links stand side by side, in either order."""
    places: list[Place] = []
    for n in range(4):
        pair = [(link, n) for link in chain.links[start : start + 2]]
        random.shuffle(pair)
        places += pair
    hop, given, role = chain.hops[start], chain.roles[start], chain.roles[start + 2]
    return _draft(chain, places, hop.question, given, role, hop.clause, random)


def medium(chain: Chain, forward: bool, random: Random) -> Draft:
    return _full(chain, forward, 2, random)


def hard(chain: Chain, forward: bool, random: Random) -> Draft:
    return _full(chain, forward, 3, random)


def _full(chain: Chain, forward: bool, hops: int, random: Random) -> Draft:
    places = [(link, n) for link in chain.links[:hops] for n in range(4)]
    random.shuffle(places)
    given, role = (chain.roles[n] for n in ((0, hops) if forward else (hops, 0)))
    return _draft(chain, places, _question(chain, forward, hops), given, role, "", random)


def _draft(
    chain: Chain,
    places: Sequence[Place],
    question: str,
    given: str,
    role: str,
    clause: str,
    random: Random,
) -> Draft:
    """The question about one of four chains; with a clause, the options are sentences."""
    records = draw_records(random, chain.roles, 4)
    asked = random.randrange(4)

    def told(rows: Sequence[Record]) -> str:
        return " ".join(link.format(**rows[n]) for link, n in places)

    def option(row: Record) -> str:
        if clause:
            return clause.format(**records[asked] | {role: row[role]})
        return option_text(role, row[role], chain.options[chain.roles.index(role)])

    # All four chains stay whole; that of the given name now belongs to a stranger.
    stranger = {given: _stranger(records, given, random)}
    rows = [row | stranger if n == asked else row for n, row in enumerate(records)]
    text = question.format(**records[asked])
    wrong = tuple(option(row) for n, row in enumerate(records) if n != asked)
    return Draft(told(records), text, option(records[asked]), wrong, told(rows), text)


def _question(chain: Chain, forward: bool, hops: int) -> str:
    if hops == 2:
        return chain.hops[0].question if forward else chain.backward
    return chain.far_forward if forward else chain.far_backward


def _stranger(records: Sequence[Record], role: str, random: Random) -> str:
    known = {row[role] for row in records}
    return random.choice([name for name in POOLS[role] if name not in known])
