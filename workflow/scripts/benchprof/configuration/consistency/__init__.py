"""What no single key of a configuration can get wrong: keys that do not go together."""

from __future__ import annotations

from collections.abc import Iterable

from benchprof.ablation import ALL_ABILITIES, CALIBRATED, INTACT
from benchprof.configuration import Configuration
from benchprof.configuration.consistency.importance import (
    check_halves,
    check_limit,
    check_score,
)
from benchprof.configuration.consistency.mask import (
    check_contrast,
    check_listed,
    check_unit,
)
from benchprof.configuration.consistency.validation import check_validation
from benchprof.errors import InputError
from benchprof.paths import FOLDERS
from benchprof.tasks.benchmark import AbilitySplit

RESERVED = (INTACT, ALL_ABILITIES)


def check_consistency(config: Configuration, source: str) -> None:
    """Stop at the first two keys of a configuration that do not go together.

    Args:
        config: the configuration.
        source: the files named in messages.

    Raises:
        InputError: names the file, the key path, the value and what is allowed.
    """
    _check_reserved(config, source)
    _check_models(config, source)
    _check_splits(config, source)
    _check_calibrated(config, source)
    _check_layers(config, source)
    check_score(config, source)
    check_limit(config, source)
    check_halves(config, source)
    check_unit(config, source)
    check_contrast(config, source)
    check_listed(config, source)
    if config.validation:
        check_validation(config, config.validation, source)


def _check_reserved(config: Configuration, source: str) -> None:
    """Stop where an ability or the run has a name that stands for something else."""
    for ability in set(config.abilities) & set(RESERVED):
        where = f"{source}, abilities.{ability}"
        raise InputError(where, "a reserved name", "another name", "Rename the ability.")
    if config.run_name in FOLDERS:
        taken = f"{config.run_name!r}, a folder in the results of a run without a name"
        raise InputError(f"{source}, run_name", taken, "another name")


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


def _check_splits(config: Configuration, source: str) -> None:
    """Stop where a benchmark is a split of an ability that is not configured."""
    for name, benchmark in config.benchmarks.items():
        if isinstance(benchmark, AbilitySplit) and benchmark.ability not in config.abilities:
            where = f"{source}, benchmarks.{name}.ability"
            known = ", ".join(sorted(config.abilities))
            raise InputError(where, repr(benchmark.ability), f"one of the abilities {known}")


def _check_calibrated(config: Configuration, source: str) -> None:
    """Stop where the mask fraction is to be chosen, and nothing says from which candidates."""
    if CALIBRATED in config.mask_fractions and config.calibration is None:
        raise InputError(
            f"{source}, mask_fractions",
            f"{CALIBRATED!r} without a section `calibration`",
            "candidates to choose from, as in calibration: {mask_fractions: [0.0003, 0.001], items: 32}",
            "Add the section, or write a number.",
        )


def _check_layers(config: Configuration, source: str) -> None:
    """Stop where the last layer is before the first one."""
    if config.layers and config.layers[0] > config.layers[1]:
        where = f"{source}, layers"
        raise InputError(where, str(config.layers), "the first layer and the last, not before it")


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
