"""What the page says of importance profiles: their worth, and which of them differ."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from benchprof.report.names import inline, series
from benchprof.report.numbers import interval, number
from benchprof.report.page_figures import Album

UNMEASURED = (
    "The worth of these profiles is not measured for these items; run "
    "`snakemake importance_profile_worth`."
)
VERDICTS = {
    "better": "is better than",
    "worse": "is worse than",
    "cannot tell": "cannot be told from",
}


def read_worths(readers: Mapping[str, str], worths: Mapping[str, Path]) -> pd.DataFrame:
    """The measured worth of models, as far as it was measured with the same readers.

    Args:
        readers: the digest of each model's reader.
        worths: each model's table of worth, of those that have one.
    """
    tables = []
    for model, path in worths.items():
        table = pd.read_csv(path, keep_default_na=False, na_values=[""])
        tables.append(table[table["reader"] == readers[model]].assign(model=model))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def importance_profiles(tables: Mapping[str, pd.DataFrame], album: Album) -> list[dict[str, Any]]:
    """What the page shows of each model's importance profiles.

    Args:
        tables: `shares`, `share_similarity` and, if it was measured, `worth`.
        album: the page's figures.
    """
    sections = []
    for model, table in tables["shares"].groupby("model", sort=False):
        worth = tables.get("worth", pd.DataFrame())
        own = worth[worth["model"] == model] if len(worth) else worth
        alike = tables["share_similarity"]
        within = alike[(alike["model_a"] == model) & (alike["model_b"] == model)]
        across = alike[(alike["model_a"] == model) & (alike["model_b"] != model)]
        sections.append({
            "model": model,
            "figures": album.of("shares", table, model=str(model)),
            "worth": worth_sentence(own) if len(own) else UNMEASURED,
            "rows": own.to_dict("records"),
            "alike": indistinct_line(table),
            "pairs": pd.concat([across, within]).to_dict("records"),
        })  # fmt: skip
    return sections


def worth_sentence(worth: pd.DataFrame) -> str:
    """How often the held-out items get their ability, and how the items' words do, in words."""
    every = worth[worth["families"] == "all"].to_dict("records")
    own, words = (
        next(row for row in every if row["read_from"] == name) for name in ("importance", "words")
    )
    lead = number(100 * words["importance_minus"], 0)
    ends = interval(100 * words["importance_minus_low"], 100 * words["importance_minus_high"], 0)
    share, of_words = number(100 * own["accuracy"], 0), number(100 * words["accuracy"], 0)
    return (
        f"Of {own['n_items']} held-out items, importance names the ability of {share}% and the "
        f"items' words {of_words}%, a lead of {lead} points ({ends}): importance "
        f"{VERDICTS[words['verdict']]} the items' words."
    )


def indistinct(table: pd.DataFrame) -> list[str]:
    """The benchmarks whose profile cannot be told from the mean of all of the model's profiles.

    That is, the mean lies within the interval of each share.

    Args:
        table: the shares of one model.
    """
    if table["benchmark"].nunique() < 2:
        return []
    mean = table.groupby("ability")["share"].transform("mean")
    within = (table["share_low"] <= mean) & (mean <= table["share_high"])
    every = within.groupby(table["benchmark"], sort=False).all()
    return [str(name) for name in every.index[every]]


def indistinct_line(table: pd.DataFrame) -> str:
    """The benchmarks of `indistinct` in a sentence; empty without any."""
    names = indistinct(table)
    if not names:
        return ""
    whose = "profile" if len(names) == 1 else "profiles"
    return (
        f"The {whose} of {series(inline(name) for name in names)} cannot be told from the mean of "
        "all profiles of the model."
    )
