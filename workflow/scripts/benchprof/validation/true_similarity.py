"""Similarity of planted models' profiles beside the similarity of their true profiles."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchprof.profile.criteria import LEAST_EFFECT
from benchprof.profile.measures import profile_similarity


def true_similarity_rows(found: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """The rows of the similarity table of two planted models, with `truth`.

    Benchmarks that need no ability are left out: their normalised profiles are noise.

    Args:
        found: the table of similarities.
        truth: of `recovery.truth_rows`.
    """
    true = {
        key: cells.sort_values("ability")["truth"].to_numpy(dtype=float)
        for key, cells in truth.groupby(["model", "benchmark"])
    }
    columns = ["benchmark", "selection", "fraction", "model_a", "model_b", "similarity",
               "similarity_low", "similarity_high"]  # fmt: skip
    rows = [
        row | {"truth": float(profile_similarity(true[one], true[other]))}
        for row in found[columns].to_dict("records")
        for one, other in [((row["model_a"], row["benchmark"]), (row["model_b"], row["benchmark"]))]
        if one in true
        and other in true
        and min(np.ptp(true[one]), np.ptp(true[other])) > LEAST_EFFECT
    ]
    return pd.DataFrame(rows, columns=[*columns, "truth"])
