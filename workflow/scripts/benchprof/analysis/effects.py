"""Whether a mask acts on its ability: the choice changes, and nothing else explains the change."""

from __future__ import annotations

import math

import pandas as pd

from benchprof.abilities.item import CONTROL_ITEMS
from benchprof.ablation import control_owners
from benchprof.analysis.selectivity import ITEM
from benchprof.profile.criteria import Rise, explanations

COLUMNS = ["ability", "n", "option_cross_entropy", "option_cross_entropy_se", "format_change",
           "random", "other_mask", "counterfactual", "uninformative", "other_test",
           "explained_by", "validated"]  # fmt: skip


def effects_table(table: pd.DataFrame) -> pd.DataFrame:
    """A row per ability whose held-out test was asked under its own mask.

    Args:
        table: of `selectivity_table`, of the items and of their control items.

    Returns:
        Rises of option cross-entropy in nats. On the ability's own items: under its own mask
        (`option_cross_entropy`), the mean under the random masks (`random`), and the largest under
        another ability's (`other_mask`). Under its own mask: on each kind of control item, and the
        largest on another ability's test (`other_test`). `format_change` is the change of format
        likelihood on the own items under the own mask. `explained_by` names which of these explain
        the rise of option cross-entropy (see `explanations`), and `validated` says whether none
        does. NaN stands for what was not asked.
    """
    rows = [_row(ability, table) for ability in table["ability"].unique()]
    return pd.DataFrame([row for row in rows if row], columns=COLUMNS)


def _row(ability: str, table: pd.DataFrame) -> tuple[object, ...]:
    items = table[table["item_kind"] == ITEM]
    own_items = items[items["test"] == ability]
    masks = own_items[own_items["seed"].isna()]
    own = masks[masks["ability"] == ability]
    if own.empty:
        return ()
    (_, mask), *_ = own.iterrows()
    own_mask = table[table["seed"].isna() & (table["ability"] == ability)]
    asked = own_mask[own_mask["test"] == ability].set_index("item_kind")
    others = {
        f"mask of {name}": effect
        for name, effect in _rises_of(masks.set_index("ability")).items()
        if name != ability
    }
    controls = own_items[own_items["seed"].notna()]
    random = _mean(controls[controls["ability"].isin(control_owners(ability))])
    uninformative = {
        kind: rise for kind, rise in _rises_of(asked).items() if kind == "uninformative"
    }
    found = explanations(
        Rise(mask["option_cross_entropy"], mask["option_cross_entropy_se"]),
        float(mask["format_change"]),
        others | uninformative | ({"random masks": random} if random else {}),
    )
    other_masks = [name for name in found if name in others]
    found = [name for name in found if name not in others]
    found += [f"other masks ({len(other_masks)})"] if other_masks else []
    tests = own_mask[(own_mask["item_kind"] == ITEM) & (own_mask["test"] != ability)][
        "option_cross_entropy"
    ]
    on = {kind: asked["option_cross_entropy"].get(kind, math.nan) for kind in CONTROL_ITEMS}
    return (
        ability, mask["n"], mask["option_cross_entropy"], mask["option_cross_entropy_se"],
        mask["format_change"],
        random.value if random else math.nan,
        pd.Series([other.value for other in others.values()], dtype=float).max(skipna=False),
        *on.values(), tests.max(skipna=False), ", ".join(found), not found,
    )  # fmt: skip


def _rises_of(rows: pd.DataFrame) -> dict[str, Rise]:
    """The effects of rows, by the names that are their index."""
    named = zip(
        rows.index, rows["option_cross_entropy"], rows["option_cross_entropy_se"], strict=True
    )
    return {str(name): Rise(float(value), float(error)) for name, value, error in named}


def _mean(rows: pd.DataFrame) -> Rise | None:
    """The mean over random masks, with the error of one of them: they share the items."""
    if rows.empty:
        return None
    return Rise(
        float(rows["option_cross_entropy"].mean()), float(rows["option_cross_entropy_se"].mean())
    )
