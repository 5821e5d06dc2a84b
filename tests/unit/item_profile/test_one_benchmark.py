"""The command for one benchmark, and what it makes of attributions, on tiny and planted models."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from tests.conftest import ROOT, byte_tokenizer, tiny_model

from benchprof.__main__ import main
from benchprof.abilities.item import read_items
from benchprof.errors import InputError
from benchprof.importance.example import Question
from benchprof.importance.items import TrainItems
from benchprof.item_profile.attribution import Attributing, example_of
from benchprof.item_profile.hidden_state import hidden_states
from benchprof.item_profile.job import Known, profile_benchmarks
from benchprof.item_profile.labelled import labelled
from benchprof.item_profile.vector import inner_products
from benchprof.item_profile.worth import compared, measure_worth, verdict
from benchprof.models.preparation import prepare_model
from benchprof.models.prepared import PreparedModel
from benchprof.report.figures.shares import draw_shares
from benchprof.report.item_profiles import (
    indistinct_line,
    read_worths,
    worth_sentence,
)
from benchprof.store import Store
from benchprof.tensors import write_tensors

PLANTED = ROOT / "resources/planted"


def item(ability: str, number: int) -> dict[str, Any]:
    own = {"context": f"{ability} {number}", "question": "Which?", "options": ["one", "two"]}
    uninformative = {"context": "Nothing.", "question": "Which?"}
    return own | {
        "id": f"{ability}-{number}",
        "family": f"kind {number % 3}",
        "answer": number % 2,
        "control_items": {"uninformative": uninformative | {"context": f"Nothing {number}."}},
    }


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a tiny model, two abilities and ten questions."""
    monkeypatch.chdir(tmp_path)
    tiny_model("llama").save_pretrained("tiny")
    byte_tokenizer(chat=False).save_pretrained("tiny")
    for ability in ("colours", "places"):
        own = tmp_path / "items" / ability
        own.mkdir(parents=True)
        for start, split in enumerate(("train", "calibration", "test")):
            lines = [json.dumps(item(ability, 100 * start + number)) for number in range(6)]
            (own / f"{split}.jsonl").write_text("\n".join(lines) + "\n")
    questions = [
        {"question": f"Which is {n}?", "options": ["this", "that"], "answer": n % 2}
        for n in range(9)
    ]
    lines = [json.dumps(own) for own in [*questions, {"question": "Where?", "answer": "Rome"}]]
    (tmp_path / "questions.jsonl").write_text("\n".join(lines) + "\n")
    return tmp_path


COMMAND = ["profile", "questions.jsonl", "--model", "tiny", "--abilities", "items", "--train", "4",
           "--dtype", "float32"]  # fmt: skip


def test_a_file_of_ten_questions(
    folder: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert main([*COMMAND, "--output", "shares.csv"]) == 0
    # Two abilities and none of four train and six calibration items each, and the ten.
    assert "attributions of examples: 0 reused, 40 computed" in caplog.text
    table = pd.read_csv(folder / "shares.csv", keep_default_na=False)
    assert table["ability"].tolist() == ["colours", "places", "none"]
    assert table["share"].sum() == pytest.approx(1)
    assert set(table["n_items"]) == {10} and set(table["n_train"]) == {4}
    shown = capsys.readouterr().out
    values = [float(line.split()[0]) for line in shown.splitlines()[1:4]]
    assert values == sorted(values, reverse=True)
    assert "10 questions; up to 4 train items" in shown
    assert "Nobody has measured how often these profiles are right" in shown

    caplog.clear()
    bytes_before = (folder / "shares.csv").read_bytes()
    assert main([*COMMAND, "--output", "shares.csv"]) == 0
    assert "attributions of examples: 40 reused, 0 computed" in caplog.text
    assert (folder / "shares.csv").read_bytes() == bytes_before


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({1: "missing.jsonl"}, "missing.jsonl: no such file"),
        ({3: "nobody"}, "--model"),
        ({5: "v0"}, "--abilities"),
        ({9: "float8"}, "one of float32, bfloat16, float16"),
    ],
)
def test_faults_are_told(
    changed: dict[int, str], told: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert folder == Path.cwd()
    arguments = [changed.get(place, own) for place, own in enumerate(COMMAND)]
    assert main(arguments) == 1
    assert told in capsys.readouterr().err


def test_a_question_beyond_the_context_is_left_out(folder: Path) -> None:
    prepare_model({"folder": "tiny"}, folder / "m", Store(folder / "store"))
    attributing = Attributing(PreparedModel(folder / "m", "float32"), folder, Store(folder / "s"))
    short, long = (Question("q", text, ("a", "b"), 0) for text in ("a", "a" * 100_000))
    rendered = attributing.rendered({"x": [long, short]})
    assert [own is None for own in rendered["x"]] == [True, False]
    with pytest.raises(InputError, match="no item fits into the model's context"):
        attributing.rendered({"x": [long]})


def test_uninformative_items_are_as_many_as_an_ability_has(folder: Path) -> None:
    files = {name: folder / f"items/{name}/train.jsonl" for name in ("colours", "places")}
    own = labelled(TrainItems(files, seed=1, limit=4))
    assert [own.classes.count(name) for name in ("colours", "places", "none")] == [4, 4, 4]
    for question, name in zip(own.questions, own.classes, strict=True):
        assert question.prompt.startswith("Nothing") == (name == "none")
    assert labelled(TrainItems(files, seed=1, limit=4), with_none=False).classes == own.classes[:8]


def test_inner_products_of_roots_by_hand(tmp_path: Path) -> None:
    # Roots (1, 2) and (3, 0) of absolute values, in two tensors; 1 x 3 / (√5 x 3).
    for name, values in (("one", [-1.0, 4.0]), ("two", [9.0, 0.0])):
        tensors = {"a": torch.tensor(values[:1]), "b": torch.tensor(values[1:]).bfloat16(),
                   "head": torch.tensor([7.0])}  # fmt: skip
        write_tensors(tmp_path / name, {k: v.bfloat16() for k, v in tensors.items()}, {})
    found = inner_products([tmp_path / "one", tmp_path / "two"], ["a", "b"])
    assert found == pytest.approx(np.array([[1, 5**-0.5], [5**-0.5, 1]]))


def test_hidden_states_are_those_of_the_prompt() -> None:
    model = tiny_model("llama")
    example = example_of(Question("q", "ab", ("c", "d"), 0), byte_tokenizer(chat=False))
    found = hidden_states(model, [example])
    # Bytes: two of the prompt, and the space before either option.
    assert int(example.counted.int().argmax()) == 3
    with torch.no_grad():
        read = model(example.ids[None, :3], output_hidden_states=True)
    layers = model.config.num_hidden_layers
    own = read.hidden_states[layers][0].numpy()
    assert found[f"final token, layer {layers}"][0] == pytest.approx(own[-1], abs=1e-4)
    assert found[f"mean, layer {layers}"][0] == pytest.approx(own.mean(axis=0), abs=1e-4)


def test_a_lead_by_hand() -> None:
    hits = np.array([1.0, 0, 0, 0])
    importance = np.array([1.0, 1, 1, 0])
    found = compared(hits, importance, np.array(["a", "b", "b", "c"]), seed=1)
    assert found[0] == 0.25 and found[3] == 0.5
    assert found[1] <= 0.25 <= found[2] and found[4] == 0 and found[5] == 1
    assert verdict(0.1, 0.2, families=4) == "cannot tell"
    ends = ((0.1, 0.2), (-0.2, -0.1), (0.0, 0.2), (-1, 1))
    assert [verdict(*own, families=5) for own in ends] == [
        "better", "worse", "cannot tell", "cannot tell",
    ]  # fmt: skip


def test_what_the_page_says() -> None:
    rows = [("importance", 0.7, 0.0, 0, 0, ""), ("words", 0.47, 0.23, 0.1, 0.35, "better"),
            ("hidden states", 0.75, -0.05, -0.14, 0.03, "cannot tell")]  # fmt: skip
    worth = pd.DataFrame(
        [["m", name, "all", 129, *values, "d"] for name, *values in rows],
        columns=["model", "read_from", "families", "n_items", "accuracy", "importance_minus",
                 "importance_minus_low", "importance_minus_high", "verdict", "reader"],
    )  # fmt: skip
    assert worth_sentence(worth) == (
        "Of 129 held-out items, importance names the ability of 70%. The items' words name 47%. "
        "Importance names 23 points more (95% interval 10 to 35): importance is better. The "
        "model's hidden states name 75%. Importance names -5 points more (95% interval -14 to 3): "
        "too uncertain to say which is better."
    )
    ends = {"a": [(0.5, 0.7), (0.3, 0.5)], "b": [(0.2, 0.9), (0.1, 0.8)]}
    shares = [
        ("m", benchmark, ability, 0.6 if ability == "x" else 0.4, *own)
        for benchmark, both in ends.items()
        for ability, own in zip("xy", both, strict=True)
    ]
    names = ["model", "benchmark", "ability", "share", "share_low", "share_high"]
    table = pd.DataFrame(shares, columns=names).assign(n_items=3)
    assert indistinct_line(table).startswith("The profiles of a and b cannot be told")
    table.loc[0, ["share", "share_low"]] = 0.9, 0.8
    assert indistinct_line(table).startswith("The profile of b cannot be told")
    assert indistinct_line(table[table["benchmark"] == "a"]) == ""


def test_the_heatmap_is_drawn_with_its_numbers(tmp_path: Path) -> None:
    shares = [("m", b, a, v, 0, 1, 3, 4) for b, vs in (("x_test", (0.75, 0.25)), ("z", (0.1, 0.9)))
              for a, v in zip(("x", "none"), vs, strict=True)]  # fmt: skip
    names = ["model", "benchmark", "ability", "share", "share_low", "share_high", "n_items",
             "n_train"]  # fmt: skip
    table = pd.DataFrame(shares, columns=names)
    targets = [tmp_path / f"shares.{form}" for form in ("png", "svg", "csv", "txt")]
    draw_shares(table, targets)
    first = [target.read_bytes() for target in targets]
    draw_shares(table, targets)
    assert [target.read_bytes() for target in targets] == first
    assert pd.read_csv(targets[2], keep_default_na=False).equals(table)
    assert "X test: X 0.75; Z: None 0.90" in targets[3].read_text()


def test_a_worth_of_other_items_is_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "worth.csv"
    pd.DataFrame({"model": ["x"], "verdict": [""], "reader": ["d"]}).to_csv(file, index=False)
    assert len(read_worths({"m": "d"}, {"m": [file]})) == 1
    assert len(read_worths({"m": "e"}, {"m": [file]})) == 0
    assert len(read_worths({"m": "d"}, {})) == 0


def test_planted_abilities_are_named(tmp_path: Path) -> None:
    """Each ability lies in neurons of its own, so that nearly every held-out item is named."""
    store = Store(tmp_path / "store")
    prepare_model({"folder": str(PLANTED / "models/planted-2")}, tmp_path / "m", store)
    folders = sorted((PLANTED / "abilities").iterdir())

    def chosen(split: str, limit: int) -> TrainItems:
        return TrainItems({own.name: own / f"{split}.jsonl" for own in folders}, 1, limit)

    attributing = Attributing(PreparedModel(tmp_path / "m", "float32"), tmp_path, store)
    known = Known(chosen("train", 8), chosen("calibration", 4))
    worth = measure_worth("planted-2", attributing, known, chosen("test", 6), seed=1)
    every = worth[worth["families"] == "all"].set_index("read_from")
    assert every.index.tolist() == ["importance", "words", "characters", "hidden states"]
    assert every.loc["importance", "accuracy"] >= 0.95
    assert every.loc["importance", "n_items"] == 60
    moves = [Question.of(own) for own in read_items(PLANTED / "benchmarks/series_and_moves.jsonl")]
    profiles = profile_benchmarks(attributing, known, {"moves": moves[:40]}, seed=1)
    shares = profiles.shares.set_index("ability")["share"]
    assert shares["inductive_reasoning"] + shares["spatial_reasoning"] > 0.9
    # The same reader: the worth that was measured stands beside the profile.
    assert set(worth["reader"]) == {profiles.chosen["digest"]}
