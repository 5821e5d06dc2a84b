"""Answers with units as on the flips: the intact ones are an evaluation's, the others by hand."""

from __future__ import annotations

import json
import logging
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tests.conftest import FAMILIES as CONFIGURATIONS
from tests.conftest import byte_tokenizer, tiny_model

from benchprof.abilities.prompt import prompt_text
from benchprof.analysis.selectivity import Answers, answers_of
from benchprof.comparison import flips as module
from benchprof.comparison.flips import answer_on_flips
from benchprof.comparison.passes import answers_on_flips
from benchprof.errors import InputError
from benchprof.evaluation.assignment import Assignment
from benchprof.evaluation.intervention import Intervention
from benchprof.evaluation.job import evaluate_benchmarks
from benchprof.evaluation.record import read_record
from benchprof.evaluation.settings import ModelSettings
from benchprof.importance.example import Example
from benchprof.importance.memory import Memory
from benchprof.masks.interchange import OnFlips, interchanged
from benchprof.masks.mask import Mask
from benchprof.models.preparation import prepare_model
from benchprof.models.units import unit_projections
from benchprof.run.configuration import AbilitySplit
from benchprof.store import Store
from benchprof.tasks.source import task_source

NAME = "model.layers.1.mlp.down_proj.weight"
MASKS = {
    "x": Mask({NAME: torch.arange(12)}, {"ability": "x", "unit": "neuron"}),
    "y": Mask({NAME: torch.arange(12, 24)}, {"ability": "y", "unit": "neuron"}),
}


def items() -> list[dict[str, Any]]:
    """Items whose flips differ in a word, and options that differ in length."""
    plain = {"type": "t", "options": ["at dawn", "noon", "in the dusk"]}
    return [
        plain | {
            "id": str(n), "question": f"When, {n}?", "answer": n % 2,
            "context": f"It is {('dawn', 'noon')[n % 2]} here.",
            "companions": {
                "flip": {
                    "context": f"It is {'dusk ' * (n % 3 + 1)}here.",
                    "question": f"When, {n}?",
                    "answer": 2,
                }
            },
        }
        for n in range(8)
    ]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    tiny_model("llama").save_pretrained(tmp_path / "own")
    byte_tokenizer(chat=True).save_pretrained(tmp_path / "own")
    store = Store(tmp_path / "store")
    prepare_model({"folder": str(tmp_path / "own")}, tmp_path / "model", store)
    (tmp_path / "test.jsonl").write_text("".join(json.dumps(own) + "\n" for own in items()))
    return tmp_path


def asked(folder: Path, run: str, *names: str, limit: int = 4) -> Assignment:
    source = task_source(AbilitySplit(ability="x", split="test"), folder / "test.jsonl")
    return Assignment(source, limit, {name: folder / run / f"{name}.json" for name in names})


def records(folder: Path, run: str, *names: str, chat: bool = False) -> dict[str, Any]:
    model = ModelSettings(folder / "model", "float32", "cpu", chat_template=chat)
    assignment = asked(folder, run, "intact", *names)
    masks = {name: MASKS[name] for name in names}
    answer_on_flips(model, [assignment], 1, masks, Store(folder / "store"))
    return {name: read_record(path) for name, path in assignment.targets.items()}


def difference(own: Answers, other: Answers) -> float:
    return float(np.abs(own.choice - other.choice).max() + np.abs(own.form - other.form).max())


@pytest.mark.parametrize("chat", [False, True])
def test_the_intact_answers_are_those_of_an_evaluation(folder: Path, chat: bool) -> None:
    found = records(folder, "flips", "x", chat=chat)
    model = ModelSettings(folder / "model", "float32", "cpu", chat_template=chat)
    assignment = asked(folder, "plain", "intact", "x")
    store = Store(folder / "store")
    evaluate_benchmarks(model, [assignment], 1, {"x": MASKS["x"]}, Intervention(), store)
    plain = {name: read_record(path) for name, path in assignment.targets.items()}
    for part in ("index", "digest", "gold", "set", "right"):
        assert found["intact"]["items"][part] == plain["intact"]["items"][part]
    requests = found["intact"]["origin"]["requests"]
    assert requests["digest"] != plain["intact"]["origin"]["requests"]["digest"]
    assert requests | {"digest": ""} == plain["intact"]["origin"]["requests"] | {"digest": ""}
    greedy = [[own[1] for own in given] for given in found["intact"]["items"]["responses"]]
    assert greedy == [[own[1] for own in given] for given in plain["intact"]["items"]["responses"]]
    own = {name: answers_of(record) for name, record in found.items()}
    others = {name: answers_of(record) for name, record in plain.items()}
    assert difference(own["intact"], others["intact"]) < 1e-4
    assert difference(own["x"], own["intact"]) > 1e-3
    assert difference(own["x"], others["x"]) > 1e-3


def test_each_item_is_read_beside_its_own_flip(folder: Path) -> None:
    record = records(folder, "flips", "x")["x"]
    model, tokenizer = tiny_model("llama"), byte_tokenizer(chat=False)
    chosen = [items()[index] for index in record["items"]["index"]]
    assert len(chosen) == 4

    def texts(own: dict[str, Any], options: list[str]) -> list[Example]:
        prompt = tokenizer(prompt_text(own["context"], own["question"]))["input_ids"]
        read = [torch.tensor(prompt + tokenizer(f" {text}")["input_ids"]) for text in options]
        return [Example(ids, torch.arange(len(ids)) >= len(prompt)) for ids in read]

    for own, given in zip(chosen, record["items"]["responses"], strict=True):
        pair = [texts(of, own["options"]) for of in (own, own["companions"]["flip"])]
        expected = answers_on_flips(model, *pair, masks={"x": MASKS["x"]}, memory=Memory(400))
        assert [nats for nats, _ in given] == pytest.approx([n for n, _ in expected["x"]], abs=1e-4)


@pytest.mark.parametrize("window", [None, 8])
def test_answers_under_a_mask_are_those_of_an_interchange_on_each_text_alone(
    window: int | None,
) -> None:
    """Whatever the passes hold, and in the order of the texts.

    A flip beyond the window of rotary frequencies gives shorter ones of its pass no others.
    """
    config = CONFIGURATIONS["llama"]()
    if window is not None:
        config.max_position_embeddings = window
        config.rope_parameters = {
            "rope_type": "longrope", "rope_theta": 100.0, "short_factor": [1.0] * 4,
            "long_factor": [1.0, 2.0, 4.0, 8.0], "original_max_position_embeddings": window,
        }  # fmt: skip
    model = tiny_model("llama", config=config)
    pairs = [
        ([7, 30, 41, 60], [7, 99, 41, 60]),
        ([5, 20, 9], [5, *range(33, 40), 8, 9]),
        ([5, 20, 9], [5, 33, 8, 9]),
    ]
    options = [[71, 72], [81], [90, 91, 92]]

    def text(ids: list[int], option: list[int]) -> Example:
        every = torch.tensor(ids + option)
        return Example(every, torch.arange(len(every)) >= len(ids))

    texts = [text(item, option) for item, _ in pairs for option in options]
    flips = [text(flip, option) for _, flip in pairs for option in options]
    masks: dict[str, Mask | None] = {"intact": None, **MASKS}
    for room in (1, 20, 400):
        found = answers_on_flips(model, texts, flips, masks, Memory(room))
        for name, mask in masks.items():
            for (nats, greedy), own, flip in zip(found[name], texts, flips, strict=True):
                read = OnFlips.of(model, unit_projections(model, "neuron"), [own], [flip])
                here = interchanged(model, mask or Mask({}, {"unit": "neuron"}), read)
                with torch.no_grad(), here:
                    said = model(own.ids[None]).logits[0].log_softmax(dim=1)
                targets = own.ids[own.counted]
                places = own.counted.nonzero()[:, 0] - 1
                assert nats == pytest.approx(float(said[places, targets].sum()), abs=1e-4)
                assert greedy == bool((said[places].argmax(dim=1) == targets).all())
    assert len({round(sum(nats for nats, _ in own), 3) for own in found.values()}) == 3


def test_an_answer_that_is_no_number_names_its_mask(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: Any) -> Any:
        answers = answers_on_flips(*given)
        answers["y"][4] = (math.nan, False)
        return answers

    monkeypatch.setattr(module, "answers_on_flips", broken)
    with pytest.raises(InputError, match="ablation y on flips"):
        records(folder, "run", "x", "y")


def test_the_store_has_what_is_done_and_a_flip_in_its_keys(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    first = records(folder, "first", "x")
    both = records(folder, "both", "x", "y")
    assert "first, on flips: 0 reused, 2 computed" in caplog.text
    assert "both, on flips: 2 reused, 1 computed" in caplog.text
    assert both["x"] == first["x"]
    assert first["x"]["origin"]["mask"] == {"digest": MASKS["x"].digest, "n": 12, "method": "flip"}
    changed = items()
    for item in changed:
        item["companions"]["flip"]["context"] = "Dusk is near."
    (folder / "test.jsonl").write_text("".join(json.dumps(own) + "\n" for own in changed))
    other = records(folder, "other", "x")
    assert "other, on flips: 0 reused, 2 computed" in caplog.text
    assert difference(answers_of(other["x"]), answers_of(first["x"])) > 1e-3


def test_an_item_that_is_too_long_is_named(folder: Path) -> None:
    config = json.loads((folder / "own/config.json").read_text())
    (folder / "own/config.json").write_text(json.dumps(config | {"max_position_embeddings": 40}))
    prepare_model({"folder": str(folder / "own")}, folder / "model", Store(folder / "store"))
    with pytest.raises(InputError, match=r"test.jsonl, item \d: .* examples are too long"):
        records(folder, "long", "x")
