"""The store and the files: whole or not at all, and shared without sharing times."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchprof.files import write_if_changed, written_whole
from benchprof.store import LINKED_FROM, Store


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("old")
    with pytest.raises(RuntimeError), written_whole(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_entry_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")

    def fail(path: Path) -> None:
        path.write_text("half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.add("evaluations", "abc", ".json", fail)
    assert not store.path("evaluations", "abc", ".json").exists()


def test_a_small_entry_is_copied_with_the_present_time(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    entry = store.add("evaluations", "abc", ".json", lambda path: path.write_text("1"))
    os.utime(entry, (1, 1))
    store.place(entry, tmp_path / "result.json")
    assert (tmp_path / "result.json").stat().st_mtime > 1
    assert entry.stat().st_mtime == 1


def test_a_large_entry_is_linked(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    entry = store.add("importance", "abc", "", lambda path: path.write_bytes(bytes(LINKED_FROM)))
    store.place(entry, tmp_path / "result")
    assert entry.samefile(tmp_path / "result")


def test_settings_are_written_only_when_they_change(tmp_path: Path) -> None:
    path = write_if_changed(tmp_path / "settings.json", {"k": 1})
    os.utime(path, (1, 1))
    write_if_changed(path, {"k": 1})
    assert path.stat().st_mtime == 1
    write_if_changed(path, {"k": 2})
    assert path.stat().st_mtime > 1
