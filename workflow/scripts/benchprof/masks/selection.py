"""Which rule chooses the entries of an ability's mask, and what it is chosen from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from benchprof.masks.rankings import select_bottom, select_core, select_top
from benchprof.masks.shares import Shares
from benchprof.masks.specific import (
    in_several_tops,
    select_difference,
    select_excluding,
    select_max,
    select_ratio,
    select_sum,
)
from benchprof.masks.threshold import Entries
from benchprof.run.ablation import BACKGROUND
from benchprof.run.configuration import Specific, Top
from benchprof.tensors import TensorFile


def read_for(selection: str, ability: str, importances: Collection[str]) -> list[str]:
    """Names of the importances that an ability's mask is selected from.

    Args:
        selection: top, specific, core or bottom.
        ability: whose mask it is.
        importances: names of all, of the background too where the selection has one.
    """
    if selection in ("top", "bottom"):
        return [ability]
    return [ability, BACKGROUND] if BACKGROUND in importances else sorted(importances)


def selector(
    selection: str,
    settings: Mapping[str, Any],
    files: Mapping[str, TensorFile],
    counts: Sequence[int],
) -> Callable[[str], list[Entries]]:
    """From an ability to its entries for each count; what all abilities need is done once."""
    if selection == "top":
        within = Top(**settings).within
        return lambda ability: select_top(files[ability], counts, within)
    if selection == "bottom":
        return lambda ability: select_bottom(files[ability], counts)
    shares = Shares.of_files(files, BACKGROUND if BACKGROUND in files else None)
    if selection == "core":
        core = select_core(shares, counts)
        return lambda _: core
    rule = Specific(**settings)
    least = rule.in_top_of or 0
    tops = {a: select_top(file, counts) for a, file in files.items()} if least else {}
    if rule.pool is not None:
        pool = rule.pool
        return lambda ability: select_ratio(
            shares, ability, counts, pool, rule.others,
            in_several_tops(shares, ability, tops, least) if least else None,
        )  # fmt: skip
    if rule.definition == "exclude":
        return lambda ability: select_excluding(
            shares, ability, counts, in_several_tops(shares, ability, tops, least)
        )
    contrast = {"max": select_max, "diff": select_difference, "sum": select_sum}[rule.definition]
    return lambda ability: contrast(shares, ability, counts)
