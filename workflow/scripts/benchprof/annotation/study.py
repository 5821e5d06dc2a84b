"""What the configuration says about annotation, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchprof.abilities.item import SPLITS
from benchprof.annotation.items import read_all_items
from benchprof.annotation.sample import StudyItem, stratified
from benchprof.configuration import check_configuration, check_duplicate_keys
from benchprof.data import CONFIGURATION_SCHEMA
from benchprof.errors import InputError

# The digits of a keyboard; an ability is chosen by one of them.
MOST_ABILITIES = 10


@dataclass(frozen=True)
class Study:
    """What is asked of every annotator.

    Attributes:
        definitions: one line for each ability, in the order of the configuration.
        items: the sample.
        answers: the folder of the annotators' files.
        seed: of the sample and the orders.
    """

    definitions: Mapping[str, str]
    items: tuple[StudyItem, ...]
    answers: Path
    seed: int


def read_study(path: Path) -> Study:
    """The study that a configuration file describes.

    Rejected items (`exclude`) stay in the sample: what annotators are asked must not change
    because of what they said.

    Raises:
        InputError: the configuration or an item is faulty, or something is missing that
            annotators need.
    """
    if not path.is_file():
        raise InputError(path, "no such file", "a configuration", "Check the path.")
    check_duplicate_keys(path)
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    schema = yaml.safe_load(CONFIGURATION_SCHEMA.read_text(encoding="utf-8"))
    check_configuration(config, schema, str(path))
    if "annotation" not in config:
        expected = "annotation: {answers: FOLDER, per_ability: N}"
        raise InputError(path, "lacks annotation", expected, "docs/annotating_items.md has more.")
    abilities = config["abilities"]
    if len(abilities) > MOST_ABILITIES:
        where, found = f"{path}, abilities", f"{len(abilities)} abilities"
        expected = f"at most {MOST_ABILITIES}, one for each digit"
        raise InputError(where, found, expected, "Annotate with a configuration of fewer.")
    for name, ability in abilities.items():
        if "definition" not in ability:
            expected = "definition: ONE LINE that tells it from the other abilities"
            remedy = "Annotators read it beside the ability's name."
            raise InputError(f"{path}, abilities.{name}", "lacks definition", expected, remedy)
    return Study(
        definitions={name: ability["definition"].strip() for name, ability in abilities.items()},
        items=stratified(
            read_all_items({name: _files_of(ability) for name, ability in abilities.items()}),
            config["annotation"]["per_ability"],
            config["seed"],
        ),
        answers=Path(config["annotation"]["answers"]),
        seed=config["seed"],
    )


def _files_of(ability: Mapping[str, Any]) -> list[Path]:
    return [Path(ability["items"]) / f"{split}.jsonl" for split in SPLITS]
