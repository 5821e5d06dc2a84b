"""The environment of a run: what made its numbers, and every package beside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import distributions
from typing import Any

from benchprof.provenance import machine, software

MADE = ("device", "software", "machine")


def environment(records: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What made the records, each kind once, and the environment that made the archive.

    Args:
        records: as read from their files.
    """
    made: list[dict[str, Any]] = []
    for record in records:
        own = {key: record["origin"]["made"][key] for key in MADE}
        if own not in made:
            made.append(own)
    installed = {str(own.metadata["Name"]): own.version for own in distributions()}
    return {
        "records": made,
        "archive": {"software": software(), "machine": machine()},
        "packages": dict(sorted(installed.items(), key=lambda pair: pair[0].lower())),
    }
