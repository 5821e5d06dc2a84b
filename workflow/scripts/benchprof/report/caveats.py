"""What in a matrix can't be trusted and why: `sentences` with the matrix's numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from benchprof.ablation import ALL_ABILITIES
from benchprof.profile.correction import out_of_reach
from benchprof.profile.criteria import (
    ENOUGH_CONTROLS,
    FORMAT_MOVED,
    FULL_ON_TARGET,
    LARGE_OVERLAP,
    LEAST_ON_TARGET,
    MOST_UNREAD,
    SHARE,
    SIDE_DROP,
    is_selective,
)
from benchprof.replication.table import train_items_error
from benchprof.report.drops import control_drops, on_target_table
from benchprof.report.matrix import Matrix
from benchprof.report.names import metric, readable
from benchprof.report.numbers import number, number_off, span
from benchprof.report.sentences import readable_list, say, valued

VIEW = ["model", "selection", "mask_fraction"]


def caveats(
    matrix: Matrix,
    calibration_benchmarks: Collection[str] = (),
    overlap: pd.DataFrame | None = None,
) -> list[str]:
    """What else limits the trust in a matrix, the gravest first; empty where nothing was found.

    Args:
        matrix: the cells.
        calibration_benchmarks: the benchmarks that are an ability's calibration split.
        overlap: of `read_overlap`; nothing is said of overlap without it.
    """
    return [
        *_broken(matrix),
        *_of_on_target_effects(matrix),
        *_unread(matrix),
        *_harmful_random(matrix),
        *([] if overlap is None or matrix.one_mask else _overlap(matrix.rows_of(overlap))),
        *_contrasts(matrix),
        *_unbounded(matrix),
        *_smaller(matrix),
        *out_of_reach(matrix.cells.assign(benchmark=matrix.cells["benchmark"].map(readable))),
        *_calibration(matrix, calibration_benchmarks),
    ]


def train_items(table: pd.DataFrame | None, matrix: Matrix) -> list[str]:
    """What the draw of train items adds to the intervals; nothing where it was not measured."""
    if table is None:
        return []
    rows = matrix.rows_of(table)
    known = rows[rows["ais_half_1"].notna()]
    if known.empty:
        return []
    error = train_items_error(known)
    adds = f"this adds a standard error of {error:.2g} to the AIS on the held-out test"
    if error == 0:
        adds = "these differ no more than the noise of the test items explains"
    items = span(*(f"{known['items'].agg(end):.0f}" for end in ("min", "max")))
    return [say("train_items", items=items, adds=adds, abilities=len(known))]


def half_ais(table: pd.DataFrame | None, matrix: Matrix) -> dict[str, str]:
    """The AIS of each ability on its held-out test under the masks of either half, as text."""
    rows = [] if table is None else matrix.rows_of(table).to_dict("records")
    return {
        row["ability"]: f"{number(row['ais_half_1'])}, {number(row['ais_half_2'])}" for row in rows
    }


def read_overlap(files: Mapping[tuple[str, str, str], Path]) -> pd.DataFrame:
    """The tables of `analysis.overlap`, by model, selection and mask fraction, as one that names
    these.
    """
    # An ability may be named like a number, or `null`.
    names = {"ability_a": str, "ability_b": str}
    tables = [
        pd.read_csv(path, converters=names, keep_default_na=False).assign(
            **dict(zip(VIEW, view, strict=True))
        )
        for view, path in files.items()
    ]
    together = pd.concat(tables, ignore_index=True)
    return together[[*VIEW, *together.columns.drop(VIEW)]]


def _unbounded(matrix: Matrix) -> Iterator[str]:
    unbounded = matrix.unbounded
    if len(unbounded):
        yield say(
            "unbounded",
            count=len(unbounded),
            defined=int(matrix.cells["ais"].notna().sum()),
            benchmarks=readable_list(unbounded["benchmark"].unique()),
        )


def _smaller(matrix: Matrix) -> Iterator[str]:
    """Masks with fewer entries than others, since no more score above zero."""
    sizes = matrix.mask_sizes
    most = max(sizes.values())
    smaller = [f"{readable(a)} ({size:,})" for a, size in sizes.items() if size < most]
    if smaller:
        yield say("smaller", masks=", ".join(smaller), most=most)
        shared = matrix.controls[matrix.controls["ability"] == ALL_ABILITIES]
        if len(shared):
            yield say("average_random", size=int(shared["mask_size"].iloc[0]))


def _unread(matrix: Matrix) -> Iterator[str]:
    """Benchmarks of whose written answers masks leave few that can be parsed."""
    cells = matrix.cells.assign(
        unread=matrix.cells["format_intact"] + matrix.cells["format_change"]
    )
    written = cells[(cells["format_unit"] == SHARE) & cells["ais"].notna()]
    much = (written["unread"] > MOST_UNREAD) & (written["format_change"] >= FORMAT_MOVED[SHARE])
    unread = written[much].astype({"unread": float, "format_change_random": float})
    for benchmark, rows in unread.groupby("benchmark", sort=False):
        shares = (number_off(rows["unread"].agg(end), MOST_UNREAD) for end in ("min", "max"))
        yield say(
            "unread",
            shares=span(*shares),
            benchmark=readable(str(benchmark)),
            abilities=readable_list(rows["ability"]),
            metric=metric(rows["metric"].iloc[0]),
            intact=number(rows["format_intact"].iloc[0]),
            random=number(rows["format_change_random"].max()),
        )


def _broken(matrix: Matrix) -> Iterator[str]:
    flagged = matrix.cells[matrix.cells["flag_code"] != ""]
    for (code, reason), own in flagged.groupby(["flag_code", "flag"], sort=False):
        abilities = readable_list(own["ability"].unique())
        yield say("broken", code=code, reason=reason, abilities=abilities)


def _of_on_target_effects(matrix: Matrix) -> Iterator[str]:
    """What the masks' effects on the abilities' held-out tests say against them."""
    on_target_effect = on_target_table(matrix)
    on_target, side = on_target_effect["own"], on_target_effect["side"]
    known = on_target_effect[on_target.notna() & side.notna()]
    if (
        not matrix.one_mask
        and len(known)
        and not any(map(is_selective, known["own"], known["side"]))
    ):
        yield say("none_selective", known=len(known))
    for about, limit, values in (
        ("on_target_small", LEAST_ON_TARGET, on_target[on_target < LEAST_ON_TARGET]),
        (
            "on_target_by_chance",
            np.nan,
            on_target[(on_target >= LEAST_ON_TARGET) & on_target_effect["by_chance"]],
        ),
        (
            "on_target_partial",
            FULL_ON_TARGET,
            on_target[(on_target >= LEAST_ON_TARGET) & (on_target < FULL_ON_TARGET)],
        ),
        ("not_selective", SIDE_DROP, side[(side > SIDE_DROP) & (not matrix.one_mask)]),
    ):
        if len(values):
            yield say(about, values=valued(values, limit))
    tests = matrix.held_out_test_of
    without = {
        "on_target_unknown": [a for a, test in tests.items() if test in matrix.reasons()],
        "on_target_untested": [a for a in matrix.abilities if a not in tests],
    }
    for about, abilities in without.items():
        if abilities:
            yield say(about, abilities=readable_list(abilities))


def _harmful_random(matrix: Matrix) -> Iterator[str]:
    drop = control_drops(matrix)
    harmful = drop[drop.abs() > SIDE_DROP]
    if len(harmful):
        places = harmful.abs().groupby(level="benchmark", sort=False).idxmax()
        yield say("harmful_random", values=valued(harmful[places].droplevel("ability"), SIDE_DROP))


def _overlap(pairs: pd.DataFrame) -> Iterator[str]:
    """Of pairs of abilities that share more than `LARGE_OVERLAP` of their masks.

    Of Jaccard's index J, 2J / (1 + J) is the share of the entries of the average of the two masks.
    """
    shares, expected = (2 * pairs[name] / (1 + pairs[name]) for name in ("jaccard", "chance"))
    found = pairs.assign(share=shares, expected=expected)
    large = found[found["share"] > LARGE_OVERLAP].sort_values("share", kind="stable")
    if len(large):
        most = large.iloc[-1]
        yield say(
            "overlap",
            count=len(large),
            pairs=len(pairs),
            shares=span(
                *(number_off(own["share"], LARGE_OVERLAP) for own in (large.iloc[0], most))
            ),
            most=f"{readable(most['ability_a'])} and {readable(most['ability_b'])}",
            chance=f"{most['expected']:.2g}",
        )


def _contrasts(matrix: Matrix) -> Iterator[str]:
    """What the abilities' masks are not compared with, or with too little."""
    seeds = matrix.controls["seed"].nunique()
    if not seeds:
        yield say("no_random")
    elif seeds < ENOUGH_CONTROLS and matrix.cells["q_random"].notna().any():
        yield say("few_random", seeds=seeds)
    if len(matrix.abilities) == 1:
        yield say("one_ability")
    elif matrix.unnamed:
        yield say("unnamed", reason=matrix.unnamed)


def _calibration(matrix: Matrix, benchmarks: Collection[str]) -> Iterator[str]:
    """Of benchmarks that the choice of the mask fraction may have seen."""
    if seen := [benchmark for benchmark in matrix.benchmarks if benchmark in benchmarks]:
        yield say("calibration", benchmarks=readable_list(seen))
