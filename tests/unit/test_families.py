"""Every tried model type goes through the jobs of the rules, with masks of all it is made of."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.conftest import ROOT, byte_tokenizer, tiny_model
from tests.evaluating import evaluate_benchmark
from tests.model_types import EAGER, MORE, PAGE, written
from transformers import AutoModelForCausalLM

from benchprof.ablation import Ablation
from benchprof.evaluation.record import read_record
from benchprof.evaluation.settings import ModelSettings
from benchprof.importance.items import TrainItems
from benchprof.importance.job import compute_importance
from benchprof.importance.scoring import Scoring
from benchprof.masks.job import select_masks
from benchprof.masks.rule import Contrastive
from benchprof.models.anatomy import SCOPES
from benchprof.models.loading import load_model
from benchprof.models.mask import read_mask
from benchprof.models.preparation import prepare_model
from benchprof.models.prepared import PreparedModel
from benchprof.models.scope import Scope
from benchprof.scoring.structure import decoder_of
from benchprof.store import Store
from benchprof.tasks.benchmark import AbilitySplit
from benchprof.tasks.requests import build_requests
from benchprof.tasks.source import TaskSource, load_tasks, task_source

ABILITIES = ("places", "times")
LIMIT, SEED = 4, 1


@pytest.fixture(scope="module")
def items(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Files of a few items of two abilities."""
    folder, draw = tmp_path_factory.mktemp("items"), random.Random(0)
    files = {ability: folder / f"{ability}.jsonl" for ability in ABILITIES}
    for ability, file in files.items():
        lines = [
            {"id": f"{ability}{n}", "family": "t", "context": draw.choice(["", "It is late."]),
             "question": f"{ability} {draw.randrange(99)}?", "answer": n % 3,
             "options": draw.sample(["north", "south", "noon", "dawn", "east"], 3)}
            for n in range(6)
        ]  # fmt: skip
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return files


@pytest.fixture(scope="module")
def source(items: dict[str, Path]) -> TaskSource:
    return task_source(AbilitySplit(ability="places", split="test"), items["places"])


@pytest.mark.parametrize("model_type", MORE)
def test_a_type_goes_through_every_job(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    items: dict[str, Path],
    source: TaskSource,
    model_type: str,
) -> None:
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    tiny_model(model_type).save_pretrained(tmp_path / "own")
    byte_tokenizer(chat=True).save_pretrained(tmp_path / "own")
    folder, store = tmp_path / "results" / model_type, Store(tmp_path / "store")
    card = prepare_model({"folder": str(tmp_path / "own")}, folder, store)
    assert {"all_layers", *card.scope} <= {*SCOPES}
    loaded = load_model(PreparedModel(folder, "float32"))
    kernel = decoder_of(loaded)[1].config._attn_implementation
    assert kernel == ("eager" if model_type in EAGER else "sdpa")

    masks = {scope: mask_of(folder, scope, items, tmp_path, store) for scope in card.scope}
    records = {name: tmp_path / f"{name}.json" for name in ("intact", *masks)}
    model = ModelSettings(folder, "float32", "cpu", chat_template=False)
    read = {scope: read_mask(mask) for scope, mask in masks.items()}
    evaluate_benchmark(model, source, LIMIT, SEED, read, "zero", records, store)

    plain: Any = AutoModelForCausalLM.from_pretrained(tmp_path / "own", dtype=torch.float32)
    intact = {name: weight.clone() for name, weight in plain.named_parameters()}
    expected = {"intact": scores(plain, source)}
    for scope, mask in masks.items():
        zero(plain, mask)
        expected[scope] = scores(plain, source)
        assert expected[scope] != pytest.approx(expected["intact"], abs=1e-2)
        plain.load_state_dict(intact, strict=False)
    for name, record in records.items():
        found = [r[0] for own in read_record(record)["items"]["responses"] for r in own]
        assert found == pytest.approx(expected[name], abs=1e-4)


def test_the_table_of_the_documents_is_that_of_the_types() -> None:
    """`python -m tests.model_types` writes it."""
    page = (ROOT / PAGE).read_text(encoding="utf-8")
    assert page == written(page)


def mask_of(folder: Path, scope: str, items: dict[str, Path], tmp_path: Path, store: Store) -> Path:
    """Score the weights in scope for both abilities and select the mask of `places`."""
    importances = {a: tmp_path / f"{scope}.{a}.safetensors" for a in items}
    compute_importance(
        Scoring(PreparedModel(folder, "float32"), Scope(scope), "taylor_abs", "answer"),
        TrainItems(items, SEED), importances, store,
    )  # fmt: skip
    mask = tmp_path / f"{scope}.mask.safetensors"
    rule = Contrastive(definition="ratio", pool=5)
    targets = {Ablation("places", "contrastive", "0.01"): mask}
    select_masks(folder, rule, importances, targets)
    return mask


def scores(model: Any, source: TaskSource) -> list[float]:
    """The log-likelihood of each choice, one by one: no mask, no positions, all logits."""
    tokenizer, found = byte_tokenizer(chat=False), []
    for instance in build_requests(load_tasks(source), LIMIT, SEED).instances:
        context, choice = (tokenizer(text)["input_ids"] for text in instance.args)
        with torch.inference_mode():
            logits = model(torch.tensor([context + choice[:-1]])).logits[0, -len(choice) :]
        rows = logits.double().log_softmax(-1)
        found.append(float(rows.gather(1, torch.tensor(choice)[:, None]).sum()))
    return found


def zero(model: Any, mask: Path) -> None:
    """Zero a mask's entries by hand."""
    for name, entries in read_mask(mask).entries.items():
        with torch.no_grad():
            model.get_parameter(name).view(-1)[torch.as_tensor(entries)] = 0
