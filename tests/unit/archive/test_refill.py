"""Refilling: records become the store's entries, masks a run's results; nothing else passes."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from tests.unit.archive.conftest import ABILITIES, ITEMS, Run
from tests.unit.archive.test_alterations import record, signed, zipped
from tests.unit.run.small import SMALL, WHOLE, controls, small, write_items

import benchprof.run.run
from benchprof.archive import expected, masks, reproduce
from benchprof.archive.container import Archive
from benchprof.archive.layout import ArchiveError
from benchprof.archive.listing import read_listing
from benchprof.archive.masks import refill_masks
from benchprof.archive.records import refill_store
from benchprof.archive.refill import main
from benchprof.archive.refilled import Refilled
from benchprof.errors import InputError
from benchprof.evaluation.record import EVALUATIONS, read_record, record_bytes
from benchprof.files import write_json
from benchprof.importance.example import Example
from benchprof.importance.items import TrainItems
from benchprof.importance.scoring import Scoring
from benchprof.masks.mask import Mask, read_mask, write_mask
from benchprof.masks.stored import needed_for
from benchprof.masks.super_job import origin_of
from benchprof.run.ablation import Ablation
from benchprof.run.jobs.masks import DrawControls, SelectMasks
from benchprof.store import Store


def configure(store: str) -> None:
    """Write a configuration into the working folder."""
    Path("config.yaml").write_text(yaml.safe_dump(SMALL | {"store": store}))


@pytest.fixture
def opened(archive: Path) -> tuple[Archive, dict[str, Any]]:
    return Archive(archive), read_listing(Archive(archive))


@pytest.fixture
def same_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """This checkout's code is that of the archive's records."""
    monkeypatch.setattr("benchprof.codebase.digest_of", lambda _: "code")


def first_reason(done: Refilled) -> str:
    """Why the first file that was left out was."""
    return next(iter(done.left.values()))


def entries(store: Store) -> list[Path]:
    return sorted(path for path in store.root.rglob(f"*{EVALUATIONS.suffix}"))


@pytest.mark.usefixtures("same_code")
def test_records_become_entries_that_a_job_finds(
    opened: tuple[Archive, dict[str, Any]], run: Run, tmp_path: Path
) -> None:
    store = Store(tmp_path / "store")
    done = refill_store(*opened, store)
    assert (done.added, done.there, done.left) == (24, 0, {})
    originals = {path.read_bytes() for path in run.folder.glob("results/evaluations/*/*/*.json")}
    assert {path.read_bytes() for path in entries(store)} == originals
    for path in entries(store):
        assert store.has(EVALUATIONS, path.stem)
        assert not path.stat().st_mode & 0o222
    again = refill_store(*opened, store)
    assert (again.added, again.there) == (0, 24)


@pytest.mark.usefixtures("same_code")
def test_an_entry_that_is_there_stays_and_a_damaged_one_is_replaced(
    opened: tuple[Archive, dict[str, Any]], tmp_path: Path
) -> None:
    store = Store(tmp_path / "store")
    refill_store(*opened, store)
    own, damaged = entries(store)[:2]
    # The same key and other numbers: this machine's, which it trusts more.
    record = read_record(own)
    record.pop("digest")
    record["items"]["scores"]["acc"] = [0.0] * ITEMS
    own.chmod(0o644)
    own.write_bytes(record_bytes(record))
    damaged.chmod(0o644)
    damaged.write_bytes(b"{}")
    done = refill_store(*opened, store)
    assert (done.added, done.there) == (1, 23)
    assert read_record(own)["items"]["scores"]["acc"] == [0.0] * ITEMS
    assert EVALUATIONS.key_of(damaged) == damaged.stem


def test_records_of_another_version_are_left_out_and_counted(
    archive: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    configure("finished work")
    monkeypatch.setattr("sys.argv", ["refill", str(archive)])
    # Records need no prepared model: that masks have to wait is no failure.
    assert main() == 0
    said = capsys.readouterr().out
    assert "Records: 0 put into finished work, 0 were there, 24 left out." in said
    assert "- 24 of another version of the code, for example results/evaluations/m/x_test/" in said
    assert "Masks: none put. results/checks/m.json: no such file; expected prepared models" in said
    assert not Path("finished work").exists()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--digest", "0" * 64], "; expected 000000"),
        (["--configfile", "none.yaml"], "none.yaml: no such file"),
    ],
)
def test_another_archive_or_no_configuration_is_refused(
    options: list[str], reason: str, archive: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    configure("store")
    monkeypatch.setattr("sys.argv", ["refill", str(archive), *options])
    assert main() == 1
    assert reason in capsys.readouterr().err
    assert not Path("store").exists()


CALIBRATED = "results/calibration/m/x/intact.json"


def emptied(value: dict[str, Any]) -> None:
    """No items, as no job has, and so no mean."""
    items = value["items"]
    value["n"] = 0
    items |= {name: [] for name, own in items.items() if isinstance(own, list)}
    items["scores"] = {metric: [] for metric in items["scores"]}


def with_calibration(archive: Path, target: Path, change: Callable[[dict[str, Any]], Any]) -> Path:
    """The archive with a record of calibration items, that of another benchmark changed."""
    with zipfile.ZipFile(archive) as file:
        files = {name: file.read(name) for name in file.namelist()}
    own = record(files["results/evaluations/m/x_test/intact.json"], change)
    return zipped(signed(files | {CALIBRATED: own}), target)


@pytest.mark.usefixtures("same_code")
def test_a_calibration_record_is_put_in_too(archive: Path, tmp_path: Path) -> None:
    def asked(value: dict[str, Any]) -> None:
        value["origin"]["requests"]["digest"] = "calibration"

    path = Archive(with_calibration(archive, tmp_path / "archive.zip", asked))
    done = refill_store(path, read_listing(path), Store(tmp_path / "store"))
    assert (done.added, done.there) == (25, 0)


@pytest.mark.usefixtures("same_code")
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda v: v["origin"]["model"].update(digest="n" * 64), "another model than"),
        (lambda v: v["items"].pop("responses"), "items: lacks responses"),
        (lambda v: v.pop("tasks"), "lacks tasks"),
        (emptied, "is not the mean"),
        (lambda v: v["origin"].update(model=[]), r"origin.model: \[\]; expected an object"),
    ],
)
def test_a_calibration_record_that_no_job_could_use_fills_nothing(
    change: Callable[[dict[str, Any]], Any], reason: str, archive: Path, tmp_path: Path
) -> None:
    path = Archive(with_calibration(archive, tmp_path / "archive.zip", change))
    with pytest.raises(ArchiveError, match=reason) as error:
        refill_store(path, read_listing(path), Store(tmp_path / "store"))
    assert CALIBRATED in str(error.value)
    assert not (tmp_path / "store").exists()


@pytest.mark.usefixtures("same_code")
def test_a_calibration_record_of_no_key_fills_nothing(archive: Path, tmp_path: Path) -> None:
    """Python reads such a number as infinity, which no key can hold."""
    whole = with_calibration(
        archive, tmp_path / "whole.zip", lambda v: v["origin"].update(programs=12345)
    )
    with zipfile.ZipFile(whole) as file:
        files = {name: file.read(name) for name in file.namelist()}
    body = files[CALIBRATED].rpartition(b' "digest": ')[0].replace(b"12345", b"1e999")
    sealed = body + f' "digest": "{hashlib.sha256(body).hexdigest()}"\n}}\n'.encode()
    path = Archive(zipped(signed(files | {CALIBRATED: sealed}), tmp_path / "archive.zip"))
    with pytest.raises(ArchiveError, match="1e999, which is no number"):
        refill_store(path, read_listing(path), Store(tmp_path / "store"))
    assert not (tmp_path / "store").exists()


@pytest.mark.usefixtures("same_code")
@pytest.mark.parametrize("store", ["config.yaml", "/proc/store"])
def test_a_store_that_cannot_be_written_to_is_named(
    store: str, archive: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    configure(store)
    monkeypatch.setattr("sys.argv", ["refill", str(archive)])
    assert main() == 1
    assert store.removesuffix("/store") in capsys.readouterr().err


@pytest.mark.parametrize("command", ["refill", "reproduce"])
def test_limits_are_options(
    command: str, archive: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    options = {"refill": [], "reproduce": ["--into", str(tmp_path / "new"), "--benchmark", "other"]}
    monkeypatch.setattr(
        "sys.argv", [command, str(archive), "--most-files", "10", *options[command]]
    )
    assert {"refill": main, "reproduce": reproduce.main}[command]() == 1
    assert "files; expected 10 at most" in capsys.readouterr().err


def test_an_altered_archive_fills_nothing(
    changed: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    configure("store")
    path = changed({"README.md": lambda own: own + b"more"})
    monkeypatch.setattr("sys.argv", ["refill", str(path)])
    assert main() == 1
    assert not Path("store").exists()


def configured(**sections: Any) -> benchprof.run.run.Run:
    """A run of the archive's first model that would make its masks and controls."""
    return small(**{
        "models": {"m": SMALL["models"]["m"]},
        "abilities": {ability: {"items": f"items/{ability}"} for ability in ABILITIES},
        "importance": WHOLE,
        "selections": {"specific": {"definition": "max"}},
        "fractions": [0.001],
        "controls": controls([1, 2], "abilities_together"),
    } | sections)  # fmt: skip


def prepare(folder: Path) -> None:
    """A run's folder with its items, and its model prepared."""
    write_json(folder / "results/checks/m.json", {})
    for name in (*(f"items/{ability}" for ability in ABILITIES), "i", "b"):
        write_items(folder / name, "train", ["a"])


@pytest.fixture
def importance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What decides importance, in a folder whose model is prepared, with the archive's code."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("benchprof.codebase.digest_of", lambda _: "code")
    prepare(tmp_path)
    own: dict[str, Any] = {ability: {"model": "m" * 64} for ability in ABILITIES}
    monkeypatch.setattr(masks, "importance_origins", lambda *_: own)
    return own


@pytest.mark.usefixtures("importance")
def test_masks_that_the_run_would_make_are_placed_before_their_controls(
    opened: tuple[Archive, dict[str, Any]], run: Run
) -> None:
    done = refill_masks(*opened, configured())
    assert (done.added, done.there, done.left) == (5, 0, {})
    for ability in ABILITIES:
        own = Path(f"results/masks/m/{ability}/specific_0.001.safetensors")
        made = run.folder / f"results/masks/m/{ability}None.safetensors"
        assert own.read_bytes() == made.read_bytes()
    times = [path.stat().st_mtime_ns for path in Path().glob("results/masks/m/*/*-random-*")]
    assert own.stat().st_mtime_ns <= min(times)
    every = [path.stat().st_mtime_ns for path in Path().glob("results/masks/m/*/*")]
    for rule in ("select_masks", "draw_controls"):
        settings = Path(f"results/settings/{rule}/m/specific.json")
        assert settings.stat().st_mtime_ns <= min(every)
    again = refill_masks(*opened, configured())
    assert (again.added, again.there, again.left) == (0, 5, {})


def test_masks_whose_importance_the_run_drops_are_in_the_store_too(
    opened: tuple[Archive, dict[str, Any]], importance: dict[str, Any]
) -> None:
    """Else another k or ability, or deleted results, would have all importance computed again."""
    run = configured()
    lacking = needed_for(
        [Ablation(ability, "specific", "0.001") for ability in ABILITIES], importance,
        run.selection_rules, "model", Path("m"), Path("text"), run.store,
    )  # fmt: skip
    assert lacking == {*ABILITIES}
    refill_masks(*opened, run)
    assert not needed_for(
        [Ablation(ability, "specific", "0.001") for ability in ABILITIES], importance,
        run.selection_rules, "model", Path("m"), Path("text"), run.store,
    )  # fmt: skip
    kept = configured(keep_importance=True, store="another")
    shutil.rmtree("results/masks")
    assert refill_masks(*opened, kept).added == 5
    assert not (kept.store.root / "masks").exists()


@pytest.mark.parametrize(
    ("change", "left", "reason"),
    [
        ({"selections": {"specific": {"definition": "sum"}}}, 5, "another settings"),
        ({"selections": {"specific": {"definition": "max", "background": "b"}}}, 5, "r settings"),
        ({"fraction_of": "scope"}, 5, "another fraction_of"),
        ({"fractions": [0.002]}, 5, "not in the archive"),
        ({"selections": {"top": {}}}, 5, "not in the archive"),
        ({"abilities": {ability: {"items": "i"} for ability in "xy"}}, 4, "another importance"),
    ],
)
def test_a_mask_of_other_settings_is_left_out_and_its_controls_too(
    change: dict[str, Any], left: int, reason: str,
    opened: tuple[Archive, dict[str, Any]], importance: dict[str, Any],
) -> None:  # fmt: skip
    for ability in importance.keys() - {*change.get("abilities", ABILITIES)}:
        importance.pop(ability)
    done = refill_masks(*opened, configured(**change))
    assert len(done.left) == left
    assert reason in first_reason(done)
    assert done.added == 0


@pytest.mark.usefixtures("importance")
def test_masks_of_other_code_are_left_out(
    opened: tuple[Archive, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchprof.codebase.digest_of", lambda _: "other")
    done = refill_masks(*opened, configured())
    assert (done.added, len(done.left)) == (0, 5)
    assert "another code" in first_reason(done)


@pytest.mark.usefixtures("importance")
def test_a_random_mask_of_units_is_left_for_the_run_to_draw(
    opened: tuple[Archive, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = masks._origin
    monkeypatch.setattr(masks, "_origin", lambda content: read(content) | {"examples": "e" * 64})
    done = refill_masks(*opened, configured(unit="neuron"))
    assert (done.added, len(done.left)) == (3, 2)
    assert all("-random-" in name for name in done.left)
    assert all("left for the run to draw" in reason for reason in done.left.values())


def test_a_mask_of_other_items_is_left_out(
    opened: tuple[Archive, dict[str, Any]], importance: dict[str, Any]
) -> None:
    importance["z"] = {"model": "m" * 64, "items": "other"}
    done = refill_masks(*opened, configured(controls=controls([], "abilities_together")))
    assert len(done.left) == 3 and "another importance" in first_reason(done)


def test_importance_is_that_of_the_run_s_items(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Abilities may share a file; each leaves out items of its own."""
    monkeypatch.chdir(tmp_path)
    for split in ("train", "calibration", "test"):
        write_items(Path("i"), split, [f"{split}-a", f"{split}-b"])
    asked: dict[str, Any] = {}

    def origins(scoring: Scoring, train: TrainItems) -> tuple[None, dict[str, Any]]:
        asked.update(score=scoring.score, train=train)
        return None, {"x": {"items": 1}}

    monkeypatch.setattr(expected, "examples_and_origins", origins)
    abilities = {"x": {"items": "i", "exclude": ["train-a"]}, "y": {"items": "i"}}
    own = configured(abilities=abilities, importance=WHOLE | {"limit": 7})
    assert expected.importance_origins(own, "m") == {"x": {"items": 1}}
    files = {ability: Path("i/train.jsonl") for ability in "xy"}
    train = TrainItems(files, seed=1, limit=7, exclude={"x": ["train-a"], "y": []})
    assert asked == {"score": "taylor", "train": train}


def test_a_run_that_is_not_prepared_is_told_how(
    opened: tuple[Archive, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        InputError, match=r"Run `.venv/bin/snakemake --cores 1 results/checks/m.json`, then"
    ):
        refill_masks(*opened, configured())
    assert not any(tmp_path.iterdir())


@pytest.mark.usefixtures("importance")
def test_a_name_of_the_archive_leads_to_no_path(
    opened: tuple[Archive, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paths are made of the run's own names alone."""
    archive, listing = opened
    for source in listing["tables"]["sources"]:
        source["model"] = "../../m"
    prepare(tmp_path / "run")
    monkeypatch.chdir(tmp_path / "run")
    done = refill_masks(archive, listing, configured())
    assert done.added == 0
    assert not list(tmp_path.rglob("*.safetensors"))


@pytest.mark.parametrize(
    ("text", "code", "left"),
    [([1, 2, 3], None, ""), ([1, 2, 4], None, "another text"), ([1, 2, 3], "old", "another code")],
)
def test_a_super_set_that_the_run_would_find_is_placed(
    text: list[int], code: str | None, left: str,
    archive: Path, importance: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    for own in importance.values():
        own |= {"unit": "weight", "score": "taylor"}
    example = Example(torch.tensor([1, 2, 3]), torch.tensor([False, True, True]))
    monkeypatch.setattr("benchprof.masks.super_job.neutral_example", lambda *_: example)
    asked = Example(torch.tensor(text), example.counted)
    origin = origin_of(importance, asked) | ({"code": code} if code else {})
    write_mask(tmp_path / "own", Mask({"p": torch.tensor([3])}, origin))
    name, content = "results/super/m.safetensors", (tmp_path / "own").read_bytes()
    with zipfile.ZipFile(archive) as file:
        files = {own: file.read(own) for own in file.namelist()}
    path = Archive(zipped(signed(files | {name: content}), tmp_path / "archive.zip"))
    own_run = configured(selections={"specific": {"definition": "max", "without_super": True}})
    done = refill_masks(path, read_listing(path), own_run)
    assert Path(name).exists() != bool(left)
    assert done.left.get(name) == (f"the archive's has {left}" if left else None)
    controls = DrawControls(own_run, "m", "specific")
    digest = None if left else read_mask(Path(name)).digest
    # Where there is none, no control is one of the run's: none leaves out nothing.
    said = dict(expected.control_origins(controls, digest))
    assert [own["super"] for own in said.values()] == [digest] * len(controls.controls) != []
    # Where one is, it stays, and masks would say that they leave it out.
    if not left:
        assert Path(name).read_bytes() == content
        assert refill_masks(path, read_listing(path), own_run).there == 1
        digest = read_mask(Path(name)).digest
        job = SelectMasks(own_run, "m", "specific")
        said = dict(expected.mask_origins(job, importance, digest))
        assert {own["super"] for own in said.values()} == {digest}
