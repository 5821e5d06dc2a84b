"""A scene: four options, and a question of every ability that has them for its answers.

The scenes are written by hand, in a YAML file for each form that an answer can have (a person, a
thing, a day, a number, a place, a clause). A question asks with a phrase. All phrases of a scene
have the same shape, such as "the ... ... of the ...'s ...", so that only their content words tell
what is asked. Contextual recall alone is not written but drawn (see `drawing`).

Every question has two sides, which differ in little and in their answer: one becomes the item, the
other its flip.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field

from benchprof.section import Section, Text, read_section

SCENES = Path(__file__).parent / "scenes"
FORMS = ("person", "thing", "day", "number", "place", "clause")
Place = Annotated[int, Field(ge=1, le=4, description="the number of an option, 1 to 4")]
Four = Annotated[list[Text], Field(min_length=4, max_length=4)]


class Question(Section):
    """What every question has: which operation it asks for and how hard it is."""

    operation: Text
    level: Literal["easy", "medium", "hard"] = Field(description="one of easy, medium, hard")


class Induction(Question):
    """The answer goes on from examples; each side has four of its own, and an answer."""

    answers: Annotated[list[Place], Field(min_length=2, max_length=2)]
    examples: Annotated[list[Four], Field(min_length=2, max_length=2)]
    ask: Text


class Meaning(Question):
    """The answer follows from what is asked; `blank` asks alike, and nothing leads to an answer."""

    answers: Annotated[list[Place], Field(min_length=2, max_length=2)]
    asks: Annotated[list[Text], Field(min_length=2, max_length=2)]
    blank: Text


class Questions(Section):
    """A question of each ability but contextual recall."""

    analogical_reasoning: Meaning
    commonsense_causal_reasoning: Meaning
    deductive_reasoning: Meaning
    inductive_reasoning: Induction
    long_term_knowledge_recall: Meaning
    quantitative_reasoning: Meaning
    semantic_relationship_comprehension: Meaning
    spatial_reasoning: Meaning
    temporal_reasoning: Meaning

    def __iter__(self) -> Iterator[tuple[str, Question]]:  # type: ignore[override]
        """The questions with their abilities, in alphabetical order."""
        return ((name, getattr(self, name)) for name in sorted(type(self).model_fields))


class Scene(Section):
    """One scene.

    Attributes:
        scene: form and number, such as `thing-012`.
        split: the one split that its items go to.
        shape: of the phrases, one of `text.SHAPES`.
        options: four of one form, as an answer has them.
        frame: the question, with `{ask}` in it.
        report: a sentence in which somebody says that `{claim}`.
        questions: of the abilities.
    """

    scene: Annotated[str, Field(pattern=rf"^({'|'.join(FORMS)})-\d{{3}}$")]
    split: Literal["train", "calibration", "test"] = Field(
        description="one of train, calibration, test"
    )
    shape: Literal["2+1", "2+2", "2+2's", "2+3's"] = Field(
        description="one of 2+1, 2+2, 2+2's, 2+3's"
    )
    options: Four
    frame: Text
    report: Text
    questions: Questions

    @property
    def form(self) -> str:
        """One of `FORMS`."""
        return self.scene.split("-")[0]

    @property
    def number(self) -> int:
        """Of the scene within its form."""
        return int(self.scene.split("-")[1])


def read_scenes(folder: Path = SCENES) -> tuple[Scene, ...]:
    """All scenes: by number, those of one number in the order of `FORMS`.

    Raises:
        InputError: names the file, the key path, the value and what is allowed, of the first fault.
    """
    scenes = [scene for form in FORMS for scene in _of_form(folder / f"{form}.yaml")]
    return tuple(sorted(scenes, key=lambda scene: scene.scene.split("-")[1]))


def _of_form(path: Path) -> list[Scene]:
    # libyaml's loader, as safe as Python's and twenty times as fast.
    loaded: list[Any] = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    return [read_section(Scene, value, f"{path}, {value.get('scene')}") for value in loaded]
