"""Everyday causes and effects: which cause, which effect, what prevents it, what repairs it.

Types: `cause` (of an effect), `effect` (of a cause), `prevention` (the step that would have
averted an incident, or the incident that a step averts) and `repair` (what helps afterwards, or
what an action is meant to mend). Easy items take their wrong options from other topics, medium
ones from the same topic; hard ones tell of two incidents of the same topic, or give an action and
ask for the incident.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from benchprof.abilities.item import SPLITS
from benchprof.generators.abilities.commonsense_causal_reasoning.incidents import (
    Incident,
    read_topics,
)
from benchprof.generators.abilities.commonsense_causal_reasoning.wordings import (
    LINKS,
    WORDINGS,
    Wording,
)
from benchprof.generators.templates.sentence import capital
from benchprof.generators.templates.template import Draft, Template

TEXTS: dict[str, Callable[[Incident], str]] = {
    "cause": lambda incident: incident.cause,
    "effect": lambda incident: incident.effect,
    "prevention": lambda incident: incident.prevention,
    "repair": lambda incident: incident.repair,
}

# The difficulty at which a form is used: wrong options from far topics, wrong options from the
# same topic, two incidents of one topic, from an action back to the incident.
FORMS = {"far": "easy", "near": "medium", "two": "hard", "inverse": "hard"}


@dataclass(frozen=True)
class Case:
    """The right incident, three others for the wrong options, and two strangers for the twin.

    No option fits a stranger: told of strangers only, nothing but guessing is left.
    """

    right: Incident
    wrong: tuple[Incident, ...]
    strangers: tuple[Incident, ...]


def case_of_topic(topics: Sequence[Sequence[Incident]], number: int, place: int) -> Case:
    """A case within one topic of six."""
    topic = topics[number]
    ring = [topic[(place + offset) % len(topic)] for offset in range(len(topic))]
    return Case(ring[0], (ring[1], ring[2], ring[4]), (ring[3], ring[5]))


def case_across_topics(
    topics: Sequence[Sequence[Incident]], number: int, place: int, option: Callable[[Incident], str]
) -> Case:
    """A case whose wrong options and strangers come from four other topics.

    In each of the others the incident is taken whose option is nearest to the answer's length.
    """
    right = topics[number][place]
    ring = [topics[(number + offset) % len(topics)] for offset in range(1, len(topics))]
    *others, strange = (ring[(place + offset) % len(ring)] for offset in (0, 2, 5, 4))
    wrong = tuple(
        min(topic[place % 2 :: 2], key=lambda i: abs(len(option(i)) - len(option(right))))
        for topic in others
    )
    return Case(right, wrong, (strange[place], strange[place - 1]))


@dataclass(frozen=True)
class Pattern:
    """What makes one template: a wording of a form, over a share of the split's incidents.

    `places` are the incidents asked about, as topic and place within the topic. The
    templates of a type and difficulty share none, and the wrong options follow from the incident:
    the framework rejects a second, identical item, so that a template draws each incident once.
    """

    type: str
    form: str
    split: str
    difficulty: str
    wording: Wording
    topics: Sequence[Sequence[Incident]]
    places: Sequence[tuple[int, int]]

    def draw(self, random: Random) -> Draft:
        """Draw an incident of the share and ask about it."""
        option = TEXTS["effect" if self.form == "inverse" else self.type]
        number, place = random.choice(self.places)
        if self.difficulty == "easy":
            case = case_across_topics(self.topics, number, place, option)
        else:
            case = case_of_topic(self.topics, number, place)
        return Draft(
            context=self._context(case.right, case.wrong[0]),
            question=self.wording.question,
            answer=option(case.right),
            distractors=tuple(option(incident) for incident in case.wrong),
            twin_context=self._context(*case.strangers),
            twin_question=self.wording.question,
        )

    def _context(self, asked: Incident, other: Incident) -> str:
        pair = [self._told(asked), self._told(other)]
        if self.wording.asked == 1:
            pair.reverse()
        action = TEXTS[self.type](asked) if self.form == "inverse" else ""
        return self.wording.context.format(
            Told=capital(self._told(asked)),
            told=self._told(asked),
            first=pair[0],
            second=pair[1],
            action=small(action),
        )

    def _told(self, incident: Incident) -> str:
        """What the context says of an incident, as a clause without its capital."""
        if self.type == "cause":
            return small(incident.effect)
        if self.type == "effect":
            return small(incident.cause)
        link = LINKS[self.split]
        return link.format(cause=small(incident.cause), effect=small(incident.effect))


def small(text: str) -> str:
    return text[:1].lower() + text[1:]


def shared_out(
    topics: Sequence[Sequence[Incident]], share: int, shares: int, spared: int
) -> list[tuple[int, int]]:
    """Every `shares`-th incident, running on over the topics so that no place is favoured.

    One incident of seven is spared at all levels and serves as a wrong option only. If each were
    right equally often, "was wrong elsewhere, so is right here" would be a rule for a classifier;
    if more were spared, "was right elsewhere" would be one.
    """
    return [
        (number, place)
        for number, topic in enumerate(topics)
        for place in range(len(topic))
        if (place + number) % shares == share and (number * len(topic) + place + spared) % 7
    ]


def templates() -> Iterator[Template]:
    """Every template, type by type within a difficulty within a split."""
    for split in SPLITS:
        topics = read_topics(split)
        for difficulty in ("easy", "medium", "hard"):
            for spared, type_ in enumerate(TEXTS):
                found = [
                    (form, wording)
                    for (kind, form), wordings in WORDINGS.items()
                    if kind == type_ and FORMS[form] == difficulty
                    for wording in wordings[split]
                ]
                for share, (form, wording) in enumerate(found):
                    places = shared_out(topics, share, len(found), spared)
                    head = (type_, form, split, difficulty)
                    pattern = Pattern(*head, wording, topics, places)
                    name = "-".join((*head, str(share + 1)))
                    yield Template(type_, name, split, difficulty, partial(Pattern.draw, pattern))


TEMPLATES: tuple[Template, ...] = tuple(templates())
