"""What the annotation program shows over the items: an introduction and a line for a comment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, Static

TASK = (
    "You will see multiple-choice questions, one at a time. For each, press the number of the "
    "ability that you need most to find the answer. You need not answer the question itself. "
    "Judge only from what you read: there is no quota for any ability. Each answer is saved at "
    "once; you can stop at any time and continue later. The arrow keys scroll."
)


def ability_row(key: str, name: str, definition: str) -> Horizontal:
    """An ability to choose: its key, its name, its definition."""
    return Horizontal(
        Static(Content(f" {key} "), classes="key"),
        Static(Content(name), classes="name"),
        Static(Content(definition), classes="definition"),
        classes="ability",
    )


class Introduction(ModalScreen[None]):
    """What is to be done, and the definitions in full."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,escape,d", "dismiss", "To the items", key_display="enter"),
        Binding("q", "app.quit", "Quit"),
    ]

    def __init__(self, abilities: Mapping[str, tuple[str, str]]) -> None:
        """Abilities by key: name and definition."""
        super().__init__()
        self._abilities = abilities

    def compose(self) -> ComposeResult:
        """The text above the list, all in one part that scrolls."""
        with VerticalScroll(id="introduction"):
            yield Static(Content("Which ability does each question need?"), classes="title")
            yield Static(Content(TASK))
            for key, (name, definition) in self._abilities.items():
                yield ability_row(key, name, definition)
        yield Footer(show_command_palette=False)


class CommentBox(ModalScreen[str | None]):
    """A line to write a comment in; None where it was left by escape."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Leave it unchanged, enter saves it"),
    ]

    def __init__(self, comment: str) -> None:
        """Start from the present comment."""
        super().__init__()
        self._comment = comment

    def compose(self) -> ComposeResult:
        """The input at the bottom, so that the item stays in sight."""
        hint = "Your comment on this item; enter saves it"
        # An existing comment is continued, not replaced.
        yield Input(self._comment, placeholder=hint, select_on_focus=False)
        yield Footer(show_command_palette=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Save what was written."""
        self.dismiss(event.value.strip())
