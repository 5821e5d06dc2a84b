"""Words of a text, and texts with their names and numbers masked."""

from __future__ import annotations

import re
from collections.abc import Iterable

WORD = re.compile(r"[^\W_]+")
# The end of a sentence, with what closes a quote or bracket; no small letter may follow.
SENTENCE_END = re.compile(r"(?<=[.!?])[\"'\u2019\u201d)]*\s+(?![a-z])|\n+")
# A capital after a word or comma is no sentence's first, so it marks a name.
INSIDE_SENTENCE = re.compile(r"(?<=[\w,;] )[^\W\d_][^\W_]+")

# Words that are frequent in any text and so say nothing about it. Relations such as "before"
# or "under" are left in: some abilities are about them.
FUNCTION_WORDS = frozenset(
    (
        "a", "an", "and", "are", "as", "at", "be", "been", "but", "by", "did", "do", "does", "for",
        "from", "had", "has", "have", "he", "her", "him", "his", "i", "in", "is", "it", "its",
        "no", "not", "of", "on", "or", "she", "so", "than", "that", "the", "their", "them",
        "then", "there", "they", "this", "to", "was", "were", "which", "who", "will", "with",
        "you",
        # What is left of "'s", "n't", "'ll" and the like.
        "s", "t", "d", "m", "ll", "re", "ve",
    )
)  # fmt: skip
NUMBER_WORDS = frozenset(
    (
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
        "nineteen", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
        "hundred", "thousand", "million", "first", "second", "third", "fourth", "fifth", "sixth",
        "seventh", "eighth", "ninth", "tenth",
    )
)  # fmt: skip


def words(text: str) -> list[str]:
    """The words and numbers in lower case, without punctuation; if there are none, the symbols."""
    return WORD.findall(text.lower()) or text.split()


def content_words(text: str) -> list[str]:
    """The words that are not mere grammar."""
    return [word for word in words(text) if word not in FUNCTION_WORDS]


def sentences(text: str) -> list[str]:
    """The sentences of a text, divided at full stops, question marks and line breaks."""
    return [part for part in SENTENCE_END.split(text) if part.strip()]


def names_in(texts: Iterable[str]) -> frozenset[str]:
    """The words that are capitalised somewhere inside a sentence; single letters do not count."""
    found = (match for text in texts for match in INSIDE_SENTENCE.findall(text))
    return frozenset(word for word in found if word[0].isupper())


def masked(text: str, names: frozenset[str]) -> str:
    """The text in lower case, each name as NAME and each number as NUMBER."""

    def mask(match: re.Match[str]) -> str:
        word = match.group()
        if word in names:
            return "NAME"
        if word.lower() in NUMBER_WORDS or any(letter.isdigit() for letter in word):
            return "NUMBER"
        return word.lower()

    one_line = " ".join(WORD.sub(mask, text).split())
    # "Kestrel Bay" and "Velmora", "3.5" and "7" mask to the same.
    return re.sub(r"\b(NAME|NUMBER)(?:[ .,:-]{0,2}\1)+\b", r"\1", one_line)
