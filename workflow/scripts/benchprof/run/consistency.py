"""What no single key of a configuration can get wrong: keys that do not go together."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from pathlib import Path

from benchprof.errors import InputError
from benchprof.run.ablation import ALL_ABILITIES, INTACT
from benchprof.run.configuration import (
    CALIBRATED,
    LISTED,
    SIGNED,
    AbilitySplit,
    Configuration,
    Folder,
    Validation,
)

RESERVED = (INTACT, ALL_ABILITIES)


def check_consistency(config: Configuration, source: str, compared: bool = False) -> None:
    """Stop at the first two keys of a configuration that do not go together.

    Args:
        config: the configuration.
        source: the files named in messages.
        compared: whether it is a combination of a comparison.

    Raises:
        InputError: names the file, the key path, the value and what is allowed.
    """
    for ability in set(config.abilities) & set(RESERVED):
        where = f"{source}, abilities.{ability}"
        raise InputError(where, "a reserved name", "another name", "Rename the ability.")
    _check_models(config, source)
    for name, benchmark in config.benchmarks.items():
        if isinstance(benchmark, AbilitySplit) and benchmark.ability not in config.abilities:
            where = f"{source}, benchmarks.{name}.ability"
            known = ", ".join(sorted(config.abilities))
            raise InputError(where, repr(benchmark.ability), f"one of the abilities {known}")
    if CALIBRATED in config.fractions and config.calibration is None:
        raise InputError(
            f"{source}, fractions",
            f"{CALIBRATED!r} without a section `calibration`",
            "candidates to choose from, as in calibration: {fractions: [0.0003, 0.001], items: 32}",
            "Add the section, or write a number.",
        )
    for name in config.archive.share if config.archive else ():
        if name not in {*config.abilities, *config.benchmarks}:
            raise InputError(
                f"{source}, archive.share", repr(name), "an ability or a benchmark of this file"
            )
    if config.layers and config.layers[0] > config.layers[1]:
        where = f"{source}, layers"
        raise InputError(where, str(config.layers), "the first layer and the last, not before it")
    _check_super(config, source)
    _check_score(config, source)
    _check_limit(config, source, compared)
    _check_unit(config, source)
    _check_toward(config, source)
    _check_flip(config, source, compared)
    _check_contrast(config, source)
    _check_listed(config, source)
    if config.validation:
        _check_validation(config, source)


def _check_models(config: Configuration, source: str) -> None:
    """Stop where names differ in case alone, or a model spreads over GPUs that it does not use."""
    _check_case(config.models, f"{source}, models")
    for name, model in config.models.items():
        if model.gpus > 1 and model.device not in ("auto", "cuda"):
            raise InputError(
                f"{source}, models.{name}.gpus",
                f"{model.gpus} with device {model.device}",
                "1, or device auto or cuda, which let the model be spread over GPUs",
            )


def _check_case(names: Iterable[str], where: str) -> None:
    known: dict[str, str] = {}
    for name in names:
        other = known.setdefault(name.lower(), name)
        if other != name:
            raise InputError(
                where,
                f"{other!r} and {name!r} differ only in case",
                "names that differ otherwise too",
                "Rename one: on some disks they would share a folder.",
            )


def _check_super(config: Configuration, source: str) -> None:
    """Stop where what masks leave out would be ablated with all but the mask."""
    for name in config.selections.without_super:
        if config.ablation_of == "complement":
            where, found = f"{source}, selections.{name}.without_super", "true with ablation_of"
            remedy = "Remove one of the two: everything but the mask includes the super set."
            raise InputError(where, f"{found}: complement", "ablation_of: mask", remedy)


def _check_score(config: Configuration, source: str) -> None:
    """Stop where a score does not go with the loss, the unit or the groups."""
    importance = config.importance
    if importance.score == "wanda" and importance.loss_on == "choice":
        where = f"{source}, importance.loss_on"
        raise InputError(where, "choice with the score wanda, which has no loss", "answer or all")
    if importance.score == "wanda" and config.unit != "weight":
        where = f"{source}, importance.score"
        raise InputError(where, f"wanda with unit {config.unit}", "one of the other scores")
    if importance.score == "knock_out" and config.unit == "weight":
        where = f"{source}, importance.score"
        raise InputError(where, "knock_out with unit weight", "unit neuron or head")
    if importance.knock_outs and importance.score != "knock_out":
        where = f"{source}, importance.knock_outs"
        raise InputError(where, f"groups with the score {importance.score}", "the score knock_out")


def halving_keys(config: Configuration, compared: bool) -> list[str]:
    """The keys of `importance` by which the train items are halved, and each half once more.

    Args:
        config: the configuration.
        compared: whether it is a combination of a comparison, which makes no masks of halves.
    """
    importance = config.importance
    halved = {"halves": importance.halves and not compared, "replicated": importance.replicated}
    return [key for key, said in halved.items() if said]


def _check_limit(config: Configuration, source: str, compared: bool) -> None:
    """Stop where fewer train items are scored than there are halves of them."""
    limit, keys = config.importance.limit, halving_keys(config, compared)
    if limit is not None and limit < 2 ** len(keys):
        where, found = f"{source}, importance.limit", f"{limit} with {' and '.join(keys)}"
        raise InputError(where, found, f"{2 ** len(keys)} items or more, one for each half")


def _check_unit(config: Configuration, source: str) -> None:
    """Stop where a unit does not go with the scope, the halves or the ablation."""
    if config.unit == "weight":
        if config.importance.replicated:
            where = f"{source}, importance.replicated"
            raise InputError(where, "true with unit weight", "unit neuron or head")
        return
    if config.importance.replicated and config.selections.bottom:
        where, found = f"{source}, selections.bottom", "bottom with importance.replicated: true"
        remedy = "With it, bottom would also take units that matter in only one half of the items."
        raise InputError(where, found, "another selection, or replicated: false", remedy)
    scope = {"neuron": "mlp", "head": "attention"}[config.unit]
    if config.scope != scope:
        where = f"{source}, scope"
        raise InputError(where, f"{config.scope} with unit {config.unit}", scope)
    if config.selections.top and config.selections.top.within == "chunk":
        where, found = f"{source}, selections.top.within", f"chunk with unit {config.unit}"
        raise InputError(where, found, "model or tensor", "A chunk is a million weights.")
    if config.validation:
        where, found = f"{source}, unit", f"{config.unit} with a section validation"
        raise InputError(where, found, "weight, as planted blocks are")


def _check_toward(config: Configuration, source: str) -> None:
    """Stop where attributions toward flips do not go with what is scored."""
    importance, where = config.importance, f"{source}, importance"
    if importance.toward == "zero":
        return
    if config.unit == "weight":
        found = f"{importance.toward} with unit weight"
        raise InputError(f"{where}.toward", found, "zero, or unit neuron or head")
    if importance.score == "knock_out":
        found = f"{importance.toward} with the score knock_out, which takes units to zero"
        raise InputError(f"{where}.toward", found, "zero, or one of the other scores")
    if importance.loss_on != "choice":
        found = f"{importance.loss_on} with toward {importance.toward}"
        raise InputError(f"{where}.loss_on", found, "choice, as two options are compared")
    if importance.against is not None:
        found = f"{importance.against} with toward {importance.toward}, which is a contrast itself"
        remedy = "Remove `importance.against` or `importance.toward`."
        raise InputError(f"{where}.against", found, "one of the two contrasts", remedy)


def _check_flip(config: Configuration, source: str, compared: bool) -> None:
    """Stop where the values of flips are to replace weights, or anything outside a comparison."""
    if config.ablation != "flip":
        return
    if not compared:
        remedy = (
            "A benchmark's items have no flips: say it in a combination of `comparison`, with unit "
            "neuron or head."
        )
        raise InputError(f"{source}, ablation", "'flip'", "zero, mean, or {scale: FACTOR}", remedy)
    if config.unit == "weight":
        raise InputError(f"{source}, ablation", "flip with unit weight", "unit neuron or head")


def _check_contrast(config: Configuration, source: str) -> None:
    specific = config.selections.specific
    ratio = specific is not None and specific.definition == "ratio"
    if config.importance.score in SIGNED and ratio:
        raise InputError(
            f"{source}, selections.specific.definition",
            f"ratio with the score {config.importance.score}, which may be negative",
            "sum, max, diff or exclude",
        )
    others = 1 if specific and specific.background else len(config.abilities) - 1
    if specific and others < 1:
        raise InputError(
            f"{source}, selections.specific",
            "a contrast with one ability alone",
            "two abilities or more",
            "Add abilities, or a background, or use 'top'.",
        )
    if specific and (specific.in_top_of or 1) > others:
        raise InputError(
            f"{source}, selections.specific.in_top_of",
            str(specific.in_top_of),
            f"at most {others}, as many as an ability is contrasted with",
        )


def _check_listed(config: Configuration, source: str) -> None:
    """Stop where units are listed beside what ranks them, or not for every ability alike."""
    lists, where = config.selections.listed, f"{source}, selections.{LISTED}"
    said = lists is not None
    if (LISTED in config.fractions) != said or (said and len(config.fractions) > 1):
        found = f"{list(config.fractions)} {'with' if said else 'without'} selections.{LISTED}"
        raise InputError(
            f"{source}, fractions",
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
    if config.importance.halves:
        raise InputError(f"{source}, importance.halves", f"true with {LISTED} masks", "false")
    for ability in sorted(set(config.abilities) ^ set(lists)):
        found = "no list" if ability in config.abilities else "no such ability"
        raise InputError(f"{where}.{ability}", found, "a list for each of the abilities")
    sizes = {ability: sum(map(len, own.values())) for ability, own in lists.items()}
    if len(set(sizes.values())) > 1:
        found = ", ".join(f"{size} units for {ability}" for ability, size in sizes.items())
        remedy = "Masks are compared at one size: give other sizes a configuration of their own."
        raise InputError(where, found, "the same number of units for each ability", remedy)


def _check_validation(config: Configuration, source: str) -> None:
    """Stop where the section `validation` names what is not configured, or asks for what it can't.

    Raises:
        InputError: names the key, the value and what is allowed.
    """
    validation = config.validation
    assert validation is not None
    where = f"{source}, validation"
    named: dict[str, tuple[Iterable[object], Collection[object]]] = {
        "planted": (validation.planted, config.models),
        "entangled": (validation.entangled, config.models),
        "thresholds_of": (validation.thresholds_of, validation.planted),
        "selection": ([validation.selection], config.selections.model_fields_set),
        "fraction": ([validation.fraction], config.fractions),
    }
    for key, (values, known) in named.items():
        for value in values:
            if value not in known:
                expected = "one of " + ", ".join(map(str, known))
                raise InputError(f"{where}.{key}", repr(value), expected)
    _check_pool(validation, where)
    if validation.thresholds.similarity_error is not None and len(validation.planted) < 2:
        key, found = f"{where}.thresholds.similarity_error", "a threshold with one planted model"
        remedy = "It compares the profiles of two: add a model, or remove the threshold."
        raise InputError(key, found, "two or more under validation.planted", remedy)
    if validation.thresholds.calibrated_rmse is not None and CALIBRATED not in config.fractions:
        key = f"{where}.thresholds.calibrated_rmse"
        raise InputError(key, f"fractions without {CALIBRATED!r}", f"{CALIBRATED!r} among them")
    for model in validation.planted:
        if not isinstance(config.models[model].source, Folder):
            expected = "a folder with a card.json"
            raise InputError(f"{source}, models.{model}.source", "no folder", expected)
    tested = {
        own.ability
        for own in config.benchmarks.values()
        if isinstance(own, AbilitySplit) and own.split == "test" and own.companion is None
    }
    for ability in config.abilities:
        if ability not in tested:
            expected = "its test split among the benchmarks"
            raise InputError(f"{source}, benchmarks", f"no test of {ability}", expected)
    _check_composition(Path(validation.composition), config.benchmarks)
    for key, value, plain in (
        ("ablation", config.ablation, "zero"),
        ("ablation_of", config.ablation_of, "mask"),
    ):
        if value != plain:
            raise InputError(f"{source}, {key}", repr(value), f"{plain}, as blocks are")


def _check_pool(validation: Validation, where: str) -> None:
    """Stop where intervals are held against a pool that is not described, or the reverse.

    Raises:
        InputError: names what is missing.
    """
    keys = {
        "items_of_each_kind": validation.items_of_each_kind,
        "draws": validation.draws,
        "drawn_items": validation.drawn_items,
        "thresholds.coverage": validation.thresholds.coverage,
        "thresholds.null_missed_by": validation.thresholds.null_missed_by,
    }
    missing = [key for key, value in keys.items() if value is None]
    if missing and len(missing) < len(keys):
        expected = "all of " + ", ".join(keys) + ", or none"
        raise InputError(where, f"lacks {', '.join(missing)}", expected)


def _check_composition(composition: Path, benchmarks: Iterable[str]) -> None:
    if not composition.is_file():
        raise InputError(composition, "no such file", "the benchmarks' mixtures")
    mixtures = json.loads(composition.read_text(encoding="utf-8"))
    for benchmark in benchmarks:
        if benchmark not in mixtures:
            raise InputError(composition, f"no mixture of {benchmark}", "one of each benchmark")
