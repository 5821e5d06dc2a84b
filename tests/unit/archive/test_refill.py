"""Refilling: an archive's records and masks become the store's entries; nothing else passes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from tests.unit.archive.conftest import ABILITIES, ITEMS, Files, Run, mended, zipped
from tests.unit.run.small import SMALL

from benchprof.__main__ import main
from benchprof.ablation import Ablation
from benchprof.archive.contents import ArchiveError
from benchprof.archive.refill import refill
from benchprof.evaluation.record import EVALUATIONS, read_record, record_bytes
from benchprof.masks.origin import selected_origin
from benchprof.masks.rule import Contrastive
from benchprof.masks.stored import MASKS, key_of_origin
from benchprof.masks.super_job import SUPER_SETS
from benchprof.models.mask import Mask, read_mask, write_mask
from benchprof.store import Kind, Store

RECORD = "results/evaluations/m/x_test/intact.json"
ENTRIES = 24 + 6
"""Of two models on two benchmarks the intact record and five others; three masks of either."""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture(autouse=True)
def same_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """This checkout's code is that of the archive's records."""
    monkeypatch.setattr("benchprof.codebase.digest_of", lambda *_, **__: "code")


def entries(store: Store, kind: Kind = EVALUATIONS) -> list[Path]:
    return sorted((store.root / kind.name).rglob(f"*{kind.suffix}"))


def test_records_and_masks_become_entries_that_a_job_finds(
    archive: Path, run: Run, store: Store
) -> None:
    said = refill(archive, store)
    assert f"{ENTRIES} added, 0 there before, 0 of another version" in said
    originals = {path.read_bytes() for path in run.folder.glob("results/evaluations/*/*/*.json")}
    assert {path.read_bytes() for path in entries(store)} == originals
    for kind in (EVALUATIONS, MASKS):
        for path in entries(store, kind):
            assert store.has(kind, path.stem)
            assert not path.stat().st_mode & 0o222
    # The key that the job of the masks looks for, and no random mask.
    importance = {ability: {"model": "m" * 64} for ability in ABILITIES}
    rule = Contrastive(definition="sum")
    for ability in ABILITIES:
        own = selected_origin(Ablation(ability, "contrastive", "0.001"), importance, rule, None)
        entry = store.path(MASKS, key_of_origin(own))
        mask = run.folder / f"results/masks/m/{ability}None.safetensors"
        assert read_mask(entry).digest == read_mask(mask).digest
    assert f"0 added, {ENTRIES} there before" in refill(archive, store)


def test_an_entry_that_is_there_stays_and_a_damaged_one_is_replaced(
    archive: Path, store: Store
) -> None:
    refill(archive, store)
    own, damaged = entries(store)[:2]
    # The same key and other numbers: this machine's, which it trusts more.
    record: Any = read_record(own)
    record.pop("digest")
    record["items"]["scores"]["acc"] = [0.0] * ITEMS
    own.chmod(0o644)
    own.write_bytes(record_bytes(record))
    damaged.chmod(0o644)
    damaged.write_bytes(b"{}")
    assert f"1 added, {ENTRIES - 1} there before" in refill(archive, store)
    assert read_record(own)["items"]["scores"]["acc"] == [0.0] * ITEMS
    assert EVALUATIONS.key_of(damaged) == damaged.stem


def test_files_of_another_version_are_left_out_and_counted(
    archive: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchprof.codebase.digest_of", lambda *_, **__: "other")
    assert f"0 added, 0 there before, {ENTRIES} of another version" in refill(archive, store)
    assert not store.root.exists()


def test_calibration_records_and_super_sets_are_put_in_too(
    files: Files, store: Store, tmp_path: Path
) -> None:
    record = json.loads(files[RECORD])
    record.pop("digest")
    record["origin"]["requests"]["digest"] = "calibration"
    origin = {"unit": "weight", "score": "taylor", "importance": {}, "text": "t",
              "threshold": 1.0, "code": "code"}  # fmt: skip
    write_mask(tmp_path / "super", Mask({"p": torch.tensor([3])}, origin))
    more = {
        "results/calibration/m/x/intact.json": record_bytes(record),
        # A choice is no record.
        "results/calibration/m/top.json": b"{}",
        "results/super/m.safetensors": (tmp_path / "super").read_bytes(),
    }
    path = zipped(mended(files | more), tmp_path / "archive.zip")
    assert f"{ENTRIES + 2} added" in refill(path, store)
    assert len(entries(store)) == 25 and len(entries(store, SUPER_SETS)) == 1


@pytest.mark.parametrize("part", ["origin", "code", "model", "requests"])
def test_a_record_that_no_job_writes_fills_nothing(
    part: str, files: Files, store: Store, tmp_path: Path
) -> None:
    record = json.loads(files[RECORD])
    record.pop("digest")
    (record if part in record else record["origin"])[part] = []
    path = zipped(mended(files | {RECORD: record_bytes(record)}), tmp_path / "archive.zip")
    refill(path, store)
    assert len(entries(store)) == 23


def test_another_digest_fills_nothing(archive: Path, store: Store) -> None:
    with pytest.raises(ArchiveError, match="; expected 000000"):
        refill(archive, store, "0" * 64)
    assert not store.root.exists()


@pytest.mark.parametrize("place", ["config.yaml", "/proc/store"])
def test_a_store_that_cannot_be_written_to_is_named(
    place: str, archive: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("config.yaml").write_text(yaml.safe_dump(SMALL | {"store": place}))
    assert main(["archive", "refill", str(archive)]) == 1
    assert place.removesuffix("/store") in capsys.readouterr().err
