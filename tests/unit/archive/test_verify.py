"""Verification: the tables are those that the archive's records make, and no code of it is run."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.unit.archive.conftest import Files, Run, mended, zipped

from benchprof.__main__ import main
from benchprof.archive.contents import ArchiveError
from benchprof.archive.verify import verify
from benchprof.evaluation.record import record_bytes

IMPACT = "results/profiles/impact.csv"
RECORD = "results/evaluations/m/other/xNone.json"


def test_an_archive_s_tables_are_recomputed(
    archive: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["archive", "verify", str(archive)]) == 0
    (line,) = (own for own in capsys.readouterr().out.splitlines() if own.startswith("Recomputed"))
    tables = {path.name for path in (run.folder / "results/profiles").iterdir()}
    # No table of halves: their records are not in an archive.
    expected = {f"results/profiles/{name}" for name in tables if not name.startswith("replication")}
    assert {*line.removeprefix("Recomputed from the records: ").rstrip(".").split(", ")} == expected


def cell(column: str, change: Callable[[str], str]) -> Callable[[bytes], bytes]:
    """Changes the last cell of a column that is not empty."""

    def changed(content: bytes) -> bytes:
        rows = list(csv.reader(io.StringIO(content.decode())))
        place = rows[0].index(column)
        row = next(row for row in reversed(rows[1:]) if row[place])
        row[place] = change(row[place])
        target = io.StringIO(newline="")
        csv.writer(target, lineterminator="\n").writerows(rows)
        return target.getvalue().encode()

    return changed


def rescored(content: bytes) -> bytes:
    """A record that is whole in itself, with one item's score and the means turned."""
    record: Any = json.loads(content)
    record.pop("digest")
    scores = record["items"]["scores"]["acc"]
    scores[0] = 1.0 - scores[0]
    for part in (record["scores"], *(own["scores"] for own in record["tasks"].values())):
        part["acc"] = sum(scores) / len(scores)
    return record_bytes(record)


@pytest.mark.parametrize(
    ("name", "change", "fault"),
    [
        (IMPACT, cell("ais", lambda own: f"{float(own) + 0.01}"), f"{IMPACT}, line"),
        (IMPACT, cell("q_ais", lambda _: "nan"), f"{IMPACT}, line"),
        (IMPACT, cell("mask_digest", lambda _: "0" * 64), f"{IMPACT}, line"),
        (IMPACT, lambda own: own[:-40], f"{IMPACT}, line"),
        (IMPACT, lambda own: own + own.splitlines(keepends=True)[-1], f"{IMPACT}, line"),
        (RECORD, rescored, "results/profiles/"),
        (RECORD, lambda own: own.replace(b'"n": 40', b'"n": 41'), "digest differs"),
        (RECORD, lambda _: b"[]", "expected a record"),
        ("results/masks/m/xNone.safetensors", lambda own: own[:-1] + b"\1", "cannot be recomputed"),
    ],
)
def test_a_forgery_with_mended_digests_is_refused(
    name: str, change: Callable[[bytes], bytes], fault: str, files: Files, tmp_path: Path
) -> None:
    forged = mended(files | {name: change(files[name])})
    with pytest.raises(ArchiveError) as error:
        verify(zipped(forged, tmp_path / "archive.zip"))
    assert fault in str(error.value)


def test_a_table_that_is_missing_is_named(files: Files, tmp_path: Path) -> None:
    own = {name: content for name, content in files.items() if name != IMPACT}
    with pytest.raises(ArchiveError, match=f"{IMPACT}: missing"):
        verify(zipped(mended(own), tmp_path / "archive.zip"))


def test_other_versions_of_packages_are_no_forgery(files: Files, tmp_path: Path) -> None:
    """They may round the last digits otherwise, and write other bytes of Parquet."""
    parquet = IMPACT.replace("csv", "parquet")
    rounded = cell("ais", lambda own: f"{float(own) + 1e-9:.17g}")(files[IMPACT])
    own = mended(files | {IMPACT: rounded, parquet: files[parquet] + b"other"})
    said = verify(zipped(own, tmp_path / "archive.zip"))
    assert f"{IMPACT}," in said and parquet not in said


def test_no_code_of_an_archive_is_run(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    hostile = f"open({str(tmp_path / 'run')!r}, 'w')".encode()
    code = [name for name in files if name.endswith((".py", "Snakefile"))]
    verify(zipped(mended(files | dict.fromkeys(code, hostile)), tmp_path / "archive.zip"))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("settings", [{"metric": 3}, {"unknown": 1}, {"impact": "other"}])
def test_settings_of_no_tables_are_refused(
    settings: dict[str, Any], files: Files, tmp_path: Path
) -> None:
    tables = json.loads(files["archive.json"])["tables"]
    tables["settings"] |= settings
    with pytest.raises(ArchiveError):
        verify(zipped(mended(files, tables=tables), tmp_path / "archive.zip"))


def test_a_refused_archive_is_an_error_on_one_line_each(
    files: Files,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = zipped(files | {"README.md": b"other"}, tmp_path / "archive.zip")
    for own in (["verify"], ["refill"], ["reproduce", "--into", "new", "--benchmark", "other"]):
        monkeypatch.chdir(tmp_path)
        Path("config.yaml").write_text("models: {}")
        assert main(["archive", own[0], str(path), *own[1:]]) == 1
        assert not capsys.readouterr().out
    assert not Path("new").exists()
