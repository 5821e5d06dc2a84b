"""What a validation must reach, and the verdict on whether it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

LEAST = ("mask_precision", "own_drop", "own_drop_min", "rank_correlation")
MOST = ("others_drop", "ais_rmse", "sign_errors", "false_positives")
EFFECT = 0.05
"""Of an AIS: below it, an ability matters next to nothing."""


@dataclass(frozen=True)
class Judgement:
    """One threshold: what was found, what is demanded, and whether it holds."""

    what: str
    found: float
    demanded: str
    holds: bool

    def __str__(self) -> str:
        mark = "holds" if self.holds else "FAILS"
        return f"{mark:6} {self.what}: {self.found:.3f}, {self.demanded}"


def judge(
    recovery: pd.DataFrame,
    coverage: pd.DataFrame,
    similarity: pd.DataFrame,
    view: tuple[str, str],
    thresholds: Mapping[str, Any],
) -> list[Judgement]:
    """Every threshold on every planted model under one selection and k.

    Args:
        recovery: its table; a model without blocks has no `mask_precision` there.
        coverage: its table.
        similarity: its table.
        view: selection and fraction.
        thresholds: as configured.
    """
    rows = recovery[(recovery["selection"] == view[0]) & (recovery["fraction"] == view[1])]
    known = rows["mask_precision"].notna()
    return [
        *(j for row in rows[known].to_dict("records") for j in _of_model(row, thresholds)),
        *_of_coverage(coverage, thresholds),
        *_of_similarity(similarity, view, thresholds["similarity_error"]),
        *(
            Judgement(
                f"{row['model']}: separable", float(row["separable"]),
                "0 demanded of a model without blocks", not row["separable"],
            )
            for row in rows[~known].to_dict("records")
        ),
    ]  # fmt: skip


def _of_model(row: Mapping[Any, Any], thresholds: Mapping[str, Any]) -> Iterator[Judgement]:
    for name in LEAST:
        bound = thresholds[name]
        yield Judgement(
            f"{row['model']}: {name}", row[name], f"at least {bound}", row[name] >= bound
        )
    for name in MOST:
        bound = thresholds[name]
        yield Judgement(
            f"{row['model']}: {name}", row[name], f"at most {bound}", row[name] <= bound
        )
    yield Judgement(
        f"{row['model']}: separable", float(row["separable"]), "1 demanded", row["separable"]
    )


def _of_coverage(coverage: pd.DataFrame, thresholds: Mapping[str, Any]) -> Iterator[Judgement]:
    """Intervals of effects by how often they hold the truth, those of next to none by how far off.

    Where an ablation changes one item in some hundred, most draws of a benchmark have none of
    these, and no bootstrap of its items knows of them.
    """
    low, high = thresholds["coverage"]
    for model, own in coverage.groupby("model"):
        effects = own[own["pool_ais"].abs() >= EFFECT]
        share = effects["held"].sum() / effects["draws"].sum()
        yield Judgement(
            f"{model}: coverage of the intervals where |AIS| >= {EFFECT}", share,
            f"between {low} and {high}", low <= share <= high,
        )  # fmt: skip
        farthest = own.loc[own["pool_ais"].abs() < EFFECT, "missed_by"].max()
        bound = thresholds["null_missed_by"]
        yield Judgement(
            f"{model}: farthest miss of an interval elsewhere", farthest, f"at most {bound}",
            farthest <= bound,
        )  # fmt: skip


def _of_similarity(
    similarity: pd.DataFrame, view: tuple[str, str], bound: float
) -> Iterator[Judgement]:
    rows = similarity[(similarity["selection"] == view[0]) & (similarity["fraction"] == view[1])]
    for (one, other), own in rows.groupby(["model_a", "model_b"]):
        error = float((own["similarity"] - own["truth"]).abs().mean())
        yield Judgement(
            f"{one} and {other}: error of the profiles' similarity", error, f"at most {bound}",
            error <= bound,
        )  # fmt: skip


def verdict_text(judgements: list[Judgement]) -> str:
    """A line for each threshold, those that fail last."""
    ordered = sorted(judgements, key=lambda judgement: not judgement.holds)
    failed = sum(not judgement.holds for judgement in judgements)
    end = (
        f"{failed} of {len(judgements)} thresholds fail"
        if failed
        else (f"all {len(judgements)} thresholds hold")
    )
    return "\n".join([*map(str, ordered), end]) + "\n"
