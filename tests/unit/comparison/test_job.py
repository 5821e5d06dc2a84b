"""A comparison stops before it computes, and reads the items that a run would."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import byte_tokenizer, tiny_model

from benchprof.comparison.combination import AskedItems, Combination
from benchprof.comparison.job import compare_combinations
from benchprof.errors import InputError
from benchprof.evaluation.record import read_record
from benchprof.evaluation.settings import ModelSettings
from benchprof.importance.items import TrainItems
from benchprof.importance.levels import digest_of_all, level_examples
from benchprof.importance.scoring import Scoring
from benchprof.masks.mask import read_mask
from benchprof.models.preparation import prepare_model
from benchprof.models.prepared import PreparedModel
from benchprof.models.scope import Scope
from benchprof.run.ablation import BACKGROUND
from benchprof.run.configuration import Specific, Top
from benchprof.store import Store

ABILITIES = ["x", "y"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tiny model of two layers with two heads each, and items of x, y and a background."""
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    tiny_model("llama").save_pretrained(tmp_path / "own")
    byte_tokenizer(chat=False).save_pretrained(tmp_path / "own")
    prepare_model({"folder": str(tmp_path / "own")}, tmp_path / "model", Store(tmp_path / "store"))
    for name in (*ABILITIES, BACKGROUND):
        plain = {"type": "t", "context": "", "options": ["red", "blue"], "answer": 0}
        items = [plain | {"id": f"{name}{n}", "question": f"{name} {n}?"} for n in range(3)]
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(own) + "\n" for own in items))
    return tmp_path


def files(folder: Path, names: Sequence[str]) -> dict[str, Path]:
    return {name: folder / f"{name}.jsonl" for name in names}


def combination(folder: Path, name: str, **changes: Any) -> Combination:
    """A combination of neurons; `changes` of its scope and of itself."""
    scope = changes.pop("scope", Scope("mlp", unit="neuron"))
    scoring = Scoring(PreparedModel(folder / "model", "float32"), scope, "taylor_abs", "all")
    train = TrainItems(files(folder, ABILITIES), seed=1)
    own = Combination(
        name,
        scoring,
        train,
        "top",
        Top(),
        "0.1",
        "model",
        "zero",
        ABILITIES,
        ["all_abilities"],
        [1],
    )
    return replace(own, **changes)


def compare(folder: Path, *combinations: Combination, chat_template: bool = False) -> None:
    compare_combinations(
        combinations=combinations,
        model=ModelSettings(folder / "model", "float32", "cpu", chat_template=chat_template),
        questions=AskedItems(
            "test", 2, 1, files(folder, ABILITIES), {own: [] for own in ABILITIES}
        ),
        seed=1,
        folder=folder / "work",
        tables={name: folder / f"{name}.csv" for name in ("summary", "effects", "masks")},
        figures=[folder / "figure.svg"],
        store=Store(folder / "store"),
    )


HEADS = {"scope": Scope("attention", unit="head")}


FIRST = {"scope": Scope("mlp", (0, 0), "neuron")}
NOWHERE = {"scope": Scope("mlp", (0, 99), "neuron")}


@pytest.mark.parametrize(
    ("changes", "chat_template", "message"),
    [
        (HEADS | {"k": "0.24"}, False, "combination wrong, fractions: 0.24 of 4 is less than one"),
        (NOWHERE, False, r"combination wrong, layers: \[0, 99\]; expected layers"),
        (FIRST | {"k": "0.6"}, False, "combination wrong, fractions, 0.6: 28 of 48 neur"),
        (HEADS | {"k": "0.25"}, True, "chat template of .*: the model has none"),
    ],
)
def test_what_cannot_be_done_is_said_before_importance(
    changes: dict[str, Any], chat_template: bool, message: str, folder: Path
) -> None:
    with pytest.raises(InputError, match=message):
        compare(
            folder,
            combination(folder, "right"),
            combination(folder, "wrong", **changes),
            chat_template=chat_template,
        )
    assert not [*folder.rglob("work/*/importance")]


def test_units_are_read_on_the_items_of_a_combination_s_own_background(folder: Path) -> None:
    """Both the classes of random masks and the means in place of units, as in a run."""
    contrast = Specific(definition="max", background="b")
    items = files(folder, [*ABILITIES, BACKGROUND])
    compare(
        folder,
        combination(folder, "plain", method="mean"),
        combination(folder, "contrast", method="mean", train=TrainItems(items, seed=1),
              selection="specific", rule=contrast),
    )  # fmt: skip
    for name, selection, read in (("plain", "top", ABILITIES), ("contrast", "specific", items)):
        train = TrainItems(files(folder, [*read]), seed=1)
        examples = level_examples(folder / "model", train)
        assert len(examples) == 3 * len(read)
        control = folder / f"work/{name}/masks/all_abilities.{selection}-random-1_0.1.safetensors"
        assert read_mask(control).origin["examples"] == digest_of_all(examples)
        (record,) = folder.glob(f"work/answers-mean-neuron*/x-item/{name}.x.*.json")
        over = read_record(record)["origin"]["mask"]["mean_over"]
        assert over["examples"] == digest_of_all(examples)
