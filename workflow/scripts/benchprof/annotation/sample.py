"""Which items annotators see: a stratified sample, the same for all, in an order for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchprof import digests
from benchprof.abilities.item import Item
from benchprof.sampling import sample


@dataclass(frozen=True)
class StudyItem:
    """An item with the ability that it is meant to need, which annotators must not see."""

    ability: str
    item: Item

    def __repr__(self) -> str:
        # No traceback tells the ability; the item's id and type would tell it as well.
        return f"StudyItem({self.digest})"

    @property
    def digest(self) -> str:
        """Of what an annotator reads: an answer holds for this text alone."""
        return digests.of_value([self.item.context, self.item.question, *self.item.options])[:16]


def stratified(
    items: Mapping[str, Sequence[Item]], per_ability: int, seed: int
) -> tuple[StudyItem, ...]:
    """A seeded sample of each ability's items, spread over its types as evenly as they allow.

    An ability with fewer items gives all it has. A larger `per_ability` keeps the smaller sample,
    and an item whose text is corrected stays where it was.
    """
    chosen = []
    for ability, own in items.items():
        strata: dict[str, list[StudyItem]] = defaultdict(list)
        for item in own:
            strata[item.type].append(StudyItem(ability, item))
        sizes = _shares({name: len(members) for name, members in strata.items()}, per_ability)
        for name, members in sorted(strata.items()):
            names = [f"{ability}/{member.item.id}" for member in members]
            chosen += [members[i] for i in sample(names, sizes[name], seed)]
    return tuple(chosen)


def ordered(items: Sequence[StudyItem], seed: int, annotator: str) -> list[StudyItem]:
    """The items in an annotator's own order; adding some leaves the order of the rest."""

    def rank(member: StudyItem) -> str:
        return digests.of_bytes(f"{seed}/{annotator}/{member.item.id}".encode())

    return sorted(items, key=rank)


def _shares(sizes: Mapping[str, int], total: int) -> dict[str, int]:
    """How many of each stratum: one at a time in the order of names, as long as there are some."""
    shares = dict.fromkeys(sorted(sizes), 0)
    total = min(total, sum(sizes.values()))
    while sum(shares.values()) < total:
        for name in shares:
            if shares[name] < sizes[name] and sum(shares.values()) < total:
                shares[name] += 1
    return shares
