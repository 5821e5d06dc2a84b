"""The answers to GSM8K so far are what a run of study_generation.yaml looks for in its store."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from tests.conftest import ROOT
from tests.unit.study.archives import MODEL

from benchprof import codebase
from benchprof.evaluation.job import key_of_entry
from benchprof.run.layers import read_layers
from benchprof.store import Store

BEGUN = ROOT / "study/gsm8k_begun.zip"


def test_the_store_takes_the_answers_to_gsm8k(page: str, unpacked: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(BEGUN) as begun:
        begun.extractall(tmp_path)
    entries = sorted(tmp_path.rglob("*.json"))
    assert f"Qwen: {len(entries)} of 13 (nobody" in page
    store, config = Store(tmp_path), read_layers([ROOT / "config/study_generation.yaml"])
    manifest = json.loads((unpacked / "results/manifest.json").read_text())
    masks = set()
    for entry in entries:
        assert store.has("evaluations", entry.stem, ".json", key_of_entry)
        origin = json.loads(entry.read_text())["origin"]
        assert origin["code"] == codebase.digest_of("evaluation")
        assert origin["model"]["digest"] == manifest["models"][MODEL]["digest"]
        assert origin["requests"]["task"] == "gsm8k"
        assert origin["requests"]["limit"] == config["benchmarks"]["gsm8k"]["limit"]
        masks.add(origin["mask"] and origin["mask"]["digest"])
    assert None in masks and len(masks) == len(entries)
