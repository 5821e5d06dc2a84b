"""Packing of a prefix tree into rows: which tokens are computed together, and how often.

A *row* is a set of nodes, in preorder, that holds each node's whole path back to the row's *base*:
the root, or the end of a *trunk*. A trunk is a path that so many rows would repeat (few-shot
examples, a task's header) that it is computed once and its keys and values are kept for the rows
below it, its *group*. Elsewhere ancestors are repeated where a row is cut, so that a row is as long
as a batch may be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchprof.scoring.tiles import MOST_KEYS, tile_length
from benchprof.scoring.tree import Ints, PrefixTree

PASS = 256
"""Tokens whose computation costs as much as a pass of its own and an unfilled batch."""
SIMILAR = 0.8
"""A batch takes no plain row shorter than this share of its longest: the rest would be padding."""


@dataclass(frozen=True)
class Dimensions:
    """The sizes of a decoder that decide what a token costs in time and memory."""

    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_size: int
    intermediate: int
    vocabulary: int
    itemsize: int
    """Bytes of one activation."""

    @property
    def cache_bytes(self) -> int:
        """Bytes of the keys and values of one token."""
        return 2 * self.layers * self.kv_heads * self.head_size * self.itemsize

    @classmethod
    def of(cls, config: Any, itemsize: int) -> Dimensions:
        """Read them from a transformers config, whose attribute map knows each family's names."""
        hidden = int(config.hidden_size)
        # State spaces have no heads.
        heads = int(getattr(config, "num_attention_heads", None) or 1)
        return cls(
            layers=int(config.num_hidden_layers),
            hidden=hidden,
            heads=heads,
            kv_heads=int(getattr(config, "num_key_value_heads", None) or heads),
            head_size=max(_head_sizes(config)) or hidden // heads,
            # Gemma 3n has one for each layer.
            intermediate=int(np.max(getattr(config, "intermediate_size", None) or 4 * hidden)),
            vocabulary=int(config.vocab_size),
            itemsize=itemsize,
        )

    def peak_bytes(self, tokens: int, path: int, base: int = 0, eager: bool = False) -> int:
        """Estimate the memory of a pass of `tokens` on paths of up to `path` over `base` cached.

        Counted: the live activations of one layer, the keys and values that are copied at once and
        repeated for every head, masks, the kept keys and values of the base and, for `eager`
        attention, scores.
        """
        tile = tile_length(base + path)
        keys = base + path + tile
        width = 6 * self.hidden + 3 * self.intermediate + 4 * self.heads * self.head_size
        copied = max(keys, min(-(-tokens // tile) * keys, MOST_KEYS))
        gathered = 4 * copied * self.heads * self.head_size
        kept = 2 * self.layers * base * self.kv_heads * self.head_size
        pairs = tokens * keys
        scores = 3 * self.heads * min(pairs, tile * copied) if eager else 0
        return (tokens * width + gathered + kept + scores + 2 * pairs) * self.itemsize + 2 * pairs


def _head_sizes(config: Any) -> list[int]:
    """The configured sizes of a head: Gemma 4 has one for each layer, some have none."""
    layers = getattr(config, "per_layer_config", None) or [config]
    return [int(getattr(own, "head_dim", None) or 0) for own in layers]


@dataclass(frozen=True, eq=False)
class Row:
    """Tokens computed together; int32 arrays of shape [length], in preorder. Equal to itself."""

    nodes: Ints
    depths: Ints
    """Position of each token in its path, counted from the root."""
    ends: Ints
    """One past the last place, in this row, of the subtree that starts at each place: token j is
    on the path of token i exactly if j <= i < ends[j]."""

    def __len__(self) -> int:
        return len(self.nodes)


@dataclass(frozen=True)
class Group:
    """Rows over one trunk. The first group is the root's and has no trunk, like all plain ones."""

    parent: int
    """Index of the group on whose trunk this trunk continues; -1 for the root's group."""
    base: int
    """Number of tokens cached below the rows: this trunk and all before it."""
    trunk: Row | None
    rows: tuple[Row, ...]
    """Longest first."""

    def path(self, row: Row) -> int:
        """Length of the longest path in one of the rows, above what is cached."""
        return int(row.depths.max()) + 1 - self.base


@dataclass(frozen=True)
class Plan:
    """What will be computed. Groups are ordered so that a parent comes before its children."""

    groups: tuple[Group, ...]
    tree_size: int
    token_budget: int
    dimensions: Dimensions | None = None
    eager: bool = False
    padded: bool = False
    """Whether the rows of a batch are filled up to the longest: plain ones are."""

    @property
    def rows(self) -> int:
        """Number of rows, trunks included."""
        return sum(len(group.rows) + (group.trunk is not None) for group in self.groups)

    @property
    def tokens(self) -> int:
        """Tokens computed, repeated ancestors included, padding not."""
        rows = sum(len(row) for group in self.groups for row in group.rows)
        return rows + sum(len(group.trunk) for group in self.groups if group.trunk is not None)

    @property
    def padding(self) -> int:
        """Tokens of padding under the plan's budget."""
        if not self.padded:
            return 0
        batches = [b for g in self.groups for b in batched(g.rows, self.token_budget, True)]
        return sum(len(batch[0]) * len(batch) - sum(map(len, batch)) for batch in batches)

    @property
    def peak_bytes(self) -> int | None:
        """Estimated peak of activations and masks, without the weights; None if unknown."""
        if self.dimensions is None:
            return None
        passes = [
            (
                len(batch) * len(batch[0]) if self.padded else sum(map(len, batch)),
                max(map(group.path, batch)),
                group.base,
            )
            for group in self.groups
            for batch in batched(group.rows, self.token_budget, self.padded)
        ] + [(len(g.trunk), len(g.trunk), g.base - len(g.trunk)) for g in self.groups if g.trunk]
        return max((self.dimensions.peak_bytes(*p, eager=self.eager) for p in passes), default=0)

    def describe(self) -> str:
        """One line for the log."""
        computed = self.tokens + self.padding
        ratio = computed / self.tree_size if self.tree_size else 1.0
        trunks = sum(group.trunk is not None for group in self.groups)
        peak = "unknown" if self.peak_bytes is None else f"{self.peak_bytes / 2**20:.0f} MiB"
        return (
            f"{computed} tokens to compute ({self.padding} of them padding), {ratio:.3f} of the "
            f"prefix tree's {self.tree_size}; {self.rows} rows, {trunks} of them shared prefixes; "
            f"{self.token_budget} tokens a batch; estimated peak {peak}"
        )


def batched(rows: Sequence[Row], token_budget: int, padded: bool) -> Iterator[list[Row]]:
    """Cut rows, longest first, into batches of at most `token_budget` tokens.

    `padded` rows are all as long as the longest of their batch, and similar. A row longer than the
    budget is a batch of its own.
    """
    batch: list[Row] = []
    for row in rows:
        longest = len(batch[0]) if batch else len(row)
        size = longest * (len(batch) + 1) if padded else sum(map(len, batch)) + len(row)
        if batch and (size > token_budget or (padded and len(row) < SIMILAR * longest)):
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


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
        own = np.arange(tip + 1, tree.ends[tip] if tip >= 0 else tree.size, dtype=np.int32)
        own = own[level[own] == (0 if number == 0 else level[tip])]
        above = groups[parent].base if number else 0
        trunk = row_of(tree, tree.path(tip, above)) if number else None
        rows = gather(tree, cut(tree, own, base, longest), longest)
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
