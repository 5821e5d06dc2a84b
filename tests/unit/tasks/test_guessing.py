"""Guessing is what a model scores that does not read the questions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchprof.tasks.guessing import Offer, guessed, pool_of


def offers(options: tuple[str, ...], right: list[int], task: str = "t") -> list[Offer]:
    return [Offer(task, options, (number,)) for number in right]


def test_each_set_of_options_has_its_own_constant_over_all_tasks() -> None:
    """Yes is right in 30 of 40 items of two tasks; letters are even; four items have no options."""
    pool = pool_of(
        offers(("yes", "no"), [0] * 15 + [1] * 5, "a")
        + offers(("no", "yes"), [1] * 15 + [0] * 5, "b")
        + offers(("A", "B", "C"), [0, 1, 2] * 4)
        + [Offer("c", (), ())] * 4
    )
    assert pool.guessing == pytest.approx((30 + 12 / 3) / 56)
    (letters, words) = pool.sets
    assert (letters.options, words.options) == (("A", "B", "C"), ("no", "yes"))
    assert words.right == {"a": [5, 15], "b": [5, 15]}
    assert pool.place(Offer("c", (), ())) is None


def test_texts_of_few_documents_are_no_constant() -> None:
    """Options that each question has for itself: one text is right in each, and none often."""
    own = [Offer("t", (f"a{n}", f"b{n}"), (0,)) for n in range(30)]
    repeated = offers(("c", "d"), [0] * 9)
    pool = pool_of(own + repeated)
    assert pool.sets == ()
    assert pool.guessing == pytest.approx(0.5)


def test_several_right_options_and_none() -> None:
    pool = pool_of([Offer("t", ("a", "b", "c", "d"), (0, 2)), Offer("t", ("e", "f"), ())])
    assert pool.guessing == pytest.approx((2 / 4 + 0) / 2)


def test_a_constant_is_tested_with_all_that_are_compared() -> None:
    """20 of 30 among two: 0.049 one-sided; 22 of 30: 0.0081, six texts make 0.048."""
    right, sizes = np.array([[20.0, 22.0], [10.0, 8.0]]), np.array([30, 30])
    assert guessed(right, sizes, 0.5, 1).tolist() == pytest.approx([20 / 30, 22 / 30])
    assert guessed(right, sizes, 0.5, 6).tolist() == pytest.approx([0.5, 22 / 30])
    assert guessed(right, sizes, 0.5, 7).tolist() == pytest.approx([0.5, 0.5])


@given(st.lists(st.integers(0, 2), min_size=1, max_size=40), st.permutations(["x", "y", "z"]))
def test_the_order_of_options_does_not_matter(right: list[int], order: list[str]) -> None:
    texts = ("x", "y", "z")
    moved = [Offer("t", tuple(order), (order.index(texts[own]),)) for own in right]
    pool, other = pool_of(offers(texts, right)), pool_of(moved)
    assert pool == other
    assert pool.guessing >= 1 / 3 - 1e-12
