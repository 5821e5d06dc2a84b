"""The page of all configuration keys is what the types and their docstrings say."""

from __future__ import annotations

from tests.conftest import ROOT

from benchprof.configuration import Configuration, Importance, Selections
from benchprof.configuration.reference import page


def test_the_committed_page_is_what_the_generator_gives() -> None:
    """`python -m benchprof.configuration.reference > docs/reference/configuration.md` writes it."""
    told = (ROOT / "docs/reference/configuration.md").read_text(encoding="utf-8")
    assert told == page()
    for section in (Configuration, Importance, Selections):
        for key in section.model_fields:
            assert f"\n| `{key}` | " in told
