"""How a run was made, in sentences from its settings: for the page and for a paper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    "taylor_abs": "the mean of |w × gradient| over the ability's training items",
    "taylor": "|w × the mean gradient over the ability's training items|",
    "taylor_signed": "-w × the mean gradient (with its sign) over the ability's training items",
    "fisher": "the mean of (w × gradient)² over the ability's training items",
    "wanda": "|w| × the norm of its inputs over the ability's training items",
}
UNIT_SCORES = {
    "taylor_abs": "the mean of |s(x)| over the ability's training items x",
    "taylor": "the absolute value of the mean of s(x) over the ability's training items x",
    "taylor_signed": "the mean of s(x) (with its sign) over the ability's training items x",
    "fisher": "the mean of s(x)² over the ability's training items x",
}
ATTRIBUTIONS = {
    "zero": ", where s(x) = -Σ a × gradient, summed over the unit's activations a on x",
    "flip": ", where s(x) = Σ (a - a′) × gradient, summed over the unit's activations a on x and "
    "a′ on a version of x in which one changed fact makes another option right",
}
KNOCK_OUT = (
    "the coefficient of u in a Lasso regression (penalty by cross-validation) that explains the "
    "effects of {groups} random groups of {unit}s by which {unit}s they contain. A group contains "
    "{share:g} of those in scope, and the groups are the same for all abilities. The effect of a "
    "group is the mean rise in {loss}, over the ability's training items, when it is set to zero"
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
    "tensor": "chosen within each weight matrix, in proportion to its size",
    "chunk": "chosen within each chunk of consecutive weights, in proportion to its size (a chunk "
    "has 10⁶ weights, or the number in scope divided by √n if that is more; matrices follow one "
    "another by name)",
}
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


@dataclass(frozen=True)
class MethodStep:
    """One step of the method.

    Attributes:
        name: a heading.
        sentences: without the spaces between them.
        sources: keys of the references.
        citing: the number of the sentence that the references belong to.
    """

    name: str
    sentences: Sequence[str]
    sources: tuple[str, ...] = ()
    citing: int = 0

    @property
    def text(self) -> str:
        """The sentences."""
        return " ".join(self.sentences)

    @property
    def cited(self) -> str:
        """The sentences with Pandoc's citations."""
        sentences = list(self.sentences)
        if self.sources:
            keys = "; ".join(f"@{key}" for key in self.sources)
            sentences[self.citing] = f"{sentences[self.citing].removesuffix('.')} [{keys}]."
        return " ".join(sentences)


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
        sentences = [f"Each mask contains {rule}."]
        if selection.get("without_super"):
            sentences.append(f"Super {unit}s are left out first.")
        sentences += _sizes(settings, table, name)
        steps.append(MethodStep(f"Masks, {name}", sentences))
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
        uses.add(f"toward:{_toward(importance)}")
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
    return f"The published {are} {_listed(named)}." if named else ""


def _profiled(table: pd.DataFrame) -> MethodStep:
    shown = table[table["headline"]]
    own = shown[shown["seed"].isna()]
    least, most = int(own["n"].min()), int(own["n"].max())
    count = f"{least}" if least == most else f"{least} to {most}"
    models, benchmarks = own["model"].unique(), own["benchmark"].unique()
    abilities = own["ability"].unique()
    named = f"{'ability' if len(abilities) == 1 else 'abilities'} {_listed(map(inline, abilities))}"
    sentence = (
        f"The run profiles {_listed(models)} on {_listed(map(readable, benchmarks))} ({count} "
        f"items each), for the {named}."
    )
    return MethodStep("Models and benchmarks", [sentence])


def _importance(settings: Mapping[str, Any]) -> MethodStep:
    importance = settings["importance"]
    unit = settings["unit"]
    name = "weight w" if unit == "weight" else f"{unit} u"
    sentences = [f"The importance of a {name} for an ability is {_score(importance, unit)}."]
    if importance.get("against"):
        sentences.append(_contrast(importance))
    if importance.get("replicated"):
        sentences.append(
            "Only what two halves of the items agree on counts: of their two scores, the one "
            "nearer to 0, or 0 if their signs differ."
        )
    layers = settings["layers"]
    within = f", layers {layers[0]} to {layers[1]}" if layers else ""
    sentences.append(f"The scope is {settings['scope'].replace('_', ' ')}{within}.")
    if limit := importance.get("limit"):
        items = f"{limit} training item{'s' if limit > 1 else ''}"
        sentences.append(f"At most {items} per ability are used (a seeded sample).")
    if importance.get("halves"):
        sentences.append("Masks are also made from each half of the items alone.")
    uses = f"importance:{importance['score']}", f"toward:{_toward(importance)}"
    return MethodStep("Importance", sentences, tuple(key for use in uses for key in keys_of(use)))


def _contrast(importance: Mapping[str, Any]) -> str:
    """What is subtracted for the items' companions."""
    other = AGAINST[importance["against"]]
    if importance["score"] == "knock_out":
        return f"Before the regression, the same rise for {other} is subtracted."
    floor = "" if importance["score"] in SIGNED else "; negative differences count as 0"
    return f"From this score, the same score for {other} is subtracted{floor}."


def _score(importance: Mapping[str, Any], unit: str) -> str:
    """What the importance of a weight or unit is, with the loss that it is of."""
    toward = _toward(importance)
    loss = f"the loss on {LOSSES[importance['loss_on']]}" if toward == "zero" else MARGIN
    if importance["score"] == "knock_out":
        groups = KnockOuts(**importance.get("knock_outs") or {})
        return KNOCK_OUT.format(unit=unit, loss=loss, **groups.model_dump())
    if importance["score"] == "wanda":
        return f"{SCORES['wanda']}, at the positions of {loss}"
    own = UNIT_SCORES[importance["score"]] + ATTRIBUTIONS[toward]
    if unit == "weight":
        own = SCORES[importance["score"]]
    return f"{own}. The gradient is that of {loss}"


def _super(
    importance: Mapping[str, Any], super_sets: Mapping[str, Mapping[str, Any]]
) -> MethodStep:
    """What a super set is, how many each model has, and what their loss does."""
    first = next(iter(super_sets.values()))
    units = f"{first['unit']}s"
    # Of scores with a sign a large negative one ranks high as well.
    share = "mean absolute share" if importance["score"] in SIGNED else "mean share"
    found = "; ".join(_left_out(model, own) for model, own in super_sets.items())
    return MethodStep(
        f"Super {units}",
        [
            f"Super {units} are the smallest number of the {units} with the largest {share} of "
            "importance over abilities that, set to zero, raise the loss on a neutral text by "
            f"{first['threshold']:g} nat per token or more.",
            f"Found: {found}.",
            "Where they are left out of masks, random controls leave them out too.",
        ],
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
        "core": f"the {n} {units} whose least importance for any ability is largest, which is "
        "the same mask for all abilities",
    }
    return rules[name]


def _listed_masks(lists: Mapping[str, Mapping[Any, Any]], units: str) -> MethodStep:
    """Which units each ability's mask holds."""
    shown = []
    for ability, by_layer in lists.items():
        named = [f"{_listed(own)} of layer {layer}" for layer, own in by_layer.items()]
        shown.append(f"{inline(ability)}: {', '.join(named)}")
    text = f"Each mask contains the {units} that the configuration lists, numbered from 0"
    return MethodStep("Masks", [f"{text} ({'; '.join(shown)})."])


def _sizes(settings: Mapping[str, Any], table: pd.DataFrame, name: str) -> list[str]:
    """Each k of a selection; where it was calibrated, what each model got and from what."""
    sentences = []
    if numbers := [k for k in table["fraction"].unique() if k != CALIBRATED]:
        sentences.append(f"k = {_listed(numbers)}.")
    own = table[(table["selection"] == name) & (table["fraction"] == CALIBRATED)]
    calibrated = own.drop_duplicates("model")
    if len(calibrated):
        chosen = _listed(
            f"{k} for {m}" for m, k in zip(calibrated["model"], calibrated["k"], strict=True)
        )
        tried = settings["calibration"]
        sides = _sides(table)
        others = f"that under {sides[0]}" if sides else "0"
        if len(sides) > 1:
            others = f"the larger of those under {' and under '.join(sides)}"
        sentences += [
            f"The calibrated k is {chosen}.",
            f"It was chosen among {_listed(map(k_name, tried['fractions']))}, as the one at which "
            f"the drop under an ability's own mask most exceeds {others} on {tried['items']} "
            "calibration items per ability.",
        ]
    return sentences


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
    others = "the background items" if "background" in selection else "the other abilities"
    if definition == "ratio":
        of = {"mean": "mean", "max": "largest"}[selection.get("others", "mean")]
        skipped = f", leaving out those {_high_for_others(selection)}"
        return (
            f"the {n} {units} with the largest ratio of the importance for the ability to the {of} "
            f"importance for {others}, out of the {selection['pool']:g}n most important for the "
            f"ability itself{skipped if 'in_top_of' in selection else ''}"
        )
    if definition == "exclude":
        return f"the {n} most important of the {units} that are not {_high_for_others(selection)}"
    of = {"diff": "mean", "max": "largest", "sum": "summed absolute"}[definition]
    most = "whose importance for the ability most exceeds"
    return f"the {n} {units} {most} the {of} importance for {others}"


def _high_for_others(selection: Mapping[str, Any]) -> str:
    """What `in_top_of` keeps out of a mask."""
    least = selection.get("in_top_of", 1)
    others = "any other ability" if least == 1 else f"{least} or more other abilities"
    whose = "the background items" if "background" in selection else others
    return f"among the n most important for {whose}"


def _background(selection: Mapping[str, Any]) -> str:
    """Where the items are from that stand for the other abilities."""
    folder = selection.get("background")
    return f" (background: the training items in {folder})" if folder else ""


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
    seeds = f"seed{'s' if len(random['seeds']) > 1 else ''} {_listed(random['seeds'])}"
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
    guessing = [GUESSING] if profile["impact"] == "chance_corrected" else []
    return MethodStep(
        f"AIS ({profile['impact'].replace('_', ' ')})",
        [
            f"The AIS is {IMPACTS[profile['impact']]}, where S is the score of the intact model "
            f"and S(a) that with {under}.",
            *guessing,
            f"Scores are {metric}, or a benchmark's first metric if it does not have this one.",
            "The AIS is undefined if S is not significantly above guessing.",
            f"Intervals ({100 * profile['confidence']:g}%) are from a paired bootstrap over items "
            f"({profile['resamples']} resamples, seed {settings['seed']}), with one item more that "
            "is lost and one that is gained for right-or-wrong scores.",
        ],
        ("bonett2012adjusted",),
        citing=-1,
    )


def _tests(table: pd.DataFrame) -> MethodStep:
    compared = ["those of the intact model", *(f"the mean under {side}" for side in _sides(table))]
    return MethodStep(
        "Tests",
        [
            "Paired sign-flip tests compare each ablated model's scores "
            f"{_listed(f'with {scores}' for scores in compared)}.",
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


def _toward(importance: Mapping[str, Any]) -> str:
    """The value that replaces a unit's activation in its attribution."""
    return str(importance.get("toward", "zero"))


def _listed(names: Iterable[Any]) -> str:
    """In words: "a, b and c"."""
    *most, last = map(str, names)
    return f"{', '.join(most)} and {last}" if most else last
