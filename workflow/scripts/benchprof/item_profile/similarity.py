"""How alike item profiles are: of two models on a benchmark, of two benchmarks in a model."""

from __future__ import annotations

from itertools import combinations

import pandas as pd

from benchprof.item_profile.share import DIGITS
from benchprof.profile.measures import divergence_similarity

COLUMNS = ["read_from", "model_a", "benchmark_a", "model_b", "benchmark_b", "similarity"]


def similarity_table(shares: pd.DataFrame) -> pd.DataFrame:
    """A row for what is read and each pair of profiles that differ in model or benchmark alone.

    Similarity is 1 less the Jensen-Shannon divergence in base 2, in [0, 1].

    Args:
        shares: of all models, with the columns `model`, `read_from`, `benchmark`, `ability` and
        `share`.
    """
    keys = ["read_from", "model", "benchmark"]
    wide = shares.pivot(index=keys, columns="ability", values="share")
    profiles = dict(zip(wide.index, wide.fillna(0).to_numpy(), strict=True))
    rows = []
    for one, other in combinations(profiles, 2):
        if one[0] == other[0] and (one[1] == other[1]) != (one[2] == other[2]):
            alike = float(divergence_similarity(profiles[one], profiles[other]))
            rows.append([*one, *other[1:], round(alike, DIGITS)])
    return pd.DataFrame(rows, columns=COLUMNS)
