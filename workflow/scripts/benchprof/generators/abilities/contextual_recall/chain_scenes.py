"""The scenes that facts in a chain are set in: sentences and questions, each in one split.

Roles and options are as in `scenes.py`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Hop:
    """A question over two links, and its answer as a sentence without its full stop."""

    question: str
    clause: str


@dataclass(frozen=True)
class Chain:
    """Four roles in a chain; `links` join neighbours.

    `hops` go over the first two links and over the last two. `backward` goes back over the first
    two; `far_forward` and `far_backward` go over all three.
    """

    name: str
    split: str
    roles: tuple[str, str, str, str]
    links: tuple[str, str, str]
    hops: tuple[Hop, Hop]
    backward: str
    far_forward: str
    far_backward: str
    options: tuple[str, str, str, str] = ("", "", "", "")


CHAINS: tuple[Chain, ...] = (
    Chain(
        "firms", "train", ("person", "firm", "town", "goods"),
        (
            "{person} works for {firm}.",
            "{firm} has its office in {town}.",
            "{town} is known for its {goods}.",
        ),
        (
            Hop(
                "In which town is the office of the firm that {person} works for?",
                "The firm of {person} has its office in {town}",
            ),
            Hop(
                "What is the town where {firm} has its office known for?",
                "The town where {firm} has its office is known for its {goods}",
            ),
        ),
        "Who works for the firm that has its office in {town}?",
        "What is the town where the firm of {person} has its office known for?",
        "Who works for the firm in the town that is known for its {goods}?",
    ),
    Chain(
        "chests", "train", ("colour", "wood", "room", "person"),
        (
            "The {colour} key opens the {wood} chest.",
            "The {wood} chest stands in the {room}.",
            "The {room} is cleaned by {person}.",
        ),
        (
            Hop(
                "In which room is the chest that the {colour} key opens?",
                "The chest that the {colour} key opens is in the {room}",
            ),
            Hop(
                "Who cleans the room in which the {wood} chest stands?",
                "The room in which the {wood} chest stands is cleaned by {person}",
            ),
        ),
        "Which key opens the chest in the {room}?",
        "Who cleans the room with the chest that the {colour} key opens?",
        "Which key opens the chest in the room that {person} cleans?",
        ("the {} key", "", "", ""),
    ),
    Chain(
        "islands", "train", ("creature", "herb", "island", "surname"),
        (
            "The {creature} eats {herb}.",
            "The herb {herb} grows on {island}.",
            "The governor of {island} is {surname}.",
        ),
        (
            Hop(
                "On which island does the food of the {creature} grow?",
                "The food of the {creature} grows on {island}",
            ),
            Hop(
                "Who is the governor of the island where {herb} grows?",
                "The governor of the island where {herb} grows is {surname}",
            ),
        ),
        "Which animal eats the herb that grows on {island}?",
        "Who is the governor of the island where the food of the {creature} grows?",
        "Which animal eats the herb from the island whose governor is {surname}?",
    ),
    Chain(
        "lessons", "train", ("person", "surname", "instrument", "room"),
        (
            "{person} is a pupil of {surname}.",
            "{surname} plays the {instrument}.",
            "The {instrument} is kept in the {room}.",
        ),
        (
            Hop(
                "Which instrument does the teacher of {person} play?",
                "The teacher of {person} plays the {instrument}",
            ),
            Hop(
                "In which room is the instrument that {surname} plays?",
                "The instrument that {surname} plays is kept in the {room}",
            ),
        ),
        "Who is a pupil of the teacher who plays the {instrument}?",
        "Which room holds the instrument that the teacher of {person} plays?",
        "Who is a pupil of the teacher whose instrument is kept in the {room}?",
    ),
    Chain(
        "cats", "calibration", ("cat", "person", "street", "building"),
        (
            "The cat named {cat} lives with {person}.",
            "The home of {person} is on {street}.",
            "At the end of {street} stands the {building}.",
        ),
        (
            Hop(
                "The cat named {cat} has a home on which street?",
                "The cat named {cat} has a home on {street}",
            ),
            Hop(
                "At the end of {person}'s street stands which building?",
                "At the end of {person}'s street stands the {building}",
            ),
        ),
        "The cat with a home on {street} is named what?",
        "The cat named {cat} lives on a street with which building at its end?",
        "The cat whose street has the {building} at its end is named what?",
    ),
    Chain(
        "feasts", "calibration", ("feast", "town", "surname", "colour"),
        (
            "The Feast of {feast} is held in {town}.",
            "In {town}, the mayor is {surname}.",
            "On {surname}'s roof, the flag is {colour}.",
        ),
        (
            Hop(
                "Who is the mayor in the town of the Feast of {feast}?",
                "In the town of the Feast of {feast}, the mayor is {surname}",
            ),
            Hop(
                "On the roof of the mayor of {town}, the flag has what colour?",
                "On the roof of the mayor of {town}, the flag is {colour}",
            ),
        ),
        "In the town whose mayor is {surname}, people go to which feast?",
        "In the town of the Feast of {feast}, the flag on the mayor's roof has what colour?",
        "In the town where the mayor's flag is {colour}, people go to which feast?",
        ("the Feast of {}", "", "", ""),
    ),
    Chain(
        "parcels", "calibration", ("object", "person", "surname", "collection"),
        (
            "The {object} was a gift for {person}.",
            "As a tenant, {person} pays rent to {surname}.",
            "As a hobby, {surname} collects {collection}.",
        ),
        (
            Hop(
                "The person who was given the {object} pays rent to whom?",
                "The person who was given the {object} pays rent to {surname}",
            ),
            Hop(
                "As a hobby, the one who gets rent from {person} collects what?",
                "As a hobby, the one who gets rent from {person} collects {collection}",
            ),
        ),
        "The tenant of {surname} was given which thing?",
        "The person who was given the {object} pays rent to a collector of what?",
        "The tenant of the collector of {collection} was given which thing?",
    ),
    Chain(
        "novels", "test", ("book", "surname", "town", "river"),
        (
            "{surname} is the author of {book}.",
            "{surname}'s birthplace is {town}.",
            "Through {town} flows the river {river}.",
        ),
        (
            Hop(
                "I have read {book}, so in what place was its author born?",
                "The author of {book} was born in {town}",
            ),
            Hop(
                "{surname} was born beside a river, so what is it called?",
                "Through {surname}'s birthplace flows the river {river}",
            ),
        ),
        "I know {town}, so what was written by the author who was born there?",
        "I have read {book}, so what river flows through its author's birthplace?",
        "I know the river {river}, so what was written by the author who was born beside it?",
    ),
    Chain(
        "races", "test", ("horse", "person", "surname", "food"),
        (
            "{horse}'s rider is {person}.",
            "{person}'s trainer is {surname}.",
            "{surname}'s favourite food is {food}.",
        ),
        (
            Hop(
                "{horse} wins the race, so who is the trainer of the winning rider?",
                "The trainer of {horse}'s rider is {surname}",
            ),
            Hop(
                "{person} has a trainer, so what is this trainer's favourite food?",
                "{person}'s trainer's favourite food is {food}",
            ),
        ),
        "{surname}'s rider wins the race, so what is the winning horse called?",
        "{horse} wins the race, so what does the trainer of the winning rider like to eat?",
        "The winning rider's trainer likes {food}, so what is the winning horse called?",
    ),
    Chain(
        "captains", "test", ("ship", "surname", "animal", "nook"),
        (
            "Captain {surname} is at the helm of the {ship}.",
            "Captain {surname}'s pet is the {animal}.",
            "You will find the {animal} asleep in the {nook}.",
        ),
        (
            Hop(
                "If you go aboard the {ship}, what pet does its captain have?",
                "The {ship} has a captain whose pet is the {animal}",
            ),
            Hop(
                "If you look for Captain {surname}'s pet, where is it asleep?",
                "You will find Captain {surname}'s pet asleep in the {nook}",
            ),
        ),
        "If you meet the captain whose pet is the {animal}, what ship is that captain from?",
        "If you go aboard the {ship}, where does its captain's pet sleep?",
        "If you find a pet asleep in the {nook}, what ship does its captain steer?",
    ),
)  # fmt: skip
