"""Doer and undergoer of an event."""

from __future__ import annotations

from random import Random

from benchprof.generators.abilities.semantic_relationship_comprehension.doings import EVENTS
from benchprof.generators.abilities.semantic_relationship_comprehension.fill import Draw, Fill
from benchprof.generators.templates.phrasing import Phrasing
from benchprof.generators.templates.shares import entries_of
from benchprof.generators.templates.vocabulary import FIRST_NAMES, INVENTED_TOWNS


def _draw_role(phrasing: Phrasing, random: Random) -> Fill:
    """Each of four people is asked for equally often, by a role in an event of theirs."""
    twin_context, *sides = phrasing.terms
    events = random.sample(entries_of(phrasing.split, EVENTS), len(sides))
    people = dict(zip("abcd", random.sample(FIRST_NAMES, 4), strict=True))
    asked = random.choice("abcd")
    roles = [
        role
        for event, side in zip(events, sides, strict=True)
        for person, role in ((side[0], event.first_role), (side[1], event.second_role))
        if person == asked
    ]
    shuffled = random.sample(list(people.values()), 4)
    slots = people | {f"m{index}": name for index, name in enumerate(shuffled, 1)}
    for index, event in enumerate(events, 1):
        slots |= {f"v{index}": event.verb, f"p{index}": event.passive, f"o{index}": event.rest}
    slots |= {"role": random.choice(roles), "place": random.choice(INVENTED_TOWNS)}
    others = tuple(person for person in people if person != asked)
    return Fill(slots, {}, asked, others, twin_context)


MODES: dict[str, Draw] = {
    "role": _draw_role,
}
"""What draws, by the mode of a phrasing."""
