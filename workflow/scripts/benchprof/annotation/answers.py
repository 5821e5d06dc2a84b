"""The answers of one annotator: a log of events that survives a kill at any moment.

Each event is a line of JSON, which is on the disk before the screen goes on. A kill can damage only
the last line. The annotator's answers are the result of replaying all complete lines.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

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

    def __enter__(self) -> AnswerFile:
        """Open and lock the file, cut an incomplete last line off, and replay the others.

        Raises:
            InputError: another program holds it, or a line is faulty.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("ab", buffering=0)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._file.truncate(self.path.read_bytes().rfind(b"\n") + 1)
            self.answers = read_answers(self.path, self._abilities)
        except BlockingIOError:
            self._file.close()
            found, expected = "another screen has it open", "one screen for each annotator"
            remedy = "Close the other one or choose another id."
            raise InputError(self.path, found, expected, remedy) from None
        except BaseException:
            self._file.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file, which ends the lock."""
        self._file.close()

    def append(
        self, kind: str, item: str, digest: str, ability: str | None = None, text: str | None = None
    ) -> None:
        """Add an event; it is on the disk when this returns."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        event = Event(kind, item, digest, now, ability, text)
        self._file.write(event.line())
        os.fsync(self._file)
        self.answers.add(event)


def read_answers(path: Path, abilities: Iterable[str]) -> Answers:
    """Replay an annotator's file, which may be in use; an incomplete last line is passed over.

    Raises:
        InputError: names the file and the line of the first fault.
    """
    known = tuple(abilities)
    answers = Answers()
    for number, line in enumerate(path.read_bytes().split(b"\n")[:-1], start=1):
        try:
            answers.add(_event(line, known))
        except (TypeError, ValueError, RecursionError) as error:
            expected = "an event of the annotation screen, for one of " + ", ".join(known)
            remedy = (
                "Only the screen writes this file; docs/reference/file_formats.md has its format."
            )
            raise InputError(f"{path}, line {number}", str(error), expected, remedy) from None
    return answers


def _event(line: bytes, abilities: tuple[str, ...]) -> Event:
    event = Event(**json.loads(line))
    if event.kind not in KINDS:
        raise ValueError(f"{event.kind!r} is none of {', '.join(KINDS)}")
    if (event.kind == "label") != (event.ability is not None):
        raise ValueError(f"a {event.kind} of the ability {event.ability!r}")
    if event.ability not in (None, *abilities):
        raise ValueError(f"{event.ability!r} is no ability of the configuration")
    return event
