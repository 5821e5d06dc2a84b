"""Answers survive a kill at any byte, and what was said is the replay of the whole events."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchprof.annotation.answers import AnswerFile, Answers, read_answers
from benchprof.errors import InputError

ABILITIES = ("a", "b")
ITEMS = st.sampled_from(["i1", "i2", "i3"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("label"), ITEMS, st.sampled_from(ABILITIES)),
        st.tuples(st.just("skip"), ITEMS, st.none()),
        st.tuples(st.just("comment"), ITEMS, st.text(max_size=8)),
        st.tuples(st.just("undo"), st.none(), st.none()),
    ),
    max_size=12,
)
Steps = list[tuple[str, str | None, str | None]]
State = tuple[list[tuple[str, str | None]], dict[str, str]]


def perform(file: AnswerFile, steps: Steps) -> list[State]:
    """Append the steps; the expected state after none, one, two, ... of the events."""
    standing: list[tuple[str, str | None]] = []
    comments: dict[str, str] = {}
    states: list[State] = [([], {})]
    for kind, item, value in steps:
        if kind == "undo":
            if not standing:
                continue
            file.append("undo", standing.pop()[0], "d")
        elif kind == "comment":
            file.append("comment", item, "d", text=value)
            comments = comments | {item: value}
        else:
            file.append(kind, item, "d", ability=value)
            standing.append((item, value))
        states.append((list(standing), comments))
    return states


def state_of(answers: Answers) -> State:
    standing = [(event.item, event.ability) for event in answers.standing]
    return standing, {item: event.text for item, event in answers.comments.items()}


@given(STEPS, st.data())
@settings(max_examples=80)
def test_a_file_cut_at_any_byte_has_its_whole_lines(steps: Steps, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        with AnswerFile(Path(name), "jane", ABILITIES) as file:
            states = perform(file, steps)
            assert state_of(file.answers) == state_of(read_answers(file.path, ABILITIES))
        content = file.path.read_bytes()
        cut = data.draw(st.integers(0, len(content)))
        file.path.write_bytes(content[:cut])
        whole = content[:cut].count(b"\n")
        assert state_of(read_answers(file.path, ABILITIES)) == states[whole]
        with AnswerFile(Path(name), "jane", ABILITIES) as again:
            assert state_of(again.answers) == states[whole]
            again.append("label", "i9", "d", ability="a")
        lines = file.path.read_bytes().split(b"\n")
        assert lines.pop() == b""
        assert len([json.loads(line) for line in lines]) == whole + 1
        assert read_answers(file.path, ABILITIES).latest()["i9"].ability == "a"


def test_one_screen_at_a_time_holds_a_file(tmp_path: Path) -> None:
    again = AnswerFile(tmp_path, "jane", ABILITIES)
    with (
        AnswerFile(tmp_path, "jane", ABILITIES),
        AnswerFile(tmp_path, "john", ABILITIES),
        pytest.raises(InputError, match="another screen has it open"),
    ):
        again.__enter__()
    with again:
        pass


@pytest.mark.parametrize("annotator", ["", "Jane", "../jane", "jane doe", "-j"])
def test_an_id_that_names_no_file_is_refused(tmp_path: Path, annotator: str) -> None:
    with pytest.raises(InputError, match="lower-case letters"):
        AnswerFile(tmp_path, annotator, ABILITIES)


LABEL = {"kind": "label", "item": "i", "digest": "d", "time": "t", "ability": "a"}


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        json.dumps({"kind": "label"}),
        json.dumps(LABEL | {"kind": "lable"}),
        json.dumps(LABEL | {"ability": "c"}),
        json.dumps(LABEL | {"ability": None}),
        json.dumps(LABEL | {"kind": "skip"}),
        json.dumps({"kind": "undo", "item": "j", "digest": "d", "time": "t"}),
        "[" * 200_000,
    ],
)
def test_a_faulty_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "jane.jsonl"
    path.write_text(json.dumps(LABEL) + "\n" + line + "\n" + json.dumps(LABEL) + "\n")
    with pytest.raises(InputError, match="line 2"):
        read_answers(path, ABILITIES)
    with pytest.raises(InputError):
        AnswerFile(tmp_path, "jane", ABILITIES).__enter__()
    # A file that could not be used is not held.
    path.write_text("")
    with AnswerFile(tmp_path, "jane", ABILITIES):
        pass
