"""Multi-hop recall: the answer is found by going from fact to fact.

Easy: two links, of which the text tells the one that leads on, or back, only once. Medium: two
links with four facts each. Hard: three links with four facts each, in any order. In the twin a
stranger breaks the chain that the question follows, and no other chain is left over for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from contextual_recall.pools import POOLS
from contextual_recall.scenes import Chain
from contextual_recall.single import Record, draw_records, option_text
from generation.template import Draft

Sentences = Callable[[Sequence[Record]], list[str]]


def easy(chain: Chain, forward: bool, random: Random) -> Draft:
    """One fact about the given name, four about what the options stand for."""
    records = draw_records(random, chain.roles, 4)
    bridge = chain.roles[1]
    asked = random.randrange(4)
    many = [chain.links[1 if forward else 0].format(**row) for row in records]
    random.shuffle(many)
    at_start = random.random() < 0.5

    def told(row: Record) -> str:
        one = [chain.links[0 if forward else 1].format(**row)]
        return " ".join([*one, *many] if at_start else [*many, *one])

    lost = records[asked] | {bridge: _stranger(records, bridge, random)}
    return _draft(chain, forward, 2, records, asked, (told(records[asked]), told(lost)))


def medium(chain: Chain, forward: bool, random: Random) -> Draft:
    return _full(chain, forward, 2, random)


def hard(chain: Chain, forward: bool, random: Random) -> Draft:
    return _full(chain, forward, 3, random)


def _full(chain: Chain, forward: bool, hops: int, random: Random) -> Draft:
    records = draw_records(random, chain.roles, 4)
    asked = random.randrange(4)
    places = [(link, n) for link in chain.links[:hops] for n in range(4)]
    random.shuffle(places)
    given = chain.roles[0 if forward else hops]

    def told(rows: Sequence[Record]) -> str:
        return " ".join(link.format(**rows[n]) for link, n in places)

    # All four chains stay whole; that of the given name now belongs to a stranger.
    stranger = {given: _stranger(records, given, random)}
    rows = [row | stranger if n == asked else row for n, row in enumerate(records)]
    return _draft(chain, forward, hops, records, asked, (told(records), told(rows)))


def _stranger(records: Sequence[Record], role: str, random: Random) -> str:
    known = {row[role] for row in records}
    return random.choice([name for name in POOLS[role] if name not in known])


def _draft(
    chain: Chain,
    forward: bool,
    hops: int,
    records: Sequence[Record],
    asked: int,
    contexts: tuple[str, str],
) -> Draft:
    near = chain.forward if forward else chain.backward
    far = chain.far_forward if forward else chain.far_backward
    question = (near if hops == 2 else far).format(**records[asked])
    place = hops if forward else 0
    role = chain.roles[place]
    options = [option_text(role, row[role], chain.options[place]) for row in records]
    wrong = tuple(option for n, option in enumerate(options) if n != asked)
    return Draft(contexts[0], question, options[asked], wrong, contexts[1], question)
