"""What a model wrote reaches the table as text."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.records import record_of
from tests.unit.reading.test_items import question

from benchprof.reading import job
from benchprof.reading.answer import Answer


def test_the_table_of_items_holds_no_formula(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests: Any = SimpleNamespace(digest="d")
    record = record_of([["a text"]], requests="d")
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


def test_the_same_text_is_right_or_wrong_by_one_metric_under_all_ablations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F1 is 0 or 1 under the ablation by accident; by exact match no text is right."""
    requests: Any = SimpleNamespace(digest="d")
    f1 = {"intact": [1.0, 0.5], "x": [1.0, 0.0]}
    records = {
        name: record_of(
            [["the Seine"], ["a river"]], {"f1": own, "exact_match": [0.0, 0.0]}, requests="d"
        )
        for name, own in f1.items()
    }
    monkeypatch.setattr(job, "requests_for", lambda *_: requests)
    monkeypatch.setattr(job, "questions_of", lambda _: [question(0), question(1)])
    monkeypatch.setattr(job, "read_record", lambda path: records[path.name])
    table, source = tmp_path / "items.csv", Any
    paths = {name: Path(name) for name in records}
    job.export_items(
        source, source, None, 1, ["f1"], paths, ["x"], "t", table, tmp_path / "items.md"
    )  # fmt: skip
    assert "right" not in {*table.read_text().replace("_right", "").replace("\n", ",").split(",")}
    assert "Turned by 0 of 1 ablations." in (tmp_path / "items.md").read_text()
