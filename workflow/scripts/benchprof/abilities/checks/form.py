"""Whether the form of an item names its ability.

A contrast between abilities finds whatever sets their items apart. If that is the shape of the
options or a favourite word of the contexts, the masks are masks of form. So a classifier that
reads no content words must not be able to tell the ability from any part of the item.

Two ways to try. *Train to test* fits on the train splits and tests on the test splits, whose
templates are new: what an effect on the test items could owe to form. *Within train* is
cross-validated inside the train splits: what importance itself, which is taken there, could pick
up. The items of one scene stay in one fold (see `scenes`).

The limits are points over guessing, so that they hold for any number of abilities: 5 points for
options and context, 10 for the question, which has to ask for something. With ten abilities of
equal size these are 15% and 20%. A bound is never under three standard errors of guessing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

from benchprof.abilities.checks import form_features
from benchprof.abilities.checks.ability import Ability
from benchprof.abilities.checks.check import REPORTED, Bound, Check
from benchprof.abilities.checks.classifiers import (
    Fold,
    best_predicted,
    grouped_folds,
    matrix,
    predicted,
)
from benchprof.abilities.checks.guessing import Outcome
from benchprof.abilities.checks.scenes import scenes
from benchprof.abilities.checks.words import words
from benchprof.abilities.item import Item

SECTION = "all abilities"


@dataclass(frozen=True)
class View:
    """What a classifier sees of an item, and by how many points it may be better than guessing."""

    name: str
    features: Callable[[Item], form_features.Features]
    limit: float


VIEWS = (
    View("options", form_features.options_form, 5),
    View("context", form_features.context_form, 5),
    View("context and options", form_features.context_and_options_form, 5),
    View("question without content words", form_features.question_form, 10),
)


@dataclass(frozen=True)
class Labelled:
    """The items of several abilities with the ability of each, and the folds of one way."""

    items: Sequence[Item]
    labels: Sequence[str]
    folds: Sequence[Fold]

    def outcome(self, taken: NDArray[np.str_]) -> Outcome:
        """How often the predicted ability is right; guessing always names the most frequent one."""
        right = taken == self.labels
        tested = [row for _, rows in self.folds for row in rows]
        counts = Counter(self.labels[row] for row in tested)
        return Outcome(int(right[tested].sum()), len(tested), max(counts.values()) / len(tested))

    def told_best(self, taken: NDArray[np.str_]) -> str:
        """The ability whose name its own items get most often, in points above other items.

        A mean over abilities would hide that one or two are recognised and the rest are not.
        """
        tested = taken != ""
        known, named = np.array(self.labels)[tested], taken[tested]
        points = {
            ability: 100 * ((named == ability)[known == ability].mean()
                            - (named == ability)[known != ability].mean())
            for ability in sorted(set(known))
        }  # fmt: skip
        best = max(points, key=lambda ability: points[ability])
        return f"most for {best} ({points[best]:+.1f} points over other items)"


def check_form(abilities: Sequence[Ability], views: Sequence[View] = VIEWS) -> list[Check]:
    """A line per view and way; none where there is but one ability to name."""
    if len(abilities) < 2:
        return []
    ways = {"train to test": _train_to_test(abilities), "within train": _within_train(abilities)}
    ways = {way: labelled for way, labelled in ways.items() if labelled.folds}
    checks = [_check_view(view, way, ways[way]) for view in views for way in ways]
    return checks + [_check_full_question(way, labelled) for way, labelled in ways.items()]


def _train_to_test(abilities: Sequence[Ability]) -> Labelled:
    train, test = _labelled(abilities, "train"), _labelled(abilities, "test")
    fold = (np.arange(len(train)), np.arange(len(train), len(train) + len(test)))
    return _with_folds([*train, *test], [fold] if train and test else [])


def _within_train(abilities: Sequence[Ability]) -> Labelled:
    train = _labelled(abilities, "train")
    return _with_folds(train, grouped_folds(scenes(*_columns(train))))


def _with_folds(labelled: Sequence[tuple[Item, str]], folds: Sequence[Fold]) -> Labelled:
    return Labelled(*_columns(labelled), folds)


def _columns(labelled: Sequence[tuple[Item, str]]) -> tuple[list[Item], list[str]]:
    return [item for item, _ in labelled], [label for _, label in labelled]


def _labelled(abilities: Sequence[Ability], split: str) -> list[tuple[Item, str]]:
    return [(item, ability.name) for ability in abilities for item in ability.splits[split]]


def _check_view(view: View, way: str, labelled: Labelled) -> Check:
    """The better of the two classifiers; the detail names both and the ability told best."""
    rows = matrix([view.features(item) for item in labelled.items])
    taken, each = best_predicted(rows, labelled.labels, labelled.folds)
    outcome = labelled.outcome(taken)
    points = outcome.bound("at most", view.limit).limit
    bound = Bound("at most", round(100 * outcome.chance + points, 1), "%")
    detail = f"{outcome.detail}; {labelled.told_best(taken)}; {each}"
    return Check(_name(view.name, way), 100 * outcome.accuracy, bound, detail)


def _check_full_question(way: str, labelled: Labelled) -> Check:
    """How well a question's own words tell the ability; only reported, as they have to tell it."""

    def make() -> Any:
        return make_pipeline(TfidfVectorizer(analyzer=words), MultinomialNB())

    questions = np.array([item.question for item in labelled.items], dtype=object)
    outcome = labelled.outcome(predicted(questions, labelled.labels, labelled.folds, make))
    detail = f"{outcome.detail}; TF-IDF, naive Bayes"
    return Check(_name("question with all words", way), 100 * outcome.accuracy, REPORTED, detail)


def _name(view: str, way: str) -> str:
    return f"ability from {view}, {way}"
