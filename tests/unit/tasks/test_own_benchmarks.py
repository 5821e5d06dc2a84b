"""The benchmarks written for this project: each item once, and requests as their tasks ask them."""

import json
import shutil
from collections import Counter
from typing import Any

import pytest
from tests.conftest import ROOT, byte_tokenizer, terse_model

from benchprof.scoring.scorer import TreeScorer
from benchprof.tasks.benchmark import TaskFile
from benchprof.tasks.requests import Requests, build_requests
from benchprof.tasks.source import load_tasks, task_source

FOLDER = ROOT / "resources/benchmarks"
BENCHMARKS = ("everyday_problems", "people_and_things", "plans_and_prices", "small_functions")
CHOICES = ("people_and_things", "plans_and_prices")
ABILITIES = {path.name for path in (ROOT / "resources/abilities/v3").glob("*_*/")}


def items(name: str) -> list[dict[str, Any]]:
    lines = (FOLDER / name / "items.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def requests_of(name: str, limit: int | None = None) -> Requests:
    folder = FOLDER / name
    own = TaskFile(task_file=str(folder / "task.yaml"), data=str(folder / "items.jsonl"))
    return build_requests(load_tasks(task_source(own)), limit, 1)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_sixty_different_items_need_several_of_the_ten_abilities(name: str) -> None:
    own = items(name)
    assert len({item["id"] for item in own}) == len(own) == 60
    assert len({item.get("question", item.get("prompt")) for item in own}) == 60
    of_all = [item for one in CHOICES for item in items(one)] if name in CHOICES else own
    # Each of the two with options needs some of the ten, and both together all.
    assert {ability for item in of_all for ability in item["needs"]} == ABILITIES
    alone = [item["kind"] for item in own if len(set(item["needs"])) < 2]
    # One function asks for nothing but its rule, which the examples show.
    assert alone == (["marked"] if name == "small_functions" else [])


@pytest.mark.parametrize("name", CHOICES)
def test_options_are_different_and_the_right_one_is_at_each_place_equally_often(name: str) -> None:
    own = items(name)
    assert all(len(set(item["options"])) == 4 for item in own)
    assert Counter(item["answer"] for item in own) == {0: 15, 1: 15, 2: 15, 3: 15}


def test_a_prompt_shows_some_of_its_tests_and_keeps_others() -> None:
    for item in items("small_functions"):
        assert 1 <= item["prompt"].count(">>> ") < item["test"].count("assert"), item["kind"]


def test_solutions_pass_in_the_sandbox_and_others_do_not() -> None:
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap (bwrap) is not installed")
    requests = requests_of("small_functions")
    solutions = [document.content["canonical_solution"] for document in requests.documents]
    prompts = [document.content["prompt"] for document in requests.documents]
    assert [instance.args[0] for instance in requests.instances] == prompts
    assert requests.scores(solutions) == {"pass@1": [1.0] * 60}
    few = requests_of("small_functions", 3)
    faulty = ["    return [None]\n", "    exit(0)\n", "    return (\n"]
    assert few.scores(faulty) == {"pass@1": [0.0] * 3}


def test_a_problem_is_right_by_the_number_after_the_answer_is() -> None:
    requests = requests_of("everyday_problems")
    assert requests.guessing == 0
    contents = [document.content for document in requests.documents]
    for own, instance in zip(contents, requests.instances, strict=True):
        prompt, settings = instance.args
        assert prompt.endswith(f"The answer is 13.\n\nProblem: {own['question']}\nSolution:")
        assert "\n" in settings["until"]
    right = [f" {own['working']} The answer is {own['answer']}." for own in contents]
    assert requests.scores(right) == {"exact_match,strict-match": [1.0] * 60}
    wrong = [f" {own['working']} The answer is {own['answer']}1." for own in contents]
    assert requests.scores(wrong) == {"exact_match,strict-match": [0.0] * 60}
    assert requests.scores([" It is unclear."] * 60) == {"exact_match,strict-match": [0.0] * 60}


@pytest.mark.parametrize("name", CHOICES)
def test_every_option_of_a_question_is_asked_after_its_text(name: str) -> None:
    requests = requests_of(name)
    assert requests.guessing == pytest.approx(0.25)
    asked = [
        (f"Question: {own['question']}\nAnswer:", f" {option}")
        for own in (document.content for document in requests.documents)
        for option in own["options"]
    ]
    assert [instance.args for instance in requests.instances] == asked


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_model_answers(name: str) -> None:
    """A toy, random and short of words: each answer is scored, whatever it is."""
    if name == "small_functions" and shutil.which("bwrap") is None:
        pytest.skip("bubblewrap (bwrap) is not installed")
    requests = requests_of(name, 2)
    instances = requests.instances
    assert len(instances) == (8 if name in CHOICES else 2)
    scorer = TreeScorer(terse_model(), byte_tokenizer(chat=False))
    written = instances[0].request_type == "generate_until"
    answers = (scorer.generate_until if written else scorer.loglikelihood)(instances)
    assert all(len(scores) == 2 for scores in requests.scores(answers).values())
