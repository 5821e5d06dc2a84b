"""Prefix tree over token sequences: what a set of log-likelihood requests has in common.

Nodes are the distinct prefixes of the sequences, numbered in preorder, so that a subtree is a range
of numbers and an ancestor always comes before its descendants. The number of nodes is the least
number of tokens that any exact scorer has to compute.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]


@dataclass(frozen=True)
class PrefixTree:
    """A forest of tokens in preorder; node i is the prefix that ends with `tokens[i]`.

    All arrays are int32. `tokens`, `parents` (-1: none), `depths` (0: first token) and `ends` (one
    past the last node of the subtree) have shape [nodes]; `leaves` [sequences] holds the node of
    each sequence's last token, in the order in which the sequences were given.
    """

    tokens: Ints
    parents: Ints
    depths: Ints
    ends: Ints
    leaves: Ints

    @property
    def size(self) -> int:
        """Number of nodes: the lower bound of the tokens to compute."""
        return len(self.tokens)

    def tail(self, node: int, length: int) -> Ints:
        """Return the last `length` nodes of the path from a root to `node`, in path order [length].

        Raises ValueError if the path is shorter.
        """
        if length > self.depths[node] + 1:
            raise ValueError(f"path of {self.depths[node] + 1} nodes is shorter than {length}")
        nodes = np.empty(length, np.int32)
        for place in range(length - 1, -1, -1):
            nodes[place] = node
            node = int(self.parents[node])
        return nodes

    def path(self, node: int, skip: int = 0) -> Ints:
        """Return the nodes from a root to `node`, without the first `skip` of them."""
        return self.tail(node, int(self.depths[node]) + 1 - skip)

    def children(self, node: int) -> list[int]:
        """Return the children of `node` in preorder; of the whole forest for -1: its roots."""
        child, end = node + 1, self.size if node < 0 else int(self.ends[node])
        found = []
        while child < end:
            found.append(child)
            child = int(self.ends[child])
        return found


def grow(sequences: Sequence[Sequence[int]], kinds: Sequence[Any] | None = None) -> PrefixTree:
    """Build the tree of token sequences; its shape does not depend on their order.

    `kinds` [sequences], which can be sorted, keep sequences apart: only equals share a prefix.

    Sorting the sequences puts the ones with a common prefix side by side, so each adds to the tree
    only what follows the prefix that it shares with the one before it. Raises ValueError for an
    empty sequence.
    """
    # Big-endian bytes sort as the numbers do, and far faster than tuples of Python integers.
    bare = [np.asarray(sequence, dtype=">u4").tobytes() for sequence in sequences]
    if not all(bare):
        raise ValueError("a request without a token to compute")
    keys = list(zip(kinds or [0] * len(bare), bare, strict=True))
    distinct = sorted(set(keys))
    arrays = [np.frombuffer(key, dtype=">u4").astype(np.int32) for _, key in distinct]
    alike = [one == other for (one, _), (other, _) in pairwise(distinct)]
    common = [_common(a, b) for a, b in pairwise(arrays)]
    shared = [0, *(n if same else 0 for n, same in zip(common, alike, strict=True))]
    shared = shared[: len(arrays)]
    lengths = np.array([len(array) for array in arrays], np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths - np.array(shared, np.int64))])
    size = int(offsets[-1])
    if size >= np.iinfo(np.int32).max:
        raise ValueError(f"{size} distinct prefixes are more than one plan can number")
    tree = PrefixTree(
        tokens=np.empty(size, np.int32),
        parents=np.empty(size, np.int32),
        depths=np.empty(size, np.int32),
        ends=np.empty(size, np.int32),
        leaves=np.empty(len(keys), np.int32),
    )
    leaf_of = dict(zip(distinct, _fill(tree, arrays, shared, offsets), strict=True))
    tree.leaves[:] = [leaf_of[key] for key in keys]
    return tree


def _common(first: Ints, second: Ints) -> int:
    """Length of the common prefix of two arrays."""
    length = min(len(first), len(second))
    differs = first[:length] != second[:length]
    where = int(differs.argmax()) if length else 0
    return where if length and differs[where] else length


def _fill(
    tree: PrefixTree, arrays: list[Ints], shared: list[int], offsets: NDArray[np.int64]
) -> list[int]:
    """Write the tree's arrays in place; return the last node of each sorted sequence."""
    path: list[tuple[int, int]] = []  # runs of the current path: (first node, its depth)
    leaf_of: list[int] = []
    for number, array in enumerate(arrays):
        depth, start, end = shared[number], int(offsets[number]), int(offsets[number + 1])
        _close(tree, path, depth, start, leaf_of[-1] if leaf_of else -1)
        parent = -1
        if depth:
            first, first_depth = path[-1]
            parent = first + depth - 1 - first_depth
        tree.tokens[start:end] = array[depth:]
        tree.depths[start:end] = np.arange(depth, len(array))
        tree.parents[start:end] = np.arange(start - 1, end - 1)
        tree.parents[start] = parent  # sorted and distinct: every sequence adds a node
        path.append((start, depth))
        leaf_of.append(end - 1)
    _close(tree, path, 0, tree.size, leaf_of[-1] if leaf_of else -1)
    return leaf_of


def _close(tree: PrefixTree, path: list[tuple[int, int]], depth: int, node: int, last: int) -> None:
    """End at `node` the subtrees of all nodes of the path at `depth` and deeper; `last` is its tip.

    A run that reaches above `depth` stays on the path, cut short.
    """
    deepest = int(tree.depths[last]) if last >= 0 else -1
    while path and deepest >= depth:
        first, first_depth = path[-1]
        cut = max(depth, first_depth)
        tree.ends[first + cut - first_depth : first + deepest - first_depth + 1] = node
        deepest = cut - 1
        if first_depth >= depth:
            path.pop()
