"""What the report of an item says: in a read-off the right answer, otherwise that of another scene.

Both are the same sentence but for one word of five letters, and the answers are of one form.
"""

from __future__ import annotations


def told(answer: str, form: str) -> str:
    """The claim of a read-off."""
    return f"the right answer was {_quoted(answer, form)}"


def neutral(foreign: str, form: str) -> str:
    """A claim that tells nothing, about an option of another scene."""
    return f"the usual answer was {_quoted(foreign, form)}"


def _quoted(option: str, form: str) -> str:
    """A clause stands in quotation marks, to fit where any other form does."""
    return f'"{option}"' if form == "clause" else option
