"""Choosing by how an option looks: where it stands, how long it is, what it shares with the text.

Each strategy must be within 5 points of guessing in both directions: an answer that is never
the longest option helps a guesser as well, by elimination. `matching` has the strategies that
search the context for the options.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from benchprof.abilities.checks import matching
from benchprof.abilities.checks.ability import Ability
from benchprof.abilities.checks.check import Check
from benchprof.abilities.checks.guessing import Outcome, chance_of, chosen_by
from benchprof.abilities.checks.matching import Scores
from benchprof.abilities.checks.words import content_words
from benchprof.abilities.item import Item

LIMIT = 5
READING = "contextual_recall"  # the ability whose easy items ask for nothing but searching


def check_positions(ability: Ability) -> Check:
    """The position whose share of right answers is furthest from its fair share."""
    items = ability.items
    positions = range(max(len(item.options) for item in items))
    counts = Counter(item.answer for item in items)
    deviations = [
        100
        * (counts[p] - sum(1 / len(item.options) for item in items if p < len(item.options)))
        / len(items)
        for p in positions
    ]
    detail = "answers at each position: " + ", ".join(str(counts[p]) for p in positions)
    bound = Outcome(0, len(items), chance_of(items)).bound("within", LIMIT)
    return Check("answer positions", max(deviations, key=abs), bound, detail)


def check_strategies(ability: Ability) -> list[Check]:
    """One check per strategy over all splits; the detail names the type that it helps most."""
    checks = []
    for name, scores_of in (BY_LOOK | matching.STRATEGIES).items():
        items, note = ability.items, ""
        if ability.name == READING and name in matching.SEARCHES:
            items = [item for item in items if item.difficulty != "easy"]
            note = f"; {len(ability.items) - len(items)} easy items left out, which ask to search"
        if items:
            checks.append(_check_choice(f"choosing {name}", items, scores_of(items), note))
    return checks


def _check_choice(name: str, items: Sequence[Item], scores: Scores, note: str) -> Check:
    by_type: dict[str, list[int]] = defaultdict(list)
    for row, item in enumerate(items):
        by_type[item.type].append(row)
    outcome = chosen_by(items, scores)
    detail = outcome.detail + note
    if len(by_type) > 1:
        excess, type_ = max(
            (chosen_by([items[r] for r in rows], [scores[r] for r in rows]).excess, type_)
            for type_, rows in by_type.items()
        )
        detail += f"; most in {type_} ({excess:+.1f})"
    return Check(name, outcome.excess, outcome.bound("within", LIMIT), detail)


def _text(item: Item) -> str:
    """What an option may share words with: the context, or the question where there is none."""
    return item.context or item.question


def longest(item: Item) -> list[float]:
    """More characters, higher score."""
    return [float(len(option)) for option in item.options]


def shortest(item: Item) -> list[float]:
    """Fewer characters, higher score."""
    return [-float(len(option)) for option in item.options]


def first(item: Item) -> list[float]:
    """The first option alone."""
    return [float(position == 0) for position in range(len(item.options))]


def frequent_word(item: Item) -> list[float]:
    """How often the option's most frequent word stands in the text."""
    counts = Counter(content_words(_text(item)))
    return [
        float(max((counts[word] for word in content_words(option)), default=0))
        for option in item.options
    ]


def overlap(item: Item) -> list[float]:
    """The share of the option's words that stand in the text."""
    known = set(content_words(_text(item)))
    options = [set(content_words(option)) for option in item.options]
    return [len(option & known) / len(option) if option else 0.0 for option in options]


def _each(strategy: Callable[[Item], list[float]]) -> Callable[[Sequence[Item]], Scores]:
    return lambda items: [strategy(item) for item in items]


BY_LOOK: dict[str, Callable[[Sequence[Item]], Scores]] = {
    "the longest": _each(longest),
    "the shortest": _each(shortest),
    "the first": _each(first),
    "the most frequent word": _each(frequent_word),
    "the most overlap": _each(overlap),
}
