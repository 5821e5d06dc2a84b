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
    "Nobody has measured how often profiles from {} are right with these train items. To do so, "
    "run `snakemake item_profile_worth` in a clone of the project."
)
VERDICTS = {
    "better": "better than their words",
    "worse": "worse than their words",
    "cannot tell": "too uncertain to say which is better",
}


def read_worths(
    readers: Mapping[str, Mapping[str, Any]], worths: Mapping[str, Sequence[Path]]
) -> pd.DataFrame:
    """The measured worth of models, as far as it was measured with the same readers.

    Args:
        readers: of each model, by what they read, each with its `digest`.
        worths: each model's tables of worth; the first that is of one of its readers counts.
    """
    tables = []
    for model, paths in worths.items():
        known = {name: own["digest"] for name, own in readers[model].items()}
        for path in paths:
            table = pd.read_csv(path, keep_default_na=False, na_values=[""])
            of_model = table["reader"] == table["read_from"].map(known)
            if of_model.any():
                own = table[of_model | table["reader"].isna()]
                tables.append(own.assign(model=model))
                break
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
        worth_rows = worth[worth["model"] == model] if len(worth) else worth
        alike = tables["share_similarity"]
        within = alike[(alike["model_a"] == model) & (alike["model_b"] == model)]
        across = alike[(alike["model_a"] == model) & (alike["model_b"] != model)]
        sentences = []
        for read_from, part in table.groupby("read_from", sort=False):
            sentences += [worth_sentence(worth_rows, str(read_from)), indistinct_line(part)]
        sections.append({
            "model": model,
            "figures": album.of("shares", table, model=str(model)),
            "said": list(filter(None, sentences)),
            "rows": worth_rows.to_dict("records"),
            "pairs": pd.concat([across, within]).to_dict("records"),
        })  # fmt: skip
    return sections


def worth_sentence(worth: pd.DataFrame, read_from: str) -> str:
    """How often held-out items get their ability from what is read, and from words, in words."""
    of_all = worth[worth["families"] == "all"].to_dict("records") if len(worth) else []
    rows = {row["read_from"]: row for row in of_all}
    if read_from not in rows:
        return UNMEASURED.format(inline(read_from))
    row, words = rows[read_from], rows["words"]
    sentence = (
        f"Read from {inline(read_from)}, {number(100 * row['accuracy'], 0)}% of {row['n_items']} "
        f"held-out items get their ability; read from their words, "
        f"{number(100 * words['accuracy'], 0)}% do. "
        f"The difference is {_points(row, 'less_words')}: {VERDICTS[row['verdict']]}."
    )
    if pd.isna(row["less_importance"]):
        return sentence
    return f"{sentence} The difference to importance is {_points(row, 'less_importance')}."


def _points(row: Mapping[Any, Any], column: str) -> str:
    """A difference of accuracies with its interval, in words."""
    value, low, high = (100 * row[f"{column}{end}"] for end in ("", "_low", "_high"))
    return f"{number(value, 0)} points (95% interval {interval(low, high, 0)})"


def indistinct(table: pd.DataFrame) -> list[str]:
    """The benchmarks whose profile cannot be told from the mean of all of the model's profiles.

    That is, the mean lies within the interval of each share.

    Args:
        table: the shares of one model that are read from one thing.
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
        f"The {whose} of {series(inline(name) for name in names)} from "
        f"{inline(table['read_from'].iloc[0])} cannot be told from the mean of all profiles of the "
        "model."
    )
