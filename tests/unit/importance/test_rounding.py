"""Scores in two bytes: their error, their order and masks made from them."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from benchprof.importance.rounding import exponent_of, rounded
from benchprof.masks.remaining import Remaining
from benchprof.masks.rules.top import select_top
from benchprof.origin import key_of, read_origin
from benchprof.tensors import TensorFile, write_tensors


def stored(path: Path, scores: dict[str, torch.Tensor]) -> TensorFile:
    halves, exponents = rounded(dict(scores))
    write_tensors(path, halves, {"a": 1}, exponents)
    return TensorFile(path)


# The largest score alone decides: 3 = 0.75 * 2^2, and so to 2^15; 0.25 is 0.5 * 2^-1.
@pytest.mark.parametrize(
    ("largest", "exponent"), [(3.0, 2 - 15), (-0.25, -1 - 15), (0.0, 0), (1e-45, -126), (3e38, 113)]
)
def test_the_power_of_two_is_that_of_the_largest_score(largest: float, exponent: int) -> None:
    assert exponent_of(torch.tensor([[0.0, largest / 2, largest]])) == exponent


@pytest.mark.parametrize("scale", [1.0, 1e-32, 1e34])
@pytest.mark.parametrize("signed", [False, True])
def test_error_and_order(scale: float, signed: bool, tmp_path: Path) -> None:
    generator = torch.Generator().manual_seed(0)
    scores = (3 * torch.randn(10_000, generator=generator) - 8).exp() * scale
    if signed:
        scores *= torch.randint(0, 2, (10_000,), generator=generator) * 2 - 1
    read = stored(tmp_path / "a", {"w": scores.reshape(100, 100)}).tensor("w")
    assert (read.dtype, read.shape) == (torch.float32, (100, 100))
    flat, size = read.reshape(-1), float(scores.abs().max())
    normal = scores.abs() >= max(size * 2**-28, 2**-126)
    assert normal.float().mean() > 0.9
    errors = (flat.double() - scores).abs() / scores.abs().double()
    assert float(errors[normal].max()) <= 2**-11
    assert bool((flat[scores.argsort()].diff() >= 0).all())


def test_tensors_of_other_sizes_keep_their_sizes(tmp_path: Path) -> None:
    """A tensor whose scores are a billionth of another's is rounded as finely."""
    scores = {"large": torch.tensor([1e6, -3e5]), "small": torch.tensor([1e-9, 7e-10, 0.0])}
    file = stored(tmp_path / "a", scores)
    for name, own in scores.items():
        torch.testing.assert_close(file.tensor(name), own, rtol=2**-11, atol=0)
    assert (file.origin, file.total_size) == ({"a": 1}, 5)
    assert read_origin(tmp_path / "a") == {"a": 1}
    # Without the first entry the rest is as it was.
    left = Remaining(tmp_path / "a", {"large": torch.tensor([0])})
    torch.testing.assert_close(left.tensor("large"), scores["large"][1:], rtol=2**-11, atol=0)


def test_a_changed_exponent_is_a_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    stored(path, {"w": torch.tensor([1.0])})
    key = key_of(path)
    content = path.read_bytes()
    assert content.count(b'{\\"w\\": -14}') == 1
    path.write_bytes(content.replace(b'{\\"w\\": -14}', b'{\\"w\\": -13}'))
    with pytest.raises(ValueError, match="digest differs"):
        TensorFile(path)
    # The key is of the origin alone, whatever the scores.
    stored(path, {"w": torch.tensor([5.0])})
    assert key_of(path) == key


def test_files_take_two_bytes_a_score_and_memory_one_tensor_more(tmp_path: Path) -> None:
    scores = {name: torch.rand(1000, 100) for name in "ab"}
    write_tensors(tmp_path / "whole", scores, {})
    halves, exponents = rounded(scores)
    assert not scores
    write_tensors(tmp_path / "half", halves, {}, exponents)
    sizes = [(tmp_path / name).stat().st_size for name in ("whole", "half")]
    assert sizes[0] - sizes[1] == pytest.approx(2 * 200_000, abs=200)


def test_a_mask_shares_nearly_all_with_that_of_float32(tmp_path: Path) -> None:
    """Of scores spread as a model's are."""
    generator = torch.Generator().manual_seed(1)
    scores = {str(n): (2.2 * torch.randn(100_000, generator=generator) - n).exp() for n in range(4)}
    write_tensors(tmp_path / "whole", scores, {})
    files = TensorFile(tmp_path / "whole"), stored(tmp_path / "half", scores)
    counts = [400, 4000]
    for exact, own in zip(*(select_top(file, counts) for file in files), strict=True):
        shared = sum(int(torch.isin(indices, own[name]).sum()) for name, indices in exact.items())
        assert shared >= math.floor(0.997 * sum(map(len, exact.values())))
