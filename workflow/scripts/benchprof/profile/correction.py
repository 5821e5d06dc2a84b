"""Correction for many tests: q-values, and where no single effect can survive it."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from benchprof.profile.criteria import SIGNIFICANCE

# Masks of another rule or size are another experiment. In a common family, masks that break a model
# would make other cells significant, and masks that change nothing would make them insignificant.
FAMILY = ["metric", "selection", "mask_fraction"]


def add_corrected(table: pd.DataFrame) -> pd.DataFrame:
    """Add Benjamini-Hochberg q-values, and `family`, the number of tests corrected together.

    A family is all defined cells of one metric, selection and mask fraction in one contrast, over
    all models, benchmarks and abilities; random controls against the intact model are a family of
    their own. What else a run has (another selection, another mask fraction) changes no q-value.
    """
    families = [*(table[name] for name in FAMILY), table["seed"].isna()]
    for contrast in ("ais", "random", "others"):
        table[f"q_{contrast}"] = np.nan
        for _, family in table.groupby(families, sort=False):
            tested = family.index[family[f"p_{contrast}"].notna()]
            if len(tested):
                p = table.loc[tested, f"p_{contrast}"]
                table.loc[tested, f"q_{contrast}"] = false_discovery_control(p)
    table["family"] = table.groupby(families, sort=False)["p_ais"].transform("count")
    return table


def out_of_reach(cells: pd.DataFrame) -> list[str]:
    """Sentences on cells of which no single one can survive the correction, however clear.

    If only one of m tests reaches the least p-value p, its q is m p; if j tests reach it together,
    their q is m p / j.

    Args:
        cells: rows of the AIS table with `family`; random controls and undefined cells count not.
    """
    cells = cells[cells["ais"].notna() & cells["seed"].isna()]
    # Rounded, since 40 x 0.01 / 0.05 may come out as 7.99...
    together = np.floor((cells["family"] * cells["p_least"] / SIGNIFICANCE).round(9)) + 1
    units = cells["clusters"].fillna(cells["n"]).astype(float)
    drawn = cells["p_least"] > 2.0 ** (1 - units)
    short = cells.assign(together=together, drawn=drawn)[together > 1]
    groups = short.groupby([*FAMILY, "family", "p_least", "drawn"], sort=False)
    return [_sentence(own) for _, own in groups]


def _sentence(cells: pd.DataFrame) -> str:
    """Of cells with one family, least p-value and cause of it."""
    first = cells.iloc[0]
    family, together = int(first["family"]), int(first["together"])
    possible = (
        f"q < {SIGNIFICANCE} takes {together} cells that reach it together, so that no single "
        "cell does"
        if together <= family
        else f"no q is below {SIGNIFICANCE}"
    )
    return (
        f"The tests' least p-value is {first['p_least']:.2g} on "
        f"{', '.join(cells['benchmark'].astype(str).unique())}: corrected for {family} tests, "
        f"{possible}. {_remedy(first)}"
    )


def _remedy(cell: pd.Series) -> str:
    """What it takes for one cell alone to survive: least p-values below the level over the tests.

    Sign flips of n units have a least p-value of 2 / 2^n, drawn ones 1 / (resamples + 1).
    """
    level = SIGNIFICANCE / cell["family"]
    resamples = f"{math.ceil(1 / level)} resamples or more"
    units, name = (cell["n"], "items") if pd.isna(cell["clusters"]) else (cell["clusters"], "tasks")
    if 2.0 ** (1 - float(units)) < level:
        return f"With {resamples} one can."
    enough = f"{math.floor(1 - math.log2(level)) + 1} {name} or more"
    if cell["drawn"]:
        return f"With {enough} and {resamples} one can."
    return f"With {enough} (and {resamples}, where scores are continuous) one can."
