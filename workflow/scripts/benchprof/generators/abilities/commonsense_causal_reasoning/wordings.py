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

# Keyed by (type, form) and split; generator.FORMS says at which difficulty a form is used.
WORDINGS: dict[tuple[str, str], dict[str, list[Wording]]] = {}
for _row in read_rows(Path(__file__).with_suffix(".tsv")):
    _splits = WORDINGS.setdefault((_row["type"], _row["form"]), {})
    _splits.setdefault(_row["split"], []).append(
        Wording(_row["context"], _row["question"], int(_row["asked"]))
    )
