"""The columns of the AIS table that say how format likelihood changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from benchprof.profile.contrast import controls_of
from benchprof.profile.format_likelihood import FormatLikelihood, Measure, format_changes
from benchprof.profile.resampling import Floats
from benchprof.profile.scores import Scores
from benchprof.profile.settings import ProfileSettings

COLUMNS = [
    "format_unit",
    "format_intact",
    "format_change",
    "format_change_low",
    "format_change_high",
    "format_change_random",
    "reason_format",
]


def with_format(
    rows: pd.DataFrame,
    format_likelihoods: Mapping[str, FormatLikelihood],
    scores: Scores,
    settings: ProfileSettings,
) -> pd.DataFrame:
    """The rows of one model and benchmark with `COLUMNS`.

    docs/reference/file_formats.md describes these columns.

    Args:
        rows: of `impact_rows`.
        format_likelihoods: by metric.
        scores: that the rows are of.
        settings: of the intervals.
    """
    columns: dict[Measure, pd.DataFrame] = {}
    for format_likelihood in format_likelihoods.values():
        if format_likelihood.measure not in columns:
            columns[format_likelihood.measure] = _columns(format_likelihood, scores, settings)
    found = pd.concat([columns[format_likelihoods[metric].measure] for metric in scores.metrics])
    place = list(rows.columns).index("p_least")
    for number, name in enumerate(COLUMNS):
        rows.insert(place + number, name, found[name].to_numpy())
    return rows


def largest_changes(changes: Floats, controls: Sequence[list[int]]) -> Floats:
    """(ablations,): the largest change of format likelihood, in size, under each ablation's random
    controls.

    Infinite where a control leaves some item without probability; NaN where there is no control,
    and where the ablation's own change is undefined.

    Args:
        changes: (ablations,), NaN where undefined.
        controls: by ablation, the numbers of its controls.
    """
    sizes = np.where(np.isnan(changes), np.inf, np.abs(changes))
    largest = [sizes[own].max() if own else np.nan for own in controls]
    return np.where(np.isnan(changes), np.nan, largest)


def _columns(
    format_likelihood: FormatLikelihood, scores: Scores, settings: ProfileSettings
) -> pd.DataFrame:
    """A row per ablation."""
    table = pd.DataFrame(np.nan, index=range(len(scores.ablations)), columns=COLUMNS)
    table = table.assign(
        format_unit=format_likelihood.measure.unit, reason_format=format_likelihood.measure.code
    )
    if format_likelihood.measure.code:
        return table
    changes = format_changes(format_likelihood, scores.units, settings)
    controls = [controls_of(own, scores.ablations) for own in scores.ablations]
    return table.assign(
        format_intact=changes.intact,
        format_change=changes.value,
        format_change_low=changes.low,
        format_change_high=changes.high,
        format_change_random=largest_changes(changes.value, controls),
        reason_format=list(changes.codes),
    )
