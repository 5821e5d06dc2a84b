"""What the configuration says of a validation on planted models."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from benchprof.fields import EXPANDED
from benchprof.section import Section


class Validation(Section):
    """That all models have their abilities in known weights, which profiles must recover."""

    composition: Annotated[
        str,
        Field(pattern=r"\.json$", description="a JSON file of the benchmarks' mixtures"),
        EXPANDED,
    ]
    """The kinds of items in each benchmark, and the AIS that they imply for a perfect model."""
