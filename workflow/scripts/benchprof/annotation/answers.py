"""The answers of one annotator: a log of events that survives a kill at any moment.

Each event is a line of JSON, which is on the disk before the screen goes on. A kill can damage only
the last line. The annotator's answers are the result of replaying all complete lines.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchprof.errors import InputError

KINDS = ("label", "skip", "comment", "undo")
ANNOTATOR = re.compile(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?")


@dataclass(frozen=True)
class Event:
    """One thing that an annotator did.

    Attributes:
        kind: label, skip, comment or undo (which takes back the last label or skip that stands).
        item: the item's id.
        digest: of the text that was shown, as of `StudyItem.digest`.
        time: when, in UTC.
        ability: of a label: what was chosen.
        text: of a comment; empty takes the comment back.
    """

    kind: str
    item: str
    digest: str
    time: str
    ability: str | None = None
    text: str | None = None

    def line(self) -> bytes:
        """The event as a line of the file; fields that it does not have are left out."""
        value = {key: part for key, part in asdict(self).items() if part is not None}
        return json.dumps(value, ensure_ascii=False).encode() + b"\n"


@dataclass
class Answers:
    """What an annotator's events come to.

    Attributes:
        standing: labels and skips not taken back, in the order given.
        comments: by item.
    """

    standing: list[Event] = field(default_factory=list)
    comments: dict[str, Event] = field(default_factory=dict)

    def latest(self) -> dict[str, Event]:
        """The label or skip that counts, by item: the last one."""
        return {event.item: event for event in self.standing}

    def add(self, event: Event) -> None:
        """Apply one event.

        Raises:
            ValueError: it takes back what is not the last answer.
        """
        if event.kind == "undo":
            if not self.standing or self.standing[-1].item != event.item:
                raise ValueError(f"an undo of {event.item!r}, which is not the last answer")
            self.standing.pop()
        elif event.kind == "comment":
            self.comments.pop(event.item, None)
            if event.text:
                self.comments[event.item] = event
        else:
            self.standing.append(event)


class AnswerFile:
    """An annotator's file, held by one program at a time and appended to.

    Use as a context manager. The lock ends with the process, however that ends.
    """

    def __init__(self, folder: Path, annotator: str, abilities: Iterable[str]) -> None:
        """Name the file; entering opens it.

        Raises:
            InputError: the annotator's id is not fit for a file's name.
        """
        if not ANNOTATOR.fullmatch(annotator):
            expected = "lower-case letters, digits, '-' and '_', not '-' or '_' at the ends"
            remedy = "Choose an id, as in make annotate ANNOTATOR=your-name."
            raise InputError("the annotator's id", repr(annotator), expected, remedy)
        self.path = folder / f"{annotator}.jsonl"
        self.answers = Answers()
        self._abilities = tuple(abilities)
        self._handle = -1

    def __enter__(self) -> AnswerFile:
        """Open, lock and repair the file, and replay it.

        Raises:
            InputError: another program holds it, a line is faulty, or the disk refuses.
        """
        with _disk(self.path):
            self._open()
        return self

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            try:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                found = "another screen has it open"
                expected = "one screen for each annotator"
                remedy = "Close the other one or choose another id."
                raise InputError(self.path, found, expected, remedy) from None
            _sync_folder(self.path.parent)
            self._repair()
            self.answers = read_answers(self.path, self._abilities)
        except BaseException:
            os.close(self._handle)
            raise

    def __exit__(self, *_: object) -> None:
        """Close the file, which ends the lock."""
        with _disk(self.path):
            os.close(self._handle)

    def append(
        self, kind: str, item: str, digest: str, ability: str | None = None, text: str | None = None
    ) -> None:
        """Add an event; it is on the disk when this returns.

        Raises:
            InputError: it could not be written; the file must be opened again to go on.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        event = Event(kind, item, digest, now, ability, text)
        self.answers.add(event)
        with _disk(self.path):
            self._write(event.line())

    def _write(self, content: bytes) -> None:
        while content:
            content = content[os.write(self._handle, content) :]
        os.fsync(self._handle)

    def _repair(self) -> None:
        """Cut off an incomplete last line; a line that only lacks its line feed is complete."""
        content = self.path.read_bytes()
        whole, tail = _split(content)
        if tail and _parsed(tail) is not None:
            self._write(b"\n")
        elif tail:
            os.ftruncate(self._handle, len(whole))
            os.fsync(self._handle)


def read_answers(path: Path, abilities: Iterable[str]) -> Answers:
    """Replay an annotator's file, which may be in use; a torn last line is passed over.

    Raises:
        InputError: names the file and the line of the first fault.
    """
    known = tuple(abilities)
    whole, tail = _split(path.read_bytes())
    lines = whole.split(b"\n")[:-1] + [tail] * (_parsed(tail) is not None)
    answers = Answers()
    for number, line in enumerate(lines, start=1):
        where = f"{path}, line {number}"
        event = _event(where, _parsed(line), known)
        try:
            answers.add(event)
        except ValueError as error:
            raise InputError(where, str(error), "an undo of the last answer") from None
    return answers


def _split(content: bytes) -> tuple[bytes, bytes]:
    """The whole lines, and what is behind the last line feed."""
    end = content.rfind(b"\n") + 1
    return content[:end], content[end:]


def _parsed(line: bytes) -> dict[str, Any] | None:
    # The beginning of an object is never one: what can be read is complete.
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _event(where: str, value: dict[str, Any] | None, abilities: tuple[str, ...]) -> Event:
    remedy = (
        "Only the annotation screen writes this file; "
        "docs/reference/file_formats.md has its format."
    )
    try:
        event = Event(**value) if value is not None else None
    except TypeError:
        event = None
    texts = [part for part in (value or {}).values() if not isinstance(part, str)]
    if event is None or texts or event.kind not in KINDS:
        raise InputError(where, "not an event", "one event, a JSON object", remedy)
    if (event.kind == "label") != (event.ability is not None):
        expected = "an ability for labels only"
        raise InputError(f"{where}, ability", repr(event.ability), expected, remedy)
    if event.ability is not None and event.ability not in abilities:
        expected = "one of " + ", ".join(abilities)
        remedy = "Use the configuration that was annotated with."
        raise InputError(f"{where}, ability", repr(event.ability), expected, remedy)
    return event


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    """Turn a failure to write into a message for the person who can solve it."""
    try:
        yield
    except OSError as error:
        found = f"cannot be written ({error.strerror})"
        expected = "a file that can be written, on a disk with space left"
        remedy = "The last answer may be lost. Fix this and start again: you continue from there."
        raise InputError(path, found, expected, remedy) from None


def _sync_folder(folder: Path) -> None:
    """A new file's name is on the disk only when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
