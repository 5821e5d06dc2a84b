"""How much the abilities' masks have in common, as the page and the summary say it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from benchprof.profile.criteria import LARGE_OVERLAP
from benchprof.report.matrix import Matrix
from benchprof.report.names import readable
from benchprof.report.numbers import number, number_off, span

VIEW = ["model", "selection", "fraction"]


def read_overlap(files: Mapping[tuple[str, str, str], Path]) -> pd.DataFrame:
    """The tables of `analysis.overlap`, by model, selection and k, as one that names these."""
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


def overlap_caveat(table: pd.DataFrame | None, matrix: Matrix) -> list[str]:
    """A sentence on the pairs of abilities that share more than `LARGE_OVERLAP` of their masks.

    Nothing without a table, or where all have one mask, of which another sentence tells.
    """
    if table is None or matrix.one_mask:
        return []
    every = matrix.rows_of(table)
    shares = every.assign(share=_shared(every["jaccard"]), expected=_shared(every["chance"]))
    large = shares[shares["share"] > LARGE_OVERLAP].sort_values("share", kind="stable")
    if large.empty:
        return []
    most = large.iloc[-1]
    pair = f"{readable(most['ability_a'])} and {readable(most['ability_b'])}"
    share = span(*(number_off(own["share"], LARGE_OVERLAP) for own in (large.iloc[0], most)))
    expected = number(most["expected"])
    chance = f"two random masks: {expected if expected != '0.00' else 'below 0.01'}"
    if len(large) == 1:
        found = f"the masks of {pair} have {share} of their contents in common ({chance})"
    else:
        found = (
            f"in {len(large)} of {len(every)} pairs of abilities, the two masks have {share} of "
            f"their contents in common (most: {pair}; {chance})"
        )
    return [f"Overlap: {found}. What they have in common can't be assigned to one ability."]


def _shared(jaccard: pd.Series) -> pd.Series:
    """The entries of both masks as a share of the number that a mask of the two has on average."""
    return 2 * jaccard / (1 + jaccard)
