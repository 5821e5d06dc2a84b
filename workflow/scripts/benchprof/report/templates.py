"""The templates that texts and pages are made from, and how they show names and numbers."""

from __future__ import annotations

import math

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from benchprof.models.source import source_of
from benchprof.report.names import counted, inline, metric, model_name, readable, series
from benchprof.report.numbers import number, number_off, probability


def environment() -> Environment:
    """The environment of all templates of the report; HTML is escaped."""
    made = Environment(
        loader=PackageLoader("benchprof", "report"),
        autoescape=select_autoescape(("html.jinja",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shown = (readable, inline, metric, model_name, series, number, number_off, probability)
    made.filters |= {filter_.__name__: filter_ for filter_ in shown} | {"source": source_of}
    made.tests["missing"] = math.isnan
    made.globals["counted"] = counted
    return made
