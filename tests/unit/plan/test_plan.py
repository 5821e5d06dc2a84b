"""The workload is counted from the items, and the whole plan from the configuration alone."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.conftest import FAMILIES, ROOT
from tests.pages import blocks
from transformers import AutoConfig

from benchprof.abilities.item import SPLITS, Companion, Item
from benchprof.data import BENCHMARKS, NEUTRAL_TEXT
from benchprof.errors import InputError
from benchprof.files import write_text
from benchprof.models.scope import Scope
from benchprof.plan.__main__ import main, plan
from benchprof.plan.cost import INDEX, LOSS
from benchprof.plan.machine import CPU
from benchprof.plan.questions import (
    CHAT_CHARACTERS,
    ExampleCounts,
    QuestionCounts,
    benchmark_questions,
    diagnostic_examples,
)
from benchprof.plan.shape import model_shape
from benchprof.plan.steps import Step, model_steps
from benchprof.plan.table import readable_bytes, total_lines
from benchprof.plan.workload import Workload, workload
from benchprof.run.configuration import AbilitySplit, LmTask, ShippedBenchmark
from benchprof.run.run import Run


@pytest.fixture
def items(tmp_path: Path) -> Path:
    # "Question: aa\nAnswer:" has 20 characters, " yes" 4, " no" 3.
    blanks = [{"blank": Companion("", "bbbb", answer)} for answer in (0, 1)]
    return write_items(
        tmp_path / "train.jsonl",
        [
            Item("1", "t", "", "aa", ("yes", "no"), 0, companions=blanks[0]),
            Item("2", "t", "cccc", "aa", ("yes", "no"), 1, companions=blanks[1]),
        ],
    )


def write_items(path: Path, items: list[Item]) -> Path:
    write_text(path, "".join(json.dumps(item.to_json()) + "\n" for item in items))
    return path


def test_examples_are_counted_from_characters(items: Path) -> None:
    found = diagnostic_examples(items, [], None, "all", None, characters=1)
    # Prompt, a context line of 5, the answer, the chat's own text.
    lengths = [20 + 4 + CHAT_CHARACTERS, 20 + 5 + 3 + CHAT_CHARACTERS]
    assert found == ExampleCounts(2, sum(lengths), sum(lengths), max(lengths))
    assert diagnostic_examples(items, [], None, "answer", None, 1).counted == 4 + 3
    assert diagnostic_examples(items, ["2"], 9, "all", None, 1).tokens == lengths[0]
    # A sample is taken to be like all items; tokens are whole.
    assert diagnostic_examples(items, [], 1, "all", None, 1).tokens == sum(lengths) / 2
    assert diagnostic_examples(items, ["2"], 1, "answer", None, 3).counted == 2
    # Blanks: as many again, their question two characters longer and without a context.
    blanks = diagnostic_examples(items, [], None, "all", "blank", 1)
    assert blanks.number == 4
    assert blanks.tokens == sum(lengths) + (22 + 4) + (22 + 3) + 2 * CHAT_CHARACTERS


def test_an_ability_s_questions_read_the_prompt_once(items: Path) -> None:
    found = benchmark_questions(
        "b", AbilitySplit(ability="a", split="test"), items, [], characters=1
    )
    assert found == QuestionCounts(2, (20 + 7) + (25 + 7), 0, 32)
    # The blanks' question is two characters longer and has no context.
    blanks = AbilitySplit(ability="a", split="test", companion="blank")
    assert benchmark_questions("b", blanks, items, [], 1) == QuestionCounts(2, 2 * (22 + 7), 0, 29)
    left = benchmark_questions("b", blanks, items, ["1"], 1)
    assert left == QuestionCounts(1, 22 + 7, 0, 29)


def test_a_plan_names_the_item_that_has_no_companion(tmp_path: Path) -> None:
    file = write_items(tmp_path / "test.jsonl", [Item("1", "t", "", "aa", ("yes", "no"), 0)])
    flips = AbilitySplit(ability="a", split="test", companion="flip")
    with pytest.raises(InputError, match=r"test\.jsonl, item 1.*benchmarks\.b\.companion"):
        benchmark_questions("b", flips, file, [], 1)
    with pytest.raises(InputError, match=r"test\.jsonl, item 1.*importance\.against"):
        diagnostic_examples(file, [], None, "all", "flip", 1)


def test_a_shipped_benchmark_s_questions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sizes = """{
        "read": {"items": 100, "tasks": 2, "prefix": 30, "item": 10, "answer": 0, "room": 0},
        "write": {"items": 1000, "tasks": 2, "prefix": 30, "item": 10, "answer": 5, "room": 7},
        "one": {"items": 1000, "tasks": 1, "prefix": 10, "item": 10, "answer": 5, "room": 7},
        "short": {"items": 1000, "tasks": 1, "prefix": 9, "item": 10, "answer": 5, "room": 7}}"""
    write_text(tmp_path / "sizes.json", sizes)
    monkeypatch.setattr("benchprof.plan.questions.SIZES", tmp_path / "sizes.json")

    def asked(name: str, **settings: Any) -> QuestionCounts | None:
        return benchmark_questions("b", ShippedBenchmark(benchmark=name, **settings), None, [], 1)

    # The prefix of each task that is asked once.
    assert asked("read", limit=20) == QuestionCounts(20, 2 * 30 + 20 * 10, 0, 40)
    assert asked("read", limit=1) == QuestionCounts(1, 30 + 10, 0, 40)
    # Where the model writes, once for two full batches a task, and if it is half of the prompt.
    assert asked("write", limit=256) == QuestionCounts(256, 2 * 30 + 256 * 10, 256 * 5, 40, 7)
    assert asked("write", limit=255) == QuestionCounts(255, 255 * 40, 255 * 5, 40, 7)
    assert asked("one", limit=2) == QuestionCounts(2, 10 + 2 * 10, 10, 20, 7)
    assert asked("short") == QuestionCounts(1000, 1000 * 19, 5000, 19, 7)
    assert benchmark_questions("b", LmTask(task="some_task"), None, [], 1) is None


@pytest.mark.parametrize("name", sorted(file.stem for file in BENCHMARKS.glob("*.yaml")))
def test_every_shipped_benchmark_has_a_size(name: str) -> None:
    found = benchmark_questions("b", ShippedBenchmark(benchmark=name), None, [], 4)
    assert found is not None
    assert found.read > found.items > 0


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The checkout, without a network."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("reached for a network"))


def check_paper(text: str) -> None:
    """A plan of the paper's three models."""
    for parameters in ("8,030,261,248", "7,615,616,512", "7,248,023,552"):
        assert parameters in text
    # Ten abilities' scores, in two bytes, of 5,637,144,576 weights.
    (line,) = [x for x in text.splitlines()[:9] if "compute_importance" in x]
    assert line.split("|")[6].strip() == "113 GB"
    assert text.count("| evaluate_benchmark") == 3


@pytest.mark.usefixtures("here")
def test_the_paper_s_plan_needs_no_weights_and_no_network() -> None:
    check_paper(plan([ROOT / "config/paper_specific.yaml"], False, {}, 4))


@pytest.mark.usefixtures("here")
def test_the_plans_of_the_page_of_measurements_are_made(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its first block: the paper's plan, and the default run's without a GPU."""
    texts = []
    for line in blocks(ROOT / "docs/measurements.md", "sh")[0].code.splitlines():
        # Under `make test` another make would say which folder it enters and leaves.
        command = [*shlex.split(line), "--dry-run", "--no-print-directory"]
        dry = subprocess.run(command, capture_output=True, text=True, check=True)
        # The last line of what make would do: before it an installation may come.
        _, module, name, *words = shlex.split(dry.stdout.splitlines()[-1])
        assert (module, name) == ("-m", "benchprof.plan")
        monkeypatch.setattr("sys.argv", [name, *words])
        assert main() == 0
        texts.append(capsys.readouterr().out)
    paper, processor = texts
    check_paper(paper)
    assert f"{CPU.flops:g} operations/s" in processor
    assert "GPU hours" not in processor


def test_a_plan_names_the_list_that_excludes_a_whole_split(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    for split in SPLITS:
        write_items(folder / f"{split}.jsonl", [Item(f"{split}-1", "t", "", "aa", ("x", "y"), 0)])
    config = yaml.safe_load((ROOT / "tests/config.yaml").read_text())
    config["abilities"] = {"a": {"items": str(folder), "exclude": ["test-1"]}}
    config["benchmarks"] = {"a_test": {"ability": "a", "split": "test"}}
    config["selections"] = {"top": {}}
    with pytest.raises(InputError, match=r"abilities\.a\.exclude: all 1 test items are excluded"):
        workload(Run.of(config), 4)


def test_double_speed_is_half_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    hours = []
    for factor in (1, 2):
        speeds = {s: getattr(CPU, s) * factor for s in ("flops", "bandwidth", "storage")}
        text = plan([ROOT / "config/paper.yaml"], True, speeds, 4)
        hours.append(float(text.split("Together: ")[1].split()[0]))
    assert hours[1] == pytest.approx(hours[0] / 2, rel=0.01)


def test_a_model_is_planned_for_its_own_device(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(ROOT)
    config = yaml.safe_load((ROOT / "config/paper.yaml").read_text())
    llama, qwen, _ = config["models"].values()

    def totals(models: dict[str, object], cpu: bool) -> str:
        file = tmp_path / "config.yaml"
        file.write_text(yaml.safe_dump(config | {"models": models}))
        text = plan([file], cpu, {}, 4)
        assert f"{CPU.flops:g} operations/s" in text
        return text.partition("Together: ")[2].partition(", ")[0]

    # As --cpu, where the configuration says so itself.
    on_cpu = totals({"llama": llama | {"device": "cpu"}}, False)
    assert on_cpu == totals({"llama": llama}, True)
    # Two kinds are not added up.
    both = totals({"llama": llama | {"device": "cpu"}, "qwen": qwen}, False)
    assert both.startswith(f"{on_cpu} and ")
    assert both.endswith("GPU hours")


def test_a_calibrated_k_counts_as_its_largest_candidate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    config = yaml.safe_load((ROOT / "tests/config.yaml").read_text())
    config["calibration"] = {"fractions": [0.001, 0.1], "items": 10}
    shape = model_shape(FAMILIES["llama"](), "float32", Scope("mlp"))

    def planned(fractions: list[object]) -> tuple[Workload, dict[str, Step]]:
        own = Run.of(config | {"fractions": fractions})
        load = workload(own, 4)
        steps = model_steps(own, own.models[0], shape, load, CPU)
        return load, {step.rule: step for step in steps}

    (_, numbers), (load, words) = planned([0.01, 0.1]), planned([0.01, "calibrated"])
    assert words["evaluate_benchmark"] == numbers["evaluate_benchmark"]
    assert "calibrated" in "\n".join(total_lines({CPU: list(words.values())}, load, 4))
    # Masks are selected at every number, 0.001 too.
    added = words["draw_controls specific"].disk - numbers["draw_controls specific"].disk
    drawn = len(config["controls"]["random"]["seeds"])
    assert added == INDEX * drawn * (shape.parameters // 1000)
    assert words["calibrate_masks"].disk == INDEX * (10 + drawn) * (shape.parameters // 10)
    # Each ability's items are answered by the intact model and under each candidate's ablations.
    asked = words["evaluate_calibration"]
    assert asked.jobs == len(load.calibration) == 10
    assert [questions.items for questions in load.calibration] == [10] * 10
    read = sum(questions.read for questions in load.calibration)
    assert asked.tokens == read * (1 + 2 * (10 + drawn))
    assert "evaluate_calibration" not in numbers


def test_the_super_set_is_a_job_where_a_selection_leaves_it_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    config = yaml.safe_load((ROOT / "tests/config.yaml").read_text()) | {"fractions": [0.01]}
    shape = model_shape(FAMILIES["llama"](), "float32", Scope("mlp"))

    def planned(rule: dict[str, object]) -> dict[str, Step]:
        own = Run.of(config | {"selections": {"top": rule}})
        steps = model_steps(own, own.models[0], shape, workload(own, 4), CPU)
        return {step.rule: step for step in steps}

    without, steps = planned({}), planned({"without_super": True})
    assert {*steps} - {*without} == {"find_super"}
    assert {rule: step for rule, step in steps.items() if rule != "find_super"} == without
    # 2 layers of 3 * 16 * 24 weights: of 2,304 2 at most, so that 0, 1 and 2 are tried.
    tokens = -(-len(NEUTRAL_TEXT.read_text()) // 4)
    assert (steps["find_super"].jobs, steps["find_super"].tokens) == (1, 3 * tokens)


def test_halves_score_the_train_items_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    config = yaml.safe_load((ROOT / "tests/config.yaml").read_text())
    shape = model_shape(FAMILIES["llama"](), "float32", Scope("mlp"))

    def planned(halves: bool) -> tuple[Workload, dict[str, Step]]:
        importance = config["importance"] | {"halves": halves}
        own = Run.of(config | {"importance": importance, "fractions": [0.01, 0.1]})
        load = workload(own, 4)
        steps = model_steps(own, own.models[0], shape, load, CPU)
        return load, {step.rule: step for step in steps}

    (_, without), (load, steps) = planned(False), planned(True)
    assert {*steps} - {*without} == {"select_half_masks", "evaluate_halves"}
    scored, again = steps["compute_importance"], steps["select_half_masks"]
    assert (again.tokens, again.seconds) == (scored.tokens, scored.seconds)
    # Two halves' masks of ten abilities at both k.
    entries = shape.parameters // 100 + shape.parameters // 10
    assert again.disk == scored.disk + INDEX * 2 * 10 * entries
    # Each ability's own test under two masks at two k; the intact model has answered it.
    asked = steps["evaluate_halves"]
    assert asked.jobs == 10
    assert asked.tokens == 4 * sum(questions.read for questions in load.questions.values())


def test_bytes_are_readable() -> None:
    assert [readable_bytes(size) for size in (7, 12_345, 5.6e9 * 4, 1e15)] == [
        "7 B", "12.3 kB", "22.4 GB", "1e+03 TB"
    ]  # fmt: skip


def test_a_spread_model_s_plan_has_a_row_for_each_gpu(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(ROOT)
    config = yaml.safe_load((ROOT / "config/paper.yaml").read_text())
    llama = next(iter(config["models"].values()))
    file = tmp_path / "config.yaml"

    def lines(cpu: bool = False, **settings: object) -> list[str]:
        file.write_text(yaml.safe_dump(config | {"models": {"llama": llama | settings}}))
        return plan([file], cpu, {}, 4).splitlines()

    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines(gpus=4)]
    (start,) = [n for n, row in enumerate(rows) if row[:1] == ["GPU"]]
    assert rows[start][4:] == ["compute_importance", "evaluate_benchmark"]
    table = rows[start + 2 : start + 6]
    # Embeddings or head, 525,336,576, and 7 layers of 218,112,000 (the last has a norm of 4096
    # more), or 9 layers; in bfloat16. The MLP of a layer: 3 * 4096 * 14336 = 176,160,768.
    assert [row[:4] for row in table] == [
        ["0", "7", "4.1 GB", "1,233,125,376"],
        ["1", "9", "3.93 GB", "1,585,446,912"],
        ["2", "9", "3.93 GB", "1,585,446,912"],
        ["3", "7", "4.1 GB", "1,233,125,376"],
    ]
    # The table of the rules has the fullest.
    (importance,) = [row for row in rows if row[:1] == ["compute_importance"]]
    assert importance[3] in {row[4] for row in table}
    assert not any(line.startswith("| GPU") for line in lines() + lines(cpu=True, gpus=4))


def test_of_units_each_example_s_attributions_are_written() -> None:
    """Of the shipped Qwen, whose figures are known: 28 layers of 8,960 neurons and 12 heads."""
    config = AutoConfig.for_model(
        "qwen2", hidden_size=1536, num_hidden_layers=28, num_attention_heads=12,
        num_key_value_heads=2, intermediate_size=8960, vocab_size=151936,
    )  # fmt: skip
    shape = model_shape(config, "bfloat16", Scope("mlp", (0, 13), "neuron"))
    assert shape.units is not None
    assert shape.units.whole == 28 * 8960
    assert shape.units.scope == 14 * 8960
    assert shape.units.attributed == 28 * (8960 + 12)


def test_knock_outs_read_the_examples_for_every_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    config = yaml.safe_load((ROOT / "tests/config.yaml").read_text())
    shape = model_shape(FAMILIES["llama"](), "float32", Scope("attention", unit="head"))
    own = config | {"unit": "head", "scope": "attention", "selections": {"top": {}}}
    own["fractions"] = [0.5]

    def planned(**importance: Any) -> tuple[Workload, Step]:
        run = Run.of(own | {"importance": config["importance"] | importance})
        load = workload(run, 4)
        steps = model_steps(run, run.models[0], shape, load, CPU)
        return load, next(step for step in steps if step.rule == "compute_importance")

    (_, attributed), (load, step) = (
        planned(), planned(score="knock_out", knock_outs={"groups": 30})
    )  # fmt: skip
    assert attributed.tokens == load.examples.tokens
    assert step.tokens == 31 * load.examples.tokens
    assert step.disk == 31 * load.examples.number * LOSS
    assert step.seconds is not None
    assert attributed.seconds is not None
    # 31 times forward, beside once forward and back.
    assert step.seconds > 5 * attributed.seconds


def test_of_a_choice_the_context_is_read_once(tmp_path: Path) -> None:
    items = tmp_path / "train.jsonl"
    item = Item("i", "t", "c" * 20, "q" * 10, ("a" * 4, "b" * 6, "d" * 8), 1)
    write_text(items, json.dumps(item.to_json()) + "\n")
    answer, choice = (
        diagnostic_examples(items, [], None, loss, None, 1) for loss in ("answer", "choice")
    )
    # Options stand after a space.
    assert choice.tokens - answer.tokens == (4 + 1) + (8 + 1)
    assert choice.counted == (4 + 1) + (6 + 1) + (8 + 1)
