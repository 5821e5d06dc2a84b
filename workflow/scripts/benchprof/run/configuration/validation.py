"""What the configuration says of a validation on planted models."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from benchprof.run.configuration.fields import EXPANDED, Limit, ModelName, Number, Share
from benchprof.section import EachOnce, Section

SelectionName = Literal["top", "specific", "core", "bottom"]


class MostErrors(Section):
    """Errors that one planted model may have beyond `thresholds`."""

    ais_rmse: Number | None = None
    truth_rmse: Number | None = None
    sign_errors: Number | None = None


LeastAndMost = Annotated[
    list[Number], Field(min_length=2, max_length=2, description="the minimum and the maximum")
]


class Thresholds(Section):
    """What a validation must reach, where it is demanded; config/planted.yaml explains each."""

    accepted: int | None = Field(default=None, ge=1, description="a whole number, 1 or more")
    truth_rmse: Number | None = None
    found: Number | None = None
    mask_precision: Number | None = None
    form_share: LeastAndMost | None = None
    own_drop: Number | None = None
    own_drop_min: Number | None = None
    others_drop: Number | None = None
    ais_rmse: Number | None = None
    calibrated_rmse: Number | None = None
    rank_correlation: Number | None = None
    sign_errors: Number | None = None
    coverage: LeastAndMost | None = None
    null_missed_by: Number | None = None
    false_positives: Number | None = None
    similarity_error: Number | None = None


class Validation(Section):
    """Models whose abilities lie in known weights, and what must be found of them."""

    composition: Annotated[
        str,
        Field(pattern=r"\.json$", description="a JSON file of the benchmarks' mixtures"),
        EXPANDED,
    ]
    planted: Annotated[list[ModelName], EachOnce] = Field(
        min_length=1, description="names of models from folders with a card.json"
    )
    entangled: Annotated[list[ModelName], EachOnce] = Field(
        default=[], description="names of models without blocks"
    )
    selection: SelectionName = Field(description="one of top, specific, core, bottom")
    fraction: Share = Field(description="one of the fractions")
    items_of_each_kind: Limit | None = None
    draws: Limit | None = None
    drawn_items: (
        Annotated[Limit, Field(ge=2, description="a whole number of items, 2 or more")] | None
    ) = None
    thresholds: Thresholds = Field(
        description="limits that must be met, two each for coverage and form_share"
    )
    thresholds_of: dict[
        ModelName, Annotated[MostErrors, Field(description="ais_rmse, truth_rmse or sign_errors")]
    ] = Field(
        default={},
        description="models, each with the errors that it may have beyond `thresholds`",
    )
