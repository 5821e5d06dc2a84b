"""Over real items the shipped benchmarks ask and score what lm-eval's own tasks do.

The folder of items is given by BENCHPROF_BENCHMARKS; without it these tests are skipped.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from lm_eval.api.task import Task
from lm_eval.evaluator import evaluate
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager
from transformers import LlamaConfig, LlamaForCausalLM

from benchprof.data import BENCHMARKS
from benchprof.sampling import derived_seed
from benchprof.scoring.scorer import TreeScorer
from benchprof.tasks.benchmark import ShippedBenchmark
from benchprof.tasks.definition import local_files, read_definition
from benchprof.tasks.requests import Requests, build_requests
from benchprof.tasks.source import load_tasks, task_source

SEED = 3
NAMES = sorted(path.stem for path in BENCHMARKS.glob("*.yaml"))
PROGRAMS = ["humaneval", "mbpp"]
WRITTEN = ["bbh", "gsm8k"]
"""Answers of a random model are as long as they may be, so that few documents must do."""


@pytest.fixture(scope="module")
def folder() -> Path:
    if "BENCHPROF_BENCHMARKS" not in os.environ:
        pytest.skip("BENCHPROF_BENCHMARKS, a folder of benchmark items, is not set")
    return Path(os.environ["BENCHPROF_BENCHMARKS"])


@pytest.fixture(scope="module")
def manager() -> TaskManager:
    return TaskManager()


@pytest.fixture(scope="module")
def model() -> LlamaForCausalLM:
    """Random, and with room for the longest prompt."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=320, hidden_size=32, intermediate_size=48, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=1 << 14,
        bos_token_id=1, eos_token_id=2, pad_token_id=0, initializer_range=0.2,
    )  # fmt: skip
    return LlamaForCausalLM(config).float().eval()


def requests_of(name: str, folder: Path, limit: int | None) -> Requests:
    definition = read_definition(name, "config.yaml")
    local = local_files(definition, folder)
    source = task_source(ShippedBenchmark(benchmark=name), local_files=local)
    return build_requests(load_tasks(source), limit, SEED, shown=definition.options)


def their_task(manager: TaskManager, name: str, task: str, folder: Path, scratch: Path) -> Task:
    """lm-eval's own task, loaded by lm-eval from files of its own items alone."""
    definition = read_definition(name, "config.yaml")
    own_name = manager.task_index[task].cfg["dataset_name"] if definition.subtask else None
    files = {}
    for kind, path in local_files(definition, folder).items():
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        own = [row for row in rows if row.get(definition.subtask) == own_name]
        files[kind] = str(scratch / f"{task}.{kind}.jsonl")
        Path(files[kind]).write_text("".join(json.dumps(row) + "\n" for row in own))
    overrides = {
        "dataset_path": "json",
        "dataset_name": None,
        "dataset_kwargs": {"data_files": files},
        "test_split": "data",
        "validation_split": None,
        "training_split": None,
        "fewshot_split": "shots" if "shots" in files else None,
        "num_fewshot": definition.fewshot,
    }
    group = {"group": "alone", "task": [{"task": task, **overrides}]}
    (loaded,) = manager.load([group])["tasks"].values()
    return loaded


def their_answers(lm: HFLM, task: Task, index: int) -> tuple[dict[str, float], list[Any]]:
    """lm-eval's scores of one item by metric, named as ours are, and the model's responses."""
    name = str(task.config.task)
    task.set_fewshot_seed(derived_seed(SEED, name))
    results = evaluate(lm, {"tasks": {name: task}}, samples={name: [index]}, bootstrap_iters=0)
    scores, responses = {}, []
    for sample in results["samples"][name]:
        suffix = "" if sample["filter"] == "none" else f",{sample['filter']}"
        scores |= {f"{metric}{suffix}": sample[metric] for metric in sample["metrics"]}
        responses = [response for (response,) in sample["resps"]]
    return scores, responses


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(PROGRAMS)))
def test_scores_equal_lm_eval_s(
    name: str,
    folder: Path,
    manager: TaskManager,
    model: LlamaForCausalLM,
    tokenizer: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    requests = requests_of(name, folder, 2 if name in WRITTEN else 10)
    ours = TreeScorer(model, tokenizer)
    kind = requests.instances[0].request_type
    responses = getattr(ours, kind)(requests.instances, disable_tqdm=True)
    scores = requests.scores(responses)
    assert read_definition(name, "config.yaml").metric in scores
    lm = HFLM(pretrained=model, tokenizer=tokenizer, batch_size=1)
    tasks: dict[str, Task] = {}
    answers = iter(responses)
    for number, document in enumerate(requests.documents):
        task = str(document.task.config.task)
        if task not in tasks:
            tasks[task] = their_task(manager, name, task, folder, tmp_path)
        expected, given = their_answers(lm, tasks[task], document.index)
        for theirs, own in zip(given, answers, strict=False):
            if kind == "generate_until":
                assert own == theirs
            else:
                assert own[0] == pytest.approx(float(theirs[0]), abs=1e-3)
        shared = set(scores) & set(expected)
        assert shared == set(scores) - {"probability"}
        assert {m: scores[m][number] for m in shared} == {m: expected[m] for m in shared}


class Metric:
    """In place of lm-eval's metric for programs, which it would download and run."""

    def compute(self, **_: Any) -> list[dict[str, float]]:
        return [{"pass@1": 0.0}]


@pytest.fixture
def _no_metric(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    module = ModuleType("evaluate")
    module.load = lambda _: Metric()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "evaluate", module)
    yield
    for name in PROGRAMS:
        sys.modules.pop(f"lm_eval.tasks.{name}.utils", None)


@pytest.mark.usefixtures("_no_metric")
@pytest.mark.parametrize("name", PROGRAMS)
def test_program_prompts_equal_lm_eval_s(
    name: str,
    folder: Path,
    manager: TaskManager,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    theirs = their_task(manager, name, name, folder, tmp_path)
    theirs.build_all_requests()
    ours = requests_of(name, folder, None)
    # Besides theirs, a text ends where a base model's does.
    expected = [
        (prompt, how | {"until": [*how["until"], "<|endoftext|>"]})
        for prompt, how in (own.args for own in theirs.instances)
    ]
    assert [own.args for own in ours.instances] == expected


@pytest.mark.parametrize("name", NAMES)
def test_declared_chance_is_that_of_the_items(name: str, folder: Path) -> None:
    documents = requests_of(name, folder, None).documents
    shares = [document.offer.uniform for document in documents]
    declared = read_definition(name, "config.yaml").chance
    assert sum(shares) / len(shares) == pytest.approx(declared, abs=0.01)
