"""The environment of a run: what made its numbers, and every package beside."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import distributions
from typing import Any

from benchprof.evaluation.fields import Record
from benchprof.provenance import machine, software


def environment(records: Iterable[Record]) -> dict[str, Any]:
    """What made the records, each kind once, and the environment that made the archive.

    Args:
        records: as read from their files.
    """
    made: list[dict[str, Any]] = []
    for record in records:
        by = record["origin"]["made"]
        own = {key: by[key] for key in ("device", "software", "machine")}
        if own not in made:
            made.append(own)
    installed = {str(own.metadata["Name"]): own.version for own in distributions()}
    return {
        "records": made,
        "archive": {"software": software(), "machine": machine()},
        "packages": dict(sorted(installed.items(), key=lambda pair: pair[0].lower())),
    }
