"""The page of all configuration keys is what the types and their docstrings say."""

from __future__ import annotations

from tests.conftest import ROOT

from benchprof.configuration import Configuration, Importance, Selections
from benchprof.configuration.reference import docstrings_of, page
from benchprof.section import Section


def test_the_committed_page_is_what_the_generator_gives() -> None:
    """`python -m benchprof.configuration.reference > docs/reference/configuration.md` writes it."""
    told = (ROOT / "docs/reference/configuration.md").read_text(encoding="utf-8")
    assert told == page()
    for section in (Configuration, Importance, Selections):
        for key in section.model_fields:
            assert f"\n| `{key}` | " in told


class Example(Section):
    """A section."""

    told: int
    """What it is.
      laid: out
    """
    untold: int = 3
    last: str | None = None
    """At the end."""


def test_a_docstring_belongs_to_the_field_above_it() -> None:
    assert docstrings_of(Example) == {
        "told": ["What it is.", "  laid: out"],
        "last": ["At the end."],
    }
