"""The table of everyday incidents: a cause, its effect, what would have prevented it, what helps.

`causes.tsv` holds six incidents per topic. Within a topic each text fits its own incident only,
and the four texts of an incident share no content word, so that matching words finds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchprof.generators.table import read_rows

TABLE = Path(__file__).parent / "causes.tsv"


@dataclass(frozen=True)
class Incident:
    """One incident; every text begins with a capital and ends without a full stop."""

    cause: str
    effect: str
    prevention: str
    repair: str


def read_topics(split: str) -> list[list[Incident]]:
    """The incidents of one split, topic by topic; no topic is in two splits."""
    topics: dict[str, list[Incident]] = {}
    for row in read_rows(TABLE):
        if row["split"] == split:
            incident = Incident(row["cause"], row["effect"], row["prevention"], row["repair"])
            topics.setdefault(row["topic"], []).append(incident)
    return list(topics.values())
