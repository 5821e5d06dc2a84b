"""How a run was made, in sentences from its settings: for the page and for a paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from benchprof.files import write_text
from benchprof.portable import portable
from benchprof.provenance import software
from benchprof.report.names import inline, readable
from benchprof.report.references import keys_of, references
from benchprof.run.ablation import k_name
from benchprof.run.configuration import CALIBRATED, LISTED, SIGNED, KnockOuts
from benchprof.tensors import read_origin

SCORES = {
    "taylor_abs": "the mean over the ability's training items of |w × gradient|",
    "taylor": "|w × mean gradient over the ability's training items|",
    "taylor_signed": "-w × mean gradient (with its sign) over the ability's training items",
    "fisher": "the mean over the ability's training items of (w × gradient)²",
    "wanda": "|w| × the norm of its inputs over the ability's training items",
}
UNIT_SCORES = {
    "taylor_abs": "the mean over the ability's training items x of |s(x)|",
    "taylor": "|the mean over the ability's training items x of s(x)|",
    "taylor_signed": "the mean (with its sign) over the ability's training items x of s(x)",
    "fisher": "the mean over the ability's training items x of s(x)²",
}
ATTRIBUTIONS = {
    "zero": ", s(x) = -Σ a × gradient over the unit's activations a",
    "flip": ", s(x) = Σ (a - a′) × gradient over the unit's activations a and a′, where a version "
    "of x in which one changed fact makes another option right has a′",
}
KNOCK_OUT = (
    "the coefficient of u in a Lasso regression (penalty by cross-validation) of the effects of "
    "{groups} random groups on which {unit}s each holds, {share:g} of those in scope and the same "
    "for all abilities: the effect of a group is the mean rise, without the group, over the "
    "ability's training items"
)
LOSSES = {
    "all": "all tokens",
    "answer": "the answer's tokens",
    "choice": "the right option's share among the options",
}
MARGIN = "log p(right option) - log p(the option that the version makes right)"
AGAINST = {
    "flip": "versions of the items in which one changed fact makes another option right",
    "read_off": "versions of the items that state the answer",
    "blank": "versions of the items without what leads to the answer",
}
# What `top` ranks together.
WITHIN = {
    "model": "chosen over the whole scope",
    "tensor": "chosen within each weight matrix, which gives a share by its size",
    "chunk": "chosen within each chunk of consecutive weights, which gives a share by its size (a "
    "chunk has 10⁶ weights, or as many as are in scope divided by √n where that is more; matrices "
    "follow one another by name)",
}
IMPACTS = {
    "chance_corrected": "(S − S(a)) / (S − C), C the score of guessing (a random choice among "
    "the options, or one constant answer where it is significantly better)",
    "relative": "(S − S(a)) / S",
    "absolute": "S − S(a)",
}
METRICS = {
    "probability": "the probability of the right option, normalised over the options",
    "headline": "the metric that each benchmark is known by",
}


@dataclass(frozen=True)
class MethodStep:
    """One step of the method.

    Attributes:
        name: a heading.
        text: sentences.
        sources: keys of the references.
    """

    name: str
    text: str
    sources: tuple[str, ...] = ()


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
    unit = settings["unit"]
    every = "parameters" if unit == "weight" else f"{unit}s"
    whole = every if settings["fraction_of"] == "model" else f"{unit}s in scope"
    steps = [_profiled(table)]
    if LISTED in settings["selections"]:
        steps.append(_listed_masks(settings["selections"][LISTED], f"{unit}s"))
        return steps + _since_masks(settings, table)
    steps.append(_importance(settings))
    steps += [_super(settings["importance"], super_sets)] if super_sets else []
    for name, selection in settings["selections"].items():
        rule = portable(_selection(name, selection, whole, f"{unit}s"))
        rule += f", no super {unit} among them" if selection.get("without_super") else ""
        steps.append(MethodStep(f"Masks, {name}", f"{rule}; k = {_sizes(settings, table, name)}."))
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
    sentences = [_opening(), *(_cited(step) for step in method_steps(settings, table, found))]
    sentences.append(_benchmarks(shipped))
    body = " ".join(sentence for sentence in sentences if sentence)
    write_text(text, f"# Methods\n\n{body}\n")
    uses = {"statistics"}
    if LISTED not in settings["selections"]:
        importance = settings["importance"]
        uses.add(f"importance:{importance['score']}")
        uses.add(f"toward:{importance.get('toward', 'zero')}")
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


def _cited(step: MethodStep) -> str:
    cited = f" [{'; '.join(f'@{key}' for key in step.sources)}]" if step.sources else ""
    return f"{step.name}: {step.text.removesuffix('.')}{cited}."


def _benchmarks(shipped: Mapping[str, str]) -> str:
    keys = {name: keys_of(f"benchmark:{source}") for name, source in shipped.items()}
    named = [f"{readable(name)} [{'; '.join(f'@{k}' for k in found)}]"
             for name, found in keys.items() if found]  # fmt: skip
    return f"Published benchmarks: {', '.join(named)}." if named else ""


def _profiled(table: pd.DataFrame) -> MethodStep:
    shown = table[table["headline"]]
    own = shown[shown["seed"].isna()]
    least, most = int(own["n"].min()), int(own["n"].max())
    count = f"{least}" if least == most else f"{least} to {most}"
    return MethodStep(
        "Profiled",
        f"{_listed(own['model'].unique())} on {_listed(map(readable, own['benchmark'].unique()))} "
        f"({count} items each), for the abilities "
        f"{_listed(inline(a) for a in own['ability'].unique())}.",
    )


def _importance(settings: Mapping[str, Any]) -> MethodStep:
    importance = settings["importance"]
    toward = importance.get("toward", "zero")
    loss = f"the loss on {LOSSES[importance['loss_on']]}" if toward == "zero" else MARGIN
    unit = settings["unit"]
    name = "weight w" if unit == "weight" else f"{unit} u"
    if importance["score"] == "knock_out":
        groups = KnockOuts(**importance.get("knock_outs") or {})
        score = KNOCK_OUT.format(unit=unit, **groups.model_dump())
    elif unit == "weight":
        score = SCORES[importance["score"]]
    else:
        score = UNIT_SCORES[importance["score"]] + ATTRIBUTIONS[toward]
    at = "at the positions of" if importance["score"] == "wanda" else "of"
    parts = [f"{score}, {at} {loss}"]
    if importance.get("against"):
        least = "" if importance["score"] in SIGNED else " (at least 0)"
        parts.append(f"less the same on {AGAINST[importance['against']]}{least}")
    if importance.get("replicated"):
        parts.append("what that agrees on over two halves of the items (the nearer to 0, or 0)")
    layers = settings["layers"]
    within = f", layers {layers[0]} to {layers[1]}" if layers else ""
    limit = f"; {importance['limit']} items an ability" if importance.get("limit") else ""
    scope = settings["scope"].replace("_", " ")
    halves = "; each half of the items also made masks alone" if importance.get("halves") else ""
    return MethodStep(
        f"Importance of a {name} for an ability",
        f"{', '.join(parts)}; scope: {scope}{within}{limit}{halves}.",
        (*keys_of(f"importance:{importance['score']}"), *keys_of(f"toward:{toward}")),
    )


def _super(
    importance: Mapping[str, Any], super_sets: Mapping[str, Mapping[str, Any]]
) -> MethodStep:
    """What a super set is, how many each model has, and what their loss does."""
    first = next(iter(super_sets.values()))
    units = f"{first['unit']}s"
    # Of scores with a sign a large negative one ranks high as well.
    share = "mean absolute share" if importance["score"] in SIGNED else "mean share"
    return MethodStep(
        f"Super {units}",
        f"the smallest number of the {units} with the largest {share} of importance over "
        f"abilities that, zeroed, raise the loss of a neutral text by {first['threshold']:g} nat a "
        f"token or more; left out of masks and random controls: "
        f"{'; '.join(_left_out(model, own) for model, own in super_sets.items())}.",
        tuple(keys_of("super")),
    )


def _left_out(model: str, found: Mapping[str, Any]) -> str:
    if not found["n"]:
        most, loss = found["losses"][-1]
        rise = "" if loss is None else f" ({loss - found['loss']:+.2g} without the first {most})"
        return f"none of {model}{rise}"
    without = found["loss_without"]
    loss = "beyond any number" if without is None else f"to {without:.2f}"
    them = "it" if found["n"] == 1 else "them"
    return f"{found['n']} of {model} (without {them} from {found['loss']:.2f} {loss})"


def _selection(name: str, selection: Mapping[str, Any], whole: str, units: str) -> str:
    """The rule behind a mask of n weights, or neurons or heads."""
    n = f"n = ⌊k · {whole}⌋"
    if name == "specific":
        return _specific(selection, n, units) + _background(selection)
    rules = {
        "top": f"the {n} most important {units}, {WITHIN[selection.get('within', 'model')]}",
        "bottom": f"the {n} {units} whose importance is nearest to 0, chosen over the whole scope",
        "core": f"the {n} {units} whose least importance to any ability is largest: one mask for "
        "all abilities",
    }
    return rules[name]


def _listed_masks(lists: Mapping[str, Mapping[Any, Any]], units: str) -> MethodStep:
    """Which units each ability's mask holds."""
    shown = []
    for ability, by_layer in lists.items():
        named = [f"{_listed(own)} of layer {layer}" for layer, own in by_layer.items()]
        shown.append(f"{inline(ability)} {', '.join(named)}")
    text = f"{units} that the configuration lists, numbered from 0: {'; '.join(shown)}."
    return MethodStep("Masks", text)


def _sizes(settings: Mapping[str, Any], table: pd.DataFrame, name: str) -> str:
    """Each k of a selection; where it was calibrated, what each model got and from what."""
    parts = [k for k in table["fraction"].unique() if k != CALIBRATED]
    own = table[(table["selection"] == name) & (table["fraction"] == CALIBRATED)]
    calibrated = own.drop_duplicates("model")
    if len(calibrated):
        chosen = _listed(
            f"{k} for {m}" for m, k in zip(calibrated["model"], calibrated["k"], strict=True)
        )
        tried = settings["calibration"]
        sides = " and ".join(_sides(table))
        parts.append(
            f"{chosen}, chosen among {_listed(map(k_name, tried['fractions']))} where the "
            f"drop by an ability's own mask most exceeds {f'that by {sides}' if sides else '0'}, "
            f"on {tried['items']} calibration items an ability"
        )
    return _listed(parts)


def _sides(table: pd.DataFrame) -> list[str]:
    """What there is to compare an ability's mask with."""
    sides = {
        "random masks": bool(table["seed"].notna().any()),
        # Abilities that share a mask, as those of `core` do, are not compared with one another.
        "the other abilities' masks": _own_masks(table) > 1,
    }
    return [name for name, there in sides.items() if there]


def _own_masks(table: pd.DataFrame) -> int:
    """The largest number of different masks that the abilities of a profile have."""
    own = table[table["seed"].isna()]
    return int(own.groupby(["model", "selection", "fraction"])["mask_digest"].nunique().max())


def _specific(selection: Mapping[str, Any], n: str, units: str) -> str:
    definition = selection["definition"]
    others = "the background items'" if "background" in selection else "the other abilities'"
    if definition == "ratio":
        of = {"mean": "mean", "max": "largest"}[selection.get("others", "mean")]
        skipped = f", without {_high_for_others(selection)}," if "in_top_of" in selection else ""
        return (
            f"of the {selection['pool']:g}n most important {units}{skipped} the {n} with the "
            f"largest ratio of the ability's importance to {others} {of}"
        )
    if definition == "exclude":
        return f"the {n} most important {units} without {_high_for_others(selection)}"
    of = {"diff": "mean", "max": "largest", "sum": "sum of absolute importances"}[definition]
    return f"the {n} {units} whose importance to the ability exceeds {others} {of} most"


def _high_for_others(selection: Mapping[str, Any]) -> str:
    """What `in_top_of` keeps out of a mask."""
    least = selection["in_top_of"]
    others = f"of {least} other {'ability' if least == 1 else 'abilities'} or more"
    whose = "to the background items" if "background" in selection else others
    return f"those among the n most important {whose}"


def _background(selection: Mapping[str, Any]) -> str:
    """Where the items are from that stand for the other abilities."""
    folder = selection.get("background")
    return f" (background: the training items in {folder})" if folder else ""


def _ablation(settings: Mapping[str, Any]) -> MethodStep:
    sources = tuple(keys_of("ablation:mean")) if _averages_units(settings) else ()
    return MethodStep("Ablation", f"each mask {ablated(settings)} in the loaded model.", sources)


def _averages_units(settings: Mapping[str, Any]) -> bool:
    """Whether ablated units become their means."""
    return bool(settings["unit"] != "weight" and settings["ablation"] == "mean")


def ablated(settings: Mapping[str, Any]) -> str:
    """What becomes of which weights or units, after "each mask"."""
    complement = settings["ablation_of"] == "complement"
    if _averages_units(settings):
        units = f"{settings['unit']}s"
        which = f"all {units} in scope but those" if complement else f"the {units}"
        return (
            f"puts their mean over the tokens of a few training items of every ability in place of "
            f"{which} that it selects"
        )
    weights = (
        "weights" if settings["unit"] == "weight" else f"weights that read the {settings['unit']}s"
    )
    which = f"all {weights} in scope but those" if complement else f"the {weights}"
    ablation = settings["ablation"]
    if ablation == "zero":
        return f"zeroes {which} that it selects"
    if ablation == "mean":
        return f"sets {which} that it selects to their matrix's mean"
    return f"multiplies {which} that it selects by {ablation['scale']}"


def _controls(settings: Mapping[str, Any]) -> MethodStep:
    random = settings["controls"]["random"]
    if not random["seeds"]:
        return MethodStep("Random controls", "none.")
    each = random["matched_to"] == "each_ability"
    matched = "each ability's mask" if each else "the abilities' masks on average"
    alike = "weights per tensor and per decile of magnitude"
    if settings["unit"] != "weight":
        alike = f"{settings['unit']}s per layer and per class of activation"
    return MethodStep(
        "Random controls",
        f"seed{'s' if len(random['seeds']) > 1 else ''} {_listed(random['seeds'])}; as many "
        f"{alike} as {matched}.",
    )


def _impact(settings: Mapping[str, Any]) -> MethodStep:
    profile = settings["profile"]
    metric = METRICS.get(profile["metric"], profile["metric"])
    complement = settings["ablation_of"] == "complement"
    ablated_score = (
        "with all but the mask of ability a ablated" if complement else "without ability a"
    )
    return MethodStep(
        f"AIS ({profile['impact'].replace('_', ' ')})",
        f"{IMPACTS[profile['impact']]}, S the intact score, S(a) {ablated_score}; scores are "
        f"{metric}, or a benchmark's first metric where it has no such; undefined where S is not "
        f"significantly above guessing. Intervals "
        f"({100 * profile['confidence']:g}%): paired bootstrap over items, {profile['resamples']} "
        f"resamples, seed {settings['seed']}.",
        ("bonett2012adjusted",),
    )


def _tests(table: pd.DataFrame) -> MethodStep:
    sides = " and of ".join(_sides(table))
    against = f" and against the mean of {sides}" if sides else ""
    return MethodStep(
        "Tests",
        f"paired sign-flip tests against the intact model{against}, exact (McNemar's, against one) "
        "for right-or-wrong scores; q: Benjamini-Hochberg over all defined cells of one metric, "
        "selection, k and contrast, all models, benchmarks and abilities together.",
        ("benjamini1995controlling",),
    )


def _similarity() -> MethodStep:
    return MethodStep(
        "Similarity",
        "AIS min-max normalised over abilities and scaled to sum 1; 1 − Jensen-Shannon divergence "
        "(base 2). Noise: simulated profiles of independent normal values.",
        ("lin1991divergence",),
    )


def _listed(names: Any) -> str:
    return ", ".join(map(str, names))
