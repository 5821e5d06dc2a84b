"""Samples are seeded, nested and independent of order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from benchprof.sampling import derived_seed, sample

texts = st.lists(st.text(max_size=5), unique=True, max_size=30)


@given(texts, st.integers(1, 30), st.integers(0, 5), st.integers(0, 9))
def test_a_larger_sample_holds_the_smaller(
    contents: list[str], limit: int, more: int, seed: int
) -> None:
    assert set(sample(contents, limit, seed)) <= set(sample(contents, limit + more, seed))


@given(texts, st.integers(1, 30), st.integers(0, 9))
def test_the_order_of_the_contents_does_not_matter(
    contents: list[str], limit: int, seed: int
) -> None:
    backwards = contents[::-1]
    chosen = {contents[i] for i in sample(contents, limit, seed)}
    assert chosen == {backwards[i] for i in sample(backwards, limit, seed)}


def test_the_seed_matters() -> None:
    contents = [str(i) for i in range(100)]
    assert sample(contents, 10, 1) != sample(contents, 10, 2)
    assert derived_seed(1, "a") != derived_seed(1, "b")
