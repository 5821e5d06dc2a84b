"""What is asked about the facts: relations with their question wordings, divided by split.

`{subject}` is what the fact is about, `{a}` the same with its article; other slots are a fact's
extras. Train asks plainly, calibration puts the question word late, test gives an order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from benchprof.generators.abilities.long_term_knowledge_recall.facts import (
    Fact,
    between_languages,
    from_english,
    next_elements,
    numbered,
    of_countries,
    plain,
    to_english,
)


@dataclass(frozen=True)
class Relation:
    """A kind of fact at one difficulty.

    Attributes:
        facts: the facts of a split.
        invented: which pool of invented names replaces the subject in twins.
        near: whether wrong options come from the fact's own group.
    """

    type: str
    name: str
    difficulty: str
    facts: Callable[[str], list[Fact]]
    invented: str
    train: tuple[str, ...]
    calibration: tuple[str, ...]
    test: tuple[str, ...]
    near: bool = False

    def wordings(self, split: str) -> tuple[str, ...]:
        """The question wordings of one split."""
        return {"train": self.train, "calibration": self.calibration, "test": self.test}[split]


def from_table(
    name: str, subject: str, value: str, extra: tuple[str, ...] = ()
) -> Callable[[str], list[Fact]]:
    return lambda split: plain(name, split, subject, value, extra)


def from_countries(subject: str, value: str, famous: bool = False) -> Callable[[str], list[Fact]]:
    return partial(of_countries, subject=subject, value=value, famous=famous)


GEOGRAPHY = (
    Relation(
        "geography", "capital", "easy", from_countries("country", "capital", famous=True),
        "country",
        ("What is the capital of {subject}?", "Which city is the capital of {subject}?"),
        ("The capital of {subject} is called what?",),
        ("Name the city that is the capital of {subject}.",),
    ),
    Relation(
        "geography", "country_of_city", "easy", from_countries("city", "country", famous=True),
        "city",
        ("In which country is the city of {subject}?",
         "Which country does the city of {subject} belong to?"),
        ("The city of {subject} lies in which country?",),
        ("Name the country where the city of {subject} lies.",),
    ),
    Relation(
        "geography", "country_of_capital", "medium", from_countries("capital", "country"), "city",
        ("Which country has {subject} as its capital?",
         "Which country's capital is {subject}?"),
        ("{subject} is the capital of which country?",),
        ("Name the country that has chosen {subject} as its capital.",),
        near=True,
    ),
    Relation(
        "geography", "landscape", "medium", from_countries("features", "country"), "feature",
        ("In which country can you visit {subject}?",
         "To which country do you travel to see {subject}?"),
        ("On a trip to {subject}, you are in which country?",),
        ("Name the country in which travellers find {subject}.",),
        near=True,
    ),
    Relation(
        "geography", "capital_by_city", "hard", from_countries("city", "capital"), "city",
        ("What is the capital of the country in which the city of {subject} lies?",
         "Which capital belongs to the same country as the city of {subject}?"),
        ("The country with the city of {subject} has which capital?",),
        ("Name the capital of the country that the city of {subject} belongs to.",),
        near=True,
    ),
    Relation(
        "geography", "language_by_capital", "hard", from_countries("capital", "language"), "city",
        ("Which language is the official one in the country whose capital is {subject}?",
         "What is the official language of the country of which {subject} is the capital?"),
        ("In the country whose capital is {subject}, people officially use which language?",),
        ("Name the official language of the country that has {subject} as its capital.",),
    ),
)  # fmt: skip

SCIENCE = (
    Relation(
        "science", "scholar", "easy", from_table("scholars", "scholar", "studies"), "scholar",
        ("What does {a} study?", "What is the special field of {a}?"),
        ("The work of {a} is about what?",),
        ("Name what {a} is an expert on.",),
    ),
    Relation(
        "science", "material", "easy", from_table("materials", "product", "material"), "product",
        ("From what do people make {subject}?", "What do people need to make {subject}?"),
        ("To make {subject}, people use what?",),
        ("Name the raw material of {subject}.",),
    ),
    Relation(
        "science", "unit", "medium", from_table("units", "unit", "quantity"), "unit",
        ("Which quantity has the {subject} as its unit?",
         "What do people measure when they use the unit {subject}?"),
        ("The {subject} is a unit of what?",),
        ("Name what the {subject} is used to measure.",),
    ),
    Relation(
        "science", "instrument", "medium", from_table("instruments", "instrument", "measures"),
        "instrument",
        ("What does {a} measure?", "What do people use {a} to measure?"),
        ("With {a}, one measures what?",),
        ("Name what {a} measures.",),
    ),
    Relation(
        "science", "element_by_number", "medium", from_table("elements", "number", "element"),
        "number",
        ("Which element has the atomic number {subject}?",
         "Which chemical element is number {subject} in the periodic table?"),
        ("The atomic number {subject} belongs to which element?",),
        ("Name the element that has {subject} protons in each atom.",),
        near=True,
    ),
    Relation(
        "science", "next_element", "hard", next_elements, "element",
        ("Which element comes right after {subject} in the periodic table?",
         "Which element has one proton more than {subject}?"),
        ("In the periodic table, {subject} is followed by which element?",),
        ("Name the element whose atomic number is one higher than that of {subject}.",),
        near=True,
    ),
    Relation(
        "science", "number_by_symbol", "hard", partial(numbered, "elements", "symbol", "number", 3),
        "symbol",
        ("What is the atomic number of the element with the symbol {subject}?",
         "How many protons does an atom of the element with the symbol {subject} have?"),
        ("The element with the symbol {subject} has which atomic number?",),
        ("Give the number under which {subject} stands in the periodic table.",),
        near=True,
    ),
)  # fmt: skip

HISTORY = (
    Relation(
        "history", "leader", "easy", from_table("leaders", "leader", "country"), "person",
        ("With the history of which country is {subject} most closely linked?",
         "In the history of which country did {subject} play a leading part?"),
        ("{subject} belongs above all to the history of which country?",),
        ("Name the country to whose history {subject} belongs above all.",),
    ),
    Relation(
        "history", "person_of_feat", "easy", from_table("feats", "feat", "person"), "feat",
        ("Who is known for {subject}?", "Whose name do we link with {subject}?"),
        ("The person known for {subject} is called what?",),
        ("Name the person who became famous for {subject}.",),
    ),
    Relation(
        "history", "battlefield", "medium", from_table("battles", "battle", "country"), "city",
        ("In which country of today was the Battle of {subject} fought?",
         "To which present-day country would you travel to see the battlefield of {subject}?"),
        ("The site of the Battle of {subject} lies today in which country?",),
        ("Name the present-day country of the battlefield of {subject}.",),
    ),
    Relation(
        "history", "people", "medium", from_table("peoples", "people", "country"), "people",
        ("Which present-day country was the home of {subject}?",
         "In which country, on a map of today, did {subject} live?"),
        ("On a map of today, the home of {subject} lies in which country?",),
        ("Name the present-day country where {subject} once had their home.",),
    ),
    Relation(
        "history", "feat_of_person", "medium", from_table("feats", "person", "feat"), "person",
        ("What is {subject} best known for?", "What did {subject} become famous for?"),
        ("{subject} is remembered above all for what?",),
        ("Name the achievement that made {subject} famous.",),
    ),
    Relation(
        "history", "year", "hard", partial(numbered, "years", "event", "year", 8), "event",
        ("In which year did {subject} take place?", "What was the year of {subject}?"),
        ("Historians date {subject} to which year?",),
        ("Name the year that saw {subject}.",),
        near=True,
    ),
    Relation(
        "history", "birthplace_by_feat", "hard", from_table("feats", "feat", "birthplace"), "feat",
        ("In which country was the person born who is known for {subject}?",
         "Which country was the birthplace of the person we know for {subject}?"),
        ("The person known for {subject} was born in which country?",),
        ("Name the native country of the person who became famous for {subject}.",),
    ),
)  # fmt: skip

LANGUAGE = (
    Relation(
        "language", "greeting", "easy",
        from_table("greetings", "phrase", "language", ("meaning",)), "foreign",
        ("In which language does “{subject}” mean “{meaning}”?",
         "Which language uses “{subject}” to say “{meaning}”?"),
        ("People who say “{subject}” for “{meaning}” are speaking which language?",),
        ("Name the language in which one says “{subject}” for “{meaning}”.",),
    ),
    Relation(
        "language", "to_english", "easy", to_english, "foreign",
        ("What does the {language} word “{subject}” mean in English?",
         "Which English word translates the {language} word “{subject}”?"),
        ("The {language} word “{subject}” means what in English?",),
        ("Translate the {language} word “{subject}” into English.",),
        near=True,
    ),
    Relation(
        "language", "word_part", "medium", from_table("roots", "root", "meaning"), "root",
        ("What does the Greek or Latin word part “{subject}” mean?",
         "What meaning does “{subject}” bring into a scientific word?"),
        ("In scientific words, the part “{subject}” stands for what?",),
        ("Give the meaning of “{subject}” in words from Greek or Latin.",),
    ),
    Relation(
        "language", "from_english", "medium", from_english, "english",
        ("What is the {language} word for “{subject}”?",
         "How do people say “{subject}” in {language}?"),
        ("In {language}, “{subject}” is expressed by which word?",),
        ("Translate “{subject}” from English into {language}.",),
        near=True,
    ),
    Relation(
        "language", "between_languages", "hard", between_languages, "foreign",
        ("Which {language} word has the same meaning as the {source} word “{subject}”?",
         "What do people say in {language} for the {source} word “{subject}”?"),
        ("The {source} word “{subject}” means the same as which {language} word?",),
        ("Translate the {source} word “{subject}” into {language}.",),
        near=True,
    ),
    Relation(
        "language", "loanword", "hard", from_table("loanwords", "language", "word"), "language",
        ("Which of these English words was borrowed from {subject}?",
         "Which of these words does English owe to {subject}?"),
        ("From {subject}, English has taken which of these words?",),
        ("Tell which one of these words entered English from {subject}.",),
    ),
)  # fmt: skip

CULTURE = (
    Relation(
        "culture", "author", "easy", from_table("books", "book", "author"), "book",
        ("Who wrote “{subject}”?", "Who is the author of “{subject}”?"),
        ("“{subject}” was written by whom?",),
        ("Name the writer who is the author of “{subject}”.",),
    ),
    Relation(
        "culture", "landmark", "easy", from_table("landmarks", "landmark", "city"), "landmark",
        ("In which city is {subject}?", "Which city do people visit to see {subject}?"),
        ("Visitors can see {subject} in which city?",),
        ("Name the city that is the home of {subject}.",),
    ),
    Relation(
        "culture", "artist", "medium", from_table("arts", "work", "artist"), "work",
        ("Who created {subject}?", "Which artist do we thank for {subject}?"),
        ("The creator of {subject} is called what?",),
        ("Name the artist who gave us {subject}.",),
    ),
    Relation(
        "culture", "custom", "medium", from_table("customs", "custom", "country"), "custom",
        ("Which country gave the world {subject}?",
         "Which country is the home of {subject}?"),
        ("The tradition of {subject} comes from which country?",),
        ("Name the country that people think of when they hear of {subject}.",),
    ),
    Relation(
        "culture", "deity", "medium", from_table("gods", "god", "domain", ("tradition",)), "god",
        ("What is {subject} the {tradition} deity of?",
         "What did the {tradition} deity {subject} watch over?"),
        ("In {tradition} myths, {subject} is the deity of what?",),
        ("Name what {subject} rules over in {tradition} myths.",),
    ),
    Relation(
        "culture", "country_by_book", "hard", from_table("books", "book", "country"), "book",
        ("From which country did the author of “{subject}” come?",
         "What was the home country of the person who wrote “{subject}”?"),
        ("The author of “{subject}” came originally from which country?",),
        ("Name the country that the writer of “{subject}” came from.",),
    ),
    Relation(
        "culture", "country_by_work", "hard", from_table("arts", "work", "country"), "work",
        ("Which country did the creator of {subject} come from?",
         "In which country was the creator of {subject} born?"),
        ("The creator of {subject} was a native of which country?",),
        ("Name the native country of the artist to whom we owe {subject}.",),
    ),
)  # fmt: skip

RELATIONS = (*GEOGRAPHY, *SCIENCE, *HISTORY, *LANGUAGE, *CULTURE)
