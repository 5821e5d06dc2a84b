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
from commonsense_causal_reasoning.incidents import Incident, read_topics
from commonsense_causal_reasoning.wordings import LINKS, WORDINGS, Wording
from generation.template import Draft, Template

TEXTS: dict[str, Callable[[Incident], str]] = {
    "cause": lambda incident: incident.cause,
    "effect": lambda incident: incident.effect,
    "prevention": lambda incident: incident.prevention,
    "repair": lambda incident: incident.repair,
}

# (type, form) -> difficulties at which the form is used.
FORMS: dict[tuple[str, str], tuple[str, ...]] = {
    (type_, form): ("easy", "medium") if form == "one" else ("hard",) for type_, form in WORDINGS
}


@dataclass(frozen=True)
class Case:
    """The right incident, three others for the wrong options, and two strangers for the twin.

    No option fits a stranger: told of strangers only, nothing but guessing is left.
    """

    right: Incident
    wrong: tuple[Incident, ...]
    strangers: tuple[Incident, ...]


def case_of_topic(topic: Sequence[Incident], place: int) -> Case:
    """A case within one topic of six. The offsets are fixed, so that a template draws each
    incident once only: the framework rejects a second, identical item.
    """
    ring = [topic[(place + offset) % len(topic)] for offset in range(len(topic))]
    return Case(ring[0], (ring[1], ring[2], ring[4]), (ring[3], ring[5]))


def case_across_topics(
    random: Random,
    topics: Sequence[Sequence[Incident]],
    right: Incident,
    option: Callable[[Incident], str],
) -> Case:
    """A case whose wrong options and strangers come from four other topics.

    Of two incidents of a topic the one whose option is nearer to the answer's length is taken.
    """
    others = random.sample([topic for topic in topics if right not in topic], 4)
    length = len(option(right))
    wrong = tuple(
        min(random.sample(topic, 2), key=lambda incident: abs(len(option(incident)) - length))
        for topic in others[:3]
    )
    return Case(right, wrong, tuple(random.sample(others[3], 2)))


@dataclass(frozen=True)
class Pattern:
    """What makes one template: a wording of a form, over a share of the split's incidents.

    The templates of one type and difficulty divide the incidents among them (`share` of
    `shares`), so that they do not tell the same incident twice.
    """

    type: str
    form: str
    split: str
    difficulty: str
    wording: Wording
    share: int
    shares: int
    topics: Sequence[Sequence[Incident]]

    def draw(self, random: Random) -> Draft:
        """Draw an incident of the share and ask about it."""
        number = random.randrange(len(self.topics))
        place = random.choice(self._places(number))
        option = TEXTS["effect" if self.form == "inverse" else self.type]
        if self.difficulty == "easy":
            case = case_across_topics(random, self.topics, self.topics[number][place], option)
        else:
            case = case_of_topic(self.topics[number], place)
        return Draft(
            context=self._context(case.right, case.wrong[0]),
            question=self.wording.question,
            answer=option(case.right),
            distractors=tuple(option(incident) for incident in case.wrong),
            twin_context=self._context(*case.strangers),
            twin_question=self.wording.question,
        )

    def _places(self, number: int) -> list[int]:
        """The places within topic `number` whose incidents this template asks about.

        Shares run on over the topics, so that no place is favoured. Within topics one incident
        of six is never asked about: if each were right equally often, "was wrong elsewhere, so
        is right here" would be a rule that a classifier finds.
        """
        places = [p for p in range(6) if (p + number) % self.shares == self.share]
        if self.difficulty == "easy":
            return places
        return [p for p in places if (p - number) % 6 != list(TEXTS).index(self.type)]

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


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def patterns() -> Iterator[Pattern]:
    """Every pattern, ordered by type, then split and difficulty."""
    for split in SPLITS:
        topics = read_topics(split)
        for difficulty in ("easy", "medium", "hard"):
            for type_ in TEXTS:
                found = [
                    (form, wording)
                    for (kind, form), levels in FORMS.items()
                    if kind == type_ and difficulty in levels
                    for wording in WORDINGS[kind, form][split]
                ]
                for share, (form, wording) in enumerate(found):
                    place = (type_, form, split, difficulty)
                    yield Pattern(*place, wording, share, len(found), topics)


def _template(pattern: Pattern) -> Template:
    place = (pattern.type, pattern.form, pattern.split, pattern.difficulty)
    name = "-".join((*place, str(pattern.share + 1)))
    return Template(
        pattern.type, name, pattern.split, pattern.difficulty, partial(Pattern.draw, pattern)
    )


TEMPLATES: tuple[Template, ...] = tuple(_template(pattern) for pattern in patterns())
