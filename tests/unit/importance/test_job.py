"""Importance is known by what the model reads, whatever day it is read on."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.conftest import byte_tokenizer

from benchprof.abilities.item import Item
from benchprof.importance import job
from benchprof.importance.items import TrainItems
from benchprof.importance.scoring import Scoring
from benchprof.models.prepared import PreparedModel
from benchprof.models.scope import Scope

DATED = "{{ strftime_now('%d %b %Y') }}{% for m in messages %}<{{ m.content }}>{% endfor %}"
ITEM = Item("i", "t", "Ann is in Oslo.", "Where is Ann?", ("Rome", "Oslo"), 1)


def origin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, template: str) -> dict[str, Any]:
    """What decides the importance of one ability, under a chat template."""
    items = tmp_path / "train.jsonl"
    items.write_text(json.dumps(ITEM.to_json()) + "\n")
    tokenizer = byte_tokenizer(chat=True)
    tokenizer.chat_template = template
    monkeypatch.setattr(job, "read_card", lambda _: SimpleNamespace(digest="model"))
    monkeypatch.setattr(job, "load_tokenizer", lambda _: tokenizer)
    scoring = Scoring(PreparedModel(tmp_path, "float32"), Scope("mlp"), "taylor_abs", "answer")
    _, origins = job.examples_and_origins(scoring, TrainItems({"places": items}, seed=1))
    return origins["places"]


def test_it_is_the_same_on_another_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    today = origin(tmp_path, monkeypatch, DATED)

    class Clock(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
            return datetime.datetime.now(tz) + datetime.timedelta(days=366)

    monkeypatch.setattr("transformers.utils.chat_template_utils.datetime", Clock)
    assert origin(tmp_path, monkeypatch, DATED) == today
    # The rendered text decides.
    assert origin(tmp_path, monkeypatch, DATED.replace("<", "(")) != today
