"""The exchange test of one state against several: by enumeration, McNemar's, and its level."""

from itertools import product

import numpy as np
import pytest

from benchprof.profile.significance import exchange_p, mcnemar_p, whole_sign_flip_p


def test_against_one_other_it_is_mcnemar_s() -> None:
    drops = np.array([[1, 1, 1, 0, 1, 0, -1, 0, 1], [0, 0, 0, 0, 1, 1, 0, -1, 0]])
    # Lost alone: 4 items and the one that only the other gained; the other way round: 2.
    assert exchange_p(drops, 1) == pytest.approx(mcnemar_p(5, 2))


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
    assert exchange_p(drops, 2) == pytest.approx(min(1.0, 2 * min(upper, lower)))


@pytest.mark.parametrize(("others", "rate"), [(5, 0.02), (9, 0.02), (9, 0.05)])
def test_the_larger_of_both_p_values_holds_its_level_where_few_items_change(
    others: int, rate: float
) -> None:
    random = np.random.default_rng(7)
    hits = 0
    for _ in range(400):
        drops = (random.random((others + 1, 60)) < rate).astype(np.int64)
        flips = whole_sign_flip_p(others * drops[0] - drops[1:].sum(axis=0))
        hits += max(flips, exchange_p(drops, others)) < 0.05
    assert hits / 400 <= 0.05
