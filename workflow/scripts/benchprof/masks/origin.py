"""What the metadata of masks say of how they were made."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from benchprof import codebase
from benchprof.ablation import LISTED, RANDOM, Ablation
from benchprof.masks.rule import RULES, Selection


def read_for(selection: str, ability: str, importances: Collection[str]) -> list[str]:
    """Names of the importances that an ability's mask is selected from.

    Args:
        selection: a name in `RULES`.
        ability: whose mask it is.
        importances: names of all.
    """
    return sorted(importances) if RULES[selection].of_all else [ability]


def selected_origin(
    ablation: Ablation,
    importances: Mapping[str, Any],
    rule: Selection,
    left_out: str | None,
) -> dict[str, Any]:
    """All that decides a mask that is selected by importance.

    Args:
        ablation: which mask.
        importances: the origin of every ability's importance.
        rule: of the selection.
        left_out: digest of the super set; it counts where the rule leaves that out.
    """
    ability, selection = ablation.ability, ablation.selection
    return {
        "ability": ability,
        "selection": selection,
        "settings": rule.settings,
        "mask_fraction": ablation.mask_fraction,
        "importance": {n: importances[n] for n in read_for(selection, ability, importances)},
        "code": code_digest(selection),
    } | ({"super": left_out} if rule.without_super else {})


def listed_origin(ablation: Ablation, unit: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """All that decides a mask of listed units.

    Args:
        ablation: which mask.
        unit: neuron or head.
        settings: the lists.
    """
    return {
        "ability": ablation.ability,
        "selection": LISTED,
        "unit": unit,
        "settings": dict(settings),
        "mask_fraction": ablation.mask_fraction,
        "importance": {},
        "code": codebase.digest_of("masks.listed"),
    }


def control_origin(control: Ablation, left_out: str | None) -> dict[str, Any]:
    """What decides a random control, but for the masks and the activations that it is matched to.

    Args:
        control: which control.
        left_out: digest of the super set that is in no control; None where there is none.
    """
    return {
        "ability": control.ability,
        "selection": RANDOM,
        "seed": control.seed,
        "mask_fraction": control.mask_fraction,
        "code": code_digest(),
    } | ({} if left_out is None else {"super": left_out})


def code_digest(*rules: str) -> str:
    """Digest of the code that decides masks, by these rules; none of random masks.

    That of units' activations stands beside it.
    """
    modules = [f"masks.rules.{rule}" for rule in rules]
    return codebase.digest_of("masks.job", *modules, excluding=["importance.levels"])
