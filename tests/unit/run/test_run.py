"""What a small configuration means, enumerated by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.run.small import SMALL, WHOLE, controls, small, write_items

from benchprof.errors import InputError
from benchprof.run.run import Run, read_run
from benchprof.run.suite import own_files
from benchprof.tasks.benchmark import AbilitySplit, LmTask, ShippedBenchmark, TaskFile


def names(ablations: list[Any]) -> list[str]:
    return [own.name for own in ablations]


MASKS = [
    "x.top_0.01",
    "y.top_0.01",
    "x.top_calibrated",
    "y.top_calibrated",
    "x.contrastive_0.01",
    "y.contrastive_0.01",
    "x.contrastive_calibrated",
    "y.contrastive_calibrated",
]


def test_controls_of_abilities_together_are_one_a_seed() -> None:
    assert names(small().ablations) == [
        *MASKS,
        "all_abilities.top-random-7_0.01",
        "all_abilities.top-random-8_0.01",
        "all_abilities.top-random-7_calibrated",
        "all_abilities.top-random-8_calibrated",
        "all_abilities.contrastive-random-7_0.01",
        "all_abilities.contrastive-random-8_0.01",
        "all_abilities.contrastive-random-7_calibrated",
        "all_abilities.contrastive-random-8_calibrated",
    ]


def test_controls_of_each_ability_are_its_own() -> None:
    run = small(
        mask_fractions=[0.01], selections={"top": {}}, controls=controls([7, 8], "each_ability")
    )
    assert names(run.ablations) == [
        "x.top_0.01",
        "y.top_0.01",
        "x.top-random-7_0.01",
        "y.top-random-7_0.01",
        "x.top-random-8_0.01",
        "y.top-random-8_0.01",
    ]
    assert names(run.controls("top", ["0.01"])) == [
        "x.top-random-7_0.01",
        "x.top-random-8_0.01",
        "y.top-random-7_0.01",
        "y.top-random-8_0.01",
    ]


def test_without_seeds_there_are_no_controls() -> None:
    assert names(small(controls=controls([], "abilities_together")).ablations) == MASKS


def test_every_mask_fraction_has_its_place() -> None:
    run = small()
    assert run.mask_fractions == ["0.01", "calibrated"]
    assert run.known_mask_fractions == ["0.01"]
    assert run.candidate_mask_fractions == ["0.001", "0.01"]
    # Numbers first; what is a candidate too is selected once.
    assert run.selected_mask_fractions == ["0.01", "0.001"]
    # Candidates that no `calibrated` asks for are left alone.
    assert small(mask_fractions=[0.01]).candidate_mask_fractions == []
    assert small(mask_fractions=[0.01]).selected_mask_fractions == ["0.01"]


@pytest.mark.parametrize(
    ("matched_to", "matched"),
    [("abilities_together", "all_abilities"), ("each_ability", "y")],
)
def test_calibration_items_are_answered_under_all_masks_and_own_controls(
    matched_to: str, matched: str
) -> None:
    run = small(selections={"top": {}}, controls=controls([7], matched_to))
    assert names(run.trials("y")) == [
        "x.top_0.001",
        "y.top_0.001",
        "x.top_0.01",
        "y.top_0.01",
        f"{matched}.top-random-7_0.001",
        f"{matched}.top-random-7_0.01",
    ]
    assert small(mask_fractions=[0.01]).trials("y") == []


def test_halves_make_masks_at_known_mask_fraction_alone() -> None:
    assert names(small(mask_fractions=[0.01, 0.1, "calibrated"]).halves("y")) == [
        "y.top-half-1_0.01",
        "y.top-half-1_0.1",
        "y.top-half-2_0.01",
        "y.top-half-2_0.1",
        "y.contrastive-half-1_0.01",
        "y.contrastive-half-1_0.1",
        "y.contrastive-half-2_0.01",
        "y.contrastive-half-2_0.1",
    ]
    assert small(mask_fractions=["calibrated"], importance=WHOLE).halves("y") == []


def test_selections_keep_the_order_of_the_file() -> None:
    run = small(selections={"bottom": {}, "top": {}})
    assert run.selections == list(run.selection_rules) == ["bottom", "top"]
    assert [own.selection for own in run.ablations[:8:4]] == ["bottom", "top"]


def test_an_ability_s_own_benchmark_is_its_first_test() -> None:
    few = {"ability": "x", "split": "test", "limit": 8}
    run = small(
        benchmarks={
            "x_calibration": {"ability": "x", "split": "calibration"},
            "x_uninformative": {"ability": "x", "split": "test", "control_item": "uninformative"},
            "x_few": few,
            "x_all": {"ability": "x", "split": "test"},
            "x_few_uninformative": few | {"control_item": "uninformative"},
            "x_few_uninformative_again": few | {"control_item": "uninformative"},
            "x_few_counterfactual": few | {"control_item": "counterfactual"},
            "y_uninformative": {"ability": "y", "split": "test", "control_item": "uninformative"},
            "arc": {"task": "arc_easy"},
        }
    )
    assert run.suite.held_out_test_of == {"x": "x_few"}
    # Control items of the same items: with the same limit. Those of y stand alone.
    assert run.suite.control_items == {
        "counterfactual": {"x": "x_few_counterfactual"},
        "uninformative": {"x": "x_few_uninformative"},
    }


def test_a_key_that_says_its_default_changes_no_control_items() -> None:
    run = small(
        benchmarks={
            "x_test": {"ability": "x", "split": "test", "control_item": None},
            "x_counterfactual": {"ability": "x", "split": "test", "control_item": "counterfactual"},
        }
    )
    assert run.suite.control_items == {"counterfactual": {"x": "x_counterfactual"}}


def test_rejected_items_are_left_out_of_their_own_split(tmp_path: Path) -> None:
    write_items(tmp_path / "x", "train", ["x-2", "x-1", "x-3"])
    write_items(tmp_path / "x", "test", ["x-8", "x-9"])
    abilities = {
        "x": {"items": str(tmp_path / "x"), "exclude": ["x-9", "x-3", "x-1"]},
        "y": {"items": str(tmp_path / "absent")},
    }
    run = small(abilities=abilities)
    assert run.item_ids("x", "train") == ["x-2", "x-1", "x-3"]
    assert run.excluded("x", "train") == ["x-1", "x-3"]
    assert run.excluded("x", "test") == ["x-9"]
    # Without a list the items are not even read.
    assert run.excluded("y", "test") == []


def write_task() -> None:
    """Write a task file with a function of a file beside it."""
    Path("t.yaml").write_text("task: t\nprocess_results: !function utils.scores\n")
    Path("utils.py").write_text("")


@pytest.mark.parametrize(
    ("benchmark", "files"),
    [
        (LmTask(task="arc_easy"), []),
        (LmTask(task="arc_easy", data="a.jsonl"), ["a.jsonl"]),
        (TaskFile(task_file="t.yaml"), ["t.yaml", "utils.py"]),
        (TaskFile(task_file="t.yaml", data="a.jsonl"), ["a.jsonl", "t.yaml", "utils.py"]),
        (AbilitySplit(ability="x", split="test"), []),
        (ShippedBenchmark(benchmark="mmlu"), []),
    ],
)
def test_a_benchmark_s_own_files(
    benchmark: Any, files: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_task()
    assert own_files(benchmark) == [Path(file) for file in files]


def test_every_data_file_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_task()
    run = small(
        benchmark_data="data",
        benchmarks={
            "x_test": {"ability": "x", "split": "test"},
            "own": {"task_file": "t.yaml", "data": "a.jsonl"},
            "csqa": {"benchmark": "commonsense_qa"},
        },
    )
    items = [f"items/{a}/{split}.jsonl" for a in "xy" for split in ("train", "calibration", "test")]
    definition = run.suite.definition("csqa")
    assert definition is not None
    assert run.suite.definition("own") is None
    shipped = [f"data/{definition.files.test}"]
    shipped += [f"data/{definition.files.fewshot}"] if definition.files.fewshot else []
    expected = [*items, "a.jsonl", "t.yaml", "utils.py", *shipped]
    assert sorted(run.data_files) == sorted(map(Path, expected))


def test_a_shipped_benchmark_is_known_by_the_metric_of_its_definition() -> None:
    benchmarks = {
        "csqa": {"benchmark": "commonsense_qa"},
        "x_test": {"ability": "x", "split": "test"},
        "y_test": {"ability": "y", "split": "test"},
    }
    run = small(benchmarks=benchmarks)
    definition = run.suite.definition("csqa")
    assert definition is not None
    assert run.suite.headlines == {"csqa": definition.metric}


def test_no_benchmark_is_shipped_under_a_wrong_name() -> None:
    run = small(benchmarks=SMALL["benchmarks"] | {"b": {"benchmark": "hellaswga"}})
    with pytest.raises(InputError, match=r"config\.yaml, benchmarks\.b\.benchmark: 'hellaswga'"):
        run.suite.definition("b")


def test_a_run_knows_the_files_that_it_was_read_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.json.yaml").write_text(json.dumps(SMALL))
    Path("over.yaml").write_text("seed: 5\n")
    files = [Path("small.json.yaml"), Path("over.yaml")]
    run = read_run(files)
    assert run.configuration.seed == 5
    assert run.source == "small.json.yaml, over.yaml"
    given = Run.given(json.loads(json.dumps(SMALL)) | {"seed": 5}, files)
    assert (given.configuration, given.values, given.source) == (
        run.configuration,
        run.values,
        run.source,
    )
    Path("over.yaml").write_text("sed: 5\n")
    with pytest.raises(InputError, match=r"^small\.json\.yaml, over\.yaml, sed: unknown key"):
        read_run(files)


def test_a_configuration_without_a_file_has_a_name_in_messages() -> None:
    with pytest.raises(InputError, match=r"^config, seed: -1; expected a whole number"):
        Run.given(SMALL | {"seed": -1}, [])
