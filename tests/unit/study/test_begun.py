"""The answers to HumanEval so far are a store's entries of the study's code, model and tasks."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.unit.study.archives import MODEL

from benchprof.evaluation.record import key_of_entry
from benchprof.run.layers import read_layers
from benchprof.store import Store

BEGUN = ROOT / "study/humaneval_begun.zip"


def test_the_frozen_code_s_store_takes_the_answers_to_humaneval(
    page: str, written: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(BEGUN) as begun:
        begun.extractall(tmp_path)
    entries = sorted(tmp_path.rglob("*.json"))
    assert f"Qwen: {len(entries)} of 13 (nobody has looked at the answers)" in page
    store, config = Store(tmp_path), read_layers([ROOT / "config/study_generation.yaml"])
    folder = written / f"results/evaluations/{MODEL}/mbpp"
    others = [json.loads(path.read_text())["origin"] for path in folder.iterdir()]
    masks = set()
    for entry in entries:
        assert store.has("evaluations", entry.stem, ".json", key_of_entry)
        origin = json.loads(entry.read_text())["origin"]
        assert origin["requests"]["task"] == "humaneval"
        assert origin["requests"]["limit"] == config["benchmarks"]["humaneval"].get("limit")
        (other,) = (own for own in others if mask_of(own) == mask_of(origin))
        assert (origin["code"], origin["model"]) == (other["code"], other["model"])
        masks.add(mask_of(origin))
    assert None in masks and len(masks) == len(entries)


def mask_of(origin: dict[str, Any]) -> str | None:
    """The digest of what is ablated."""
    return None if origin["mask"] is None else str(origin["mask"]["digest"])
