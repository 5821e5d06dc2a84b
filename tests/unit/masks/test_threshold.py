"""The radix selection takes exactly what sorting everything would, ties included."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from benchprof.errors import InputError
from benchprof.masks.threshold import above_zero, largest
from benchprof.models.mask import Entries, index_dtype


def by_sorting(scores: dict[str, torch.Tensor], count: int) -> Entries:
    """The definition: by score, then tensor name, then flat index."""
    everything = [
        (-value, name, index)
        for name, tensor in scores.items()
        for index, value in enumerate(tensor.reshape(-1).tolist())
    ]
    chosen: dict[str, list[int]] = {}
    for _, name, index in sorted(everything)[:count]:
        chosen.setdefault(name, []).append(index)
    return {
        name: torch.tensor(sorted(indices), dtype=torch.int32)
        for name, indices in sorted(chosen.items())
    }


def same(one: Entries, other: Entries) -> bool:
    return list(one) == list(other) and all(torch.equal(one[n], other[n]) for n in one)


@given(st.data())
def test_equals_sorting_with_heavy_ties(data: st.DataObject) -> None:
    dtype = data.draw(st.sampled_from([np.float32, np.float64]))
    levels = data.draw(st.integers(1, 6))
    random = np.random.default_rng(data.draw(st.integers(0, 999)))
    values = np.concatenate([[0.0], random.random(levels) * 10.0 ** random.integers(-30, 9)])
    if data.draw(st.booleans()):
        values = np.concatenate([values, -values])
    scores = {
        name: torch.from_numpy(random.choice(values, size=(3, size)).astype(dtype))
        for name, size in zip("abc", random.integers(1, 30, 3), strict=True)
    }
    total = sum(tensor.numel() for tensor in scores.values())
    counts = data.draw(st.lists(st.integers(1, total), min_size=1, max_size=4))
    found = largest(list(scores), scores.__getitem__, counts)
    for count, entries in zip(counts, found, strict=True):
        assert same(entries, by_sorting(scores, count))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_what_is_minus_infinite_is_never_taken(dtype: torch.dtype) -> None:
    scores = above_zero(torch.tensor([0.0, 3.0, -1.0, 1e-45, -0.0], dtype=dtype))
    found = largest(["a"], {"a": scores}.__getitem__, [1, 2, 3, 5])
    assert [entries["a"].tolist() for entries in found] == [[1], [1, 3], [1, 3], [1, 3]]
    assert largest(["a"], lambda _: above_zero(torch.zeros(3)), [2]) == [{}]


def test_scores_that_do_not_order_are_refused() -> None:
    with pytest.raises(InputError, match="not a number"):
        largest(["a"], {"a": torch.tensor([1.0, float("nan")])}.__getitem__, [1])


def test_indices_are_wide_where_the_tensor_has_more_entries_than_int32_numbers() -> None:
    # The last index is one less than the size; 2^31 - 1 is the largest of int32.
    assert index_dtype(torch.empty(1 << 16, 1 << 15, device="meta").numel()) == torch.int32
    assert index_dtype(torch.empty((1 << 31) + 1, device="meta").numel()) == torch.int64


def test_a_wide_tensor_has_the_same_entries_as_a_narrow_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scores = {"a": torch.tensor([1.0, 3.0, 2.0]), "b": torch.tensor([4.0, 0.0, 5.0, 6.0])}
    (narrow,) = largest(["a", "b"], scores.__getitem__, [4])
    monkeypatch.setattr("benchprof.models.mask.NARROW", 3)
    (wide,) = largest(["a", "b"], scores.__getitem__, [4])
    assert {n: i.tolist() for n, i in wide.items()} == {"a": [1], "b": [0, 2, 3]}
    # Each tensor by its own size, whatever its largest index.
    assert {n: i.dtype for n, i in wide.items()} == {"a": torch.int32, "b": torch.int64}
    assert {i.dtype for i in narrow.values()} == {torch.int32}
