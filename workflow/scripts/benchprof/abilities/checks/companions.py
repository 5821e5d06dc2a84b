"""Whether the form of a text tells an item from its companion.

An item is compared with its companions to see what its mask does to the ability alone. That needs
companions of the same form: if a flipped item has a comma more, the mask may have hit the comma.
The classifiers see context and question of each, without a content word, and must say which is
which. An item stands in one fold with its companion, and with all items of the same context.

What guessing gives: where both texts of a pair look alike, they are taken for the same kind, and
just one is right. Only pairs that are told apart, rightly or wrongly, add noise. With d their share
of n pairs, a standard error is 50 * sqrt(d / n) points. For 800 pairs of which half are told apart
it is 1.25 points, so the limit is four standard errors away. Noise does not reach it, even as the
better of two classifiers (half a standard error over 50%) in ten abilities and two kinds of
companion. The bound is never under three standard errors, which few pairs widen; for 800 pairs it
is at most 55.3%. A mark that stands equally often on both sides comes out below 50%.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchprof.abilities.checks.ability import Ability
from benchprof.abilities.checks.check import Bound, Check
from benchprof.abilities.checks.classifiers import Fold, best_predicted, grouped_folds, matrix
from benchprof.abilities.checks.form_features import context_and_question_form
from benchprof.abilities.checks.guessing import STANDARD_ERRORS
from benchprof.abilities.checks.scenes import scenes
from benchprof.abilities.item import Item, companion_of, companion_word

KINDS = ("flip", "read_off")  # a blank has its cue removed, which is a matter of form
LIMIT = 5


def check_companions(ability: Ability) -> list[Check]:
    """A line per kind of companion that the ability's items have."""
    checks = []
    for kind in KINDS:
        pairs = [
            (item, companion_of(item, kind)) for item in ability.items if kind in item.companions
        ]
        folds = grouped_folds(scenes([item for item, _ in pairs]) * 2)
        if folds:
            checks.append(_check_pairs(companion_word(kind), pairs, folds))
    return checks


def _check_pairs(kind: str, pairs: Sequence[tuple[Item, Item]], folds: Sequence[Fold]) -> Check:
    texts = [item for item, _ in pairs] + [companion for _, companion in pairs]
    rows = matrix([context_and_question_form(text) for text in texts])
    labels = ["item"] * len(pairs) + ["companion"] * len(pairs)
    taken, each = best_predicted(rows, labels, folds)
    right = (taken == labels).reshape(2, -1)
    value, error = 100 * float(right.mean()), standard_error(right)
    bound = Bound("at most", 50 + max(LIMIT, round(STANDARD_ERRORS * error, 1)), "%")
    detail = (
        f"{value:.1f}% of {len(pairs)} pairs, guessing 50.0% with a standard error of {error:.1f}"
    )
    return Check(f"item from its {kind} by form", value, bound, f"{detail}; {each}")


def standard_error(right: NDArray[np.bool_]) -> float:
    """The noise of guessing in points; `right` has a row for items and one for companions."""
    told_apart = float((right[0] == right[1]).mean())
    return 50 * math.sqrt(told_apart / right.shape[1])
