"""What a matrix shows and what in it can't be trusted, as sentences made from its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchprof.profile.impact import SIGNIFICANCE
from benchprof.report.matrix import Matrix
from benchprof.report.style import number, readable

# Below it, AIS of an ability are not compared with others'; below the second, it is said.
SMALL_DROP = 0.5
FULL_DROP = 0.9
# What a mask may take off tests that are not its own, and random damage off any.
SIDE_DROP = 0.1
ENOUGH_CONTROLS = 5


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
        without = f" {self.undefined} more: no AIS." if self.undefined else ""
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


def drops(rows: pd.DataFrame) -> pd.Series:
    """The share of its score above guessing that a model loses, whatever AIS is configured as."""
    share = (rows["intact"] - rows["ablated"]) / (rows["intact"] - rows["guessing"])
    return share.where(rows["ais"].notna()).astype(float)


def own_drops(matrix: Matrix) -> pd.Series:
    """(abilities,): what each ability's mask takes off its own test; NaN where that is unknown."""
    cells = matrix.cells.assign(drop=drops(matrix.cells))
    own = cells[cells["benchmark"] == cells["ability"].map(dict(matrix.own))]
    return own.set_index("ability")["drop"].reindex(list(matrix.abilities))


def side_drops(matrix: Matrix) -> pd.Series:
    """(abilities,): what each ability's mask takes off the other abilities' own tests, on average.

    NaN where there is no other test.
    """
    cells = matrix.cells.assign(drop=drops(matrix.cells))
    tests = cells["benchmark"].isin(list(matrix.own.values()))
    others = cells[tests & (cells["benchmark"] != cells["ability"].map(dict(matrix.own)))]
    return others.groupby("ability")["drop"].mean().reindex(list(matrix.abilities))


def control_drops(matrix: Matrix) -> pd.Series:
    """(benchmarks,): what the random controls take off each benchmark, on average."""
    controls = matrix.controls.assign(drop=drops(matrix.controls))
    return controls.groupby("benchmark")["drop"].mean().reindex(list(matrix.benchmarks))


def caveats(matrix: Matrix) -> list[str]:
    """What limits the trust in a matrix, most serious first; empty where nothing was found."""
    return [
        *_undefined(matrix),
        *_unbounded(matrix),
        *_doses(matrix),
        *_side_effects(matrix),
        *_controls(matrix),
    ]


def benchmarks_by_reason(matrix: Matrix) -> dict[str, list[str]]:
    """The benchmarks without an AIS, by the reason that they share."""
    grouped: dict[str, list[str]] = {}
    for benchmark, reason in matrix.reasons().items():
        grouped.setdefault(reason, []).append(benchmark)
    return grouped


def _undefined(matrix: Matrix) -> list[str]:
    return [
        f"No AIS for {_names(benchmarks)}: {reason}."
        for reason, benchmarks in benchmarks_by_reason(matrix).items()
    ]


def _unbounded(matrix: Matrix) -> list[str]:
    bounds = matrix.cells[["ais_low", "ais_high"]].astype(float)
    unbounded = matrix.cells[np.isinf(bounds).any(axis=1)]
    if unbounded.empty:
        return []
    return [
        f"{len(unbounded)} of {int(matrix.cells['ais'].notna().sum())} intervals have no bound on "
        f"at least one side ({_names(unbounded['benchmark'].unique())}): in too many resamples of "
        "the items the intact model is not above guessing."
    ]


def _doses(matrix: Matrix) -> list[str]:
    own = own_drops(matrix)
    reasons = matrix.reasons()
    untested = [a for a in matrix.abilities if a not in matrix.own]
    unknown = [a for a, benchmark in matrix.own.items() if benchmark in reasons]
    small = own[own < SMALL_DROP]
    partial = own[(own >= SMALL_DROP) & (own < FULL_DROP)]
    lines = []
    if len(small):
        lines.append(
            f"Dose below {SMALL_DROP}: the masks of {_valued(small)} take less than half of the "
            "score above guessing off the ability's own test. Their AIS are not to be compared "
            "with other abilities'."
        )
    if len(partial):
        lines.append(
            f"Dose below {FULL_DROP}: the masks of {_valued(partial)} leave a part of the own "
            "test's score."
        )
    if unknown:
        lines.append(f"Dose unknown, as the own test has no AIS: {_names(unknown)}.")
    if untested:
        lines.append(
            f"Dose unknown, as the own test is not among the benchmarks: {_names(untested)}."
        )
    return lines


def _side_effects(matrix: Matrix) -> list[str]:
    side = side_drops(matrix)
    broad = side[side > SIDE_DROP]
    if broad.empty:
        return []
    return [
        f"Not specific: the masks of {_valued(broad)} take more than {SIDE_DROP} off the other "
        "abilities' own tests on average. What they cause is not the one ability's alone."
    ]


def _controls(matrix: Matrix) -> list[str]:
    seeds = matrix.controls["seed"].nunique()
    if not seeds:
        return ["There are no random controls: an effect may be that of any damage of this size."]
    lines = []
    drop = control_drops(matrix)
    harmful = drop[drop.abs() > SIDE_DROP]
    if len(harmful):
        lines.append(
            f"Random masks of the same size change the score of {_valued(harmful)} by more than "
            f"{SIDE_DROP} of what is above guessing on average (positive: loss)."
        )
    if seeds < ENOUGH_CONTROLS:
        masks = "one random mask" if seeds == 1 else f"{seeds} random masks"
        lines.append(
            f"The comparison with chance rests on {masks}: q-values hold against these, "
            f"not against random masks in general ({ENOUGH_CONTROLS} or more are advised)."
        )
    return lines


def _names(slugs: Iterable[str]) -> str:
    return ", ".join(map(readable, slugs))


def _valued(values: pd.Series, form: Callable[[float], str] = number) -> str:
    return ", ".join(f"{readable(str(name))} ({form(float(v))})" for name, v in values.items())
