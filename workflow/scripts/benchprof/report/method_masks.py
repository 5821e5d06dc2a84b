"""How a run's masks were made, in sentences from its configuration: importance, selection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from benchprof.portable import portable
from benchprof.report.method_step import MethodStep
from benchprof.report.names import agreeing, counted, inline, series
from benchprof.report.references import keys_of
from benchprof.run.ablation import CALIBRATED, k_name
from benchprof.run.configuration import (
    SIGNED,
    Configuration,
    Importance,
    Selection,
    Specific,
    Top,
)

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
ATTRIBUTION = ", where s(x) = -Σ a × gradient, summed over the unit's activations a on x"
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
AGAINST = {
    "flip": "versions of the items in which one changed fact makes another option right",
    "read_off": "versions of the items that state the answer",
    "blank": "versions of the items without what leads to the answer",
}
RANDOM, OTHERS = "random masks", "the other abilities' masks"
# What `top` ranks together.
WITHIN = {
    "model": "chosen over the whole scope",
    "tensor": "chosen within each weight matrix, in proportion to its size",
    "chunk": "chosen within each chunk of consecutive weights, in proportion to its size (a chunk "
    "has 10⁶ weights, or the number in scope divided by √n if that is more; matrices follow one "
    "another by name)",
}


def importance_step(config: Configuration) -> MethodStep:
    """What the importance of a weight or unit is, and from what it is computed."""
    importance, unit, layers = config.importance, config.unit, config.layers
    name = "weight w" if unit == "weight" else f"{unit} u"
    sentences = [f"The importance of a {name} for an ability is {_score(importance, unit)}."]
    if importance.against:
        sentences.append(_contrast(importance, AGAINST[importance.against]))
    if importance.replicated:
        sentences.append(
            "Only what two halves of the items agree on counts: of their two scores, the one "
            "nearer to 0, or 0 if their signs differ."
        )
    within = f", layers {layers[0]} to {layers[1]}" if layers else ""
    sentences.append(f"The scope is {config.scope.replace('_', ' ')}{within}.")
    if limit := importance.limit:
        items = counted(limit, "training item")
        are = agreeing(limit, "is", "are")
        sentences.append(f"At most {items} per ability {are} used (a seeded sample).")
    if importance.halves:
        sentences.append("Masks are also made from each half of the items alone.")
    return MethodStep("Importance", sentences, {0: keys_of(f"importance:{importance.score}")})


def _contrast(importance: Importance, other: str) -> str:
    """What is subtracted for `other`, the items' companions."""
    if importance.knocked_out:
        return f"Before the regression, the same rise for {other} is subtracted."
    floor = "" if importance.score in SIGNED else "; negative differences count as 0"
    return f"From this score, the same score for {other} is subtracted{floor}."


def _score(importance: Importance, unit: str) -> str:
    """What the importance of a weight or unit is, with the loss that it is of."""
    loss = f"the loss on {LOSSES[importance.loss_on]}"
    if groups := importance.knocked_out:
        return KNOCK_OUT.format(unit=unit, loss=loss, groups=groups.groups, share=groups.share)
    if importance.score == "wanda":
        return f"{SCORES['wanda']}, at the positions of {loss}"
    own = UNIT_SCORES[importance.score] + ATTRIBUTION
    if unit == "weight":
        own = SCORES[importance.score]
    return f"{own}. The gradient is that of {loss}"


def super_step(importance: Importance, super_sets: Mapping[str, Mapping[str, Any]]) -> MethodStep:
    """What a super set is, how many each model has, and what their loss does."""
    first = next(iter(super_sets.values()))
    units = f"{first['unit']}s"
    # Of scores with a sign a large negative one ranks high as well.
    share = "mean absolute share" if importance.score in SIGNED else "mean share"
    found = "; ".join(_left_out(model, own) for model, own in super_sets.items())
    return MethodStep(
        f"Super {units}",
        [
            f"Super {units} are the smallest number of the {units} with the largest {share} of "
            "importance over abilities that, set to zero, raise the loss on a neutral text by "
            f"{first['threshold']:g} nat per token or more.",
            f"Found: {found}.",
            "Where they are left out of masks, random masks leave them out too.",
        ],
        {0: keys_of("super")},
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


def selection_steps(config: Configuration, table: pd.DataFrame) -> list[MethodStep]:
    """Which weights or units the masks of each selection hold, and how many."""
    unit = config.unit
    every = "parameters" if unit == "weight" else f"{unit}s"
    whole = every if config.fraction_of == "model" else f"{unit}s in scope"
    rules, steps = config.selections.rules, []
    for name in table["selection"].unique():
        rule = rules[name]
        positive = "" if name == "bottom" else ", as far as they score above zero,"
        sentences = [f"Each mask contains{positive} {_selection(name, rule, whole, f'{unit}s')}."]
        if rule.without_super:
            sentences.append(f"Super {unit}s are left out first.")
        sentences += _sizes(config, table, name)
        steps.append(MethodStep(f"Masks, {name}", sentences))
    return steps


def _selection(name: str, rule: Selection, whole: str, units: str) -> str:
    """The rule behind a mask of n weights, or neurons or heads."""
    n = f"n = ⌊k · {whole}⌋"
    if isinstance(rule, Specific):
        return _specific(rule, n, units) + _background(rule)
    if isinstance(rule, Top):
        return f"the {n} most important {units}, {WITHIN[rule.within]}"
    rules = {
        "bottom": f"the {n} {units} whose importance is nearest to 0, chosen over the whole scope",
        "core": f"the {n} {units} whose least importance for any ability is largest, which is "
        "the same mask for all abilities",
    }
    return rules[name]


def listed_step(lists: Mapping[str, Mapping[int, Sequence[int]]], units: str) -> MethodStep:
    """Which units each ability's mask holds."""
    shown = []
    for ability, by_layer in lists.items():
        named = [f"{series(own)} of layer {layer}" for layer, own in by_layer.items()]
        shown.append(f"{inline(ability)}: {', '.join(named)}")
    text = f"Each mask contains the {units} that the configuration lists, numbered from 0"
    return MethodStep("Masks", [f"{text} ({'; '.join(shown)})."])


def _sizes(config: Configuration, table: pd.DataFrame, name: str) -> list[str]:
    """Each k of a selection; where it was calibrated, what each model got and from what."""
    sentences = []
    if numbers := [k for k in table["fraction"].unique() if k != CALIBRATED]:
        sentences.append(f"k = {series(numbers)}.")
    own = table[(table["selection"] == name) & (table["fraction"] == CALIBRATED)]
    calibrated = own.drop_duplicates("model")
    if len(calibrated) and (tried := config.calibration):
        chosen = series(
            f"{k} for {m}" for m, k in zip(calibrated["model"], calibrated["k"], strict=True)
        )
        items = counted(tried.items, "calibration item")
        sentences += [
            f"The calibrated k is {chosen}.",
            f"It was chosen among {series(map(k_name, tried.fractions))} on at most {items} per "
            "ability, as the one at which the mean drop under the abilities' own masks most "
            f"exceeds {_larger_of_sides(own)}.",
            "Only abilities above guessing count; for a model with none, it is the smallest k.",
        ]
    return sentences


def _larger_of_sides(table: pd.DataFrame) -> str:
    """What the drop under own masks was held against; a side that gains counts as 0."""
    sides = [f"that under {side}" for side in sides_of(table)]
    larger = {0: "", 1: "the larger of "}.get(len(sides), "the largest of ")
    return f"{larger}{series(['0', *sides])}"


def sides_of(table: pd.DataFrame) -> dict[str, int]:
    """What there is to compare an ability's mask with: `RANDOM`, `OTHERS`, and how many at most."""
    profile = ["model", "selection", "fraction"]
    masks = table[[*profile, "ability", "seed", "mask_digest"]].drop_duplicates()
    own, random = masks[masks["seed"].isna()], masks[masks["seed"].notna()]
    # Abilities that share a mask, as those of `core` do, are not compared with one another.
    sharing = own.groupby([*profile, "mask_digest"]).size().groupby(level=profile)
    counts = {
        RANDOM: random.groupby([*profile, "ability"]).size().max(),
        OTHERS: (sharing.sum() - sharing.min()).max(),
    }
    return {name: int(count) for name, count in counts.items() if count > 0}


def _specific(rule: Specific, n: str, units: str) -> str:
    others = "the background items" if rule.background else "the other abilities"
    if rule.definition == "ratio":
        of = {"mean": "mean", "max": "largest"}[rule.others]
        skipped = f", leaving out those {_high_for_others(rule)}" if rule.in_top_of else ""
        return (
            f"the {n} {units} with the largest ratio of the importance for the ability to the {of} "
            f"importance for {others}, out of the {rule.pool:g}n most important for the "
            f"ability itself{skipped}"
        )
    if rule.definition == "exclude":
        return f"the {n} most important of the {units} that are not {_high_for_others(rule)}"
    of = {"diff": "mean", "max": "largest", "sum": "summed absolute"}[rule.definition]
    most = "whose importance for the ability most exceeds"
    return f"the {n} {units} {most} the {of} importance for {others}"


def _high_for_others(rule: Specific) -> str:
    """What `in_top_of` keeps out of a mask."""
    least = rule.in_top_of
    others = "any other ability" if least == 1 else f"{least} or more other abilities"
    whose = "the background items" if rule.background else others
    return f"among the n most important for {whose}"


def _background(rule: Specific) -> str:
    """Where the items are from that stand for the other abilities."""
    folder = rule.background
    return f" (background: the training items in {portable(folder)})" if folder else ""
