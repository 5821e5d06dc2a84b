"""A file of tensors says what made it, byte for byte the same, and no damage to it passes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from benchprof import digests
from benchprof.errors import InputError
from benchprof.origin import TYPES, verified_origin
from benchprof.tensors import TensorFile, write_tensors

ORIGIN = {"ability": "recall", "k": 0.001, "layers": None, "items": [1, 2]}
TENSORS = {"b.weight": torch.arange(6, dtype=torch.int32), "a.weight": torch.ones(2, 3)}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("good") / "good.safetensors"
    write_tensors(path, TENSORS, ORIGIN)
    return path


def test_what_was_written_is_read(good: Path, tmp_path: Path) -> None:
    file = TensorFile(good)
    assert file.origin == ORIGIN
    assert file.names == ["a.weight", "b.weight"]
    assert file.total_size == 12
    for name, tensor in TENSORS.items():
        assert torch.equal(file.tensor(name), tensor)
    write_tensors(tmp_path / "again", dict(reversed(TENSORS.items())), ORIGIN)
    assert (tmp_path / "again").read_bytes() == good.read_bytes()


@pytest.mark.parametrize("kind", TYPES.values())
@pytest.mark.parametrize("shape", [(), (0, 3), (2, 3)])
def test_the_digest_of_a_file_is_that_of_the_tensors(
    tmp_path: Path, kind: str, shape: tuple[int, ...]
) -> None:
    """Of the bytes that stand in the file, and of those in memory."""
    tensor = torch.ones(shape).to(getattr(torch, kind.removeprefix("torch.")))
    write_tensors(tmp_path / "file", {"a": tensor, "b": torch.zeros(7)}, ORIGIN)
    assert verified_origin(tmp_path / "file") == ORIGIN
    assert torch.equal(TensorFile(tmp_path / "file").tensor("a"), tensor)


def test_a_file_larger_than_what_is_read_at_once_is_read_whole(tmp_path: Path) -> None:
    tensor = torch.zeros(digests.CHUNK + 1, dtype=torch.uint8)
    write_tensors(tmp_path / "file", {"a": tensor}, ORIGIN)
    assert verified_origin(tmp_path / "file") == ORIGIN
    with (tmp_path / "file").open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"x")
    with pytest.raises(InputError, match="digest differs"):
        verified_origin(tmp_path / "file")


def test_a_type_that_no_reader_knows_is_not_written(tmp_path: Path) -> None:
    tensor = torch.zeros(2, dtype=torch.uint16)
    with pytest.raises(TypeError, match=r"a: torch\.uint16; expected one of torch\.bool"):
        write_tensors(tmp_path / "file", {"a": tensor}, ORIGIN)
    assert not list(tmp_path.iterdir())


def content(path: Path) -> tuple[object, ...]:
    file = TensorFile(path)
    return file.origin, *((name, file.tensor(name).tolist()) for name in file.names)


@settings(max_examples=300)
@given(data=st.data())
def test_a_flipped_bit_is_found(
    good: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = good.read_bytes()
    position = data.draw(st.integers(0, len(whole) - 1))
    damaged = bytearray(whole)
    damaged[position] ^= 1 << data.draw(st.integers(0, 7))
    path = tmp_path_factory.getbasetemp() / "flipped.safetensors"
    path.write_bytes(damaged)
    try:
        # 1e-05 and 1E-05 are one number: what passes must be the same.
        assert content(path) == content(good)
    except InputError as error:
        assert str(path) in str(error)
        assert "Delete it and run again" in str(error)


@settings(max_examples=50)
@given(length=st.integers(0, 400))
def test_a_truncated_file_is_found(
    good: Path, tmp_path_factory: pytest.TempPathFactory, length: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "short.safetensors"
    path.write_bytes(good.read_bytes()[: length % good.stat().st_size])
    with pytest.raises(InputError, match="Delete it and run again"):
        TensorFile(path)


def test_a_file_without_a_digest_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    save_file(TENSORS, path, metadata={"benchprof": "{}"})
    with pytest.raises(InputError, match="as this version writes them"):
        TensorFile(path)


@pytest.mark.parametrize("origin", ["", "null", "[]", '"text"', '{"sha256": 7}', "[" * 100_000])
def test_an_origin_that_others_wrote_is_refused(tmp_path: Path, origin: str) -> None:
    path = tmp_path / "other.safetensors"
    save_file(TENSORS, path, metadata={"benchprof": origin})
    with pytest.raises(InputError, match="Delete it and run again"):
        TensorFile(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.safetensors: cannot be read"):
        TensorFile(tmp_path / "absent.safetensors")
