"""The store and the files: whole or not at all, and shared without sharing times."""

from __future__ import annotations

import os
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchprof.errors import InputError, RetriableError
from benchprof.files import written_whole
from benchprof.store import LINKED_FROM, Kind, Store


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("old")
    with pytest.raises(RuntimeError), written_whole(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def key_of(entry: Path) -> str:
    """An entry here says its key and, after a colon, how long it is."""
    key, _, length = entry.read_text().partition(":")
    if not length.isdigit() or entry.stat().st_size != int(length):
        raise ValueError(f"{entry}: damaged.")
    return key


RESULTS, TENSORS = Kind("evaluations", ".json", key_of), Kind("importance", "", key_of)


def test_an_entry_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")

    def fail(path: Path) -> None:
        path.write_text("half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.add(RESULTS, "abc", fail)
    assert not store.path(RESULTS, "abc").exists()


def test_a_small_entry_is_copied_with_the_present_time(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    entry = store.add(RESULTS, "abc", lambda path: path.write_text("1"))
    os.utime(entry, (1, 1))
    store.place(RESULTS, "abc", tmp_path / "result.json")
    assert (tmp_path / "result.json").stat().st_mtime > 1
    assert entry.stat().st_mtime == 1


def test_a_large_entry_takes_no_room_and_has_a_time_of_its_own_in_each_checkout(
    tmp_path: Path,
) -> None:
    store = Store(tmp_path / "store")
    entry = store.add(TENSORS, "abc", lambda path: path.write_bytes(bytes(LINKED_FROM)))
    os.utime(entry, (1, 1))
    one, other = tmp_path / "one/result", tmp_path / "other/result"
    store.place(TENSORS, "abc", one)
    placed = one.lstat().st_mtime_ns
    assert placed > entry.stat().st_mtime_ns
    os.utime(one, ns=(0, placed - 1), follow_symlinks=False)
    store.place(TENSORS, "abc", other)
    assert one.samefile(entry)
    assert other.samefile(entry)
    assert one.lstat().st_mtime_ns == placed - 1
    assert entry.stat().st_mtime == 1


def test_an_entry_that_is_written_again_keeps_its_time(tmp_path: Path) -> None:
    """Which shows through the links of all checkouts, whose results would be stale by it."""
    store = Store(tmp_path / "store")
    entry = store.add(TENSORS, "abc", lambda path: path.write_text("damaged"))
    os.utime(entry, ns=(1, 2_000_000_003))
    store.add(TENSORS, "abc", lambda path: path.write_text("1"))
    assert entry.read_text() == "1"
    assert entry.stat().st_mtime_ns == 2_000_000_003


@pytest.mark.parametrize(
    ("link", "to"),
    [
        (None, ""),
        ("results", "deep/results"),
        # Of the store the checkout may be moved away: its link alone says where it is.
        ("store", "{disk}/store"),
    ],
)
def test_a_checkout_with_its_store_can_be_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, link: str | None, to: str
) -> None:
    """Also where results/ or the store is itself a link, as to a large disk."""
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    monkeypatch.chdir(checkout)
    if link:
        folder = Path(to.format(disk=tmp_path / "disk"))
        folder.mkdir(parents=True)
        Path(link).symlink_to(folder)
    store = Store(Path("store"))
    store.add(TENSORS, "abc", lambda path: path.write_bytes(bytes(LINKED_FROM)))
    store.place(TENSORS, "abc", Path("results/importance/tiny"))
    monkeypatch.chdir(tmp_path)
    moved = tmp_path / "elsewhere/moved"
    moved.parent.mkdir()
    checkout.rename(moved)
    assert (moved / "results/importance/tiny").stat().st_size == LINKED_FROM


def test_a_result_is_as_readable_as_the_umask_lets_it_be(tmp_path: Path) -> None:
    for umask in (0o022, 0o077, 0o002):
        previous = os.umask(umask)
        try:
            with written_whole(tmp_path / "result") as temporary:
                temporary.write_text("1")
        finally:
            os.umask(previous)
        assert stat.S_IMODE((tmp_path / "result").stat().st_mode) == 0o666 & ~umask


@pytest.mark.parametrize(("flags", "kind"), [(os.ST_RDONLY, RetriableError), (0, InputError)])
def test_a_mount_that_is_read_only_on_one_node_is_tried_again_on_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: int, kind: type[InputError]
) -> None:
    """A user who may not write will not at another attempt either."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=flags))
    with pytest.raises(InputError, match="store to write to") as refused:
        Store(tmp_path).check_writable(RESULTS, ["abc"])
    assert type(refused.value) is kind


def test_only_a_whole_entry_of_the_key_counts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(tmp_path / "store")
    assert not store.has(RESULTS, "abc")
    entry = store.add(RESULTS, "abc", lambda path: path.write_text("abc:5"))
    assert store.has(RESULTS, "abc")
    assert not caplog.text
    other = store.add(RESULTS, "abd", lambda path: path.write_text("abc:5"))
    assert not store.has(RESULTS, "abd")
    assert f"{other}: it is another entry's content" in caplog.text
    entry.chmod(0o644)
    entry.write_text("abc:6")
    assert not store.has(RESULTS, "abc")
    assert f"{entry}: damaged. It will be computed again." in caplog.text


def test_a_folder_is_filled_once_and_again_where_it_is_damaged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store, fills = Store(tmp_path / "store"), []

    def fill(folder: Path) -> None:
        fills.append(folder)
        (folder / "weights").write_text("1 2 3")

    for _ in range(2):
        folder = store.folder("models", "abc", fill)
        assert (folder / "weights").read_text() == "1 2 3"
    assert len(fills) == 1

    def overwrite(name: str, text: str) -> None:
        # An entry is read-only, which root does not notice.
        (folder / name).chmod(0o644)
        (folder / name).write_text(text)

    for damage in (
        lambda: overwrite("weights", "1 2 4"),
        (folder / "weights").unlink,
        lambda: (folder / "more").write_text("x"),
        lambda: overwrite("content.sha256", ""),
    ):
        damage()
        assert store.folder("models", "abc", fill) == folder
        assert (folder / "weights").read_text() == "1 2 3"
    assert len(fills) == 5
    assert caplog.text.count("damaged; made again") == 4
    assert [path.name for path in folder.parent.iterdir()] == ["abc"]
    check = ["sha256sum", "--check", "--quiet", "content.sha256"]
    assert subprocess.run(check, cwd=folder, check=False).returncode == 0


def test_two_that_fill_a_folder_at_once_get_the_same(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")

    def fill_late(folder: Path) -> None:
        (folder / "weights").write_text("1")
        # The other one starts later and is done first.
        store.folder("models", "abc", lambda path: (path / "weights").write_text("1"))

    folder = store.folder("models", "abc", fill_late)
    assert sorted(path.name for path in folder.iterdir()) == ["content.sha256", "weights"]
    assert [path.name for path in folder.parent.iterdir()] == ["abc"]


def test_many_writers_of_one_entry_leave_one(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")

    def write(path: Path) -> None:
        for _ in range(100):
            with path.open("a") as file:
                file.write("1")

    with ThreadPoolExecutor(8) as pool:
        added = [pool.submit(store.add, RESULTS, "abc", write) for _ in range(8)]
    # None failed.
    assert [future.exception() for future in added] == [None] * 8
    (entry,) = [path for path in store.root.rglob("*") if path.is_file()]
    assert entry.read_text() == "1" * 100
