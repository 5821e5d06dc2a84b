"""The wordings: each row belongs to one type, split and difficulty, and to one way of drawing.

Slots: `{n0}` to `{n4}` are names; the others are filled by the way of drawing (`mode`), which
`generator.py` defines. `terms` are wordings that the mode chooses between.
"""

from __future__ import annotations

from dataclasses import dataclass

from benchprof.generators.templates.shares import CALIBRATION, TEST, TRAIN


@dataclass(frozen=True)
class Phrasing:
    """One sentence pattern."""

    split: str
    level: str
    mode: str
    context: str
    question: str
    terms: tuple[str, ...] = ()


def _rows(split: str, *rows: tuple[str, str, str, str, *tuple[str, ...]]) -> tuple[Phrasing, ...]:
    return tuple(Phrasing(split, *row[:4], terms=row[4:]) for row in rows)


SYNONYM = (
    *_rows(
        TRAIN,
        ("easy", "word", "", "What is another word for '{word}'?"),
        ("easy", "word", "", "Which word has much the same meaning that '{word}' has?"),
        (
            "medium",
            "ends",
            "{n0} has used '{word}' twice in a letter and wants a fresh word the second time.",
            "Which of these keeps the sense?",
        ),
        ("medium", "ends", "", "Which of these words is a synonym of '{word}'?"),
        (
            "hard",
            "cards",
            "In a word game {n0} holds '{w0}'. {n1} holds '{w1}', {n2} holds '{w2}', {n3} holds "
            "'{w3}' and {n4} holds '{w4}'.",
            "Whose word means the same as {n0}'s?",
        ),
        (
            "hard",
            "chain",
            "{n1}'s word {r1} '{word}'. {n2}'s word {r2} {n1}'s. {n3}'s word {r3} {n2}'s.",
            "Which word could be {n3}'s?",
            "means the same as",
            "means the opposite of",
        ),
    ),
    *_rows(
        CALIBRATION,
        ("easy", "word", "", "What can people say instead of '{word}'?"),
        ("easy", "word", "", "Saying '{word}' is like saying what?"),
        (
            "medium",
            "ends",
            "A small dictionary explains '{word}' by a single word of similar meaning.",
            "Which one is it?",
        ),
        (
            "medium",
            "ends",
            "{n0} has never met '{word}', so {n1} names a word with that meaning.",
            "What does {n1} name?",
        ),
        (
            "hard",
            "cards",
            "Five pupils each wrote a word on the board. {n1}: {w1}. {n2}: {w2}. {n3}: {w3}. "
            "{n4}: {w4}. Last came {n0}, who wrote {w0}.",
            "Which pupil had chosen a synonym of the last word?",
        ),
        (
            "hard",
            "chain",
            "Start from '{word}'. {n0} swaps it for {r1}, {n1} swaps {n0}'s word for {r2}, and "
            "{n2} swaps {n1}'s word for {r3}.",
            "What may stand there in the end?",
            "a synonym",
            "an antonym",
        ),
    ),
    *_rows(
        TEST,
        ("easy", "word", "", "What does the word '{word}' mean?"),
        ("easy", "word", "", "If you don't like '{word}', which word could you use in its place?"),
        (
            "medium",
            "ends",
            "A crossword clue reads '{word}'; clue and solution share their meaning.",
            "What is the solution?",
        ),
        (
            "medium",
            "ends",
            "",
            "Two words mean the same. One is '{word}'. Which is the other?",
        ),
        (
            "hard",
            "cards",
            "Each child drew a slip of paper: '{w1}' for {n1}, '{w2}' for {n2}, '{w3}' for {n3}, "
            "'{w4}' for {n4}, and '{w0}' for {n0}.",
            "Who should join {n0} if children with words of equal meaning form a team?",
        ),
        (
            "hard",
            "chain",
            "In a code, {n0} turns '{word}' into {r1}, {n1} turns {n0}'s word into {r2}, and {n2} "
            "turns {n1}'s into {r3}.",
            "Which outcome can {n2} have got?",
            "a word of equal meaning",
            "a word of contrary meaning",
        ),
    ),
)

ANTONYM = (
    *_rows(
        TRAIN,
        ("easy", "word", "", "What is the opposite of '{word}'?"),
        ("easy", "word", "", "Not '{word}' at all, but quite the opposite: which word is it?"),
        (
            "medium",
            "ends",
            "{n0} says '{word}', but {n1} wants to contradict {n0} as strongly as possible.",
            "Which word does {n1} need?",
        ),
        ("medium", "ends", "", "Which word turns the sense of '{word}' upside down?"),
        (
            "hard",
            "cards",
            "On the table lie five words: {n0} put down '{w0}', {n1} '{w1}', {n2} '{w2}', {n3} "
            "'{w3}' and {n4} '{w4}'.",
            "Who put down the opposite of {n0}'s word?",
        ),
        (
            "hard",
            "chain",
            "{n2} is thinking of {r1} '{word}', {n0} is thinking of {r2} what {n2} has in mind, "
            "and {n1} is thinking of {r3} what {n0} has in mind.",
            "What can {n1} be thinking of?",
            "another word for",
            "the reverse of",
        ),
    ),
    *_rows(
        CALIBRATION,
        (
            "easy",
            "word",
            "",
            "Which word says the very contrary of '{word}'?",
        ),
        ("easy", "word", "", "Which word is the antonym of '{word}'?"),
        (
            "medium",
            "ends",
            "A poster shows pairs of opposites. Beside '{word}' there is an empty space.",
            "Which word belongs in it?",
        ),
        ("medium", "ends", "", "By which word would the contrary of '{word}' be expressed?"),
        (
            "hard",
            "cards",
            "The teacher hands out words to be paired with their contraries. {n1} gets {w1}, {n2} "
            "gets {w2}, {n3} gets {w3}, {n4} gets {w4}; {n0} gets {w0}.",
            "With whom does {n0} make a pair?",
        ),
        (
            "hard",
            "chain",
            "{n0} writes '{word}'. Under it {n1} writes {r1}; under that, {n2} writes {r2} of "
            "{n1}'s word; at the bottom, {n3} writes {r3} of {n2}'s.",
            "What can {n3} have written?",
            "a synonym",
            "the contrary",
        ),
    ),
    *_rows(
        TEST,
        ("easy", "word", "", "'{word}' is the exact opposite of which word?"),
        (
            "easy",
            "word",
            "",
            "Some say '{word}'; others say the very opposite. What do the others say?",
        ),
        (
            "medium",
            "ends",
            "{n0} misheard a word as '{word}', and so understood the reverse of what was said.",
            "What had been said?",
        ),
        ("medium", "ends", "", "Which word does {n0} add to '{word}' to make a pair of opposites?"),
        (
            "hard",
            "cards",
            "Nobody agrees: {n1} writes '{w1}', {n2} '{w2}', {n3} '{w3}', {n4} '{w4}', and {n0}, "
            "who wants to deny exactly what one of them wrote, '{w0}'.",
            "Whom does {n0} contradict?",
        ),
        (
            "hard",
            "chain",
            "{n0}'s door bears '{word}', {n1}'s door {r1} {n0}'s, {n2}'s door {r2} {n1}'s, and "
            "{n3}'s door {r3} {n2}'s.",
            "What might be on {n3}'s door?",
            "a word that agrees with",
            "a word opposed to",
        ),
    ),
)

HYPERNYM = (
    *_rows(
        TRAIN,
        ("easy", "kind", "", "What kind of thing is {member}?"),
        ("easy", "kind", "", "Into which group of things does {member} fall?"),
        ("medium", "member", "", "Which of these counts as {kind}?"),
        (
            "medium",
            "member",
            "{n0} is looking for an example to explain what {kind} is.",
            "Which example is right?",
        ),
        (
            "hard",
            "list_all",
            "{n1} lists {l1}. {n2} lists {l2}. {n3} lists {l3}. {n4} lists {l4}.",
            "In whose list is every word the name of {kind}?",
        ),
        (
            "hard",
            "list_stray",
            "Four bags hold word cards: {n1}'s bag {l1}; {n2}'s bag {l2}; {n3}'s bag {l3}; {n4}'s "
            "bag {l4}.",
            "In whose bag is there a word that does not name {kind}?",
        ),
    ),
    *_rows(
        CALIBRATION,
        ("easy", "kind", "{n0} looks up {member} in a picture book.", "Under what heading is it?"),
        ("easy", "kind", "", "Every child knows that {member} is an example of what?"),
        ("medium", "member", "", "{n0} asks for any sort of {bare_kind}. What could {n0} get?"),
        ("medium", "member", "", "Which one would be filed under '{bare_kind}'?"),
        (
            "hard",
            "list_all",
            "For a quiz, {n1} answered {l1}; {n2} answered {l2}; {n3} answered {l3}; {n4} "
            "answered {l4}. Three sorts of {bare_kind} were wanted.",
            "Who got full marks?",
        ),
        (
            "hard",
            "list_stray",
            "Three examples of the group '{bare_kind}' were wanted. {n1} said {l1}. {n2} said "
            "{l2}. {n3} said {l3}. {n4} said {l4}.",
            "Who made a mistake?",
        ),
    ),
    *_rows(
        TEST,
        ("easy", "kind", "", "In general terms, what is {member}?"),
        ("easy", "kind", "", "Which more general word includes {member}?"),
        (
            "medium",
            "member",
            "",
            "Not everything here belongs to the class '{bare_kind}'. What does?",
        ),
        (
            "medium",
            "member",
            "A riddle says: I am {kind}, one of many.",
            "What may the answer to the riddle be?",
        ),
        (
            "hard",
            "list_all",
            "Shelf labels were sorted into boxes by {n1} ({l1}), {n2} ({l2}), {n3} ({l3}) and "
            "{n4} ({l4}).",
            "Whose box is fit for the class '{bare_kind}' without any change?",
        ),
        (
            "hard",
            "list_stray",
            "Here is what they call {bare_kind} words. According to {n1}: {l1}. According to "
            "{n2}: {l2}. According to {n3}: {l3}. According to {n4}: {l4}.",
            "Who includes something of another class?",
        ),
    ),
)

PART_WHOLE = (
    *_rows(
        TRAIN,
        ("easy", "whole", "", "What is {part} a part of?"),
        ("easy", "whole", "", "To what does {part} belong as one of its parts?"),
        ("medium", "part", "", "Which of these is found in {whole} as a part of it?"),
        (
            "medium",
            "part",
            "{n0} is drawing {whole} and labels its parts.",
            "Which label will {n0} need?",
        ),
        (
            "hard",
            "pair",
            "{n1} chose the words {p1}; {n2} chose {p2}; {n3} chose {p3}; {n4} chose {p4}.",
            "Whose two words name a whole thing and one of its parts?",
        ),
        (
            "hard",
            "parts",
            "Who has which parts? {n1} says {l1}. {n2} says {l2}. {n3} says {l3}. {n4} says {l4}.",
            "Who gives a part to the wrong thing?",
        ),
    ),
    *_rows(
        CALIBRATION,
        ("easy", "whole", "", "On or in what do you normally find {part}?"),
        ("easy", "whole", "", "What would be incomplete without {part}?"),
        (
            "medium",
            "part",
            "",
            "If you list everything that {whole} has, which of these is on the list?",
        ),
        ("medium", "part", "", "Which of the things named here helps to make up {whole}?"),
        (
            "hard",
            "pair",
            "Picture cards were dealt out in pairs: {p1} to {n1}, {p2} to {n2}, {p3} to {n3}, "
            "{p4} to {n4}. A pair scores if one picture shows a piece of what the other shows.",
            "Who scores?",
        ),
        (
            "hard",
            "parts",
            "In a lesson about parts, {n1} wrote: {l1}. {n2} wrote: {l2}. {n3} wrote: {l3}. {n4} "
            "wrote: {l4}.",
            "Whose line needs correcting?",
        ),
    ),
    *_rows(
        TEST,
        ("easy", "whole", "", "Which of these has {part}?"),
        ("easy", "whole", "", "{part_start} is one piece of which larger thing?"),
        (
            "medium",
            "part",
            "A jigsaw puzzle shows {whole} and nothing else.",
            "What could be seen on one of the puzzle's pieces?",
        ),
        ("medium", "part", "", "If {whole} is the whole, which of these can be the part?"),
        (
            "hard",
            "pair",
            "The words on the notes were {p1} ({n1}), {p2} ({n2}), {p3} ({n3}) and {p4} ({n4}).",
            "On whose note is one of the things a part of the other?",
        ),
        (
            "hard",
            "parts",
            "Four labelled sketches hang on the wall. {n1}'s: {l1}. {n2}'s: {l2}. {n3}'s: {l3}. "
            "{n4}'s: {l4}.",
            "On whose sketch does a label name no part of what is drawn?",
        ),
    ),
)

AGENT = (
    *_rows(
        TRAIN,
        ("easy", "doer", "", "Who {does} for a living?"),
        ("easy", "doer", "", "Which worker {does}?"),
        ("medium", "close", "{n0} needs somebody to {task}.", "Whom should {n0} call?"),
        ("medium", "task", "", "What is {doer} paid to do?"),
        (
            "hard",
            "leftover",
            "{n1} is {j1}, {n2} is {j2}, {n3} is {j3} and {n4} is {j4}. Today somebody has to "
            "{t1}, somebody has to {t2}, and somebody has to {t3}.",
            "Whose help is not needed today?",
        ),
        (
            "hard",
            "fitting",
            "{n1}, {j1}, has been asked to {t1}. {n2}, {j2}, has been asked to {t2}. {n3}, {j3}, "
            "has been asked to {t3}. {n4}, {j4}, has been asked to {t4}.",
            "Who has been asked to do something that suits the job?",
        ),
    ),
    *_rows(
        CALIBRATION,
        ("easy", "doer", "", "What do you call a person who {does}?"),
        ("easy", "doer", "", "Whose job is it to {task}?"),
        ("medium", "close", "", "Of these four people, who is trained to {task}?"),
        (
            "medium",
            "task",
            "On Monday morning {n0} starts working as {doer}.",
            "What will {n0}'s job probably be?",
        ),
        (
            "hard",
            "leftover",
            "Wanted in the village: people to {t1}, to {t2} and to {t3}. Four apply: {n1} ({j1}), "
            "{n2} ({j2}), {n3} ({j3}), {n4} ({j4}).",
            "Who has applied in vain?",
        ),
        (
            "hard",
            "fitting",
            "The notes on the door were mixed up. {n1}, {j1}, reads 'please {t1}'; "
            "{n2}, {j2}, reads 'please {t2}'; {n3}, {j3}, reads 'please {t3}'; {n4}, {j4}, reads "
            "'please {t4}'.",
            "Whose note asks for work that suits the reader's profession?",
        ),
    ),
    *_rows(
        TEST,
        ("easy", "doer", "", "If somebody {does}, what is that person's job?"),
        ("easy", "doer", "", "Who would you ask to {task}?"),
        ("medium", "close", "", "It takes a professional to {task}. Which professional?"),
        (
            "medium",
            "task",
            "{n0} dreams of working as {doer}.",
            "What does {n0} want to do?",
        ),
        (
            "hard",
            "leftover",
            "A family knows {j1} called {n1}, {j2} called {n2}, {j3} called {n3} and {j4} called "
            "{n4}. It now wants one of them to {t1}, another to {t2} and a third to {t3}.",
            "Which friend's skill goes unused?",
        ),
        (
            "hard",
            "fitting",
            "'{t1_start},' they tell {n1}, {j1}. '{t2_start},' they tell {n2}, {j2}. "
            "'{t3_start},' they tell {n3}, {j3}. '{t4_start},' they tell {n4}, {j4}.",
            "Who is the right person for what they say?",
        ),
    ),
)

INSTRUMENT = (
    *_rows(
        TRAIN,
        ("easy", "doer", "", "What do you use to {task}?"),
        ("easy", "doer", "", "With the help of what can {n0} {task}?"),
        ("medium", "close", "{n0} would like to {task}.", "What should {n0} fetch?"),
        ("medium", "task", "", "For what purpose do people usually use {doer}?"),
        (
            "hard",
            "leftover",
            "{n1} has brought {j1}, {n2} {j2}, {n3} {j3} and {n4} {j4}. They are going to {t1}, "
            "to {t2} and to {t3}.",
            "Who has brought something they will not use?",
        ),
        (
            "hard",
            "fitting",
            "{n1} wants to {t1} and takes {j1}. {n2} wants to {t2} and takes {j2}. {n3} wants to "
            "{t3} and takes {j3}. {n4} wants to {t4} and takes {j4}.",
            "Who takes the right thing?",
        ),
    ),
    *_rows(
        CALIBRATION,
        ("easy", "doer", "", "What is needed in order to {task}?"),
        ("easy", "doer", "", "What helps us when we want to {task}?"),
        ("medium", "close", "", "Anyone who has to {task} will be glad of which object?"),
        ("medium", "task", "{n0} goes to the shop to buy {doer}.", "What must {n0} be planning?"),
        (
            "hard",
            "leftover",
            "There is work to do: one has to {t1}, one has to {t2}, one has to {t3}. The first of "
            "four boxes, {n1}'s, holds {j1}; {n2}'s holds {j2}; {n3}'s holds {j3}; {n4}'s holds "
            "{j4}.",
            "Whose box can stay closed?",
        ),
        (
            "hard",
            "fitting",
            "{n1} asks for {j1} in order to {t1}; {n2} asks for {j2} in order to {t2}; {n3} asks "
            "for {j3} in order to {t3}; {n4} asks for {j4} in order to {t4}.",
            "Only one of these wishes makes sense. Whose?",
        ),
    ),
    *_rows(
        TEST,
        ("easy", "doer", "", "Which object is made so that you can {task}?"),
        ("easy", "doer", "", "Thanks to which object was {n0} able to {task}?"),
        (
            "medium",
            "close",
            "",
            "{n0} borrows something in order to {task}. What does {n0} borrow?",
        ),
        (
            "medium",
            "task",
            "{n0} is looking for {doer}.",
            "What does {n0} probably want to do?",
        ),
        (
            "hard",
            "leftover",
            "Here are four gifts: {j1} for {n1}, {j2} for {n2}, {j3} for {n3} and {j4} for {n4}. "
            "The plans for today are to {t1}, to {t2} and to {t3}.",
            "Whose gift is of no use for any of the plans?",
        ),
        (
            "hard",
            "fitting",
            "Watch what they do: with {j1}, {n1} tries to {t1}; with {j2}, {n2} tries to {t2}; "
            "with {j3}, {n3} tries to {t3}; with {j4}, {n4} tries to {t4}.",
            "Who is likely to succeed?",
        ),
    ),
)

# The terms name, in this order: part, kind, same meaning, opposite meaning; for questions also a
# relation that no pair has, for the twin. In the directed mode they name: part first, whole first,
# kind first, category first.
RELATION = (
    *_rows(
        TRAIN,
        (
            "easy",
            "label",
            "{n0} and {n1} look up the word '{x}' and the word '{y}'.",
            "How is '{x}' related to '{y}'?",
            "It is a part of it.",
            "It is a kind of it.",
            "It means the same.",
            "It is the opposite.",
        ),
        (
            "easy",
            "label",
            "{n0} says '{x}', and {n1} says '{y}'.",
            "What does {n0}'s word name in relation to {n1}'s?",
            "a piece of it",
            "a type of it",
            "the same as it",
            "its opposite",
        ),
        (
            "medium",
            "pair",
            "",
            "Which pair consists of {relation}?",
            "a part and its whole",
            "a thing and the kind of thing it is",
            "two words with one meaning",
            "two words of opposite meaning",
            "a maker and what is made",
        ),
        (
            "medium",
            "pair",
            "{n0}'s page is for pairs in which {relation}.",
            "Which pair does {n0} put on it?",
            "something is named with a part of it",
            "something is named with its class",
            "the same is said twice",
            "one word denies the other",
            "a tool is named with its user",
        ),
        (
            "hard",
            "directed",
            "{n0} tells {n1} to mind the order of the words.",
            "In which of {n0}'s pairs is {relation}?",
            "the first thing a part of the second",
            "the second thing a part of the first",
            "the first thing a kind of the second",
            "the second thing a kind of the first",
            "the first thing the opposite of the second",
        ),
        (
            "hard",
            "directed",
            "{n0} joins words by arrows, which always lead from {relation}.",
            "Which pair can {n0} have joined, from left to right?",
            "a part to its whole",
            "a whole to its part",
            "an example to its class",
            "a class to its example",
            "a tool to its user",
        ),
    ),
    *_rows(
        CALIBRATION,
        (
            "easy",
            "label",
            "{n0} asks {n1} what '{x}' has to do with '{y}'.",
            "What should {n1} tell {n0} about the first word?",
            "that it names a part of the other",
            "that it names one kind of the other",
            "that it means the same as the other",
            "that it means the contrary of it",
        ),
        (
            "easy",
            "label",
            "In {n0}'s word book '{x}' is printed next to '{y}'; {n1} wonders why.",
            "What is the reason?",
            "because they are part and whole",
            "because they are example and class",
            "because they mean the same thing",
            "because they mean contrary things",
        ),
        (
            "medium",
            "pair",
            "",
            "Where do we find {relation}?",
            "a component beside the thing it is built into",
            "an example beside the group it is in",
            "two names for one idea",
            "two ideas that exclude each other",
            "a worker beside the place of work",
        ),
        (
            "medium",
            "pair",
            "Four pairs of words are read out, and {n0} has to stop the reader at {relation}.",
            "At which pair should {n0} call out?",
            "part and whole",
            "sort and group",
            "synonyms",
            "antonyms",
            "cause and effect",
        ),
        (
            "hard",
            "directed",
            "{n1} said: 'I want {relation}, in just this order.'",
            "What does {n1} want to hear?",
            "first the part, then the whole",
            "first the whole, then the part",
            "first the example, then its group",
            "first the group, then its example",
            "first the cause, then its effect",
        ),
        (
            "hard",
            "directed",
            "{n0} gives {n1} a pair that leads from {relation}.",
            "Which of these pairs does {n1} get?",
            "the component to the thing that has it",
            "the thing to a component that it has",
            "the narrower word to the broader one",
            "the broader word to a narrower one",
            "the worker to the place of work",
        ),
    ),
    *_rows(
        TEST,
        (
            "easy",
            "label",
            "'{x}' was {n0}'s word, '{y}' was {n1}'s.",
            "What does '{x}' name or mean, compared with '{y}'?",
            "a part of it",
            "a sort of it",
            "the same",
            "the reverse",
        ),
        (
            "easy",
            "label",
            "{n0} tells {n1} that '{x}' goes together with '{y}'.",
            "What link has {n0} in mind?",
            "that of a part with its whole",
            "that of a sort with its class",
            "that of words that agree",
            "that of words that clash",
        ),
        (
            "medium",
            "pair",
            "",
            "Which two words make an example of {relation}?",
            "something together with what it forms a part of",
            "something together with its more general name",
            "different words with equal meaning",
            "different words with contrary meaning",
            "somebody together with a tool of the trade",
        ),
        (
            "medium",
            "pair",
            "A test sheet has one correct box to tick, the one with {relation}.",
            "Which box does {n0} tick?",
            "a section of a larger thing and that thing",
            "a member of a class and that class",
            "words that agree in meaning",
            "words that clash in meaning",
            "a thing and the stuff it is made of",
        ),
        (
            "hard",
            "directed",
            "{n0}'s rule is that the left word must name {relation}.",
            "Which pair obeys {n0}'s rule?",
            "a piece of what the right word names",
            "what the right word names a piece of",
            "a sort of what the right word names",
            "what the right word names a sort of",
            "the stuff of what the right word names",
        ),
        (
            "hard",
            "directed",
            "{n0} and {n1} go through a list of pairs, of which only one names {relation}.",
            "Which pair do {n0} and {n1} find?",
            "a section before the larger thing",
            "the larger thing before a section",
            "a member before its class",
            "the class before a member",
            "a material before the product",
        ),
    ),
)

# Events are numbered; `{v1}` and `{p1}` are the first one's verb and participle, `{o1}` what
# follows the second person. The terms are the twin's text and, for each event, the person who does
# it and the person to whom it is done.
ROLE = (
    *_rows(
        TRAIN,
        (
            "easy",
            "role",
            "Yesterday {a} {v1} {b}{o1}, and {c} {v2} {d}{o2}.",
            "Who is the {role}?",
            "Yesterday, among {m1}, {m2}, {m3} and {m4}, one {v1} another{o1}, and one {v2} "
            "another{o2}.",
            "ab",
            "cd",
        ),
        (
            "easy",
            "role",
            "First {a} {v1} {b}{o1}. Then {c} {v2} {d}{o2}.",
            "In these events, who can be called the {role}?",
            "First someone {v1} someone{o1}. Then someone {v2} someone{o2}. They were {m1}, {m2}, "
            "{m3} and {m4}.",
            "ab",
            "cd",
        ),
        (
            "medium",
            "role",
            "In {place}, {b} was {p1}{o1} by {a} on the very day when {c} {v2} {d}{o2}.",
            "What is the name of the {role}?",
            "In {place}, someone was {p1}{o1} by someone on the very day when someone {v2} "
            "someone{o2}; {m1}, {m2}, {m3} and {m4} remember it.",
            "ab",
            "cd",
        ),
        (
            "medium",
            "role",
            "It was {a} who {v1} {b}{o1}, but it was {d} who was {p2}{o2} by {c}.",
            "Who was the {role} in this account?",
            "It was one of them who {v1} another{o1}, but it was a third who was {p2}{o2} by a "
            "fourth: {m1}, {m2}, {m3} and {m4}.",
            "ab",
            "cd",
        ),
        (
            "hard",
            "role",
            "{a}, whom {b} had {p1}{o1}, was later {p2}{o2} by {c}, who had been {p3}{o3} by {d}.",
            "Which of them played the part of the {role}?",
            "Of {m1}, {m2}, {m3} and {m4}, one had {p1} another{o1}, one was later {p2}{o2} by "
            "another, and one had been {p3}{o3} by another.",
            "ba",
            "ca",
            "dc",
        ),
        (
            "hard",
            "role",
            "{a} was {p1}{o1} by {b}, who was {p2}{o2} by {c}, whom {d} had {p3}{o3}.",
            "Going by what is said, who counts as the {role}?",
            "Someone was {p1}{o1} by one, who was {p2}{o2} by another, whom a fourth had {p3}{o3}; "
            "they were {m1}, {m2}, {m3} and {m4}.",
            "ba",
            "cb",
            "dc",
        ),
    ),
    *_rows(
        CALIBRATION,
        (
            "easy",
            "role",
            "{a} {v1} {b}{o1} while {c} {v2} {d}{o2}.",
            "Who here has the role of the {role}?",
            "{m1}, {m2}, {m3} and {m4} were there while someone {v1} someone{o1} and someone {v2} "
            "someone{o2}.",
            "ab",
            "cd",
        ),
        (
            "easy",
            "role",
            "We saw how {a} {v1} {b}{o1}. We also saw how {c} {v2} {d}{o2}.",
            "Which person was the {role}?",
            "We saw how one {v1} another{o1}. We also saw how one {v2} another{o2}. We knew {m1}, "
            "{m2}, {m3} and {m4}.",
            "ab",
            "cd",
        ),
        (
            "medium",
            "role",
            "Long after {b} had been {p1}{o1} by {a}, {d} was {p2}{o2} by {c}.",
            "Which person is described as the {role}?",
            "Long after one had been {p1}{o1} by another, one was {p2}{o2} by another; the four "
            "were {m1}, {m2}, {m3} and {m4}.",
            "ab",
            "cd",
        ),
        (
            "medium",
            "role",
            "People in {place} say that {a} {v1} {b}{o1}. What they do not say is that {d} was "
            "{p2}{o2} by {c}, which is true as well.",
            "Whom would you call the {role}?",
            "People in {place} say that somebody {v1} somebody{o1}. What they do not say is that "
            "somebody was {p2}{o2} by somebody: {m1}, {m2}, {m3} or {m4}.",
            "ab",
            "cd",
        ),
        (
            "hard",
            "role",
            "It was {c}, the very person that {d} had {p3}{o3} before, whom {b} {v2}{o2}, after "
            "having been {p1}{o1} by {a}.",
            "Which of the four is the {role}?",
            "It was one, the very person that another had {p3}{o3} before, whom a third {v2}{o2}, "
            "after having been {p1}{o1} by a fourth: {m1}, {m2}, {m3} and {m4}.",
            "ab",
            "bc",
            "dc",
        ),
        (
            "hard",
            "role",
            "{b} is the one whom {a} {v1}{o1}, and the one who {v2} {c}{o2}, who in turn had "
            "{p3} {d}{o3}.",
            "Whom does the description '{role}' fit?",
            "There is one whom another {v1}{o1}, and one who {v2} a third{o2}, who in turn had "
            "{p3} a fourth{o3}: {m1}, {m2}, {m3} and {m4}.",
            "ab",
            "bc",
            "cd",
        ),
    ),
    *_rows(
        TEST,
        (
            "easy",
            "role",
            "On Sunday {a} {v1} {b}{o1}; on Monday {c} {v2} {d}{o2}.",
            "Who was the {role}?",
            "On Sunday a person {v1} a person{o1}; on Monday a person {v2} a person{o2}: {m1}, "
            "{m2}, {m3} or {m4}.",
            "ab",
            "cd",
        ),
        (
            "easy",
            "role",
            "The news is that {a} {v1} {b}{o1} and that {c} {v2} {d}{o2}.",
            "Name the {role}: who is it?",
            "The news is that a person {v1} another{o1} and that a person {v2} another{o2}, all "
            "of them out of {m1}, {m2}, {m3} and {m4}.",
            "ab",
            "cd",
        ),
        (
            "medium",
            "role",
            "Everyone in {place} knows by whom {b} was {p1}{o1}, namely by {a}, and whom {c} "
            "{v2}{o2}, namely {d}.",
            "So who must be the {role}?",
            "Everyone in {place} knows by whom a friend was {p1}{o1}, and whom a friend "
            "{v2}{o2}; the friends are {m1}, {m2}, {m3} and {m4}.",
            "ab",
            "cd",
        ),
        (
            "medium",
            "role",
            "{d}, who was {p2}{o2} by {c}, and {b}, whom {a} {v1}{o1}, have written about it.",
            "In the stories, who is the {role}?",
            "{m1}, {m2}, {m3} and {m4} have written about one who was {p2}{o2} by another, and "
            "about one whom another {v1}{o1}.",
            "ab",
            "cd",
        ),
        (
            "hard",
            "role",
            "{a}, once {p1}{o1} by {b}, had {p2} {c}{o2}; {c} in turn {v3} {d}{o3}.",
            "Judging by the sense, who is the {role}?",
            "One, once {p1}{o1} by another, had {p2} a third{o2}; the third in turn {v3} a "
            "fourth{o3}; think of {m1}, {m2}, {m3} and {m4}.",
            "ba",
            "ac",
            "cd",
        ),
        (
            "hard",
            "role",
            "The person whom {a} {v1}{o1} is {b}, {p2}{o2} in the same year by {c}, who had "
            "been {p3}{o3} by {d}.",
            "From this, who was the {role}?",
            "The person whom another {v1}{o1} was {p2}{o2} in the same year by a third, who had "
            "been {p3}{o3} by a fourth: {m1}, {m2}, {m3} and {m4}.",
            "ab",
            "cb",
            "dc",
        ),
    ),
)

PHRASINGS: dict[str, tuple[Phrasing, ...]] = {
    "synonym": SYNONYM,
    "antonym": ANTONYM,
    "hypernym": HYPERNYM,
    "part_whole": PART_WHOLE,
    "agent": AGENT,
    "instrument": INSTRUMENT,
    "relation": RELATION,
    "semantic_role": ROLE,
}
