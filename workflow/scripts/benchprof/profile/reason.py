"""Why a number is missing or not to be trusted, as codes with a sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from benchprof.profile.criteria import MIN_CHANGED, MIN_ITEMS

# Of a cell without an AIS.
TOO_FEW_ITEMS = "too_few_items"
NOT_ABOVE_GUESSING = "not_above_guessing"
# Of an AIS that stands but means something else.
ABLATED_MODEL_BROKEN = "ablated_model_broken"
# Of a contrast or an on-target effect.
IS_CONTROL = "is_control"
NO_CONTROLS = "no_controls"
NO_OTHER_ABILITIES = "no_other_abilities"
NO_HELD_OUT_TEST = "no_held_out_test"
# Of form.
CHOICES_ARE_CONTEXTS = "choices_are_contexts"
NO_CHOICES = "no_choices"
MIXED_ANSWERS = "mixed_answers"
PROGRAMS = "programs"
COMPARED_AS_WRITTEN = "compared_as_written"
UNKNOWN_PARSER = "unknown_parser"
NO_PROBABILITY = "no_probability"
# Of a similarity, a reliability, an effective number.
UNDEFINED_PROFILE = "undefined_profile"
FLAT_PROFILE = "flat_profile"
ONE_ABILITY = "one_ability"
TOO_FEW_ABILITIES = "too_few_abilities"
TOO_FEW_CHANGED = "too_few_changed_items"
NO_AGREEMENT = "no_agreement"

SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        TOO_FEW_ITEMS: f"there are fewer than {MIN_ITEMS} items",
        CHOICES_ARE_CONTEXTS: (
            "the choices are contexts of the same text, and the probabilities of a text after "
            "different contexts cannot be added up"
        ),
        NO_CHOICES: "the model scores one given text and neither chooses nor writes",
        MIXED_ANSWERS: (
            "items are answered in more than one way: choosing, writing, scoring a given text"
        ),
        PROGRAMS: "a program begins in its prompt, and records do not hold prompts",
        COMPARED_AS_WRITTEN: "answers are compared as they are written, so all can be parsed",
        UNKNOWN_PARSER: "how the task parses an answer is not known here",
        NO_PROBABILITY: "the model gives all choices of some item a probability of 0",
        UNDEFINED_PROFILE: "a profile is undefined",
        FLAT_PROFILE: "a profile's abilities are all equal",
        ONE_ABILITY: "a single ability has no profile: there is nothing to compare it with",
        TOO_FEW_ABILITIES: "a correlation over fewer than three abilities means nothing",
        TOO_FEW_CHANGED: f"fewer than {MIN_CHANGED} items tell the abilities' masks apart",
        NO_AGREEMENT: "the halves do not agree, so no number of items is known to be enough",
        ABLATED_MODEL_BROKEN: (
            "on the benchmarks on which the intact model is above guessing, the ablated model is "
            "not, taken together (and it keeps a tenth of the score or less where guessing scores "
            "0): this is general damage, not the loss of an ability"
        ),
        "": "",
    }
)
"""The readable reason of codes that need no numbers."""


class Reason(NamedTuple):
    """Why a number is missing, as a code and a sentence; both empty where it is not."""

    code: str
    sentence: str

    @classmethod
    def of(cls, code: str) -> Reason:
        """That of a code whose sentence needs no numbers, or of an empty code."""
        return cls(code, SENTENCES[code])

    @property
    def columns(self) -> dict[str, str]:
        """The columns of a table that say it."""
        return {"reason_code": self.code, "reason": self.sentence}


def too_few_items(n: int, least: int) -> Reason:
    """Of a benchmark with so few items that no interval or test is worth its name."""
    return Reason(TOO_FEW_ITEMS, f"{n} items, fewer than {least}")


def not_above_guessing(intact: float, guessing: float, p: float, n: int) -> Reason:
    """Of a benchmark on which the intact model has nothing to lose."""
    sentence = (
        f"the intact score {intact:.3f} is not significantly above guessing, "
        f"{guessing:.3f} (p = {p:.2f}, n = {n})"
    )
    return Reason(NOT_ABOVE_GUESSING, sentence)
