"""The origins that a run's masks would have: an archived mask with the same origin is the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from benchprof.data import NEUTRAL_TEXT
from benchprof.importance.job import examples_and_origins
from benchprof.masks import super_job
from benchprof.masks.origin import control_origin, listed_origin, selected_origin
from benchprof.run import paths
from benchprof.run.ablation import LISTED, Ablation
from benchprof.run.jobs.importance import ComputeImportance
from benchprof.run.jobs.masks import DrawControls, SelectMasks
from benchprof.run.run import Run

NOT_COMPARED = "examples"
"""The key under which a control of units has the items that showed how active they are."""


def importance_origins(run: Run, model: str) -> dict[str, dict[str, Any]]:
    """What decides the importance for each ability, and for the background; nothing for lists.

    Raises:
        InputError: the items cannot be read.
    """
    if run.lists:
        return {}
    return examples_and_origins(ComputeImportance(run, model).scoring, run.train_items)[1]


def super_origin(run: Run, model: str, importance: Mapping[str, Any]) -> dict[str, Any]:
    """What decides the super set."""
    example = super_job.neutral_example(paths.model(model), NEUTRAL_TEXT)
    return super_job.origin_of({name: importance[name] for name in run.abilities}, example)


def mask_origins(
    job: SelectMasks, importance: Mapping[str, Any], left_out: str | None
) -> Iterator[tuple[Ablation, dict[str, Any]]]:
    """What decides each mask of a selection.

    Args:
        job: of the selection.
        importance: of `importance_origins`.
        left_out: the super set's digest; None where the run has none, as no mask says.
    """
    run, config = job.run, job.run.configuration
    for ablation in job.masks:
        if run.lists:
            lists = run.selection_settings[LISTED]
            yield ablation, listed_origin(ablation, config.unit, lists)
        else:
            rule = run.selection_rules[job.selection]
            own = selected_origin(ablation, importance, rule, config.fraction_of, left_out)
            yield ablation, own


def control_origins(
    job: DrawControls, left_out: str | None
) -> Iterator[tuple[Ablation, dict[str, Any]]]:
    """What decides each control of a selection, except for the masks that it is matched to.

    Args: as of `mask_origins`.
    """
    for ablation in job.controls:
        origin = control_origin(ablation, None)
        if job.super_set:
            # Also where it is unknown: then no control says the same.
            origin["super"] = left_out
        if job.of_units:
            # None matches no archived control: the items that showed the units' activity are not
            # compared. The run draws such a control again in a minute and finds its records by its
            # entries.
            origin[NOT_COMPARED] = None
        yield ablation, origin
