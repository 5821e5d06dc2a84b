"""How a run was made, in sentences from its configuration: for the page and for a paper."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from benchprof.files import write_text
from benchprof.origin import read_origin
from benchprof.profile.shown import shown_masks
from benchprof.profile.software import versions_of
from benchprof.report.method_masks import (
    importance_step,
    listed_step,
    selection_steps,
    super_step,
)
from benchprof.report.method_statistics import statistics_steps
from benchprof.report.method_step import MethodStep
from benchprof.report.names import agreeing, counted, inline, readable, series
from benchprof.report.references import keys_of, references
from benchprof.run.configuration import Configuration, Scaled


def method_steps(
    config: Configuration,
    tables: Mapping[str, pd.DataFrame],
    super_sets: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> list[MethodStep]:
    """The steps as they were configured, and as the tables say that they were carried out.

    Args:
        config: of the run.
        tables: `impact`, `power` and `reliability` of the profile stage.
        super_sets: what the metadata of each model's super set say, where a selection leaves it
            out.
    """
    table = tables["impact"]
    since_masks = [_ablation(config), _controls(config), *statistics_steps(config, tables)]
    if lists := config.selections.listed:
        return [_profiled(table), listed_step(lists, f"{config.unit}s"), *since_masks]
    left_out = [super_step(config.importance, super_sets)] if super_sets else []
    return [
        _profiled(table),
        importance_step(config),
        *left_out,
        *selection_steps(config, table),
        *since_masks,
    ]


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

    A paragraph for each step.

    Args:
        text: the Markdown file; citations are Pandoc's, `[@key]`.
        bibliography: the BibTeX file.
        config: of the run.
        tables: as of `method_steps`, and `software`.
        models: the source of each model as configured.
        shipped: the shipped benchmark behind each benchmark that is one, by its name.
        super_sets: each model's super set, where a selection leaves it out.
    """
    found = {model: read_origin(path) for model, path in super_sets.items()}
    steps = method_steps(config, tables, found)
    told = (f"**{step.name}.** {step.cited}" for step in steps)
    paragraphs = [_opening(tables["software"]), *told, _benchmarks(shipped)]
    body = "\n\n".join(filter(None, paragraphs))
    write_text(text, f"# Methods\n\n{body}\n")
    cited = {key for step in steps for own in step.sources.values() for key in own}
    cited |= {key for source in shipped.values() for key in keys_of(f"benchmark:{source}")}
    write_text(bibliography, references(cited, models))


def _opening(software: pd.DataFrame) -> str:
    """What made the answers, with other versions than this process may run, and the tables."""

    def named(package: str, name: str) -> str:
        return f"{name} {series(versions_of(software, package))}".strip()

    return (
        "Benchmarks were profiled by ablation [@kim2025benchmark] with benchprof "
        f"{version('benchprof')}, a Snakemake [@molder2021sustainable] workflow. The models' "
        f"answers were made with {named('benchprof', 'benchprof')} over "
        f"{named('lm-eval', 'lm-evaluation-harness')} [@gao2021framework], "
        f"{named('transformers', 'transformers')} [@wolf2020transformers] and "
        f"{named('torch', 'torch')}."
    )


def _benchmarks(shipped: Mapping[str, str]) -> str:
    keys = {name: keys_of(f"benchmark:{source}") for name, source in shipped.items()}
    named = [f"{readable(name)} [{'; '.join(f'@{k}' for k in found)}]"
             for name, found in keys.items() if found]  # fmt: skip
    are = "benchmark is" if len(named) == 1 else "benchmarks are"
    return f"The published {are} {series(named)}." if named else ""


def _profiled(table: pd.DataFrame) -> MethodStep:
    own = shown_masks(table)
    least, most = int(own["n"].min()), int(own["n"].max())
    count = f"{'' if least == most else f'{least} to '}{counted(most, 'item')}"
    models, benchmarks = own["model"].unique(), own["benchmark"].unique()
    abilities = own["ability"].unique()
    each = " each" if len(benchmarks) > 1 else ""
    named = f"{agreeing(len(abilities), 'ability', 'abilities')} {series(map(inline, abilities))}"
    sentence = (
        f"The run profiles {series(models)} on {series(map(readable, benchmarks))} "
        f"({count}{each}), for the {named}."
    )
    return MethodStep("Models and benchmarks", [sentence])


def _ablation(config: Configuration) -> MethodStep:
    sources = keys_of("ablation:mean") if config.averages_units else []
    return MethodStep("Ablation", [f"{ablated(config, 'a')} in the loaded model."], {0: sources})


def ablated(config: Configuration, whose: str) -> str:
    """What the ablation of a mask does to which weights or units.

    Args:
        config: of the run.
        whose: what stands before "mask".
    """
    unit, start = config.unit, f"Ablating {whose} mask"
    every = one = f"its {unit}s"
    if config.ablation_of == "complement":
        start = f"Ablating all but {whose} mask"
        every, one = f"all other {unit}s in scope", f"any other {unit} in scope"
    if config.averages_units:
        mean = "their mean over the tokens of a few training items of every ability"
        return f"{start} sets {every} to {mean}"
    which = every if unit == "weight" else f"the weights that read {one}"
    if isinstance(config.ablation, Scaled):
        return f"{start} multiplies {which} by {config.ablation.scale!r}"
    value = {"zero": "zero", "mean": "their matrix's mean"}[config.ablation]
    return f"{start} sets {which} to {value}"


def _controls(config: Configuration) -> MethodStep:
    random = config.controls.random
    if not random.seeds:
        return MethodStep("Random masks", ["There are none."])
    each = random.matched_to == "each_ability"
    matched = "that ability's mask" if each else "the abilities' masks on average"
    alike = "weights per tensor and per decile of magnitude"
    if config.unit != "weight":
        alike = f"{config.unit}s per layer and per class of activation"
    per = "seed and ability" if each else "seed"
    seeds = f"seed{'s' if len(random.seeds) > 1 else ''} {series(random.seeds)}"
    sentence = (
        f"For each model, selection and k, there is one random mask per {per} ({seeds}), with as "
        f"many {alike} as {matched}."
    )
    return MethodStep("Random masks", [sentence])
