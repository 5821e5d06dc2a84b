"""What a model wrote reaches the table as text."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.unit.reading.test_items import question

from benchprof.reading import job
from benchprof.reading.answer import Answer


def test_the_table_of_items_holds_no_formula(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests: Any = SimpleNamespace(digest="d")
    record = {"origin": {"requests": {"digest": "d"}}}
    monkeypatch.setattr(job, "requests_for", lambda *_: requests)
    monkeypatch.setattr(job, "questions_of", lambda _: [question()])
    monkeypatch.setattr(job, "read_record", lambda _: record)
    monkeypatch.setattr(job, "answers_of", lambda *_: [Answer('=HYPERLINK("http://x")', True)])
    table, page, source = tmp_path / "items.csv", tmp_path / "items.md", Any
    job.export_items(
        source, source, None, 1, ["acc"], {"intact": Path("r")}, [], "t", table, page
    )  # fmt: skip
    assert "\"'=HYPERLINK" in table.read_text()
    assert "'=HYPERLINK" not in page.read_text()
