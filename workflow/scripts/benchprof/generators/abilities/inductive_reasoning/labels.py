"""Which feature decides a label: things of several features are sorted, then a new one comes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchprof.generators.abilities.inductive_reasoning.words import POOLS
from benchprof.generators.table import entries, read_rows
from benchprof.generators.templates.template import Draft
from benchprof.generators.templates.vocabulary import COLOURS, OBJECTS

SIZES = ("huge", "large", "medium-sized", "small", "tiny")
LOOKS = POOLS["looks"]

FEATURES = {"size": SIZES, "look": LOOKS, "colour": COLOURS, "thing": OBJECTS}


@dataclass(frozen=True)
class Wording:
    """How one template gives a thing its label and asks for a new thing's label."""

    split: str
    labels: tuple[str, ...]
    case: str
    ask: str
    option: str


WORDINGS: tuple[Wording, ...] = entries(
    read_rows(Path(__file__).with_suffix(".tsv")), Wording, labels=POOLS.__getitem__
)


def easy(wording: Wording, random: Random) -> Draft:
    """The kind of thing decides; the new thing's colour was not seen before."""
    return _draw(wording, random, ("colour", "thing"), "thing", misleading=False)


def medium(wording: Wording, random: Random) -> Draft:
    """Colour or look decides, while the kind of thing varies."""
    feature = random.choice(("look", "colour"))
    return _draw(wording, random, (feature, "thing"), feature)


def hard(wording: Wording, random: Random) -> Draft:
    """One of three features decides; the others point to other labels."""
    features = random.choice((("size", "colour", "thing"), ("size", "look", "thing")))
    return _draw(wording, random, features, random.choice(features[:2]))


def _draw(
    wording: Wording,
    random: Random,
    features: tuple[str, ...],
    decides: str,
    misleading: bool = True,
) -> Draft:
    """Four labels with two things each; every value of every feature occurs twice.

    A value of the deciding feature goes with one label, a value of another with two. The new
    thing has the answer's deciding value; its other values were seen with other labels only, or,
    if they are not to mislead, with none. The twin's new thing has values that were never seen.
    """
    # Labels of one length, so that no length tells the options apart.
    first = random.choice([n for n in wording.labels if _as_long(wording, n) >= 4])
    labels = random.sample([n for n in wording.labels if len(n) == len(first)], 4)
    values = {feature: random.sample(FEATURES[feature], 5) for feature in features}
    cases: list[tuple[dict[str, str], str]] = [
        ({decides: values[decides][k]}, labels[k]) for k in range(4) for _ in range(2)
    ]
    asked = {decides: values[decides][0]}
    for feature in features:
        if feature == decides:
            continue
        # The labels stand in a circle, another one for each feature; the two things of a label
        # take the values at its place and at the next.
        places = random.sample(range(4), 4)
        for number, (thing, _) in enumerate(cases):
            thing[feature] = values[feature][(places[number // 2] + number % 2) % 4]
        unseen = (places[0] + random.choice((2, 3))) % 4
        asked[feature] = values[feature][unseen if misleading else 4]
    fresh = {feature: values[feature][4] for feature in features}
    context = " ".join(
        wording.case.format(i=_named(thing, features), l=label)
        for thing, label in random.sample(cases, len(cases))
    )
    options = [wording.option.format(l=label) for label in labels]
    return Draft(
        context=context,
        question=wording.ask.format(i=_named(asked, features)),
        answer=options[0],
        distractors=tuple(options[1:]),
        twin_context=context,
        twin_question=wording.ask.format(i=_named(fresh, features)),
    )


def _as_long(wording: Wording, label: str) -> int:
    return sum(len(other) == len(label) for other in wording.labels)


def _named(thing: dict[str, str], features: tuple[str, ...]) -> str:
    return " ".join(thing[feature] for feature in features)


LEVELS = {"easy": easy, "medium": medium, "hard": hard}
