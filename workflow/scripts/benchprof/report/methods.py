"""How a run was made, in sentences from its settings: for the page and for a paper."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from benchprof.files import write_text
from benchprof.provenance import software
from benchprof.report.method_masks import (
    importance_step,
    listed_step,
    selection_steps,
    sides_of,
    super_step,
    toward_of,
)
from benchprof.report.method_step import MethodStep
from benchprof.report.names import agreeing, counted, inline, readable, series
from benchprof.report.references import keys_of, references
from benchprof.run.configuration import LISTED
from benchprof.tensors import read_origin

IMPACTS = {
    "chance_corrected": "(S − S(a)) / (S − C)",
    "relative": "(S − S(a)) / S",
    "absolute": "S − S(a)",
}
GUESSING = (
    "C is the score of guessing (a random choice among the options, or one constant answer if "
    "that is significantly better)."
)
METRICS = {
    "probability": "the probability of the right option, normalised over the options",
    "headline": "the metric that each benchmark is known by",
}


def method_steps(
    settings: Mapping[str, Any],
    table: pd.DataFrame,
    super_sets: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> list[MethodStep]:
    """The steps as they were configured.

    Args:
        settings: what decided the numbers, as configured (`page.SETTINGS`).
        table: the AIS table.
        super_sets: what the metadata of each model's super set say, where a selection leaves it
            out.
    """
    steps = [_profiled(table)]
    if LISTED in settings["selections"]:
        steps.append(listed_step(settings["selections"][LISTED], f"{settings['unit']}s"))
        return steps + _since_masks(settings, table)
    steps.append(importance_step(settings))
    steps += [super_step(settings["importance"], super_sets)] if super_sets else []
    steps += selection_steps(settings, table)
    return steps + _since_masks(settings, table)


def _since_masks(settings: Mapping[str, Any], table: pd.DataFrame) -> list[MethodStep]:
    """The steps after the masks."""
    steps = [_ablation(settings), _controls(settings), _impact(settings), _tests(table)]
    return [*steps, _similarity()] if table["model"].nunique() > 1 else steps


def write_methods(
    text: Path,
    bibliography: Path,
    settings: Mapping[str, Any],
    table: pd.DataFrame,
    models: Mapping[str, Mapping[str, Any]],
    shipped: Mapping[str, str],
    super_sets: Mapping[str, Path],
) -> None:
    """Write the methods as Markdown with citations, and the BibTeX that they cite.

    A paragraph for each step.

    Args:
        text: the Markdown file; citations are Pandoc's, `[@key]`.
        bibliography: the BibTeX file.
        settings: as of `method_steps`.
        table: likewise.
        models: the source of each model as configured.
        shipped: the shipped benchmark behind each benchmark that is one, by its name.
        super_sets: each model's super set, where a selection leaves it out.
    """
    found = {model: read_origin(path) for model, path in super_sets.items()}
    steps = method_steps(settings, table, found)
    told = (f"**{step.name}.** {step.cited}" for step in steps)
    paragraphs = [_opening(), *told, _benchmarks(shipped)]
    body = "\n\n".join(filter(None, paragraphs))
    write_text(text, f"# Methods\n\n{body}\n")
    uses = {"statistics"}
    if LISTED not in settings["selections"]:
        importance = settings["importance"]
        uses.add(f"importance:{importance['score']}")
        uses.add(f"toward:{toward_of(importance)}")
    uses |= {f"benchmark:{name}" for name in shipped.values()}
    if _averages_units(settings):
        uses.add("ablation:mean")
    if table["model"].nunique() > 1:
        uses.add("similarity")
    if super_sets:
        uses.add("super")
    write_text(bibliography, references(sorted(uses), models))


def _opening() -> str:
    versions = software()
    return (
        "Benchmarks were profiled by ablation [@kim2025benchmark] with benchprof "
        f"{versions['benchprof']}, a Snakemake [@molder2021sustainable] workflow over "
        f"lm-evaluation-harness {versions['lm-eval']} [@gao2021framework], transformers "
        f"{versions['transformers']} [@wolf2020transformers] and torch {versions['torch']}."
    )


def _benchmarks(shipped: Mapping[str, str]) -> str:
    keys = {name: keys_of(f"benchmark:{source}") for name, source in shipped.items()}
    named = [f"{readable(name)} [{'; '.join(f'@{k}' for k in found)}]"
             for name, found in keys.items() if found]  # fmt: skip
    are = "benchmark is" if len(named) == 1 else "benchmarks are"
    return f"The published {are} {series(named)}." if named else ""


def _profiled(table: pd.DataFrame) -> MethodStep:
    shown = table[table["headline"]]
    own = shown[shown["seed"].isna()]
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


def _ablation(settings: Mapping[str, Any]) -> MethodStep:
    sources = tuple(keys_of("ablation:mean")) if _averages_units(settings) else ()
    return MethodStep("Ablation", [f"{ablated(settings, 'a')} in the loaded model."], sources)


def _averages_units(settings: Mapping[str, Any]) -> bool:
    """Whether ablated units become their means."""
    return bool(settings["unit"] != "weight" and settings["ablation"] == "mean")


def ablated(settings: Mapping[str, Any], whose: str) -> str:
    """What the ablation of a mask does to which weights or units.

    Args:
        settings: as of `method_steps`.
        whose: what stands before "mask".
    """
    unit, start = settings["unit"], f"Ablating {whose} mask"
    every = one = f"its {unit}s"
    if settings["ablation_of"] == "complement":
        start = f"Ablating all but {whose} mask"
        every, one = f"all other {unit}s in scope", f"any other {unit} in scope"
    if _averages_units(settings):
        mean = "their mean over the tokens of a few training items of every ability"
        return f"{start} sets {every} to {mean}"
    which = every if unit == "weight" else f"the weights that read {one}"
    ablation = settings["ablation"]
    if ablation == "zero":
        return f"{start} sets {which} to zero"
    if ablation == "mean":
        return f"{start} sets {which} to their matrix's mean"
    return f"{start} multiplies {which} by {ablation['scale']}"


def _controls(settings: Mapping[str, Any]) -> MethodStep:
    random = settings["controls"]["random"]
    if not random["seeds"]:
        return MethodStep("Random controls", ["There are none."])
    each = random["matched_to"] == "each_ability"
    matched = "that ability's mask" if each else "the abilities' masks on average"
    alike = "weights per tensor and per decile of magnitude"
    if settings["unit"] != "weight":
        alike = f"{settings['unit']}s per layer and per class of activation"
    per = "seed and ability" if each else "seed"
    seeds = f"seed{'s' if len(random['seeds']) > 1 else ''} {series(random['seeds'])}"
    sentence = (
        f"For each model, selection and k, there is one random mask per {per} ({seeds}), with as "
        f"many {alike} as {matched}."
    )
    return MethodStep("Random controls", [sentence])


def _impact(settings: Mapping[str, Any]) -> MethodStep:
    profile = settings["profile"]
    metric = METRICS.get(profile["metric"], profile["metric"])
    complement = settings["ablation_of"] == "complement"
    under = "all but ability a's mask ablated" if complement else "ability a's mask ablated"
    known = "the one that it is known by, if it is shipped with the program, or else "
    if profile["metric"] == "headline":
        known = ""
    guessing = [GUESSING] if profile["impact"] == "chance_corrected" else []
    return MethodStep(
        f"AIS ({profile['impact'].replace('_', ' ')})",
        [
            f"The AIS is {IMPACTS[profile['impact']]}, where S is the score of the intact model "
            f"and S(a) that with {under}.",
            *guessing,
            f"Scores are {metric}.",
            f"Where a benchmark has no such metric, it is {known}its first.",
            "The AIS is undefined if S is not significantly above guessing.",
            f"Intervals ({100 * profile['confidence']:g}%) are from a paired bootstrap over items "
            f"({profile['resamples']} resamples, seed {settings['seed']}), with one item more that "
            "is lost and one that is gained for right-or-wrong scores.",
        ],
        ("bonett2012adjusted",),
        citing=-1,
    )


def _tests(table: pd.DataFrame) -> MethodStep:
    sides = [f"the mean under {side}" for side in sides_of(table)]
    return MethodStep(
        "Tests",
        [
            "Paired sign-flip tests compare each ablated model's scores "
            f"{series(f'with {own}' for own in ('those of the intact model', *sides))}.",
            "They are exact (McNemar's, against one model) for right-or-wrong scores.",
            "The q-values are Benjamini-Hochberg corrected over all defined cells of one metric, "
            "selection, k and contrast, for all models, benchmarks and abilities together.",
        ],
        ("benjamini1995controlling",),
        citing=-1,
    )


def _similarity() -> MethodStep:
    return MethodStep(
        "Similarity",
        [
            "The similarity of two profiles is 1 − their Jensen-Shannon divergence (base 2), after "
            "their AIS have been min-max normalised over abilities and scaled to sum to 1.",
            "It is compared with that of simulated profiles of independent normal values.",
        ],
        ("lin1991divergence",),
    )
