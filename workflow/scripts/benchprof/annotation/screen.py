"""Label items with abilities in a full-screen terminal program.

benchprof annotate [--configfile FILE] ANNOTATOR

Answers are appended to a file of the annotator's own in the folder that the configuration names;
a later call goes on where the last one stopped, however it ended.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from string import ascii_uppercase
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Key
from textual.widgets import Footer, Input, Static

from benchprof.abilities.item import SPLITS
from benchprof.annotation.answers import AnswerFile
from benchprof.annotation.study import Study, StudyItem, ordered, read_study_items, stratified
from benchprof.errors import InputError
from benchprof.expansion import path_argument
from benchprof.plain_text import without_controls
from benchprof.report.names import readable
from benchprof.run.run import read_run

KEYS = "1234567890"
HEADING = (
    "Which ability do you need most to find the answer? Press its number. You need not answer the "
    "question. There is no quota for any ability."
)
# The digits of a keyboard; an ability is chosen by one of them.
MOST_ABILITIES = 10


class AnnotationApp(App[None]):
    """The item above, the abilities below, and the keys at the bottom."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "undo", "Undo"),
        Binding("s", "skip", "Skip"),
        Binding("c", "comment", "Comment"),
        Binding("d", "toggle_class('#abilities', '-full')", "Definitions in full"),
        Binding("q", "quit", "Quit"),
        Binding("escape", "leave", "Leave the comment", show=False),
    ]
    CSS = """
    #place, #heading { padding: 0 1; background: $panel; }
    #item { height: 1fr; padding: 0 1; }
    #abilities { height: auto; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    #abilities.-full { text-wrap: wrap; }
    #status { padding: 0 1; color: $text-accent; }
    #comment { display: none; }
    """

    def __init__(self, study: Study, file: AnswerFile, annotator: str) -> None:
        """Ask the items without a label, in the annotator's order."""
        super().__init__()
        self._file = file
        self._items = ordered(study.items, study.seed, annotator)
        self._definitions = study.definitions
        self._abilities = dict(zip(KEYS, study.definitions, strict=False))
        self._waiting = [item for item in self._items if not self._labelled(item)]

    @property
    def present(self) -> StudyItem | None:
        """The item that is asked; None at the end."""
        return self._waiting[0] if self._waiting else None

    def compose(self) -> ComposeResult:
        """All parts; `_show` fills them."""
        yield Static(id="place")
        with VerticalScroll(id="item"):
            yield Static(id="text")
        yield Static(Content(HEADING), id="heading")
        lines = [f"{k}  {readable(a)}: {self._definitions[a]}" for k, a in self._abilities.items()]
        yield Static(Content("\n".join(lines)), id="abilities")
        yield Static(id="status")
        yield Input(placeholder="Your comment on this item; enter saves it", id="comment")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Show the first item."""
        self._show("")

    def on_key(self, event: Key) -> None:
        """Label the item with the ability of a digit."""
        typing = self.query_one("#comment").display
        if self.present is None or typing or event.character not in self._abilities:
            return
        ability = self._abilities[event.character]
        self._answer("label", ability, f"{readable(ability)}. Press u to take it back.")

    def action_skip(self) -> None:
        """Go on without a label; the item is asked again when the program starts anew."""
        if self.present is not None:
            self._answer("skip", None, "Skipped. Press u to take it back.")

    def action_undo(self) -> None:
        """Take the last answer back and show its item."""
        standing = self._file.answers.standing
        last = next((m for m in self._items if standing and m.item.id == standing[-1].item), None)
        if last is None:
            self._show("There is nothing to take back.")
            return
        self._file.append("undo", last.item.id, standing[-1].digest)
        self._waiting = [last, *(member for member in self._waiting if member is not last)]
        self._show("Taken back: label it again.")

    def action_comment(self) -> None:
        """Write or change the comment on the item."""
        if self.present is not None:
            box = self.query_one("#comment", Input)
            box.value, box.display = self._comment(), True
            box.focus()

    def action_leave(self) -> None:
        """Leave the comment as it was."""
        self._show("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Save the comment."""
        assert self.present is not None
        if event.value.strip() != self._comment():
            self._append("comment", self.present, text=event.value.strip())
        self._show("Comment saved.")

    def _labelled(self, member: StudyItem) -> bool:
        event = self._file.answers.latest().get(member.item.id)
        return event is not None and (event.kind, event.digest) == ("label", member.digest)

    def _comment(self) -> str:
        """The comment on the present item."""
        event = self.present and self._file.answers.comments.get(self.present.item.id)
        return event.text or "" if event else ""

    def _answer(self, kind: str, ability: str | None, status: str) -> None:
        self._append(kind, self._waiting[0], ability)
        self._waiting.pop(0)
        self._show(status)

    def _append(
        self, kind: str, member: StudyItem, ability: str | None = None, text: str | None = None
    ) -> None:
        self._file.append(kind, member.item.id, member.digest, ability, text)

    def _show(self, status: str) -> None:
        """Show the present item, and what was done last."""
        done = len(self._items) - len(self._waiting)
        text = Content("Thank you: you have seen all items. Your answers are saved.")
        if self.present is not None:
            text = _text(self.present)
        if comment := self._comment():
            status = f"{status} Your comment: {comment}".strip()
        self.query_one("#place", Static).update(f"{done} of {len(self._items)} items done")
        self.query_one("#text", Static).update(text)
        self.query_one("#status", Static).update(Content(status))
        self.query_one("#comment").display = False
        scroll = self.query_one("#item", VerticalScroll)
        scroll.scroll_home(animate=False)
        scroll.focus()


def _text(member: StudyItem) -> Content:
    """Context, question and options: nothing that tells which ability is meant."""
    item = member.item
    options = [
        f"{letter}  {own}" for letter, own in zip(ascii_uppercase, item.options, strict=False)
    ]
    parts = [item.context, item.question, "\n".join(options)]
    return Content(without_controls("\n\n".join(filter(None, parts))))


def read_study(path: Path) -> Study:
    """The study that a configuration file describes.

    Rejected items (`exclude`) stay in the sample: what annotators are asked must not change
    because of what they said.

    Raises:
        InputError: the configuration or an item is faulty, or something is missing that
            annotators need.
    """
    run = read_run([path])
    config = run.configuration
    if config.annotation is None:
        expected = "annotation: {answers: FOLDER, per_ability: N}"
        raise InputError(path, "lacks annotation", expected, "docs/how_to/annotation.md has more.")
    abilities = config.abilities
    if len(abilities) > MOST_ABILITIES:
        where, found = f"{path}, abilities", f"{len(abilities)} abilities"
        expected = f"at most {MOST_ABILITIES}, one for each digit"
        raise InputError(where, found, expected, "Annotate with a configuration that has fewer.")
    for name, ability in abilities.items():
        if ability.definition is None:
            expected = "definition: ONE LINE that tells it from the other abilities"
            remedy = "Annotators read it beside the ability's name."
            raise InputError(f"{path}, abilities.{name}", "lacks definition", expected, remedy)
    items = read_study_items({name: [run.items(name, s) for s in SPLITS] for name in abilities})
    return Study(
        definitions={name: (own.definition or "").strip() for name, own in abilities.items()},
        items=stratified(items, config.annotation.per_ability, config.seed),
        answers=Path(config.annotation.answers),
        seed=config.seed,
    )


def main(options: argparse.Namespace) -> int:
    """Run the program; the return value is the exit status."""
    try:
        study = read_study(options.configfile)
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            remedy = "Run it directly in a terminal, without a pipe or a redirection."
            raise InputError("standard input and output", "not a terminal", "a terminal", remedy)
        with AnswerFile(study.answers, options.annotator, study.definitions) as file:
            app = AnnotationApp(study, file, options.annotator)
            app.run()
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"Answers are in {file.path}")
    return app.return_code or 0


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say what `benchprof annotate` takes."""
    parser.epilog = "Exit status: 0 left by q, 1 a fault of the program, 2 a file cannot be used."
    parser.add_argument("annotator", metavar="ANNOTATOR", help="your id; it names your file")
    parser.add_argument(
        "--configfile", type=path_argument, default=Path("config.yaml"), metavar="FILE",
        help="names abilities and items (default: config.yaml)",
    )  # fmt: skip
