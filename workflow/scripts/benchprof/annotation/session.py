"""Where an annotator stands: the present item, and what the keys do to it."""

from __future__ import annotations

from collections.abc import Sequence

from benchprof.annotation.answers import AnswerFile, Event
from benchprof.annotation.sample import StudyItem


class Session:
    """One annotator's way through the items, on top of the file of answers.

    `present` is the item to label, or None when all have been seen. Skipped items are asked again
    by `review`.
    """

    def __init__(self, items: Sequence[StudyItem], file: AnswerFile) -> None:
        """Go to the first item without an answer, in the order of `items`."""
        self.items = items
        self.present: StudyItem | None = None
        self._file = file
        self._queue: list[StudyItem] = []
        self._go_on()

    @property
    def labelled(self) -> int:
        """How many items have a label."""
        return sum(event.kind == "label" for event in self._latest().values())

    @property
    def skipped(self) -> int:
        """How many items are skipped."""
        return sum(event.kind == "skip" for event in self._latest().values())

    @property
    def comment(self) -> str:
        """The comment on the present item."""
        assert self.present is not None
        event = self._file.answers.comments.get(self.present.item.id)
        return event.text or "" if event and event.digest == self.present.digest else ""

    def position(self) -> int:
        """The place of the present item, counted from 1."""
        assert self.present is not None
        return self.items.index(self.present) + 1

    def label(self, ability: str) -> None:
        """Label the present item and go on."""
        self._append("label", ability=ability)
        self._go_on()

    def skip(self) -> None:
        """Leave the present item without a label and go on."""
        self._append("skip")
        self._go_on()

    def say(self, text: str) -> None:
        """Comment on the present item; an empty text takes the comment back."""
        if text != self.comment:
            self._append("comment", text=text)

    def undo(self) -> bool:
        """Take back the last answer and return to its item; whether there was one."""
        standing = self._file.answers.standing
        by_id = {member.item.id: member for member in self.items}
        if not standing or standing[-1].item not in by_id:
            return False
        last = standing[-1]
        self._file.append("undo", last.item, last.digest)
        returned = by_id[last.item]
        waiting = [self.present, *self._queue] if self.present is not None else self._queue
        self._queue = [member for member in waiting if member is not returned]
        self.present = returned
        return True

    def review(self) -> None:
        """Ask the skipped items again."""
        latest = self._latest()
        self._queue = [
            member
            for member in self.items
            if member.item.id in latest and latest[member.item.id].kind == "skip"
        ]
        self._go_on()

    def _append(self, kind: str, ability: str | None = None, text: str | None = None) -> None:
        assert self.present is not None
        self._file.append(kind, self.present.item.id, self.present.digest, ability, text)

    def _go_on(self) -> None:
        """To the next of the queue, then to the first item without an answer."""
        if self._queue:
            self.present = self._queue.pop(0)
            return
        latest = self._latest()
        self.present = next((m for m in self.items if m.item.id not in latest), None)

    def _latest(self) -> dict[str, Event]:
        """The answers that count: to these items, with the text that they have now."""
        digests = {member.item.id: member.digest for member in self.items}
        latest = self._file.answers.latest()
        return {i: e for i, e in latest.items() if digests.get(i) == e.digest}
