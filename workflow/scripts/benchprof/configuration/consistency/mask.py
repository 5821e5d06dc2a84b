"""Keys of masks and of ablation that do not go together."""

from __future__ import annotations

from benchprof.ablation import CALIBRATED, LISTED
from benchprof.configuration import Configuration
from benchprof.errors import InputError
from benchprof.importance.score import SCORES
from benchprof.masks.rule import Contrastive, Top
from benchprof.models.scope import PARTS


def check_unit(config: Configuration, source: str) -> None:
    """Stop where a unit does not go with the scope, the halves or the ablation."""
    if config.unit == "weight":
        return
    scope = PARTS[config.unit]
    if config.scope != scope:
        where = f"{source}, scope"
        raise InputError(where, f"{config.scope} with unit {config.unit}", scope)
    top = config.selections.rules.get("top")
    if isinstance(top, Top) and top.within == "chunk":
        where, found = f"{source}, selections.top.within", f"chunk with unit {config.unit}"
        raise InputError(where, found, "model", "A chunk is a million weights.")
    if config.validation:
        where, found = f"{source}, unit", f"{config.unit} with a section validation"
        raise InputError(where, found, "weight, as planted blocks are")


def check_contrast(config: Configuration, source: str) -> None:
    """Stop where an ability cannot be contrasted with the others as its selection asks for."""
    contrastive = config.selections.rules.get("contrastive")
    ratio = isinstance(contrastive, Contrastive) and contrastive.definition == "ratio"
    if SCORES[config.importance.score].signed and ratio:
        raise InputError(
            f"{source}, selections.contrastive.definition",
            f"ratio with the score {config.importance.score}, which may be negative",
            "sum",
        )
    others = len(config.abilities) - 1
    if contrastive and others < 1:
        raise InputError(
            f"{source}, selections.contrastive",
            "a contrast with one ability alone",
            "two abilities or more",
            "Add abilities, or use 'top'.",
        )
    if isinstance(contrastive, Contrastive) and (contrastive.in_top_of or 1) > others:
        raise InputError(
            f"{source}, selections.contrastive.in_top_of",
            str(contrastive.in_top_of),
            f"at most {others}, as many as an ability is contrasted with",
        )


def check_listed(config: Configuration, source: str) -> None:
    """Stop where units are listed beside what ranks them, or not for every ability alike."""
    lists, where = config.selections.listed, f"{source}, selections.{LISTED}"
    said = lists is not None
    if (LISTED in config.mask_fractions) != said or (said and len(config.mask_fractions) > 1):
        found = f"{list(config.mask_fractions)} {'with' if said else 'without'} selections.{LISTED}"
        raise InputError(
            f"{source}, mask_fractions",
            found,
            f"[{LISTED}] with selections.{LISTED}, and numbers or {CALIBRATED} without it",
        )
    if lists is None:
        return
    if len(config.selections.model_fields_set) > 1:
        raise InputError(
            where,
            "beside another selection",
            "no other selection",
            "Move the others to a configuration of their own: the store computes nothing twice.",
        )
    if config.unit == "weight":
        raise InputError(where, "with unit weight", "unit neuron or head")
    for ability in sorted(set(config.abilities) ^ set(lists)):
        found = "no list" if ability in config.abilities else "no such ability"
        raise InputError(f"{where}.{ability}", found, "a list for each of the abilities")
    sizes = {ability: sum(map(len, own.values())) for ability, own in lists.items()}
    if len(set(sizes.values())) > 1:
        found = ", ".join(f"{size} units for {ability}" for ability, size in sizes.items())
        remedy = "Masks are compared at one size: give other sizes a configuration of their own."
        raise InputError(where, found, "the same number of units for each ability", remedy)
