"""Bag-of-words classifiers that see only a part of the item, cross-validated.

*Options only* sees an option's words. *Question only* sees them with the question's words, as
pairs, so that it can learn which answer goes with which question; it never sees the context.
(Where an ability has no context, the question is all there is, and the classifier shows how far
the items give one another's answers away.) Features alone are taken from all items; labels only
from the training folds.

Two ways to cross-validate, each over four partitions, since one alone adds noise. *Plain*, over
random items, shows what an ablation could gain from the style of its own templates. *New
templates*, with a template's items kept together, shows what carries over from split to split,
since no template is in two. Only an excess counts: with few distinct options, what was an answer
in training is rarer among the held-out answers, so that a classifier that found nothing comes
out below guessing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from benchprof.abilities.checks.ability import Ability
from benchprof.abilities.checks.check import Check
from benchprof.abilities.checks.guessing import Outcome, chosen_by
from benchprof.abilities.checks.words import words
from benchprof.abilities.item import Item

LIMIT = 8
FOLDS = 5
REPEATS = 4

Features = Callable[[Item, str], list[str]]
Partition = list[NDArray[np.int64]]  # the indices of the items held out in each fold


def check_baselines(ability: Ability) -> list[Check]:
    """Both classifiers, both ways, on the ability and on each of its types alone."""
    groups = {"": ability.items}
    if len(ability.types) > 1:
        for type_ in ability.types:
            groups[f", {type_}"] = [item for item in ability.items if item.type == type_]
    checks = []
    for baseline, features in BASELINES.items():
        for suffix, items in groups.items():
            rows = vectorised(items, features)
            for way in ("plain", "new templates"):
                partitions = list(_partitions(items, by_template=way == "new templates"))
                if partitions:
                    outcome = cross_validated(items, rows, partitions)
                    bound = outcome.bound("at most", LIMIT)
                    name = f"{baseline}, {way}{suffix}"
                    checks.append(Check(name, outcome.excess, bound, outcome.detail))
    return checks


def vectorised(items: Sequence[Item], features: Features) -> csr_matrix:
    """One TF-IDF row per option, items in order.

    A feature of one option alone predicts nothing about another, so it is left out; the constant
    keeps the vocabulary from being empty.
    """
    documents = [["", *features(item, option)] for item in items for option in item.options]
    return TfidfVectorizer(analyzer=list, min_df=2).fit_transform(documents)


def cross_validated(
    items: Sequence[Item], rows: csr_matrix, partitions: Sequence[Partition]
) -> Outcome:
    """Choose each held-out item's most answer-like option; the mean over the partitions."""
    outcomes = [chosen_by(items, _held_out_scores(items, rows, folds)) for folds in partitions]
    hits = sum(outcome.hits for outcome in outcomes) / len(outcomes)
    return Outcome(hits, len(items), outcomes[0].chance)


def _held_out_scores(
    items: Sequence[Item], rows: csr_matrix, folds: Partition
) -> list[list[float]]:
    """Each option's log odds of being an answer, by a model that was fitted without its item."""
    sizes = np.array([len(item.options) for item in items])
    item_of = np.repeat(np.arange(len(items)), sizes)
    starts = np.cumsum(sizes) - sizes
    labels = np.zeros(len(item_of), dtype=int)
    labels[starts + np.array([item.answer for item in items])] = 1
    scores = np.zeros(len(item_of))
    for held_out in folds:
        test = np.isin(item_of, held_out)
        model = LogisticRegression(solver="liblinear", random_state=0)
        model.fit(rows[~test], labels[~test])
        scores[test] = model.decision_function(rows[test])
    return [part.tolist() for part in np.split(scores, starts[1:])]


def _partitions(items: Sequence[Item], by_template: bool) -> Iterator[Partition]:
    """Divide the items into folds, several times; not at all where fewer than two parts exist."""
    groups = [item.template if by_template and item.template else item.id for item in items]
    if (parts := len(set(groups))) < 2:
        return
    for seed in range(REPEATS):
        kind = GroupKFold(min(FOLDS, parts), shuffle=True, random_state=seed)
        yield [held_out for _, held_out in kind.split(groups, groups=groups)]


def option_words(_item: Item, option: str) -> list[str]:
    """What *options only* sees: the option's words and pairs of neighbouring words."""
    tokens = words(option)
    return tokens + [f"{a} {b}" for a, b in pairwise(tokens)]


def question_pairs(item: Item, option: str) -> list[str]:
    """What *question only* sees: also each pair of question word and option word."""
    question, tokens = sorted(set(words(item.question))), sorted(set(words(option)))
    pairs = [f"{q}|{o}" for q in question for o in tokens]
    repeated = ["(repeated)" for token in tokens if token in question]
    return option_words(item, option) + pairs + repeated


BASELINES: dict[str, Features] = {
    "options only": option_words,
    "question only": question_pairs,
}
