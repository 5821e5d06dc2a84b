"""The screen, driven by its keys."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from tests.unit.annotation.conftest import DEFINITIONS
from textual.pilot import Pilot
from textual.widgets import Input, Static

from benchprof.__main__ import main
from benchprof.annotation.answers import AnswerFile, Answers, read_answers
from benchprof.annotation.screen import AnnotationApp, read_study
from benchprof.annotation.study import Study, ordered

FIRST, SECOND = list(DEFINITIONS)[:2]


@pytest.fixture
def study(study_folder: Path) -> Study:
    return read_study(study_folder / "config.yaml")


def press(study: Study, *keys: str, then: Callable[[Pilot[None]], None] | None = None) -> Answers:
    """Open the screen as jane, press keys, look at it, and read what it wrote."""

    async def drive(file: AnswerFile) -> None:
        async with AnnotationApp(study, file, "jane").run_test() as pilot:
            await pilot.press(*keys)
            if then:
                then(pilot)

    with AnswerFile(study.answers, "jane", study.definitions) as file:
        asyncio.run(drive(file))
    return read_answers(file.path, study.definitions)


def shown(pilot: Pilot[None], part: str) -> str:
    return str(pilot.app.query_one(part, Static).render())


def test_labels_stand_in_the_annotator_s_order_and_an_undo_asks_again(study: Study) -> None:
    mine = [member.item.id for member in ordered(study.items, study.seed, "jane")]
    first = press(study, "1", "2", "u", "1", "s")
    assert [(event.item, event.ability) for event in first.standing] == [
        (mine[0], FIRST), (mine[1], FIRST), (mine[2], None),
    ]  # fmt: skip
    # What was skipped is asked first by the next call, then goes on behind the labels.
    again = press(study, "2", "2").standing
    assert [(event.item, event.ability) for event in again[3:]] == [
        (mine[2], SECOND), (mine[3], SECOND),
    ]  # fmt: skip


def test_all_answers_can_be_taken_back_also_those_of_an_earlier_call(study: Study) -> None:
    press(study, "1", "2")
    assert press(study, "u", "u", "u").standing == []


def test_digits_in_a_comment_label_nothing_and_escape_leaves_it(study: Study) -> None:
    mine = ordered(study.items, study.seed, "jane")[0]
    answers = press(study, "c", "1", "q", "enter")
    assert answers.comments[mine.item.id].text == "1q"
    assert answers.standing == []

    def continued(pilot: Pilot[None]) -> None:
        assert pilot.app.query_one("#comment", Input).value == "1q2"

    left = press(study, "c", "end", "2", then=continued)
    assert left.comments == press(study, "c", "2", "escape").comments == answers.comments


def test_the_screen_shows_the_item_and_nothing_that_tells_its_ability(study: Study) -> None:
    mine = ordered(study.items, study.seed, "jane")[0]

    def look(pilot: Pilot[None]) -> None:
        text = shown(pilot, "#text")
        assert all(part in text for part in (mine.item.question, *mine.item.options))
        assert "hidden" not in text and mine.ability not in text
        assert all(line in shown(pilot, "#abilities") for line in DEFINITIONS.values())

    press(study, then=look)


def test_at_the_end_only_undo_and_quit_do_anything(study: Study) -> None:
    def look(pilot: Pilot[None]) -> None:
        assert "you have seen all items" in shown(pilot, "#text")

    answers = press(study, *["1"] * len(study.items), "1", "s", "c", then=look)
    assert len(answers.standing) == len(study.items)
    assert not answers.comments


def test_markup_and_control_characters_of_an_item_are_shown_as_text(study_folder: Path) -> None:
    for path in (study_folder / "items").rglob("*.jsonl"):
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        changed = [own | {"question": "[red]Is [/x] \x1b[2J it?"} for own in lines]
        path.write_text("".join(json.dumps(own) + "\n" for own in changed))

    def look(pilot: Pilot[None]) -> None:
        assert "[red]Is [/x] [2J it?" in shown(pilot, "#text")

    press(read_study(study_folder / "config.yaml"), then=look)


def test_a_changed_item_is_asked_again(study_folder: Path) -> None:
    study = read_study(study_folder / "config.yaml")
    press(study, "1")
    mine = ordered(study.items, study.seed, "jane")[0]
    for path in (study_folder / "items" / mine.ability).glob("*.jsonl"):
        path.write_text(path.read_text().replace(mine.item.question, "Changed?"))
    changed = read_study(study_folder / "config.yaml")
    press(changed, then=lambda pilot: _asks(pilot, "Changed?"))


def _asks(pilot: Pilot[None], question: str) -> None:
    assert question in shown(pilot, "#text")


def test_without_a_terminal_or_with_a_faulty_configuration_it_says_why(
    study_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = study_folder / "config.yaml"
    assert main(["annotate", "jane", "--configfile", str(file)]) == 2
    assert "not a terminal" in capsys.readouterr().err
    config = yaml.safe_load(file.read_text())
    del config["annotation"]
    file.write_text(yaml.safe_dump(config))
    assert main(["annotate", "jane", "--configfile", str(file)]) == 2
    assert "lacks annotation" in capsys.readouterr().err
