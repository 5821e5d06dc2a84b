"""Multi-hop recall: the answer is found by going from fact to fact.

Easy: two links, of which the text tells one for the asked name only, and options that are whole
sentences. Medium: two links with four facts each. Hard: three links with four facts each, in any
order. In the twin a stranger breaks the chain that the question follows, and no other chain is
left over for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from contextual_recall.pools import POOLS
from contextual_recall.scenes import Chain
from contextual_recall.single import Record, draw_records, option_text
from generation.template import Draft


def easy(chain: Chain, start: int, random: Random) -> Draft:
    """One fact about the given name, four about what the options stand for."""
    records = draw_records(random, chain.roles, 4)
    hop, (first, second) = chain.hops[start], chain.links[start : start + 2]
    bridge, role = chain.roles[start + 1], chain.roles[start + 2]
    asked = random.randrange(4)
    many = [second.format(**row) for row in records]
    random.shuffle(many)
    at_start = random.random() < 0.5

    def told(row: Record) -> str:
        one = [first.format(**row)]
        return " ".join([*one, *many] if at_start else [*many, *one])

    lost = records[asked] | {bridge: _stranger(records, bridge, random)}
    options = [hop.clause.format(**records[asked] | {role: row[role]}) for row in records]
    wrong = tuple(option for n, option in enumerate(options) if n != asked)
    question = hop.question.format(**records[asked])
    return Draft(told(records[asked]), question, options[asked], wrong, told(lost), question)


def medium(chain: Chain, forward: bool, random: Random) -> Draft:
    return _full(chain, forward, 2, random)


def hard(chain: Chain, forward: bool, random: Random) -> Draft:
    return _full(chain, forward, 3, random)


def _full(chain: Chain, forward: bool, hops: int, random: Random) -> Draft:
    records = draw_records(random, chain.roles, 4)
    asked = random.randrange(4)
    places = [(link, n) for link in chain.links[:hops] for n in range(4)]
    random.shuffle(places)
    given, role = (chain.roles[n] for n in ((0, hops) if forward else (hops, 0)))

    def told(rows: Sequence[Record]) -> str:
        return " ".join(link.format(**rows[n]) for link, n in places)

    # All four chains stay whole; that of the given name now belongs to a stranger.
    stranger = {given: _stranger(records, given, random)}
    rows = [row | stranger if n == asked else row for n, row in enumerate(records)]
    question = _question(chain, forward, hops).format(**records[asked])
    own = chain.options[chain.roles.index(role)]
    options = [option_text(role, row[role], own) for row in records]
    wrong = tuple(option for n, option in enumerate(options) if n != asked)
    return Draft(told(records), question, options[asked], wrong, told(rows), question)


def _question(chain: Chain, forward: bool, hops: int) -> str:
    if hops == 2:
        return chain.hops[0].question if forward else chain.backward
    return chain.far_forward if forward else chain.far_backward


def _stranger(records: Sequence[Record], role: str, random: Random) -> str:
    known = {row[role] for row in records}
    return random.choice([name for name in POOLS[role] if name not in known])
