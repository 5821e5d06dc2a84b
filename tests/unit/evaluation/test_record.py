"""Whatever a record's file holds, it is the record that was written or one message."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import json_values

from benchprof import digests
from benchprof.errors import InputError
from benchprof.evaluation.record import FORMAT, read_record

CONTENT: dict[str, Any] = {
    "format": FORMAT, "origin": {"code": "c"}, "n": 2, "scores": {"acc": 0.5},
    "items": {"scores": {"acc": [0.0, 1.0]}, "responses": [[[-1.5, True]], [[None, False]]]},
}  # fmt: skip
RECORD = CONTENT | {"digest": digests.of_value(CONTENT)}

values = json_values(list(RECORD))
changed = st.dictionaries(st.sampled_from(list(RECORD)), values).map(lambda other: RECORD | other)


@given(st.binary() | values.map(lambda value: json.dumps(value).encode())
       | changed.map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_any_bytes_are_the_record_or_one_message(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzzed.json"
    path.write_bytes(content)
    try:
        # Numbers may be written in another way, such as 1e2: their value is what the digest is of.
        assert digests.of_value(read_record(path)) == digests.of_value(RECORD)
    except InputError as error:
        assert str(path) in str(error)
        assert "Delete it and run again" in str(error)


def test_a_file_of_brackets_is_named(tmp_path: Any) -> None:
    path = tmp_path / "record.json"
    path.write_text("[" * 100_000)
    with pytest.raises(InputError, match="cannot be read"):
        read_record(path)
