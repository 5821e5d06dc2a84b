"""What is computed of a prefix tree: rows, the groups that share a trunk, and their batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchprof.scoring.dimensions import Dimensions
from benchprof.scoring.tree import Ints

SIMILAR = 0.8
"""A batch takes no plain row shorter than this share of its longest: the rest would be padding."""


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
