"""What the configuration says of a comparison of ways to make masks."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from benchprof.run.configuration.fields import SCOPES, Limit, ScopeName, Share, Slug, Unit
from benchprof.section import Section


class CombinationSection(Section):
    """What one combination says in place of the run."""

    unit: Unit | None = None
    scope: ScopeName | None = Field(default=None, description=SCOPES)
    layers: list[int] | None = Field(
        default=None, description="two whole numbers, the first decoder layer and the last, from 0"
    )
    importance: dict[str, Any] | None = Field(
        default=None, description="a section with the keys of importance that differ"
    )
    selections: dict[str, Any] | None = Field(
        default=None, description="a section with one selection, as in {top: {}}"
    )
    fractions: list[Share] | None = Field(
        default=None, description="a list with one number above 0 and below 1"
    )
    ablation: Any = None


class Comparison(Section):
    """Ways to make masks that are tried beside each other."""

    split: Literal["calibration", "test"] = Field(description="one of calibration, test")
    items: Limit
    other_items: Limit
    combinations: dict[
        Slug,
        Annotated[
            CombinationSection,
            Field(
                description="what differs from this file in unit, scope, layers, importance, "
                "selections, fractions and ablation"
            ),
        ],
    ] = Field(
        min_length=1, description="at least one combination, each with a name and its settings"
    )
