"""What the page opens with: what can be said, why not more, and a row for each benchmark."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

import pandas as pd

from benchprof.profile.findings import in_words
from benchprof.profile.reason import NOT_ABOVE_GUESSING, TOO_FEW_ITEMS
from benchprof.report.drops import mask_doubts
from benchprof.report.matrix import Matrix
from benchprof.report.names import inline, readable, series, split
from benchprof.report.numbers import interval, number
from benchprof.report.outcomes import benchmarks_by_reason
from benchprof.report.sentences import say

Row = Mapping[Any, Any]
WARNINGS_SHOWN = 3
"""Of each model's warnings; the others open with a click."""
SHORT = {NOT_ABOVE_GUESSING: "not above guessing", TOO_FEW_ITEMS: "too few items"}
"""Why a benchmark has no AIS, in a word or two."""
NEEDED = {"needs": False, "may need": True}
"""What is said of a benchmark that loses, by whether the ability's mask is in doubt."""


class Concern(NamedTuple):
    """A reason why not more can be said, and how many of how many benchmarks or masks it is of."""

    affected: int
    total: int
    about: str
    why: str


def named(matrix: Matrix, findings: pd.DataFrame, kind: str = "needed") -> pd.DataFrame:
    """The cell of each ability that stands out on a benchmark, the clearest first.

    Columns beside those of the cells: what casts `doubt` on the ability's mask, and `said`, the
    ability with its AIS. A benchmark says more than the held-out test of an ability.
    """
    rows = matrix.rows_of(findings).to_dict("records")
    pairs = [(row["benchmark"], ability) for row in rows for ability in split(row[kind])]
    cells = matrix.cells.set_index(["benchmark", "ability"], drop=False).sort_index().loc[pairs]
    cells = cells.reset_index(drop=True)
    labels = [
        f"{inline(row['ability'])} (AIS {number(row['ais'])}, "
        f"{interval(row['ais_low'], row['ais_high'])})"
        for row in cells.to_dict("records")
    ]
    doubts = mask_doubts(matrix)
    doubt = [doubts.get(ability, "") for ability in cells["ability"]]
    order: dict[str, Any] = {
        "doubted": [*map(bool, doubt)],
        "test": cells["benchmark"].isin([*matrix.held_out_test_of.values()]),
    }
    ordered = cells.assign(doubt=doubt, said=labels, **order)
    return ordered.sort_values([*order, "ais_low"], ascending=[True, True, False])


def finding(matrix: Matrix, findings: pd.DataFrame) -> str:
    """The best supported finding in a sentence, of a mask that is not in doubt if there is one."""
    defined, pairs = len(matrix.defined), named(matrix, findings)
    if not defined:
        return say("nothing_defined")
    if pairs.empty:
        return say("nothing_found", defined=defined, all=len(matrix.benchmarks))
    first, others = pairs.iloc[0], in_words(matrix.contrasts)
    values = {"benchmark": readable(first["benchmark"]), "said": first["said"], "others": others}
    if first["doubted"]:
        return say("found_in_doubt", doubt=first["doubt"], **values)
    sound = pairs.loc[~pairs["doubted"], "benchmark"].nunique()
    return say("found", sound=sound, defined=defined, **values)


def blind(matrix: Matrix, power: pd.DataFrame) -> list[str]:
    """The benchmarks whose items could not show that the model loses all that it can."""
    least = matrix.rows_of(power).set_index("benchmark")[["detectable_ais", "base"]].prod(axis=1)
    first = matrix.cells.drop_duplicates("benchmark").set_index("benchmark")
    seen = least <= (first["intact"] - first["guessing"]).reindex(least.index)
    return [benchmark for benchmark in matrix.defined if not seen[benchmark]]


def reason(matrix: Matrix, few: Collection[str]) -> str:
    """The one reason why not more can be said: the first that concerns most, else the largest.

    Args:
        matrix: the cells.
        few: the benchmarks of `blind`.
    """
    undefined, doubts = benchmarks_by_reason(matrix), Counter(mask_doubts(matrix).values())
    cause = max(undefined, key=lambda own: len(undefined[own]), default="")
    doubt = max(doubts, key=lambda own: doubts[own], default="")
    reasons = [
        Concern(len(matrix.reasons()), len(matrix.benchmarks), "why_undefined", cause),
        Concern(int(bool(matrix.unnamed)), 1, "why_unnamed", matrix.unnamed),
        Concern(doubts.total(), len(matrix.abilities), "why_doubted", doubt),
        Concern(len(few), len(matrix.defined), "why_blind", ""),
    ]
    by_share = sorted((r for r in reasons if r.affected), key=lambda r: -r.affected / r.total)
    of_most = [r for r in reasons if 2 * r.affected > r.total]
    if not by_share:
        return say("why_nothing")
    first = (of_most or by_share)[0]
    return say(first.about, count=first.affected, all=first.total, reason=first.why)


def overview(
    matrix: Matrix, findings: pd.DataFrame, few: Collection[str], scores: Iterable[Row]
) -> list[dict[str, Any]]:
    """A row per benchmark: its score, what stands out, and in a word or two why nothing does.

    Args:
        matrix: the cells.
        findings: which abilities stand out is read here, never found again.
        few: the benchmarks of `blind`.
        scores: of `rows.scores`; accuracy is shown where it is known, else the headline metric.
    """
    needed, better = named(matrix, findings), named(matrix, findings, "hindering")
    # A gain that reads as 0.00 stands among the findings alone.
    better = better[better["ais"].map(number) != number(0)]
    kinds = {verb: needed[needed["doubted"] == doubted] for verb, doubted in NEEDED.items()}
    kinds["does better without"] = better
    shown: dict[str, Row] = {}
    for score in scores:
        if score["benchmark"] not in shown or score["metric"] == "acc":
            shown[score["benchmark"]] = score
    rows = []
    for cell in matrix.cells.drop_duplicates("benchmark").to_dict("records"):
        name = str(cell["benchmark"])
        told = {verb: own.loc[own["benchmark"] == name, "said"] for verb, own in kinds.items()}
        names = "; ".join(f"{verb} {series(own)}" for verb, own in told.items() if len(own))
        rows.append({"score": shown[name], "found": names, "why": _why(matrix, cell, few)})
    return rows


def _why(matrix: Matrix, cell: Row, few: Collection[str]) -> str:
    """Why nothing stands out on the benchmark of a cell, in a word or two."""
    if cell["benchmark"] in matrix.reasons():
        return f"no AIS: {SHORT.get(cell['reason_code'], 'not computed')}"
    if matrix.unnamed:
        return "no other masks to compare with"
    if matrix.broken().loc[cell["benchmark"]].all():
        return "all ablated models broken"
    return "too few items" if cell["benchmark"] in few else "no loss beyond that of other masks"


def share_maps(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Each model's shares of abilities in benchmarks, as rows; of several readings, the first."""
    maps = []
    for _, table_of_model in table.groupby("model", sort=False):
        once = table_of_model.drop_duplicates(["benchmark", "ability"])
        rows = [(name, of.to_dict("records")) for name, of in once.groupby("benchmark", sort=False)]
        first = {name: once[name].iloc[0] for name in ("model", "read_from")}
        abilities, most = [*once["ability"].unique()], once["share"].max()
        maps.append({**first, "abilities": abilities, "rows": rows, "most": most})
    return maps
