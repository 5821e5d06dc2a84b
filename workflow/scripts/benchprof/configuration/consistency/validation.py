"""What the section `validation` needs of the rest of a configuration."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from benchprof.configuration import Configuration, Folder, Validation
from benchprof.errors import InputError
from benchprof.tasks.benchmark import AbilitySplit


def check_validation(config: Configuration, validation: Validation, source: str) -> None:
    """Stop where the models, the tests or the mixtures are not those of a validation.

    Args:
        config: the configuration.
        validation: its section of this name.
        source: the files named in messages.

    Raises:
        InputError: names the key, the value and what is allowed.
    """
    _check_folders(config, source)
    _check_tests(config, source)
    _check_composition(Path(validation.composition), config.benchmarks, config.abilities)


def _check_folders(config: Configuration, source: str) -> None:
    """Stop where a model is not in a folder, which has a card of what is planted."""
    for name, model in config.models.items():
        if not isinstance(model.source, Folder):
            expected = "a folder with a card.json, as planted models are"
            raise InputError(f"{source}, models.{name}.source", "no folder", expected)


def _check_tests(config: Configuration, source: str) -> None:
    """Stop where an ability's held-out test is not among the benchmarks."""
    tested = {
        own.ability
        for own in config.benchmarks.values()
        if isinstance(own, AbilitySplit) and own.is_held_out_test
    }
    for ability in config.abilities:
        if ability not in tested:
            expected = "its test split among the benchmarks"
            raise InputError(f"{source}, benchmarks", f"no test of {ability}", expected)


def _check_composition(
    composition: Path, benchmarks: Iterable[str], abilities: Iterable[str]
) -> None:
    """Stop where the file of the benchmarks' mixtures is not there, no JSON, or lacks one."""
    if not composition.is_file():
        raise InputError(composition, "no such file", "the benchmarks' mixtures")
    try:
        mixtures = json.loads(composition.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        found = f"not JSON ({error})"
        raise InputError(composition, found, "the benchmarks' mixtures") from None
    for benchmark in benchmarks:
        mixture = mixtures.get(benchmark) if isinstance(mixtures, dict) else None
        impact = mixture.get("impact") if isinstance(mixture, dict) else None
        if not isinstance(impact, dict) or not {*abilities} <= impact.keys():
            expected = "of each benchmark, `impact` with a number for each ability"
            raise InputError(composition, f"no mixture of {benchmark}", expected)
