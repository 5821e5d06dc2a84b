"""A digest of code changes with what the code does, and with nothing else."""

from __future__ import annotations

import sys

import pytest

from benchprof import digests

CODE = '''"""Of a module."""

LIMIT = 3
"""Of a constant."""


def of(x: int) -> str:
    """Of a function."""
    # A remark.
    return f"{x:>{LIMIT}} of {LIMIT!r}" f"{x:{LIMIT}}" "!"
'''


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""Of a module."""\n', ""),
        ('"""Of a constant."""', '"""Of a constant, better said."""'),
        ('"""Of a function."""', "'''Of a function.'''"),
        ("# A remark.", "# Another."),
        ("LIMIT = 3", "LIMIT   =  0x3"),
    ],
)
def test_words_and_layout_change_no_digest(old: str, new: str) -> None:
    assert old in CODE
    assert digests.of_source(CODE.replace(old, new).encode()) == digests.of_source(CODE.encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT = 3", "LIMIT = 4"),
        ("LIMIT = 3", "LIMIT = 3.0"),
        ("LIMIT = 3", "limit = 3"),
        ("x: int", "x: str"),
        ('"!"', '"?"'),
        ("!r", "!s"),
        ("    return", "    x += 1\n    return"),
    ],
)
def test_what_the_code_does_changes_its_digest(old: str, new: str) -> None:
    assert old in CODE
    assert digests.of_source(CODE.replace(old, new).encode()) != digests.of_source(CODE.encode())


def test_the_digest_is_that_of_every_version_of_python() -> None:
    """Written down once: users of one store may have different versions."""
    known = "e4b0045250ffb5c004b0f66cdfa5a8eda86a35163b73f9ed923a1780e7913cae"
    assert digests.of_source(CODE.encode()) == known, sys.version
