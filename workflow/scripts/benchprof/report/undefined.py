"""What in a matrix is not defined and why: benchmarks without an AIS, and without form."""

from __future__ import annotations

from collections.abc import Iterable

from benchprof.profile.reason import NOT_ABOVE_GUESSING, SENTENCES, TOO_FEW_ITEMS
from benchprof.report.matrix import Matrix
from benchprof.report.names import readable

# Of codes whose sentences in the AIS table have numbers; a benchmark's own stand among its scores.
SHARED = {
    NOT_ABOVE_GUESSING: "the intact model is not significantly above guessing",
    TOO_FEW_ITEMS: SENTENCES[TOO_FEW_ITEMS],
}


def undefined(matrix: Matrix) -> list[str]:
    """Each reason why benchmarks have no AIS, once; empty where all have one."""
    return [
        f"No AIS: {reason} ({len(benchmarks)} benchmark{'s' * (len(benchmarks) > 1)}: "
        f"{readable_list(benchmarks)})."
        for reason, benchmarks in benchmarks_by_reason(matrix).items()
    ]


def full_caption(caption: str, matrix: Matrix) -> str:
    """A figure's caption that stands alone: also why benchmarks have no AIS."""
    return " ".join([caption, *undefined(matrix)])


def benchmarks_by_reason(matrix: Matrix) -> dict[str, list[str]]:
    """The benchmarks without an AIS, by the reason that they share, without its numbers."""
    undefined = matrix.cells[matrix.cells["ais"].isna()].drop_duplicates("benchmark")
    grouped: dict[str, list[str]] = {}
    for row in undefined.to_dict("records"):
        reason = SHARED.get(row["reason_code"], row["reason"]) or "not computed"
        grouped.setdefault(reason, []).append(str(row["benchmark"]))
    return grouped


def formless(matrix: Matrix) -> list[str]:
    """Which benchmarks have no form, or none under which masks, and why; empty where all have."""
    cells = matrix.cells[matrix.cells["reason_form"] != ""]
    grouped: dict[tuple[str, str], list[str]] = {}
    for (benchmark, code), own in cells.groupby(["benchmark", "reason_form"], sort=False):
        under = ""
        if len(own) < len(matrix.abilities):
            under = f" under the mask{'s' * (len(own) > 1)} of {readable_list(own['ability'])}"
        grouped.setdefault((under, SENTENCES[str(code)]), []).append(str(benchmark))
    return [
        f"No form for {readable_list(benchmarks)}{under}: {sentence}."
        for (under, sentence), benchmarks in grouped.items()
    ]


def readable_list(names: Iterable[str]) -> str:
    """Names to read: "PIQA, Contextual recall"."""
    return ", ".join(map(readable, names))
