"""Packing of a prefix tree into rows: which tokens are computed together, and how often.

A *row* is a set of nodes, in preorder, that holds each node's whole path back to the row's *base*:
the root, or the end of a *trunk*. A trunk is a path that so many rows would repeat (few-shot
examples, a task's header) that it is computed once and its keys and values are kept for the rows
below it, its *group*. Elsewhere ancestors are repeated where a row is cut, so that a row is as long
as a batch may be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchprof.scoring.plan import Group, Row
from benchprof.scoring.tree import Ints, PrefixTree

PASS = 256
"""Tokens whose computation costs as much as a pass of its own and an unfilled batch."""


def pack(tree: PrefixTree, longest: int) -> tuple[Group, ...]:
    """Pack the tree: find trunks, then cut what is below each into rows of at most `longest`.

    A path longer than that gets the row that it needs, with its branches.
    """
    groups: list[Group] = []
    trunks = find_trunks(tree, longest)
    diverted = np.zeros(tree.size + 1, np.int32)
    for start, _, _ in trunks:  # nested trunks overlap, hence the difference array
        diverted[start] += 1
        diverted[tree.ends[start]] -= 1
    level = np.cumsum(diverted[:-1])  # how many trunks' subtrees hold each node
    for number, (_, tip, parent) in enumerate([(-1, -1, -1), *trunks]):
        base = int(tree.depths[tip]) + 1 if tip >= 0 else 0
        group_nodes = np.arange(tip + 1, tree.ends[tip] if tip >= 0 else tree.size, dtype=np.int32)
        group_nodes = group_nodes[level[group_nodes] == (0 if number == 0 else level[tip])]
        above = groups[parent].base if number else 0
        trunk = row_of(tree, tree.path(tip, above)) if number else None
        rows = gather(tree, cut(tree, group_nodes, base, longest), longest)
        groups.append(Group(parent, base, trunk, rows))
    return tuple(groups)


def find_trunks(tree: PrefixTree, longest: int) -> list[tuple[int, int, int]]:
    """Find paths worth computing once: (first diverted node, tip, index of the parent group).

    A branching node becomes a trunk's tip if repeating its path in all rows but one of its subtree
    would cost more than a pass of its own. The whole subtree of the first diverted node is then
    computed below the trunk. In preorder, so that parents come first; group 0 is the root's.
    """
    trunks: list[tuple[int, int, int]] = []
    stack = [(root, 0, 0) for root in reversed(tree.children(-1))]  # node, parent group, its base
    while stack:
        start, parent, base = stack.pop()
        node, end = start, int(tree.ends[start])
        while node + 1 < end and tree.ends[node + 1] == end:
            node += 1  # down to the first branching node
        below = end - node - 1
        if below <= longest:
            continue
        repeated = (-(-below // longest) - 1) * (int(tree.depths[node]) + 1 - base)
        if repeated >= PASS:
            trunks.append((start, node, parent))
            parent, base = len(trunks), int(tree.depths[node]) + 1
        large = [c for c in tree.children(node) if tree.ends[c] - c > longest]
        stack += [(child, parent, base) for child in reversed(large)]
    return trunks


def cut(tree: PrefixTree, nodes: Ints, base: int, longest: int) -> list[Ints]:
    """Cut nodes in preorder into pieces, each closed under ancestors down to depth `base`.

    Cuts fall only where a branch starts. Dynamic programming over these places finds those that
    repeat the fewest ancestors.
    """
    if not len(nodes):
        return []
    parents = tree.parents[nodes]
    is_start = np.concatenate([[True], parents[1:] != nodes[:-1]])
    starts = np.append(np.flatnonzero(is_start), len(nodes))
    above = tree.depths[nodes[starts[:-1]]].astype(np.int64) - base
    runs = np.diff(starts) + above
    limits = np.where(runs <= longest, longest, runs + longest // 8)
    first = np.searchsorted(starts, starts - limits.max())
    cost, choice = np.zeros(len(starts)), np.zeros(len(starts), np.int64)
    for j in range(1, len(starts)):
        i = np.arange(first[j], j)
        length = above[i] + starts[j] - starts[i]
        price = cost[i] + length
        # A piece may be as long as its longest path needs.
        price[length > np.maximum.accumulate(limits[i][::-1])[::-1]] = np.inf
        best = len(price) - 1 - int(price[::-1].argmin())  # of equals the shortest piece
        cost[j], choice[j] = price[best], i[best]
    pieces, stop = [], len(starts) - 1
    while stop:
        start = int(choice[stop])
        ancestors = tree.path(int(nodes[starts[start]]), base)[:-1]
        pieces.append(np.concatenate([ancestors, nodes[starts[start] : starts[stop]]]))
        stop = start
    return pieces[::-1]


def gather(tree: PrefixTree, pieces: Sequence[Ints], longest: int) -> tuple[Row, ...]:
    """Put pieces into rows of at most `longest` tokens; return the rows.

    As few as hold them, if the pieces allow it, and equally long: the largest piece goes to the
    shortest row. A piece longer than `longest` stays alone. Where pieces of a row share ancestors
    these are there once.
    """
    order = sorted(pieces, key=lambda piece: (-len(piece), int(piece[-1])))
    alone = [[piece] for piece in order if len(piece) > longest]
    small = order[len(alone) :]
    count = -(-sum(map(len, small)) // longest)
    shared: list[list[Ints]] = [[] for _ in range(count)]
    lengths = [(0, number) for number in range(count)]
    for piece in small:
        if lengths[0][0] + len(piece) > longest:
            heappush(lengths, (0, len(shared)))
            shared.append([])
        length, number = heappop(lengths)
        shared[number].append(piece)
        heappush(lengths, (length + len(piece), number))
    contents = [*alone, *(content for content in shared if content)]
    rows = [row_of(tree, np.unique(np.concatenate(content))) for content in contents]
    return tuple(sorted(rows, key=lambda row: (-len(row), int(row.nodes[-1]))))


def row_of(tree: PrefixTree, nodes: Ints) -> Row:
    """Make a row of nodes in ascending order."""
    ends = np.searchsorted(nodes, tree.ends[nodes]).astype(np.int32)
    return Row(nodes, tree.depths[nodes], ends)


def unroll(tree: PrefixTree, kind_of: Callable[[int], Any]) -> tuple[Group, ...]:
    """One row for each path to a leaf: for models that can only take plain sequences.

    `kind_of` gives each length its kind. Lengths of a kind follow one another; each is a group,
    since rows of two must not share a batch.
    """
    tips: NDArray[np.int64] = np.flatnonzero(tree.ends == np.arange(tree.size) + 1)
    rows = [row_of(tree, tree.path(int(tip))) for tip in tips]
    rows.sort(key=lambda row: (-len(row), int(row.nodes[-1])))
    kinds = groupby(rows, key=lambda row: kind_of(len(row)))
    return tuple(Group(-1, 0, None, tuple(alike)) for _, alike in kinds)
