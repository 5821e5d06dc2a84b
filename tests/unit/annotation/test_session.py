"""What the keys do: the next item, the skipped ones again, and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.annotation.conftest import make_item, study_items

from benchprof.annotation.answers import AnswerFile
from benchprof.annotation.sample import StudyItem
from benchprof.annotation.session import Session

ITEMS = study_items("a", ["i1", "i2", "i3", "i4"])


@pytest.fixture
def file(tmp_path: Path) -> Iterator[AnswerFile]:
    with AnswerFile(tmp_path, "jane", ("a", "b")) as opened:
        yield opened


def present(session: Session) -> str | None:
    return session.present and session.present.item.id


def test_undo_returns_and_goes_on_where_one_was(file: AnswerFile) -> None:
    session = Session(ITEMS, file)
    assert not session.undo()
    session.label("a")
    session.label("b")
    assert session.undo() and session.undo()
    assert (present(session), session.labelled) == ("i1", 0)
    session.label("b")
    assert present(session) == "i2"
    session.label("b")
    assert present(session) == "i3"


def test_skipped_items_come_again_only_when_asked_for(file: AnswerFile) -> None:
    session = Session(ITEMS, file)
    session.skip()
    session.label("a")
    session.skip()
    session.label("a")
    assert (session.present, session.labelled, session.skipped) == (None, 2, 2)
    session.review()
    assert present(session) == "i1"
    session.label("b")
    assert present(session) == "i3"
    session.undo()
    # Back to what it was: skipped.
    assert (present(session), session.skipped) == ("i1", 2)
    session.label("a")
    session.label("a")
    assert (session.present, session.labelled, session.skipped) == (None, 4, 0)


def test_an_item_returned_to_is_not_asked_twice(file: AnswerFile) -> None:
    session = Session(ITEMS[:3], file)
    session.label("a")
    session.skip()
    session.skip()
    session.review()
    session.undo()
    assert present(session) == "i3"
    session.label("a")
    assert present(session) == "i2"
    session.label("a")
    assert session.present is None


def test_comments_belong_to_their_item(file: AnswerFile) -> None:
    session = Session(ITEMS, file)
    session.say("two would fit")
    assert session.comment == "two would fit"
    session.say("")
    assert session.comment == ""
    session.say("odd")
    session.label("a")
    assert session.comment == ""
    assert file.answers.comments["i1"].text == "odd"


def test_an_item_whose_text_changed_is_asked_again(file: AnswerFile) -> None:
    session = Session(ITEMS[:2], file)
    session.label("a")
    session.label("a")
    changed = StudyItem("a", make_item("i2", question="Why?"))
    session = Session([ITEMS[0], changed], file)
    assert (session.present, session.labelled) == (changed, 1)
