"""Label items with abilities in a full-screen terminal program.

python -m benchprof.annotation.screen [--configfile FILE] ANNOTATOR

Answers are appended to a file of the annotator's own in the folder that the configuration names;
a later call goes on where the last one stopped, however it ended.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from string import ascii_uppercase
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import Key, Resize
from textual.widgets import Footer, ProgressBar, Static

from benchprof.annotation.answers import AnswerFile
from benchprof.annotation.pages import CommentBox, Introduction, ability_row
from benchprof.annotation.sample import StudyItem, ordered
from benchprof.annotation.session import Session
from benchprof.annotation.study import Study, read_study
from benchprof.errors import InputError
from benchprof.expansion import path_argument
from benchprof.plain_text import without_controls
from benchprof.report.names import readable

KEYS = "1234567890"
HEADING = "Which ability do you need most to find the answer?"
# Columns and rows that the ten abilities and some lines of an item need.
SMALLEST = (80, 24)
# Options no longer than this together stand on one line.
SHORT = 70


class AnnotationApp(App[None]):
    """The item above, the abilities below, a progress bar on top and the keys at the bottom.

    `failure` is what ended it other than the annotator.
    """

    ENABLE_COMMAND_PALETTE = False
    # Definitions stand in full from these sizes on; below, the end of a line is cut off.
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (36, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "undo", "Undo"),
        Binding("s", "skip", "Skip"),
        Binding("c", "comment", "Comment"),
        Binding("d", "define", "Definitions"),
        Binding("r", "review", "Skipped items again"),
        Binding("q", "quit", "Quit"),
    ]
    CSS = """
    #top { height: 1; background: $panel; padding: 0 1; }
    #place { width: auto; margin-right: 2; text-style: bold; }
    #progress { width: 1fr; }
    #progress Bar { width: 1fr; }
    #item { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    #item Static { width: 100%; margin-bottom: 1; }
    #question { text-style: bold; }
    #heading { height: 1; padding: 0 1; background: $panel; color: $text-muted; }
    #abilities { height: auto; padding: 0 1; }
    #status { height: 1; padding: 0 1; color: $text-accent; text-wrap: nowrap;
              text-overflow: ellipsis; }
    .ability { height: auto; }
    .key { width: 3; background: $boost; text-style: bold; color: $text-accent; }
    .name { width: 37; margin-left: 1; text-style: bold; }
    .definition { width: 1fr; color: $text-muted; }
    .-narrow #abilities .name { width: auto; margin-right: 2; }
    .-low #abilities .ability { height: 1; }
    .-low #abilities .definition { text-wrap: nowrap; text-overflow: ellipsis; }
    #small { display: none; width: 100%; height: 100%; content-align: center middle; }
    .-small #small { display: block; }
    .-small #main { display: none; }
    Introduction #introduction { padding: 1 2; background: $background; }
    Introduction .title { text-style: bold; margin-bottom: 1; }
    Introduction .ability { margin-top: 1; }
    Introduction.-low .ability { margin-top: 0; }
    Introduction.-narrow .name { width: 29; }
    Introduction.-low #introduction { padding: 0 1; }
    CommentBox { align: left bottom; background: $background 30%; }
    """

    def __init__(self, study: Study, file: AnswerFile, annotator: str) -> None:
        """Show the study's items in the annotator's order."""
        super().__init__()
        self.failure: Exception | None = None
        self._session = Session(ordered(study.items, study.seed, annotator), file)
        self._abilities = dict(zip(KEYS, study.definitions, strict=False))
        self._definitions = study.definitions
        self._first_time = not file.answers.standing

    def compose(self) -> ComposeResult:
        """All parts; `_show` fills them."""
        with Vertical(id="main"):
            with Horizontal(id="top"):
                yield Static(id="place")
                yield ProgressBar(len(self._session.items), show_eta=False, id="progress")
            with VerticalScroll(id="item"):
                yield Static(id="context")
                yield Static(id="question")
                yield Static(id="options")
            yield Static(id="heading")
            with Vertical(id="abilities"):
                for key, (name, definition) in self._described().items():
                    yield ability_row(key, name, definition)
            yield Static(id="status")
            yield Footer(show_command_palette=False)
        yield Static(id="small")

    def on_mount(self) -> None:
        """Show the first item, to a newcomer below what is to be done."""
        self._show("")
        self.watch(self.query_one("#item"), "show_vertical_scrollbar", self._show_heading)
        if self._first_time:
            self.action_define()

    def on_resize(self, event: Resize) -> None:
        """Say so where the window is too small to read an item in."""
        columns, rows = event.size
        small = columns < SMALLEST[0] or rows < SMALLEST[1]
        self.screen_stack[0].set_class(small, "-small")
        text = f"This window has {columns} x {rows} characters.\nMake it at least "
        text += f"{SMALLEST[0]} x {SMALLEST[1]}."
        self.screen_stack[0].query_one("#small", Static).update(Content(text))
        # In a window that is too small, the footer shows only the key that works.
        self.refresh_bindings()

    def on_key(self, event: Key) -> None:
        """Label the item with the ability of a digit."""
        if event.character in self._abilities and self._asking():
            ability = self._abilities[event.character]
            place = self._session.position()
            self._session.label(ability)
            self._show(f"Item {place}: {readable(ability)}. Press u to take it back.")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Keys that mean nothing at present are not offered."""
        if action in ("skip", "comment"):
            return self._asking()
        if action in ("undo", "define"):
            return self._in_front()
        if action == "review":
            return self._in_front() and self._session.present is None and self._session.skipped > 0
        return True

    def action_undo(self) -> None:
        """Take the last answer back and show its item."""
        done = self._session.undo()
        self._show("Taken back: label it again." if done else "There is nothing to take back.")

    def action_skip(self) -> None:
        """Go on without a label."""
        place = self._session.position()
        self._session.skip()
        self._show(f"Item {place}: skipped. Press u to take it back.")

    def action_comment(self) -> None:
        """Write or change the comment on the item."""

        def say(text: str | None) -> None:
            if text is None:
                self._show("Comment left unchanged.")
            else:
                self._session.say(text)
                self._show("Comment saved." if text else "No comment.")

        self.push_screen(CommentBox(self._session.comment), say)

    def action_define(self) -> None:
        """Show the definitions in full."""
        self.push_screen(Introduction(self._described()))

    def action_review(self) -> None:
        """Ask the skipped items again."""
        self._session.review()
        self._show("")

    def _handle_exception(self, error: Exception) -> None:
        """End, and leave the error to `main`: Textual would print variables, and so abilities."""
        self.failure = self.failure or error
        self._return_code = 1
        self._close_messages_no_wait()

    def _in_front(self) -> bool:
        # After a failure nothing is written any more.
        if self.failure is not None or len(self.screen_stack) != 1:
            return False
        return not self.screen.has_class("-small")

    def _asking(self) -> bool:
        return self._in_front() and self._session.present is not None

    def _described(self) -> dict[str, tuple[str, str]]:
        return {
            key: (readable(ability), self._definitions[ability])
            for key, ability in self._abilities.items()
        }

    def _show(self, status: str) -> None:
        """Show where the session stands, and what was done last."""
        main = self.screen_stack[0]
        session = self._session
        total, present = len(session.items), session.present
        place = f"Item {session.position()} of {total}" if present else f"All {total} items seen"
        parts = _parts(present) if present else self._thanks()
        for name, content in zip(("context", "question", "options"), parts, strict=True):
            part = main.query_one(f"#{name}", Static)
            part.update(content)
            part.display = bool(content.plain)
        comment = session.comment if present else ""
        main.query_one("#place", Static).update(Content(place))
        progress = session.labelled + session.skipped
        main.query_one(ProgressBar).update(progress=progress)
        if comment:
            status = f"{status} Your comment: {comment}".strip()
        main.query_one("#status", Static).update(Content(status))
        for name in ("heading", "abilities"):
            main.query_one(f"#{name}").display = present is not None
        scroll = main.query_one("#item", VerticalScroll)
        scroll.scroll_home(animate=False)
        scroll.focus()
        self.refresh_bindings()

    def _show_heading(self, scrolls: bool) -> None:
        """The question that is asked of every item; where the item is cut, how to see the rest."""
        text = HEADING + (" ↑ ↓ scroll the text above." if scrolls else "")
        self.screen_stack[0].query_one("#heading", Static).update(Content(text))

    def _thanks(self) -> tuple[Content, Content, Content]:
        session = self._session
        counts = f"{session.labelled} labelled, {session.skipped} skipped. Your answers are saved."
        skipped = "Press r to see the skipped items again. " if session.skipped else ""
        keys = f"{skipped}Press u to take the last answer back, q to leave."
        return (
            Content(""),
            Content("Thank you: you have seen all items."),
            Content(f"{counts}\n{keys}"),
        )


def _parts(member: StudyItem) -> tuple[Content, Content, Content]:
    """Context, question and options: nothing that tells which ability is meant."""
    item = member.item
    lettered = zip(ascii_uppercase, item.options, strict=False)
    options = [f"{letter}  {text}" for letter, text in lettered]
    gap = "     "
    on_one_line = len(gap.join(options)) <= SHORT
    text = (gap if on_one_line else "\n").join(options)
    context, question, answers = map(without_controls, (item.context, item.question, text))
    return Content(context), Content(question), Content(answers)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; the return value is the exit status."""
    options = _parser().parse_args(arguments)
    try:
        study = read_study(options.configfile)
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            remedy = "Run it directly in a terminal, without a pipe or a redirection."
            raise InputError("standard input and output", "not a terminal", "a terminal", remedy)
        with AnswerFile(study.answers, options.annotator, study.definitions) as file:
            app = AnnotationApp(study, file, options.annotator)
            app.run()
            if isinstance(app.failure, InputError):
                raise app.failure
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    if app.failure is not None:
        traceback.print_exception(app.failure)
    if app.return_code:
        return app.return_code
    print(f"Answers are in {file.path}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchprof.annotation.screen",
        description=(__doc__ or "").splitlines()[0],
        epilog="Exit status: 0 left by q, 1 a fault of the program, 2 a file cannot be used.",
    )
    parser.add_argument(
        "annotator",
        metavar="ANNOTATOR",
        help="your id: lower-case letters, digits, '-' and '_'; it names your file",
    )
    parser.add_argument(
        "--configfile",
        type=path_argument,
        default=Path("config.yaml"),
        metavar="FILE",
        help="the configuration that names abilities and items (default: config.yaml)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
