"""Whatever a record's file holds, it is the record that was written or one message."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import json_values

from benchprof.errors import InputError
from benchprof.evaluation.record import FORMAT, read_record, record_bytes

CONTENT: dict[str, Any] = {
    "format": FORMAT, "origin": {"code": "c"}, "n": 2, "scores": {"acc": 0.5},
    "items": {"scores": {"acc": [0.0, 1.0]}, "responses": [[[-1.5, True]], [[None, False]]]},
}  # fmt: skip
BYTES = record_bytes(CONTENT)
RECORD = json.loads(BYTES)

values = json_values(list(RECORD))
changed = st.dictionaries(st.sampled_from(list(RECORD)), values).map(lambda other: RECORD | other)


def test_the_digest_is_of_all_lines_but_the_last_two(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_bytes(BYTES)
    body = b"".join(BYTES.splitlines(keepends=True)[:-2])
    assert read_record(path) == CONTENT | {"digest": hashlib.sha256(body).hexdigest()}


@given(st.integers(0, len(BYTES) - 1), st.integers(0, 7))
def test_any_flipped_bit_is_found(
    tmp_path_factory: pytest.TempPathFactory, place: int, bit: int
) -> None:
    changed = bytearray(BYTES)
    changed[place] ^= 1 << bit
    path = tmp_path_factory.getbasetemp() / "flipped.json"
    path.write_bytes(changed)
    with pytest.raises(InputError, match="Delete it and run again"):
        read_record(path)


@given(st.binary() | values.map(lambda value: json.dumps(value).encode())
       | changed.map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_any_bytes_are_the_record_or_one_message(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzzed.json"
    path.write_bytes(content)
    try:
        assert read_record(path) == RECORD
        assert content == BYTES
    except InputError as error:
        assert str(path) in str(error)
        assert "Delete it and run again" in str(error)


def test_a_file_of_brackets_is_named(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text("[" * 100_000)
    with pytest.raises(InputError, match="cannot be read"):
        read_record(path)
