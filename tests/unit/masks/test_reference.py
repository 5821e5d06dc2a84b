"""Every selection equals its definition, worked out by sorting lists, ties included."""

from __future__ import annotations

import itertools
import math
import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from unittest import mock

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from benchprof.masks import parts
from benchprof.masks.rule import Contrastive, Selection, Top
from benchprof.masks.selection import selected
from benchprof.models.mask import Entries
from benchprof.tensors import TensorFile, write_tensors

Place = tuple[str, int]
Scores = dict[str, dict[Place, float]]
"""By ability: the score of each (tensor name, flat index)."""
Reference = Callable[[Scores, str, int], list[Place]]
# In place of a million, so that a few weights make several chunks.
SMALL_CHUNK = 3


def ranked(score: dict[Place, float]) -> list[Place]:
    """From the largest; ties to the lower place."""
    return sorted(score, key=lambda place: (-score[place], place))


def shares(scores: Scores) -> dict[str, dict[Place, float]]:
    return {
        a: {p: s / sum(map(abs, own.values())) for p, s in own.items()} for a, own in scores.items()
    }


def above_zero(score: dict[Place, float]) -> dict[Place, float]:
    return {place: s for place, s in score.items() if s > 0}


def others(of: Scores, ability: str, place: Place) -> list[float]:
    return [own[place] for name, own in of.items() if name != ability]


def top(scores: Scores, ability: str, n: int) -> list[Place]:
    return ranked(above_zero(scores[ability]))[:n]


def top_of_parts(parts_of: Callable[[list[Place], int], list[list[Place]]]) -> Reference:
    """The highest of every part, each part with its share of n by largest remainders."""

    def select(scores: Scores, ability: str, n: int) -> list[Place]:
        own = scores[ability]
        parts = parts_of(sorted(own), n)
        shares = [Fraction(n * len(part), len(own)) for part in parts]
        left = n - sum(map(math.floor, shares))
        remainders = {part: share - math.floor(share) for part, share in enumerate(shares)}
        more = sorted(remainders, key=lambda part: (-remainders[part], part))[:left]
        return [
            place
            for number, (part, share) in enumerate(zip(parts, shares, strict=True))
            for place in ranked(above_zero({p: own[p] for p in part}))[
                : math.floor(share) + (number in more)
            ]
        ]

    return select


def chunks_of(places: list[Place], n: int) -> list[list[Place]]:
    share = n / len(places)
    length = max(SMALL_CHUNK, int(math.sqrt(len(places) / (share + 1e-9))))
    return [places[start : start + length] for start in range(0, len(places), length)]


def bottom(scores: Scores, ability: str, n: int) -> list[Place]:
    return ranked({p: -abs(s) for p, s in scores[ability].items()})[:n]


def core(scores: Scores, ability: str, n: int) -> list[Place]:
    scaled = shares(scores)
    least = {p: min(own[p] for own in scaled.values()) for p in scores[ability]}
    return ranked(above_zero(least))[:n]


def ratio(pool: int, least: int = 3) -> Reference:
    """Without what is in the tops of `least` other abilities, of which there are two."""

    def select(scores: Scores, ability: str, n: int) -> list[Place]:
        scaled, own = shares(scores), scores[ability]
        epsilon = 0.01 / len(own)
        tops = [set(top(scores, name, n)) for name in scores if name != ability]
        kept = [
            p for p in ranked(above_zero(own))[: pool * n] if sum(p in one for one in tops) < least
        ]
        return ranked(
            {p: scaled[ability][p] / (mean(others(scaled, ability, p)) + epsilon) for p in kept}
        )[:n]

    return select


def lead(scores: Scores, ability: str, n: int) -> list[Place]:
    scaled = shares(scores)
    own = above_zero(scaled[ability])
    return ranked({p: s - sum(map(abs, others(scaled, ability, p))) for p, s in own.items()})[:n]


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


REFERENCES = [
    ("top", Top(), top),
    ("top", Top(within="model"), top),
    ("top", Top(within="chunk"), top_of_parts(chunks_of)),
    ("bottom", Selection(), bottom),
    ("core", Selection(), core),
    ("contrastive", Contrastive(definition="ratio", pool=2), ratio(2)),
    # A pool of all, which an entry of zero keeps from being full: a full one that has fewer than n
    # left stops.
    ("contrastive", Contrastive(definition="ratio", pool=99, in_top_of=1), ratio(99, 1)),
    ("contrastive", Contrastive(definition="ratio", pool=99, in_top_of=2), ratio(99, 2)),
    ("contrastive", Contrastive(definition="sum"), lead),
]


@settings(max_examples=20)
@given(st.data())
def test_masks_equal_their_definition(data: st.DataObject) -> None:
    random = np.random.default_rng(data.draw(st.integers(0, 9999)))
    sizes = dict(zip("abc", random.integers(1, 12, 3).tolist(), strict=True))
    # Few levels, so that most entries are tied. Each ability's absolute scores sum to a power of
    # two, so that shares, and what is added of them here and there, are exact.
    signed = data.draw(st.booleans())
    scores: Scores = {}
    for ability in ("x", "y", "z"):
        places = [(name, index) for name, size in sizes.items() for index in range(size)]
        own = dict(zip(places, random.integers(-3 * signed, 4, len(places)).tolist(), strict=True))
        own[places[0]] = 0
        own[places[-1]] = 256 - sum(abs(own[place]) for place in places[:-1])
        scores[ability] = own
    counts = sorted(data.draw(st.sets(st.integers(1, sum(sizes.values())), min_size=1, max_size=3)))
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for ability, own in scores.items():
            tensors = {
                name: torch.tensor([own[name, i] for i in range(size)], dtype=torch.float32)
                for name, size in sizes.items()
            }
            path = Path(folder, f"{ability}.safetensors")
            write_tensors(path, tensors, {})
            files[ability] = TensorFile(path)
        for selection, rule, reference in REFERENCES:
            if signed and getattr(rule, "definition", None) == "ratio":
                continue  # of numbers that may be negative: refused with the configuration
            expected = [reference(scores, "x", n) for n in counts]
            with mock.patch.object(parts, "LEAST_CHUNK", SMALL_CHUNK):
                ((_, found),) = selected(selection, rule, files, counts, ["x"])
            assert [places_of(entries) for entries in found] == list(map(set, expected)), (
                selection, rule,
            )  # fmt: skip
            if nested(rule):
                for small, large in itertools.pairwise(found):
                    assert places_of(small) <= places_of(large)


def nested(rule: Selection) -> bool:
    if isinstance(rule, Contrastive):
        return rule.definition == "sum"
    return not isinstance(rule, Top) or rule.within == "model"


def places_of(entries: Entries) -> set[Place]:
    return {(name, index) for name, indices in entries.items() for index in indices.tolist()}
