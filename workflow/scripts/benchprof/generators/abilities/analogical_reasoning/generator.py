"""Items of analogy: find what has the relation that is shown by an example.

Types: `meaning_analogy` (A is to B as C is to what, things and living beings), `form_analogy` (the
same for forms and degrees of words), `pair_analogy` (the pair related as A and B are),
`system_mapping` (one group of people seen as another), `structure_mapping` (the counterpart of a
person in a group with the same pattern of doings).

The wrong answers are related to C too, each by another relation, so only A and B tell which one is
meant; and every option would be the right one for some other A and B.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from benchprof.generators.abilities.analogical_reasoning.groups import (
    BONDS,
    DEEDS,
    STRANGERS,
    SYSTEMS,
    System,
)
from benchprof.generators.abilities.analogical_reasoning.phrasings import PHRASINGS
from benchprof.generators.abilities.analogical_reasoning.relations import (
    FORMS,
    KIN,
    MEANINGS,
    NAMESAKES,
    STAND_INS,
    Frame,
)
from benchprof.generators.templates.phrasing import Phrasing, templates_of
from benchprof.generators.templates.sentence import capital
from benchprof.generators.templates.shares import entries_of
from benchprof.generators.templates.template import Draft, Template
from benchprof.generators.templates.vocabulary import FIRST_NAMES, INVENTED_TOWNS

Slots = dict[str, str]
Tables = dict[str, tuple[Frame, ...]]

HEAD = "head"


@dataclass(frozen=True)
class Fill:
    """What fills a phrasing: the slots, those that differ in the twin, and the options."""

    slots: Slots
    twin: Slots
    answer: str
    distractors: tuple[str, ...]


Draw = Callable[[str, Random], Fill]


def _draft(phrasing: Phrasing, draw: Draw, random: Random) -> Draft:
    fill = draw(phrasing.split, random)
    taken = {fill.answer, *fill.distractors, fill.slots.get("x")}
    names = random.sample([name for name in FIRST_NAMES if name not in taken], 3)
    place, other = random.sample(INVENTED_TOWNS, 2)
    slots = {"n0": names[0], "n1": names[1], "n2": names[2], "place": place, "other": other}
    slots |= fill.slots
    return Draft(
        context=_sentence(phrasing.context, slots),
        question=_sentence(phrasing.question, slots),
        answer=fill.answer,
        distractors=fill.distractors,
        twin_context=_sentence(phrasing.context, slots | fill.twin),
        twin_question=_sentence(phrasing.question, slots | fill.twin),
    )


def _sentence(pattern: str, slots: Slots) -> str:
    capitals = {key.upper(): capital(slots[key]) for key in "abc" if key in slots}
    return capital(pattern.format(**slots, **capitals))


# Words -----------------------------------------------------------------------------------------


def _word(frame: Frame, relation: str) -> str:
    return frame.head if relation == HEAD else frame.words[relation]


def _shared(*frames: Frame) -> list[str]:
    """The relations that all these frames have a word for."""
    return [r for r in frames[0].words if all(r in frame.words for frame in frames)]


def _draw_table(split: str, random: Random, tables: Tables, least: int) -> tuple[str, list[Frame]]:
    """A table with enough frames, drawn by the number of its frames."""
    found = {name: list(entries_of(split, table)) for name, table in tables.items()}
    found = {name: frames for name, frames in found.items() if len(frames) >= least}
    name = random.choices(list(found), weights=[len(frames) for frames in found.values()])[0]
    return name, found[name]


def _strangers(split: str, random: Random, count: int, names: Sequence[str]) -> list[str]:
    """Words that are unrelated to each other and to the words of the named tables."""
    every = MEANINGS | FORMS
    others = random.sample([table for table in every if table not in names], count)
    frames = [random.choice(entries_of(split, every[other])) for other in others]
    return [random.choice([frame.head, *frame.words.values()]) for frame in frames]


def _draw_grid(split: str, random: Random, tables: Tables) -> Fill:
    """Two relations of C's head and the same two of a third frame's."""
    while True:
        name, frames = _draw_table(split, random, tables, 3)
        example, asked, third = random.sample(frames, 3)
        shared = _shared(example, asked, third)
        if len(shared) < 2:
            continue
        right, wrong = random.sample(shared, 2)
        answer = asked.words[right]
        distractors = (asked.words[wrong], third.words[right], third.words[wrong])
        slots = {"a": example.head, "b": example.words[right], "c": asked.head}
        if _all_differ([answer, *distractors, *slots.values()]):
            # Two options go with C, so C is replaced as well, or the twin would be half solved.
            unrelated = _strangers(split, random, 2, [name])
            return Fill(slots, dict(zip("bc", unrelated, strict=True)), answer, distractors)


def _all_differ(words: Sequence[str]) -> bool:
    return len(set(words)) == len(words)


def _draw_star(split: str, random: Random, tables: Tables) -> Fill:
    """Four words of C's frame, with the example and C as heads."""
    return _draw_of_frame(split, random, tables, heads=True)


def _draw_across(split: str, random: Random, tables: Tables) -> Fill:
    """Four words of C's frame, the head among them, with C a word beside the head."""
    return _draw_of_frame(split, random, tables, heads=False)


def _draw_of_frame(split: str, random: Random, tables: Tables, heads: bool) -> Fill:
    while True:
        name, frames = _draw_table(split, random, tables, 2)
        example, asked = random.sample(frames, 2)
        shared = _shared(example, asked)
        start = HEAD if heads else random.choice(shared)
        options = [r for r in ([] if heads else [HEAD]) + list(asked.words) if r != start]
        # Only a relation that the example has too can be asked for; the rest may be wrong answers.
        askable = [r for r in options if r == HEAD or r in shared]
        if len(options) < 4 or not askable:
            continue
        right = random.choice(askable)
        rivals = [r for r in options if r != right and r not in _too_near(right)]
        if len(rivals) < 3:
            continue
        wrong = random.sample(rivals, 3)
        answer, *distractors = (_word(asked, r) for r in (right, *wrong))
        slots = {"a": _word(example, start), "b": _word(example, right), "c": _word(asked, start)}
        if _all_differ([answer, *distractors, *slots.values()]):
            twin = {"b": _strangers(split, random, 1, [name])[0]}
            return Fill(slots, twin, answer, tuple(distractors))


def _too_near(right: str) -> frozenset[str]:
    """The relations whose words might be a second right answer beside the word of `right`."""
    if right == HEAD:
        return NAMESAKES
    return frozenset((HEAD,)) if right in STAND_INS else frozenset()


# Pairs -----------------------------------------------------------------------------------------


def _pair(frame: Frame, first: str, second: str) -> str:
    return f"{_word(frame, first)} and {_word(frame, second)}"


def _pair_fill(
    split: str, random: Random, name: str, example: tuple[str, str], options: Sequence[str]
) -> Fill:
    a, b = example
    twin = {"b": _strangers(split, random, 1, [name])[0]}
    return Fill({"a": a, "b": b}, twin, options[0], tuple(options[1:]))


def _draw_fields(split: str, random: Random) -> Fill:
    """The right pair is of the example's field; the wrong ones are of other fields."""
    tables = MEANINGS | FORMS
    while True:
        names = random.sample(list(tables), 4)
        example, asked = random.sample(entries_of(split, tables[names[0]]), 2)
        frames = [asked, *(random.choice(entries_of(split, tables[n])) for n in names[1:])]
        if not (shared := _shared(example, asked)):
            continue
        relations = [random.choice(shared), *(random.choice(list(f.words)) for f in frames[1:])]
        if _all_differ([KIN.get(relation, relation) for relation in relations]):
            break
    answer, *distractors = (_pair(f, HEAD, r) for f, r in zip(frames, relations, strict=True))
    slots = {"a": example.head, "b": example.words[relations[0]]}
    # Both words are replaced: one alone would still point to the right field.
    twin = dict(zip("ab", _strangers(split, random, 2, names), strict=True))
    return Fill(slots, twin, answer, tuple(distractors))


def _draw_heads(split: str, random: Random) -> Fill:
    """Four heads of the example's field, each with a word of a different relation."""
    while True:
        name, frames = _draw_table(split, random, MEANINGS | FORMS, 5)
        example, *asked = random.sample(frames, 5)
        relations = random.sample(list(example.words), 4) if len(example.words) >= 4 else []
        pairs = list(zip(asked, relations, strict=False))
        if not pairs or not all(r in frame.words for frame, r in pairs):
            continue
        options = [_pair(frame, HEAD, r) for frame, r in pairs]
        return _pair_fill(split, random, name, (example.head, example.words[relations[0]]), options)


def _draw_orders(split: str, random: Random) -> Fill:
    """Two pairs of relations, each in both orders, in four frames of the example's field."""
    while True:
        name, frames = _draw_table(split, random, MEANINGS | FORMS, 5)
        example, *asked = random.sample(frames, 5)
        relations = [HEAD, *_shared(example, *asked)]
        if len(relations) < 4:
            continue
        one, two, three, four = random.sample(relations, 4)
        orders = ((one, two), (two, one), (three, four), (four, three))
        options = [_pair(f, *order) for f, order in zip(asked, orders, strict=True)]
        pair = (_word(example, one), _word(example, two))
        return _pair_fill(split, random, name, pair, options)


# Groups of people ------------------------------------------------------------------------------

ROLES = ("leader", "members", "place", "result")
PLACE_LIKE = ("name", "place")


def _role(system: System, role: str) -> str:
    found: str = getattr(system, role)
    return found


def _named(system: System) -> str:
    return ("an " if system.name[0] in "aeio" else "a ") + system.name


def _draw_image(split: str, random: Random) -> Fill:
    one, two = random.sample(entries_of(split, SYSTEMS), 2)
    right, *wrong = random.sample(ROLES, 4)
    slots = {"one": _named(one), "two": _named(two), "x": _role(one, right)}
    return _system_fill(split, random, slots, two, right, wrong)


def _system_fill(
    split: str, random: Random, slots: Slots, system: System, right: str, wrong: Sequence[str]
) -> Fill:
    answer, *distractors = (f"the {_role(system, role)}" for role in (right, *wrong))
    twin = {"x": random.choice(STRANGERS[split])}
    return Fill(slots, twin, answer, tuple(distractors))


def _draw_partial(split: str, random: Random) -> Fill:
    """The groups are not named, or are what is asked for; one correspondence is given."""
    one, two = random.sample(entries_of(split, SYSTEMS), 2)
    known, right, *wrong = random.sample(("name", *ROLES), 5)
    # Many groups bear the name of a place, so name and place are not left to be told apart.
    if right in PLACE_LIKE and known not in PLACE_LIKE:
        other = next(role for role in wrong if role in PLACE_LIKE)
        wrong[wrong.index(other)], known = known, other
    slots = {"known": _role(one, known), "like": _role(two, known), "x": _role(one, right)}
    return _system_fill(split, random, slots, two, right, wrong)


def _draw_double(split: str, random: Random) -> Fill:
    """Two comparisons, of which one is asked for; the options are two roles in either."""
    one, two, three, four = random.sample(entries_of(split, SYSTEMS), 4)
    right, wrong = random.sample(ROLES, 2)
    slots = {"one": _named(one), "two": _named(two), "three": _named(three), "four": _named(four)}
    slots["x"] = _role(one, right)
    answer, *distractors = (
        f"the {_role(system, role)}" for system in (two, four) for role in (right, wrong)
    )
    twin = {"x": random.choice(STRANGERS[split])}
    return Fill(slots, twin, answer, tuple(distractors))


# Patterns of doings ----------------------------------------------------------------------------

# Each pattern tells for four people, by number, who does which deed to whom. All four have
# different parts in it, and all are mentioned equally often.
PATTERNS: dict[str, tuple[tuple[int, int, int], ...]] = {
    "couples": ((0, 0, 1), (2, 1, 3)),
    "ring": ((0, 0, 1), (1, 1, 2), (2, 2, 3), (3, 3, 0)),
    "knot": ((0, 0, 1), (1, 0, 2), (2, 1, 3), (3, 1, 0)),
}


def _draw_structure(split: str, random: Random, pattern: str) -> Fill:
    names = random.sample(FIRST_NAMES, 8)
    first, second = names[:4], names[4:]
    asked = random.randrange(4)
    deeds = random.sample(DEEDS[split], 4)
    facts = PATTERNS[pattern]
    order = random.sample(facts, len(facts))
    told = _tell(order, second, deeds)
    bonds = random.sample(BONDS[split], 4)
    slots = {"g1": _tell(random.sample(facts, len(facts)), first, deeds), "g2": told}
    slots["x"] = first[asked]
    # In the twin nobody in the second group has a part of his or her own, and since a bond holds
    # both ways, who is named first in it is drawn, or the place in the sentence would tell.
    ties = [random.sample((doer, other), 2) for doer, _, other in order]
    twin = {"g2": _tell([(a, i, b) for i, (a, b) in enumerate(ties)], second, bonds)}
    others = tuple(name for index, name in enumerate(second) if index != asked)
    return Fill(slots, twin, second[asked], others)


def _tell(
    facts: Sequence[tuple[int, int, int]], people: Sequence[str], deeds: Sequence[str]
) -> str:
    told = [f"{people[doer]} {deeds[deed]} {people[other]}" for doer, deed, other in facts]
    return f"{', '.join(told[:-1])} and {told[-1]}."


# Templates -------------------------------------------------------------------------------------


def _words(tables: Tables) -> dict[str, Draw]:
    return {
        "grid": partial(_draw_grid, tables=tables),
        "star": partial(_draw_star, tables=tables),
        "across": partial(_draw_across, tables=tables),
    }


MODES: dict[str, dict[str, Draw]] = {
    "meaning_analogy": _words(MEANINGS),
    "form_analogy": _words(FORMS),
    "pair_analogy": {"fields": _draw_fields, "heads": _draw_heads, "orders": _draw_orders},
    "system_mapping": {"image": _draw_image, "partial": _draw_partial, "double": _draw_double},
    "structure_mapping": {
        pattern: partial(_draw_structure, pattern=pattern) for pattern in PATTERNS
    },
}

TEMPLATES: tuple[Template, ...] = templates_of(PHRASINGS, MODES, _draft)
