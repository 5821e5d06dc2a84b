"""What a matrix shows, as sentences made from its numbers."""

from __future__ import annotations

from dataclasses import dataclass

from benchprof.profile.impact import SIGNIFICANCE
from benchprof.report.matrix import Matrix
from benchprof.report.style import interval, number, readable


@dataclass(frozen=True)
class OwnTests:
    """How the benchmarks that are an ability's own test came out.

    Attributes:
        largest: on so many of the defined ones the own ability's AIS exceeds all others'.
        defined: so many have an AIS.
        undefined: so many have none.
        by_chance: the expectation of `largest` if every ability were as likely.
    """

    largest: int
    defined: int
    undefined: int
    by_chance: float

    def sentence(self) -> str:
        """The same in words."""
        if not self.defined + self.undefined:
            return "No benchmark of this run is the own test of an ability."
        if not self.defined:
            return "No benchmark that is an ability's own test has an AIS."
        have = "has" if self.undefined == 1 else "have"
        without = f" {self.undefined} more {have} no AIS." if self.undefined else ""
        return (
            f"On {self.largest} of the {self.defined} benchmarks that are an ability's own test "
            f"and have an AIS, the own ability's AIS is the largest (by chance: "
            f"{self.by_chance:.1f}).{without}"
        )


def own_tests(matrix: Matrix) -> OwnTests:
    """Whether losing an ability hurts its own test most."""
    grid = matrix.grid("ais")
    largest = defined = 0
    for ability, benchmark in matrix.own.items():
        row = grid.loc[benchmark].astype(float)
        if row.notna().all():
            defined += 1
            others = row.drop(ability)
            largest += bool((row[ability] > others).all())
    undefined = len(matrix.own) - defined
    return OwnTests(largest, defined, undefined, defined / len(matrix.abilities))


def against_random(matrix: Matrix) -> str:
    """How many cells differ from their random controls."""
    defined = int(matrix.cells["q_random"].notna().sum())
    if not defined:
        return "No cell is compared with a random mask."
    differing = matrix.cells[matrix.cells["q_random"] < SIGNIFICANCE]
    more = int((differing["over_random"] > 0).sum())
    return (
        f"{len(differing)} of {defined} cells differ from random masks of the same size "
        f"(q < {SIGNIFICANCE}): {more} with a larger loss, {len(differing) - more} with a smaller."
    )


def by_benchmark(matrix: Matrix) -> dict[str, str]:
    """For each benchmark with an AIS the abilities that it loses more without, in one sentence.

    More than under random masks and more than under the other abilities' masks, both significant:
    what either causes as well is no effect of the ability.
    """
    cells = matrix.cells[matrix.cells["ais"].notna()]
    specific = cells[
        (cells["q_random"] < SIGNIFICANCE)
        & (cells["over_random"] > 0)
        & (cells["q_others"] < SIGNIFICANCE)
        & (cells["over_others"] > 0)
    ].sort_values("ais", ascending=False, kind="stable")
    sentences = {}
    for benchmark in cells["benchmark"].unique():
        own = specific[specific["benchmark"] == benchmark]
        abilities = ", ".join(
            f"{readable(row['ability'])} ({number(row['ais'])}; "
            f"{interval(row['ais_low'], row['ais_high'])})"
            for row in own.to_dict("records")
        )
        sentences[str(benchmark)] = abilities or "none that stands out"
    return sentences
