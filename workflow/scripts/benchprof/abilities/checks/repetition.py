"""Items that repeat one another, within a split, across splits or across abilities.

If two splits share wordings, an ability's mask could have an effect by hitting a wording.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from benchprof.abilities.checks.ability import Ability
from benchprof.abilities.checks.check import Bound, Check, shortlist
from benchprof.abilities.checks.words import masked, names_in, words
from benchprof.abilities.item import Item

NONE = Bound("at most", 0)
FEW = Bound("below", 2, "%")
SOME = Bound("below", 20, "%")
OPENING, GRAM = 3, 5  # words
SIMILAR = 0.7
BLOCK = 512


def check_duplicates(ability: Ability) -> Check:
    """Groups of items in different splits that ask and answer the same but for names, numbers."""
    names = names_in(text for item in ability.items for text in _texts(item))
    places: dict[str, dict[str, str]] = defaultdict(dict)
    for split, items in ability.splits.items():
        for item in items:
            texts = (item.context, item.question, item.options[item.answer])
            places[masked("\n".join(texts), names)].setdefault(split, item.id)
    shared = ["=".join(ids.values()) for ids in places.values() if len(ids) > 1]
    return Check("duplicates across splits", len(shared), NONE, shortlist(shared))


def check_templates(ability: Ability) -> Check:
    """Templates whose items stand in more than one split."""
    places: dict[str, set[str]] = defaultdict(set)
    for split, items in ability.splits.items():
        for item in items:
            places[item.template].add(split)
    places.pop("", None)
    shared = sorted(template for template, splits in places.items() if len(splits) > 1)
    detail = shortlist(shared) or (f"{len(places)} templates" if places else "no template named")
    return Check("templates in two splits", len(shared), NONE, detail)


def check_openings(ability: Ability) -> Check:
    """The share of test questions that begin with the same three words as another's."""
    openings = [" ".join(words(item.question)[:OPENING]) for item in ability.splits["test"]]
    counts = Counter(openings)
    shared = [opening for opening in openings if counts[opening] > 1]
    often = [f"{opening!r} {count} times" for opening, count in counts.most_common() if count > 1]
    share = 100 * len(shared) / max(1, len(openings))
    return Check("shared question openings", share, SOME, shortlist(often))


def check_shared_grams(ability: Ability) -> Check:
    """The share of the test items' 5-grams that stand also in another test item."""
    sets = [five_grams(item) for item in ability.splits["test"]]
    counts = Counter(gram for grams in sets for gram in grams)
    shared = sum(count for count in counts.values() if count > 1)
    often = sorted(counts, key=lambda gram: (-counts[gram], gram))
    detail = shortlist([f"{g!r} in {counts[g]} items" for g in often if counts[g] > 1])
    return Check("shared 5-grams", 100 * shared / max(1, counts.total()), SOME, detail)


def five_grams(item: Item) -> frozenset[str]:
    """The different runs of five words in context and question, read as one text."""
    tokens = words(f"{item.context} {item.question}")
    return frozenset(" ".join(tokens[i : i + GRAM]) for i in range(len(tokens) - GRAM + 1))


def check_near_duplicates(abilities: Sequence[Ability]) -> dict[str, list[Check]]:
    """Three checks per ability, from one comparison of all items with all others.

    Items of two abilities with the same options and different questions are not duplicates.
    """
    flat = [
        (a.name, split, item) for a in abilities for split in a.splits for item in a.splits[split]
    ]
    near = near_pairs([trigrams(item) for _, _, item in flat])
    within: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    across: dict[str, list[str]] = defaultdict(list)
    foreign: dict[str, list[str]] = defaultdict(list)
    for left, right in near:
        (ability, split, item), (other_ability, other_split, other) = flat[left], flat[right]
        pair = f"{item.id}~{other.id}"
        if ability != other_ability and _crossed(item, other):
            continue
        if ability != other_ability:
            foreign[ability].append(pair)
            foreign[other_ability].append(pair)
        elif split != other_split:
            across[ability].append(pair)
        else:
            within[ability, split].append((item.id, other.id))
    return {
        a.name: [
            _check_within(a, {split: within[a.name, split] for split in a.splits}),
            _check_pairs("near-duplicates across splits", across[a.name]),
            _check_pairs("near-duplicates across abilities", foreign[a.name]),
        ]
        for a in abilities
    }


def _crossed(item: Item, other: Item) -> bool:
    return set(item.options) == set(other.options) and item.question != other.question


def _check_within(ability: Ability, near: Mapping[str, Sequence[tuple[str, str]]]) -> Check:
    """The split with the largest share of items that are near another of the same split."""
    shares = {
        split: 100 * len({id_ for pair in pairs for id_ in pair}) / max(1, len(items))
        for (split, items), pairs in zip(ability.splits.items(), near.values(), strict=True)
    }
    worst = max(shares, key=lambda split: shares[split])
    pairs = shortlist(["~".join(pair) for pair in near[worst]])
    detail = f"{worst}: {pairs}" if pairs else ""
    return Check("near-duplicates within a split", shares[worst], FEW, detail)


def _check_pairs(name: str, pairs: Sequence[str]) -> Check:
    return Check(name, len(pairs), NONE, shortlist(list(pairs)))


def trigrams(item: Item) -> frozenset[str]:
    """The word trigrams of the texts; one of fewer than three words counts whole.

    Trigrams do not run from one text into the next, so that the order of the options does not
    matter.
    """
    grams: set[str] = set()
    for text in _texts(item):
        tokens = words(text)
        if len(tokens) < 3:
            grams.add(" ".join(tokens))
        grams.update(" ".join(tokens[i : i + 3]) for i in range(len(tokens) - 2))
    return frozenset(grams - {""})


def near_pairs(sets: Sequence[frozenset[str]]) -> NDArray[np.int64]:
    """Pairs (i < j) of sets whose Jaccard similarity is above `SIMILAR`, shape (pairs, 2).

    A sparse product counts shared members block by block: all pairs of 8,000 items take seconds.
    """
    columns: dict[str, int] = {}
    indices = [columns.setdefault(gram, len(columns)) for grams in sets for gram in sorted(grams)]
    sizes = np.array([len(grams) for grams in sets])
    starts = np.concatenate(([0], np.cumsum(sizes)))
    ones = np.ones(len(indices), dtype=np.int32)
    matrix = csr_matrix((ones, indices, starts), shape=(len(sets), len(columns) or 1))
    transposed = matrix.T.tocsr()
    found = []
    for start in range(0, len(sets), BLOCK):
        shared = (matrix[start : start + BLOCK] @ transposed).tocoo()
        left, right = shared.row.astype(np.int64) + start, shared.col.astype(np.int64)
        jaccard = shared.data / (sizes[left] + sizes[right] - shared.data)
        keep = (left < right) & (jaccard > SIMILAR + 1e-12)
        found.append(np.stack((left[keep], right[keep]), axis=1))
    pairs = np.concatenate(found) if found else np.empty((0, 2), dtype=np.int64)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def _texts(item: Item) -> tuple[str, ...]:
    return (item.context, item.question, *item.options)
