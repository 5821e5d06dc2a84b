"""Items of semantic relations between words and of roles in events.

Types: `synonym`, `antonym` (words, chains of relations, cards in several hands), `hypernym` (kind
and member), `part_whole`, `agent` (who does it), `instrument` (what it is done with), `relation`
(naming or finding a relation), `semantic_role` (doer and undergoer of an event, whatever the
sentence's order and voice).

Wrong answers come from the pool that right answers come from, so that a word is right about as
often as its share of the options.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from generation.sentence import capital
from generation.shares import entries_of
from generation.template import Draft, Template
from generation.vocabulary import FIRST_NAMES, INVENTED_TOWNS
from semantic_relationship_comprehension.doings import AGENTS, EVENTS, INSTRUMENTS, Doer
from semantic_relationship_comprehension.phrasings import PHRASINGS, Phrasing
from semantic_relationship_comprehension.words import (
    CATEGORIES,
    NEARLY_PARTS,
    NESTED,
    PARTS,
    SCALES,
    Category,
    Scale,
    Whole,
    with_article,
)

Slots = dict[str, str]

HANDS = ("n1", "n2", "n3", "n4")
# Easy items use the commonest words of an end, which stand first.
COMMON = 2


@dataclass(frozen=True)
class Fill:
    """What fills a phrasing: the slots, those that differ in the twin, and the options.

    An answer that is a key of `slots` (such as `n1`) stands for the slot's text.
    """

    slots: Slots
    twin: Slots
    answer: str
    distractors: tuple[str, ...]
    twin_context: str | None = None


def _draft(phrasing: Phrasing, draw: Callable[[Phrasing, Random], Fill], random: Random) -> Draft:
    fill = draw(phrasing, random)
    names = random.sample(FIRST_NAMES, 5)
    slots = {f"n{index}": name for index, name in enumerate(names)} | fill.slots
    twin = slots | fill.twin
    twin_context = phrasing.context if fill.twin_context is None else fill.twin_context
    return Draft(
        context=capital(phrasing.context.format(**slots)),
        question=capital(phrasing.question.format(**slots)),
        answer=slots.get(fill.answer, fill.answer),
        distractors=tuple(slots.get(option, option) for option in fill.distractors),
        twin_context=capital(twin_context.format(**twin)),
        twin_question=capital(phrasing.question.format(**twin)),
    )


# Synonyms and antonyms -------------------------------------------------------------------------


def _scales(split: str, random: Random) -> tuple[Scale, ...]:
    """The scales of one part of speech, drawn by the number of its scales."""
    tables = [entries_of(split, table) for table in SCALES.values()]
    return random.choices(tables, weights=[len(table) for table in tables])[0]


def _apart(scales: Sequence[Scale], *taken: Scale) -> list[Scale]:
    fields = frozenset[str]().union(*(scale.fields for scale in taken))
    return [scale for scale in scales if not scale.fields & fields]


def _draw_scales(split: str, random: Random, count: int) -> list[Scale]:
    """A scale and `count - 1` others, each too far from the rest for a second right answer."""
    while True:
        table = _scales(split, random)
        drawn = [random.choice(table)]
        while len(drawn) < count and (rest := _apart(table, *drawn)):
            drawn.append(random.choice(rest))
        if len(drawn) == count:
            return drawn


def _two(words: Sequence[str], random: Random) -> tuple[str, str]:
    first, second = random.sample(words, 2)
    return first, second


def _related(scale: Scale, same: bool, common: bool, random: Random) -> tuple[str, str]:
    """Two words of a scale: of one end where `same`, else of both."""
    ends = [end[:COMMON] if common else end for end in scale.ends]
    random.shuffle(ends)
    if same:
        return _two(ends[0], random)
    return random.choice(ends[0]), random.choice(ends[1])


def _draw_word(phrasing: Phrasing, random: Random, same: bool) -> Fill:
    """One related word and three words of other scales."""
    scale, one, other = _draw_scales(phrasing.split, random, 3)
    word, answer = _related(scale, same, True, random)
    pool = [end[:COMMON] for rival in (one, other) for end in rival.ends]
    distractors = tuple(random.choice(end) for end in random.sample(pool, 3))
    unrelated = _stranger(phrasing.split, random, scale, one, other)
    return Fill({"word": word}, {"word": unrelated}, answer, distractors)


def _stranger(split: str, random: Random, *shown: Scale) -> str:
    """A word that has nothing to do with the shown scales, if possible of their word class."""
    table = next(t for t in SCALES.values() if shown[0] in t)
    rest = _apart(entries_of(split, table), *shown)
    if not rest:
        rest = [
            scale
            for other in SCALES.values()
            if other is not table
            for scale in entries_of(split, other)
        ]
    return random.choice(random.choice(random.choice(rest).ends))


def _draw_ends(phrasing: Phrasing, random: Random, same: bool) -> Fill:
    """The options are a word of each end of two scales, so the trap is the other relation."""
    scale, other = _draw_scales(phrasing.split, random, 2)
    near, far = random.sample(scale.ends, 2)
    word, synonym = _two(near, random)
    answer, trap = random.sample((synonym, random.choice(far)), 2)
    if (answer == synonym) != same:
        answer, trap = trap, answer
    rivals = tuple(random.choice(end) for end in other.ends)
    unrelated = _stranger(phrasing.split, random, scale, other)
    return Fill({"word": word}, {"word": unrelated}, answer, (trap, *rivals))


def _draw_cards(phrasing: Phrasing, random: Random, same: bool) -> Fill:
    """The four options of `_draw_ends`, each in somebody's hand; the answer is a name."""
    fill = _draw_ends(phrasing, random, same)
    answer, *others = random.sample(HANDS, len(HANDS))
    cards = dict(zip((answer, *others), (fill.answer, *fill.distractors), strict=True))
    slots = {f"w{hand[1]}": word for hand, word in cards.items()} | {"w0": fill.slots["word"]}
    return Fill(slots, {"w0": fill.twin["word"]}, answer, tuple(others))


def _draw_chain(phrasing: Phrasing, random: Random, same: bool) -> Fill:
    """Three steps, each to a synonym or an opposite; two opposites cancel out."""
    fill = _draw_ends(phrasing, random, same)
    # Two steps to an opposite lead back; one or three lead to the other end.
    opposites = 2 if same else random.choice((1, 3))
    steps = random.sample([1] * opposites + [0] * (3 - opposites), 3)
    slots = {f"r{index}": phrasing.terms[step] for index, step in enumerate(steps, start=1)}
    return Fill(fill.slots | slots, fill.twin, fill.answer, fill.distractors)


# Kinds -----------------------------------------------------------------------------------------


def _overlap(one: Category, other: Category) -> bool:
    return one.name in other.overlaps or other.name in one.overlaps


def _draw_categories(tables: Sequence[Category], random: Random, count: int) -> list[Category]:
    """Categories of which none may share a member with another."""
    while True:
        drawn = random.sample(tables, count)
        if not any(_overlap(a, b) for i, a in enumerate(drawn) for b in drawn[:i]):
            return drawn


def _category_tables(split: str) -> list[tuple[Category, ...]]:
    return [entries_of(split, table) for table in CATEGORIES.values()]


def _member(category: Category, random: Random) -> str:
    member = random.choice(category.members)
    return with_article(member) if category.counted else member


def _stranger_category(split: str, shown: Sequence[Category], random: Random) -> Category:
    rest = [
        category
        for table in _category_tables(split)
        for category in table
        if category not in shown and not any(_overlap(category, other) for other in shown)
    ]
    return random.choice(rest)


def _draw_kind(phrasing: Phrasing, random: Random) -> Fill:
    every = [category for table in _category_tables(phrasing.split) for category in table]
    right, *wrong = _draw_categories(every, random, 4)
    return Fill(
        {"member": _member(right, random)},
        {"member": _member(_stranger_category(phrasing.split, [right, *wrong], random), random)},
        with_article(right.name),
        tuple(with_article(category.name) for category in wrong),
    )


def _draw_member(phrasing: Phrasing, random: Random) -> Fill:
    """The members come from neighbouring categories."""
    while True:
        table = random.choice(_category_tables(phrasing.split))
        drawn = random.sample(table, 4)
        right, *wrong = drawn
        if not any(_overlap(right, category) for category in wrong):
            break
    stranger = _stranger_category(phrasing.split, drawn, random)
    return Fill(
        _kind_slots(right),
        _kind_slots(stranger),
        _member(right, random),
        tuple(_member(category, random) for category in wrong),
    )


def _kind_slots(category: Category) -> Slots:
    return {"kind": with_article(category.name), "bare_kind": category.name}


def _draw_lists(phrasing: Phrasing, random: Random, stray: bool) -> Fill:
    """Four lists of three words: where `stray`, one holds an intruder, else three do."""
    table = random.choice(_category_tables(phrasing.split))
    kind, *others = _draw_categories(table, random, 3)
    answer, *rest = random.sample(HANDS, len(HANDS))
    slots = _kind_slots(kind)
    for hand in HANDS:
        words = random.sample(kind.members, 3)
        if (hand == answer) == stray:
            words[random.randrange(3)] = random.choice(random.choice(others).members)
        slots[f"l{hand[1]}"] = f"{words[0]}, {words[1]}, {words[2]}"
    stranger = _stranger_category(phrasing.split, [kind, *others], random)
    return Fill(slots, _kind_slots(stranger), answer, tuple(rest))


# Parts -----------------------------------------------------------------------------------------


def _draw_wholes(split: str, random: Random, count: int) -> list[Whole]:
    """Wholes that share no field, so that none has another's parts."""
    table = entries_of(split, PARTS)
    while True:
        drawn = random.sample(table, count)
        if not any(a.fields & b.fields for i, a in enumerate(drawn) for b in drawn[:i]):
            return drawn


def _part(whole: Whole, random: Random) -> str:
    return with_article(random.choice(whole.parts))


def _part_slots(whole: Whole, random: Random) -> Slots:
    part = _part(whole, random)
    return {"part": part, "part_start": capital(part), "whole": with_article(whole.name)}


def _draw_whole(phrasing: Phrasing, random: Random) -> Fill:
    right, *wrong, stranger = _draw_wholes(phrasing.split, random, 5)
    return Fill(
        _part_slots(right, random),
        _part_slots(stranger, random),
        with_article(right.name),
        tuple(with_article(whole.name) for whole in wrong),
    )


def _draw_part(phrasing: Phrasing, random: Random) -> Fill:
    right, *wrong, stranger = _draw_wholes(phrasing.split, random, 5)
    return Fill(
        _part_slots(right, random),
        _part_slots(stranger, random),
        _part(right, random),
        tuple(_part(whole, random) for whole in wrong),
    )


def _draw_pair(phrasing: Phrasing, random: Random) -> Fill:
    """One pair of part and whole beside two parts of one thing and two mismatched pairs."""
    while True:
        right, siblings, one, other, spare = _draw_wholes(phrasing.split, random, 5)
        if siblings.name not in NESTED:
            break
    pairs = [
        (random.choice(right.parts), right.name),
        _two(siblings.parts, random),
        (random.choice(one.parts), other.name),
        (random.choice(other.parts), spare.name),
    ]
    answer, *rest = random.sample(HANDS, len(HANDS))
    texts = [_shuffled_pair(pair, random) for pair in pairs]
    slots = dict(zip((f"p{hand[1]}" for hand in (answer, *rest)), texts, strict=True))
    mismatch = _shuffled_pair((random.choice(right.parts), one.name), random)
    return Fill(slots, {f"p{answer[1]}": mismatch}, answer, tuple(rest))


def _shuffled_pair(pair: tuple[str, str], random: Random) -> str:
    first, second = random.sample(pair, 2)
    return f"'{first}' and '{second}'"


def _draw_parts(phrasing: Phrasing, random: Random) -> Fill:
    """Four things with two parts each, one part out of place; in the twin none is."""
    wholes = _draw_wholes(phrasing.split, random, 5)
    stranger = wholes.pop()
    answer, *rest = random.sample(HANDS, len(HANDS))
    slots, twin = {}, {}
    for hand, whole in zip((answer, *rest), wholes, strict=True):
        parts = random.sample(whole.parts, 2)
        slots[f"l{hand[1]}"] = _labelled(whole, parts)
        if hand == answer:
            twin = dict(slots)
            parts[random.randrange(2)] = random.choice(stranger.parts)
            slots[f"l{hand[1]}"] = _labelled(whole, parts)
    return Fill(slots, twin, answer, tuple(rest))


def _labelled(whole: Whole, parts: Sequence[str]) -> str:
    return f"{parts[0]} and {parts[1]} for {with_article(whole.name)}"


# Agents and instruments ------------------------------------------------------------------------


def _clash(one: Doer, other: Doer) -> bool:
    return one.name in other.clashes or other.name in one.clashes


def _draw_doers(table: Sequence[Doer], random: Random, count: int) -> list[Doer]:
    while True:
        drawn = random.sample(table, count)
        if not any(_clash(a, b) for i, a in enumerate(drawn) for b in drawn[:i]):
            return drawn


def _doer_slots(doer: Doer, random: Random) -> Slots:
    task = random.choice(doer.tasks)
    name = with_article(doer.name)
    return {"task": task, "does": _does(task), "doer": name}


def _does(task: str) -> str:
    """The task with its verb in the third person: "fly a plane" becomes "flies a plane"."""
    verb, _, rest = task.partition(" ")
    if verb.endswith(("s", "sh", "ch", "x", "z", "o")):
        verb += "es"
    elif verb.endswith("y") and verb[-2] not in "aeiou":
        verb = verb[:-1] + "ies"
    else:
        verb += "s"
    return f"{verb} {rest}"


Tables = dict[str, tuple[Doer, ...]]


def _all_doers(split: str, tables: Tables) -> list[Doer]:
    return [doer for table in tables.values() for doer in entries_of(split, table)]


def _draw_doer(phrasing: Phrasing, random: Random, tables: Tables) -> Fill:
    """The wrong ones come from anywhere."""
    right, *wrong, stranger = _draw_doers(_all_doers(phrasing.split, tables), random, 5)
    return Fill(
        _doer_slots(right, random),
        _doer_slots(stranger, random),
        with_article(right.name),
        tuple(with_article(doer.name) for doer in wrong),
    )


def _draw_neighbours(split: str, random: Random, tables: Tables) -> tuple[list[Doer], Doer]:
    """Four of one walk of life, and one of another for the twin."""
    while True:
        near, far = random.sample(list(tables.values()), 2)
        drawn = _draw_doers_or_none(entries_of(split, near), random)
        stranger = random.choice(entries_of(split, far))
        if drawn and not any(_clash(doer, stranger) for doer in drawn):
            return drawn, stranger


def _draw_doers_or_none(table: Sequence[Doer], random: Random) -> list[Doer]:
    drawn = random.sample(table, 4)
    return [] if any(_clash(drawn[0], other) for other in drawn[1:]) else drawn


def _draw_close(phrasing: Phrasing, random: Random, tables: Tables) -> Fill:
    (right, *wrong), stranger = _draw_neighbours(phrasing.split, random, tables)
    return Fill(
        _doer_slots(right, random),
        _doer_slots(stranger, random),
        with_article(right.name),
        tuple(with_article(doer.name) for doer in wrong),
    )


def _draw_task(phrasing: Phrasing, random: Random, tables: Tables) -> Fill:
    (right, *wrong), stranger = _draw_neighbours(phrasing.split, random, tables)
    return Fill(
        _doer_slots(right, random),
        _doer_slots(stranger, random),
        f"to {random.choice(right.tasks)}",
        tuple(f"to {random.choice(doer.tasks)}" for doer in wrong),
    )


def _draw_leftover(phrasing: Phrasing, random: Random, tables: Tables) -> Fill:
    """Three tasks for four doers; the twin's tasks suit none of the four."""
    doers = _draw_doers(_all_doers(phrasing.split, tables), random, 7)
    here, away = doers[:4], doers[4:]
    hands = random.sample(HANDS, len(HANDS))
    slots = {f"j{hand[1]}": with_article(doer.name) for hand, doer in zip(hands, here, strict=True)}
    needed = random.sample(here[1:], 3)
    slots |= {f"t{index}": random.choice(doer.tasks) for index, doer in enumerate(needed, 1)}
    twin = {f"t{index}": random.choice(doer.tasks) for index, doer in enumerate(away, 1)}
    return Fill(slots, twin, hands[0], tuple(hands[1:]))


def _draw_fitting(phrasing: Phrasing, random: Random, tables: Tables) -> Fill:
    """Four doers with a task each, of which one fits; in the twin none does."""
    doers = _draw_doers(_all_doers(phrasing.split, tables), random, 8)
    here, away = doers[:4], doers[4:]
    hands = random.sample(HANDS, len(HANDS))
    slots = {f"j{hand[1]}": with_article(doer.name) for hand, doer in zip(hands, here, strict=True)}
    tasks = {hand: random.choice(doer.tasks) for hand, doer in zip(hands, away, strict=True)}
    twin = _task_slots(tasks)
    tasks[hands[0]] = random.choice(here[0].tasks)
    return Fill(slots | _task_slots(tasks), twin, hands[0], tuple(hands[1:]))


def _task_slots(tasks: dict[str, str]) -> Slots:
    slots = {f"t{hand[1]}": task for hand, task in tasks.items()}
    return slots | {f"{slot}_start": capital(task) for slot, task in slots.items()}


# Relations -------------------------------------------------------------------------------------


def _mere_kinds(split: str) -> list[Category]:
    """The categories that cannot be taken for a part or a whole of their members."""
    every = [category for table in _category_tables(split) for category in table]
    return [category for category in every if category.name not in NEARLY_PARTS]


def _pairs(split: str, random: Random) -> list[tuple[str, str]]:
    """A pair for each relation: part and whole, member and kind, synonyms, opposites."""
    whole = random.choice(entries_of(split, PARTS))
    category = random.choice(_mere_kinds(split))
    one, other = _draw_scales(split, random, 2)
    return [
        (random.choice(whole.parts), whole.name),
        (random.choice(category.members), category.name),
        _related(one, True, True, random),
        _related(other, False, True, random),
    ]


def _draw_label(phrasing: Phrasing, random: Random) -> Fill:
    pairs = _pairs(phrasing.split, random)
    right = random.randrange(4)
    first, second = pairs[right]
    # A noun of another table has none of the four relations to the first word.
    unrelated = pairs[1 if right == 0 else 0][1]
    return Fill(
        {"x": first, "y": second},
        {"y": unrelated},
        phrasing.terms[right],
        tuple(term for index, term in enumerate(phrasing.terms) if index != right),
    )


def _draw_relation_pair(phrasing: Phrasing, random: Random) -> Fill:
    return _pair_fill(phrasing, random, _pairs(phrasing.split, random), "{} and {}")


def _draw_directed(phrasing: Phrasing, random: Random) -> Fill:
    """Part and whole, whole and part, member and kind, kind and member."""
    one, other = _draw_wholes(phrasing.split, random, 2)
    kind, genus = _draw_categories(_mere_kinds(phrasing.split), random, 2)
    pairs = [
        (random.choice(one.parts), one.name),
        (other.name, random.choice(other.parts)),
        (random.choice(kind.members), kind.name),
        (genus.name, random.choice(genus.members)),
    ]
    return _pair_fill(phrasing, random, pairs, "{}, {}")


def _pair_fill(
    phrasing: Phrasing, random: Random, pairs: Sequence[tuple[str, str]], form: str
) -> Fill:
    right = random.randrange(4)
    options = [form.format(*pair) for pair in pairs]
    return Fill(
        {"relation": phrasing.terms[right]},
        {"relation": phrasing.terms[4]},
        options[right],
        tuple(option for index, option in enumerate(options) if index != right),
    )


# Roles -----------------------------------------------------------------------------------------


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


# Templates -------------------------------------------------------------------------------------

Draw = Callable[[Phrasing, Random], Fill]


def _lexical(same: bool) -> dict[str, Draw]:
    return {
        "word": partial(_draw_word, same=same),
        "ends": partial(_draw_ends, same=same),
        "cards": partial(_draw_cards, same=same),
        "chain": partial(_draw_chain, same=same),
    }


def _doing(tables: Tables) -> dict[str, Draw]:
    return {
        "doer": partial(_draw_doer, tables=tables),
        "close": partial(_draw_close, tables=tables),
        "task": partial(_draw_task, tables=tables),
        "leftover": partial(_draw_leftover, tables=tables),
        "fitting": partial(_draw_fitting, tables=tables),
    }


MODES: dict[str, dict[str, Draw]] = {
    "synonym": _lexical(same=True),
    "antonym": _lexical(same=False),
    "hypernym": {
        "kind": _draw_kind,
        "member": _draw_member,
        "list_all": partial(_draw_lists, stray=False),
        "list_stray": partial(_draw_lists, stray=True),
    },
    "part_whole": {
        "whole": _draw_whole,
        "part": _draw_part,
        "pair": _draw_pair,
        "parts": _draw_parts,
    },
    "agent": _doing(AGENTS),
    "instrument": _doing(INSTRUMENTS),
    "relation": {
        "label": _draw_label,
        "pair": _draw_relation_pair,
        "directed": _draw_directed,
    },
    "semantic_role": {"role": _draw_role},
}

TEMPLATES: tuple[Template, ...] = tuple(
    Template(
        type=type_,
        name=f"{type_}-{number:02d}",
        split=phrasing.split,
        difficulty=phrasing.level,
        draw=partial(_draft, phrasing, MODES[type_][phrasing.mode]),
    )
    for type_, phrasings in PHRASINGS.items()
    for number, phrasing in enumerate(phrasings, start=1)
)
