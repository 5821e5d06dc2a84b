"""How a run was made, in sentences from its configuration: for the page and for a paper.

The sentences are in methods.md.jinja; here are the numbers and names that they need.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from benchprof.ablation import CALIBRATED, mask_fraction_name
from benchprof.configuration import Configuration
from benchprof.files import write_text
from benchprof.importance.score import SCORES
from benchprof.origin import read_origin
from benchprof.profile.job import MOST_SHUFFLED
from benchprof.profile.shown import shown_masks
from benchprof.profile.software import versions_of
from benchprof.report.names import readable, series
from benchprof.report.numbers import span
from benchprof.report.references import cited_in, keys_of, references
from benchprof.report.templates import environment

CITATIONS = re.compile(r" \[@[^]]+\]")
STEP = re.compile(r"\*\*(.+?)\.\*\* (.+)")


def methods_text(
    config: Configuration,
    tables: Mapping[str, pd.DataFrame],
    super_sets: Mapping[str, Path],
    shipped: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The methods as Markdown, a paragraph for each step; citations are Pandoc's, `[@key]`.

    Args:
        config: of the run.
        tables: `impact` and `software` of the profile stage.
        super_sets: each model's super set, where a selection leaves it out.
        shipped: the shipped benchmark behind each benchmark that is one, by its name.
    """
    table, software = tables["impact"], tables["software"]
    shown = shown_masks(table)
    tasks = shown.groupby("benchmark", sort=False)["clusters"].max().dropna()
    keys = {name: keys_of(f"benchmark:{source}") for name, source in shipped.items()}
    text = environment().get_template("methods.md.jinja").render(
        config=config,
        version=version("benchprof"),
        versions=lambda package: series(versions_of(software, package)),
        models=shown["model"].unique(),
        benchmarks=shown["benchmark"].unique(),
        abilities=shown["ability"].unique(),
        items=span(*(str(int(shown["n"].agg(end))) for end in ("min", "max"))),
        score=SCORES[config.importance.score],
        supers={model: read_origin(path) for model, path in super_sets.items()},
        selections=list(_selections(config, table)),
        whole="parameters" if config.unit == "weight" else f"{config.unit}s",
        tried=[*map(mask_fraction_name, config.calibration.mask_fractions)]
        if config.calibration else [],
        ablated=ablated(config, "a"),
        confidence=f"{100 * config.profile.confidence:g}%",
        tasks=[f"{readable(str(name))} ({count:.0f})" for name, count in tasks.items()],
        sides_of_all=sides_of(table),
        most_shuffled=MOST_SHUFFLED,
        published={name: own for name, own in keys.items() if own},
    )  # fmt: skip
    paragraphs = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text))
    return "\n\n".join(filter(None, paragraphs)) + "\n"


def method_steps(
    config: Configuration, tables: Mapping[str, pd.DataFrame], super_sets: Mapping[str, Path]
) -> dict[str, str]:
    """The steps by name, without citations; arguments as of `methods_text`."""
    text = CITATIONS.sub("", methods_text(config, tables, super_sets))
    return dict(STEP.findall(text))


def write_methods(
    text: Path,
    bibliography: Path,
    config: Configuration,
    tables: Mapping[str, pd.DataFrame],
    models: Mapping[str, Mapping[str, Any]],
    shipped: Mapping[str, str],
    super_sets: Mapping[str, Path],
) -> None:
    """Write the methods as Markdown with citations, and the BibTeX that they cite.

    Args:
        text: the Markdown file.
        bibliography: the BibTeX file.
        config, tables, super_sets, shipped: as of `methods_text`.
        models: the source of each model as configured.
    """
    written = methods_text(config, tables, super_sets, shipped)
    write_text(text, written)
    write_text(bibliography, references(cited_in(written), models))


def ablated(config: Configuration, whose: str) -> str:
    """What the ablation of a mask does to which weights or units; `whose` stands before "mask"."""
    start, units = f"Ablating {whose} mask sets", f"{config.unit}s"
    if config.averages_units:
        mean = "their mean over the tokens of a few training items of every ability"
        return f"{start} its {units} to {mean}"
    which = f"its {units}" if config.unit == "weight" else f"the weights that read its {units}"
    return f"{start} {which} to {'zero' if config.ablation == 'zero' else 'their matrix mean'}"


def sides_of(table: pd.DataFrame) -> list[str]:
    """What there is to compare an ability's mask with."""
    own = table[table["seed"].isna()]
    masks = own.groupby(["model", "selection", "mask_fraction"])["mask_digest"].nunique()
    sides = ["random masks"] * bool(table["seed"].notna().any())
    return sides + ["the other abilities' masks"] * bool(masks.max() > 1)


def _selections(config: Configuration, table: pd.DataFrame) -> Any:
    """Of each selection its name, rule, mask fractions, models' calibrated mask fraction, and what
    to compare.
    """
    for name, rows in table.groupby("selection", sort=False):
        if name in config.selections.rules:
            chosen = rows[rows["mask_fraction"] == CALIBRATED].drop_duplicates("model")
            numbers = [
                mask_fraction_value
                for mask_fraction_value in rows["mask_fraction"].unique()
                if mask_fraction_value != CALIBRATED
            ]
            models = list(zip(chosen["model"], chosen["mask_fraction_value"], strict=True))
            sides = [f"that under {side}" for side in sides_of(rows)]
            yield name, config.selections.rules[str(name)], numbers, models, sides
