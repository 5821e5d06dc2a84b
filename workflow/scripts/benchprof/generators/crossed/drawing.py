"""The items of the scenes, with their companions: all that is drawn is drawn here.

Ten abilities ask about one scene with the same options, a text of the same form, and phrases of the
same shape. What tells them apart is the content words of the phrase.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from benchprof.abilities.checks.matching import place
from benchprof.abilities.checks.words import content_words, words
from benchprof.abilities.item import DIFFICULTIES, Companion, Item
from benchprof.generators.crossed.scene import Induction, Meaning, Scene
from benchprof.generators.crossed.text import Text, report, speaker
from benchprof.generators.templates.sentence import capital

OPTIONS = 4
TURN = 4  # scenes after which the splits come round again
LENGTH = 3  # of the text's list
NEAREST = 3  # scenes among which another one is drawn
RECALL = "contextual_recall"
# Of the hard level: what is recalled, its place in the list and the word that asks for it. At the
# other levels the usual answer is recalled: easily where it stands last.
LISTED = {
    "train": ("first of a list", 0, "opening"),
    "calibration": ("middle of a list", 1, "middle"),
    "test": ("last of a list", 2, "closing"),
}
STATED = "stated"


@dataclass(frozen=True)
class Side:
    """One side of a question: its text, its phrase and its answer."""

    text: Text
    ask: str
    answer: str


@dataclass(frozen=True)
class Asked:
    """A question with both sides in the order drawn, and the text and phrase of its blank."""

    operation: str
    level: str
    shown: Side
    flip: Side
    blank: tuple[Text, str]


class Staging:
    """A scene in which all that its items share is drawn."""

    def __init__(self, scene: Scene, others: Sequence[Scene], seed: int) -> None:
        """Draw who says what; `others` are the other scenes of its form and split."""
        self.scene = scene
        random = Random(f"{seed}/{scene.scene}")
        self._seed = f"{seed}/{scene.scene}"
        self._who = _apart_from(scene, random)
        self._level = DIFFICULTIES[scene.number // TURN % len(DIFFICULTIES)]
        # The speaker who is drawn says what contextual recall asks for.
        usual, listed = report(self._who, random), scene.report
        if self._level == "hard":
            usual, listed = listed, usual
        usual_one, *listed_ones = random.sample(_foreign(scene, others, random), OPTIONS)
        self._text = Text(
            frames=(usual, listed),
            usual=usual_one,
            listed=tuple(listed_ones),
            quoted=scene.form == "clause",
            usual_first={"easy": False, "medium": True}.get(self._level, random.random() < 1 / 2),
        )

    def asked(self, ability: str) -> Asked:
        """The question of an ability, its sides in an order that is drawn."""
        random = Random(f"{self._seed}/{ability}")
        if ability == RECALL:
            return self._asked_recall(random)
        question: Meaning | Induction = getattr(self.scene.questions, ability)
        answers = [self.scene.options[number - 1] for number in question.answers]
        if isinstance(question, Induction):
            orders = [random.sample(own, LENGTH + 1) for own in question.examples]
            texts = [self._text.naming(usual, listed) for usual, *listed in orders]
            asks, blank = [question.ask] * 2, question.ask
        else:
            texts, asks, blank = [self._text] * 2, question.asks, question.blank
        sides = [Side(*own) for own in zip(texts, asks, answers, strict=True)]
        shown = random.randrange(2)
        return Asked(question.operation, question.level, sides[shown], sides[1 - shown],
                     (self._text, blank))  # fmt: skip

    def question(self, ask: str) -> str:
        """The question with a phrase that asks."""
        return capital(self.scene.frame.replace("{ask}", ask))

    def _asked_recall(self, random: Random) -> Asked:
        """The usual answer or, at the hard level, one of the list; in the flip two have traded."""
        operation, place, word = LISTED[self.scene.split]
        if self._level != "hard":
            operation, word = STATED, "usual"
        one, other, *rest = random.sample(self.scene.options, OPTIONS)
        ask, sides = f"the {word} answer of {self._who}", []
        for own, traded in ((one, other), (other, one)):
            text = self._text.naming(own, [traded, *rest])
            if self._level == "hard":
                listed = [traded, rest[0]]
                listed.insert(place, own)
                text = self._text.naming(rest[1], listed)
            sides.append(Side(text, ask, own))
        return Asked(operation, self._level, sides[0], sides[1], (self._text, ask))


def _apart_from(scene: Scene, random: Random) -> str:
    """A speaker of whom no word stands in the scene's own sentences, so that none is confused."""
    taken = set(words(f"{scene.report} {scene.frame}"))
    while taken & set(content_words(who := speaker(scene.shape, random))):
        pass
    return who


def _foreign(scene: Scene, others: Sequence[Scene], random: Random) -> list[str]:
    """The options of another scene, which name none of this one's and are built alike.

    Otherwise a text in which the scene's own options stand would show by how alike they look.

    Raises:
        ValueError: there is no such scene.
    """
    apart = [own.options for own in others if not _names_any(own.options, scene.options)]
    if not apart:
        raise ValueError(f"no other scene of its form and split is apart from {scene.scene}")
    like = sorted(apart, key=lambda options: _unlike(options, scene.options))
    return random.choice(like[:NEAREST])


def _names_any(some: Sequence[str], others: Sequence[str]) -> bool:
    """Whether an option stands in one of the others, or the other way round, articles aside."""
    pairs = [(" ".join(content_words(a)), " ".join(content_words(b)))
             for a in some for b in others]  # fmt: skip
    return any(place(a, b) >= 0 or place(b, a) >= 0 for a, b in pairs)


def _unlike(some: Sequence[str], others: Sequence[str]) -> float:
    """How far apart two sets of options are in length and in what their characters are."""

    def build(options: Sequence[str]) -> list[float]:
        whole = " ".join(options)
        counts = [10 * sum(map(test, whole)) for test in (str.isupper, str.isdigit, _is_mark)]
        articles = 10 * sum(option.startswith("the ") for option in options)
        return [len(whole), 5 * len(whole.split()), articles, *counts]

    return sum(abs(a - b) for a, b in zip(build(some), build(others), strict=True))


def _is_mark(character: str) -> bool:
    return not (character.isalnum() or character.isspace())


def stage_scenes(scenes: Sequence[Scene], split: str, count: int, seed: int) -> list[Staging]:
    """The first `count` scenes of a split, staged once for all abilities.

    Raises:
        ValueError: there are fewer scenes than `count`.
    """
    own = [scene for scene in scenes if scene.split == split]
    if len(own) < count:
        raise ValueError(f"{len(own)} scenes of {split}, {count} wanted")
    return [
        Staging(scene, [o for o in own if o.form == scene.form and o is not scene], seed)
        for scene in own[:count]
    ]


def draw_items(ability: str, split: str, stagings: Sequence[Staging], seed: int) -> list[Item]:
    """An ability's items of one split, one of each scene, in the order of the scenes.

    Answers stand at each position equally often, in every four items in another order.
    """
    places = _places(Random(f"{seed}/{ability}/{split}"))
    return [
        _item(f"{ability}-{split}-{number:04d}", ability, stage, next(places))
        for number, stage in enumerate(stagings)
    ]


def _places(random: Random) -> Iterator[list[int]]:
    """For each item an order of the four options' places, whose first is the answer's."""
    while True:
        for answer in random.sample(range(OPTIONS), OPTIONS):
            others = [place for place in range(OPTIONS) if place != answer]
            yield [answer, *random.sample(others, OPTIONS - 1)]


def _item(id_: str, ability: str, stage: Staging, places: Sequence[int]) -> Item:
    asked = stage.asked(ability)
    side, flip, (blank_text, blank_ask) = asked.shown, asked.flip, asked.blank
    rest = [option for option in stage.scene.options if option != side.answer]
    placed = dict(zip(places, (side.answer, *rest), strict=True))
    options = tuple(placed[place] for place in range(OPTIONS))
    answer, question = options.index(side.answer), stage.question(side.ask)
    return Item(
        id=id_,
        type=asked.operation,
        template=stage.scene.scene,
        difficulty=asked.level,
        context=side.text.written(),
        question=question,
        options=options,
        answer=answer,
        companions={
            "flip": Companion(
                flip.text.written(), stage.question(flip.ask), options.index(flip.answer)
            ),
            "read_off": Companion(side.text.written(right=side.answer), question, answer),
            "blank": Companion(blank_text.written(), stage.question(blank_ask), answer),
        },
    )
