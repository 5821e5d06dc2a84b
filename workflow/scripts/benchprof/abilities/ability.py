"""What a configuration says of an ability: its diagnostic items."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from benchprof.fields import EXPANDED
from benchprof.section import EachOnce, Section, Text


class Ability(Section):
    """An ability: its diagnostic items."""

    items: Annotated[Text, EXPANDED] = Field(
        description="a folder with train.jsonl, calibration.jsonl and test.jsonl"
    )
    definition: str | None = Field(
        default=None,
        pattern=r"^[^\n]*[^\s][^\n]*$(?!\n)",
        description="one line that says what the ability is",
    )
    """What annotators read; needed only for `make annotate`."""
    exclude: Annotated[list[Text], EachOnce] = Field(
        default=[], description="a list of item ids without duplicates"
    )
    """Items that experts have rejected, from any split. They are used nowhere."""
