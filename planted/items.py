"""Items of the planted world in the format of diagnostic items, and benchmarks of known mixture."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from random import Random

from benchprof.abilities.item import Item
from planted.tasks import ABILITIES, FOLLOWED_CUE, KINDS, THINGS, draw_options

COUNTS = {"train": 200, "calibration": 200, "test": 200}
BENCHMARK_SIZE = 200
MIXTURES: dict[str, dict[str, float]] = {
    "series_and_moves": {"inductive_reasoning": 0.6, "spatial_reasoning": 0.4},
    "facts_and_meanings": {
        "long_term_knowledge_recall": 0.6,
        "semantic_relationship_comprehension": 0.4,
    },
    "three_of_reasoning": {
        "deductive_reasoning": 0.5, "inductive_reasoning": 0.3, "analogical_reasoning": 0.2,
    },
    "two_at_once": {"both": 1},
    "misled_sums": {"quantitative_reasoning": 0.65, "misleading": 0.35},
    "no_ability": {"echo": 1},
    "all_abilities": dict.fromkeys(ABILITIES, 0.1),
}  # fmt: skip
"""Share of each kind of items in each benchmark."""
DIAGNOSTIC: dict[str, dict[str, float]] = {
    **{ability: {ability: 1.0} for ability in ABILITIES},
    # All that an ability does is to be diagnosed: masks of consequences alone leave cues in place.
    "commonsense_causal_reasoning": {"commonsense_causal_reasoning": 0.5, "followed_cue": 0.5},
}
"""Share of each kind of items in each ability's own items."""
ALL_KINDS = KINDS | FOLLOWED_CUE


def ability_items(ability: str, split: str) -> list[Item]:
    """An ability's items of one split, no two alike over the splits."""
    seen: set[str] = set()
    for name, count in COUNTS.items():
        items = list(_distinct(DIAGNOSTIC[ability], count, f"{ability}-{name}", seen))
        if name == split:
            return items
    raise KeyError(split)


def benchmark_items(name: str, size: int = BENCHMARK_SIZE) -> list[Item]:
    """A benchmark's items, its kinds in their shares."""
    return list(_distinct(MIXTURES[name], size, name, set()))


def expected_impact(mixture: Mapping[str, float]) -> dict[str, float]:
    """The chance-corrected AIS of each ability that a mixture alone implies.

    In a perfect model an item is worth 1 - C with all that it needs and nothing without, and -C
    without the ability that guards it (the model then gives the right option next to no
    probability); a misleading one -C with the ability that misleads and 1 - C without. With shares
    w the base is the sum of w · worth, and the AIS the share of it that goes.
    """
    guessing = 0.25
    kinds = {name: ALL_KINDS[name] for name in mixture}
    worth = {n: -guessing if kind.misleads else 1 - guessing for n, kind in kinds.items()}
    # Not `sum`, which adds floats in another way since Python 3.12.
    base = math.fsum(share * worth[name] for name, share in mixture.items())

    def without(ability: str, name: str) -> float:
        if ability in kinds[name].needs:
            return 0.0
        if ability == kinds[name].guards:
            return -guessing
        return 1 - guessing if ability == kinds[name].misleads else worth[name]

    return {
        ability: math.fsum(s * (worth[n] - without(ability, n)) for n, s in mixture.items()) / base
        for ability in ABILITIES
    }


def _distinct(mixture: Mapping[str, float], size: int, name: str, seen: set[str]) -> Iterator[Item]:
    """Items of the kinds in their shares, in a drawn order; `seen` grows by their texts."""
    random = Random(f"planted items of {name}")
    kinds = [k for k, share in mixture.items() for _ in range(round(share * size))]
    random.shuffle(kinds)
    for number, kind_name in enumerate(kinds):
        kind = ALL_KINDS[kind_name]
        while True:
            problem = kind.draw(random)
            options, answer = draw_options(problem, random)
            item = Item(
                id=f"{name}-{number:04d}", family=kind_name,
                context=" ".join((*kind.opening, *problem.context)),
                question=" ".join(problem.question),
                options=tuple(THINGS[o] for o in options), answer=answer,
            )  # fmt: skip
            if _text(item) not in seen:
                break
        seen.add(_text(item))
        yield item


def _text(item: Item) -> str:
    return f"{item.context} {item.question} {item.options}"
