"""A store is listed by run, and loses what no given configuration needs and no run uses."""

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
import torch
import yaml
from tests.conftest import ROOT
from tests.pages import arguments_on

from benchprof import digests, pruning, sharing
from benchprof.errors import InputError
from benchprof.evaluation.record import EVALUATIONS, key_of, record_bytes
from benchprof.importance.job import IMPORTANCE
from benchprof.inventory import entries_of
from benchprof.masks import stored, super_job
from benchprof.masks.mask import Mask, write_mask
from benchprof.masks.origin import selected_origin
from benchprof.models.source import converted_key
from benchprof.pruning import DAY, listed, main, prune
from benchprof.replication import masks as halves
from benchprof.run import paths
from benchprof.run.ablation import Ablation
from benchprof.run.configuration import Top
from benchprof.run.layers import read_layers
from benchprof.runs import claim
from benchprof.store import Kind, Store
from benchprof.tensors import write_tensors
from benchprof.uses import read_uses

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

    def prune(self, *keep: Path, unused_for: float = 7, dry_run: bool = False) -> str:
        files = [[file] for file in keep or [self.file]]
        return "\n".join(prune(self.store.root, files, unused_for, dry_run))


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    return Checkout(tmp_path / "checkout", tmp_path / "store", monkeypatch)


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    return Checkout(tmp_path / "other", tmp_path / "store", monkeypatch)


def test_only_what_no_given_configuration_needs_is_removed(
    checkout: Checkout, other: Checkout
) -> None:
    other.configure(CONFIG | {"seed": 2})
    own, others = checkout.run(), other.run("-other")
    said = checkout.prune(dry_run=True)
    assert "would remove 2 entries" in said
    assert f"2 of them, 0.000 GB, were used by {other.folder} config.yaml (" in said
    assert checkout.left() == {*own, *others}
    checkout.prune(checkout.file, other.file)
    assert checkout.left() == {*own, *others}
    assert "removing 2 entries" in checkout.prune()
    assert checkout.left() == set(own)
    # The other's notes name nothing any more.
    assert len(list((checkout.store.root / "uses").iterdir())) == 2


def test_a_job_that_outlives_its_run_notes_what_it_uses_for_that_one(checkout: Checkout) -> None:
    """A killed run's job goes on under Slurm after the next run, of a changed configuration."""
    checkout.monkeypatch.chdir(checkout.folder)
    claim(Path(".snakemake"), "first", [])
    store = Store(checkout.store.root)
    claim(Path(".snakemake"), "second", [])
    store.use(Path("results/x"), EVALUATIONS, ["aa"])
    assert [use.configuration for _, use in read_uses(store.root)] == ["first"]


def test_a_configuration_of_listed_units_knows_its_notes(checkout: Checkout) -> None:
    """Layers are numbers in the file and texts in a run, and 10 comes after 2 in one of them."""
    lists = {"listed": {"places": {2: [0], 10: [1]}}}
    checkout.configure(CONFIG | {"selections": lists})
    own = checkout.run()
    moved = checkout.folder.parent / "config.yaml"
    shutil.copy(checkout.file, moved)
    assert "removing 0 entries" in checkout.prune(moved)
    assert checkout.left() == set(own)


def test_two_configurations_of_one_folder_are_both_kept(checkout: Checkout) -> None:
    """The second run replaced the results of the first: only notes know what the first needs."""
    first = checkout.run()
    for note in (checkout.store.root / "uses").iterdir():
        os.utime(note, (OLD - DAY, OLD - DAY))
    second_file = checkout.folder / "second.yaml"
    shutil.copy(checkout.file, second_file)
    checkout.configure(CONFIG | {"seed": 2})
    second = checkout.run("-second")
    checkout.prune(checkout.file, second_file)
    assert checkout.left() == {*first, *second}
    checkout.prune()
    assert checkout.left() == set(second)


def test_results_deleted_or_moved_or_of_an_older_version(checkout: Checkout) -> None:
    entries = checkout.run()
    # Notes alone.
    results = checkout.folder / "results"
    results.rename(checkout.folder / "away")
    checkout.prune()
    assert checkout.left() == set(entries)
    # Results alone.
    (checkout.folder / "away").rename(results)
    shutil.rmtree(checkout.store.root / "uses")
    moved = checkout.folder.rename(checkout.folder.with_name("moved"))
    checkout.prune(moved / "config.yaml")
    assert checkout.left() == set(entries)
    # Neither: nothing is removed.
    shutil.rmtree(moved / "results")
    with pytest.raises(InputError, match=r"config\.yaml: no run of it left a note.*Run it once"):
        checkout.prune(moved / "config.yaml")
    assert checkout.left() == set(entries)


def test_importance_and_converted_models_are_known_without_notes(checkout: Checkout) -> None:
    source = {"wheel": "llm", "version": "1"}
    checkout.configure(CONFIG | {"models": {"tiny": {"source": source}}})
    store, origin = checkout.store, {"model": "m"}
    key = digests.of_value(origin)
    scores = {"weight": torch.zeros(2)}
    scored = store.add(IMPORTANCE, key, lambda p: write_tensors(p, scores, origin))
    store.place(IMPORTANCE, key, checkout.folder / "results/importance/tiny/places.safetensors")
    key = converted_key(source, "float32")
    model = store.folder("models", key, lambda folder: (folder / "weights").touch())
    store.folder("models", "ab" * 32, lambda folder: (folder / "weights").touch())
    shutil.rmtree(store.root / "uses")
    checkout.prune(unused_for=-1)
    assert {store.root / name for name in checkout.left()} == {scored, model}
    # An ability that the configuration dropped.
    checkout.run()
    checkout.configure(yaml.safe_load(checkout.file.read_text()) | {"abilities": {"colours": {}}})
    checkout.prune(unused_for=-1)
    assert scored.relative_to(store.root).as_posix() not in checkout.left()


def test_masks_and_super_sets_are_known_without_notes(checkout: Checkout) -> None:
    """They alone are kept of weights, whose importance is removed; their keys are parts of what
    their metadata say."""
    importance = {"places": {"model": "m"}}
    whole = Ablation("places", "top", "0.01")
    half = Ablation("places", "top", "0.01", half=1)
    origin = selected_origin(whole, importance, Top(), None)
    found = {"unit": "weight", "score": "s", "importance": importance, "text": "t", "threshold": 1,
             "code": "c"}  # fmt: skip
    entries = {
        place(checkout.store, stored.MASKS, origin, checkout.folder / paths.mask("tiny", whole)),
        place(
            checkout.store, halves.HALF_MASKS, origin, checkout.folder / paths.mask("tiny", half)
        ),
        place(
            checkout.store, super_job.SUPER_SETS, found, checkout.folder / paths.super_set("tiny")
        ),
    }
    checkout.prune(unused_for=-1)
    assert {checkout.store.root / name for name in checkout.left()} == entries
    # Of an ability and a model that the configuration dropped.
    checkout.run()
    checkout.configure(CONFIG | {"abilities": {"colours": {}}})
    checkout.prune(unused_for=-1)
    assert {own.parts[-3] for own in entries if own.exists()} == {super_job.SUPER_SETS.name}


@pytest.mark.parametrize("job", ["masks/tiny/top", "masks/tiny/halves", "masks/tiny/half-1"])
def test_notes_of_masks_count_after_an_edit(checkout: Checkout, job: str) -> None:
    """They are of no single ability."""
    checkout.run()
    store, key = checkout.store, "ab" * 32
    Store(store.root).use(Path("results", job), stored.MASKS, [key])
    entry = store.add_bytes(stored.MASKS, key, b"mask")
    checkout.configure(CONFIG | {"seed": 2})
    checkout.prune(unused_for=-1)
    assert entry.exists()


def place(store: Store, kind: Kind, origin: dict[str, Any], target: Path) -> Path:
    """Put a mask into the store, and where a run has it: its entry."""
    own = Mask({"w": torch.tensor([1, 2], dtype=torch.int32)}, origin | {"whole": 200})
    key = digests.of_value(origin)
    entry = store.add(kind, key, lambda path: write_mask(path, own))
    store.place(kind, key, target)
    return entry


def test_a_dropped_benchmark_goes_also_where_its_results_are_left(checkout: Checkout) -> None:
    kept, _ = checkout.run()
    checkout.configure(CONFIG | {"benchmarks": {"one": {"limit": 8}}})
    checkout.prune()
    assert checkout.left() == {kept}


def test_what_a_configuration_that_changed_would_reuse_is_kept(checkout: Checkout) -> None:
    """Its digest is another; of a result that was deleted the last note of its job knows."""
    earlier = checkout.run("-earlier")
    for note in (checkout.store.root / "uses").iterdir():
        os.utime(note, (OLD - DAY, OLD - DAY))
    checkout.configure(CONFIG | {"seed": 2})
    one, two = checkout.run()
    checkout.configure(CONFIG | {"seed": 2, "profile": {"resamples": 10}})
    shutil.rmtree(checkout.folder / "results/evaluations/tiny/two")
    checkout.prune()
    assert checkout.left() == {one, two}
    assert not checkout.left() & set(earlier)
    # What it dropped goes also then.
    checkout.configure(CONFIG | {"benchmarks": {"one": {"limit": 8}}})
    checkout.prune()
    assert checkout.left() == {one}


def test_the_notes_of_another_file_or_folder_are_not_its_own(
    checkout: Checkout, other: Checkout
) -> None:
    own, others = checkout.run(), other.run("-other")
    second = checkout.folder / "second.yaml"
    shutil.copy(checkout.file, second)
    checkout.monkeypatch.chdir(checkout.folder)
    claim(Path(".snakemake"), "second", [str(second)])
    third = checkout.job("three", "third")
    checkout.configure(CONFIG | {"seed": 2})
    checkout.prune()
    assert checkout.left() == set(own)
    assert not checkout.left() & {*others, third}


def test_records_of_halves_are_of_their_model_and_ability(checkout: Checkout) -> None:
    """They are in the store as all evaluations; of a dropped ability they go."""
    checkout.run()
    kept = checkout.job("replication/tiny/places", "own")
    dropped = checkout.job("replication/tiny/colours", "other")
    shutil.rmtree(checkout.store.root / "uses")
    checkout.prune()
    assert kept in checkout.left()
    assert dropped not in checkout.left()


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
    entries, files = checkout.run(), leftovers(checkout, OLD)
    assert main(["--store", str(checkout.store.root), "list"]) == 0
    (row,) = [line for line in capsys.readouterr().out.splitlines() if "left by killed" in line]
    assert row.split()[0] == "4"
    assert "4 files and folders that killed jobs left" in checkout.prune(dry_run=True)
    assert all(file.exists() for file in files)
    checkout.prune()
    assert not any(file.exists() for file in files)
    assert checkout.left() == set(entries)


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
    other.configure(CONFIG | {"seed": 2})
    own, others = checkout.run(), other.run("-other")
    lock = other.folder / ".snakemake/locks/0.input.lock"
    lock.parent.mkdir()
    lock.touch()
    checkout.prune(unused_for=0)
    assert checkout.left() == {*own, *others}
    with monkeypatch.context() as unseen:
        # Another user's folder, as test_sharing.py has one.
        unseen.setattr(pruning, "is_locked", closed)
        checkout.prune(unused_for=0)
    assert checkout.left() == {*own, *others}
    lock.unlink()
    checkout.prune(unused_for=0)
    assert checkout.left() == set(own)


def test_what_was_made_or_used_lately_is_spared(checkout: Checkout, other: Checkout) -> None:
    """A job may run on where Snakemake's lock was cleared, or in a folder that is not seen here."""
    other.configure(CONFIG | {"seed": 2})
    own, others = checkout.run(), other.run("-other")
    store = checkout.store
    made = store.add(EVALUATIONS, "ff", lambda path: path.write_text("1"))  # type: ignore[arg-type,return-value]
    shutil.rmtree(other.folder)
    notes = [path for path in (store.root / "uses").iterdir() if others[0] in path.read_text()]
    os.utime(notes[0])
    checkout.prune()
    expected = {*own, others[0], made.relative_to(store.root).as_posix()}
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


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "is empty or has no keys"),
        ("models: [", "not YAML"),
        ("seed: 2", "no `models`, `abilities`, `benchmarks`"),
        ("models: {tiny: {}}\nabilities: x\nbenchmarks: {}", "or a shipped set"),
        ("models: {tiny: {}}\nabilities: {}\nbenchmarks: {}", "no `source` of model tiny"),
    ],
)
def test_a_file_that_is_no_configuration_is_said(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], text: str, found: str
) -> None:
    entries = checkout.run()
    checkout.file.write_text(text)
    command = ["--store", str(checkout.store.root), "prune", "--keep", str(checkout.file)]
    assert main(command) == 1
    assert found in capsys.readouterr().err
    assert checkout.left() == set(entries)


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
    for command in (["list"], ["prune", "--keep", str(checkout.file), "--unused-for", "-1"]):
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


def test_the_commands_take_configurations_that_lie_over_each_other(
    checkout: Checkout, other: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    other.configure(CONFIG | {"seed": 2})
    entries, others = checkout.run(), other.run("-other")
    below, above = checkout.folder / "base.yaml", checkout.folder / "overlay.yaml"
    half = {"benchmarks": {"one": {"limit": 3}}}
    below.write_text(yaml.safe_dump(CONFIG | half))
    above.write_text(yaml.safe_dump({"benchmarks": CONFIG["benchmarks"]}))
    assert read_layers([below, above]) == CONFIG
    (checkout.folder / "store").symlink_to(checkout.store.root)
    checkout.monkeypatch.chdir(checkout.folder)
    files = {"/home/ann/study/config.yaml": str(other.file)}
    assert main([files.get(word, word) for word in PRUNE]) == 0
    assert "would remove 0 entries" in capsys.readouterr().out
    store = ["--store", str(checkout.store.root)]
    assert main([*store, "prune", "--keep", str(below), str(above), "--unused-for", "0"]) == 0
    assert f"removing {len(others)} entries" in capsys.readouterr().out
    assert checkout.left() == set(entries)
