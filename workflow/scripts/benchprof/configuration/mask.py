"""What the configuration says of masks.

Which weights they hold, how many, what becomes of these, and what masks are compared with.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, create_model, field_validator, model_validator

from benchprof.fields import Share, Slug
from benchprof.masks.rule import RULES, Selection
from benchprof.section import EachOnce, Section

Layer = Annotated[
    # A JSON object has no keys but texts.
    int, Field(ge=0, strict=False, description="a layer: a whole number, 0 or more")
]
Listed = Annotated[
    dict[
        Layer,
        Annotated[
            list[Annotated[int, Field(ge=0, description="a whole number, 0 or more")]],
            EachOnce,
            Field(
                min_length=1, description="a list of heads or neurons without duplicates, from 0"
            ),
        ],
    ],
    Field(min_length=1, description="layers, each with a list of its heads or neurons, from 0"),
]


_Rules = create_model(
    "_Rules",
    __base__=Section,
    **{  # type: ignore[call-overload]
        name: (rule | None, Field(default=None, description=rule.allowed))
        for name, rule in RULES.items()
    },
)
"""A key for each rule."""


class Selections(_Rules):  # type: ignore[misc,valid-type]
    """Which weights of the scope a mask holds, by rules beside each other."""

    listed: dict[Slug, Listed] | None = Field(
        default=None,
        min_length=1,
        description="for each ability, its layers, each with a list of units",
    )

    @field_validator("*", mode="before")
    @classmethod
    def _is_said(cls, value: Any) -> Any:
        """A key alone would be a selection without settings."""
        if value is None:
            raise ValueError("nothing is said")
        return value

    @property
    def rules(self) -> dict[str, Selection]:
        """Each selection that is a rule; what is listed is none."""
        every = {name: getattr(self, name) for name in RULES}
        return {name: own for name, own in every.items() if own is not None}

    @property
    def without_super(self) -> list[str]:
        """Names of the selections whose masks leave the super set out."""
        return [name for name, own in self.rules.items() if own.without_super]

    @model_validator(mode="after")
    def _has_one(self) -> Selections:
        if not self.model_fields_set:
            raise ValueError("no selection")
        return self


class Calibration(Section):
    """What `calibrated` is chosen from."""

    mask_fractions: Annotated[list[Share], EachOnce] = Field(
        min_length=2, description="a list of two or more different numbers above 0 and below 1"
    )
    items: int = Field(ge=10, description="a whole number of calibration items, 10 or more")


LARGEST_SEED = 2**31 - 1
"""The tables hold seeds as int32."""
Seed = Annotated[
    int, Field(ge=0, le=LARGEST_SEED, description=f"a whole number from 0 to {LARGEST_SEED}")
]


class RandomControls(Section):
    """Random masks of the same size as the abilities'."""

    seeds: Annotated[list[Seed], EachOnce] = Field(
        description=f"a list of whole numbers without duplicates, from 0 to {LARGEST_SEED}"
    )
    matched_to: Literal["abilities_together", "each_ability"] = Field(
        description="one of abilities_together, each_ability"
    )
    """One mask per seed, matched to the average of the abilities' masks, or one per seed and
    ability, matched to its mask. Masks of one seed share entries.
    """


class Controls(Section):
    """What the abilities' masks are compared with."""

    random: RandomControls = Field(description="a section with seeds and matched_to")
