"""A combination in a row: what its masks do to their own items and to everything else."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from benchprof.abilities.item import ASKED
from benchprof.profile.criteria import MIN_ITEMS, is_component
from benchprof.profile.resampling import standard_error

ITEM = ASKED[0]
CHANGES = ["test", "asked", "ability", "seed", "item", "choice", "form"]
"""An item under a mask: whose item it is, what was asked of it, whose mask, the seed of a random
one, the item's number in its file, the rise of choice and the change of form in nats."""
UNASKED = "companions not asked"
"""The entry of `explained_by` that says that companions could not be asked."""
COLUMNS = ["abilities", "n", "n_other", "choice", "choice_se", "others", "others_se", "beyond",
           "beyond_se", "matched", "matched_se", "form", "others_form", "random", "read_off",
           "read_off_size", "blank", "effects", "components"]  # fmt: skip


def mask_rows(changes: pd.DataFrame) -> pd.DataFrame:
    """The means over items, a row for each mask and what it was tried on.

    Args:
        changes: of `CHANGES`.

    Returns:
        `n` items, `choice` with its standard error over them, and `form`; an infinite rise has no
        error. The rows are what `effects_table` judges.
    """
    keys = ["test", "asked", "ability", "seed"]
    groups = changes.groupby(keys, sort=False, dropna=False)
    rows = groups.agg(n=("item", "size"), choice=("choice", _mean), choice_se=("choice", _error),
                      form=("form", _mean))  # fmt: skip
    return rows.reset_index().astype({"seed": "Int64"})


def without_companions(effects: pd.DataFrame) -> pd.DataFrame:
    """The effects if read-offs and blanks could not be asked: none counts as one on an ability.

    Args:
        effects: of `effects_table`.
    """
    explained = [", ".join(filter(None, (own, UNASKED))) for own in effects["explained_by"]]
    return effects.assign(explained_by=explained, effect=False)


def summary_row(
    changes: pd.DataFrame, effects: pd.DataFrame, judged: bool = True
) -> tuple[object, ...]:
    """What the masks of one combination do, in the mean over abilities: the columns `COLUMNS`.

    Args:
        changes: of `CHANGES`, of one combination.
        effects: of `effects_table`, made from their `mask_rows`.
        judged: whether the companions were asked that tell an effect on an ability from others.

    Returns:
        `abilities`: how many have a mask; `n` and `n_other`: items of each under its own mask and
        under each other one. Rises of choice in nats on the own items (`choice`), on the others'
        (`others`: of each item the mean over masks first, since these share the items), the
        difference (`beyond`), the same on the items alone that all these masks were tried on
        (`matched`), under random masks, on read-offs and on blanks. Standard errors are over items;
        that of `beyond` treats own and others' items as different items, which they are not.
        Means of the sizes, whatever the signs: the change of form on own and on others' items
        (`form`, `others_form`), each mask's rise on its read-offs (`read_off_size`). `effects`
        counts masks whose effect is one on their ability, `components` those that `is_component`
        holds for; NaN where masks are compared on fewer than `MIN_ITEMS` items, or are not judged.
    """
    items = changes[(changes["asked"] == ITEM) & changes["seed"].isna()]
    own = items[items["test"] == items["ability"]]
    others = items[items["test"] != items["ability"]]
    by_item = others.groupby(["test", "item"], sort=False)["choice"].agg(_mean).reset_index()
    (choice, choice_se), (elsewhere, elsewhere_se) = _over_abilities(own), _over_abilities(by_item)
    pairs = own.merge(by_item, on=["test", "item"], suffixes=("_own", "_others"))
    pairs["choice"] = pairs["choice_own"] - pairs["choice_others"]
    n, n_other = _items(own), _items(by_item)
    enough = judged and min(n, n_other) >= MIN_ITEMS
    figures = effects[["choice", "other_test", "form", "read_off"]].to_numpy(float)
    components = [is_component(*map(float, row)) for row in figures]
    return (
        own["test"].nunique(), n, n_other, choice, choice_se, elsewhere, elsewhere_se,
        choice - elsewhere, math.hypot(choice_se, elsewhere_se), *_over_abilities(pairs),
        _size(own, "form"),
        _size(others, "form"), _mean(effects["random"]), _mean(effects["read_off"]),
        _mean(effects["read_off"].abs()), _mean(effects["blank"]),
        effects["effect"].sum() if enough else math.nan,
        sum(components) if enough else math.nan,
    )  # fmt: skip


def _over_abilities(items: pd.DataFrame) -> tuple[float, float]:
    """The mean over abilities of the mean rise of choice, and its standard error over items."""
    by_test = items.groupby("test", sort=False)["choice"]
    errors = by_test.agg(_error).to_numpy(float)
    error = math.sqrt(float(np.square(errors).sum())) / len(errors) if len(errors) else math.nan
    return _mean(by_test.agg(_mean)), error


def _items(items: pd.DataFrame) -> int:
    """The fewest items of an ability."""
    return int(items.groupby("test")["item"].nunique().min()) if len(items) else 0


def _size(changes: pd.DataFrame, column: str) -> float:
    """The mean over masks and tests of the size of their mean change."""
    return _mean(changes.groupby(["ability", "test"])[column].agg(_mean).abs())


def _mean(values: pd.Series) -> float:
    """The mean, unknown where one of the values is."""
    return float(np.mean(values.to_numpy(float))) if len(values) else math.nan


def _error(values: pd.Series) -> float:
    return standard_error(values.to_numpy(float))
