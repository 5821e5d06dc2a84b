"""The wordings: each row belongs to one type, split and difficulty, and to one way of drawing.

Slots: `{n0}` to `{n2}` are names; the others are filled by the way of drawing (`mode`), which
`generator.py` defines. `{a}` is to `{b}` as `{c}` is to the answer; `{A}` is `{a}` with a capital.
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


def _rows(split: str, *rows: tuple[str, str, str, str]) -> tuple[Phrasing, ...]:
    return tuple(Phrasing(split, *row) for row in rows)


MEANING = (
    *_rows(
        TRAIN,
        ("easy", "grid", "", "{A} is to {b} as {c} is to what?"),
        (
            "easy",
            "grid",
            "{A} goes with {b}. In the same way {c} goes with something.",
            "With what?",
        ),
        (
            "medium",
            "star",
            "",
            "If {a} is matched with {b}, what must {c} be matched with to keep the analogy?",
        ),
        ("medium", "star", "{n0} pairs {a} with {b}.", "With what must {n0} pair {c}, by analogy?"),
        ("hard", "across", "", "What stands to {c} in the relation of {b} to {a}?"),
        (
            "hard",
            "across",
            "{n0} completes a row of word pairs. First comes {a} : {b}, then {c} : blank.",
            "With which word does {n0} fill the blank so that both pairs are alike?",
        ),
    ),
    *_rows(
        CALIBRATION,
        ("easy", "grid", "", "If {a} makes you think of {b}, what should {c} make you think of?"),
        (
            "easy",
            "grid",
            "Just as we say {a} and {b}, we say {c} and one more word.",
            "Which word?",
        ),
        ("medium", "star", "", "Which word relates to {c} in the same way as {b} to {a}?"),
        (
            "medium",
            "star",
            "A puzzle reads {a} – {b}, {c} – ?",
            "By the example of the first pair, what replaces the question mark?",
        ),
        (
            "hard",
            "across",
            "{n0} says {a}, and {n1} answers {b}. Then {n0} says {c}.",
            "If {n1} thinks in the same pattern as before, what is the answer?",
        ),
        ("hard", "across", "", "Going from {a} to {b} is like going from {c} to what?"),
    ),
    *_rows(
        TEST,
        ("easy", "grid", "", "Think of {a} and {b}. What would make a similar pair with {c}?"),
        (
            "easy",
            "grid",
            "{n0} links {a} to {b} and, likewise, {c} to another word.",
            "To which word does {n0} link {c}?",
        ),
        (
            "medium",
            "star",
            "Two pairs are built alike. One is {a} and {b}; the other begins with {c}.",
            "How does it end?",
        ),
        ("medium", "star", "", "If {a} has {b} as its match, what is the match for {c}?"),
        ("hard", "across", "", "Complete by analogy: {a} → {b}; {c} → which of these?"),
        (
            "hard",
            "across",
            "The link by which {n0} got from {a} to {b} is the one by which {n1} goes on from {c}.",
            "At what does {n1} arrive?",
        ),
    ),
)

FORM = (
    *_rows(
        TRAIN,
        ("easy", "grid", "", "'{A}' is to '{b}' what '{c}' is to which word?"),
        ("easy", "grid", "Say '{a}' and '{b}', then '{c}' and its match.", "What is the match?"),
        ("medium", "star", "{n0} changes '{a}' into '{b}'.", "What does '{c}' become in this way?"),
        ("medium", "star", "", "Which word completes the proportion '{a}' : '{b}' = '{c}' : x?"),
        (
            "hard",
            "across",
            "On the left of the sheet stand '{a}' and, below it, '{c}'. On the right, beside "
            "'{a}', stands '{b}'.",
            "What belongs on the right, beside '{c}'?",
        ),
        (
            "hard",
            "across",
            "",
            "Treat '{c}' as '{a}' was treated to give '{b}': what is the outcome?",
        ),
    ),
    *_rows(
        CALIBRATION,
        ("easy", "grid", "", "'{A}' makes {n0} say '{b}'. What will '{c}' make {n0} say?"),
        (
            "easy",
            "grid",
            "From '{a}' we get '{b}', and from '{c}' we get another word in this way.",
            "Which one?",
        ),
        (
            "medium",
            "star",
            "{n0} has to follow a model. The model is '{a}', '{b}'.",
            "What should come after '{c}'?",
        ),
        ("medium", "star", "", "What has the place beside '{c}' that '{b}' has beside '{a}'?"),
        (
            "hard",
            "across",
            "{n0} turns a card that says '{a}' and finds '{b}' on its back. All cards follow one "
            "rule.",
            "What is on the back of '{c}'?",
        ),
        (
            "hard",
            "across",
            "",
            "Between '{a}' and '{b}' lies the same step as between '{c}' and what?",
        ),
    ),
    *_rows(
        TEST,
        ("easy", "grid", "", "If '{a}' gives '{b}', what will '{c}' give?"),
        (
            "easy",
            "grid",
            "'{A}' leads us to '{b}'. Now take '{c}'.",
            "Where does it lead likewise?",
        ),
        (
            "medium",
            "star",
            "{n0}'s word machine turned '{a}' into '{b}'.",
            "Working as before, what did {n0}'s machine make of '{c}'?",
        ),
        (
            "medium",
            "star",
            "",
            "Find the fourth: '{a}' compares with '{b}' as '{c}' compares with which word?",
        ),
        (
            "hard",
            "across",
            "{n0} teaches by analogy. Writing '{c}', {n0} points to '{a}', which is followed by "
            "'{b}'.",
            "What do the pupils write after '{c}'?",
        ),
        ("hard", "across", "", "How does the line '{a}, {b}; {c}, …' go on if its halves match?"),
    ),
)

PAIR = (
    *_rows(
        TRAIN,
        ("easy", "fields", "", "Which pair of words is related like '{a}' and '{b}'?"),
        (
            "easy",
            "fields",
            "{n0} starts a list of like pairs with '{a} and {b}'.",
            "What fits next?",
        ),
        ("medium", "heads", "", "'{A} and {b}' has the same inner relation as which of these?"),
        (
            "medium",
            "heads",
            "In {n0}'s game a pair beats another pair if the two are analogous.",
            "What beats '{a} and {b}'?",
        ),
        ("hard", "orders", "", "The order counts. Which pair corresponds to '{a}, then {b}'?"),
        (
            "hard",
            "orders",
            "{n0} asks for a parallel to the words {a} and {b}, each one in its proper position.",
            "Which parallel can {n1} offer?",
        ),
    ),
    *_rows(
        CALIBRATION,
        (
            "easy",
            "fields",
            "",
            "Which two words go together in the way that {a} and {b} go together?",
        ),
        ("easy", "fields", "The key example is {a} with {b}.", "Which of the pairs follows it?"),
        (
            "medium",
            "heads",
            "{n0} says that what links '{a}' to '{b}' links other words too.",
            "Which words does it link?",
        ),
        (
            "medium",
            "heads",
            "",
            "Choose the pair that copies the link of {a} and {b}. Which is it?",
        ),
        (
            "hard",
            "orders",
            "Someone who reads '{a}' and then '{b}' sees a pattern from the first to the second.",
            "Which pair shows this pattern in this direction?",
        ),
        ("hard", "orders", "", "Which pair leads from one word to the next as {a} leads to {b}?"),
    ),
    *_rows(
        TEST,
        ("easy", "fields", "", "Which pair could be the twin of '{a} – {b}'?"),
        (
            "easy",
            "fields",
            "For {n0}, {a} calls {b} to mind.",
            "Which pair could come about in the same way?",
        ),
        (
            "medium",
            "heads",
            "A drawer is marked '{a} / {b}'. Only pairs of that very sort go into it.",
            "What may {n0} put in?",
        ),
        ("medium", "heads", "", "Which two words meet just as '{a}' meets '{b}'?"),
        (
            "hard",
            "orders",
            "",
            "Left stays left and right stays right: which pair matches {a} | {b}?",
        ),
        (
            "hard",
            "orders",
            "{n0} puts down {a} first and {b} second; {n1} must imitate both the choice and the "
            "order.",
            "What does {n1} put down?",
        ),
    ),
)

# `{one}` and `{two}` are groups of people; `{x}` has its counterpart in the second; in the medium
# mode `{known}` of the first is known to be like `{like}` of the second.
SYSTEM = (
    *_rows(
        TRAIN,
        ("easy", "image", "Imagine that {one} is {two}.", "What would the {x} be?"),
        ("easy", "image", "{n0} compares {one} to {two}.", "To what does {n0} compare the {x}?"),
        (
            "medium",
            "partial",
            "",
            "If we call the {known} the {like}, what should we call the {x}?",
        ),
        (
            "medium",
            "partial",
            "In {n0}'s fable we are to see the {known} in the {like}.",
            "Following this comparison through, who or what corresponds to the {x}?",
        ),
        (
            "hard",
            "double",
            "{n0} writes about {one} in the words of {two}, and about {three} in the words of "
            "{four}.",
            "Which word does {n0} use for the {x}?",
        ),
        (
            "hard",
            "double",
            "In a dream {n1} saw {three} turned into {four} and {one} turned into {two}.",
            "What had the {x} turned into?",
        ),
    ),
    *_rows(
        CALIBRATION,
        (
            "easy",
            "image",
            "{n0} describes {one} as if it were {two}.",
            "Into what does {n0} turn the {x}?",
        ),
        (
            "easy",
            "image",
            "In {n0}'s tale {one} has turned into {two}.",
            "What will {n1} find there instead of the {x}?",
        ),
        (
            "medium",
            "partial",
            "{n0} explains one thing by another and likens the {known} to the {like}.",
            "To what will {n0} have to liken the {x}?",
        ),
        (
            "medium",
            "partial",
            "",
            "Having mapped the {known} onto the {like}, onto what do you map the {x}?",
        ),
        (
            "hard",
            "double",
            "A secret code hides {one} behind {two}. Likewise it hides {three} behind {four}.",
            "Behind what does it hide the {x}?",
        ),
        (
            "hard",
            "double",
            "Two metaphors run through {n0}'s speech: {three} appears as {four}, and {one} appears "
            "as {two}.",
            "As what will the {x} appear?",
        ),
    ),
    *_rows(
        TEST,
        ("easy", "image", "{n0} likes to speak of {one} as {two}.", "What does {n0} call the {x}?"),
        ("easy", "image", "", "{n0} models {one} on {two}. On what does {n0} model the {x}?"),
        (
            "medium",
            "partial",
            "{n0}, a caricaturist, draws the {like} in place of the {known}.",
            "To suit the idea, what should {n0} draw in place of the {x}?",
        ),
        (
            "medium",
            "partial",
            "",
            "Let the {like} stand for the {known}. What should stand for the {x}?",
        ),
        (
            "hard",
            "double",
            "{n0} draws {three} in the shape of {four}; {n1} draws {one} in the shape of {two}.",
            "In one drawing we find the {x}. In what shape?",
        ),
        (
            "hard",
            "double",
            "To make {one} clear, the guide likens it to {two}; to make {three} clear, to {four}.",
            "What does the guide need to make the {x} clear?",
        ),
    ),
)

# `{g1}` and `{g2}` tell who does what to whom in two groups of people; `{x}` is one of the first.
STRUCTURE = (
    *_rows(
        TRAIN,
        (
            "easy",
            "couples",
            "Team one: {g1} Team two: {g2}",
            "Who in team two is like {x} in team one?",
        ),
        (
            "easy",
            "couples",
            "At the bakery, {g1} At the bank, {g2}",
            "Who at the bank plays the part that {x} plays at the bakery?",
        ),
        (
            "medium",
            "ring",
            "In {place}, {g1} In {other}, {g2}",
            "What is the name of {x}'s counterpart in {other}?",
        ),
        (
            "medium",
            "ring",
            "{n0} watches one family: {g1} Then {n0} watches another: {g2}",
            "Who takes {x}'s position in the other family?",
        ),
        (
            "hard",
            "knot",
            "Here is the first crew. {g1} Here is the second crew. {g2}",
            "By comparing who does what, which member of the second crew matches {x}?",
        ),
        (
            "hard",
            "knot",
            "A story goes like this. {g1} In its retelling the people have new names. {g2}",
            "What is {x}'s new name?",
        ),
    ),
    *_rows(
        CALIBRATION,
        (
            "easy",
            "couples",
            "Upstairs, {g1} Downstairs, {g2}",
            "Who is the {x} of the people downstairs?",
        ),
        (
            "easy",
            "couples",
            "On the farm {g1} In the mill {g2}",
            "Whose situation in the mill resembles that of {x} on the farm?",
        ),
        (
            "medium",
            "ring",
            "This was so last year: {g1} This year, with other people, it is the same: {g2}",
            "Whom has {x} been replaced by?",
        ),
        (
            "medium",
            "ring",
            "{place} has a club, of which we know: {g1} {other} has one too: {g2}",
            "Who in the club of {other} corresponds to {x}?",
        ),
        (
            "hard",
            "knot",
            "Compare two households. The older: {g1} The younger: {g2}",
            "Who in the younger household stands where {x} stands in the older?",
        ),
        (
            "hard",
            "knot",
            "Film: {g1} Remake of the film: {g2}",
            "Under which name does the character {x} return in the remake?",
        ),
    ),
    *_rows(
        TEST,
        (
            "easy",
            "couples",
            "By day {g1} By night {g2}",
            "Who by night has the role that {x} has by day?",
        ),
        (
            "easy",
            "couples",
            "Group A is known for this: {g1} Group B is known for this: {g2}",
            "Which person from B would you liken to {x} from A?",
        ),
        (
            "medium",
            "ring",
            "The book tells us: {g1} The play based on it tells us: {g2}",
            "Who in the play is modelled on {x}?",
        ),
        (
            "medium",
            "ring",
            "When {n0} draws {place}, the arrows mean: {g1} For {other} they mean: {g2}",
            "If one drawing is laid on the other, on whom does {x} come to lie?",
        ),
        (
            "hard",
            "knot",
            "What goes on in the red house has an exact parallel in the blue one. Red: {g1} Blue: "
            "{g2}",
            "Who is the parallel of {x}?",
        ),
        (
            "hard",
            "knot",
            "{g1} So much for the old village. As for the new village: {g2}",
            "Whose part in the new village equals the part of {x} in the old one?",
        ),
    ),
)

PHRASINGS: dict[str, tuple[Phrasing, ...]] = {
    "meaning_analogy": MEANING,
    "form_analogy": FORM,
    "pair_analogy": PAIR,
    "system_mapping": SYSTEM,
    "structure_mapping": STRUCTURE,
}
