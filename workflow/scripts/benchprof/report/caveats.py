"""What in a matrix can't be trusted and why, as sentences made from its numbers."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from benchprof.profile.correction import out_of_reach
from benchprof.profile.criteria import (
    ENOUGH_CONTROLS,
    FORM_MOVED,
    FULL_DOSE,
    LEAST_DOSE,
    MOST_UNREAD,
    SHARE,
    SIDE_DROP,
    separates,
)
from benchprof.report.drops import control_drops, own_by_chance, own_drops, side_drops
from benchprof.report.matrix import Matrix
from benchprof.report.names import agreeing, metric, readable
from benchprof.report.numbers import number, number_off, span
from benchprof.report.overlap import overlap_caveat
from benchprof.report.undefined import readable_list
from benchprof.run.ablation import ALL_ABILITIES, CALIBRATED

COMPLEMENT = (
    "All but each mask was ablated (ablation_of: complement): a large AIS means that an ability's "
    "mask alone is not enough, not that the benchmark needs the ability. There is no dose."
)


def caveats(
    matrix: Matrix,
    calibration_benchmarks: Collection[str] = (),
    overlap: pd.DataFrame | None = None,
) -> list[str]:
    """What else limits the trust in a matrix; empty where nothing was found.

    Args:
        matrix: the cells.
        calibration_benchmarks: the benchmarks that are an ability's calibration split.
        overlap: of `overlap.read_overlap`; nothing is said of overlap without it.
    """
    return [
        *_unbounded(matrix),
        *(_complement(matrix) if matrix.complement else _of_masks(matrix)),
        *overlap_caveat(overlap, matrix),
        *_contrasts(matrix),
        *out_of_reach(matrix.cells.assign(benchmark=matrix.cells["benchmark"].map(readable))),
        *_calibration(matrix, calibration_benchmarks),
    ]


def _complement(matrix: Matrix) -> list[str]:
    controls = " The random masks are kept alone too." if matrix.controlled else ""
    return [COMPLEMENT + controls]


def _of_masks(matrix: Matrix) -> list[str]:
    """What the masks' own effects say against them."""
    return [
        *_smaller(matrix),
        *_unread(matrix),
        *_broken(matrix),
        *_separability(matrix),
        *_doses(matrix),
        *_side_effects(matrix),
        *_harmful_controls(matrix),
    ]


def mask_doubts(matrix: Matrix) -> dict[str, str]:
    """What is wrong with the masks of the abilities that a profile names, to stand beside them.

    Nothing of a mask without fault, nor where all but the masks was ablated.
    """
    if matrix.complement:
        return {}
    own, side = own_drops(matrix), side_drops(matrix)
    faults = {
        "not specific": side > SIDE_DROP,
        f"dose below {LEAST_DOSE}": own < LEAST_DOSE,
        "dose unknown": own.isna(),
        "dose not significant": (own >= LEAST_DOSE) & own_by_chance(matrix),
        "specificity unknown": own.notna() & side.isna() & (len(matrix.abilities) > 1),
    }
    said = {a: [words for words, has in faults.items() if has[a]] for a in matrix.abilities}
    return {ability: ", ".join(words) for ability, words in said.items() if words}


def _unbounded(matrix: Matrix) -> list[str]:
    bounds = matrix.cells[["ais_low", "ais_high"]].astype(float)
    unbounded = matrix.cells[np.isinf(bounds).any(axis=1)]
    if unbounded.empty:
        return []
    have = agreeing(len(unbounded), "has", "have")
    return [
        f"{len(unbounded)} of {int(matrix.cells['ais'].notna().sum())} intervals {have} no bound "
        f"on at least one side ({readable_list(unbounded['benchmark'].unique())}): in too many "
        "resamples of the items the intact model is not above guessing."
    ]


def _smaller(matrix: Matrix) -> list[str]:
    """Masks with fewer entries than others, since no more score above zero."""
    sizes = matrix.mask_sizes
    most = max(sizes.values())
    smaller = {ability: size for ability, size in sizes.items() if size < most}
    if not smaller:
        return []
    named = ", ".join(f"{readable(ability)} ({size:,})" for ability, size in smaller.items())
    line = (
        f"Smaller masks: the {agreeing(len(smaller), 'mask', 'masks')} of {named} "
        f"{agreeing(len(smaller), 'holds', 'hold')} less than the largest ({most:,}), because no "
        "more scores above zero. A smaller mask may cost less only because it is smaller."
    )
    shared = matrix.controls[matrix.controls["ability"] == ALL_ABILITIES]
    if len(shared):
        line += (
            f" The random masks have the average size, {int(shared['mask_size'].iloc[0]):,}. With "
            "`matched_to: each_ability`, every mask is compared with random masks of its own size."
        )
    return [line]


def _unread(matrix: Matrix) -> list[str]:
    """Benchmarks of whose written answers masks leave few that can be parsed."""
    cells = matrix.cells.assign(unread=matrix.cells["form_intact"] + matrix.cells["form"])
    written = cells[(cells["form_of"] == SHARE) & cells["ais"].notna()]
    unread = written[
        (written["unread"] > MOST_UNREAD) & (written["form"] >= FORM_MOVED[SHARE])
    ].astype({"unread": float, "form_random": float})
    lines = []
    for benchmark, own in unread.groupby("benchmark", sort=False):
        shares = (number_off(own["unread"].agg(end), MOST_UNREAD) for end in ("min", "max"))
        largest = own["form_random"].max()
        random = f"; random masks change this by at most {number(largest)}"
        intact = number(own["form_intact"].iloc[0])
        lines.append(
            f"Unreadable answers: under the {agreeing(len(own), 'mask', 'masks')} of "
            f"{readable_list(own['ability'])}, {span(*shares)} of the texts written for "
            f"{readable(str(benchmark))} cannot be parsed ({metric(own['metric'].iloc[0])}; "
            f"intact: {intact}{random if np.isfinite(largest) else ''}). These AIS may only say "
            "that the model no longer writes in the form that is scored."
        )
    return lines


def _broken(matrix: Matrix) -> list[str]:
    flagged = matrix.cells[matrix.cells["flag_code"] != ""]
    lines = []
    for (code, sentence), own in flagged.groupby(["flag_code", "flag"], sort=False):
        abilities = own["ability"].unique()
        one = "its AIS, but it names no ability"
        more = "their AIS, but they name no ability"
        lines.append(
            f"{code}: {sentence}. This concerns the {agreeing(len(abilities), 'mask', 'masks')} of "
            f"{readable_list(abilities)}. The page shows {agreeing(len(abilities), one, more)}."
        )
    return lines


def _separability(matrix: Matrix) -> list[str]:
    own, side = own_drops(matrix), side_drops(matrix)
    known = int((own.notna() & side.notna()).sum())
    if matrix.one_mask or not known or any(map(separates, own, side)):
        return []
    every = known == len(matrix.abilities)
    among = f"among masks for which both are known ({known} of {len(matrix.abilities)}), none"
    none = "no mask" if every else among
    return [
        f"Not separable: {none} removes {LEAST_DOSE} or more of the margin over guessing on its "
        f"own ability's test and {SIDE_DROP} or less on the others'. Don't attribute these "
        "profiles to abilities."
    ]


def _doses(matrix: Matrix) -> list[str]:
    own = own_drops(matrix)
    reasons = matrix.reasons()
    untested = [a for a in matrix.abilities if a not in matrix.own]
    unknown = [a for a, benchmark in matrix.own.items() if benchmark in reasons]
    small = own[own < LEAST_DOSE]
    partial = own[(own >= LEAST_DOSE) & (own < FULL_DOSE)]
    unsure = own[(own >= LEAST_DOSE) & own_by_chance(matrix)]
    lines = []
    if len(small):
        remove, their = ("removes", "its") if len(small) == 1 else ("remove", "their")
        compare = f" Don't compare {their} AIS with those of other abilities."
        lines.append(
            f"Dose below {LEAST_DOSE}: the {_masks_of(small, LEAST_DOSE)} {remove} less than half "
            "of the margin over guessing on the ability's own test."
            f"{compare if len(matrix.abilities) > 1 else ''}"
        )
    if len(unsure):
        lines.append(
            f"Dose not significant: under the {_masks_of(unsure)}, the loss on the "
            "ability's own test may be due to chance, or no larger than under random masks."
        )
    if len(partial):
        lines.append(
            f"Dose below {FULL_DOSE}: the {_masks_of(partial, FULL_DOSE)} "
            f"{agreeing(len(partial), 'leaves', 'leave')} part of the score on the ability's own "
            "test."
        )
    if unknown:
        lines.append(
            f"Dose unknown, because the ability's own test has no AIS: {readable_list(unknown)}."
        )
    if untested:
        lines.append(
            "Dose unknown, because the ability's own test is not a benchmark of this run: "
            f"{readable_list(untested)}."
        )
    return lines


def _side_effects(matrix: Matrix) -> list[str]:
    side = side_drops(matrix)
    broad = side[side > SIDE_DROP]
    if matrix.one_mask or broad.empty:
        return []
    remove, them = ("removes", "it") if len(broad) == 1 else ("remove", "them")
    return [
        f"Not specific: the {_masks_of(broad, SIDE_DROP)} {remove} more than {SIDE_DROP} of the "
        "margin on the other abilities' own tests, on average. Don't attribute the losses under "
        f"{them} to one ability."
    ]


def _harmful_controls(matrix: Matrix) -> list[str]:
    drop = control_drops(matrix)
    harmful = drop[drop.abs() > SIDE_DROP]
    if harmful.empty:
        return []
    places = harmful.abs().groupby(level="benchmark", sort=False).idxmax()
    largest = harmful.loc[places].droplevel("ability")
    each = matrix.controls["ability"].nunique() > 1
    most = "; of the random masks of each ability, those that change it most" if each else ""
    return [
        f"Random masks of the same size change the score of {_valued(largest, SIDE_DROP)} by more "
        f"than {SIDE_DROP} of the margin over guessing, on average (positive: loss{most})."
    ]


def _contrasts(matrix: Matrix) -> list[str]:
    """What the abilities' masks are not compared with, or with too little."""
    lines = []
    seeds = matrix.controls["seed"].nunique()
    if not seeds:
        lines.append(
            "There are no random masks: any damage of this size might have the same effect."
        )
    elif seeds < ENOUGH_CONTROLS and matrix.cells["q_random"].notna().any():
        masks = "one random mask" if seeds == 1 else f"{seeds} random masks"
        lines.append(
            f"The comparison with chance is based on {masks}: q-values hold against "
            f"{'it' if seeds == 1 else 'them'}, not against random masks in general "
            f"({ENOUGH_CONTROLS} or more are advised)."
        )
    if len(matrix.abilities) == 1:
        lines.append("There is only one ability: the mask of any other might have the same effect.")
    elif matrix.unnamed:
        lines.append(f"A profile names no ability, as {matrix.unnamed}.")
    return lines


def _calibration(matrix: Matrix, benchmarks: Collection[str]) -> list[str]:
    """Of benchmarks that the choice of k may have seen."""
    seen = [benchmark for benchmark in matrix.benchmarks if benchmark in benchmarks]
    if not seen:
        return []
    chosen = "As k was" if matrix.fraction == CALIBRATED else "If k was"
    return [
        f"Calibration items, which serve to choose k: {readable_list(seen)}. {chosen} chosen on "
        "these items, AIS look larger on them than on other items."
    ]


def _masks_of(values: pd.Series, limit: float = np.nan) -> str:
    return f"{agreeing(len(values), 'mask', 'masks')} of {_valued(values, limit)}"


def _valued(values: pd.Series, limit: float) -> str:
    """Names with their values, all on one side of the limit: "Spatial reasoning (0.40)"."""
    return ", ".join(
        f"{readable(str(name))} ({number_off(float(value), limit)})"
        for name, value in values.items()
    )
