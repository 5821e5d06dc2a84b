"""What an ability's three files must hold: enough items, the same types and levels in each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from statistics import median

from benchprof.abilities.checks.ability import Ability
from benchprof.abilities.checks.check import Bound, Check, shortlist
from benchprof.abilities.checks.words import words
from benchprof.abilities.item import DIFFICULTIES, Item, companion_word, kinds_of

MINIMUM = {"train": 400, "calibration": 200, "test": 200}
NONE = Bound("at most", 0)


def check_counts(ability: Ability, minimum: Mapping[str, int]) -> list[Check]:
    """Each split's number of items: fewer leave importance and effects to chance."""
    return [
        Check(f"{split} items", len(items), Bound("at least", minimum[split]))
        for split, items in ability.splits.items()
    ]


def check_ids(ability: Ability) -> Check:
    """An item is known by its id, so no id may stand in two splits."""
    counts = Counter(item.id for item in ability.items)
    twice = sorted(id_ for id_, count in counts.items() if count > 1)
    return Check("ids in two splits", len(twice), NONE, shortlist(twice))


def check_option_counts(ability: Ability) -> Check:
    """Types whose items differ in their number of options: guessing would differ as well."""
    counts: dict[str, set[int]] = defaultdict(set)
    for item in ability.items:
        counts[item.type].add(len(item.options))
    mixed = sorted(type_ for type_, numbers in counts.items() if len(numbers) > 1)
    numbers = sorted({number for type_ in counts.values() for number in type_})
    detail = shortlist(mixed) or "options: " + " or ".join(map(str, numbers))
    return Check("types of mixed option count", len(mixed), NONE, detail)


def check_types(ability: Ability) -> Check:
    """The share of items whose type is in every split: effects can be chosen and tested on those.

    Some types may be held out from a split on purpose, so that a mask must carry over to others.
    """
    splits = [{item.type for item in items} for items in ability.splits.values()]
    everywhere = set.intersection(*splits)
    shared = sum(item.type in everywhere for item in ability.items)
    elsewhere = [type_ for type_ in ability.types if type_ not in everywhere]
    detail = f"types in every split: {', '.join(sorted(everywhere))}"
    detail += f"; others: {', '.join(elsewhere)}" if elsewhere else ""
    return Check(
        "items of types in every split",
        100 * shared / max(1, len(ability.items)),
        Bound("at least", 50, "%"),
        detail,
    )


def check_difficulties(ability: Ability) -> Check:
    """Levels missing from a split; an ability may also name no level at all."""
    levels = {split: Counter(item.difficulty for item in ability.splits[split])
              for split in ability.splits}  # fmt: skip
    if set().union(*levels.values()) == {""}:
        return Check("levels missing from a split", 0, NONE, "no item names a level")
    missing = [
        f"{d} from {split}" for split in levels for d in DIFFICULTIES if not levels[split][d]
    ]
    missing += [f"{n['']} items of {split} name none" for split, n in levels.items() if n[""]]
    detail = shortlist(missing) or "; ".join(
        f"{split} " + "/".join(str(levels[split][d]) for d in DIFFICULTIES) for split in levels
    )
    return Check("levels missing from a split", len(missing), NONE, detail)


def check_companions(ability: Ability) -> list[Check]:
    """Companions of one kind are for all items or for none, and each differs from its item."""
    items = ability.items
    kinds = kinds_of(items)
    if not kinds:
        detail = "no item has a companion, so nothing can be contrasted with an item"
        return [Check("items without a companion", 0, NONE, detail)]
    return [check for kind in kinds for check in _check_kind(items, kind)]


def _check_kind(items: Sequence[Item], kind: str) -> list[Check]:
    companions = [(item, item.companions[kind]) for item in items if kind in item.companions]
    lacking = [item.id for item in items if kind not in item.companions]
    same = [i.id for i, own in companions if (own.context, own.question) == (i.context, i.question)]
    ratio = median(
        len(words(f"{own.context} {own.question}"))
        / max(1, len(words(f"{item.context} {item.question}")))
        for item, own in companions
    )
    length = f"median length {100 * ratio:.0f}% of the item's"
    name = companion_word(kind)
    return [
        Check(f"items without a {name}", len(lacking), NONE, shortlist(lacking)),
        Check(f"{name}s equal to their item", len(same), NONE, shortlist(same) or length),
    ]
