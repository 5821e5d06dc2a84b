"""The sentences around the incidents: each split has its own.

A wording is a pair of context and question. In a context `{told}` is what is told of one
incident; where two incidents are told, `{first}` and `{second}`. `{action}` is a prevention or a
repair. A form that tells of two incidents asks about the one that its question names.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchprof.generators.table import read_rows


@dataclass(frozen=True)
class Wording:
    """Context and question; `asked` says which of two incidents the question is about."""

    context: str
    question: str
    asked: int = 0


# How a context joins cause and effect where it tells both.
LINKS = {
    "train": "{cause}, and so {effect}",
    "calibration": "{cause}, and as a result {effect}",
    "test": "{effect}, because {cause}",
}


def _wordings() -> dict[tuple[str, str], dict[str, list[Wording]]]:
    found: dict[tuple[str, str], dict[str, list[Wording]]] = {}
    for row in read_rows(Path(__file__).with_suffix(".tsv")):
        splits = found.setdefault((row["type"], row["form"]), {})
        wording = Wording(row["context"], row["question"], int(row["asked"]))
        splits.setdefault(row["split"], []).append(wording)
    return found


# Keyed by (type, form) and split; generator.FORMS says at which difficulty a form is used.
WORDINGS = _wordings()
