"""What the section `validation` needs of the rest of a configuration."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from pathlib import Path

from benchprof.errors import InputError
from benchprof.run.ablation import CALIBRATED
from benchprof.run.configuration import AbilitySplit, Configuration, Folder, Validation


def check_validation(config: Configuration, validation: Validation, source: str) -> None:
    """Stop where the section `validation` names what is not configured, or asks for what it can't.

    Args:
        config: the configuration.
        validation: its section of this name.
        source: the files named in messages.

    Raises:
        InputError: names the key, the value and what is allowed.
    """
    where = f"{source}, validation"
    _check_names(config, validation, where)
    _check_pool(validation, where)
    _check_thresholds(config, validation, where)
    _check_folders(config, validation, source)
    _check_tests(config, source)
    _check_composition(Path(validation.composition), config.benchmarks)
    _check_ablation(config, source)


def _check_names(config: Configuration, validation: Validation, where: str) -> None:
    """Stop where a key names what is not configured."""
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


def _check_thresholds(config: Configuration, validation: Validation, where: str) -> None:
    """Stop where a threshold is one on what is not measured."""
    if validation.thresholds.similarity_error is not None and len(validation.planted) < 2:
        key, found = f"{where}.thresholds.similarity_error", "a threshold with one planted model"
        remedy = "It compares the profiles of two: add a model, or remove the threshold."
        raise InputError(key, found, "two or more under validation.planted", remedy)
    if validation.thresholds.calibrated_rmse is not None and CALIBRATED not in config.fractions:
        key = f"{where}.thresholds.calibrated_rmse"
        raise InputError(key, f"fractions without {CALIBRATED!r}", f"{CALIBRATED!r} among them")


def _check_folders(config: Configuration, validation: Validation, source: str) -> None:
    """Stop where a planted model is not in a folder, which has a card of what is planted."""
    for model in validation.planted:
        if not isinstance(config.models[model].source, Folder):
            expected = "a folder with a card.json"
            raise InputError(f"{source}, models.{model}.source", "no folder", expected)


def _check_tests(config: Configuration, source: str) -> None:
    """Stop where an ability's own test is not among the benchmarks."""
    tested = {
        own.ability
        for own in config.benchmarks.values()
        if isinstance(own, AbilitySplit) and own.is_own_test
    }
    for ability in config.abilities:
        if ability not in tested:
            expected = "its test split among the benchmarks"
            raise InputError(f"{source}, benchmarks", f"no test of {ability}", expected)


def _check_composition(composition: Path, benchmarks: Iterable[str]) -> None:
    """Stop where the file of the benchmarks' mixtures is not there, no JSON, or lacks one."""
    if not composition.is_file():
        raise InputError(composition, "no such file", "the benchmarks' mixtures")
    try:
        mixtures = json.loads(composition.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        found = f"not JSON ({error})"
        raise InputError(composition, found, "the benchmarks' mixtures") from None
    for benchmark in benchmarks:
        if benchmark not in mixtures:
            raise InputError(composition, f"no mixture of {benchmark}", "one of each benchmark")


def _check_ablation(config: Configuration, source: str) -> None:
    """Stop where masks are ablated in another way than blocks are."""
    for key, value, plain in (
        ("ablation", config.ablation, "zero"),
        ("ablation_of", config.ablation_of, "mask"),
    ):
        if value != plain:
            raise InputError(f"{source}, {key}", repr(value), f"{plain}, as blocks are")
