"""Items as texts: prompts, choices and answers against what was written by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from tests.records import record_of

from benchprof.evaluation.fields import Record
from benchprof.reading.answer import Answer, answers_of, right_or_wrong
from benchprof.reading.item_table import item_table
from benchprof.reading.question import Question, questions_of
from benchprof.reading.side_by_side import PROMPT_END, side_by_side
from benchprof.tasks.document import Document
from benchprof.tasks.guessing import Offer, pool_of
from benchprof.tasks.requests import Requests


def document(requests: list[tuple[str, Any]], choices: tuple[str, ...], gold: int) -> Document:
    task: Any = SimpleNamespace(
        config=SimpleNamespace(task="made_up"), doc_to_target=lambda doc: doc["answer"]
    )
    instances: Any = tuple(SimpleNamespace(args=request) for request in requests)
    content = {"answer": "It is 12."}
    right = (gold,) if choices else ()
    offer = Offer("made_up", choices, right)
    return Document(task, 7, "digest", content, instances, choices, right, offer)


def question(number: int = 0, choices: tuple[str, ...] = (), gold: int = 0) -> Question:
    return Question("made_up", number, f"digest {number}", "Why?", choices, (gold,), "since")


def test_a_question_has_its_prompt_choices_and_answer() -> None:
    asked = [("Which?\nAnswer:", f" {choice}") for choice in ("red", "blue")]
    generated = [("How many?", {"until": ["\n"]})]
    # Both contexts go on alike: WinoGrande. The names begin with the same letters.
    gap = [("As the truck", " was slow."), ("As the train", " was slow.")]
    # A request more than the choices is of another metric.
    documents = (
        document([*asked, ("Answer:", " red")], ("red", "blue"), 1),
        document(generated, (), 0),
        document(gap, ("truck", "train"), 0),
    )
    requests = Requests(documents, pool_of([own.offer for own in documents]))
    first, second, third = questions_of(requests)
    assert first == Question(
        "made_up", 7, "digest", "Which?\nAnswer:", ("red", "blue"), (1,), "blue"
    )
    assert (second.prompt, second.choices, second.expected) == ("How many?", (), "It is 12.")
    assert (third.prompt, third.expected) == ("As the _ was slow.", "truck")


def test_the_answer_to_choices_is_the_most_likely() -> None:
    questions = [question(n, ("red", "blue"), 1) for n in range(4)]
    given = [
        [[-3.0, False], [-1.5, True]],
        [[-1.0, True], [-1.5, False]],
        # Null is minus infinity; a third response is of another metric.
        [[None, False], [-9.0, False], [-0.1, True]],
        [[-2.0, False], [-2.0, False]],
    ]
    own = answers_of(record_of(given, {"acc": [1.0, 0.0, 1.0, 0.0]}), questions, "acc")
    assert own == [Answer("blue", True), Answer("red", False), Answer("blue", True),
                   Answer("red", False)]  # fmt: skip


def test_free_text_is_right_by_a_metric() -> None:
    questions = [question(n) for n in range(2)]
    own = record_of([["It is 12."], ["Twelve"]], {"strict": [1.0, 0.0]})
    expected = [Answer("It is 12.", True), Answer("Twelve", False)]
    assert answers_of(own, questions, "strict") == expected
    assert [answer.right for answer in answers_of(own, questions, None)] == [None, None]


def written(**scores: list[float]) -> Record:
    """A record of two texts with these scores."""
    return record_of([["It is 12."], ["Twelve"]], scores)


@pytest.mark.parametrize(
    ("wanted", "metric"),
    [(["flexible"], "flexible"), (["f1", "flexible"], "flexible"), (["f1"], "strict")],
)
def test_the_metric_is_the_first_wanted_that_says_right_or_wrong(
    wanted: list[str], metric: str
) -> None:
    """Or else the first of all that does."""
    scores = {"f1": [0.5, 1.0], "strict": [1.0, 0.0], "flexible": [1.0, 1.0]}
    assert right_or_wrong([written(**scores)], wanted) == metric
    assert right_or_wrong([written(f1=[0.5, 1.0])], wanted) is None


def test_one_metric_says_right_or_wrong_in_all_records() -> None:
    """F1 does so in the ablated model's alone, by accident: the first text turned right by it."""
    intact = written(f1=[1.0, 0.5], exact_match=[0.0, 0.0])
    ablated = written(f1=[1.0, 0.0], exact_match=[0.0, 0.0])
    assert right_or_wrong([intact, ablated], ["f1"]) == "exact_match"


def test_where_nothing_is_written_the_log_likelihood_stands() -> None:
    questions = [question(n) for n in range(3)]
    own = answers_of(record_of([[[-1.25, True]], [-2.5], [[None, False]]]), questions, None)
    assert [answer.text for answer in own] == [
        "log-likelihood -1.250", "log-likelihood -2.500", "log-likelihood minus infinity",
    ]  # fmt: skip


ANSWERS = {
    "intact": [Answer("blue", True), Answer("red", None)],
    "x.top_0.1": [Answer("red", False), Answer("red", None)],
}


def test_the_table_has_a_row_per_item_and_two_columns_per_model() -> None:
    table = item_table([question(0, ("red", "blue"), 1), question(1)], ANSWERS)
    assert list(table.columns) == [
        "task", "index", "digest", "prompt", "choices", "expected",
        "intact", "intact_right", "x.top_0.1", "x.top_0.1_right",
    ]  # fmt: skip
    assert table.iloc[0].tolist() == [
        "made_up", 0, "digest 0", "Why?", "red\nblue", "since", "blue", "right", "red", "wrong",
    ]  # fmt: skip
    assert table.iloc[1]["intact_right"] == ""
    assert isinstance(table, pd.DataFrame)


def test_equal_answers_stand_together_and_text_stays_text() -> None:
    long = "x" * PROMPT_END
    asked = Question("made_up", 3, "d", f"cut{long}", (), (), "# not a heading")
    answers = {
        "intact": [Answer("````\n<b>", True)],
        "x.top_0.1": [Answer("no", False)],
        "y.top_0.1": [Answer("no", False)],
    }
    page = side_by_side("b under m", [asked], answers)
    assert page.startswith("# b under m\n")
    assert "Turned by 2 of 2 ablations." in page
    assert f"```text\n[...]{long}\n```" in page
    assert "```text\n# not a heading\n```" in page
    assert "`intact` (right):\n\n`````text\n````\n<b>\n`````\n" in page
    assert "`x.top_0.1`, `y.top_0.1` (wrong):\n\n```text\nno\n```\n" in page


def test_a_text_gives_a_terminal_no_command() -> None:
    spaced = "10\u00a0000\u200d"
    asked = Question("made_up", 3, "d", f"Why?\n\t{spaced}", (), (), "no\x1b]52;c;x\x07")
    page = side_by_side("b under m", [asked], {"intact": [Answer("\x1b[2Jyes", True)]})
    assert "```text\nno]52;c;x\n```" in page and "```text\n[2Jyes\n```" in page
    assert f"Why?\n\t{spaced}" in page


def test_choices_are_on_the_page_and_free_text_has_none() -> None:
    asked = [question(0, ("red", "blue"), 1), question(1)]
    page = side_by_side("t", asked, ANSWERS)
    assert page.count("To choose from:\n\n```text\nred\nblue\n```\n") == 1


def test_the_page_has_the_items_that_turn_most() -> None:
    """Of thirty items the last twenty are turned by one ablation, and the third by both."""
    questions = [question(n) for n in range(30)]
    intact = [Answer("yes", True)] * 30
    one = [Answer("no" if n >= 10 or n == 2 else "yes", n < 10 and n != 2) for n in range(30)]
    both = [Answer("no" if n == 2 else "yes", n != 2) for n in range(30)]
    page = side_by_side("t", questions, {"intact": intact, "one": one, "both": both})
    shown = [int(line.split()[-1]) for line in page.splitlines() if line.startswith("## ")]
    assert shown == [2, *range(10, 29)]


@pytest.mark.parametrize("right", [True, None])
def test_where_nothing_turned_the_first_items_are_shown(right: bool | None) -> None:
    questions = [question(n) for n in range(3)]
    same = [Answer("yes", right)] * 3
    page = side_by_side("t", questions, {"intact": same, "one": same})
    assert page.count("## ") == 3
    assert ("(right)" in page) == bool(right)
