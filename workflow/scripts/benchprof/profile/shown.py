"""The rows of the AIS table that are shown: abilities' masks, in each benchmark's headline metric.

Neither random controls nor a benchmark's other metrics are among them.
"""

from __future__ import annotations

import pandas as pd

from benchprof.profile.key import ProfileKey


def shown_masks(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of the abilities' masks in the metric shown, in the table's order."""
    return table[table["headline"] & table["seed"].isna()]


def profile_cells(table: pd.DataFrame) -> dict[ProfileKey, pd.DataFrame]:
    """The rows that are a profile: all abilities' masks in the metric shown."""
    groups = shown_masks(table).groupby(list(ProfileKey._fields), sort=False)
    return {ProfileKey(*map(str, key)): cells for key, cells in groups}
