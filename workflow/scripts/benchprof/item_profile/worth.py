"""The worth of item profiles: how many held-out items get their ability, and from what.

The same items are read from what the run reads of the model, and from the words and the characters
of their texts, by readers that are chosen in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from benchprof.importance.items import TrainItems
from benchprof.item_profile.items import TRAIN, Items, Known, Read, best_read, gather
from benchprof.item_profile.labelled import labelled
from benchprof.item_profile.reading import IMPORTANCE, Reading
from benchprof.item_profile.share import DIGITS
from benchprof.profile.criteria import CONFIDENCE
from benchprof.profile.resampling import Floats, bootstrap_means

TEST = "(test items)"
WORDS = "words"
RESAMPLES = 10_000
MIN_FAMILIES = 5
"""A bootstrap over fewer families has no interval worth its name."""
COLUMNS = ["model", "read_from", "families", "n_items", "n_families", "accuracy", "accuracy_low",
           "accuracy_high", "less_words", "less_words_low", "less_words_high", "less_importance",
           "less_importance_low", "less_importance_high", "verdict", "way", "settings",
           "reader"]  # fmt: skip
Names = NDArray[np.str_]


def measure_worth(
    model: str, reading: Reading, known: Known, test: TrainItems, seed: int
) -> pd.DataFrame:
    """A row for what is read and for all, seen and unseen families of test items, of `COLUMNS`.

    A family is seen if the reader was fitted to an item of it. `less_words` and `less_importance`
    are the accuracy less that of words and of importance; the latter is missing if importance is
    not read. `reader` is the digest of the reader, empty for texts.

    Args:
        model: its name.
        reading: from what of which model.
        known: the items that readers learn from.
        test: the held-out items.
        seed: of the bootstrap over families.
    """
    tested = labelled(test, with_none=False)
    items = gather(reading.model.folder, known.sets | {TEST: tested})
    ways = reading.ways(items) | _of_texts(items)
    readings = {name: best_read(items, own) for name, own in ways.items()}
    hits = {name: _hits(own) for name, own in readings.items()}
    rows = [
        [model, name, families, *found, own.way, _settings(own), digest]
        for name, own in readings.items()
        for digest in [reading.digest(name, items) if name in reading.read_from else ""]
        for families, found in _rows(items, name, hits, seed)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def verdict(low: float, high: float, families: int) -> str:
    """What an interval of a lead over words says, of how many families it is."""
    if families < MIN_FAMILIES:
        return "cannot tell"
    return "better" if low > 0 else "worse" if high < 0 else "cannot tell"


def _rows(
    items: Items, name: str, hits: Mapping[str, Floats], seed: int
) -> list[tuple[str, list[object]]]:
    """Each subset of families that has items, with its columns up to the verdict."""
    families = _families(items, TEST)
    seen = np.isin(families, np.unique(_families(items, TRAIN)))
    others = {base: own for base, own in hits.items() if base != name}
    missing = np.full(len(families), np.nan)
    leads = [hits[name] - others.get(base, missing) for base in (WORDS, IMPORTANCE)]
    values = np.vstack([hits[name], *leads])
    rows: list[tuple[str, list[object]]] = []
    for subset, chosen in (("all", seen | ~seen), ("seen", seen), ("unseen", ~seen)):
        if chosen.any():
            estimated = estimates(values[:, chosen], families[chosen], seed)
            count = len(np.unique(families[chosen]))
            lead_low, lead_high = estimated[4:6]
            verdict_text = "" if name == WORDS else verdict(lead_low, lead_high, count)
            rounded = [round(value, DIGITS) for value in estimated]
            rows.append((subset, [int(chosen.sum()), count, *rounded, verdict_text]))
    return rows


def estimates(values: Floats, families: Names, seed: int) -> list[float]:
    """The mean of each row with the ends of its 95% interval, row after row.

    The bootstrap draws whole families, whose items succeed or fail together, the same ones for all
    rows.

    Args:
        values: of shape (rows, items).
        families: of the items.
        seed: of the draw.
    """
    _, numbers = np.unique(families, return_inverse=True)
    sums = np.vstack([np.bincount(numbers, weights=own) for own in values]).astype(np.float64)
    drawn = bootstrap_means(sums, np.bincount(numbers).astype(np.float64), RESAMPLES, seed)
    tails = (50 * (1 - CONFIDENCE), 50 * (1 + CONFIDENCE))
    found: list[float] = []
    for own, again in zip(values, drawn, strict=True):
        found += [float(own.mean()), *map(float, np.percentile(again, tails))]
    return found


def _families(items: Items, name: str) -> Names:
    """Families of two abilities are two, even if they share a name."""
    return np.array([f"{own.label}/{own.family}" for own, _ in items.sets[name]])


def _hits(read: Read) -> Floats:
    """(items,), 1 for each test item whose ability has the largest share, else 0."""
    named = read.shares(TEST).argmax(axis=1)
    return np.asarray(named == read.items.labels(TEST), dtype=np.float64)


def _settings(read: Read) -> str:
    own = read.reader.settings
    return f"penalty {own.penalty:g}, temperature {own.temperature:.3g}"


def _of_texts(items: Items) -> dict[str, Mapping[str, Floats]]:
    """Inner products of the texts of all items: of their words, and of pieces of their words."""
    questions = [own.question for part in items.sets.values() for own, _ in part]
    texts = ["\n".join([own.prompt, *own.options]) for own in questions]
    vectorizers = {
        WORDS: TfidfVectorizer(sublinear_tf=True),
        "characters": TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
    }
    products: dict[str, Mapping[str, Floats]] = {}
    for name, vectors in vectorizers.items():
        vectors.fit([texts[own] for own in items.places(TRAIN)])
        rows = vectors.transform(texts)
        products[name] = {"TF-IDF": (rows @ rows.T).toarray()}
    return products
