"""Items of temporal reasoning: `event_order`, `duration`, `calendar` and `clock`.

Each type has a module with its forms (how a case is drawn and the answer computed) and their
wordings. The twins lack the order or the moment from which the answer is reckoned.
"""

from __future__ import annotations

from random import Random

from benchprof.generators.abilities.temporal_reasoning import calendar, clock, duration, event_order
from benchprof.generators.abilities.temporal_reasoning.event_order import EVENTS
from benchprof.generators.templates.vocabulary import DISTINCT_NAMES, INVENTED_TOWNS, JOBS
from benchprof.generators.templates.wording import templates


def cast(random: Random) -> dict[str, str]:
    """The people, places and events of one item."""
    people = dict(zip("AB", random.sample(DISTINCT_NAMES, 2), strict=True))
    events = dict(zip(("event", "event2"), random.sample(EVENTS, 2), strict=True))
    town, job = random.choice(INVENTED_TOWNS), random.choice(JOBS)
    return people | events | {"town": town, "job": job}


TEMPLATES = templates((*event_order.FORMS, *duration.FORMS, *calendar.FORMS, *clock.FORMS), cast)
