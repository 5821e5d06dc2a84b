"""Where the log-probabilities of a request are read: in which row, and at which places of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchprof.scoring.plan import Group, Row


@dataclass(frozen=True)
class Target:
    """Where in a row the log-probabilities are; int64 arrays.

    `places` [scored] are places of the row whose logits are needed; pair p is the log-probability
    of token `tokens[p]` at `places[rows[p]]`, and belongs to entry `slots[p]` of the results.
    """

    places: NDArray[np.int64]
    rows: NDArray[np.int64]
    tokens: NDArray[np.int64]
    slots: NDArray[np.int64]


@dataclass(frozen=True)
class Wanted:
    """The nodes at which log-probabilities are read, ascending, and which are still unassigned."""

    nodes: NDArray[np.int64]
    tokens: NDArray[np.int64]
    """Token of every slot."""
    order: NDArray[np.int64]
    """Slots by node; those of node i are `order[bounds[i]:bounds[i + 1]]`."""
    bounds: NDArray[np.int64]
    free: NDArray[np.bool_]

    def take(self, row: Row) -> Target:
        """Assign to a row what it computes of the nodes that no row has yet."""
        where = np.searchsorted(self.nodes, row.nodes)
        known = where < len(self.nodes)
        known[known] = self.nodes[where[known]] == row.nodes[known]
        known[known] = self.free[where[known]]
        indices = where[known]
        self.free[indices] = False
        spans = [self.order[self.bounds[i] : self.bounds[i + 1]] for i in indices]
        slots = np.concatenate([np.empty(0, np.int64), *spans])
        rows = np.repeat(np.arange(len(indices)), [len(span) for span in spans])
        return Target(np.flatnonzero(known), rows, self.tokens[slots], slots)


def assign(
    groups: Sequence[Group], nodes: NDArray[np.int64], tokens: NDArray[np.int64]
) -> tuple[tuple[Target, ...], ...]:
    """Give every slot, a node and the token after it, to the first row that computes the node.

    Returns per group the targets of its trunk, if it has one, and of its rows.
    """
    order = np.lexsort((tokens, nodes))
    distinct, first = np.unique(nodes[order], return_index=True)
    bounds, free = np.append(first, len(order)), np.ones(len(distinct), bool)
    wanted = Wanted(distinct, tokens, order, bounds, free)
    found = []
    for group in groups:
        trunk = [] if group.trunk is None else [group.trunk]
        found.append(tuple(wanted.take(row) for row in [*trunk, *group.rows]))
    if free.any():
        raise AssertionError(f"{free.sum()} scored tokens are in no row")
    return tuple(found)


def fit(rows: Sequence[tuple[Row, Target]], longest: int, base: int) -> list[tuple[Row, Target]]:
    """Cut rows over `base` cached tokens to at most `longest` tokens, where their paths allow it.

    A row of less than two of its longest paths stays: its parts would be little smaller.
    """
    fitted, waiting = [], list(rows)
    while waiting:
        row, target = waiting.pop()
        path = int(row.depths.max()) + 1 - base
        if len(row) <= max(longest, 2 * path):
            fitted.append((row, target))
        else:
            waiting += halve(row, target)
    return sorted(fitted, key=lambda part: (-len(part[0]), int(part[0].nodes[-1])))


def halve(row: Row, target: Target) -> list[tuple[Row, Target]]:
    """Cut a row in two where a branch starts, nearest to its middle; one row if none does.

    The second half repeats the ancestors of its first token.
    """
    branches = 1 + np.flatnonzero(row.depths[1:] <= row.depths[:-1])
    if not len(branches):
        return [(row, target)]
    at = int(branches[np.abs(branches - len(row) // 2).argmin()])
    ancestors = np.flatnonzero(row.ends[:at] > at)
    halves = [np.arange(at), np.append(ancestors, np.arange(at, len(row)))]
    reads = [target.places < at, target.places >= at]
    return [
        (_part(row, places), _read_at(target, places, read))
        for places, read in zip(halves, reads, strict=True)
    ]


def _part(row: Row, places: NDArray[np.int64]) -> Row:
    ends = np.searchsorted(places, row.ends[places]).astype(np.int32)
    return Row(row.nodes[places], row.depths[places], ends)


def _read_at(target: Target, places: NDArray[np.int64], read: NDArray[np.bool_]) -> Target:
    """What a part of a row, its `places`, reads of the row's target."""
    pairs = read[target.rows]
    return Target(
        np.searchsorted(places, target.places[read]),
        (np.cumsum(read) - 1)[target.rows[pairs]],
        target.tokens[pairs],
        target.slots[pairs],
    )
