"""The AIS table in long format and the table of similarities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from benchprof.profile.impact import SIGNIFICANCE, Impacts, above_guessing_p, measure_impacts
from benchprof.profile.resampling import Floats, sign_flip_p
from benchprof.profile.similarity import noise_null, profile_similarity
from benchprof.sampling import derived_seed


@dataclass(frozen=True)
class Settings:
    """How scores become AIS; as configured under `profile`.

    `headlines` holds the metric that each shipped benchmark is known by, where `metric` is
    `headline`.
    """

    metric: str
    impact: str
    resamples: int
    confidence: float
    seed: int
    headlines: Mapping[str, str] = field(default_factory=dict)

    def of_benchmark(self, name: str) -> Settings:
        """The settings with the metric of one benchmark."""
        return replace(self, metric=self.headlines.get(name, self.metric))


@dataclass(frozen=True)
class Cell:
    """One ablation of one benchmark under one model, with its record.

    `ability` is `all_abilities` for a control that stands for all; `seed` is that of a random
    control, None for an ability's own mask.
    """

    model: str
    benchmark: str
    ability: str
    selection: str
    fraction: str
    seed: int | None
    record: dict[str, Any]


def impact_rows(intact: dict[str, Any], cells: Sequence[Cell], settings: Settings) -> pd.DataFrame:
    """A row per (cell, metric) of one model and one benchmark; `headline` marks the metric shown.

    The columns are described in docs/file_formats.md.
    """
    metrics = list(intact["items"]["scores"])
    headline = settings.metric if settings.metric in metrics else metrics[0]
    return pd.DataFrame(
        [
            row
            for metric in metrics
            for row in _metric_rows(intact, cells, metric, metric == headline, settings)
        ]
    )


def add_corrected(table: pd.DataFrame) -> pd.DataFrame:
    """Add Benjamini-Hochberg q-values; a family is all defined cells of one metric."""
    for contrast in ("random", "others"):
        table[f"q_{contrast}"] = np.nan
        for _, family in table.groupby("metric", sort=False):
            tested = family.index[family[f"p_{contrast}"].notna()]
            if len(tested):
                p = table.loc[tested, f"p_{contrast}"]
                table.loc[tested, f"q_{contrast}"] = false_discovery_control(p)
    return table


def add_dose(table: pd.DataFrame, own_benchmarks: dict[str, str]) -> pd.DataFrame:
    """Add `dose`: the ability's own AIS on its test split under the same mask.

    Args:
        table: of all models and benchmarks.
        own_benchmarks: the benchmark that is an ability's test split, by ability.
    """
    keys = ["model", "ability", "selection", "fraction", "seed", "metric"]
    own = table[table["benchmark"] == table["ability"].map(own_benchmarks)]
    doses = own[[*keys, "ais"]].rename(columns={"ais": "dose"})
    return table.merge(doses, on=keys, how="left", validate="many_to_one")


def similarity_rows(table: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Similarity of every two models per (benchmark, selection, fraction), on the headline AIS."""
    profiles = table[table["headline"] & table["seed"].isna()]
    rows = []
    for (benchmark, selection, fraction), group in profiles.groupby(
        ["benchmark", "selection", "fraction"], sort=False
    ):
        wide = group.pivot_table(
            index="ability", columns="model", values="ais", sort=False, dropna=False
        )
        for first, second in combinations(group["model"].unique(), 2):
            rows.append(
                {"benchmark": benchmark, "selection": selection, "fraction": fraction,
                 "model_a": first, "model_b": second, "abilities": len(wide)}
                | _similarity(wide[first].to_numpy(), wide[second].to_numpy(), seed)
            )  # fmt: skip
    columns = ["benchmark", "selection", "fraction", "model_a", "model_b", "abilities",
               "similarity", "noise_low", "noise_median", "noise_high", "reason"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _similarity(first: Floats, second: Floats, seed: int) -> dict[str, Any]:
    low, median, high = noise_null(len(first), seed) if len(first) > 1 else (np.nan,) * 3
    null = {"noise_low": low, "noise_median": median, "noise_high": high}
    if np.isnan(first).any() or np.isnan(second).any():
        return null | {"similarity": np.nan, "reason": "a profile is undefined"}
    similarity = profile_similarity(first, second)
    if similarity is None:
        return null | {"similarity": np.nan, "reason": "a profile's abilities are all equal"}
    return null | {"similarity": similarity, "reason": ""}


def _metric_rows(
    intact: dict[str, Any], cells: Sequence[Cell], metric: str, headline: bool, settings: Settings
) -> list[dict[str, Any]]:
    base = np.array(intact["items"]["scores"][metric], dtype=np.float64)
    ablated = np.array([c.record["items"]["scores"][metric] for c in cells], dtype=np.float64)
    seed = derived_seed(settings.seed, "bootstrap", len(base))
    impacts = measure_impacts(
        base, ablated, intact["guessing"], settings.impact, settings.resamples,
        settings.confidence, seed,
    )  # fmt: skip
    p = above_guessing_p(base, intact["guessing"])
    reason = ""
    if not p < SIGNIFICANCE:
        reason = (
            f"the intact score {base.mean():.3f} is not significantly above guessing, "
            f"{intact['guessing']:.3f} (p = {p:.2f}, n = {len(base)})"
        )
    return [
        {
            "model": cell.model,
            "benchmark": cell.benchmark,
            "ability": cell.ability,
            "selection": cell.selection,
            "fraction": cell.fraction,
            "seed": cell.seed,
            "metric": metric,
            "headline": headline,
            "n": len(base),
            "guessing": intact["guessing"],
            "intact": base.mean(),
            "ablated": ablated[number].mean(),
            "p_guessing": p,
        }
        | _impact_fields(impacts, number, cells, ablated, reason, settings)
        | {
            "model_digest": cell.record["origin"]["model"]["digest"],
            "mask_digest": cell.record["origin"]["mask"]["digest"],
            "requests_digest": cell.record["origin"]["requests"]["digest"],
        }
        for number, cell in enumerate(cells)
    ]


def _impact_fields(
    impacts: Impacts,
    number: int,
    cells: Sequence[Cell],
    ablated: Floats,
    reason: str,
    settings: Settings,
) -> dict[str, Any]:
    fields: dict[str, Any] = {"reason": reason}
    contrasts = {
        "random": _controls_of(cells[number], cells),
        "others": _other_abilities(cells[number], cells),
    }
    names = ["ais", "ais_low", "ais_high"]
    estimate = impacts.estimate(number)
    fields |= dict(zip(names, (estimate.value, estimate.low, estimate.high), strict=True))
    for contrast, others in contrasts.items():
        keys = [f"over_{contrast}", f"over_{contrast}_low", f"over_{contrast}_high"]
        names += [*keys, f"p_{contrast}"]
        if others:
            excess = impacts.excess(number, others)
            fields |= dict(zip(keys, (excess.value, excess.low, excess.high), strict=True))
            differences = ablated[number] - ablated[others].mean(axis=0)
            seed = derived_seed(settings.seed, "sign_flip", len(differences))
            fields[f"p_{contrast}"] = sign_flip_p(differences, settings.resamples, seed)
    return {name: np.nan if reason else fields.get(name, np.nan) for name in names} | {
        "reason": reason
    }


def _controls_of(cell: Cell, cells: Sequence[Cell]) -> list[int]:
    """Numbers of the random controls of a cell's own mask; none for a control itself."""
    return [
        number
        for number, other in enumerate(cells)
        if cell.seed is None
        and other.seed is not None
        and other.ability in (cell.ability, "all_abilities")
        and (other.selection, other.fraction) == (cell.selection, cell.fraction)
    ]


def _other_abilities(cell: Cell, cells: Sequence[Cell]) -> list[int]:
    """Numbers of the other abilities' masks of the same selection and k."""
    return [
        number
        for number, other in enumerate(cells)
        if cell.seed is None
        and other.seed is None
        and other.ability != cell.ability
        and (other.selection, other.fraction) == (cell.selection, cell.fraction)
    ]
