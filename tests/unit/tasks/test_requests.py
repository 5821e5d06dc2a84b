"""Requests are fixed, scored as lm-eval scores them, and guessing is what guessing gives."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from tests.conftest import byte_tokenizer

from benchprof.abilities.item import CONTROL_ITEMS
from benchprof.data import ABILITY_TASK
from benchprof.errors import InputError
from benchprof.evaluation.record import make_record, read_record, record_bytes
from benchprof.scoring.chat import render_chat
from benchprof.tasks.benchmark import AbilitySplit
from benchprof.tasks.metrics import metrics_without_chance, probability_of_gold
from benchprof.tasks.requests import Requests, build_requests
from benchprof.tasks.source import TaskSource, load_tasks, task_source

ROOT = Path(__file__).parents[3]


@pytest.fixture
def items(tmp_path: Path) -> Path:
    path = tmp_path / "test.jsonl"
    lines = [
        {"id": f"i{n}", "family": "t", "context": "" if n % 2 else "It rains.",
         "question": f"Question {n}?", "options": ["one", "three", "two"], "answer": n % 3}
        for n in range(12)
    ]  # fmt: skip
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def requests_of(items: Path, limit: int | None = None, seed: int = 1) -> Requests:
    return build_requests(
        load_tasks(task_source(AbilitySplit(ability="x", split="test"), items)), limit, seed
    )


def test_the_prompt_is_that_of_the_importance_stage(items: Path) -> None:
    requests = requests_of(items)
    first, second = requests.documents[:2]
    prompt = "It rains.\nQuestion: Question 0?\nAnswer:"
    assert [i.args for i in first.instances] == [(prompt, f" {o}") for o in first.choices]
    assert second.instances[0].args[0] == "Question: Question 1?\nAnswer:"
    assert first.gold == (0,)


def test_each_control_item_is_asked_with_its_own_right_answer(items: Path) -> None:
    """A control item that some items lack does no harm to those that have it."""
    lines = [json.loads(line) for line in items.read_text().splitlines()]
    for number, line in enumerate(lines):
        own = {"context": "" if number % 2 else "So.", "question": f"Own {number}?"}
        line["control_items"] = {"uninformative": own}
        line["control_items"]["counterfactual"] = own | {"answer": (line["answer"] + 1) % 3}
    del lines[-1]["control_items"]["uninformative"]
    items.write_text("".join(json.dumps(line) + "\n" for line in lines))
    for kind in CONTROL_ITEMS:
        split = AbilitySplit(ability="x", split="test", control_item=kind)
        excluded = ["i11"] if kind == "uninformative" else []
        (task,) = load_tasks(task_source(split, items))
        found = build_requests([task], None, 1, exclude=excluded)
        assert task.config.task == f"ability_{kind}"
        # lm-eval's own reading of the target: of a counterfactual, digits that a template rendered.
        golds = [task.doc_to_target(document.content) for document in found.documents]
        shift = 1 if kind == "counterfactual" else 0
        assert golds == [(n + shift) % 3 for n in range(12 - len(excluded))]
        assert all(type(gold) is int for gold in golds)
        assert [document.gold for document in found.documents] == [(gold,) for gold in golds]
        texts = [document.instances[0].args[0] for document in found.documents[:2]]
        assert texts == ["So.\nQuestion: Own 0?\nAnswer:", "Question: Own 1?\nAnswer:"]
        favoured = [(-float(n == gold[0]), False) for gold in [d.gold for d in found.documents]
                    for n in range(3)]  # fmt: skip
        assert found.scores(favoured)["acc"] == [0.0] * len(golds)


def test_control_items_are_asked_of_the_same_sample(items: Path) -> None:
    lines = [json.loads(line) for line in items.read_text().splitlines()]
    for line in lines:
        line["control_items"] = {"uninformative": {"context": "", "question": "Which?"}}
    items.write_text("".join(json.dumps(line) + "\n" for line in lines))
    uninformative = AbilitySplit(ability="x", split="test", control_item="uninformative")
    asked = build_requests(load_tasks(task_source(uninformative, items)), 4, 1).documents
    assert [d.digest for d in asked] == [d.digest for d in requests_of(items, 4).documents]


def test_requests_are_fixed_and_their_digest_knows_a_change(items: Path) -> None:
    digest = requests_of(items, limit=5).digest
    assert requests_of(items, limit=5).digest == digest
    assert requests_of(items, limit=6).digest != digest
    items.write_text(items.read_text().replace("It rains.", "It snows."))
    assert requests_of(items, limit=5).digest != digest


def test_excluded_items_are_left_out_before_the_draw(items: Path) -> None:
    def indices(exclude: list[str]) -> list[int]:
        source = task_source(AbilitySplit(ability="x", split="test"), items, exclude)
        requests = build_requests(load_tasks(source), 5, 1, exclude=source.exclude)
        return [d.index for d in requests.documents]

    all_drawn = indices([])
    drawn = indices([f"i{all_drawn[2]}"])
    assert len(drawn) == 5
    assert set(all_drawn) - set(drawn) == {all_drawn[2]}
    not_drawn = (set(range(12)) - set(all_drawn)).pop()
    assert indices([f"i{not_drawn}"]) == all_drawn


def test_scores_of_known_answers(items: Path) -> None:
    requests = requests_of(items)
    # The model likes "one", then "three": right for every third item.
    responses = [(ll, False) for _ in requests.documents for ll in (-1.0, -2.0, -3.0)]
    scores = requests.scores(responses)
    assert scores["acc"] == [1.0, 0.0, 0.0] * 4
    # Per character: -1/3, -2/5, -1; the order stays.
    assert scores["acc_norm"] == [1.0, 0.0, 0.0] * 4
    total = sum(math.exp(-x) for x in (1, 2, 3))
    assert scores["probability"][:3] == pytest.approx([math.exp(-x) / total for x in (1, 2, 3)])


def answered(items: Path, answers: list[int]) -> None:
    """Write items of three options of which these are right."""
    line = json.loads(items.read_text().splitlines()[0])
    lines = [line | {"id": f"i{n}", "question": f"Question {n}?", "answer": own}
             for n, own in enumerate(answers)]  # fmt: skip
    items.write_text("".join(json.dumps(own) + "\n" for own in lines))


def test_guessing_is_the_share_of_the_best_constant_in_all_documents(items: Path) -> None:
    """In samples of 12 that share is anything between 0.4 and 0.9; BoolQ's majority is such one."""
    answered(items, [0, 0, 0, 1, 2] * 12)
    for seed in range(3):
        assert requests_of(items, limit=12, seed=seed).guessing == pytest.approx(36 / 60)


@pytest.mark.parametrize(("first", "expected"), [(8, 1 / 3), (9, 9 / 12)])
def test_a_constant_answer_counts_where_it_is_surely_better(
    items: Path, first: int, expected: float
) -> None:
    """Of twelve that guess among three 8 or more are right with 0.0188, three times that is 0.056;
    9 or more with 0.0039."""
    assert requests_of(items).guessing == pytest.approx(1 / 3)
    answered(items, [0] * first + [1] * (12 - first))
    requests = requests_of(items)
    assert requests.guessing == pytest.approx(expected)
    record = make_record(requests, [(-1.0, False)] * 36, {})
    (own,) = record["pool"]["sets"]
    assert own["options"] == ["one", "three", "two"]
    assert own["tasks"] == {"ability_items": {"n": 12, "right": [first, 12 - first, 0]}}
    assert own["constant"] == ("one" if first == 9 else None)
    assert record["items"]["set"] == [0] * 12
    assert record["items"]["right"] == [[0]] * first + [[1]] * (12 - first)


def test_another_pool_is_another_request(items: Path) -> None:
    """The sample is the same; what guessing scores is not."""
    answered(items, [0, 0, 0, 1, 2] * 12)
    before = requests_of(items, limit=12)
    asked = {d.content["id"] for d in before.documents}
    lines = [json.loads(line) for line in items.read_text().splitlines()]
    kept = [line for line in lines if line["id"] in asked or line["answer"] != 1]
    items.write_text("".join(json.dumps(line) + "\n" for line in kept))
    after = requests_of(items, limit=12)
    assert {d.content["id"] for d in after.documents} == asked
    assert after.guessing > before.guessing
    assert after.digest != before.digest


@pytest.mark.parametrize(
    ("text", "metrics"),
    [
        ("", {"probability", "acc", "acc_norm"}),
        ("metric_list: [{metric: perplexity}]\n", {"probability"}),
        (
            "output_type: generate_until\ngeneration_kwargs: {until: [.], max_gen_toks: 1}\n"
            "doc_to_choice: null\nmetric_list: [{metric: exact_match}, {metric: bleu}]\n",
            {"exact_match"},
        ),
    ],
)
def test_only_means_over_items_are_metrics(
    items: Path, tmp_path: Path, text: str, metrics: set[str]
) -> None:
    """They are known before anything is answered."""
    file = own_task(tmp_path, text)
    requests = build_requests(load_tasks(TaskSource(file=file, data=items)), None, 1)
    assert requests.metrics == metrics
    kind = requests.instances[0].request_type
    answer = "one" if kind == "generate_until" else (-1.0, False)
    assert set(requests.scores([answer] * len(requests.instances))) == metrics


def test_metrics_have_the_names_of_their_filters(items: Path, tmp_path: Path) -> None:
    file = own_task(
        tmp_path,
        "output_type: generate_until\ngeneration_kwargs: {until: [.], max_gen_toks: 1}\n"
        "doc_to_choice: null\nmetric_list: [{metric: exact_match}]\nfilter_list:\n"
        "- {name: none, filter: [{function: take_first}]}\n"
        "- {name: first, filter: [{function: take_first}]}\n",
    )
    requests = build_requests(load_tasks(TaskSource(file=file, data=items)), None, 1)
    assert requests.metrics == {"exact_match", "exact_match,first"}
    assert set(requests.scores(["one"] * 12)) == requests.metrics


def test_impossible_choices_have_probability_zero() -> None:
    assert probability_of_gold([-1.0, float("-inf")], [1]) == 0.0
    assert probability_of_gold([-1e4, -1e4], [0, 1]) == pytest.approx(1.0)
    # Of two right texts that are one option, the option counts once.
    assert probability_of_gold([math.log(0.75), math.log(0.25)], [0, 0]) == pytest.approx(0.75)


def test_where_all_choices_are_impossible_the_probability_is_that_of_guessing() -> None:
    assert probability_of_gold([float("-inf")] * 4, [2]) == 0.25
    assert probability_of_gold([float("-inf")] * 4, [2, 0]) == 0.5


def test_a_record_survives_its_file_and_damage_is_found(items: Path, tmp_path: Path) -> None:
    requests = requests_of(items)
    responses = [(float("-inf"), False), (-2.0, True), (-3.0, False)] * 12
    record = make_record(requests, responses, {"code": "c"})
    path = tmp_path / "record.json"
    path.write_bytes(record_bytes(record))
    read = read_record(path)
    assert {key: value for key, value in read.items() if key != "digest"} == record
    assert record["items"]["responses"][0][0] == [None, False]
    path.write_text(path.read_text().replace('"n": 12', '"n": 13'))
    with pytest.raises(InputError, match="its digest differs"):
        read_record(path)


def test_a_log_likelihood_that_is_no_number_is_named(items: Path) -> None:
    responses = [(-1.0, False)] * 35 + [(float("nan"), False)]
    with pytest.raises(ArithmeticError, match="document 11 of ability_items"):
        make_record(requests_of(items), responses, {})


def test_an_unknown_task_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.yaml: no such file"):
        load_tasks(TaskSource(file=tmp_path / "absent.yaml"))


def test_a_broken_line_is_named_before_lm_eval_sees_it(items: Path) -> None:
    items.write_text(items.read_text() + '{"id": "broken"\n')
    with pytest.raises(InputError, match="line 13: not JSON"):
        load_tasks(task_source(AbilitySplit(ability="x", split="test"), items))


def test_shots_are_one_fixed_draw_without_the_document_itself(items: Path, tmp_path: Path) -> None:
    file = tmp_path / "shots.yaml"
    template = ABILITY_TASK.read_text()
    file.write_text(template.replace("ability_items\n", "with_shots\n"))
    requests = build_requests(load_tasks(TaskSource(file=file, data=items, fewshot=2)), None, 1)
    shots = {d.instances[0].args[0].rpartition("\n\n")[0] for d in requests.documents}
    # Three documents are drawn so that one can be left out: at most three differing prefixes.
    assert len(shots) <= 3
    for document in requests.documents:
        prefix, _, own = document.instances[0].args[0].rpartition("\n\n")
        assert own.removeprefix("It rains.\n") not in prefix


@pytest.mark.parametrize("answer", [-1, 3])
def test_a_key_that_is_no_choice_is_named(items: Path, answer: int) -> None:
    """Hidden test sets have -1 as the key, which Python would take for the last choice."""
    lines = items.read_text().splitlines()
    lines[1] = lines[1].replace('"answer": 1', f'"answer": {answer}')
    items.write_text("\n".join(lines))
    with pytest.raises(InputError, match=rf"document 1: the right choice is {answer}"):
        requests_of(items)


def own_task(tmp_path: Path, text: str) -> Path:
    """A task file like the shipped one, changed."""
    file = tmp_path / "own.yaml"
    template = ABILITY_TASK.read_text()
    file.write_text(template.replace("task: ability_items", "task: own") + text)
    return file


def test_the_digest_knows_how_responses_are_scored(items: Path, tmp_path: Path) -> None:
    def digest(text: str) -> str:
        source = TaskSource(file=own_task(tmp_path, text), data=items)
        return build_requests(load_tasks(source), None, 1).digest

    plain = digest("")
    assert digest("") == plain
    assert digest("repeats: 2\n") != plain
    own_task(tmp_path, "")
    moved = items.rename(tmp_path / "moved.jsonl")
    source = TaskSource(file=own_task(tmp_path, ""), data=moved)
    assert build_requests(load_tasks(source), None, 1).digest == plain


def test_another_task_of_the_same_name_below_the_folder_does_not_win(
    items: Path, tmp_path: Path
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/other.yaml").write_text("task: own\ndataset_path: absent\n")
    file = own_task(tmp_path, "description: 'Mine. '\n")
    (task,) = load_tasks(TaskSource(file=file, data=items))
    assert task.config.description == "Mine. "


def test_an_open_turn_stays_open() -> None:
    """lm-eval renders a task's `gen_prefix` as the beginning of the model's own turn."""
    messages = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "The answer is"},
    ]
    text = render_chat(byte_tokenizer(chat=True), messages, add_generation_prompt=False)
    assert text.endswith("The answer is")


@pytest.mark.parametrize(
    ("text", "kept", "left"),
    [
        (
            "metric_list: [{metric: acc}, {metric: exact_match}]\n",
            {"probability", "acc"},
            {"exact_match"},
        ),
        # As TruthfulQA-MC2 does, whose `acc` a guesser does not score 1 / options in.
        (
            "process_results: !function own.mass\nmetric_list: [{metric: acc}, {metric: mrr, "
            "aggregation: mean, higher_is_better: true}]\n",
            {"probability"},
            {"acc", "mrr"},
        ),
    ],
)
def test_no_metric_is_kept_in_which_guessing_scores_something_unknown(
    items: Path, tmp_path: Path, text: str, kept: set[str], left: set[str]
) -> None:
    scores = "def mass(doc, results):\n    return {'acc': 1.0, 'mrr': 1.0}\n"
    (tmp_path / "own.py").write_text(scores)
    tasks = load_tasks(TaskSource(file=own_task(tmp_path, text), data=items))
    requests = build_requests(tasks, None, 1)
    assert requests.metrics == kept
    answers = [(-1.0, True)] * len(requests.instances)
    assert set(requests.scores(answers)) == kept
    assert metrics_without_chance(tasks[0]) == left
