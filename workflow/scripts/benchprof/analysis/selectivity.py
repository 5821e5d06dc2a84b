"""The selectivity matrix: the answer loss on each ability's test split when each is ablated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchprof.abilities.item import ITEM_KINDS
from benchprof.evaluation.fields import Record
from benchprof.evaluation.responses import log_likelihoods
from benchprof.profile.criteria import NATS, is_selective_by_loss
from benchprof.profile.format_likelihood import (
    FormatChanges,
    FormatLikelihood,
    Measure,
    format_changes,
)
from benchprof.profile.resampling import Floats, standard_error
from benchprof.profile.settings import ProfileSettings
from benchprof.profile.units import units_of

COLUMNS = ["test", "item_kind", "ability", "seed", "n", "intact", "ablated", "rise", "rise_se",
           "option_cross_entropy", "option_cross_entropy_se", "format_change",
           "format_change_low", "format_change_high", "reason_format"]  # fmt: skip
ITEM = ITEM_KINDS[0]

MaskOwner = tuple[str, int | None]
"""Whose mask, and the seed of a random control; None for the ability's own."""


@dataclass(frozen=True)
class Answers:
    """What is computed from one model's answers to a test split.

    Attributes:
        losses: (n,), of `answer_losses`.
        format_likelihood: (n,), the log of the choices' total probability, in nats.
    """

    losses: Floats
    format_likelihood: Floats

    @property
    def option_cross_entropy(self) -> Floats:
        """(n,), minus the log of the right option's share among the options, in nats.

        Infinite where the model gives the right option no probability at all.
        """
        option_cross_entropy = self.losses.copy()
        known = np.isfinite(option_cross_entropy)
        option_cross_entropy[known] += self.format_likelihood[known]
        return option_cross_entropy


def answers_of(record: Record) -> Answers:
    """The losses and the format of the answers in a record of a test split of choices."""
    return Answers(answer_losses(record), Measure(NATS).of(record))


def answer_losses(record: Record) -> Floats:
    """Loss of each item's right answer in nats, summed over its tokens, (n,).

    If several answers are right, the loss of the likeliest one. Infinite if the model gives it no
    probability at all.
    """
    items = record["items"]
    return np.array(
        [
            min(-likelihoods[number] for number in gold)
            for gold, likelihoods in zip(
                items["gold"], map(log_likelihoods, items["responses"]), strict=True
            )
        ]
    )


def selectivity_table(
    intact: Mapping[str, Answers],
    ablated: Mapping[str, Mapping[MaskOwner, Answers]],
    settings: ProfileSettings,
    asked: str = ITEM,
) -> pd.DataFrame:
    """A row per test split and ablation.

    Args:
        intact: answers of the intact model by ability whose test split it is.
        ablated: of the ablated models, by the same and by ablation.
        settings: of the intervals of format likelihood.
        asked: what was asked of the test splits' items, one of `ITEM_KINDS`.

    Returns:
        Mean losses `intact` and `ablated` in nats; the `rise` from one to the other; the rise of
        `option_cross_entropy`, as `Answers` has it; the standard errors of both over items, which
        stand in pairs; the change of `format_change` with its interval, as the AIS table has
        it, and the code of why it is missing.
    """
    rows = []
    for test, base in intact.items():
        changes = _format_changes(base, ablated[test], settings)
        format_likelihoods = zip(
            changes.value, changes.low, changes.high, changes.codes, strict=True
        )
        for ((ability, seed), own), format_likelihood in zip(
            ablated[test].items(), format_likelihoods, strict=True
        ):
            rows.append(
                (test, asked, ability, seed, len(base.losses), base.losses.mean(),
                 own.losses.mean(), *_mean_and_error(own.losses - base.losses),
                 *_mean_and_error(own.option_cross_entropy - base.option_cross_entropy),
                 *format_likelihood)
            )  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS).astype({"seed": "Int64"})


def rises(table: pd.DataFrame) -> pd.DataFrame:
    """Rises in nats under the abilities' own masks: ablated ability (rows) by test (columns)."""
    own = table[table["seed"].isna() & (table["item_kind"] == ITEM)]
    grid = own.pivot(index="ability", columns="test", values="rise")
    return grid.reindex(index=own["ability"].unique(), columns=own["test"].unique())


def random_rises(table: pd.DataFrame) -> pd.Series:
    """Mean rise in nats over all random controls, by test split."""
    controls = table[table["seed"].notna() & (table["item_kind"] == ITEM)]
    return controls.groupby("test", sort=False)["rise"].mean()


def control_item_rises(table: pd.DataFrame, kind: str) -> dict[str, float]:
    """Rise in nats under an ability's own mask on one control item of its items, by ability.

    Args:
        table: of `selectivity_table`.
        kind: of the control item; abilities whose items were not asked it are left out.
    """
    own = table[
        table["seed"].isna() & (table["item_kind"] == kind) & (table["test"] == table["ability"])
    ]
    return dict(zip(own["ability"], own["rise"], strict=True))


def selective_over_uninformative(
    grid: pd.DataFrame, uninformative: Mapping[str, float]
) -> dict[str, bool]:
    """Whether an ability's own loss rises `SELECTIVE_RISE` times as much as on its uninformative
    items.

    Where it does not, the mask hits how the items are asked and answered rather than the ability.

    Args:
        grid: of `rises`.
        uninformative: of `control_item_rises`.
    """
    return {
        ability: is_selective_by_loss(float(grid[ability][ability]), uninformative)
        for ability, uninformative in uninformative.items()
    }


def selective_by_loss(grid: pd.DataFrame) -> dict[str, bool]:
    """Whether an ability's own loss rises `SELECTIVE_RISE` times as much as any other.

    Args:
        grid: of `rises`; abilities without a test split among its columns, or with no other to be
            compared with, are left out.
    """
    found = {}
    for ability in grid.index:
        if ability in grid.columns and len(grid.columns) > 1:
            own, others = grid.loc[ability, ability], grid.loc[ability].drop(ability)
            # Unknown where one of the others is.
            found[ability] = is_selective_by_loss(own, others.max(skipna=False))
    return found


def _format_changes(
    base: Answers, ablated: Mapping[MaskOwner, Answers], settings: ProfileSettings
) -> FormatChanges:
    """The changes of format likelihood on one test split, in the order of the ablations."""
    items = np.stack([base.format_likelihood, *(own.format_likelihood for own in ablated.values())])
    # All items are of one task.
    return format_changes(
        FormatLikelihood(Measure(NATS), items),
        units_of([""] * len(base.format_likelihood)),
        settings,
    )


def _mean_and_error(rises: Floats) -> tuple[float, float]:
    """The mean over items, and its standard error; an infinite rise has no spread."""
    return float(rises.mean()), standard_error(rises)
