"""Reproduction: how two records differ is said in words."""

from __future__ import annotations

import copy
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.conftest import ROOT
from tests.unit.archive.conftest import CONFIG, Run

from benchprof.archive.contents import ArchiveError
from benchprof.archive.needs import _benchmark
from benchprof.archive.reproduce import _choose, _link_data, differences, reproduce
from benchprof.run import run
from benchprof.run.inputs import check_inputs


@pytest.fixture
def record(run: Run) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(
        (run.folder / "results/evaluations/m/other/intact.json").read_text()
    )
    return value


def test_equal_scores_are_identical_whatever_else_differs(record: Any) -> None:
    other = copy.deepcopy(record)
    other["origin"]["made"]["seconds"] = 99.0
    assert differences(record, other) == []


def test_differences_are_counted_and_measured(record: Any) -> None:
    other = copy.deepcopy(record)
    other["items"]["scores"]["acc"][3] = 1 - other["items"]["scores"]["acc"][3]
    assert differences(record, other) == ["acc of 1 of 40 items by up to 1"]
    other["origin"]["model"]["digest"] = "other"
    assert differences(record, other)[0] == "another model"
    other["items"]["digest"][0] = "other"
    assert differences(record, other) == ["another model", "other items"]


def test_an_unknown_benchmark_is_named(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="'none': not in the archive; expected one of other, x_"):
        reproduce(archive, tmp_path / "new", "none", None, 1)


@pytest.mark.parametrize("name", ["planted.yaml", "small.yaml"])
@pytest.mark.parametrize("benchmark", ["spatial_reasoning_test", "mine"])
def test_one_benchmark_of_a_configuration_is_a_configuration(
    tmp_path: Path, name: str, benchmark: str
) -> None:
    """Whatever asks for others: validation wants every ability's held-out test, and halves want
    one.
    """
    file = tmp_path / "config.yaml"
    config = dict(run.read_run([ROOT / "config" / name]).values) | {"store": "../store"}
    config["benchmarks"]["mine"] = {"benchmark": "arc_challenge"}
    file.write_text(yaml.safe_dump(config))
    _choose(file, benchmark)
    config = yaml.safe_load(file.read_text())
    assert run.Run.of(config).benchmarks == [benchmark]
    assert "validation" not in config
    # That of the run itself would give back what is to be computed again.
    assert config["store"] == "store"


def test_control_items_keep_the_benchmark_of_their_items(tmp_path: Path) -> None:
    """Without it their configuration is refused."""
    file = tmp_path / "config.yaml"
    config = dict(run.read_run([ROOT / "config/cross_effects.yaml"]).values)
    file.write_text(yaml.safe_dump(config))
    _choose(file, "spatial_reasoning_uninformative")
    left = yaml.safe_load(file.read_text())
    assert set(left["benchmarks"]) == {"spatial_reasoning_test", "spatial_reasoning_uninformative"}
    check_inputs(run.Run.of(left))


def test_what_lies_outside_and_ends_alike_is_linked_each_to_its_own(
    run: Run, tmp_path: Path
) -> None:
    """The archive's configuration, its list of what is needed and `--data` have the same names."""
    own = run.copy(tmp_path / "run")
    abilities = {"x": "../p/v2", "y": str(tmp_path / "q/v2")}
    benchmarks = {"one": tmp_path / "a/test.jsonl", "two": tmp_path / "b/test.jsonl"}
    for folder in abilities.values():
        (own.folder / folder).mkdir(parents=True)
        for split in ("train", "calibration", "test"):
            (own.folder / folder / f"{split}.jsonl").write_text("{}")
    for file in benchmarks.values():
        file.parent.mkdir()
        file.write_text("{}")
    config = CONFIG | {
        "abilities": {name: {"items": own} for name, own in abilities.items()},
        "benchmarks": {name: {"task": "t", "data": str(own)} for name, own in benchmarks.items()},
    }
    files = {name: [own] for name, own in benchmarks.items()}
    path = own.archive(tmp_path / "archive.zip", config=config, benchmark_files=files)
    with zipfile.ZipFile(path) as archive:
        written = yaml.safe_load(archive.read("config.yaml"))
        needed = json.loads(archive.read("archive.json"))["needed"]
    names = {
        "ability x": ".../v2",
        "ability y": ".../other_2/v2",
        "benchmark one": ".../test.jsonl",
        "benchmark two": ".../other_2/test.jsonl",
    }
    listed = {need["what"].split(":")[0].removeprefix("items of "): need["path"] for need in needed}
    assert {owner: listed[owner] for owner in names} == names
    assert [own["items"] for own in written["abilities"].values()] == [*names.values()][:2]
    assert [own["data"] for own in written["benchmarks"].values()] == [*names.values()][2:]
    data, new = tmp_path / "data", tmp_path / "new"
    for owner, name in names.items():
        target = data / name.removeprefix(".../")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(owner)
    _link_data([*needed, {"what": "", "path": "missing"}], data, new)
    assert {owner: (new / name).read_text() for owner, name in names.items()} == {
        owner: owner for owner in names
    }
    assert not (new / "missing").exists()
    assert None in [need["path"] for need in needed]


def test_what_was_left_out_goes_through_no_link(tmp_path: Path) -> None:
    data, folder, elsewhere = tmp_path / "data", tmp_path / "new", tmp_path / "elsewhere"
    (data / "items/y").mkdir(parents=True)
    elsewhere.mkdir()
    folder.mkdir()
    (folder / "items").symlink_to(elsewhere)
    with pytest.raises(ArchiveError, match="items/y: lies below another file"):
        _link_data([{"what": "", "path": "items/y"}], data, folder)
    assert not list(elsewhere.iterdir())


@pytest.mark.parametrize(
    "text", ["[]", "benchmarks: {other: {}}", "a: [", "!!python/name:os.system"]
)
def test_a_configuration_that_is_none_is_named(text: str, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(text)
    with pytest.raises(ArchiveError, match="expected a configuration with the benchmark mine"):
        _choose(file, "mine")


def test_a_key_of_null_names_no_file_that_is_needed() -> None:
    (need,) = _benchmark("b", {"task": "piqa", "data": None}, [], set(), {})
    assert need == {
        "what": "items of benchmark b: lm-eval's task piqa, downloaded by lm-eval",
        "path": None,
    }
