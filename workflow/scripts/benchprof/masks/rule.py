"""What a configuration says of a rule by which masks are selected."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from benchprof.fields import Flag
from benchprof.section import Section


class Selection(Section):
    """What any selection may say: whether the super set is left out of its masks."""

    without_super: Flag = False

    @property
    def settings(self) -> dict[str, Any]:
        """All that decides the masks, with defaults."""
        return self.model_dump()


class Top(Selection):
    """The highest importance."""

    within: Literal["model", "chunk"] = Field(default="model", description="one of model, chunk")


class Specific(Selection):
    """Important to one ability and not to the others."""

    definition: Literal["ratio", "sum"] = Field(description="one of ratio, sum")
    pool: float | None = Field(default=None, gt=1, description="a number above 1")
    in_top_of: int | None = Field(
        default=None, ge=1, description="a whole number of abilities, 1 or more"
    )

    @property
    def settings(self) -> dict[str, Any]:
        """What its definition takes, with defaults."""
        return self.model_dump(include=self._taken)

    @property
    def _taken(self) -> set[str]:
        own = {"pool", "in_top_of"} if self.definition == "ratio" else set[str]()
        return {"definition", "without_super", *own}

    @model_validator(mode="after")
    def _says_what_its_definition_takes(self) -> Specific:
        lacks_pool = self.definition == "ratio" and self.pool is None
        if lacks_pool or self.model_fields_set - self._taken:
            raise ValueError("settings of another definition")
        return self
