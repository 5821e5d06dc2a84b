"""The workload is counted from the items, and the whole plan from the configuration alone."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from tests.conftest import FAMILIES, ROOT
from tests.pages import blocks

from benchprof.__main__ import main
from benchprof.abilities.item import SPLITS, ControlItem, Item
from benchprof.data import NEUTRAL_TEXT
from benchprof.errors import InputError
from benchprof.files import write_text
from benchprof.jobs.evaluation import OfBenchmark
from benchprof.jobs.job import Size
from benchprof.models.scope import Scope
from benchprof.plan import tokens
from benchprof.plan.command import plan, readable_bytes
from benchprof.plan.machine import CPU, GPU, Machine
from benchprof.plan.shape import Shape, model_shape
from benchprof.plan.steps import INDEX, LOSS, Step, answer_seconds, importance_seconds, model_steps
from benchprof.plan.tokens import CHAT_CHARACTERS, Texts, Workload, asked_texts, workload
from benchprof.run.run import Run, read_run
from benchprof.tasks.definition import BenchmarkSize

TINY = yaml.safe_load((ROOT / "tests/config.yaml").read_text())
PAPER = yaml.safe_load((ROOT / "config/paper.yaml").read_text())


def with_items(folder: Path, **changed: Any) -> Run:
    """A run of one ability, whose items have texts of known lengths."""
    # "Question: aa\nAnswer:" has 20 characters, a context line 5, " yes" 4 and " no" 3.
    uninformative = [{"uninformative": ControlItem("", "bbbb", answer)} for answer in (0, 1)]
    for split in SPLITS:
        items = [
            Item(f"{split}-1", "t", "", "aa", ("yes", "no"), 0, control_items=uninformative[0]),
            Item(f"{split}-2", "t", "cccc", "aa", ("yes", "no"), 1, control_items=uninformative[1]),
        ]
        text = "".join(json.dumps(item.to_json()) + "\n" for item in items)
        write_text(folder / f"a/{split}.jsonl", text)
    own = {
        "abilities": {"a": {"items": str(folder / "a")} | changed.pop("ability", {})},
        "benchmarks": {"a_test": {"ability": "a", "split": "test"}} | changed.pop("asked", {}),
        "selections": {"top": {}},
        "importance": {"score": "taylor", "loss_on": "answer", "limit": None, "halves": False}
        | changed.pop("importance", {}),
    }
    return Run.of(TINY | own | changed)


@pytest.fixture
def by_character(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "CHARACTERS", 1)


@pytest.mark.usefixtures("by_character")
def test_examples_are_counted_from_characters(tmp_path: Path) -> None:
    def examples(**importance: Any) -> Texts:
        return workload(with_items(tmp_path, importance=importance)).examples

    lengths = [20 + 4 + CHAT_CHARACTERS, 20 + 5 + 3 + CHAT_CHARACTERS]
    assert examples() == Texts(2, sum(lengths))
    # A sample is taken to be like all items.
    assert examples(limit=1) == Texts(1, sum(lengths) // 2)
    # Of a choice the context is read once, and the other option too.
    assert examples(loss_on="option_cross_entropy").read == sum(lengths) + 3 + 4
    # Uninformative items: as many again, their question two characters longer and without a
    # context.
    uninformative = (22 + 4) + (22 + 3) + 2 * CHAT_CHARACTERS
    assert examples(against="uninformative").read == sum(lengths) + uninformative
    left_out = with_items(tmp_path, ability={"exclude": ["train-2"]})
    assert workload(left_out).examples == Texts(1, lengths[0])


@pytest.mark.usefixtures("by_character")
def test_questions_are_counted_from_characters(tmp_path: Path) -> None:
    rows = [{"q": "12345", "options": "67"}, {"q": "8", "options": "9"}]
    write_text(tmp_path / "b.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    write_text(tmp_path / "b.yaml", "task: b\noutput_type: multiple_choice\n")
    write_text(tmp_path / "c.yaml", "include: b.yaml\n")
    text = "output_type: generate_until\ngeneration_kwargs: {max_gen_toks: 5}\n"
    write_text(tmp_path / "d.yaml", f"{text}process_docs: !function code.own\n")
    mine = {"task_file": str(tmp_path / "b.yaml"), "data": str(tmp_path / "b.jsonl")}
    uninformative = {"ability": "a", "split": "test", "control_item": "uninformative"}
    run = with_items(
        tmp_path,
        asked={
            "blanks": uninformative,
            "mine": mine,
            "one": mine | {"limit": 1},
            "included": mine | {"task_file": str(tmp_path / "c.yaml")},
            "written": mine | {"task_file": str(tmp_path / "d.yaml")},
            "swag": {"task": "swag"},
        },
    )
    found = {name: asked_texts(OfBenchmark(run, "m", name)) for name in run.benchmarks}
    assert found == {
        # The prompt once, and both options.
        "a_test": Texts(2, (20 + 7) + (25 + 7)),
        "blanks": Texts(2, 2 * (22 + 7)),
        "mine": Texts(2, 9),
        "one": Texts(1, 4),
        "included": None,
        # To the limit, as ablated models do.
        "written": Texts(2, 9, 2 * 5, 9 // 2 + 5, 5),
        "swag": None,
    }
    assert workload(run).unknown == ("included", "swag")


def test_a_shipped_benchmark_s_questions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sizes = {
        "piqa": BenchmarkSize(items=100, tasks=1, prefix=40, item=80, answer=0, room=0),
        "bbh": BenchmarkSize(items=100, tasks=27, prefix=40, item=80, answer=12, room=9),
    }
    monkeypatch.setattr(
        tokens, "read_definition", lambda name, _: SimpleNamespace(size=sizes[name])
    )
    asked = {name: {"benchmark": name, "limit": 50} for name in sizes}
    run = with_items(tmp_path, asked=asked)
    found = [asked_texts(OfBenchmark(run, "m", name)) for name in asked]
    # The common beginning once, or where the model writes with every prompt.
    assert found == [Texts(50, 50 * 20 + 10, 0, 30), Texts(50, 50 * 30, 50 * 3, 30 + 9, 9)]
    assert found[1] is not None and found[1].to_the_limit.written == 50 * 9


def test_an_item_without_its_control_item_is_named(tmp_path: Path) -> None:
    counterfactuals = {"flips": {"ability": "a", "split": "test", "control_item": "counterfactual"}}
    with pytest.raises(InputError, match=r"test\.jsonl, item test-1"):
        workload(with_items(tmp_path, asked=counterfactuals))


def test_a_plan_names_the_list_that_excludes_a_whole_split(tmp_path: Path) -> None:
    run = with_items(tmp_path, ability={"exclude": ["test-1", "test-2"]})
    with pytest.raises(InputError, match=r"abilities\.a\.exclude: all 2 test items are excluded"):
        workload(run)


def test_seconds_by_hand() -> None:
    on = Machine(flops=1000, bandwidth=100, step=0.5, gpu=True)
    shape = Shape(Size(60, 20, 2, True), passed=50, units=0, at_once=640)
    # 4 operations a weight passed and token, 2 a weight in scope; 20 sums of 4 bytes, both ways,
    # for each of 3 examples.
    assert importance_seconds(shape, Texts(3, 10), on) == 2.0 + 0.4 + 3 * 160 / 100
    # Of 45 there are sums for at most 22 at a time: 90 bytes of 4.
    more = replace(shape, size=Size(60, 45, 2, True))
    assert importance_seconds(more, Texts(0, 10), on) == 2 * 2.0 + 0.9
    assert importance_seconds(replace(shape, units=5), Texts(3, 10), on) == 2.0
    assert answer_seconds(shape, Texts(3, 10), on) == 1.0
    # 100 items are two batches of 64 or, of 40 tokens each, seven of 16; a batch takes twice 4
    # steps that read 120 bytes.
    assert answer_seconds(shape, Texts(64, 0, 64 * 4, 10, 6), on) == pytest.approx(25.6 + 6 * 1.7)
    for room, batches in ((10, 2), (40, 7)):
        expected = 100.0 + batches * 8 * (1.2 + 0.5)
        assert answer_seconds(shape, Texts(100, 600, 400, room), on) == pytest.approx(expected)


def steps_of(run: Run, on: Machine = CPU, scope: Scope | None = None) -> dict[str, Step]:
    """The steps of a run's model, as if it were a small Llama."""
    shape = model_shape(FAMILIES["llama"](), "float32", scope or Scope("mlp"), on.gpu)
    return {step.rule: step for step in model_steps(run, run.models[0], shape, workload(run), on)}


PARAMETERS = 12208
"""Of the small Llama."""


def test_every_ablation_reads_every_question(tmp_path: Path) -> None:
    run = with_items(tmp_path, mask_fractions=[0.01, 0.1])
    read = asked_texts(OfBenchmark(run, "m", "a_test"))
    assert read is not None
    steps = steps_of(run)
    seeds = len(run.seeds)
    assert steps["evaluate_benchmark"].tokens == read.read * (1 + 2 * (1 + seeds))
    assert steps["select_masks"].disk == pytest.approx(INDEX * 0.11 * PARAMETERS)
    assert steps["draw_controls"].disk == pytest.approx(seeds * INDEX * 0.11 * PARAMETERS)
    assert steps["compute_importance"].disk == 2 * 2304
    assert steps["prepare_model"].disk == 4 * PARAMETERS


def test_candidates_and_halves_and_the_super_set_are_steps_of_their_own(tmp_path: Path) -> None:
    calibrated = {"calibration": {"mask_fractions": [0.001, 0.1], "items": 10}}
    run = with_items(
        tmp_path, mask_fractions=["calibrated"], importance={"loss_on": "all"}, **calibrated
    )
    plain = {"prepare_model", "check_sizes", "compute_importance", "select_masks", "draw_controls",
             "evaluate_benchmark"}  # fmt: skip
    steps = steps_of(run)
    assert steps.keys() == plain | {"evaluate_calibration", "calibrate_masks"}
    # A calibrated mask fraction counts as the largest of its candidates.
    masks = 1 + len(run.seeds)
    assert steps["calibrate_masks"].disk == pytest.approx(INDEX * masks * 0.1 * PARAMETERS)
    run = with_items(tmp_path, mask_fractions=[0.01], importance={"halves": True})
    steps = steps_of(run)
    assert steps.keys() == plain | {"select_half_masks", "evaluate_halves"}
    scored, again = steps["compute_importance"], steps["select_half_masks"]
    assert again.tokens == scored.tokens
    # Under the masks of two halves; the intact model has answered.
    assert steps["evaluate_halves"].tokens == 2 * (steps["evaluate_benchmark"].tokens or 0) // (
        2 + len(run.seeds)
    )
    run = with_items(tmp_path, mask_fractions=[0.01], selections={"top": {"without_super": True}})
    steps = steps_of(run)
    assert steps.keys() == plain | {"find_super"}
    # 2 layers of 3 * 16 * 24 weights: of 2,304 2 at most, so that 0, 1 and 2 are tried.
    assert steps["find_super"].tokens == 3 * (len(NEUTRAL_TEXT.read_text()) // 4)


def test_of_units_attributions_or_losses_are_written(tmp_path: Path) -> None:
    own = {"unit": "head", "scope": "attention", "mask_fractions": [0.5]}
    groups = {"score": "knock_out", "knock_outs": {"groups": 30}}
    scope = Scope("attention", None, "head")

    def planned(**importance: Any) -> tuple[Workload, Step]:
        run = with_items(tmp_path, importance=importance | {"loss_on": "answer"}, **own)
        return workload(run), steps_of(run, scope=scope)["compute_importance"]

    (load, attributed), (_, knocked_out) = planned(), planned(**groups)
    assert attributed.tokens == load.examples.read
    # Two layers of 24 neurons and two heads, two bytes each.
    assert attributed.disk == 2 * 52 * 2
    assert knocked_out.tokens == 31 * load.examples.read
    assert knocked_out.disk == 31 * 2 * LOSS


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The checkout, in which nothing is prepared."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("benchprof.paths.model", lambda name: Path("not_prepared", name))


@pytest.mark.usefixtures("here")
def test_the_plans_of_the_page_of_measurements_are_made(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Its first block: the paper's plan, and the default run's without a GPU."""
    texts = []
    for line in blocks(ROOT / "docs/measurements.md", "sh")[0].code.splitlines():
        # Under `make test` another make would say which folder it enters and leaves.
        command = [*shlex.split(line), "--dry-run", "--no-print-directory"]
        dry = subprocess.run(command, capture_output=True, text=True, check=True)
        # The last line of what make would do: before it an installation may come.
        words = shlex.split(dry.stdout.splitlines()[-1])
        assert words[1:4] == ["-m", "benchprof", "plan"]
        assert main(words[3:]) == 0
        texts.append(capsys.readouterr().out)
    paper, processor = texts
    assert paper.count("\n| evaluate_benchmark ") == 3
    assert f"GPU: {GPU.flops:.3g} operations/s" in paper
    assert f"host: {CPU.flops:.3g} operations/s" in processor
    assert "GPU hours" not in processor


@pytest.mark.usefixtures("here")
def test_the_costs_of_the_paper_s_reproduction_are_the_plan_s() -> None:
    """Hours, memory and disk on the page, of an H100 and of an A100."""
    page = ROOT / "docs/how_to/reproduce_paper.md"
    whole = yaml.safe_load(blocks(page, "yaml")[1].code)
    assert whole.pop("extends") == "config/paper.yaml"
    run, text = Run.of(PAPER | whole), page.read_text(encoding="utf-8")
    for row, flops in (("H100", None), ("A100, 40 or 80 GB (`--flops 1e14`)", 1e14)):
        printed = plan(run, flops=flops)
        hours, most = re.findall(r"([\d.]+) GPU hours", printed)
        written = re.findall(r"([\d.]+ GB) written", printed)[0]
        steps = [line for line in printed.splitlines() if line.startswith("| compute_importance")]
        largest = max(line.split("|")[5].strip() for line in steps)
        assert f"| {row} | {hours} | {most} | {largest} | {written} |" in text
        assert row != "H100" or f"Together: {hours} GPU hours, {written} written" in text


@pytest.mark.usefixtures("here")
def test_a_model_is_planned_for_its_own_device() -> None:
    llama, qwen, _ = PAPER["models"].values()

    def totals(models: dict[str, Any], **how: Any) -> str:
        text = plan(Run.of(PAPER | {"models": models}), **how)
        return text.partition("Together: ")[2].partition(", ")[0]

    # As --cpu, where the configuration says so itself.
    on_cpu = totals({"llama": llama | {"device": "cpu"}})
    assert on_cpu == totals({"llama": llama}, cpu=True)
    # Two kinds are not added up.
    both = totals({"llama": llama | {"device": "cpu"}, "qwen": qwen})
    assert both.startswith(f"{on_cpu} and ") and both.endswith("GPU hours")
    assert float(totals({"llama": llama}, flops=1e13).split()[0]) > float(
        totals({"llama": llama}).split()[0]
    )


@pytest.mark.usefixtures("here")
def test_the_speed_of_this_machine_is_measured() -> None:
    run = read_run([ROOT / "config.yaml"])
    # With what is before it: 1e+11 also stands in 2.01e+11.
    assert f" {CPU.flops:.3g} operations/s" not in plan(run, cpu=True, here=True)


def test_bytes_are_readable() -> None:
    assert [readable_bytes(size) for size in (7, 12_345, 5.6e9 * 4, 1e15)] == [
        "7 B", "12.3 kB", "22.4 GB", "1e+03 TB"
    ]  # fmt: skip
