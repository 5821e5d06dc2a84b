"""Which tokens of two texts that differ in a fact stand for each other."""

from __future__ import annotations

from collections.abc import Sequence

Places = list[tuple[int, int]]
"""Pairs of a token's place in one text and its counterpart's in the other, both ascending."""


def differing_places(item: Sequence[int], flip: Sequence[int]) -> Places:
    """The tokens of a text, each with its counterpart, from the first difference to the end.

    1. The common prefix is left out: a causal model has the same activations there.
    2. The tokens of the common suffix are paired in order.
    3. The tokens in between are aligned with the fewest insertions, deletions and replacements
       (Levenshtein).

    Tokens without a counterpart are left out. So is the item's last token, which predicts nothing.

    Args:
        item: the tokens of the one text.
        flip: of the other.
    """
    before = _alike(item, flip)
    own, other = item[before:], flip[before:]
    after = _alike(own[::-1], other[::-1])
    middle = _fewest_changes(own[: len(own) - after], other[: len(other) - after])
    end = [(len(item) - left, len(flip) - left) for left in range(after, 0, -1)]
    paired = [*((before + one, before + two) for one, two in middle), *end]
    return [pair for pair in paired if pair[0] < len(item) - 1]


def _alike(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens both begin with."""
    differ = (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differ, min(len(one), len(other)))


def _fewest_changes(one: Sequence[int], other: Sequence[int]) -> Places:
    """Pairs of an alignment with the fewest changes; of several the one that pairs earliest."""
    rows, columns = len(one), len(other)
    # changes[i][j]: the fewest changes that turn one[i:] into other[j:].
    changes = [[rows - i + columns - j for j in range(columns + 1)] for i in range(rows + 1)]
    for i in reversed(range(rows)):
        for j in reversed(range(columns)):
            changes[i][j] = min(
                changes[i + 1][j + 1] + (one[i] != other[j]),
                changes[i + 1][j] + 1,
                changes[i][j + 1] + 1,
            )
    pairs, i, j = [], 0, 0
    while i < rows and j < columns:
        if changes[i][j] == changes[i + 1][j + 1] + (one[i] != other[j]):
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif changes[i][j] == changes[i + 1][j] + 1:
            i += 1
        else:
            j += 1
    return pairs
