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
from benchprof.store import Store

DATED = "{{ strftime_now('%d %b %Y') }}{% for m in messages %}<{{ m.content }}>{% endfor %}"
ITEM = Item("i", "t", "Ann is in Oslo.", "Where is Ann?", ("Rome", "Oslo"), 1)


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """From settings of the importance job to the key of its one ability, without a model."""
    items = tmp_path / "train.jsonl"
    items.write_text(json.dumps(ITEM.to_json()) + "\n")
    found: list[str] = []
    monkeypatch.setattr(job, "_compute", lambda *given: found.append(given[4]["places"]))
    monkeypatch.setattr(job, "read_card", lambda _: SimpleNamespace(digest="model"))
    monkeypatch.setattr(Store, "place", lambda *_: None)

    def key(template: str = DATED, **changes: Any) -> str:
        tokenizer = byte_tokenizer(chat=True)
        tokenizer.chat_template = template
        monkeypatch.setattr(job, "load_tokenizer", lambda _: tokenizer)
        given: dict[str, Any] = {
            "train": TrainItems({"places": items}, seed=1),
            "targets": {"places": tmp_path / "out"}, "store": Store(tmp_path / "store"),
        }  # fmt: skip
        scoring = Scoring(
            PreparedModel(tmp_path, "float32"), Scope("mlp"), "taylor_abs", "answer", **changes
        )
        job.compute_importance(scoring, **given)
        return found[-1]

    return key


def test_the_key_is_the_same_on_another_day(keys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    today = keys()

    class Clock(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
            return datetime.datetime.now(tz) + datetime.timedelta(days=366)

    monkeypatch.setattr("transformers.utils.chat_template_utils.datetime", Clock)
    assert keys() == today


def test_another_template_makes_another_key(keys: Any) -> None:
    """The rendered text decides: a template's change that no file of the model shows counts."""
    plain = "{% for m in messages %}<{{ m.content }}>{% endfor %}"
    assert keys(plain) != keys(plain.replace("<", "("))
