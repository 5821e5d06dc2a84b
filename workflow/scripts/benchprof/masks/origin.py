"""What the metadata of masks say of how they were made."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from benchprof import codebase
from benchprof.ablation import LISTED, RANDOM, Ablation
from benchprof.masks.rule import Selection


def read_for(selection: str, ability: str, importances: Collection[str]) -> list[str]:
    """Names of the importances that an ability's mask is selected from.

    Args:
        selection: top, specific, core or bottom.
        ability: whose mask it is.
        importances: names of all.
    """
    return [ability] if selection in ("top", "bottom") else sorted(importances)


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
        "fraction": ablation.k,
        "importance": {n: importances[n] for n in read_for(selection, ability, importances)},
        "code": code_digest(),
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
        "fraction": ablation.k,
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
        "fraction": control.k,
        "code": code_digest(),
    } | ({} if left_out is None else {"super": left_out})


def code_digest() -> str:
    """Digest of the code that decides masks; that of units' activations stands beside it."""
    return codebase.digest_of("masks.job", apart=["importance.levels"])
