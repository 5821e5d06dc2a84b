"""The sentences around the incidents: each split has its own.

A wording is a pair of context and question. In a context `{told}` is what is told of one
incident; where two incidents are told, `{first}` and `{second}`. `{action}` is a prevention or a
repair. A form that tells of two incidents asks about the one that its question names.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wording:
    """Context and question; `asked` says which of two incidents the question is about."""

    context: str
    question: str
    asked: int = 0


# How a context joins cause and effect where it tells both.
LINKS = {
    "train": "{cause}, and so {effect}",
    "calibration": "{cause}, and as a result {effect}",
    "test": "{effect}, because {cause}",
}

# Keyed by (type, form) and split; generator.FORMS says at which difficulty a form is used.
WORDINGS: dict[tuple[str, str], dict[str, tuple[Wording, ...]]] = {
    ("cause", "far"): {
        "train": (
            Wording("{Told}.", "What is the most likely cause of this?"),
            Wording("{Told}. Nobody had expected that.", "Which event brought it about?"),
        ),
        "calibration": (
            Wording("The following was noticed: {told}.", "Which of these explains it best?"),
            Wording("There was a surprise, for {told}.", "Which of these was responsible?"),
        ),
        "test": (
            Wording("Something must have gone wrong, because {told}.", "What might that be?"),
            Wording("A neighbour mentions that {told}.", "What lies behind it?"),
        ),
    },
    ("cause", "near"): {
        "train": (
            Wording("We noticed this: {told}.", "What probably led to it?"),
            Wording("What happened is this: {told}.", "What could be the reason?"),
        ),
        "calibration": (
            Wording("It turned out that {told}.", "How can one account for that?"),
            Wording("What people noticed first was that {told}.", "What had set this off?"),
        ),
        "test": (
            Wording("Imagine the following: {told}.", "What must have happened earlier?"),
            Wording("In the end, {told}.", "Can you guess the explanation?"),
        ),
    },
    ("cause", "two"): {
        "train": (
            Wording(
                "Two things happened on different days. The first was this: {first}. The second was "
                "this: {second}.",
                "What is the most likely cause of the first event?",
                0,
            ),
            Wording(
                "Two things happened in different places. Here, {first}. There, {second}.",
                "What is the most likely cause of what happened there?",
                1,
            ),
        ),
        "calibration": (
            Wording(
                "An uncle tells two separate stories. In one, {first}. In the other, {second}.",
                "Which of these explains the story told last?",
                1,
            ),
            Wording(
                "A diary has two entries. The older says: {first}. The newer says: {second}.",
                "Which of these explains the older entry?",
                0,
            ),
        ),
        "test": (
            Wording(
                "A friend describes one mishap: {first}. You answer with another: {second}.",
                "What brought about your own mishap?",
                1,
            ),
            Wording(
                "One postcard says that {first}. Another postcard says that {second}.",
                "What would explain the news on the first card?",
                0,
            ),
        ),
    },
    ("effect", "far"): {
        "train": (
            Wording("{Told}.", "What happened as a result?"),
            Wording("{Told}. Nobody did anything about that.", "What came of it?"),
        ),
        "calibration": (
            Wording("Think of a case in which {told}.", "What most probably followed?"),
            Wording("Nobody denies that {told}.", "To what did this lead?"),
        ),
        "test": (
            Wording("Suppose that {told}.", "Which of these would you then expect to hear?"),
            Wording("Here comes the start of a tale: {told}.", "What comes next in it?"),
        ),
    },
    ("effect", "near"): {
        "train": (
            Wording("As it happened, {told}.", "What was the effect of this?"),
            Wording("It began like this: {told}.", "How did it end?"),
        ),
        "calibration": (
            Wording("It is a fact that {told}.", "What outcome is to be expected?"),
            Wording("The story opens with these words: {told}.", "With which words does it close?"),
        ),
        "test": (
            Wording("Somebody reports: {told}.", "What was the outcome?"),
            Wording("The facts are these: {told}.", "What trouble did that cause?"),
        ),
    },
    ("effect", "two"): {
        "train": (
            Wording(
                "Two things happened on different days. The first was this: {first}. The second was "
                "this: {second}.",
                "What did the second event lead to?",
                1,
            ),
            Wording(
                "Two things happened in different places. Here, {first}. There, {second}.",
                "What did it lead to here?",
                0,
            ),
        ),
        "calibration": (
            Wording(
                "An uncle tells two separate stories. In one, {first}. In the other, {second}.",
                "What most probably followed in the story told first?",
                0,
            ),
            Wording(
                "A diary has two entries. The older says: {first}. The newer says: {second}.",
                "What outcome is to be expected after the newer entry?",
                1,
            ),
        ),
        "test": (
            Wording(
                "A friend describes one mistake: {first}. You answer with another: {second}.",
                "How did the friend's story go on?",
                0,
            ),
            Wording(
                "One postcard says that {first}. Another postcard says that {second}.",
                "What would you expect the second writer to report next?",
                1,
            ),
        ),
    },
    ("prevention", "far"): {
        "train": (
            Wording("{Told}.", "What would have prevented this?"),
            Wording("{Told}. That was a pity.", "What could have kept this from happening?"),
        ),
        "calibration": (
            Wording("Afterwards we learned that {told}.", "What would have spared us that?"),
            Wording("Such things happen: {told}.", "What could have stopped it?"),
        ),
        "test": (
            Wording("As everyone knows by now, {told}.", "How could it have been averted?"),
            Wording("Unfortunately, {told}.", "With a little foresight, what might have helped?"),
        ),
    },
    ("prevention", "near"): {
        "train": (
            Wording("This is how it went: {told}.", "Which step would have avoided the trouble?"),
            Wording("What a day! {Told}.", "What should have been done earlier?"),
        ),
        "calibration": (
            Wording("The report is short: {told}.", "Which measure should have been taken?"),
            Wording("This must not happen again: {told}.", "What would you recommend?"),
        ),
        "test": (
            Wording("Let us look back: {told}.", "What was neglected beforehand?"),
            Wording("We can all learn from one case: {told}.", "Which rule follows from that?"),
        ),
    },
    ("prevention", "two"): {
        "train": (
            Wording(
                "Two things happened on different days. The first was this: {first}. The second was "
                "this: {second}.",
                "What would have prevented the first trouble?",
                0,
            ),
        ),
        "calibration": (
            Wording(
                "An uncle tells two separate stories. In one, {first}. In the other, {second}.",
                "What would have changed the end of the story told last?",
                1,
            ),
        ),
        "test": (
            Wording(
                "A friend describes one mishap: {first}. You answer with another: {second}.",
                "How could your own mishap have been averted?",
                1,
            ),
        ),
    },
    ("prevention", "inverse"): {
        "train": (
            Wording(
                "There is one piece of advice that would have helped: {action}.",
                "Which trouble would it have prevented?",
            ),
        ),
        "calibration": (
            Wording(
                "A wise aunt had recommended this: {action}.",
                "What could she have spared the people who did not listen?",
            ),
        ),
        "test": (
            Wording(
                "What they neglected was {action}.",
                "Which of these misfortunes came about because of that?",
            ),
        ),
    },
    ("repair", "far"): {
        "train": (
            Wording("{Told}.", "What should be done now?"),
            Wording("{Told}. Now help is needed.", "What would put things right?"),
        ),
        "calibration": (
            Wording("Someone asks for advice, because {told}.", "What do you tell them to do?"),
            Wording("We are in trouble, since {told}.", "How do we get out of it?"),
        ),
        "test": (
            Wording("It is too late to change it: {told}.", "What is the sensible reaction?"),
            Wording("Everyone was upset, for {told}.", "How can the matter be mended?"),
        ),
    },
    ("repair", "near"): {
        "train": (
            Wording("Here is the situation: {told}.", "What is the best thing to do next?"),
            Wording("There is some bad news: {told}.", "Which action helps in this case?"),
        ),
        "calibration": (
            Wording("A letter begins like this: {told}.", "Which remedy suits the problem?"),
            Wording("The neighbours call and say that {told}.", "What could be done about it?"),
        ),
        "test": (
            Wording("You hear about a problem: {told}.", "What is your advice?"),
            Wording("Do not panic if you hear that {told}.", "What can still be done?"),
        ),
    },
    ("repair", "two"): {
        "train": (
            Wording(
                "Two things happened in different places. Here, {first}. There, {second}.",
                "What should be done there?",
                1,
            ),
        ),
        "calibration": (
            Wording(
                "A diary has two entries. The older says: {first}. The newer says: {second}.",
                "Which remedy suits the problem of the older entry?",
                0,
            ),
        ),
        "test": (
            Wording(
                "One postcard says that {first}. Another postcard says that {second}.",
                "What is your advice to the first writer?",
                0,
            ),
        ),
    },
    ("repair", "inverse"): {
        "train": (
            Wording("Someone was told to do this: {action}.", "What had probably gone wrong?"),
        ),
        "calibration": (
            Wording(
                "In the end only one thing helped: to {action}.",
                "Which incident was this an answer to?",
            ),
        ),
        "test": (
            Wording(
                "The advice that came back was simple: {action}.",
                "About which mishap had the advice been sought?",
            ),
        ),
    },
}
