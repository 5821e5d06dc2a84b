"""A store is listed by run, and loses what no run has used for some time."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.conftest import ROOT
from tests.pages import arguments_on

from benchprof import digests, pruning, sharing
from benchprof.configuration.layers import read_layers
from benchprof.errors import InputError
from benchprof.evaluation.record import EVALUATIONS, key_of, record_bytes
from benchprof.inventory import entries_of
from benchprof.pruning import DAY, listed, main, prune
from benchprof.runs import claim
from benchprof.store import Store

OLD = time.time() - 30 * DAY
LIST, PRUNE = arguments_on("docs/reference/reruns.md", "benchprof.pruning")
CONFIG: dict[str, Any] = {
    "models": {"tiny": {"source": {"folder": "tiny"}}},
    "abilities": {"places": {}},
    "benchmarks": {"one": {"limit": 8}, "two": {"limit": 8}},
}


class Checkout:
    """A folder in which the workflow runs, over a store that others share."""

    def __init__(self, folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.store, self.monkeypatch = folder, Store(store), monkeypatch
        self.file = folder / "config.yaml"
        folder.mkdir()
        self.configure(CONFIG)

    def configure(self, config: dict[str, Any]) -> None:
        self.file.write_text(yaml.safe_dump(config))

    def run(self, content: str = "", benchmarks: tuple[str, ...] = ("one", "two")) -> list[str]:
        """What a run does with the store, thirty days ago; gives the entries that it uses."""
        self.monkeypatch.chdir(self.folder)
        # As Snakemake and `Run` have it: with texts for keys.
        config = json.loads(json.dumps(read_layers([self.file])))
        claim(Path(".snakemake"), digests.of_value(config), [str(self.file)])
        return [self.job(name, f"{name}{content}") for name in benchmarks]

    def job(self, benchmark: str, requests: str) -> str:
        origin = {"model": {"digest": "m", "dtype": "float32"}, "mask": None,
                  "requests": {"digest": requests}, "code": "c"}  # fmt: skip
        below = benchmark if "/" in benchmark else f"evaluations/tiny/{benchmark}"
        key, folder = key_of(origin), Path("results", below)
        # A job opens the store anew.
        Store(self.store.root).use(folder, EVALUATIONS, [key])
        record = record_bytes({"format": 2, "origin": origin})
        entry = self.store.add(EVALUATIONS, key, lambda path: path.write_bytes(record))  # type: ignore[arg-type,return-value]
        self.store.place(EVALUATIONS, key, folder / "intact.json")
        os.utime(entry, (OLD, OLD))
        for note in (self.store.root / "uses").iterdir():
            if note.stat().st_mtime > OLD:
                os.utime(note, (OLD, OLD))
        return entry.relative_to(self.store.root).as_posix()

    def left(self) -> set[str]:
        return {entry.name for entry in entries_of(self.store.root)}

    def prune(self, unused_for: float = 7, dry_run: bool = False) -> str:
        return "\n".join(prune(self.store.root, unused_for, dry_run))


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    return Checkout(tmp_path / "checkout", tmp_path / "store", monkeypatch)


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    return Checkout(tmp_path / "other", tmp_path / "store", monkeypatch)


def test_only_what_no_job_used_lately_is_removed(checkout: Checkout, other: Checkout) -> None:
    """Not what another configuration's job noted, though its own run is long past."""
    entries, others = checkout.run(), other.run("-other")
    assert checkout.prune(dry_run=True).startswith("would remove 4 entries")
    assert checkout.left() == {*entries, *others}
    for note in (checkout.store.root / "uses").iterdir():
        if others[1] in note.read_text():
            os.utime(note)
    assert str(checkout.folder) in checkout.prune()
    assert checkout.left() == {others[1]}
    assert len(list((checkout.store.root / "uses").iterdir())) == 1


def leftovers(checkout: Checkout, when: float) -> list[Path]:
    """What kill -9 leaves in a store: half an entry, folder or note, and half of a pruning."""
    root = checkout.store.root
    key = "cd" * 32
    files = [
        root / f"evaluations/cd/.{key}.json.01234567",
        root / f"models/cd/.{key[:8]}.abcdefgh/entry/weights",
        root / f"models/cd/.{key}.removed/weights",
        root / f"uses/.{key}.json.01234567",
    ]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("half")
        for path in (file, *file.parents[:2]):
            os.utime(path, (when, when))
    return files


def test_what_killed_jobs_left_is_listed_and_goes(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout.run()
    files = leftovers(checkout, OLD)
    assert main(["--store", str(checkout.store.root), "list"]) == 0
    (row,) = [line for line in capsys.readouterr().out.splitlines() if "left by killed" in line]
    assert row.split()[0] == "4"
    assert "4 files and folders that killed jobs left" in checkout.prune(dry_run=True)
    assert all(file.exists() for file in files)
    checkout.prune()
    assert not any(file.exists() for file in files)


def test_what_a_job_may_be_writing_is_spared(checkout: Checkout) -> None:
    checkout.run()
    files = leftovers(checkout, time.time())
    checkout.prune()
    assert all(file.exists() for file in files)
    # One that runs for weeks in a folder with a lock, by its note.
    shutil.rmtree(checkout.store.root / "models")
    half, *_, note = leftovers(checkout, OLD)
    checkout.run()
    Store(checkout.store.root).use(Path("results/x"), EVALUATIONS, ["cd" * 32])
    lock = checkout.folder / ".snakemake/locks/0.input.lock"
    lock.parent.mkdir()
    lock.touch()
    checkout.prune(unused_for=0)
    assert half.exists()
    assert not note.exists()


def test_a_pruning_goes_on_after_a_killed_one(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which had renamed an entry, and not removed it, when it was made again."""
    checkout.run()

    def add() -> None:
        checkout.store.folder("models", "ef" * 32, lambda folder: (folder / "weights").touch())
        shutil.rmtree(checkout.store.root / "uses")

    add()
    with monkeypatch.context() as killed:
        killed.setattr(shutil, "rmtree", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            checkout.prune(unused_for=-1)
    add()
    checkout.prune(unused_for=-1)
    assert [path.name for path in checkout.store.root.glob("models/ef/*")] == []


def test_the_documented_line_removes_what_is_left_in_folders(checkout: Checkout) -> None:
    """Importance of a half, which lies in a folder with a dot in results/, and no other file."""
    checkout.run()
    half = checkout.folder / "results/masks/tiny/.half.abcdefgh/places.safetensors"
    folder = checkout.folder / "results/models/.tiny.abcdefgh/model"
    for path in (half, folder / "model.safetensors"):
        path.parent.mkdir(parents=True)
        path.touch()
        for old in (path, *path.parents[:2]):
            os.utime(old, (OLD, OLD))
    result = checkout.folder / "results/evaluations/tiny/one/intact.json"
    os.utime(result, (OLD, OLD))
    (checkout.folder / "store").symlink_to(checkout.store.root)
    text = (ROOT / "docs/reference/reruns.md").read_text()
    (line,) = re.findall(r"`(find store/ results/ .*)`", text)
    subprocess.run(line, shell=True, check=True)
    assert not half.parent.exists()
    assert not folder.parent.exists()
    assert result.exists()


def closed(_folder: Path) -> bool:
    raise PermissionError


def test_what_a_live_run_uses_is_spared(
    checkout: Checkout, other: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, others = checkout.run(), other.run("-other")
    lock = other.folder / ".snakemake/locks/0.input.lock"
    lock.parent.mkdir()
    lock.touch()
    with monkeypatch.context() as unseen:
        # Another user's folder, as test_sharing.py has one.
        unseen.setattr(pruning, "is_locked", closed)
        checkout.prune(unused_for=0)
    assert checkout.left() == {*own, *others}
    checkout.prune(unused_for=0)
    assert checkout.left() == set(others)
    lock.unlink()
    checkout.prune(unused_for=0)
    assert checkout.left() == set()


def test_what_was_made_or_used_lately_is_spared(checkout: Checkout, other: Checkout) -> None:
    """A job may run on where Snakemake's lock was cleared, or in a folder that is not seen here."""
    checkout.run()
    others = other.run("-other")
    store = checkout.store
    made = store.add(EVALUATIONS, "ff", lambda path: path.write_text("1"))  # type: ignore[arg-type,return-value]
    shutil.rmtree(other.folder)
    notes = [path for path in (store.root / "uses").iterdir() if others[0] in path.read_text()]
    os.utime(notes[0])
    checkout.prune()
    expected = {others[0], made.relative_to(store.root).as_posix()}
    assert checkout.left() == expected


def test_a_job_that_begins_while_a_store_is_pruned_waits(checkout: Checkout) -> None:
    """It notes its use under the lock that the pruning holds, and only then looks for entries."""
    checkout.run()
    program = (
        "import sys; from pathlib import Path; from benchprof.store import Kind, Store\n"
        "print('begins', flush=True)\n"
        "Store(Path(sys.argv[1])).use(Path('results/x'), Kind('evaluations', '', str), ['aa'])\n"
    )
    command = [sys.executable, "-c", program, str(checkout.store.root)]
    uses = checkout.store.root / "uses"
    before = len(list(uses.iterdir()))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as job:
        with sharing.locked(checkout.store.root, exclusive=True):
            assert job.stdout is not None
            assert job.stdout.readline() == "begins\n"
            with pytest.raises(subprocess.TimeoutExpired):
                job.wait(0.3)
            assert len(list(uses.iterdir())) == before
        assert job.wait(60) == 0
    assert len(list(uses.iterdir())) == before + 1


def test_a_file_system_without_locks_is_said(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = checkout.run()
    monkeypatch.setattr(sharing, "_lock", lambda *_: False)
    with pytest.raises(InputError, match="its file system has no locks"):
        checkout.prune(unused_for=-1)
    assert checkout.left() == set(entries)
    # Jobs go on without.
    assert checkout.run() == entries


@pytest.mark.parametrize("text", ["", '{"folder": ', "[]", '{"folder": "x"}'])
def test_a_damaged_note_is_named(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    """What its job uses is not known: nothing is removed before somebody has looked."""
    entries = checkout.run()
    note = next((checkout.store.root / "uses").iterdir())
    note.chmod(0o644)
    note.write_text(text)
    store = ["--store", str(checkout.store.root)]
    for command in (["list"], ["prune", "--unused-for", "7"]):
        assert main([*store, *command]) == 1
        assert f"{note}: damaged" in capsys.readouterr().err
    assert checkout.left() == set(entries)


def test_the_list_shows_runs_their_age_and_size(
    checkout: Checkout, other: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout.run()
    other.run()
    other.run("-more", ("one",))
    rows = listed(checkout.store.root, OLD + 40 * DAY)
    # The other's first run shares its entries with this one's, its second has one more.
    counts = [row.split()[0] for row in rows[1:]]
    assert counts == ["2", "2", "3"]
    assert all(row.split()[2] == "40.0" for row in rows[1:])
    assert any(str(checkout.folder) in row and "config.yaml" in row for row in rows)
    shutil.rmtree(checkout.store.root / "uses")
    checkout.monkeypatch.chdir(checkout.store.root.parent)
    assert main(LIST) == 0
    assert "no run that left a note" in capsys.readouterr().out
    assert main(["--store", "absent", "list"]) == 1
    assert "absent: no such folder" in capsys.readouterr().err


def test_the_command_removes_what_is_old(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = checkout.run()
    (checkout.folder / "store").symlink_to(checkout.store.root)
    assert main(PRUNE) == 0  # for 90 days; these are 30 old
    assert "would remove 0 entries" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main([*PRUNE, "--unused-for", "6"])
    assert "7 days or more" in capsys.readouterr().err
    assert main([*PRUNE[:-1], "--unused-for", "20"]) == 0
    assert f"removing {len(entries)} entries" in capsys.readouterr().out
    assert checkout.left() == set()
