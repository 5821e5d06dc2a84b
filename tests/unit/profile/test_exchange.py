"""The exchange test of one condition against several: by enumeration, McNemar's, and its level."""

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from benchprof.profile import significance
from benchprof.profile.significance import (
    cluster_exchange_p,
    exchange_p,
    mcnemar_p,
    whole_sign_flip_p,
)


def first_against_others(drops: NDArray[np.int64]) -> float:
    return float(exchange_p(drops.sum(axis=0)[None], drops[:1].sum(axis=1), len(drops))[0])


def test_against_one_other_it_is_mcnemar_s() -> None:
    drops = np.array([[1, 1, 1, 0, 1, 0, -1, 0, 1], [0, 0, 0, 0, 1, 1, 0, -1, 0]])
    # Lost alone: 4 items and the one that only the other gained; the other way round: 2.
    assert first_against_others(drops) == pytest.approx(mcnemar_p(5, 2))


def test_against_several_it_is_what_enumeration_gives() -> None:
    drops = np.array([[1, 1, 0, -1], [0, 1, 0, 0], [0, 0, 1, 0]])
    chances = [abs(total) / 3 for total in drops.sum(axis=0)]
    sums: dict[int, float] = {}
    for own in product((0, 1), repeat=4):
        weight = np.prod([c if o else 1 - c for c, o in zip(chances, own, strict=True)])
        total = own[0] + own[1] + own[2] - own[3]
        sums[total] = sums.get(total, 0.0) + float(weight)
    upper = sum(p for total, p in sums.items() if total >= 1)
    lower = sum(p for total, p in sums.items() if total <= 1)
    assert first_against_others(drops) == pytest.approx(min(1.0, 2 * min(upper, lower)))


@pytest.mark.parametrize("lost", [0.4, 0.45, 0.5])
def test_thousands_of_items_are_what_adding_them_one_by_one_gives(lost: float) -> None:
    random = np.random.default_rng(5)
    # The first loses other shares than the rest; 3% of items are gained, by each condition as
    # likely.
    gains = random.random(3000) < 0.03
    drops = (random.random((6, 3000)) < np.array([[lost], *[[0.45]] * 5])).astype(np.int64)
    drops[:, gains] = -(random.random((6, gains.sum())) < 0.5).astype(np.int64)
    masses, least = np.ones(1), 0
    for total in drops.sum(axis=0):
        chance = abs(total) / 6
        masses = np.convolve(masses, [1 - chance, chance] if total > 0 else [chance, 1 - chance])
        least -= total <= 0
    place = drops[0].sum() - least
    expected = 2 * min(masses[: place + 1].sum(), masses[place:].sum())
    assert first_against_others(drops) == pytest.approx(min(1.0, expected), rel=1e-6)


@pytest.mark.parametrize("batch_entries", [1, 2_000_000])
def test_rows_are_tested_each_for_itself(
    monkeypatch: pytest.MonkeyPatch, batch_entries: int
) -> None:
    monkeypatch.setattr(significance, "BATCH_ENTRIES", batch_entries)
    drops = (np.random.default_rng(9).random((4, 80)) < 0.2).astype(np.int64)
    totals = np.stack([drops[:3].sum(axis=0), drops[1:].sum(axis=0)])
    both = exchange_p(totals, drops[:2].sum(axis=1), 3)
    alone = [first_against_others(drops[:3]), first_against_others(drops[1:])]
    assert both == pytest.approx(np.array(alone))


def test_against_several_clusters_it_is_what_enumeration_gives() -> None:
    drops = np.array([[3, -1, 0, 2], [0, 1, 0, 0], [1, 0, 2, -1]])
    totals = [sum(own) for own in product(*drops.T)]
    upper = sum(total >= 4 for total in totals) / len(totals)
    lower = sum(total <= 4 for total in totals) / len(totals)
    assert cluster_exchange_p(drops) == pytest.approx(min(1.0, 2 * min(upper, lower)))


def test_of_clusters_with_one_item_it_is_the_test_of_items() -> None:
    drops = (np.random.default_rng(4).random((5, 40)) < 0.3).astype(np.int64)
    assert cluster_exchange_p(drops) == pytest.approx(first_against_others(drops))
    assert cluster_exchange_p(np.zeros((3, 12), dtype=np.int64)) == 1.0


def test_clusters_hold_the_level_far_below_five_percent_where_sign_counterfactuals_do_not() -> None:
    """Ten conditions of 200 items in 57 clusters, 3% lost and 1% gained under each, 600 times."""
    random = np.random.default_rng(3)
    cluster = random.integers(0, 57, 200)
    hits = {"flips": 0, "larger": 0}
    for _ in range(600):
        drawn = random.random((10, 200))
        drops = (drawn < 0.03).astype(np.int64) - (drawn > 0.99)
        sums = np.stack([np.bincount(cluster, row, 57) for row in drops]).astype(np.int64)
        counterfactuals = whole_sign_flip_p(9 * sums[0] - sums[1:].sum(axis=0))
        hits["flips"] += counterfactuals < 0.01
        hits["larger"] += max(counterfactuals, cluster_exchange_p(sums)) < 0.01
    assert hits["larger"] / 600 <= 0.01
    assert hits["flips"] / 600 > 0.015


def test_where_nothing_changed_p_is_one() -> None:
    assert first_against_others(np.zeros((3, 12), dtype=np.int64)) == 1.0


@pytest.mark.parametrize(("others", "rate"), [(5, 0.02), (9, 0.02), (9, 0.05)])
def test_the_larger_of_both_p_values_holds_its_level_where_few_items_change(
    others: int, rate: float
) -> None:
    random = np.random.default_rng(7)
    hits = 0
    for _ in range(400):
        drops = (random.random((others + 1, 60)) < rate).astype(np.int64)
        counterfactuals = whole_sign_flip_p(others * drops[0] - drops[1:].sum(axis=0))
        hits += max(counterfactuals, first_against_others(drops)) < 0.05
    assert hits / 400 <= 0.05
