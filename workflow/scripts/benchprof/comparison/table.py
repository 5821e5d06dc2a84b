"""A combination in a row: what its masks do to their own items and to everything else."""

from __future__ import annotations

import math

import pandas as pd

from benchprof.analysis.selectivity import ITEM
from benchprof.profile.criteria import is_component

COLUMNS = ["abilities", "n", "n_other", "choice", "choice_se", "others", "others_se", "beyond",
           "beyond_se", "form", "others_form", "random", "read_off", "blank", "effects",
           "components"]  # fmt: skip


def summary_row(table: pd.DataFrame, effects: pd.DataFrame) -> tuple[object, ...]:
    """What the masks of one combination do, in the mean over abilities.

    Args:
        table: of `selectivity_table`, of one combination.
        effects: of `effects_table`, made from it.

    Returns:
        `abilities`: how many have a mask; `n` and `n_other`: items of each under its own mask and
        under another ability's. Rises of choice in nats: on the own items (`choice`), on the other
        abilities' (`others`), the difference of both (`beyond`), and under random masks, on
        read-offs and on blanks. Standard errors as if the items of different abilities were
        independent, and the same for own and others. `form` is the change of form on own and on
        others' items. `effects` counts masks whose effect is one on their ability, `components`
        those that `is_component` holds for.
    """
    items = table[(table["asked"] == ITEM) & table["seed"].isna()]
    own = items[items["test"] == items["ability"]]
    others = items[items["test"] != items["ability"]]
    choice, choice_se = _mean(own)
    elsewhere, elsewhere_se = _mean(others)
    figures = effects[["choice", "other_test", "form", "read_off"]].to_numpy(float)
    components = [is_component(*map(float, row)) for row in figures]
    return (
        len(own), own["n"].min(), others["n"].min() if len(others) else 0, choice, choice_se,
        elsewhere, elsewhere_se, choice - elsewhere, math.hypot(choice_se, elsewhere_se),
        own["form"].mean(), others["form"].mean(), effects["random"].mean(),
        effects["read_off"].mean(), effects["blank"].mean(), int(effects["effect"].sum()),
        sum(components),
    )  # fmt: skip


def _mean(rows: pd.DataFrame) -> tuple[float, float]:
    """The mean rise of choice over rows and its standard error."""
    error = math.sqrt(float((rows["choice_se"] ** 2).sum())) / len(rows) if len(rows) else math.nan
    return float(rows["choice"].mean()), error
