"""Order of events: told in order, told out of order, by stamped times, by pairwise clues.

The slots `first` to `fifth` hold things in their true order, `p1` to `p5` the same things in a
random order. In a text each thing stands equally often, so that counting words gives no answer.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

from benchprof.generators.abilities.temporal_reasoning.moments import MONTHS, NOON, clock, minutes
from benchprof.generators.table import read_pools
from benchprof.generators.templates.vocabulary import DISTINCT_NAMES, INVENTED_TOWNS
from benchprof.generators.templates.wording import Case, Form, read_wordings

PLACES = ("first", "second", "third", "fourth", "fifth")

# Events that can stand in any order, so that everyday knowledge gives none away.
EVENTS = read_pools(Path(__file__).with_name("words.tsv"))["events"]

NAMES, TOWNS = DISTINCT_NAMES, INVENTED_TOWNS


def in_order(pool: tuple[str, ...], count: int, random: Random) -> dict[str, str]:
    things = random.sample(pool, count)
    mixed = random.sample(things, count)
    slots = dict(zip(PLACES, things, strict=False))
    return slots | {f"p{number}": thing for number, thing in enumerate(mixed, start=1)}


def placed(pool: tuple[str, ...], count: int, place: str) -> Callable[[Random], Case]:
    """Asked is the thing at one place of the order."""

    def case(random: Random) -> Case:
        slots = in_order(pool, count, random)
        others = [name for name in PLACES[:count] if name != place]
        wrong = tuple(f"{{{name}}}" for name in random.sample(others, 3))
        return Case(slots, f"{{{place}}}", wrong)

    return case


def beside(pool: tuple[str, ...], step: int, asked: tuple[int, ...]) -> Callable[[Random], Case]:
    """Asked is what comes just before (-1) or just after (1) one of five things."""

    def case(random: Random) -> Case:
        slots = in_order(pool, 5, random)
        known = random.choice(asked)
        others = [place for place in range(5) if place not in (known, known + step)]
        wrong = tuple(f"{{{PLACES[place]}}}" for place in others)
        return Case(slots | {"asked": slots[PLACES[known]]}, f"{{{PLACES[known + step]}}}", wrong)

    return case


def in_pairs(pool: tuple[str, ...], asked: int) -> Callable[[Random], Case]:
    """Three pairs, each an earlier and a later thing; asked is the partner of one of a pair."""

    def case(random: Random) -> Case:
        things = random.sample(pool, 6)
        pairs = random.sample([things[:2], things[2:4], things[4:]], 3)
        slots = {f"a{number}": pair[0] for number, pair in enumerate(pairs)}
        slots |= {f"b{number}": pair[1] for number, pair in enumerate(pairs)}
        mixed = random.sample(things, 6)
        slots |= {f"p{number}": thing for number, thing in enumerate(mixed, start=1)}
        wrong = tuple(random.sample(things[2:], 3))
        return Case(slots | {"asked": things[asked]}, things[1 - asked], wrong)

    return case


def stamped(
    pool: tuple[str, ...], place: str, stamps: Callable[[Random], list[str]]
) -> Callable[[Random], Case]:
    """Four things with times, `t1` the earliest."""
    draw = placed(pool, 4, place)

    def case(random: Random) -> Case:
        slots, answer, wrong = draw(random)
        times = {f"t{number}": text for number, text in enumerate(stamps(random), start=1)}
        return Case({**slots, **times}, answer, wrong)

    return case


def years(random: Random) -> list[str]:
    start = random.randint(1950, 1985)
    return [str(year) for year in sorted(random.sample(range(start, start + 25), 4))]


def months(random: Random) -> list[str]:
    return [MONTHS[month] for month in sorted(random.sample(range(12), 4))]


def day_times(random: Random) -> list[str]:
    """Times on both sides of noon, so that the order of the bare numbers misleads."""
    times = random.sample(range(8, 12), 2) + random.sample(range(12, 20), 2)
    return [clock(hour * 60 + random.choice((0, 10, 15, 30, 45))) for hour in sorted(times)]


def round_noon(random: Random) -> list[str]:
    """Four times near noon, written in different ways."""
    texts = []
    for offset in sorted(random.sample(range(-85, 90, 5), 4)):
        if offset == 0:
            texts.append("exactly at noon")
        elif random.random() < 0.5:
            texts.append(f"at {clock(NOON + offset)}")
        else:
            texts.append(f"{minutes(abs(offset))} {'before' if offset < 0 else 'after'} noon")
    return texts


WORDINGS = read_wordings(Path(__file__).with_suffix(".tsv"))
FORMS = tuple(
    Form("event_order", name, difficulty, draw, WORDINGS[name])
    for difficulty, name, draw in (
        ("easy", "pair_earlier", in_pairs(EVENTS, 0)),
        ("easy", "pair_later", in_pairs(EVENTS, 1)),
        ("medium", "first_name", placed(NAMES, 4, "first")),
        ("medium", "last_event", placed(EVENTS, 4, "fourth")),
        ("medium", "after_town", beside(TOWNS, 1, (0, 1, 2, 3))),
        ("medium", "before_name", beside(NAMES, -1, (1, 2, 3, 4))),
        ("medium", "backwards_first", placed(EVENTS, 4, "first")),
        ("medium", "backwards_third", placed(NAMES, 4, "third")),
        ("medium", "by_year", stamped(NAMES, "second", years)),
        ("medium", "by_clock", stamped(EVENTS, "third", day_times)),
        ("medium", "by_month", stamped(TOWNS, "fourth", months)),
        ("hard", "clues_third", placed(EVENTS, 5, "third")),
        ("hard", "clues_fourth", placed(NAMES, 5, "fourth")),
        ("hard", "near_noon", stamped(NAMES, "second", round_noon)),
    )
)
