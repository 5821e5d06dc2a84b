"""What a job refuses before it asks anything, and how it reports answers that are no numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from tests.conftest import byte_tokenizer, tiny_model
from tests.evaluating import evaluate_benchmark
from tests.unit.tasks.definitions import CHOICES

from benchprof.errors import InputError
from benchprof.evaluation import job, questions
from benchprof.evaluation.questions import requests_for
from benchprof.evaluation.settings import ModelSettings
from benchprof.models.preparation import prepare_model
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


def test_a_division_by_zero_of_a_task_s_own_scoring_is_not(tmp_path: Path) -> None:
    """Nor is any other fault of arithmetic: finite logits would not mend it."""
    (tmp_path / "scoring.py").write_text(
        "def process_results(doc, results):\n    return {'acc': 1 / doc['answer']}\n"
    )
    own = source(tmp_path, OWN + "process_results: !function scoring.process_results\n")
    tiny_model("llama").save_pretrained(tmp_path / "own")
    byte_tokenizer(chat=False).save_pretrained(tmp_path / "own")
    store = Store(tmp_path / "store")
    prepare_model({"folder": str(tmp_path / "own")}, tmp_path / "model", store)
    with pytest.raises(ZeroDivisionError):
        evaluate_benchmark(
            settings(tmp_path / "model"), own, None, 1, {}, "zero",
            {"intact": tmp_path / "records/intact.json"}, store,
        )  # fmt: skip
