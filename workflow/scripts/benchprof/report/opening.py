"""What the page opens with: what can be said, why not more, and a row for each benchmark."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from benchprof.profile.criteria import FEW_ITEMS
from benchprof.profile.findings import in_words
from benchprof.profile.reason import NOT_ABOVE_GUESSING, TOO_FEW_ITEMS
from benchprof.report.answers import split
from benchprof.report.drops import mask_doubts
from benchprof.report.matrix import Matrix
from benchprof.report.names import inline, readable
from benchprof.report.numbers import interval, number
from benchprof.report.outcomes import benchmarks_by_reason
from benchprof.report.sentences import say

Row = Mapping[Any, Any]
SHORT = {NOT_ABOVE_GUESSING: "not above guessing", TOO_FEW_ITEMS: "too few items"}
"""Why a benchmark has no AIS, in a word or two."""


def finding(matrix: Matrix, findings: pd.DataFrame) -> str:
    """The best supported finding, in a sentence: of masks that are not in doubt, if any are named.

    A benchmark says more than the held-out test of an ability.
    """
    defined, every = len(matrix.defined), len(matrix.benchmarks)
    if not defined:
        return say("nothing_defined")
    pairs = _named(matrix, findings)
    if pairs.empty:
        return say("nothing_found", defined=defined, all=every)
    first = pairs.iloc[0]
    values = {
        "benchmark": readable(first["benchmark"]),
        "ability": inline(first["ability"]),
        "others": in_words(matrix.contrasts),
        "ais": f"{number(first['ais'])}, {interval(first['ais_low'], first['ais_high'])}",
    }
    if first["doubt"]:
        return say("found_in_doubt", doubt=first["doubt"], **values)
    sound = pairs.loc[pairs["doubt"] == "", "benchmark"].nunique()
    return say("found", sound=sound, defined=defined, **values)


def _named(matrix: Matrix, findings: pd.DataFrame) -> pd.DataFrame:
    """The cell of each ability that a benchmark needs, with its mask's `doubt`; clearest first."""
    rows = matrix.rows_of(findings).to_dict("records")
    pairs = [(row["benchmark"], ability) for row in rows for ability in split(row["needed"])]
    named = matrix.cells.set_index(["benchmark", "ability"]).loc[pairs].reset_index()
    doubts = named["ability"].map(mask_doubts(matrix)).fillna("")
    order = named.assign(
        doubt=doubts, doubted=doubts != "", test=named["benchmark"].isin([*matrix.own.values()])
    )
    return order.sort_values(["doubted", "test", "ais_low"], ascending=[True, True, False])


def reason(matrix: Matrix, answers: Sequence[Row]) -> str:
    """The one reason why not more can be said: the first that concerns most, else the largest."""
    undefined, doubts = benchmarks_by_reason(matrix), mask_doubts(matrix)
    blind = [answer for answer in answers if answer["blind"]]
    cause = max(undefined, key=lambda own: len(undefined[own]), default="")
    doubt = Counter(doubts.values()).most_common(1)
    reasons = [
        (len(matrix.reasons()), len(matrix.benchmarks), "why_undefined", cause),
        (int(bool(matrix.unnamed)), 1, "why_unnamed", matrix.unnamed),
        (len(doubts), len(matrix.abilities), "why_doubted", doubt[0][0] if doubt else ""),
        (len(blind), len(answers), "why_blind", ""),
    ]
    found = [own for own in reasons if own[0]]
    most = [own for own in found if 2 * own[0] > own[1]]
    if not found:
        return say("why_nothing")
    count, every, about, why = (most or sorted(found, key=lambda own: -own[0] / own[1]))[0]
    return say(about, count=count, all=every, reason=why)


def overview(matrix: Matrix, answers: Sequence[Row], scores: Iterable[Row]) -> list[dict[str, Any]]:
    """A row per benchmark: its items, accuracy and guessing, what stands out, and why nothing does.

    Args:
        matrix: the cells.
        answers: of `answers.answers`.
        scores: of the intact model, a row per benchmark and metric, the headline metric first; the
            accuracy is shown where it is known.
    """
    said, shown = {answer["benchmark"]: answer for answer in answers}, {}
    for row in scores:
        if row["benchmark"] not in shown or row["metric"] == "acc":
            shown[row["benchmark"]] = row
    first = matrix.cells.drop_duplicates("benchmark").to_dict("records")
    return [
        {
            "score": shown[row["benchmark"]],
            "found": _found(said[row["benchmark"]]) if row["benchmark"] in said else "",
            "why": _why(row, said.get(row["benchmark"])),
            "few": row["n"] < FEW_ITEMS,
        }
        for row in first
    ]


def _found(answer: Row) -> str:
    """What stands out on a benchmark; empty if nothing does."""
    parts = {"needs {}": "sound", "{} (mask in doubt)": "doubted", "better without {}": "better"}
    return "; ".join(text.format(answer[kind]) for text, kind in parts.items() if answer[kind])


def _why(cell: Row, answer: Row | None) -> str:
    """Why nothing stands out on a benchmark, in a word or two."""
    if answer is None:
        return f"no AIS: {SHORT.get(cell['reason_code'], 'not computed')}"
    if answer["unnamed"]:
        return "no other masks to compare with"
    if answer["broken"] == answer["abilities"]:
        return "all ablated models broken"
    return "too few items" if answer["blind"] else "no loss beyond that of other masks"


def share_maps(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Each model's shares of abilities in benchmarks, as rows; of several readings, the first."""
    maps = []
    for model, own in table.groupby("model", sort=False):
        once = own.drop_duplicates(["benchmark", "ability"])
        rows = [(name, of.to_dict("records")) for name, of in once.groupby("benchmark", sort=False)]
        abilities = [*once["ability"].unique()]
        most = once["share"].max()
        maps.append({"model": model, "abilities": abilities, "rows": rows, "most": most})
    return maps
