"""`~` and `$VARIABLE` stand for folders in every path of a configuration and of a command."""

from __future__ import annotations

import argparse
import copy
import functools
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.conftest import ROOT

from benchprof.configuration.layers import read_layers
from benchprof.errors import InputError
from benchprof.expansion import ExpansionError, expanded, path_argument
from benchprof.pruning import main as prune
from benchprof.run.run import Run

DEFAULT = yaml.safe_load((ROOT / "tests/config.yaml").read_text())
WITH_PATHS = DEFAULT | {
    "benchmark_data": "data",
    "models": {"m": {"source": {"folder": "m"}, "dtype": "float32", "device": "cpu"}},
    "benchmarks": DEFAULT["benchmarks"]
    | {
        "own": {"task_file": "own.yaml", "data": "own.jsonl"},
        "theirs": {"task": "theirs", "data": "theirs.jsonl"},
    },
    "selections": {"contrastive": {"definition": "ratio", "pool": 5}},
}
PATHS = (
    "store", "benchmark_data", "models.m.source.folder", "abilities.spatial_reasoning.items",
    "benchmarks.own.task_file", "benchmarks.own.data", "benchmarks.theirs.data",
    "annotation.answers",
)  # fmt: skip


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("SCRATCH", "/scratch")
    monkeypatch.setenv("EMPTY", "")
    monkeypatch.delenv("ABSENT", raising=False)


def at(config: Any, key: str) -> Any:
    return functools.reduce(lambda place, step: place[step], key.split("."), config)


def entry(place: Any, step: str) -> Any:
    return dict(place)[step]


def configured(key: str, folder: str) -> dict[str, Any]:
    """A configuration whose path at a key is in another folder."""
    config = copy.deepcopy(WITH_PATHS)
    parent, _, last = f"all.{key}".rpartition(".")
    place = at({"all": config}, parent)
    place[last] = f"{folder}/{place[last]}"
    return config


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("~/store", "/home/me/store"),
        ("~", "/home/me"),
        ("$SCRATCH/store", "/scratch/store"),
        ("a/${SCRATCH}b", "a//scratchb"),
        ("a/~/b~", "a/~/b~"),
        ("a$/5$5", "a$/5$5"),
    ],
)
def test_a_path_is_expanded_as_a_shell_does_it(path: str, found: str) -> None:
    assert expanded(path) == found


@pytest.mark.parametrize("path", ["$ABSENT/x", "${ABSENT}", "$EMPTY/x", "${}", "~no-such-user/x"])
def test_what_stands_for_nothing_is_an_error(path: str) -> None:
    with pytest.raises(ExpansionError):
        expanded(path)


@pytest.mark.parametrize("key", PATHS)
def test_every_path_of_a_configuration_is_expanded(key: str) -> None:
    name = at(WITH_PATHS, key)
    for folder, found in (("~", "/home/me"), ("$SCRATCH", "/scratch")):
        run = Run.of(configured(key, folder))
        # A job gets the values, and may run where the variables are others.
        assert at(run.values, key) == f"{found}/{name}"
        assert functools.reduce(entry, key.split("."), run.configuration) == f"{found}/{name}"
        assert Run.of(configured(key, found)).values == run.values
    with pytest.raises(InputError, match=rf"^config.yaml, {key}: '\$ABSENT/.*variable ABSENT "):
        Run.of(configured(key, "$ABSENT"))


def test_a_composition_s_path_is_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    config = yaml.safe_load((ROOT / "config/planted.yaml").read_text())
    monkeypatch.setenv("SCRATCH", str(ROOT))
    config["validation"]["composition"] = f"$SCRATCH/{config['validation']['composition']}"
    composition = Run.of(config).values["validation"]["composition"]
    assert composition.startswith(f"{ROOT}/")


def test_what_is_no_path_stays_as_it_is_written() -> None:
    config = copy.deepcopy(WITH_PATHS)
    config["abilities"]["spatial_reasoning"]["definition"] = "~ costs $ABSENT"
    config["profile"]["confidence"] = 0.9
    assert Run.of(config).values == config


def test_the_path_of_what_is_extended_is_expanded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home/base.yaml").write_text("a: 1\n")
    own = tmp_path / "own.yaml"
    own.write_text("extends: ~/base.yaml\nb: 2\n")
    assert read_layers([own]) == {"a": 1, "b": 2}
    own.write_text("extends: $ABSENT/base.yaml\n")
    message = re.escape(f"{own}, extends: '$ABSENT/base.yaml'")
    with pytest.raises(InputError, match=rf"{message}.* ABSENT is not set"):
        read_layers([own])


def test_a_command_s_argument_is_expanded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert path_argument("~/a") == Path("/home/me/a")
    with pytest.raises(argparse.ArgumentTypeError, match="ABSENT"):
        path_argument("$ABSENT/a")
    monkeypatch.setenv("SCRATCH", str(tmp_path))
    (tmp_path / "store").mkdir()
    assert prune(["--store=$SCRATCH/store", "list"]) == 0
    with pytest.raises(SystemExit) as raised:
        prune(["--store=$ABSENT/store", "list"])
    assert raised.value.code == 2 and "--store" in capsys.readouterr().err


def test_no_command_takes_a_path_as_it_is_written() -> None:
    """A new command's paths are easily given argparse's usual type."""
    for module in (ROOT / "workflow/scripts/benchprof").rglob("*.py"):
        if "generators" not in module.parts:
            assert not re.search(r"\btype=Path\b", module.read_text()), module
