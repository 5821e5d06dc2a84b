"""The words of the report, each with one line that explains it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup, escape

from benchprof.profile.criteria import LEAST_DOSE, POWER, RELIABLE, SIDE_DROP


@dataclass(frozen=True)
class Word:
    """A word of the report.

    Attributes:
        name: as the list of words has it.
        says: one line that explains it.
        forms: a regular expression of how sentences write it; empty where only headers have it.
    """

    name: str
    says: str
    forms: str = ""


GLOSSARY = {
    "ability": Word("ability", "What a set of items tests, such as deductive reasoning."),
    "mask": Word(
        "mask",
        "The parts of the model that matter most to one ability: weights, neurons or heads.",
        "masks?",
    ),
    "k": Word("k", "The size of a mask, as a share of the model.", "k(?= =| was| is)"),
    "ablated": Word(
        "ablated model",
        "The model with a mask's parts switched off; the intact model has all of its parts.",
        "ablated models?|intact model",
    ),
    "ais": Word(
        "AIS",
        "Ability Impact Score: how much of its score on a benchmark the model loses with an "
        "ability's mask ablated; by default, 1 is its whole margin over guessing, 0 is nothing.",
        r"AIS|Ability Impact Scores?(?: \(AIS\))?",
    ),
    "dose": Word(
        "dose",
        "How much of the margin over guessing a mask removes on its own ability's test; below "
        f"{LEAST_DOSE} the mask is too weak to compare.",
        "[Dd]oses?",
    ),
    "own_test": Word(
        "own test",
        "The held-out items of an ability, which its own mask should hurt most.",
        "own tests?",
    ),
    "specific": Word(
        "specific",
        f"A specific mask has a dose of at least {LEAST_DOSE} and removes at most {SIDE_DROP} of "
        "the margin on the other abilities' own tests, on average.",
        "[Nn]ot specific",
    ),
    "guessing": Word(
        "guessing",
        "The score of a random choice or, where that is significantly better, of one constant "
        "answer; a model no better than that has nothing to lose.",
        "guessing",
    ),
    "control": Word(
        "random mask",
        "Entries drawn at random, as many as in a mask. It shows what mere damage costs.",
        "random masks?",
    ),
    "interval": Word(
        "interval",
        "A range that contains the true value (that of all items of the kind) about as often as "
        "its percentage says.",
        "intervals?",
    ),
    "p": Word(
        "p",
        "How often chance alone would give so large a difference; a small p means hardly ever.",
        "p-values?|p(?= [<=])",
    ),
    "q": Word(
        "q",
        "A p-value that allows for the number of tests: of all cells below q = 0.05, about one in "
        "twenty is expected to be a false alarm.",
        "q-values?|q(?= <)",
    ),
    "power": Word(
        "power",
        f"The chance of finding an effect that is there; the report plans with {POWER:.0%}.",
        "power",
    ),
    "detectable": Word(
        "minimum detectable AIS",
        f"The smallest AIS that these items would show with a power of {POWER:.0%} if one mask "
        "were tested alone; a smaller one may be there unseen.",
        "minimum detectable AIS",
    ),
    "reliability": Word(
        "reliability",
        "How closely other items would reproduce the profile: 1 is the same, 0 is unrelated; "
        f"{RELIABLE} is good.",
        "[Rr]eliability",
    ),
    "split_half": Word(
        "split-half agreement",
        "The correlation of the profiles from two halves of the items.",
    ),
    "told_apart": Word(
        "items told apart", "Items that come out differently under different abilities' masks."
    ),
    "effective": Word(
        "effective number of abilities",
        "How many abilities a profile rests on: 1 if one ability accounts for everything.",
        "effective number of abilities",
    ),
    "noise": Word(
        "pure noise",
        "What profiles of random numbers give; a value within this range tells you nothing.",
        "[Pp]ure noise",
    ),
    "broken": Word(
        "broken",
        "A model that only guesses wherever the intact one beats guessing. This is general damage.",
        "broken",
    ),
    "form": Word(
        "form",
        "Whether the model still gives answers of the right kind, right or wrong: one of the "
        "options, a number that can be parsed.",
        "[Ff]orm",
    ),
    "nats": Word("nats", "The unit of logarithms of probabilities: 0.7 is a halving.", "nats"),
    "headline": Word(
        "headline metric",
        "The one metric of a benchmark that its AIS is computed from.",
        "headline metric",
    ),
    "metric": Word(
        "metric", "How answers become a score, such as the share of right ones (acc)."
    ),
    "score": Word("score", "The mean over the items, in the metric beside it."),
    "needs": Word(
        "needs",
        "Abilities whose masks cost significantly more than whatever the run compares them with: "
        "random masks, masks of other abilities.",
    ),
    "better": Word(
        "better without",
        "Abilities whose masks raise the score significantly, both above the intact model's and "
        "above that under whatever the run compares them with.",
    ),
    "n": Word("n", "The number of items."),
    "similarity": Word(
        "similarity",
        "How alike two profiles are: 1 less their Jensen-Shannon divergence, from 0 to 1.",
        "[Ss]imilarity|Jensen-Shannon divergence",
    ),
    "spearman": Word("Spearman", "Correlation of the ranks of the abilities in two profiles."),
    "cosine": Word("cosine", "Cosine of the angle between two profiles as vectors."),
    "over_random": Word(
        "AIS over random", "How much more the ability's mask costs than its random masks."
    ),
    "over_others": Word(
        "AIS over other abilities",
        "How much more the ability's mask costs than those of other abilities do on average.",
    ),
    "turned": Word("items turned", "Items that a mask turns from right to wrong, or back."),
    "flag": Word("flag", "A code that says why a value is missing or means something else."),
    "calibration": Word(
        "calibration items", "Items set aside for choosing k.", "[Cc]alibration items"
    ),
    "resamples": Word(
        "resamples", "Draws of the items with replacement for an interval, of signs for a test.",
        "resamples",
    ),
}  # fmt: skip
"""The words by key."""

_FORMS = {key: word.forms for key, word in GLOSSARY.items() if word.forms}
# The longest first: "minimum detectable AIS" is not "AIS".
_PATTERN = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(f"(?P<{k}>{forms})" for k, forms in sorted(_FORMS.items(), key=lambda f: -len(f[1])))
    + r")(?![\w-])"
)


def marked(key: str, text: str = "") -> Markup:
    """A word of `GLOSSARY` as HTML that explains it to the pointer and the keyboard.

    Args:
        key: of the word.
        text: what stands on the page; its name where that is empty.
    """
    word = GLOSSARY[key]
    return Markup(
        '<span class="word" tabindex="0" aria-describedby="word-{}" data-says="{}">{}</span>'
    ).format(key, word.says, text or word.name)


def explainer() -> Callable[[str], Markup]:
    """A function that marks, in all texts that it is given, each word where it first stands.

    Once a view is enough: every marked word is a stop of the Tab key.
    """
    seen: set[str] = set()

    def explained(text: str) -> Markup:
        parts: list[Markup] = []
        end = 0
        for found in _PATTERN.finditer(text):
            key = str(found.lastgroup)
            if key not in seen:
                seen.add(key)
                parts += [escape(text[end : found.start()]), marked(key, found.group())]
                end = found.end()
        return Markup().join([*parts, escape(text[end:])])

    return explained
