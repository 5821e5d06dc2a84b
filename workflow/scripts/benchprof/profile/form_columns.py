"""The columns of the AIS table that say how form changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from benchprof.profile.contrast import controls_of
from benchprof.profile.form import Form, Measure, form_changes
from benchprof.profile.resampling import Floats
from benchprof.profile.scores import Scores
from benchprof.profile.settings import ProfileSettings

COLUMNS = ["form_of", "form_intact", "form", "form_low", "form_high", "form_random", "reason_form"]


def with_form(
    rows: pd.DataFrame, forms: Mapping[str, Form], scores: Scores, settings: ProfileSettings
) -> pd.DataFrame:
    """The rows of one model and benchmark with `COLUMNS`.

    docs/reference/file_formats.md describes these columns.

    Args:
        rows: of `impact_rows`.
        forms: by metric.
        scores: that the rows are of.
        settings: of the intervals.
    """
    columns: dict[Measure, pd.DataFrame] = {}
    for form in forms.values():
        if form.measure not in columns:
            columns[form.measure] = _columns(form, scores, settings)
    found = pd.concat([columns[forms[metric].measure] for metric in scores.metrics])
    place = list(rows.columns).index("p_least")
    for number, name in enumerate(COLUMNS):
        rows.insert(place + number, name, found[name].to_numpy())
    return rows


def largest_changes(changes: Floats, controls: Sequence[list[int]]) -> Floats:
    """(ablations,): the largest change of form, in size, under each ablation's random controls.

    Infinite where a control leaves some item without probability; NaN where there is no control,
    and where the ablation's own change is undefined.

    Args:
        changes: (ablations,), NaN where undefined.
        controls: by ablation, the numbers of its controls.
    """
    sizes = np.where(np.isnan(changes), np.inf, np.abs(changes))
    largest = [sizes[own].max() if own else np.nan for own in controls]
    return np.where(np.isnan(changes), np.nan, largest)


def _columns(form: Form, scores: Scores, settings: ProfileSettings) -> pd.DataFrame:
    """A row per ablation."""
    table = pd.DataFrame(np.nan, index=range(len(scores.ablations)), columns=COLUMNS)
    table = table.assign(form_of=form.measure.unit, reason_form=form.measure.code)
    if form.measure.code:
        return table
    found = form_changes(form, scores.units, settings)
    controls = [controls_of(own, scores.ablations) for own in scores.ablations]
    return table.assign(
        form_intact=found.intact,
        form=found.value,
        form_low=found.low,
        form_high=found.high,
        form_random=largest_changes(found.value, controls),
        reason_form=list(found.codes),
    )
