"""What the configuration says about annotation, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchprof.abilities.item import SPLITS
from benchprof.annotation.items import read_all_items
from benchprof.annotation.sample import StudyItem, stratified
from benchprof.errors import InputError
from benchprof.run.run import read_run

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
    run = read_run([path])
    config = run.configuration
    if config.annotation is None:
        expected = "annotation: {answers: FOLDER, per_ability: N}"
        raise InputError(path, "lacks annotation", expected, "docs/how_to/annotation.md has more.")
    abilities = config.abilities
    if len(abilities) > MOST_ABILITIES:
        where, found = f"{path}, abilities", f"{len(abilities)} abilities"
        expected = f"at most {MOST_ABILITIES}, one for each digit"
        raise InputError(where, found, expected, "Annotate with a configuration that has fewer.")
    for name, ability in abilities.items():
        if ability.definition is None:
            expected = "definition: ONE LINE that tells it from the other abilities"
            remedy = "Annotators read it beside the ability's name."
            raise InputError(f"{path}, abilities.{name}", "lacks definition", expected, remedy)
    return Study(
        definitions={name: (own.definition or "").strip() for name, own in abilities.items()},
        items=stratified(
            read_all_items({name: [run.items(name, s) for s in SPLITS] for name in abilities}),
            config.annotation.per_ability,
            config.seed,
        ),
        answers=Path(config.annotation.answers),
        seed=config.seed,
    )
