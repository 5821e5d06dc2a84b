"""Number and letter sequences: find the rule from the shown terms and give the next one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, cycle, islice, pairwise
from pathlib import Path
from random import Random
from string import ascii_uppercase

from benchprof.generators.table import read_entries
from benchprof.generators.templates.template import Draft
from benchprof.generators.templates.vocabulary import FIRST_NAMES

TRIES = 2_000
LARGEST = 999

Term = tuple[int, ...]
"""A number, or the places in the alphabet of one to three letters."""
Kind = Callable[[Random], list[Term]]
"""Draws a sequence with its next term at the end."""
Wrong = Callable[[Random, list[Term], int], list[Term] | None]
"""Draws three wrong next terms, so many of them before the answer, if there are such."""


@dataclass(frozen=True)
class Wording:
    """How one template shows a sequence and asks for its next term."""

    split: str
    text: str
    ask: str


WORDINGS: dict[str, tuple[Wording, ...]] = read_entries(
    Path(__file__).with_suffix(".tsv"), "terms", Wording
)


def _walk(start: int, steps: Sequence[int], length: int) -> list[Term]:
    """Add the steps in turn, over and over."""
    return [(n,) for n in accumulate(islice(cycle(steps), length - 1), initial=start)]


def _signed(random: Random, low: int, high: int) -> int:
    return random.choice((-1, 1)) * random.randint(low, high)


def _constant(random: Random) -> list[Term]:
    step = random.choice((-1, 1)) * random.choice((1, 1, 2, 2, 3, 5, 5, 10, 10))
    return _walk(random.randint(1, 60) if step % 5 else 5 * random.randint(1, 16), [step], 6)


def _wide(random: Random) -> list[Term]:
    return _walk(random.randint(20, 200), [_signed(random, 6, 19)], 6)


def _growing(random: Random) -> list[Term]:
    first, more, sign = random.randint(1, 6), random.randint(1, 4), random.choice((-1, 1))
    return _walk(random.randint(2, 150), [sign * (first + more * i) for i in range(6)], 7)


def _ratio(random: Random) -> list[Term]:
    factor = random.choice((2, 2, 3))
    start = random.randint(1, 40)
    return [(start * factor**i,) for i in range(random.choice((5, 6, 7)))]


def _zigzag(random: Random) -> list[Term]:
    up, down = random.sample(range(2, 15), 2)
    return _walk(random.randint(10, 90), [up, -down], random.choice((8, 9)))


def _linear(random: Random) -> list[Term]:
    factor, plus = random.choice((2, 2, 3)), _signed(random, 1, 9)
    terms = [random.randint(2, 20)]
    while len(terms) < 6:
        terms.append(factor * terms[-1] + plus)
    return [(n,) for n in terms]


def _sum_of_two(random: Random) -> list[Term]:
    terms = [random.randint(1, 15), random.randint(1, 15)]
    while len(terms) < 8:
        terms.append(terms[-1] + terms[-2])
    return [(n,) for n in terms]


def _interleaved(random: Random) -> list[Term]:
    first = _walk(random.randint(5, 70), [_signed(random, 2, 12)], 5)
    second = _walk(random.randint(5, 70), [_signed(random, 2, 12)], 5)
    both = [term for pair in zip(first, second, strict=True) for term in pair]
    return both[: random.choice((9, 10))]


def _doubling_steps(random: Random) -> list[Term]:
    first, sign = random.randint(1, 4), random.choice((-1, 1))
    return _walk(random.randint(3, 300), [sign * first * 2**i for i in range(6)], 7)


def _three_steps(random: Random) -> list[Term]:
    steps = [random.randint(2, 12), _signed(random, 2, 12), -random.randint(2, 9)]
    return _walk(random.randint(20, 90), steps, random.choice((9, 10)))


def _letters_near(random: Random) -> list[Term]:
    return _walk(random.randrange(26), [_signed(random, 1, 2)], random.randint(5, 8))


def _letters_pairs(random: Random) -> list[Term]:
    firsts = _walk(random.randrange(25), [_signed(random, 1, 2)], random.randint(4, 7))
    return [(n, n + 1) for (n,) in firsts]


def _letters_with_partner(random: Random) -> list[Term]:
    firsts = _walk(random.randrange(26), [random.choice((-1, 1))], random.randint(5, 7))
    partner = random.randrange(26)
    return [(n, partner) for (n,) in firsts]


def _letters_wide(random: Random) -> list[Term]:
    return _walk(random.randrange(26), [_signed(random, 3, 4)], random.randint(5, 7))


def _letters_two_steps(random: Random) -> list[Term]:
    steps = random.sample((1, 2, 3, 4), 2)
    sign = random.choice((-1, 1))
    return _walk(random.randrange(26), [sign * s for s in steps], 7)


def _letters_mirrored(random: Random) -> list[Term]:
    firsts = _walk(random.randrange(26), [random.choice((-1, 1))], random.randint(4, 7))
    return [(n, 25 - n) for (n,) in firsts]


def _letters_growing(random: Random) -> list[Term]:
    sign = random.choice((-1, 1))
    return _walk(random.randrange(26), [sign * i for i in range(1, 7)], 7)


def _letters_interleaved(random: Random) -> list[Term]:
    up = _walk(random.randrange(26), [random.randint(1, 3)], 5)
    down = _walk(random.randrange(26), [-random.randint(1, 3)], 5)
    both = [term for pair in zip(up, down, strict=True) for term in pair]
    return both[: random.choice((9, 10))]


def _letters_columns(random: Random, width: int) -> list[Term]:
    """Groups of letters in which each place of the group goes its own way."""
    steps = random.sample((-3, -2, -1, 1, 2, 3), width)
    length = random.choice((5, 6))
    columns = [_walk(random.randrange(26), [step], length) for step in steps]
    return [tuple(n for (n,) in group) for group in zip(*columns, strict=True)]


def _wrong_numbers(random: Random, terms: list[Term], below: int) -> list[Term] | None:
    """Three wrong next terms, of which `below` are smaller than the answer.

    Where all the shown terms are multiples of five, so are all the options.
    """
    values = [n for (n,) in terms[:-1]]
    answer = terms[-1][0]
    unit = 5 if all(n % 5 == 0 for n in values) else 1
    reach = max(5 * unit, min(max(6, abs(answer - values[-1])), 12))
    onward = _onward(values, max(0, answer - reach), answer + reach)
    return _ranked(random, [n for n in onward if (n - answer) % unit == 0], answer, below)


def _wrong_letters(random: Random, terms: list[Term], below: int) -> list[Term] | None:
    """Three wrong next terms; of groups, with the same shape where the groups share one.

    Otherwise the wrong groups differ from the answer in either or both of two places.
    """
    answer = terms[-1]
    if len(answer) == 1:
        shown = [n for (n,) in terms[:-1]]
        low, high = max(0, min(*shown, answer[0]) - 4), min(25, max(*shown, answer[0]) + 4)
        return _ranked(random, _onward(shown, low, high), answer[0], below)
    shift = _shape_shift(terms)
    if shift:
        onward = _onward([term[0] for term in terms[:-1]], answer[0] - 6, answer[0] + 6)
        groups = {
            first: tuple(n + (first - answer[0]) * s for n, s in zip(answer, shift, strict=True))
            for first in onward
        }
        near = [first for first, group in groups.items() if _fits(group)]
        ranked = _ranked(random, near, answer[0], below)
        return ranked and [groups[first] for (first,) in ranked]
    places = random.sample(range(len(answer)), 2)
    by = {place: _signed(random, 1, 2) for place in places}
    wrong = [
        tuple(n + by[p] if p in moved else n for p, n in enumerate(answer))
        for moved in (places[:1], places[1:], places)
    ]
    return None if set(wrong) & set(terms) or not all(map(_fits, wrong)) else wrong


def _onward(shown: list[int], low: int, high: int) -> list[int]:
    """What may come next: beyond the last where the terms only rise or only fall, none twice."""
    if shown == sorted(shown):
        low = max(low, shown[-1] + 1)
    elif shown == sorted(shown, reverse=True):
        high = min(high, shown[-1] - 1)
    return [n for n in range(low, high + 1) if n not in shown]


def _shape_shift(terms: list[Term]) -> Term | None:
    """How each place of a group moves as its first does, if all groups are alike (AB, AZ)."""
    if len({tuple(n - term[0] for n in term) for term in terms}) == 1:
        return (1,) * len(terms[0])
    return (1, -1) if len(terms[0]) == 2 and len({sum(term) for term in terms}) == 1 else None


def _fits(term: Term) -> bool:
    return all(0 <= n < len(ascii_uppercase) for n in term)


def _ranked(random: Random, near: list[int], answer: int, below: int) -> list[Term] | None:
    """Three of the near numbers, `below` of them smaller than the answer."""
    smaller, larger = [n for n in near if n < answer], [n for n in near if n > answer]
    if answer not in near or len(smaller) < below or len(larger) < 3 - below:
        return None
    return [(n,) for n in random.sample(smaller, below) + random.sample(larger, 3 - below)]


def _write(term: Term, letters: bool) -> str:
    return "".join(ascii_uppercase[n] for n in term) if letters else str(term[0])


def _scrambled(random: Random, terms: list[Term], options: list[Term]) -> list[Term]:
    """As many terms of the same range, hardly any steps alike; the last stays."""
    *earlier, last = terms[:-1]
    low, high = min(min(t) for t in terms[:-1]), max(max(t) for t in terms[:-1])
    low, high = (low, high) if high - low >= 20 else (max(0, high - 20), max(20, high))
    for _ in range(TRIES):
        drawn = [tuple(random.randint(low, high) for _ in last) for _ in earlier]
        shown = [*drawn, last]
        steps = [b - a for (a, *_), (b, *_) in pairwise(shown)]
        if (
            len(set(shown)) == len(shown)
            and len(steps) - len(set(steps)) <= len(steps) // 5
            and not set(shown) & set(options)
        ):
            return shown
    raise ValueError(f"no scrambled terms for {terms}")


def draw(find_wrong: Wrong, kinds: tuple[Kind, ...], wording: Wording, random: Random) -> Draft:
    letters = find_wrong is _wrong_letters
    largest = len(ascii_uppercase) - 1 if letters else LARGEST
    # Drawn before the sequence, so that the answer's rank among the options is uniform.
    below = random.randrange(4)
    for _ in range(TRIES):
        terms = random.choice(kinds)(random)
        if any(not 0 <= n <= largest for term in terms for n in term) or terms[-1] in terms[:-1]:
            continue
        wrong = find_wrong(random, terms, below)
        if wrong:
            break
    else:
        raise ValueError(f"no sequence found for {wording}")
    twin = _scrambled(random, terms, [terms[-1], *wrong])
    name = random.choice(FIRST_NAMES)
    texts = [
        wording.text.format(seq=", ".join(_write(term, letters) for term in shown), n=name)
        for shown in (terms[:-1], twin)
    ]
    question = wording.ask.format(n=name)
    return Draft(
        context=texts[0],
        question=question,
        answer=_write(terms[-1], letters),
        distractors=tuple(_write(term, letters) for term in wrong),
        twin_context=texts[1],
        twin_question=question,
    )


NUMBER_LEVELS: dict[str, Callable[[Wording, Random], Draft]] = {
    "easy": partial(draw, _wrong_numbers, (_constant,)),
    "medium": partial(draw, _wrong_numbers, (_wide, _growing, _ratio, _zigzag)),
    "hard": partial(
        draw, _wrong_numbers, (_linear, _sum_of_two, _interleaved, _doubling_steps, _three_steps)
    ),
}

LETTER_LEVELS: dict[str, Callable[[Wording, Random], Draft]] = {
    "easy": partial(draw, _wrong_letters, (_letters_near, _letters_pairs, _letters_with_partner)),
    "medium": partial(
        draw,
        _wrong_letters,
        (_letters_wide, _letters_two_steps, _letters_mirrored, partial(_letters_columns, width=2)),
    ),
    "hard": partial(
        draw,
        _wrong_letters,
        (_letters_growing, _letters_interleaved, partial(_letters_columns, width=3)),
    ),
}
