"""What each benchmark needs, how certain that is and what is wrong with it, in plain sentences."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from benchprof.profile.criteria import RELIABLE
from benchprof.profile.findings import in_words
from benchprof.report.caveats import mask_doubts
from benchprof.report.matrix import Matrix
from benchprof.report.names import agreeing, inline, series
from benchprof.report.numbers import interval, number, number_off

Row = Mapping[Any, Any]
SMALLEST = 0.01
"""A smaller value would be shown as 0.00 or 0.01."""
NO_FAULT = "No fault was found in the benchmark itself."
FORM_MOVED = {
    "needed": "Form moves too without {names}, so the loss may be one of form.",
    "hindering": "Form moves too without {names}, so the gain may be one of form.",
    "sufficient": "Form moves too with the {masks} of {names} alone, so what {it_keeps} may be "
    "form.",
}
"""The sentence on what a change of form puts in doubt, by how the findings name the abilities."""


@dataclass(frozen=True)
class Answer:
    """What a page says first of a benchmark that has an AIS.

    Attributes:
        benchmark: its name.
        needs: which abilities its score depends on.
        sure: what the items can show.
        wrong: any reasons not to trust it; a sentence also where nothing does.
    """

    benchmark: str
    needs: str
    sure: str
    wrong: str


def answers(
    matrix: Matrix,
    findings: pd.DataFrame,
    reliability: pd.DataFrame,
    power: pd.DataFrame,
    calibration_benchmarks: Collection[str] = (),
) -> list[Answer]:
    """An answer for each benchmark of a matrix that has an AIS, in its order.

    Args:
        matrix: the cells.
        findings: the table of findings; which abilities stand out is read here, never found again.
        reliability: that of reliability.
        power: that of power.
        calibration_benchmarks: the benchmarks that are an ability's calibration split.
    """
    doubts = mask_doubts(matrix)
    found, stable, shown = (_by_benchmark(own, matrix) for own in (findings, reliability, power))
    return [
        Answer(
            benchmark,
            " ".join(_needs(found[benchmark], matrix, doubts)),
            " ".join(_sure(stable[benchmark], shown[benchmark], _first(matrix, benchmark))),
            " ".join(_wrong(found[benchmark], matrix, doubts, benchmark in calibration_benchmarks))
            or NO_FAULT,
        )
        for benchmark in matrix.defined
    ]


def masks_in_doubt(matrix: Matrix) -> str:
    """How many masks are in doubt, which holds for every benchmark; empty where none is."""
    doubts, every = mask_doubts(matrix), len(matrix.abilities)
    # Of one mask for all abilities no benchmark names any.
    if not doubts or matrix.one_mask:
        return ""
    verb = "is" if len(doubts) == 1 else "are"
    return (
        f"{len(doubts)} of {every} masks {verb} in doubt, so a benchmark may need abilities that "
        "are not named here."
    )


def _by_benchmark(table: pd.DataFrame, matrix: Matrix) -> dict[str, Row]:
    return {row["benchmark"]: row for row in matrix.rows_of(table).to_dict("records")}


def _needs(row: Row, matrix: Matrix, doubts: Mapping[str, str]) -> Iterator[str]:
    named = _split(row["sufficient" if matrix.complement else "needed"])
    others = in_words(matrix.contrasts)
    if matrix.unnamed:
        yield f"It names no ability, as {matrix.unnamed}."
    elif row["broken"] == row["abilities"]:
        yield "It names no ability, as every ablated model is broken as a whole."
    elif matrix.complement:
        masks = f"{agreeing(len(named), 'mask', 'masks')} of {_with_ais(named, row, matrix)}"
        yield (
            f"It keeps more of its score with the {masks} alone than with {others}."
            if named
            else f"No ability's mask alone keeps significantly more than {others} do."
        )
    elif named:
        sound = [ability for ability in named if ability not in doubts]
        doubted = [ability for ability in named if ability in doubts]
        if sound:
            them, needed = "them" if len(sound) > 1 else "it", _with_ais(sound, row, matrix)
            yield f"It needs {needed}. Losing {them} costs more than {others} do."
        if doubted:
            masks, cost = ("masks", "cost") if len(doubted) > 1 else ("mask", "costs")
            yield (
                f"The {masks} of {_with_ais(doubted, row, matrix)} {cost} more than {others} do, "
                "but something else may have been lost."
            )
    elif row["broken"]:
        yield (
            "No ability stands out: apart from masks that break the model as a whole, none has an "
            f"AIS that is significantly above 0 and above those under {others}."
        )
        if "others" in matrix.contrasts:
            yield "(Masks that break the model still count among the other abilities' masks.)"
    else:
        yield (
            "No ability stands out: no AIS is significantly above 0 and above those under "
            f"{others}."
        )
    if better := _split(row["hindering"]):
        yield f"It does better without {_with_ais(better, row, matrix)}."


def _with_ais(abilities: Sequence[str], row: Row, matrix: Matrix) -> str:
    """Abilities with AIS and interval: "spatial reasoning (AIS 0.41, 0.30 to 0.52)"."""
    cells = matrix.cells[matrix.cells["benchmark"] == row["benchmark"]].set_index("ability")
    said = []
    for ability in abilities:
        cell = cells.loc[ability]
        bounds = interval(cell["ais_low"], cell["ais_high"])
        said.append(f"{inline(ability)} (AIS {number(cell['ais'])}, {bounds})")
    return series(said)


def _first(matrix: Matrix, benchmark: str) -> Row:
    """A benchmark's first cell, for what all its cells say alike."""
    return matrix.cells[matrix.cells["benchmark"] == benchmark].iloc[0].to_dict()


def _sure(stable: Row, shown: Row, cell: Row) -> Iterator[str]:
    """What the items can show.

    Args:
        stable: of the table of reliability.
        shown: of that of power.
        cell: any of the benchmark's.
    """
    # All that the model can lose, as a difference of scores.
    margin = cell["intact"] - cell["guessing"]
    same = " of the same tasks" if bool(pd.notna(cell["clusters"])) else ""
    items, least = f"{int(shown['n'])} items", float(shown["detectable_ais"])
    if math.isfinite(least) and least * shown["base"] > margin:
        yield (
            f"With {items}, hardly any loss can be detected: the minimum detectable AIS is "
            f"{number(least)}."
        )
    elif math.isfinite(least):
        shown_least = number(least) if least >= SMALLEST else f"below {number(SMALLEST)}"
        yield f"With {items}, the minimum detectable AIS is {shown_least}."
    else:
        yield f"With {items}, no AIS can be detected reliably."
    value = float(stable["reliability"])
    if math.isnan(value):
        yield f"The reliability of the profile is unknown: {stable['reason']}."
    elif value >= RELIABLE:
        yield (
            f"Different items{same} would give nearly the same profile (reliability "
            f"{number(value)})."
        )
    else:
        yield (
            f"Different items{same} may give a different profile (reliability "
            f"{number_off(value, RELIABLE)}, below {RELIABLE})."
        )


def _wrong(row: Row, matrix: Matrix, doubts: Mapping[str, str], calibration: bool) -> Iterator[str]:
    if matrix.complement:
        yield "All but each mask was ablated, so there is no dose to check."
    named = [a for kind in ("needed", "hindering") for a in _split(row[kind])]
    for ability in named:
        if ability in doubts:
            yield f"The mask of {inline(ability)} is in doubt: {doubts[ability]}."
    yield from _of_form(row)
    if row["broken"]:
        models = f"{row['broken']} of {row['abilities']} ablated models"
        are, their = ("is", "its") if row["broken"] == 1 else ("are", "their")
        yield f"{models} {are} broken as a whole, so {their} losses name no ability."
    cells = matrix.cells[matrix.cells["benchmark"] == row["benchmark"]]
    unbounded = int(np.isinf(cells[["ais_low", "ais_high"]].astype(float)).any(axis=1).sum())
    if unbounded:
        have = agreeing(unbounded, "has", "have")
        yield f"{unbounded} of {len(cells)} intervals {have} no bound on at least one side."
    if calibration:
        yield "These are calibration items: k may have been chosen on them."


def _of_form(row: Row) -> Iterator[str]:
    """What may be due to a change of form: a loss, a gain, or what a mask alone keeps."""
    moved = _split(row["form_moved"])
    for kind, sentence in FORM_MOVED.items():
        own = [inline(ability) for ability in _split(row[kind]) if ability in moved]
        masks, it_keeps = ("mask", "it keeps") if len(own) == 1 else ("masks", "they keep")
        if own:
            yield sentence.format(names=series(own), masks=masks, it_keeps=it_keeps)


def _split(names: str) -> list[str]:
    """Names as the tables join them."""
    return names.split("; ") if names else []
