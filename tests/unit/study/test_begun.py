"""The new answers to GSM8K are a store's entries of this code and the study's model."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.unit.study.archives import FLEXIBLE, MODEL, STRICT

from benchprof import codebase
from benchprof.evaluation.job import key_of_entry
from benchprof.run.layers import read_layers
from benchprof.store import Store

BEGUN = ROOT / "study/gsm8k_begun.zip"


def test_the_store_takes_the_new_answers_to_gsm8k(
    page: str, unpacked: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(BEGUN) as begun:
        begun.extractall(tmp_path)
    entries = sorted(tmp_path.rglob("*.json"))
    assert f"with the corrected program, {len(entries)} of 13 so far" in page
    store, config = Store(tmp_path), read_layers([ROOT / "config/study_generation.yaml"])
    manifest = json.loads((unpacked / "results/manifest.json").read_text())
    masks = set()
    for entry in entries:
        assert store.has("evaluations", entry.stem, ".json", key_of_entry)
        record = json.loads(entry.read_text())
        origin = record["origin"]
        assert origin["code"] == codebase.digest_of("evaluation")
        assert origin["model"]["digest"] == manifest["models"][MODEL]["digest"]
        assert origin["requests"]["task"] == "gsm8k"
        assert origin["requests"]["limit"] == config["benchmarks"]["gsm8k"]["limit"]
        masks.add(_mask(record))
    assert None in masks and len(masks) == len(entries)


def test_every_new_text_is_an_old_one_or_its_beginning(page: str, gsm8k: Path) -> None:
    """The program stops where it went on before; the strict scores stay."""
    with zipfile.ZipFile(BEGUN) as begun:
        new = [json.loads(begun.read(name)) for name in begun.namelist()]
    folder = gsm8k / f"results/evaluations/{MODEL}/gsm8k"
    old = {
        _mask(record): record for record in (json.loads(p.read_text()) for p in folder.iterdir())
    }
    same = []
    for record in new:
        before = old[_mask(record)]
        assert record["items"]["digest"] == before["items"]["digest"]
        both = zip(before["items"]["responses"], record["items"]["responses"], strict=True)
        texts = [(then, now) for (then,), (now,) in both]
        assert len(texts) == 100 and all(then.startswith(now) for then, now in texts)
        same.append(sum(then == now for then, now in texts))
        strict, flexible = record["scores"][STRICT], record["scores"][FLEXIBLE]
        assert strict == before["scores"][STRICT]
        assert f"{strict:.2f} and {flexible:.2f} " in page
    (told,) = re.findall(r"the same as the old one \(in ([\d, and]+) tasks\)", page)
    assert sorted(same) == sorted(map(int, re.findall(r"\d+", told)))


def _mask(record: dict[str, Any]) -> str | None:
    mask = record["origin"]["mask"]
    return None if mask is None else str(mask["digest"])
