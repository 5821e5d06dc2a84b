"""How well a model answers the items and their control items, without any mask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from lm_eval.api.instance import Instance

from benchprof.abilities.choosing import hit, interval
from benchprof.abilities.item import ITEM_KINDS, Item, control_item_of
from benchprof.abilities.prompt import option_text, prompt_text
from benchprof.scoring.scorer import TreeScorer

HEADER = ("ability", "asked", "n", "guessing", "right", "probability of the right option (95%)")


def answer_rows(
    abilities: Mapping[str, Sequence[Item]], scorer: TreeScorer
) -> Iterable[Sequence[str]]:
    """A row per ability and kind of text; columns as in `HEADER`.

    An option is scored by the likelihood of its text, and its probability normalised over the
    options. Counterfactuals count with their own right option, uninformative items with the item's.
    """
    for ability, items in abilities.items():
        for kind in ITEM_KINDS:
            texts = [
                item if kind == "item" else control_item_of(item, kind)
                for item in items
                if kind == "item" or kind in item.control_items
            ]
            if texts:
                yield _row(ability, kind, texts, log_likelihoods(texts, scorer))


def log_likelihoods(texts: Sequence[Item], scorer: TreeScorer) -> list[list[float]]:
    """The log-likelihood of each option of each text."""
    pairs = [(prompt_text(item.context, item.question), option_text(option))
             for item in texts for option in item.options]  # fmt: skip
    requests = [Instance("loglikelihood", {}, pair, n) for n, pair in enumerate(pairs)]
    scores = iter(scorer.score(scorer.prepare(requests)))
    return [[float(next(scores)[0]) for _ in item.options] for item in texts]


def _row(
    ability: str, kind: str, texts: Sequence[Item], scores: Sequence[Sequence[float]]
) -> Sequence[str]:
    shares = [np.exp(np.array(own) - max(own)) for own in scores]
    right = [float(own[i.answer] / own.sum()) for i, own in zip(texts, shares, strict=True)]
    mean, low, high = interval(right, range(len(texts)))
    accuracy = np.mean([hit(item, own) for item, own in zip(texts, scores, strict=True)])
    guessing = np.mean([1 / len(item.options) for item in texts])
    figures = f"{guessing:.2f}", f"{accuracy:.2f}", f"{mean:.2f} ({low:.2f} to {high:.2f})"
    return (ability, kind, str(len(texts)), *figures)
