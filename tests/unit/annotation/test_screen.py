"""The real program in a real pseudo-terminal, its screen read as a person reads it."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pexpect
import pyte
import pytest
import yaml
from tests.unit.annotation.conftest import DEFINITIONS, LONG

from benchprof.abilities.item import Item
from benchprof.annotation.answers import read_answers
from benchprof.annotation.sample import StudyItem, ordered
from benchprof.annotation.screen import _parts, main, readable
from benchprof.annotation.study import read_study

# Seconds; a busy machine may take long, and nothing waits for this unless it fails.
PATIENCE = 90
TOTAL = 20
KEYS = dict(zip(DEFINITIONS, "1234567890", strict=True))
ENTER, ESCAPE, END = "\r", "\x1b", "\x1b[F"


class Terminal:
    """A pseudo-terminal with the program in it, and the screen that it draws."""

    def __init__(
        self,
        folder: Path,
        annotator: str,
        columns: int = 140,
        rows: int = 40,
        program: Sequence[str] = ("-m", "benchprof.annotation.screen"),
        prepare: Callable[[], None] | None = None,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.written = b""
        self._stream = pyte.ByteStream(self.screen)
        command = [*program, "--configfile", "config.yaml", annotator]
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(("TEXTUAL", "COLUMNS", "LINES"))
        }
        self.process = pexpect.spawn(
            sys.executable, command, cwd=folder, dimensions=(rows, columns),
            env=kept | {"TERM": "xterm-256color", "TEXTUAL_ANIMATIONS": "none"},
            preexec_fn=prepare,
        )  # fmt: skip

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def read(self) -> bool:
        """Take what the program has written; whether it may write more."""
        try:
            content = self.process.read_nonblocking(1 << 16, timeout=0.05)
            self.written += content
            self._stream.feed(content)
        except pexpect.TIMEOUT:
            pass
        except pexpect.EOF:
            return False
        return True

    def wait(self, *words: str, gone: str = "") -> None:
        """Until the screen shows all the words, and no longer what must go."""
        self.wait_until(
            lambda: all(word in self.text for word in words) and not (gone and gone in self.text),
            f"{words} without {gone!r}",
        )

    def wait_until(self, holds: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            alive = self.read()
            assert alive or holds(), f"ended before {what}:\n{self.text}"
            assert time.monotonic() < deadline, f"no {what} on the screen:\n{self.text}"

    def press(self, keys: str) -> None:
        self.process.send(keys)

    def resize(self, columns: int, rows: int) -> None:
        self.screen.resize(rows, columns)
        self.process.setwinsize(rows, columns)

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def ended(self) -> int:
        """The exit status, when the program has ended by itself."""
        deadline = time.monotonic() + PATIENCE
        while self.read():
            assert time.monotonic() < deadline, f"does not end:\n{self.text}"
        self.process.close()
        return int(self.process.exitstatus)


@pytest.fixture
def open_terminal(study_folder: Path) -> Iterator[Callable[..., Terminal]]:
    terminals: list[Terminal] = []

    def opened(*arguments: object, **options: object) -> Terminal:
        terminals.append(Terminal(study_folder, *arguments, **options))  # type: ignore[arg-type]
        return terminals[-1]

    yield opened
    for terminal in terminals:
        terminal.process.close(force=True)


def place(number: int) -> str:
    return f"Item {number} of {TOTAL} "


def question(terminal: Terminal) -> str:
    return re.search(r"What does question \d+ ask\?", terminal.text)[0]  # type: ignore[index]


def lines_of(folder: Path, annotator: str) -> list[dict]:
    content = (folder / f"answers/{annotator}.jsonl").read_bytes()
    assert content.endswith(b"\n")
    return [json.loads(line) for line in content.splitlines()]


def test_twenty_items_over_a_kill_and_an_undo(
    study_folder: Path, open_terminal: Callable[..., Terminal]
) -> None:
    study = read_study(study_folder / "config.yaml")
    expected = ordered(study.items, study.seed, "jane")
    abilities = list(DEFINITIONS)
    chosen = {n: abilities[n % 10] for n in range(1, TOTAL + 1)}

    terminal = open_terminal("jane")
    terminal.wait("Which ability does each question need?", *map(readable, DEFINITIONS))
    terminal.press(ENTER)
    shown: dict[int, str] = {}
    for number in range(1, 11):
        asked = expected[number - 1].item
        terminal.wait(place(number), f"{5 * (number - 1)}%", asked.question, asked.options[3])
        # The first frames may be of a smaller window, where definitions are cut.
        terminal.wait(*DEFINITIONS.values())
        shown[number] = question(terminal)
        check_screen(terminal)
        terminal.press(KEYS[chosen[number]])
    terminal.wait(place(11), "50%", expected[10].item.question)
    terminal.kill()

    before = lines_of(study_folder, "jane")
    assert [line["item"] for line in before] == [m.item.id for m in expected[:10]]
    assert [line["ability"] for line in before] == [chosen[n] for n in range(1, 11)]
    # As if the kill had come amid the eleventh answer.
    with (study_folder / "answers/jane.jsonl").open("ab") as file:
        file.write(b'{"kind": "label", "item": "tempo')

    terminal = open_terminal("jane")
    # No introduction this time: on at once where it stopped.
    terminal.wait(place(11), "50%", expected[10].item.question)
    assert lines_of(study_folder, "jane") == before
    terminal.press("u")
    terminal.wait(place(10), "45%", shown[10], "Taken back")
    chosen[10] = abilities[3]
    terminal.press(KEYS[chosen[10]])
    for number in range(11, TOTAL + 1):
        terminal.wait(place(number), expected[number - 1].item.question)
        shown[number] = question(terminal)
        terminal.press(KEYS[chosen[number]])
    terminal.wait(f"All {TOTAL} items seen", "100%", "20 labelled, 0 skipped", "Thank you")
    terminal.press("q")
    assert terminal.ended() == 0

    assert len(set(shown.values())) == TOTAL
    lines = lines_of(study_folder, "jane")
    assert [line["kind"] for line in lines] == ["label"] * 10 + ["undo"] + ["label"] * 11
    standing = read_answers(study_folder / "answers/jane.jsonl", abilities).standing
    given = [(event.item, event.ability) for event in standing]
    assert given == [(m.item.id, chosen[n]) for n, m in enumerate(expected, start=1)]
    assert {path.name for path in (study_folder / "answers").iterdir()} == {"jane.jsonl"}


def check_screen(terminal: Terminal) -> None:
    """The ten abilities with keys and definitions, and nothing that tells the intended one."""
    rows = terminal.screen.display
    for ability, definition in DEFINITIONS.items():
        (row,) = [row for row in rows if definition in row]
        assert re.match(rf" +{KEYS[ability]} +{readable(ability)} +{re.escape(definition)}", row)
    for hidden in ("hidden_type", "hidden_template", "-train-", "-calibration-", "-test-"):
        assert hidden not in terminal.text
    for ability in DEFINITIONS:
        assert ability not in terminal.text
        assert len(re.findall(readable(ability), "\n".join(rows[:-2]))) == 1


def test_skips_comments_and_definitions_on_a_small_terminal(
    study_folder: Path, open_terminal: Callable[..., Terminal]
) -> None:
    study = read_study(study_folder / "config.yaml")
    expected = ordered(study.items, study.seed, "john")
    assert any(LONG in member.item.context for member in expected[1:])
    terminal = open_terminal("john", columns=80, rows=24)
    terminal.wait("Which ability does each question need?")
    # In full, after scrolling.
    last = list(DEFINITIONS.values())[-1]
    terminal.press(END)
    terminal.wait(last[:30], last[-20:])
    terminal.press(ENTER)
    terminal.wait(place(1), *(readable(a) for a in DEFINITIONS))
    for definition in DEFINITIONS.values():
        assert definition[:30] in terminal.text

    terminal.press("c")
    terminal.wait("Your comment on this item")
    # Digits and letters are text here.
    terminal.press("1 or 2, uncertain")
    terminal.wait("1 or 2, uncertain")
    terminal.press(ENTER)
    terminal.wait("Comment saved.", place(1))
    terminal.press("c")
    terminal.wait("esc")
    terminal.press("x")
    terminal.wait("uncertainx")
    terminal.press(ESCAPE)
    terminal.wait("Comment left unchanged.", gone="uncertainx")
    terminal.press("s")
    for number in range(2, TOTAL + 1):
        asked = expected[number - 1].item
        if LONG in asked.context:
            # Question and options are below.
            terminal.wait(place(number), asked.context[:15], "scroll the text", gone=asked.question)
            terminal.press(END)
            terminal.wait(asked.question, asked.options[3])
        else:
            terminal.wait(place(number), asked.question, gone="scroll the text")
        terminal.press("s" if number == 5 else "2")
    terminal.wait(f"All {TOTAL} items seen", "18 labelled, 2 skipped", "Press r")
    terminal.press("r")
    terminal.wait(place(1), expected[0].item.question, "Your comment: 1 or 2, uncertain")
    terminal.press("4")
    terminal.wait(place(5), expected[4].item.question)
    terminal.press("4")
    terminal.wait("20 labelled, 0 skipped")
    terminal.press("q")
    assert terminal.ended() == 0

    answers = read_answers(study_folder / "answers/john.jsonl", DEFINITIONS)
    assert len(answers.latest()) == TOTAL
    assert {e.ability for e in answers.latest().values()} == {
        "deductive_reasoning",
        "commonsense_causal_reasoning",
    }
    assert [e.text for e in answers.comments.values()] == ["1 or 2, uncertain"]


def test_a_window_too_small_says_so_and_takes_no_label(
    study_folder: Path, open_terminal: Callable[..., Terminal]
) -> None:
    terminal = open_terminal("jane")
    terminal.wait("Which ability does each question need?")
    terminal.press(ENTER)
    terminal.wait(place(1))
    terminal.resize(60, 15)
    terminal.wait("60 x 15 characters", "at least 80 x 24")
    terminal.resize(100, 30)
    terminal.wait(place(1), gone="characters")
    terminal.resize(79, 30)
    terminal.wait("79 x 30 characters")
    # The keys come one after the other: when the program has ended, it has seen both.
    terminal.press("1q")
    assert terminal.ended() == 0
    assert (study_folder / "answers/jane.jsonl").read_bytes() == b""


def test_a_window_that_was_too_small_has_all_keys_when_it_is_enlarged(
    open_terminal: Callable[..., Terminal],
) -> None:
    terminal = open_terminal("jane", columns=60, rows=20)
    terminal.wait("Which ability does each question need?")
    terminal.press(ENTER)
    terminal.wait("60 x 20 characters")
    terminal.resize(80, 24)
    terminal.wait(place(1), "Undo", "Skip", "Comment", "Definitions")


def test_the_introduction_can_be_left_by_q(open_terminal: Callable[..., Terminal]) -> None:
    terminal = open_terminal("jane")
    terminal.wait("Which ability does each question need?", "Quit")
    terminal.press("q")
    assert terminal.ended() == 0


def test_a_second_screen_of_an_annotator_is_refused(
    open_terminal: Callable[..., Terminal],
) -> None:
    open_terminal("jane").wait("Which ability does each question need?")
    second = open_terminal("jane")
    assert second.ended() == 2
    assert "jane.jsonl: another screen has it open" in " ".join(second.text.split())


def ended_by_a_label(terminal: Terminal) -> int:
    terminal.wait("Which ability does each question need?")
    terminal.press(ENTER)
    terminal.wait(place(1))
    terminal.press("12s")
    status = terminal.ended()
    assert "Answers are in" not in terminal.text
    # Neither intended abilities nor ids and types that tell them.
    for hidden in ("hidden_", *(name for name in DEFINITIONS if "_" in name)):
        assert hidden.encode() not in terminal.written
    return status


def test_a_full_disk_ends_the_program_with_a_sentence(
    study_folder: Path, open_terminal: Callable[..., Terminal]
) -> None:
    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))

    terminal = open_terminal("jane", prepare=full)
    assert ended_by_a_label(terminal) == 2
    words = terminal.written.decode()
    assert "answers/jane.jsonl: cannot be written (File too large); expected a file" in words
    assert "Traceback" not in words
    # What was begun is cut off by the next start.
    assert (study_folder / "answers/jane.jsonl").stat().st_size == 10
    open_terminal("jane").wait("Which ability does each question need?")
    assert (study_folder / "answers/jane.jsonl").stat().st_size == 0


CRASH = """
import sys
from benchprof.annotation import screen, session

def fail(self, ability):
    present, items = self.present, self.items
    raise RuntimeError("a fault of the program")

session.Session.label = fail
sys.exit(screen.main())
"""


def test_a_crash_is_no_success_and_tells_no_ability(open_terminal: Callable[..., Terminal]) -> None:
    terminal = open_terminal("jane", program=["-c", CRASH])
    assert ended_by_a_label(terminal) == 1
    assert "RuntimeError: a fault of the program" in terminal.text


def test_an_item_gives_the_terminal_no_command() -> None:
    item = Item("i", "t", "A\x1b]52;c;eA==\x07 cat.", "Which\x9b2J\nis it?", ("a\r", "b"), 0)
    shown = [part.plain for part in _parts(StudyItem("x", item))]
    assert shown == ["A]52;c;eA== cat.", "Which2J\nis it?", "A  a     B  b"]


def test_faults_end_before_the_screen(
    study_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = study_folder / "config.yaml"
    assert main(["--configfile", str(file), "jane"]) == 2
    assert "not a terminal; expected a terminal" in capsys.readouterr().err
    config = yaml.safe_load(file.read_text())
    del config["abilities"]["spatial_reasoning"]["definition"]
    file.write_text(yaml.safe_dump(config))
    assert main(["--configfile", str(file), "jane"]) == 2
    assert "abilities.spatial_reasoning: lacks definition" in capsys.readouterr().err
    assert not (study_folder / "answers").exists()
