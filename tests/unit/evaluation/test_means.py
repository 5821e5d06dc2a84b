"""A job puts means over examples in place of units, and its keys hold these examples."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.conftest import byte_tokenizer, tiny_model
from tests.evaluating import evaluate_benchmark

from benchprof import codebase, digests
from benchprof.errors import InputError
from benchprof.evaluation.assignment import code_digest
from benchprof.evaluation.record import key_of, read_record
from benchprof.evaluation.settings import ModelSettings
from benchprof.importance.example import Example
from benchprof.importance.levels import digest_of_all
from benchprof.models.mask import Mask
from benchprof.models.preparation import prepare_model
from benchprof.store import Store
from benchprof.tasks.benchmark import AbilitySplit
from benchprof.tasks.source import task_source

NAME = "model.layers.1.self_attn.o_proj.weight"
HEAD = Mask({NAME: torch.tensor([1])}, {"ability": "x", "unit": "head"})
OTHER = Mask({NAME: torch.tensor([0])}, {"ability": "y", "unit": "head"})


def examples_of(ids: list[int]) -> list[Example]:
    return [Example(torch.tensor(ids), torch.ones(len(ids), dtype=torch.bool))]


TEXT = examples_of([5, 9, 12, 33, 20, 18])


@pytest.fixture
def evaluate(tmp_path: Path) -> Any:
    """A function that gives the records of `intact` and of ablations by their names."""
    tiny_model("llama").save_pretrained(tmp_path / "own")
    byte_tokenizer(chat=False).save_pretrained(tmp_path / "own")
    folder, store = tmp_path / "model", Store(tmp_path / "store")
    prepare_model({"folder": str(tmp_path / "own")}, folder, store)
    items = tmp_path / "test.jsonl"
    plain = {"family": "t", "context": "", "options": ["dawn", "noon", "dusk"], "answer": 1}
    lines = [{"id": str(n), "question": f"When, {n}?"} | plain for n in range(12)]
    items.write_text("".join(json.dumps(line) + "\n" for line in lines))
    source = task_source(AbilitySplit(ability="x", split="test"), items)
    model = ModelSettings(folder, "float32", "cpu", chat_template=False)

    def records(run: str, masks: Mapping[str, Mask], method: Any, **how: Any) -> dict[str, Any]:
        targets = {name: tmp_path / run / f"{name}.json" for name in ("intact", *masks)}
        evaluate_benchmark(model, source, 4, 1, masks, method, targets, store, **how)
        return {name: read_record(path) for name, path in targets.items()}

    return records


def answers(record: Mapping[str, Any]) -> list[float]:
    return [given[0] for own in record["items"]["responses"] for given in own]


def test_the_key_of_means_alone_says_what_they_are_over(evaluate: Any) -> None:
    masks = {"x.top_0.1": HEAD}
    zero = evaluate("zero", masks, "zero")["x.top_0.1"]
    mean = evaluate("mean", masks, "mean", mean_over=TEXT)["x.top_0.1"]
    more = evaluate("more", masks, "mean", mean_over=TEXT * 2)["x.top_0.1"]
    own = {"digest": HEAD.digest, "n": 1, "method": "zero"}
    assert zero["origin"]["mask"] == own
    origin = zero["origin"]
    assert key_of(origin) == digests.of_value(
        {
            "model": origin["model"]["digest"],
            "dtype": "float32",
            "mask": [HEAD.digest, "zero"],
            "requests": origin["requests"]["digest"],
            "code": code_digest(),
        }
    )
    over = {"examples": digest_of_all(TEXT), "code": codebase.digest_of("importance.levels")}
    assert mean["origin"]["mask"] == own | {"method": "mean", "mean_over": over}
    assert len({key_of(record["origin"]) for record in (zero, mean, more)}) == 3
    # The same text twice has the same mean.
    assert answers(more) == pytest.approx(answers(mean), abs=1e-5)
    assert answers(mean) != pytest.approx(answers(zero), abs=1e-2)


def test_means_are_the_intact_model_s_whatever_was_ablated_before(evaluate: Any) -> None:
    together = evaluate("both", {"x": HEAD, "y": OTHER}, "mean", mean_over=TEXT)
    assert answers(together["x"]) != pytest.approx(answers(together["y"]), abs=1e-2)
    alone = evaluate("alone", {"y": OTHER}, "mean", mean_over=TEXT)
    assert answers(alone["y"]) == answers(together["y"])


def test_units_without_examples_have_no_means(evaluate: Any) -> None:
    with pytest.raises(InputError, match=r"mean of heads; expected examples"):
        evaluate("none", {"x": HEAD}, "mean")
