"""Bars of any library: estimates on a terminal only when they are sure, whole lines in a log."""

from __future__ import annotations

import io
import logging

import pytest
from tqdm import tqdm
from tqdm.auto import tqdm as tqdm_of_libraries

from benchprof.progress import duration, shown


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with nothing else to do."""
    monkeypatch.setattr("os.getloadavg", lambda: (0.0, 0.0, 0.0))


def wait(bar: tqdm, seconds: float) -> None:
    """Let time pass for a bar, without waiting."""
    bar.start_t -= seconds
    bar.last_print_t -= seconds


@pytest.mark.parametrize("kind", [tqdm, tqdm_of_libraries])
def test_a_log_gets_a_line_a_minute_and_no_carriage_return(
    kind: type[tqdm], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    file = io.StringIO()
    with shown(terminal=False), kind(total=1000, desc="attributions", file=file) as bar:
        for seconds in (59, 2, 58, 3):
            wait(bar, seconds)
            bar.update(50)
    # Of 1,000 it has done 100 after 61 seconds and 200 after 122. A first line comes after 60
    # seconds, not after 59; the next one 60 seconds later, not after 58.
    assert caplog.messages == [
        "attributions: 10% in 1 minute, about 9 minutes left",
        "attributions: 20% in 2 minutes, about 8 minutes left",
    ]
    assert file.getvalue() == ""


def test_a_bar_of_unknown_length_tells_how_much_is_done(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with shown(terminal=False), tqdm(unit="rows", file=io.StringIO()) as bar:
        wait(bar, 90)
        bar.update(1234)
    assert caplog.messages == ["progress: 1,234 rows in 2 minutes"]


def test_what_an_earlier_run_did_is_in_no_rate(caplog: pytest.LogCaptureFixture) -> None:
    """A download that goes on at 80 of 100: 10 more took a minute, the last 10 take another."""
    caplog.set_level(logging.INFO)
    with shown(terminal=False), tqdm(total=100, initial=80, file=io.StringIO()) as bar:
        wait(bar, 60)
        bar.update(10)
    assert caplog.messages == ["progress: 90% in 1 minute, about 1 minute left"]


def test_an_estimate_takes_the_rate_of_the_last_minutes(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with shown(terminal=False), tqdm(total=200, file=io.StringIO()) as bar:
        # Ten steps a minute, a pause of ten hours in the second one, then twenty a minute.
        for seconds, steps in ((60, 10), (36_000, 10), (60, 10), *[(60, 20)] * 5):
            wait(bar, seconds)
            bar.update(steps)
    left = [message.partition(", about ")[2] for message in caplog.messages]
    assert left[:3] == ["19 minutes left", "18 minutes left", "17 minutes left"]
    assert left[-1] == "4 minutes left"  # 70 steps


def test_a_pause_in_the_first_minute_gives_no_estimate(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with shown(terminal=False), tqdm(total=200, file=io.StringIO()) as bar:
        for seconds in (36_000, 60):
            wait(bar, seconds)
            bar.update(10)
    assert caplog.messages[0] == "progress: 5% in 10 hours"
    # The lower of the two paces.
    assert caplog.messages[1].endswith("about 18 minutes left")


def test_a_busy_machine_is_named(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    told = []
    for load in (2.0, 6.0):
        monkeypatch.setattr("os.getloadavg", lambda load=load: (load, 0.0, 0.0))
        with shown(terminal=False), tqdm(total=100, file=io.StringIO()) as bar:
            wait(bar, 60)
            bar.update(50)
        told.append(caplog.messages[-1])
    assert ["busy" in line for line in told] == [False, True]


@pytest.mark.parametrize(
    ("done", "seconds", "estimates"), [(9, 15, False), (10, 15, True), (1, 61, True)]
)
def test_a_terminal_gets_no_estimate_from_the_first_steps(
    done: int, seconds: float, estimates: bool
) -> None:
    file = io.StringIO()
    with shown(terminal=True), tqdm(total=100, file=file) as bar:
        wait(bar, seconds)
        bar.update(done)
        assert ("<" in file.getvalue().split("\r")[-1]) == estimates


def test_nothing_of_a_finished_bar_stays_on_a_terminal() -> None:
    file = io.StringIO()
    with shown(terminal=True):
        for _ in range(2):
            with tqdm(total=10, file=file) as bar:
                bar.update(10)
    assert "10/10" not in file.getvalue().split("\r")[-1]
    assert "\n" not in file.getvalue()


def test_the_bars_of_others_are_theirs_again_after_the_block() -> None:
    file = io.StringIO()
    with pytest.raises(KeyError), shown(terminal=False):
        raise KeyError
    with shown(terminal=True):
        pass
    with tqdm(total=100, file=file) as bar:
        wait(bar, 15)
        bar.update(1)
    assert "1/100 [00:15<" in file.getvalue()
    assert file.getvalue().endswith("\n")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1.2, "1 second"),
        (59.7, "1 minute"),
        (7510, "2 hours 5 minutes"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text
