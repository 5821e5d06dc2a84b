"""The command for one benchmark, and what it reads of items, on tiny and planted models."""

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
from tests.unit.run.small import small

from benchprof import paths
from benchprof.__main__ import main
from benchprof.abilities.item import read_items
from benchprof.errors import InputError
from benchprof.files import write_csv
from benchprof.importance.example import Question
from benchprof.importance.items import TrainItems
from benchprof.item_profile.attribution import inner_products
from benchprof.item_profile.hidden_state import hidden_states, state_products
from benchprof.item_profile.items import Known, example_of, gather
from benchprof.item_profile.job import profile_benchmarks
from benchprof.item_profile.labelled import Labelled, labelled
from benchprof.item_profile.reading import Reading
from benchprof.item_profile.worth import estimates, measure_worth, verdict
from benchprof.jobs.item_profile import ProfileItems
from benchprof.jobs.job import Size
from benchprof.jobs.models import CheckSizes
from benchprof.models.preparation import prepare_model
from benchprof.models.prepared import PreparedModel
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


def test_a_file_of_ten_questions(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*COMMAND, "--output", "shares.csv"]) == 0
    table = pd.read_csv(folder / "shares.csv", keep_default_na=False)
    assert table["ability"].tolist() == ["colours", "places", "none"]
    assert table["share"].sum() == pytest.approx(1)
    assert set(table["read_from"]) == {"hidden_states"}
    assert set(table["n_items"]) == {10} and set(table["n_train"]) == {4}
    shown = capsys.readouterr().out
    values = [float(line.split()[0]) for line in shown.splitlines()[1:4]]
    assert values == sorted(values, reverse=True)
    assert "10 questions; up to 4 train items" in shown
    assert "Nobody has measured how often profiles from hidden states are right" in shown


def test_attributions_are_computed_once(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    command = [*COMMAND, "--read-from", "importance", "--output", "shares.csv"]
    assert main(command) == 0
    # Two abilities and none of four train and six calibration items each, and the ten.
    assert "attributions of examples: 0 reused, 40 computed" in caplog.text
    bytes_before = (folder / "shares.csv").read_bytes()
    assert main(command) == 0
    assert "attributions of examples: 40 reused, 0 computed" in caplog.text
    assert (folder / "shares.csv").read_bytes() == bytes_before


def items_of(folder: Path, split: str, limit: int) -> TrainItems:
    """The sample that the command takes of the tiny folder's items."""
    files = {name: folder / f"items/{name}/{split}.jsonl" for name in ("colours", "places")}
    return TrainItems(files, 2026, limit)


def test_the_shipped_worth_of_the_same_items_is_printed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare_model({"folder": "tiny"}, folder / "m", Store(folder / "store"))
    reading = Reading(
        PreparedModel(folder / "m", "float32"), ["hidden_states"], folder, Store(folder / "store")
    )
    known = Known(items_of(folder, "train", 4), items_of(folder, "calibration", 6))
    worth = measure_worth("tiny", reading, known, items_of(folder, "test", 6), seed=1)
    write_csv(folder / "resources/models/tiny.worth.csv", worth)
    assert main(COMMAND) == 0
    assert "Read from hidden states, " in capsys.readouterr().out
    # Three train items make another reader, whose worth nobody measured.
    assert main(["3" if own == "4" else own for own in COMMAND]) == 0
    assert "Nobody has measured" in capsys.readouterr().out


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
    short, long = (Labelled(Question("q", text, ("a", "b"), 0)) for text in ("a", "a" * 100_000))
    kept = gather(folder / "m", {"x": [long, short]}).sets["x"]
    assert [own for own, _ in kept] == [short]
    with pytest.raises(InputError, match="no item of x fits into the model's context"):
        gather(folder / "m", {"x": [long]})


def test_uninformative_items_are_as_many_as_an_ability_has(folder: Path) -> None:
    train = items_of(folder, "train", 4)
    every = labelled(train)
    assert [own.label for own in every] == ["colours"] * 4 + ["places"] * 4 + ["none"] * 4
    for own in every:
        assert own.question.prompt.startswith("Nothing") == (own.label == "none")
    assert labelled(train, with_none=False) == every[:8]


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


def test_hidden_states_that_overflow_are_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare_model({"folder": "tiny"}, folder / "m", Store(folder / "store"))
    states = {"mean": np.array([[1.0, 2], [np.inf, 1]])}
    monkeypatch.setattr("benchprof.item_profile.hidden_state.hidden_states", lambda *_: states)
    example = example_of(Question("q", "ab", ("c", "d"), 0), byte_tokenizer(chat=False))
    named = [("x, item 1", example), ("x, item 2", example)]
    with pytest.raises(InputError, match="x, item 2 is infinite"):
        state_products(PreparedModel(folder / "m", "float32"), named)


def test_a_model_without_neurons_is_read_by_its_hidden_states_alone(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny_model("mixtral").save_pretrained("experts")
    byte_tokenizer(chat=False).save_pretrained("experts")
    command = ["experts" if own == "tiny" else own for own in COMMAND]
    assert main(command) == 0
    assert main([*command, "--read-from", "importance"]) == 1
    assert "from hidden_states instead" in capsys.readouterr().err
    # In a run the check of sizes finds it, before any gradient.
    prepare_model({"folder": "experts"}, paths.model("m"), Store(folder / "store"))
    run = small(item_profile={"read_from": ["importance"]})
    with pytest.raises(InputError, match="from hidden_states instead"):
        CheckSizes(run, "m").make(1)


def test_what_a_job_waits_for_depends_on_what_is_read() -> None:
    states, importance = (
        ProfileItems(small(unit="neuron", item_profile={"read_from": [own]}), "m")
        for own in ("hidden_states", "importance")
    )
    assert set(importance.inputs) - set(states.inputs) == {"sizes", "importance"}
    size = Size(parameters=1e9, in_scope=0, itemsize=4, on_gpu=False)
    # Beside the libraries' 4 GB, the weights once or twice.
    assert [own.memory(size) for own in (states, importance)] == [8e9, 12e9]
    # Two abilities and three benchmarks: 2 x (24 + 6 + 24) + 3 x 24 = 180 items of 1 or 4 s.
    assert [own.minutes(size) for own in (states, importance)] == [60 + 15 + 3, 60 + 15 + 12]


def test_estimates_by_hand() -> None:
    # A quarter of the items is right, and half more with the other reading.
    values = np.array([[1.0, 0, 0, 0], [0.0, 1, 1, 0], [np.nan] * 4])
    found = estimates(values, np.array(["a", "b", "b", "c"]), seed=1)
    assert found[0] == 0.25 and found[3] == 0.5
    assert found[1] <= 0.25 <= found[2] and found[4] == 0 and found[5] == 1
    assert np.isnan(found[6:]).all()
    assert verdict(0.1, 0.2, families=4) == "cannot tell"
    ends = ((0.1, 0.2), (-0.2, -0.1), (0.0, 0.2), (-1, 1))
    assert [verdict(*own, families=5) for own in ends] == [
        "better", "worse", "cannot tell", "cannot tell",
    ]  # fmt: skip


def test_planted_abilities_are_named(tmp_path: Path) -> None:
    """Each ability lies in neurons of its own, so that nearly every held-out item is named."""
    store = Store(tmp_path / "store")
    prepare_model({"folder": str(PLANTED / "models/planted-2")}, tmp_path / "m", store)
    folders = sorted((PLANTED / "abilities").iterdir())

    def chosen(split: str, limit: int) -> TrainItems:
        return TrainItems({own.name: own / f"{split}.jsonl" for own in folders}, 1, limit)

    model = PreparedModel(tmp_path / "m", "float32")
    reading = Reading(model, ["hidden_states", "importance"], tmp_path, store)
    known = Known(chosen("train", 8), chosen("calibration", 4))
    worth = measure_worth("planted-2", reading, known, chosen("test", 6), seed=1)
    every = worth[worth["families"] == "all"].set_index("read_from")
    assert every.index.tolist() == ["hidden_states", "importance", "words", "characters"]
    assert every.loc["importance", "accuracy"] >= 0.95
    assert every.loc["importance", "n_items"] == 60
    moves = [Question.of(own) for own in read_items(PLANTED / "benchmarks/series_and_moves.jsonl")]
    every = every.assign(less=every["accuracy"] - every.loc["importance", "accuracy"])
    assert every["less_importance"].drop("importance").to_numpy() == pytest.approx(
        every["less"].drop("importance").to_numpy()
    )
    benchmarks = {"moves": moves[:40]}
    profiles = profile_benchmarks("planted-2", reading, known, benchmarks, seed=1)
    shares = profiles.shares.set_index(["read_from", "ability"])["share"]["importance"]
    assert shares["inductive_reasoning"] + shares["spatial_reasoning"] > 0.9
    # The same readers: the worth that was measured stands beside the profile.
    assert {*worth["reader"]} == {"", *(own["digest"] for own in profiles.readers.values())}
