"""The scenes that invented facts are set in: sentences and questions, each in one split.

A role is a slot such as `{person}`; a scene fills it from the pool of that name. Options read as
`OPTIONS` says, else as the bare name.
"""

from __future__ import annotations

from dataclasses import dataclass

OPTIONS = dict.fromkeys(
    (
        "job", "object", "animal", "instrument", "spot", "room", "building", "ship", "creature",
        "nook", "river",
    ),
    "the {}",
)  # fmt: skip


@dataclass(frozen=True)
class Question:
    """A question that gives one role's name and asks for another's; `option` may differ.

    Its words are not those of the sentences that answer it, apart from the given name.
    """

    given: str
    asked: str
    text: str
    option: str = ""


@dataclass(frozen=True)
class Short:
    """A sentence of two roles and its question, in the same words; `option` may differ."""

    given: str
    asked: str
    sentence: str
    question: str
    option: str = ""


@dataclass(frozen=True)
class Records:
    """Facts that each join three roles.

    Attributes:
        short: for easy items, each tells two of the roles.
        full: sentences that tell all three, used in turn.
        asides: other things that join one record's name and another's; one for each pair of roles
            that a question joins.
        listed: tells four records at once, role by role; slots end in 1 to 4.
    """

    name: str
    split: str
    roles: tuple[str, str, str]
    lead: str
    short: tuple[Short, ...]
    full: tuple[str, ...]
    asides: tuple[str, ...]
    listed: str
    questions: tuple[Question, ...]

    def aside(self, question: Question) -> str:
        """The aside that joins the same two roles as the question."""
        roles = (question.given, question.asked)
        return next(a for a in self.asides if all(f"{{{role}}}" in a for role in roles))


@dataclass(frozen=True)
class Grid:
    """Facts with two keys: three rows by four columns, told row by row.

    Slots: `{row}`, `{a}` to `{d}` for the columns, `{p}` to `{s}` for the row's values.
    """

    name: str
    split: str
    row: str
    column: str
    value: str
    sentence: str
    question: str


RECORDS: tuple[Records, ...] = (
    Records(
        "market", "train", ("person", "goods", "town"), "It was market day. ",
        (
            Short(
                "person", "goods",
                "{person} came to the market to sell {goods}.",
                "What did {person} come to the market to sell?",
            ),
            Short(
                "goods", "person",
                "The stall with {goods} belongs to {person}.",
                "Who does the stall with {goods} belong to?",
            ),
        ),
        (
            "{person} from {town} sells {goods}.",
            "{person}, who lives in {town}, sells {goods}.",
            "The stall of {person} from {town} has {goods}.",
        ),
        ("The shops in {town} have run out of {goods}.",),
        "{person1}, {person2}, {person3} and {person4} came from {town1}, {town2}, {town3} and "
        "{town4}, in that order, and offered {goods1}, {goods2}, {goods3} and {goods4}, also in "
        "that order.",
        (
            Question("town", "goods", "What could people buy from the trader whose home is {town}?"),
            Question("goods", "town", "Where does the trader with the {goods} come from?"),
        ),
    ),
    Records(
        "dig", "train", ("object", "town", "surname"), "",
        (
            Short(
                "object", "town",
                "The {object} was found in {town}.",
                "Where was the {object} found?",
            ),
            Short(
                "town", "object",
                "In {town}, people dug up the {object}.",
                "What did people dig up in {town}?",
            ),
        ),
        (
            "Professor {surname} found the {object} in {town}.",
            "The {object} was dug up in {town} by Professor {surname}.",
        ),
        ("Professor {surname} wrote about the {object}.",),
        "Digging in {town1}, {town2}, {town3} and {town4}, Professors {surname1}, {surname2}, "
        "{surname3} and {surname4} found the {object1}, the {object2}, the {object3} and the "
        "{object4}, each in the order given.",
        (
            Question("surname", "object", "Which of the finds was made by Professor {surname}?"),
            Question("object", "surname", "Which professor discovered the {object}?"),
        ),
    ),
    Records(
        "inn", "train", ("person", "colour", "job"), "",
        (
            Short(
                "person", "colour",
                "The colour of {person}'s room is {colour}.",
                "What is the colour of {person}'s room?",
            ),
            Short(
                "job", "person",
                "The name of the {job} is {person}.",
                "What is the name of the {job}?",
            ),
        ),
        (
            "{person} is the {job} and has the {colour} room.",
            "The {colour} room was given to {person}, the {job}.",
        ),
        ("The {job} has looked at the {colour} room.",),
        "{person1} is the {job1}, {person2} the {job2}, {person3} the {job3} and {person4} the "
        "{job4}; their rooms are {colour1}, {colour2}, {colour3} and {colour4}, in that order.",
        (
            Question("job", "colour", "What is the colour of the {job}'s room?"),
            Question("colour", "job", "Which of these people sleeps in the {colour} room?"),
        ),
    ),
    Records(
        "moons", "train", ("moon", "person", "colour"), "",
        (
            Short(
                "moon", "colour",
                "The dust on the moon {moon} is {colour}.",
                "What colour is the dust on the moon {moon}?",
            ),
        ),
        (
            "{person} discovered the moon {moon}, which has {colour} dust.",
            "The moon {moon}, with its {colour} dust, was first seen by {person}.",
        ),
        ("{person} has dreamed of a moon with {colour} dust.",),
        "The moons {moon1}, {moon2}, {moon3} and {moon4} were discovered by {person1}, {person2}, "
        "{person3} and {person4} respectively, and have {colour1}, {colour2}, {colour3} and "
        "{colour4} dust respectively.",
        (
            Question("person", "colour", "What colour is the dust on the moon that {person} found?"),
            Question("colour", "person", "Who found the moon with the {colour} dust?"),
        ),
    ),
    Records(
        "school", "calibration", ("person", "subject", "month"), "",
        (
            Short(
                "person", "subject",
                "With {person} as the teacher, there is a course in {subject}.",
                "With {person} as the teacher, there is a course in what?",
            ),
            Short(
                "subject", "month",
                "For those who take {subject}, school begins in {month}.",
                "For those who take {subject}, school begins in which month?",
            ),
        ),
        (
            "In {month}, {person} gives a course in {subject}.",
            "A course in {subject} is given in {month}, by {person}.",
        ),
        (
            "In {month}, {person} is on holiday.",
            "As a child, {person} took a course in {subject}.",
        ),
        "The courses in {subject1}, {subject2}, {subject3} and {subject4} take place in {month1}, "
        "{month2}, {month3} and {month4}, one after the other, with {person1}, {person2}, "
        "{person3} and {person4} as the teachers.",
        (
            Question("person", "month", "{person} is busy teaching in which month?"),
            Question("person", "subject", "{person} is the teacher of which course?"),
        ),
    ),
    Records(
        "port", "calibration", ("ship", "goods", "town"), "",
        (
            Short(
                "ship", "goods",
                "As its cargo, the {ship} carries {goods}.",
                "As its cargo, the {ship} carries what?",
            ),
            Short(
                "ship", "town",
                "From here, the {ship} is sailing to {town}.",
                "From here, the {ship} is sailing to what place?",
            ),
        ),
        (
            "On its way to {town}, the {ship} carries {goods}.",
            "With {goods} on board, the {ship} is heading for {town}.",
        ),
        (
            "In {town}, the price of {goods} has gone up.",
            "Last year, the {ship} sailed to {town}.",
        ),
        "On board the {ship1}, the {ship2}, the {ship3} and the {ship4} there is {goods1}, "
        "{goods2}, {goods3} and {goods4}, to be unloaded in {town1}, {town2}, {town3} and {town4}, "
        "always in that order.",
        (
            Question("goods", "town", "The {goods} will arrive at which harbour?"),
            Question("town", "ship", "{town}'s harbour expects which ship?"),
        ),
    ),
    Records(
        "band", "calibration", ("person", "instrument", "colour"), "",
        (
            Short(
                "instrument", "person",
                "On the {instrument} is {person}.",
                "Who is on the {instrument}?",
            ),
            Short(
                "person", "colour",
                "On stage, {person}'s jacket is {colour}.",
                "On stage, {person}'s jacket is which colour?",
            ),
        ),
        (
            "Dressed in {colour}, {person} plays the {instrument}.",
            "On the {instrument} is {person}, in {colour}.",
        ),
        ("Near the {instrument}, there are {colour} lamps.",),
        "In the front row, dressed in {colour1}, {colour2}, {colour3} and {colour4}, sit "
        "{person1}, {person2}, {person3} and {person4} with the {instrument1}, the {instrument2}, "
        "the {instrument3} and the {instrument4}, from left to right.",
        (
            Question("instrument", "colour", "The musician with the {instrument} wears which colour?"),
            Question("colour", "instrument", "The musician in {colour} has which instrument?"),
        ),
    ),
    Records(
        "cakes", "calibration", ("surname", "flavour", "month"), "",
        (
            Short(
                "surname", "flavour",
                "For the {surname} family, there is a cake with {flavour}.",
                "For the {surname} family, there is a cake with what?",
            ),
        ),
        (
            "For a party in {month}, the {surname} family ordered a {flavour} cake.",
            "A {flavour} cake, to be ready in {month}, was ordered by the {surname} family.",
        ),
        ("In {month}, the baker cannot make {flavour} cake.",),
        "For {month1}, {month2}, {month3} and {month4}, in that order, the families {surname1}, "
        "{surname2}, {surname3} and {surname4} wanted cakes that taste of {flavour1}, {flavour2}, "
        "{flavour3} and {flavour4}.",
        (
            Question("month", "flavour", "The cake that is wanted in {month} tastes of what?"),
            Question("flavour", "month", "The {flavour} cake is needed in which month?"),
        ),
    ),
    Records(
        "shelves", "test", ("book", "surname", "colour"), "",
        (
            Short(
                "book", "colour",
                "You will find {book} on the {colour} shelf.",
                "On which shelf will you find {book}?",
                "the {} shelf",
            ),
            Short(
                "book", "surname",
                "If you like {book}, send a letter to {surname}.",
                "Who should get your letter if you like {book}?",
            ),
        ),
        (
            "You will find {book} by {surname} if you go to the {colour} shelf.",
            "If you want {book}, written by {surname}, look on the {colour} shelf.",
        ),
        ("You may see {surname} reading near the {colour} shelf.",),
        "If you look for {book1}, {book2}, {book3} and {book4} on the {colour1}, the {colour2}, "
        "the {colour3} and the {colour4} shelf, you will find them in that order; {surname1} wrote "
        "the first of these, {surname2} the second, {surname3} the third and {surname4} the "
        "fourth.",
        (
            Question("surname", "colour", "I need the book by {surname}, so which shelf is it on?",
                     "the {} shelf"),
            Question("colour", "surname", "If a book is on the {colour} shelf, who wrote it?"),
        ),
    ),
    Records(
        "gardens", "test", ("person", "plant", "spot"), "",
        (
            Short(
                "person", "plant",
                "When you visit {person}, you can see {plant}.",
                "What can you see when you visit {person}?",
            ),
            Short(
                "plant", "spot",
                "You can find the {plant} next to the {spot}.",
                "Next to what can you find the {plant}?",
            ),
        ),
        (
            "You can see {person}'s {plant} by the {spot}.",
            "By the {spot} you can see the {plant} that {person} planted.",
        ),
        (
            "Last year you could see {plant} by the {spot}.",
            "You will often see {person} sit by the {spot}.",
        ),
        "We saw the {plant1}, the {plant2}, the {plant3} and the {plant4} that belong to "
        "{person1}, {person2}, {person3} and {person4}, the first by the {spot1}, the second by "
        "the {spot2}, the third by the {spot3} and the fourth by the {spot4}.",
        (
            Question("plant", "spot", "You look for the {plant}, so where do you go?"),
            Question("spot", "person", "You stand by the {spot}, so whose flowers do you see?"),
        ),
    ),
    Records(
        "trams", "test", ("colour", "town", "person"), "",
        (
            Short(
                "town", "colour",
                "If you want to go to {town}, take the {colour} tram.",
                "Which tram should you take if you want to go to {town}?",
                "the {} tram",
            ),
            Short(
                "colour", "person",
                "If you take the {colour} tram, your driver is {person}.",
                "Who is your driver if you take the {colour} tram?",
            ),
        ),
        (
            "If you take the {colour} tram, {person} will drive you to {town}.",
            "You can get to {town} with {person}, who drives the {colour} tram.",
        ),
        ("If you ask {person}, you will hear stories about {town}.",),
        "The trams that are {colour1}, {colour2}, {colour3} and {colour4} take you to {town1}, "
        "{town2}, {town3} and {town4}, and you will see {person1} drive the first, {person2} the "
        "second, {person3} the third and {person4} the fourth.",
        (
            Question("town", "person", "Your ride ends in {town}, so who is your driver?"),
            Question("person", "town", "If {person} is your driver, where does your ride end?"),
        ),
    ),
    Records(
        "carvers", "test", ("person", "animal", "material"), "",
        (
            Short(
                "person", "material",
                "{person} will show you a figure made of {material}.",
                "What is the figure that {person} will show you made of?",
            ),
            Short(
                "animal", "person",
                "The {animal} that you see was made by {person}.",
                "Who made the {animal} that you see?",
            ),
        ),
        (
            "Here you see the {animal} that {person} carved from {material}.",
            "See what {person} carved from {material}: it is the {animal}.",
        ),
        (
            "Here you see the {animal} beside blocks of {material}.",
            "See how {person} weighs blocks of {material}.",
        ),
        "You see four carvings here, the {animal1}, the {animal2}, the {animal3} and the "
        "{animal4}; they were made by {person1}, {person2}, {person3} and {person4} from "
        "{material1}, {material2}, {material3} and {material4}, as you go from left to right.",
        (
            Question("material", "animal", "You touch the figure made of {material}; what is it?"),
            Question("material", "person", "You like the figure made of {material}; whose work "
                     "is it?"),
        ),
    ),
)  # fmt: skip

GRIDS: tuple[Grid, ...] = (
    Grid(
        "stable", "train", "month", "person", "animal",
        "In {row}, {a}, {b}, {c} and {d} fed the {p}, the {q}, the {r} and the {s}, in that "
        "order.",
        "Which animal did {column} feed in {row}?",
    ),
    Grid(
        "loans", "train", "town", "person", "object",
        "From the museum in {row}, {a} borrowed the {p}, {b} the {q}, {c} the {r} and {d} the "
        "{s}.",
        "Which thing did {column} borrow from the museum in {row}?",
    ),
    Grid(
        "concerts", "calibration", "town", "person", "instrument",
        "At the concert in {row}, the {p}, the {q}, the {r} and the {s} were played by {a}, "
        "{b}, {c} and {d}, one each, in that order.",
        "At the concert in {row}, {column} played which instrument?",
    ),
    Grid(
        "duties", "calibration", "month", "surname", "room",
        "For {row}, the plan puts {a} in the {p}, {b} in the {q}, {c} in the {r} and {d} in "
        "the {s}.",
        "The plan for {row} puts {column} in which room?",
    ),
    Grid(
        "harvest", "test", "month", "person", "food",
        "When it was {row}, you could get {p}, {q}, {r} and {s} from {a}, {b}, {c} and {d}, "
        "each selling one of these in that order.",
        "Suppose it was {row}; what could you get from {column}?",
    ),
    Grid(
        "tours", "test", "surname", "town", "building",
        "If you tour with {row}, you see the {p} of {a}, the {q} of {b}, the {r} of {c} and "
        "the {s} of {d}.",
        "You tour {column} with {row}, so what do you see there?",
    ),
)  # fmt: skip
