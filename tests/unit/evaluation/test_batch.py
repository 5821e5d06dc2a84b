"""All answers that are written to a benchmark are written in batches of one size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch
from tests.evaluating import evaluate_benchmark
from tests.unit.evaluation.test_job import OWN, WRITTEN, settings, source

from benchprof.evaluation.record import key_of, read_record
from benchprof.models.mask import Mask
from benchprof.models.preparation import prepare_model
from benchprof.scoring import generation
from benchprof.store import Store

HEAD = "model.layers.1.self_attn.o_proj.weight"
MASKS = {
    "x.top_0.1": Mask({HEAD: torch.tensor([0])}, {"ability": "x", "unit": "head"}),
    "y.top_0.1": Mask({HEAD: torch.tensor([1])}, {"ability": "y", "unit": "head"}),
}
NAMES = ("intact", *MASKS)


@pytest.fixture
def model(tiny_folder: Path, tmp_path: Path) -> Path:
    prepare_model({"folder": str(tiny_folder)}, tmp_path / "model", Store(tmp_path / "store"))
    return tmp_path / "model"


Evaluate = Callable[..., dict[str, Any]]


@pytest.fixture
def evaluate(model: Path, tmp_path: Path) -> Evaluate:
    """Evaluates ablations over one store, and gives the records of a folder."""

    def run(folder: str, names: tuple[str, ...] = NAMES, task: str = WRITTEN) -> dict[str, Any]:
        masks = {name: mask for name, mask in MASKS.items() if name in names}
        targets = {name: tmp_path / folder / f"{name}.json" for name in names}
        evaluate_benchmark(
            settings(model), source(tmp_path, task), None, 1, masks, "zero", targets,
            Store(tmp_path / "store"),
        )  # fmt: skip
        return {name: read_record(path) for name, path in targets.items()}

    return run


@pytest.fixture
def run_out(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], list[int]]:
    """Lets batches of more items than `most` fail from the batch of number `after` on.

    Returns the sizes of all batches, as they are tried.
    """
    real = generation._answer

    def start(most: int, after: int) -> list[int]:
        sizes: list[int] = []

        def limited(forward: Any, tokenizer: Any, prompts: Any, *others: Any) -> Any:
            sizes.append(len(prompts))
            if len(prompts) > most and len(sizes) > after:
                raise MemoryError
            return real(forward, tokenizer, prompts, *others)

        monkeypatch.setattr(generation, "_answer", limited)
        return sizes

    return start


def batches(records: dict[str, Any]) -> set[int]:
    assert {record["origin"]["batch"]["device"] for record in records.values()} == {"cpu"}
    return {record["origin"]["batch"]["tokens"] for record in records.values()}


def test_the_batch_is_in_the_record_and_in_the_key(
    evaluate: Evaluate, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Memory:
        total = available = 1 << 20

    monkeypatch.setattr(psutil, "virtual_memory", Memory)
    origin = evaluate("one", ("intact",))["intact"]["origin"]
    assert origin["batch"] == {"device": "cpu", "tokens": 4096}
    others = [{"device": "cpu", "tokens": 2048}, {"device": "cuda", "tokens": 4096}]
    keys = {key_of(origin), *(key_of({**origin, "batch": other}) for other in others)}
    assert len(keys) == 3


def test_the_batch_is_not_in_the_key_of_log_likelihoods(evaluate: Evaluate) -> None:
    assert "batch" not in evaluate("one", ("intact",), OWN)["intact"]["origin"]


def test_after_running_out_of_memory_all_ablations_are_answered_in_one_smaller_batch(
    evaluate: Evaluate, run_out: Callable[[int, int], list[int]]
) -> None:
    # The three items fit twice; under the last mask they do not.
    sizes = run_out(2, 2)
    records = evaluate("one")
    (tokens,) = batches(records)
    assert tokens in [4096 >> halvings for halvings in range(1, 12)]
    assert sizes[:3] == [3, 3, 3]
    assert max(sizes[3:]) < 3
    assert sum(sizes[3:]) == 3 * 3, "once for each ablation"
    sizes.clear()
    assert evaluate("other") == records
    assert not sizes, "all are in the store"


def test_a_job_that_goes_on_keeps_the_smaller_batch(
    evaluate: Evaluate, run_out: Callable[[int, int], list[int]]
) -> None:
    run_out(2, 0)
    tokens = batches(evaluate("one", NAMES[:1]))
    sizes = run_out(3, 0)
    records = evaluate("other")
    assert batches(records) == tokens != {4096}
    assert max(sizes) < 3
    assert sum(sizes) == 2 * 3, "the intact model's are there"


def test_a_killed_job_goes_on_in_the_smaller_batch(
    evaluate: Evaluate, run_out: Callable[[int, int], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had answered the intact model's and another in a larger one."""

    def kill(*_: Any) -> None:
        raise KeyboardInterrupt

    run_out(2, 2)
    with monkeypatch.context() as killing:
        killing.setattr("benchprof.evaluation.job.ReadyAssignment.retry_in_smaller_batches", kill)
        with pytest.raises(KeyboardInterrupt):
            evaluate("one")
    sizes = run_out(3, 0)
    (tokens,) = batches(evaluate("one"))
    assert tokens < 4096
    assert sum(sizes) == 2 * 3, "the one that ran out is there"


def test_answers_that_another_kind_of_device_wrote_are_used_where_none_is_missing(
    evaluate: Evaluate, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("benchprof.evaluation.batch.kind_of", lambda _: "cuda")
        written = evaluate("one", NAMES[:2])
    assert {record["origin"]["batch"]["device"] for record in written.values()} == {"cuda"}
    assert evaluate("other", NAMES[:2]) == written
    assert batches(evaluate("more")) == {4096}, "one is missing: all are written here"
