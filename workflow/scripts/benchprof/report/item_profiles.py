"""What the page says of item profiles: their worth, and which of them differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from benchprof.report.names import inline, series
from benchprof.report.numbers import interval, number
from benchprof.report.page_figures import Album

UNMEASURED = (
    "Nobody has measured how often these profiles are right. To do so, run "
    "`snakemake item_profile_worth`."
)
COMPARED = {"words": "The items' words", "hidden states": "The model's hidden states"}
VERDICTS = {
    "better": "importance is better",
    "worse": "importance is worse",
    "cannot tell": "too uncertain to say which is better",
}


def read_worths(readers: Mapping[str, str], worths: Mapping[str, Sequence[Path]]) -> pd.DataFrame:
    """The measured worth of models, as far as it was measured with the same readers.

    Args:
        readers: the digest of each model's reader.
        worths: each model's tables of worth; the first that is of its reader counts.
    """
    tables = []
    for model, paths in worths.items():
        read = [pd.read_csv(path, keep_default_na=False, na_values=[""]) for path in paths]
        own = [table[table["reader"] == readers[model]] for table in read]
        tables += [table.assign(model=model) for table in own if len(table)][:1]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def item_profiles(tables: Mapping[str, pd.DataFrame], album: Album) -> list[dict[str, Any]]:
    """What the page shows of each model's item profiles.

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
    """How often the held-out items get their ability, and how other readings do, in words."""
    every = worth[worth["families"] == "all"].to_dict("records")
    own = next(row for row in every if row["read_from"] == "importance")
    others = [_compared(every, name, said) for name, said in COMPARED.items()]
    return (
        f"Of {own['n_items']} held-out items, importance names the ability of "
        f"{number(100 * own['accuracy'], 0)}%. {' '.join(others)}"
    )


def _compared(rows: Sequence[Mapping[Any, Any]], read_from: str, said: str) -> str:
    """How often something else names the ability of the same items, in words."""
    row = next(row for row in rows if row["read_from"] == read_from)
    lead = number(100 * row["importance_minus"], 0)
    ends = interval(100 * row["importance_minus_low"], 100 * row["importance_minus_high"], 0)
    return (
        f"{said} name {number(100 * row['accuracy'], 0)}%. Importance names {lead} points more "
        f"(95% interval {ends}): {VERDICTS[row['verdict']]}."
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
