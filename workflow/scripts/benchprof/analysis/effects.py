"""Whether a mask acts on its ability: the choice changes, and nothing else explains the change."""

from __future__ import annotations

import math

import pandas as pd

from benchprof.abilities.item import COMPANIONS
from benchprof.ablation import control_owners
from benchprof.analysis.selectivity import ITEM
from benchprof.profile.criteria import Effect, explanations

COLUMNS = ["ability", "n", "choice", "choice_se", "form", "random", "other_mask", "flip",
           "blank", "other_test", "explained_by", "effect"]  # fmt: skip


def effects_table(table: pd.DataFrame) -> pd.DataFrame:
    """A row per ability whose own test was asked under its own mask.

    Args:
        table: of `selectivity_table`, of the items and of their companions.

    Returns:
        Rises of choice in nats. On the ability's own items: under its own mask (`choice`), the mean
        under the random masks (`random`), and the largest under another ability's (`other_mask`).
        Under its own mask: on each kind of companion, and the largest on another ability's test
        (`other_test`). `form` is the change of form on the own items under the own mask.
        `explained_by` names which of these explain the rise of choice (see `explanations`), and
        `effect` says whether none does. NaN stands for what was not asked.
    """
    rows = [_row(ability, table) for ability in table["ability"].unique()]
    return pd.DataFrame([row for row in rows if row], columns=COLUMNS)


def _row(ability: str, table: pd.DataFrame) -> tuple[object, ...]:
    items = table[table["asked"] == ITEM]
    own_items = items[items["test"] == ability]
    masks = own_items[own_items["seed"].isna()]
    own = masks[masks["ability"] == ability]
    if own.empty:
        return ()
    (_, mask), *_ = own.iterrows()
    own_mask = table[table["seed"].isna() & (table["ability"] == ability)]
    asked = own_mask[own_mask["test"] == ability].set_index("asked")
    others = {
        f"mask of {name}": effect
        for name, effect in _effects_of(masks.set_index("ability")).items()
        if name != ability
    }
    controls = own_items[own_items["seed"].notna()]
    random = _mean(controls[controls["ability"].isin(control_owners(ability))])
    blank = {kind: effect for kind, effect in _effects_of(asked).items() if kind == "blank"}
    found = explanations(
        Effect(mask["choice"], mask["choice_se"]),
        float(mask["form"]),
        others | blank | ({"random masks": random} if random else {}),
    )
    other_masks = [name for name in found if name in others]
    found = [name for name in found if name not in others]
    found += [f"other masks ({len(other_masks)})"] if other_masks else []
    tests = own_mask[(own_mask["asked"] == ITEM) & (own_mask["test"] != ability)]["choice"]
    on = {kind: asked["choice"].get(kind, math.nan) for kind in COMPANIONS}
    return (
        ability, mask["n"], mask["choice"], mask["choice_se"], mask["form"],
        random.value if random else math.nan,
        pd.Series([other.value for other in others.values()], dtype=float).max(skipna=False),
        *on.values(), tests.max(skipna=False), ", ".join(found), not found,
    )  # fmt: skip


def _effects_of(rows: pd.DataFrame) -> dict[str, Effect]:
    """The effects of rows, by the names that are their index."""
    named = zip(rows.index, rows["choice"], rows["choice_se"], strict=True)
    return {str(name): Effect(float(value), float(error)) for name, value, error in named}


def _mean(rows: pd.DataFrame) -> Effect | None:
    """The mean over random masks, with the error of one of them: they share the items."""
    if rows.empty:
        return None
    return Effect(float(rows["choice"].mean()), float(rows["choice_se"].mean()))
