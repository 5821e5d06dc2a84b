"""The rules by which masks are selected, each once: what a configuration says, and its sentence."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from benchprof.fields import Flag
from benchprof.section import Section


class Selection(Section):
    """What any rule may say: whether the super set is left out of its masks.

    Attributes:
        of_all: whether a mask depends on the importance of every ability.
        allowed: what a configuration may say of it.
    """

    of_all: ClassVar[bool]
    allowed: ClassVar[str] = "{}, or a section with without_super"

    without_super: Flag = False

    @property
    def settings(self) -> dict[str, Any]:
        """All that decides the masks, with defaults."""
        return self.model_dump()

    def sentence(self, units: str) -> str:
        """Which weights or units a mask contains, for a methods text: "the n <units> ..."."""
        raise NotImplementedError


class Top(Selection):
    """The highest importance."""

    of_all = False
    allowed = "{}, or a section with within and without_super"

    within: Literal["model", "chunk"] = Field(default="model", description="one of model, chunk")

    def sentence(self, units: str) -> str:
        """Which weights or units a mask contains."""
        ranked = "over the whole scope"
        if self.within == "chunk":
            ranked = (
                "within each chunk of consecutive weights, in proportion to its size (a chunk has "
                "10⁶ weights, or the number in scope divided by √n if that is more; matrices "
                "follow one another by name)"
            )
        return f"most important {units}, chosen {ranked}"


class Contrastive(Selection):
    """Important to one ability and not to the others."""

    of_all = True
    allowed = (
        "a section with definition ratio with pool (in_top_of is optional), or sum alone; each may "
        "also have without_super"
    )

    definition: Literal["ratio", "sum"] = Field(description="one of ratio, sum")
    pool: float | None = Field(default=None, gt=1, description="a number above 1")
    in_top_of: int | None = Field(
        default=None, ge=1, description="a whole number of abilities, 1 or more"
    )

    @property
    def settings(self) -> dict[str, Any]:
        """What its definition takes, with defaults."""
        return self.model_dump(include=self._taken)

    def sentence(self, units: str) -> str:
        """Which weights or units a mask contains."""
        if self.definition == "sum":
            return (
                f"{units} whose importance for the ability most exceeds the summed absolute "
                "importance for the other abilities"
            )
        without = (
            f", leaving out those among the n most important for {self.in_top_of} or more other "
            "abilities"
        )
        return (
            f"{units} with the largest ratio of the importance for the ability to the mean "
            f"importance for the other abilities, out of the {self.pool:g}n most important for the "
            f"ability itself{without if self.in_top_of else ''}"
        )

    @property
    def _taken(self) -> set[str]:
        own = {"pool", "in_top_of"} if self.definition == "ratio" else set[str]()
        return {"definition", "without_super", *own}

    @model_validator(mode="after")
    def _says_what_its_definition_takes(self) -> Contrastive:
        lacks_pool = self.definition == "ratio" and self.pool is None
        if lacks_pool or self.model_fields_set - self._taken:
            raise ValueError("settings of another definition")
        return self


class Core(Selection):
    """The highest importance for all abilities."""

    of_all = True

    def sentence(self, units: str) -> str:
        """Which weights or units a mask contains."""
        return (
            f"{units} whose least importance for any ability is largest, which is the same mask "
            "for all abilities"
        )


class Bottom(Selection):
    """The lowest importance."""

    of_all = False

    def sentence(self, units: str) -> str:
        """Which weights or units a mask contains."""
        return f"{units} whose importance is nearest to 0, chosen over the whole scope"


RULES: Mapping[str, type[Selection]] = MappingProxyType(
    {"top": Top, "contrastive": Contrastive, "core": Core, "bottom": Bottom}
)
"""By the names that a configuration has for them; `masks.rules` has a module of each name."""
