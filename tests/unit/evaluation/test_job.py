"""What a job refuses before it asks anything, and how it reports answers that are no numbers."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
import torch
from tests.conftest import byte_tokenizer, tiny_model
from tests.evaluating import evaluate_benchmark
from tests.unit.tasks.definitions import CHOICES

from benchprof.errors import InputError
from benchprof.evaluation import job, questions
from benchprof.evaluation.faults import check_logits
from benchprof.evaluation.questions import requests_for
from benchprof.evaluation.settings import ModelSettings
from benchprof.models.loading import load_model, load_tokenizer
from benchprof.models.preparation import prepare_model
from benchprof.scoring.scorer import TreeScorer
from benchprof.store import Store
from benchprof.tasks.source import TaskSource, load_tasks

OWN = f"task: own\n{CHOICES}"
READ = """\
task: read
output_type: loglikelihood_rolling
doc_to_text: ""
doc_to_target: "{{question}}"
metric_list: [{metric: word_perplexity}, {metric: byte_perplexity}]
"""
WRITTEN = """\
task: written
output_type: generate_until
generation_kwargs: {until: [.], max_gen_toks: 4, do_sample: false}
doc_to_text: "{{question}}"
doc_to_target: "one"
metric_list: [{metric: exact_match, aggregation: mean, higher_is_better: true}]
"""


def source(folder: Path, task: str) -> TaskSource:
    file = folder / "own.yaml"
    file.write_text(task)
    item = {"question": "Which?", "options": ["one", "two"], "answer": 0}
    items = folder / "items.jsonl"
    items.write_text("".join(json.dumps(item | {"id": n}) + "\n" for n in range(3)))
    return TaskSource(file=file, data=items)


def settings(folder: Path) -> ModelSettings:
    return ModelSettings(folder, "float32", "cpu", chat_template=False)


def test_a_benchmark_without_a_score_of_each_item_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        requests_for(settings(tmp_path), source(tmp_path, READ), None, 1)
    assert str(caught.value) == (
        f"benchmark task {tmp_path / 'own.yaml'}: its metrics are byte_perplexity, "
        "word_perplexity; expected one that all its tasks have, is a mean over items and better "
        "the higher it is. Ablation is measured by each item's score: choose another task."
    )


def test_tasks_that_share_no_metric_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = source(tmp_path, OWN)
    tasks = load_tasks(own) + load_tasks(source(tmp_path, WRITTEN))
    monkeypatch.setattr(questions, "load_tasks", lambda _: tasks)
    with pytest.raises(InputError, match="its metrics are acc, exact_match; expected one that all"):
        requests_for(settings(tmp_path), own, None, 1)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A prepared model whose logits are no numbers."""
    own = tiny_model("llama")
    with torch.no_grad():
        own.lm_head.weight.fill_(float("nan"))
    own.save_pretrained(tmp_path / "own")
    byte_tokenizer(chat=False).save_pretrained(tmp_path / "own")
    prepare_model({"folder": str(tmp_path / "own")}, tmp_path / "model", Store(tmp_path / "store"))
    return tmp_path / "model"


@pytest.fixture
def prepared(tiny_folder: Path, tmp_path: Path) -> Path:
    prepare_model({"folder": str(tiny_folder)}, tmp_path / "model", Store(tmp_path / "store"))
    return tmp_path / "model"


def evaluate(model: Path, folder: Path, task: str) -> None:
    evaluate_benchmark(
        settings(model), source(folder, task), None, 1, {}, "zero",
        {"intact": folder / "records/intact.json"}, Store(folder / "store"),
    )  # fmt: skip


@pytest.mark.parametrize("task", [OWN, WRITTEN])
def test_logits_that_are_no_numbers_are_reported(model: Path, tmp_path: Path, task: str) -> None:
    with pytest.raises(InputError, match=r"ablation intact: .* expected finite logits\. Set `dt"):
        evaluate(model, tmp_path, task)


def test_one_row_of_logits_is_made_of_a_prompt(prepared: Path, tmp_path: Path) -> None:
    own = source(tmp_path, WRITTEN)
    scorer = TreeScorer(load_model(settings(prepared)), load_tokenizer(prepared))
    rows: list[int] = []
    scorer.model.get_output_embeddings().register_forward_hook(
        lambda _, __, logits: rows.append(logits.shape[:-1].numel())
    )
    check_logits(scorer, requests_for(settings(prepared), own, None, 1))
    assert rows == [1]


GREEDY = "{until: [.], max_gen_toks: 4, do_sample: false}"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("{until: [.], max_gen_toks: 512}", "max_gen_toks: answers of up to 512 tokens; expected"),
        ("{until: [.], max_gen_toks: 4, do_sample: true}", "do_sample: True, which asks for"),
        ("{max_gen_toks: 4, stop: [.]}", "stop: unknown key; expected `until`, `max_gen_toks`"),
    ],
)
def test_settings_that_no_answer_can_have_are_refused_before_the_model_is_loaded(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: str, words: str
) -> None:
    monkeypatch.setattr(job, "load_model", lambda *_: pytest.fail("it was loaded"))
    where = r"^task written, document \d, generation_kwargs\."
    with pytest.raises(InputError, match=where + words):
        evaluate(prepared, tmp_path, WRITTEN.replace(GREEDY, settings))


LONG = json.dumps(["x" * 600, "two"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("doc_to_choice: options", f"doc_to_choice: {LONG}"), r"6 .*, 600 .* at most 512"),
        (("{{question}}", "{{' '}}"), r"0 tokens of context, \d of continuation; expected"),
    ],
)
def test_a_document_that_cannot_be_scored_is_named(
    prepared: Path, tmp_path: Path, change: tuple[str, str], words: str
) -> None:
    task = OWN.replace(*change) + "target_delimiter: ''\n"
    with pytest.raises(InputError, match=rf"^task own, document \d: {words}.* Mend the texts, "):
        evaluate(prepared, tmp_path, task)


def with_code(folder: Path, key: str, body: str, task: str = WRITTEN) -> str:
    """A task whose key names a function of a file, by its body."""
    arguments = "doc, results" if key == "process_results" else "doc"
    (folder / "code.py").write_text(f"def made({arguments}):\n    {body}\n")
    lines = [line for line in task.splitlines() if not line.startswith(f"{key}:")]
    return "\n".join([*lines, f"{key}: !function code.made\n"])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return {'exact_match': results[0][0] == 'a'}", "IndexError: "),
        ("return {'exact_match': float('nan')}", r"exact_match is nan for \[''\]"),
        ("return {'exact_match': None}", "TypeError: "),
    ],
)
def test_scoring_is_tried_before_the_model_is_loaded(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, words: str
) -> None:
    monkeypatch.setattr(job, "load_model", lambda *_: pytest.fail("it was loaded"))
    where = r"^task written, document \d, process_results: "
    code = tmp_path / "code.py"
    with pytest.raises(InputError, match=rf"{where}{words}.* made of {code} "):
        evaluate(prepared, tmp_path, with_code(tmp_path, "process_results", body))


def test_scoring_of_log_likelihoods_is_tried_too(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Choices whose probabilities are too small for a number are an odd answer."""
    monkeypatch.setattr(job, "load_model", lambda *_: pytest.fail("it was loaded"))
    shares = "[math.exp(value) for value, _ in results]"
    body = f"import math; own = {shares}; return {{'acc': own[0] / sum(own)}}"
    with pytest.raises(InputError, match=r"^task own, document .*process_results: ZeroDivisionErr"):
        evaluate(prepared, tmp_path, with_code(tmp_path, "process_results", body, OWN))


def test_a_filter_that_fails_names_the_document(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "load_model", lambda *_: pytest.fail("it was loaded"))
    (tmp_path / "code.py").write_text(
        "def made(resps, docs):\n    return [[r[0] + 'x' * (1 // (2 - doc['id']))] "
        "for r, doc in zip(resps, docs)]\n"
    )
    filters = (
        "filter_list:\n- name: own\n  filter:\n"
        "  - {function: custom, filter_fn: !function code.made}\n  - {function: take_first}\n"
    )
    with pytest.raises(
        InputError, match=r"^task written, document 2, filter_list: ZeroDivisionErr"
    ):
        evaluate(prepared, tmp_path, WRITTEN + filters)


@pytest.mark.parametrize("task", [OWN, WRITTEN])
def test_faultless_scoring_bears_every_answer_that_is_tried(tmp_path: Path, task: str) -> None:
    requests_for(settings(tmp_path), source(tmp_path, task), None, 1).try_scoring()


LATER = "1 // (2 - doc['id'])"
"""Fails on the third document alone; lm-eval itself tries the first."""


@pytest.mark.parametrize(
    ("task", "key", "error"),
    [
        (WRITTEN.replace("question}}", "9 // (2 - id)}}"), "doc_to_text", "ZeroDivision"),
        (WRITTEN.replace('"one"', '"{{1 // (2 - id)}}"'), "doc_to_target", "ZeroDivision"),
    ],
)
def test_a_template_that_fails_on_a_later_document_is_named(
    tmp_path: Path, task: str, key: str, error: str
) -> None:
    with pytest.raises(InputError, match=rf"^task \w+, document 2, {key}: {error}"):
        requests_for(settings(tmp_path), source(tmp_path, task), None, 1)


@pytest.mark.parametrize(
    ("task", "key", "body", "found"),
    [
        (WRITTEN, "doc_to_text", f"return str({LATER})", "ZeroDivision"),
        (WRITTEN, "doc_to_text", "return None if doc['id'] == 2 else 'x'", "Assertion.*: None"),
        (OWN, "doc_to_choice", f"return ['one', str({LATER})]", "ZeroDivision"),
    ],
)
def test_a_function_that_fails_on_a_later_document_is_named(
    tmp_path: Path, task: str, key: str, body: str, found: str
) -> None:
    own = source(tmp_path, with_code(tmp_path, key, body, task))
    code = tmp_path / "code.py"
    with pytest.raises(InputError, match=rf"^task \w+, document 2, {key}: {found}.* {code} "):
        requests_for(settings(tmp_path), own, None, 1)


def test_a_fault_may_be_that_of_an_example(tmp_path: Path) -> None:
    """A sound document is shown one that is not."""
    own = dataclasses.replace(
        source(tmp_path, with_code(tmp_path, "doc_to_text", f"return str({LATER})")), fewshot=2
    )
    with pytest.raises(InputError, match=r"^task written, document [01] or one of its examples, d"):
        requests_for(settings(tmp_path), own, None, 1)
