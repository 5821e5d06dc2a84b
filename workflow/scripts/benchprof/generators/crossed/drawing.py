"""The items of the scenes, with their companions: all that is drawn is drawn here.

Ten abilities ask about one scene with the same options, phrases of the same shape and, where they
can, the same text. Recall and induction need the scene's sentence. So eight in ten scenes have it
under all ten questions: whoever guesses the ability from whether it is there is right 12% of the
time, and not 20%. (It is not everywhere, since a small model is distracted by every sentence that
it does not need.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from benchprof.abilities.item import Companion, Item
from benchprof.generators.crossed.claim import neutral, told
from benchprof.generators.crossed.scene import (
    SLOTS,
    Induction,
    Meaning,
    Question,
    Recall,
    Scene,
)
from benchprof.generators.templates.sentence import capital

OPTIONS = 4
Filling = Literal["options", "examples", "nothing"]
"""What stands in the slots of a scene's sentence; nothing where there is no sentence."""
FILLINGS: dict[Filling, float] = {"options": 0.4, "examples": 0.4, "nothing": 0.2}


@dataclass(frozen=True)
class Side:
    """One side of a question; `sentence` is empty where it needs none."""

    sentence: str
    ask: str
    answer: str


class Staging:
    """A scene in which all that its ten items share is drawn."""

    def __init__(self, scene: Scene, foreign: Sequence[str], seed: int) -> None:
        """Draw which side each item shows, what fills the sentence, and what the report says.

        `foreign` are options of other scenes of the same form and split.
        """
        self.scene = scene
        random = Random(f"{seed}/{scene.scene}")
        self._sides = {ability: self._both(own, random) for ability, own in scene.questions}
        self._shown = {ability: random.randrange(2) for ability in self._sides}
        self._filling = random.choices(list(FILLINGS), list(FILLINGS.values()))[0]
        self._report_first = random.random() < 1 / 2
        self._claim = neutral(random.choice(foreign), scene.form)

    def side(self, ability: str, flipped: bool = False) -> Side:
        """The side of a question that the item shows, or the other one."""
        return self._sides[ability][self._shown[ability] ^ flipped]

    def sentence(self, ability: str, flipped: bool = False) -> str:
        """The scene's sentence as an item has it: its own, or that of all other items."""
        if own := self.side(ability, flipped).sentence:
            return own
        if self._filling == "nothing":
            return ""
        kind = Recall if self._filling == "options" else Induction
        return next(self.side(name).sentence for name, own in self.scene.questions
                    if isinstance(own, kind))  # fmt: skip

    def context(self, sentence: str, answer: str = "") -> str:
        """The sentence, if any, and the report, which states the answer where one is given."""
        claim = told(answer, self.scene.form) if answer else self._claim
        parts = [sentence, self.scene.report.replace("{claim}", claim)]
        parts = parts[::-1] if self._report_first else parts
        return " ".join(capital(part) for part in parts if part)

    def question(self, ask: str) -> str:
        """The question with a phrase that asks."""
        return capital(self.scene.frame.replace("{ask}", ask))

    def _both(self, question: Question, random: Random) -> tuple[Side, Side]:
        if isinstance(question, Recall):
            slots = random.sample(self.scene.options, OPTIONS)
            traded = [slots[1], slots[0], *slots[2:]]
            one, other = (
                Side(_filled(question.sentence, own), question.ask, own[0])
                for own in (slots, traded)
            )
            return one, other
        assert isinstance(question, Induction | Meaning)
        first, second = (self.scene.options[number - 1] for number in question.answers)
        if isinstance(question, Meaning):
            return Side("", question.asks[0], first), Side("", question.asks[1], second)
        sentence = self.scene.questions.contextual_recall.sentence
        here, there = (_filled(sentence, random.sample(own, OPTIONS)) for own in question.examples)
        return Side(here, question.ask, first), Side(there, question.ask, second)


def _filled(sentence: str, fillers: Sequence[str]) -> str:
    for slot, filler in zip(SLOTS, fillers, strict=True):
        sentence = sentence.replace(f"{{{slot}}}", filler)
    return sentence


def draw_items(
    ability: str, split: str, scenes: Sequence[Scene], count: int, seed: int
) -> list[Item]:
    """An ability's items of one split, one of each scene, in the order of the scenes.

    Answers stand at each position equally often, in every four items in another order.

    Raises:
        ValueError: there are fewer scenes than `count`.
    """
    own = [scene for scene in scenes if scene.split == split]
    if len(own) < count:
        raise ValueError(f"{len(own)} scenes of {split}, {count} wanted")
    places = _places(Random(f"{seed}/{ability}/{split}"))
    stages = (Staging(scene, _foreign(scene, own), seed) for scene in own[:count])
    return [
        _item(f"{ability}-{split}-{number:04d}", ability, stage, next(places))
        for number, stage in enumerate(stages)
    ]


def _foreign(scene: Scene, scenes: Sequence[Scene]) -> list[str]:
    """Options of the other scenes of the same form that are none of this scene's."""
    return [
        option
        for other in scenes
        if other.form == scene.form
        for option in other.options
        if option not in scene.options
    ]


def _places(random: Random) -> Iterator[list[int]]:
    """For each item an order of the four options' places, whose first is the answer's."""
    while True:
        for answer in random.sample(range(OPTIONS), OPTIONS):
            others = [place for place in range(OPTIONS) if place != answer]
            yield [answer, *random.sample(others, OPTIONS - 1)]


def _item(id_: str, ability: str, stage: Staging, places: Sequence[int]) -> Item:
    question = getattr(stage.scene.questions, ability)
    side = stage.side(ability)
    rest = [option for option in stage.scene.options if option != side.answer]
    placed = dict(zip(places, (side.answer, *rest), strict=True))
    options = tuple(placed[place] for place in range(OPTIONS))
    return Item(
        id=id_,
        type=question.operation,
        template=stage.scene.scene,
        difficulty=question.level,
        context=stage.context(stage.sentence(ability)),
        question=stage.question(side.ask),
        options=options,
        answer=options.index(side.answer),
        companions=_companions(ability, stage, options),
    )


def _companions(ability: str, stage: Staging, options: Sequence[str]) -> Mapping[str, Companion]:
    """The other side; the answer stated in the report; and what leads to the answer taken away."""
    question = getattr(stage.scene.questions, ability)
    side, flip, sentence = stage.side(ability), stage.side(ability, True), stage.sentence(ability)
    asked, answer = stage.question(side.ask), options.index(side.answer)
    if isinstance(question, Meaning):
        blank = Companion(stage.context(sentence), stage.question(question.blank), answer)
    else:
        blank = Companion(stage.context(""), asked, answer)
    return {
        "flip": Companion(
            stage.context(stage.sentence(ability, True)),
            stage.question(flip.ask),
            options.index(flip.answer),
        ),
        "read_off": Companion(stage.context(sentence, side.answer), asked, answer),
        "blank": blank,
    }
