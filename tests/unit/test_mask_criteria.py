"""The numbers of docs/mask_criteria.py, against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from docs.mask_criteria import Answers, criteria, log_shares, ratio, resampled

SEEN = np.array([True, False, True, False])


def answers(excess: list[float], lost: list[float], moved: float = 1.0) -> Answers:
    return Answers(np.array(excess), np.array(lost), np.full(len(excess), moved))


OWN = answers([0.5, 0.25, 0.25, 0.5], [0.25, 0.0, 0.5, 0.15])
UNDER = {
    "recall_test": OWN,
    "recall_counterfactual": answers([0.5, 0.5, 0.25, 0.25], [0.3, 0.15, 0.0, 0.0]),
    "recall_uninformative": answers([0.0] * 4, [0.0] * 4, moved=0.25),
    "spared_test": answers([0.5, 0.5], [0.1, -0.1]),
    "affected_test": answers([0.5, 0.3], [0.1, 0.1]),
    "guessed_test": answers([0.05, 0.05], [0.5, 0.5]),
}


def test_each_criterion_by_hand() -> None:
    numbers = dict(criteria("recall", UNDER, SEEN))
    assert {what: float(number.split()[0]) for what, number in numbers.items()} == pytest.approx(
        {
            "own loss": 0.6,  # 0.90 of 1.50
            "loss, spared": 0.0,
            "loss, affected": 0.25,
            "own over the most affected": 2.4,
            "unseen over seen families": 0.2,  # 0.15 of 0.75, 0.75 of 0.75
            "counterfactuals over items": 0.5,  # 0.45 of 1.50
            "uninformative items' log-shares over items'": 0.25,
        }
    )


def test_resamples_keep_the_number_of_items_of_seen_and_unseen_families() -> None:
    drawn = resampled(SEEN)
    assert sorted(drawn[0]) == [0, 1, 2, 3]
    assert (SEEN[drawn].sum(axis=1) == 2).all()
    assert SEEN[drawn[:, :2]].all()


def test_a_ratio_is_infinite_only_of_a_loss_over_none() -> None:
    own, other = np.array([0.5, 0.5, -0.1]), np.array([0.25, 0.0, -0.2])
    assert list(ratio(own, other)) == [2.0, np.inf, 0.0]


def test_log_shares_by_hand() -> None:
    said = np.log([0.1, 0.3])
    record = {"items": {"responses": [[(said[0], 0.0), (said[1], 1.0)]]}}
    assert np.exp(log_shares(record)) == pytest.approx(np.array([[0.25, 0.75]]))  # type: ignore[arg-type]
