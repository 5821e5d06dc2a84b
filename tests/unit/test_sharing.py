"""Two accounts share a store: each in a process of its own, of another user, with umask 022.

Only root can be two users; elsewhere these tests are skipped.
"""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from benchprof import digests
from benchprof.configuration.layers import read_layers
from benchprof.errors import InputError
from benchprof.pruning import prune
from benchprof.runs import is_locked
from benchprof.sharing import LOCK, locked
from benchprof.store import LINKED_FROM, Kind, Store

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="only root can be two users")
ANN, BOB, GROUP, OWN = 50001, 50002, 50003, 50004
# Every entry is one of the key that is looked for.
RESULTS = Kind("evaluations", ".json", lambda path: path.stem)
TENSORS = Kind("importance", ".safetensors", lambda path: path.stem)


def as_user(user: int, does: Callable[[], object], umask: int = 0o022) -> None:
    """Do something as a user who has a group alone and is in the shared one too."""
    if (child := os.fork()) == 0:
        try:
            os.setgroups([GROUP])
            os.setgid(OWN + user)
            os.setuid(user)
            os.umask(umask)
            does()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


@pytest.fixture(params=[0o2775, 0o2770, 0o775])
def shared(request: pytest.FixtureRequest, open_folder: Path) -> Store:
    """A store that Ann made and shares, with a setgid bit or without."""
    root = open_folder / "store"

    def make() -> None:
        root.mkdir()
        os.chown(root, -1, GROUP)
        root.chmod(request.param)

    as_user(ANN, make)
    return Store(root)


def add(store: Store, key: str, text: str = "1") -> None:
    store.check_writable(RESULTS, [key])
    store.add(RESULTS, key, lambda path: path.write_text(text))


def fill(folder: Path) -> None:
    (folder / "weights").write_text("1")


def test_each_adds_and_reads_what_the_other_added(shared: Store, open_folder: Path) -> None:
    as_user(ANN, lambda: add(shared, "aa1"))
    as_user(BOB, lambda: add(shared, "aa2"), umask=0o077)
    as_user(BOB, lambda: add(shared, "bb1"))
    as_user(ANN, lambda: add(shared, "bb2"))
    as_user(BOB, lambda: shared.folder("models", "cc1", fill))
    as_user(ANN, lambda: shared.folder("models", "cc1", lambda _: 1 / 0))
    as_user(ANN, lambda: shared.folder("models", "cc2", fill))

    def read() -> None:
        for key in ("aa1", "aa2", "bb1", "bb2"):
            entry = shared.path(RESULTS, key)
            assert entry.read_text() == "1"
            shared.place(RESULTS, key, open_folder / f"{os.getuid()}/{key}.json")

    for user in (ANN, BOB):
        as_user(user, read)


def test_each_mends_what_the_other_left_damaged(shared: Store) -> None:
    as_user(ANN, lambda: add(shared, "aa1", "damaged"))
    as_user(BOB, lambda: add(shared, "aa1"))
    assert shared.path(RESULTS, "aa1").read_text() == "1"
    as_user(BOB, lambda: shared.folder("models", "cc1", fill))
    (shared.folder_path("models", "cc1") / "weights").write_text("2")
    as_user(ANN, lambda: shared.folder("models", "cc1", fill))
    assert (shared.folder_path("models", "cc1") / "weights").read_text() == "1"


def test_the_loser_of_a_race_goes_on(shared: Store) -> None:
    """Bob's entry takes the name just after Ann's rename, before anything else that she does."""

    def race() -> None:
        def write(path: Path) -> None:
            path.write_text("1")
            replace = Path.replace

            def and_bob(self: Path, target: Path) -> Path:
                replace(self, target)
                assert (target.stat().st_mode & 0o777) == shared.root.stat().st_mode & 0o444
                target.unlink()
                (shared.root / "bob").rename(target)
                return target

            Path.replace = and_bob  # type: ignore[method-assign,assignment]

        shared.add(RESULTS, "aa1", write)

    as_user(BOB, lambda: (shared.root / "bob").write_text("1"))
    as_user(ANN, race)


def test_who_may_not_write_is_told_before_anything_is_computed(open_folder: Path) -> None:
    store = Store(open_folder / "store")
    as_user(ANN, lambda: add(store, "aa1"))
    # Reading is enough for what is there.
    as_user(BOB, lambda: store.place(RESULTS, "aa1", open_folder / "aa1"))

    def refused() -> None:
        for kind, key in ((RESULTS, "aa2"), (RESULTS, "bb1"), (TENSORS, "aa1")):
            with pytest.raises(InputError, match=r"may not write there.*chgrp -R GROUP"):
                store.check_writable(kind, [key])
        with pytest.raises(InputError, match="may not write there"):
            store.folder("models", "cc1", lambda _: 1 / 0)

    def lock() -> None:
        with locked(store.root, exclusive=False) as held:
            assert held

    as_user(ANN, lock, umask=0o077)
    as_user(BOB, refused)
    # What the message says to do, by Ann, who is in the group.
    for path in (store.root, *store.root.rglob("*")):
        os.chown(path, -1, GROUP)
        path.chmod(0o2775 if path.is_dir() else 0o440)
    (store.root / LOCK).chmod(0o660)
    as_user(BOB, lambda: add(store, "aa2"))
    as_user(BOB, lock)


def test_a_lock_that_is_its_owner_s_alone_is_said_before_anything_is_removed(
    shared: Store,
) -> None:
    as_user(ANN, lambda: add(shared, "aa1"))
    as_user(ANN, lambda: (shared.root / LOCK).touch(0o600))

    def refused() -> None:
        with pytest.raises(InputError, match=r"\.lock: user .* may not lock it.*chmod g\+rw"):
            list(prune(shared.root, unused_for=0, dry_run=False))

    as_user(BOB, refused)


def test_a_store_that_cannot_be_read_is_said(open_folder: Path) -> None:
    store = Store(open_folder / "store")
    as_user(ANN, lambda: add(store, "aa1"), umask=0o077)

    def refused() -> None:
        assert not store.has(RESULTS, "aa1")
        with pytest.raises(InputError, match="may not write there"):
            store.check_writable(RESULTS, ["aa1"])

    as_user(BOB, refused)


@pytest.mark.parametrize("closed", ["weights", "content.sha256", "."])
def test_a_file_of_a_shared_folder_that_cannot_be_read_is_named(shared: Store, closed: str) -> None:
    as_user(ANN, lambda: shared.folder("models", "cc1", fill))
    path = shared.folder_path("models", "cc1") / closed
    as_user(ANN, lambda: path.chmod(0o600))

    def refused() -> None:
        with pytest.raises(InputError, match=r"may not read it; .*Its owner.*chmod -R a\+rX"):
            shared.folder("models", "cc1", lambda _: 1 / 0)

    as_user(BOB, refused)


def test_a_large_entry_of_another_user_is_not_copied(shared: Store, open_folder: Path) -> None:
    as_user(ANN, lambda: add(shared, "aa1", "1" * LINKED_FROM))
    entry = shared.path(RESULTS, "aa1")
    before = entry.stat().st_mtime_ns
    as_user(BOB, lambda: shared.place(RESULTS, "aa1", open_folder / "bob/result"))
    assert entry.samefile(open_folder / "bob/result")
    assert entry.stat().st_mtime_ns == before


def test_who_can_leave_no_note_has_copies(open_folder: Path) -> None:
    """No pruning knows of them, so that a link would lead nowhere one day."""
    root, result = open_folder / "store", open_folder / "result"
    as_user(ANN, lambda: add(Store(root), "aa1", "1" * LINKED_FROM))

    def read() -> None:
        store = Store(root)
        store.use(Path("results/x"), RESULTS, ["aa1"])
        store.place(RESULTS, "aa1", result)

    as_user(BOB, read)
    assert result.stat().st_size == LINKED_FROM
    assert not result.is_symlink()
    # Ann, who can, has a link.
    as_user(ANN, read)
    assert result.is_symlink()


def test_who_may_not_remove_is_told_before_anything_is(open_folder: Path) -> None:
    store, config = Store(open_folder / "store"), open_folder / "config.yaml"
    as_user(ANN, lambda: add(store, "aa1"))
    config.write_text("models: {}\nabilities: {}\nbenchmarks: {}\n")
    as_user(ANN, lambda: Store(store.root).use(Path("x"), RESULTS, ["bb1"]))
    note = next((store.root / "uses").glob("*.json"))
    text = json.loads(note.read_text()) | {"configuration": digests.of_value(read_layers([config]))}
    note.chmod(0o644)
    note.write_text(json.dumps(text))

    def refused() -> None:
        assert "would remove 1 entries" in "".join(prune(store.root, -1, dry_run=True))
        with pytest.raises(InputError, match=r"has no permission to prune it.* Ask its owner"):
            list(prune(store.root, -1, dry_run=False))

    as_user(BOB, refused)
    assert store.path(RESULTS, "aa1").exists()
    as_user(ANN, lambda: list(prune(store.root, -1, dry_run=False)))
    assert not store.path(RESULTS, "aa1").exists()


def test_a_folder_that_nobody_may_look_into_may_have_a_run(open_folder: Path) -> None:
    closed = open_folder / "closed"

    def run() -> None:
        (closed / ".snakemake/locks").mkdir(parents=True)
        (closed / ".snakemake/locks/0.input.lock").touch()
        closed.chmod(0o700)

    def unseen() -> None:
        with pytest.raises(PermissionError):
            is_locked(closed)

    as_user(ANN, run)
    as_user(ANN, lambda: [True].index(is_locked(closed)))
    as_user(BOB, unseen)
    assert not is_locked(open_folder)
