"""The manifest: complete, the same twice, and without the machine's paths."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from benchprof.report.manifest import write_manifest


def made(target: Path, config: dict[str, Any], card: Path, *inputs: Path) -> dict[str, Any]:
    result = Path("results/summary.txt")
    result.parent.mkdir(exist_ok=True)
    result.write_text("done")
    write_manifest(target, config, inputs, [result], {"tiny": card})
    content: dict[str, Any] = json.loads(target.read_text())
    return content


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in strings(part)]
    if isinstance(value, list):
        return [text for entry in value for text in strings(entry)]
    return [value] if isinstance(value, str) else []


def test_it_holds_configuration_digests_cards_and_versions(
    tmp_path: Path, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("items.jsonl").write_text("{}\n")
    content = made(tmp_path / "m.json", {"seed": 1}, card, Path("items.jsonl"))
    assert content["configuration"] == {"seed": 1}
    assert content["inputs"] == {"items.jsonl": hashlib.sha256(b"{}\n").hexdigest()}
    assert content["results"] == {"results/summary.txt": hashlib.sha256(b"done").hexdigest()}
    assert content["models"]["tiny"]["digest"] == "d" * 64
    assert {"python", "torch", "numpy"} <= set(content["software"])


def test_no_absolute_path_leaks(
    tmp_path: Path, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path.parent / f"{tmp_path.name}-outside"
    outside = []
    for name in ("one", "two"):
        (folder / name).mkdir(parents=True)
        outside.append(folder / name / "items.jsonl")
        outside[-1].write_text(name)
    config = {
        "store": "/scratch/someone/store",
        "models": {"tiny": {"source": {"folder": str(tmp_path / "tiny")}}},
        "lists": ["~/items", "C:\\data\\items.jsonl", "file:///etc/x"],
    }
    content = made(tmp_path / "m.json", config, card, *outside)
    for text in strings(content):
        assert not text.startswith(("/", "~", "file:")), text
        for part in (str(tmp_path), "someone", "C:"):
            assert part not in text, text
    assert content["configuration"]["store"] == ".../store"
    assert content["configuration"]["models"]["tiny"]["source"]["folder"] == "tiny"
    # Two files of one name outside the folder, beside that of the configuration: all stay.
    assert list(content["inputs"]) == [".../other_2/items.jsonl", ".../other_3/items.jsonl"]
