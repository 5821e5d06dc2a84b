"""Which versions of which packages made the answers behind a profile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pandas as pd

from benchprof.evaluation.fields import Record

COLUMNS = ["model", "package", "version", "records"]
ANSWERING = ("tokenizers", "transformers")
"""What a model's answers depend on beyond rounding, and no digest knows."""


def packages_of(record: Record) -> list[tuple[str, str]]:
    """Each package that the record names, and Python, with its version."""
    made = record["origin"].get("made")
    return list(made["software"].items()) if made else []


def software_rows(named: Iterable[tuple[str, Counter[tuple[str, str]]]]) -> pd.DataFrame:
    """A row per model, package and version, with the number of records that name them.

    Args:
        named: of each benchmark's records a model's name, and how many name a package and version.
    """
    counts: Counter[tuple[str, str, str]] = Counter()
    models: dict[str, int] = {}
    for model, software in named:
        models.setdefault(model, len(models))
        for (package, version), records in software.items():
            counts[model, package, version] += records
    order = sorted(counts, key=lambda own: (models[own[0]], *own[1:]))
    return pd.DataFrame([(*own, counts[own]) for own in order], columns=COLUMNS)


def versions_of(table: pd.DataFrame, package: str) -> list[str]:
    """Every version of a package in a table of `software_rows`, sorted."""
    return sorted(table.loc[table["package"] == package, "version"].unique())
