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
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import Field, model_validator

from benchprof.section import Section, Text, read_section

SCENES = Path(__file__).parent / "scenes"
FORMS = ("person", "thing", "day", "number", "place", "clause")
SHAPES = {"2+1": (1, False), "2+2": (2, False), "2+2's": (2, True), "2+3's": (3, True)}
"""Of phrases: how many words stand after "of the", and whether the first is a possessive; two stand
before it."""

Place = Annotated[int, Field(ge=1, le=4, description="the number of an option, 1 to 4")]
Four = Annotated[list[Text], Field(min_length=4, max_length=4)]


class Question(Section):
    """What every question has: which operation it asks for, how hard it is, and both answers."""

    operation: Text
    level: Literal["easy", "medium", "hard"] = Field(description="one of easy, medium, hard")
    answers: Annotated[list[Place], Field(min_length=2, max_length=2)]

    @property
    def phrases(self) -> list[str]:
        """All that is asked."""
        raise NotImplementedError


class Induction(Question):
    """The answer goes on from examples; each side has four of its own, and an answer."""

    examples: Annotated[list[Four], Field(min_length=2, max_length=2)]
    ask: Text

    @property
    def phrases(self) -> list[str]:
        """All that is asked."""
        return [self.ask]


class Meaning(Question):
    """The answer follows from what is asked; `blank` asks alike, and nothing leads to an answer."""

    asks: Annotated[list[Text], Field(min_length=2, max_length=2)]
    blank: Text

    @property
    def phrases(self) -> list[str]:
        """All that is asked."""
        return [*self.asks, self.blank]


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
        shape: of the phrases, one of `SHAPES`.
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
        description="one of " + ", ".join(SHAPES)
    )
    options: Four
    frame: Text
    report: Text
    questions: Questions

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        """Stop at what would make an item without one right answer, or of another form."""
        if len(set(self.options)) < len(self.options):
            raise ValueError(f"two equal options: {self.options}")
        if self.frame.count("{ask}") != 1 or self.report.count("{claim}") != 1:
            raise ValueError("a frame needs {ask}, and a report {claim}, once each")
        for ability, question in self.questions:
            if question.answers[0] == question.answers[1]:
                raise ValueError(f"{ability}: the same answer on both sides")
            for phrase in question.phrases:
                if not has_shape(phrase, self.shape):
                    raise ValueError(f"{ability}: {phrase!r} is not of the shape {self.shape}")
            if len(set(question.phrases)) < len(question.phrases):
                raise ValueError(f"{ability}: a phrase twice")
        here, there = self.questions.inductive_reasoning.examples
        if named := {*here, *there} & set(self.options):
            raise ValueError(f"inductive_reasoning: options among the examples: {named}")
        return self

    @property
    def form(self) -> str:
        """One of `FORMS`."""
        return self.scene.split("-")[0]

    @property
    def number(self) -> int:
        """Of the scene within its form."""
        return int(self.scene.split("-")[1])


def has_shape(phrase: str, shape: str) -> bool:
    """Whether a phrase is `the ... ... of the ...`, with as many words as its shape has."""
    after, possessive = SHAPES[shape]
    words = phrase.split()
    return (
        len(words) == 5 + after
        and (words[0], words[3], words[4]) == ("the", "of", "the")
        and [word.endswith(("'s", "s'")) for word in words[5:6]] == [possessive]
        and not any("'" in word for word in (*words[:5], *words[6:]))
    )


def read_scenes(folder: Path = SCENES) -> tuple[Scene, ...]:
    """All scenes: by number, those of one number in the order of `FORMS`.

    Raises:
        InputError: names the file, the key path, the value and what is allowed, of the first fault.
    """
    scenes = [scene for form in FORMS for scene in _of_form(folder / f"{form}.yaml")]
    return tuple(sorted(scenes, key=lambda scene: scene.number))


def _of_form(path: Path) -> list[Scene]:
    # libyaml's loader, as safe as Python's and twenty times as fast.
    loaded: list[Any] = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    return [read_section(Scene, value, f"{path}, {value.get('scene')}") for value in loaded]
