"""Paths of one machine become names that hold on any, and no two paths share one."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchprof.portable import portable, portable_names


def test_paths_that_stay_inside_and_other_values_are_left_alone() -> None:
    value = {"data": "shared/x..y.jsonl", "k": [0.1, None, True], "hub": "Qwen/Qwen2.5"}
    assert portable(value) == value


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/scratch/alice/x.jsonl", ".../x.jsonl"),
        ("../x.jsonl", ".../x.jsonl"),
        ("items/../../alice/x", ".../x"),
        ("../run/items/x", "items/x"),
        ("HERE/items/x", "items/x"),
    ],
)
def test_a_path_is_relative_to_the_run_or_a_name(
    path: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "run").mkdir()
    monkeypatch.chdir(tmp_path / "run")
    assert portable(path.replace("HERE", str(tmp_path / "run"))) == name


def test_paths_that_end_alike_stay_apart() -> None:
    config = {
        "benchmarks": {"arc": "/data/arc/test.jsonl", "piqa": "/data/piqa/test.jsonl"},
        "abilities": ["/x/deductive/v2", "../spatial/v2", "/x/deductive/v2"],
        "store": "/scratch/store",
    }
    assert portable(config, portable_names(config)) == {
        "benchmarks": {"arc": ".../test.jsonl", "piqa": ".../other_2/test.jsonl"},
        "abilities": [".../v2", ".../other_2/v2", ".../v2"],
        "store": ".../store",
    }


def test_a_file_keeps_its_place_below_a_folder_and_beside_a_task_file() -> None:
    """Both tasks name `utils.py`, which each seeks beside itself."""
    config = {
        "benchmark_data": "/data/shipped",
        "tasks": ["/one/a.yaml", "/two/b.yaml", "/data/shipped/c.yaml"],
        "store": "/home/alice",
    }
    files = {
        "/data/shipped/arc.jsonl": ".../shipped/arc.jsonl",
        "/one/utils.py": ".../utils.py",
        "/one/lib/words.py": ".../lib/words.py",
        "/two/utils.py": ".../other_2/utils.py",
        "/data/shipped/utils.py": ".../shipped/utils.py",
        # Beside the store, which is no task: its folder tells of a user.
        "/home/bob/base.yaml": ".../base.yaml",
    }
    names = portable_names(config, map(Path, files))
    assert {path: portable(path, names) for path in files} == files
    assert portable(config, names)["tasks"] == [
        ".../a.yaml", ".../other_2/b.yaml", ".../shipped/c.yaml"
    ]  # fmt: skip
