"""What a matrix shows, and what in it is not defined, as sentences made from its numbers."""

from __future__ import annotations

from benchprof.profile.criteria import SIGNIFICANCE
from benchprof.profile.reason import NOT_ABOVE_GUESSING, SENTENCES, TOO_FEW_ITEMS
from benchprof.report.matrix import Matrix
from benchprof.report.sentences import readable_list, say

# Of codes whose sentences in the AIS table have numbers; a benchmark's own stand among its scores.
SHARED = {
    NOT_ABOVE_GUESSING: "the intact model is not significantly above guessing",
    TOO_FEW_ITEMS: SENTENCES[TOO_FEW_ITEMS],
}


def held_out_sentences(matrix: Matrix) -> list[str]:
    """Whether losing an ability hurts its held-out test most; nothing of one ability alone."""
    if len(matrix.abilities) == 1 or matrix.one_mask or not matrix.held_out_test_of:
        return []
    ability_of = {benchmark: ability for ability, benchmark in matrix.held_out_test_of.items()}
    rows = matrix.grid("ais").astype(float).loc[list(ability_of)].dropna()
    first = rows.eq(rows.max(axis=1), axis=0)
    # Where several share the largest AIS, none has it alone.
    alone = first[first.sum(axis=1) == 1]
    largest = sum(bool(row[ability_of[str(benchmark)]]) for benchmark, row in alone.iterrows())
    by_chance = len(alone) / len(matrix.abilities)
    counts = {"defined": len(rows), "all": len(ability_of), "largest": largest}
    return [say("held_out_tests", **counts, by_chance=by_chance)]


def against_random(matrix: Matrix) -> list[str]:
    """How many cells differ from their random controls; a mask that abilities share counts once."""
    cells = matrix.cells.drop_duplicates(["benchmark", "mask_digest"])
    defined = int(cells["q_random"].notna().sum())
    differing = cells[cells["q_random"] < SIGNIFICANCE]
    more = int((differing["over_random"] > 0).sum())
    counts = {"differing": len(differing), "more": more, "less": len(differing) - more}
    return [say("against_random", defined=defined, **counts)] if defined else []


def undefined(matrix: Matrix) -> list[str]:
    """Each reason why benchmarks have no AIS, once; nothing where all have one."""
    return [
        say("no_ais", reason=reason, benchmarks=readable_list(benchmarks))
        for reason, benchmarks in benchmarks_by_reason(matrix).items()
    ]


def mostly_undefined(matrix: Matrix) -> str:
    """What to say in place of a picture where most benchmarks have no AIS; empty elsewhere."""
    most = 2 * len(matrix.reasons()) > len(matrix.benchmarks)
    return f"No picture, as most cells would be empty. {matrix.absent()}" if most else ""


def full_caption(caption: str, matrix: Matrix) -> str:
    """A figure's caption that stands alone: also why benchmarks have no AIS."""
    return " ".join([caption, *undefined(matrix)])


def benchmarks_by_reason(matrix: Matrix) -> dict[str, list[str]]:
    """The benchmarks without an AIS, by the reason that they share, without its numbers."""
    rows = matrix.cells[matrix.cells["ais"].isna()].drop_duplicates("benchmark")
    grouped: dict[str, list[str]] = {}
    for row in rows.to_dict("records"):
        reason = SHARED.get(row["reason_code"], row["reason"]) or "not computed"
        grouped.setdefault(reason, []).append(str(row["benchmark"]))
    return grouped


def without_format(matrix: Matrix) -> list[str]:
    """Which benchmarks have no format likelihood, or none under which masks, and why; nothing where
    all have.
    """
    cells = matrix.cells[matrix.cells["reason_format"] != ""]
    grouped: dict[tuple[str, str], list[str]] = {}
    for (benchmark, code), rows in cells.groupby(["benchmark", "reason_format"], sort=False):
        some = len(rows) < len(matrix.abilities)
        under = f" under the masks of {readable_list(rows['ability'])}" if some else ""
        grouped.setdefault((under, SENTENCES[str(code)]), []).append(str(benchmark))
    return [
        say("no_format", benchmarks=readable_list(benchmarks), under=under, reason=reason)
        for (under, reason), benchmarks in grouped.items()
    ]
