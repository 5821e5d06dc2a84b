"""The worth of item profiles: how many held-out items get their ability, and from what.

The same items are read from the neurons' importance, from the words and the characters of their
texts, and from the model's hidden states, by readers that are chosen in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from benchprof.importance.example import Question
from benchprof.importance.items import TrainItems
from benchprof.item_profile.attribution import Attributing, example_of
from benchprof.item_profile.hidden_state import hidden_states
from benchprof.item_profile.job import CALIBRATION, TRAIN, Known, Material, gather
from benchprof.item_profile.labelled import labelled
from benchprof.item_profile.share import DIGITS
from benchprof.item_profile.vector import at_unit_length
from benchprof.models.loading import load_model, load_tokenizer
from benchprof.profile.criteria import CONFIDENCE
from benchprof.profile.resampling import Floats, bootstrap_means

TEST = "(test items)"
SETS = (TRAIN, CALIBRATION, TEST)
IMPORTANCE, WORDS = "importance", "words"
RESAMPLES = 10_000
MIN_FAMILIES = 5
"""A bootstrap over fewer families has no interval worth its name."""
COLUMNS = ["model", "read_from", "families", "n_items", "n_families", "accuracy", "accuracy_low",
           "accuracy_high", "importance_minus", "importance_minus_low", "importance_minus_high",
           "verdict", "way", "settings", "reader"]  # fmt: skip
Names = NDArray[np.str_]
Hits = Floats
"""(items,), 1 for each test item whose ability has the largest share, else 0."""


def measure_worth(
    model: str, attributing: Attributing, known: Known, test: TrainItems, seed: int
) -> pd.DataFrame:
    """A row for what is read and for all, seen and unseen families of test items, of `COLUMNS`.

    A family is seen if the reader was fitted to an item of it.

    Args:
        model: its name.
        attributing: with which model, and where attributions are kept.
        known: the items that readers learn from.
        test: the held-out items.
        seed: of the bootstrap over families.
    """
    material = gather(attributing, known, {}, {TEST: labelled(test, with_none=False)})
    ways = {IMPORTANCE: {"neurons": material.products}, **_of_texts(material)}
    ways["hidden states"] = _of_states(attributing, material)
    read = {name: _best(material, own) for name, own in ways.items()}
    rows = [
        [model, name, families, *found, way, settings, material.digest]
        for name, (hits, way, settings) in read.items()
        for families, found in _rows(material, name, hits, read[IMPORTANCE][0], seed)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def verdict(low: float, high: float, families: int) -> str:
    """What an interval of importance's lead in accuracy says, of how many families it is."""
    if families < MIN_FAMILIES:
        return "cannot tell"
    return "better" if low > 0 else "worse" if high < 0 else "cannot tell"


def _rows(
    material: Material, name: str, hits: Hits, importance: Hits, seed: int
) -> list[tuple[str, list[object]]]:
    """Each subset of families that has items, with its columns up to the verdict."""
    families = _families(material, TEST)
    seen = np.isin(families, np.unique(_families(material, TRAIN)))
    subsets = {"all": np.ones_like(seen), "seen": seen, "unseen": ~seen}
    rows: list[tuple[str, list[object]]] = []
    for subset, chosen in subsets.items():
        if not chosen.any():
            continue
        own = compared(hits[chosen], importance[chosen], families[chosen], seed)
        counts = [int(chosen.sum()), len(np.unique(families[chosen]))]
        said = "" if name == IMPORTANCE else verdict(own[4], own[5], counts[1])
        own = [round(value, DIGITS) for value in own]
        rows.append((subset, [*counts, *own, said]))
    return rows


def compared(hits: Hits, importance: Hits, families: Names, seed: int) -> list[float]:
    """Accuracy with its 95% interval, and importance's lead over it with its own.

    The bootstrap draws whole families, whose items succeed or fail together, the same ones for
    both.

    Args:
        hits: of what is read.
        importance: of importance, on the same items.
        families: of the items.
        seed: of the draw.
    """
    _, numbers = np.unique(families, return_inverse=True)
    both = np.vstack([hits, importance - hits])
    sums = np.vstack([np.bincount(numbers, weights=own) for own in both]).astype(np.float64)
    sizes = np.bincount(numbers).astype(np.float64)
    drawn = bootstrap_means(sums, sizes, RESAMPLES, seed)
    tails = (50 * (1 - CONFIDENCE), 50 * (1 + CONFIDENCE))
    found: list[float] = []
    for own, again in zip(both, drawn, strict=True):
        found += [float(own.mean()), *map(float, np.percentile(again, tails))]
    return found


def _families(material: Material, name: str) -> Names:
    """Families of two abilities are two, even if they share a name."""
    own = material.known[name]
    return np.array([f"{a}/{f}" for a, f in zip(own.classes, own.families, strict=True)])


def _best(material: Material, ways: Mapping[str, Floats]) -> tuple[Hits, str, str]:
    """The hits of the way with the lowest log loss on calibration items, with its settings."""
    trials = []
    for way, products in ways.items():
        read = replace(material, products=products)
        reader, loss = read.reader()
        named = reader.shares(read.between(TRAIN, TRAIN), read.between(TEST, TRAIN)).argmax(axis=1)
        trials.append((loss, way, named, reader.settings))
    _, way, named, own = min(trials, key=lambda trial: trial[0])
    settings = f"{own.kind}, penalty {own.penalty:g}, softness {own.softness:.3g}"
    return (named == material.labels(TEST)).astype(np.float64), way, settings


def _of_texts(material: Material) -> dict[str, dict[str, Floats]]:
    """Inner products of the texts of all items: of their words, and of pieces of their words."""
    questions = [question for name in SETS for question in material.questions[name]]
    texts = ["\n".join([own.prompt, *own.options]) for own in questions]
    known = len(material.questions[TRAIN])
    ways = {
        WORDS: TfidfVectorizer(sublinear_tf=True),
        "characters": TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
    }
    products = {}
    for name, vectors in ways.items():
        vectors.fit(texts[:known])
        rows = vectors.transform(texts)
        products[name] = {"TF-IDF": (rows @ rows.T).toarray()}
    return products


def _of_states(attributing: Attributing, material: Material) -> dict[str, Floats]:
    tokenizer = load_tokenizer(attributing.model.folder)
    model = load_model(attributing.model)
    questions: list[Question] = [own for name in SETS for own in material.questions[name]]
    found = hidden_states(model, [example_of(own, tokenizer) for own in questions])
    return {name: at_unit_length(own @ own.T) for name, own in found.items()}
