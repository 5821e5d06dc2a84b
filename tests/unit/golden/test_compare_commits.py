"""What counts as the same results, and what is said of those that differ."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch
from tests.conftest import ROOT
from tests.golden import compare_commits
from tests.golden.checkouts import checked_out, code_of
from tests.golden.compare_commits import main, report
from tests.golden.comparison import compare, kind_of
from tests.golden.difference import first_difference
from tests.golden.normal import normalised

from benchprof.errors import InputError
from benchprof.evaluation.record import record_bytes
from benchprof.files import as_json
from benchprof.masks.mask import Mask, write_mask
from benchprof.tensors import write_tensors

RECORD = "evaluations/tiny/places_test/intact.json"
IMPORTANCE = "importance/tiny/places.safetensors"
MASK = "masks/tiny/places/top_0.01.safetensors"
CHOICE = "calibration/tiny/top.json"
TABLE = "profiles/impact.csv"
NAMES = ("one", "other")


def record(code: str = "a", score: float = 0.5, **made: Any) -> dict[str, Any]:
    usual = {"truncated": 0, "seconds": 0.1, "device": "cpu", "software": {}, "machine": {}}
    return {
        "format": 2,
        "origin": {"model": {"digest": "m"}, "code": code, "made": usual | made},
        "items": {"scores": {"probability": [1.0, score]}},
    }


def write(results: Path, code: str = "a", seconds: float = 0.1) -> Path:
    """A folder of results as code with this digest would leave it."""
    for path in (RECORD, IMPORTANCE, MASK, CHOICE, TABLE, "logs/select_masks/tiny.log"):
        (results / path).parent.mkdir(parents=True, exist_ok=True)
    (results / RECORD).write_bytes(record_bytes(record(code, seconds=seconds)))
    write_tensors(results / IMPORTANCE, {"w": torch.ones(3)}, {"code": code, "score": "taylor"})
    used = {"importance": {"places": {"code": code, "model": "m"}}, "code": code}
    write_mask(results / MASK, Mask({"w": torch.tensor([0, 2], dtype=torch.int32)}, used))
    (results / CHOICE).write_text(as_json({"k": "0.01", "digests": {"code": code}}))
    (results / TABLE).write_text("ability,ais\nplaces,0.5\n")
    (results / "logs/select_masks/tiny.log").write_text(f"{seconds}")
    return results


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """Two runs whose results differ in digests of code and in times."""
    return write(tmp_path / "one"), write(tmp_path / "other", "b", 0.2)


def test_identical_results(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = write(tmp_path / "one")
    assert report(first, Path(shutil.copytree(first, tmp_path / "other")), NAMES, 20)
    assert all(t.identical == 1 and t.normalised == 0 for t in compare(first, first).values())
    assert "the results are the same" in capsys.readouterr().out


def test_digests_of_code_and_times_are_no_difference(
    pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(*pair, NAMES, 20)
    tallies = compare(*pair)
    assert tallies["profiles"].identical == 1
    assert all(tallies[kind].normalised == 1 for kind in tallies if kind != "profiles")
    said = capsys.readouterr().out
    assert "normalised in evaluations: origin.code (1), origin.made.seconds (1), digest (1)" in said
    assert "normalised in masks: code (1), sha256 (1), importance.*.code (1)" in said
    assert "logs" not in said


def test_a_score_differs(pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    changed = record("b", score=0.5000000000000001)
    (pair[1] / RECORD).write_bytes(record_bytes(changed))
    assert not report(*pair, NAMES, 20)
    said = capsys.readouterr().out
    assert f"{RECORD}: items.scores.probability[1]: 0.5 | 0.5000000000000001" in said
    assert "THE RESULTS DIFFER" in said


@pytest.mark.parametrize(("missing", "has"), [(0, "other"), (1, "one")])
def test_a_missing_file_differs(
    pair: tuple[Path, Path], missing: int, has: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (pair[missing] / MASK).unlink()
    assert not report(*pair, NAMES, 20)
    assert f"only {has} has {MASK}" in capsys.readouterr().out


def test_two_empty_folders_are_not_the_same_results(tmp_path: Path) -> None:
    assert not report(tmp_path, tmp_path, NAMES, 20)


def other_record(change: Callable[[dict[str, Any]], object]) -> bytes:
    content = record()
    change(content)
    return record_bytes(content)


@pytest.mark.parametrize(
    "content",
    [
        other_record(lambda r: r["origin"]["made"].update(truncated=1)),
        other_record(lambda r: r["origin"]["made"].pop("device")),
        other_record(lambda r: r["origin"]["model"].update(digest="n")),
        other_record(lambda r: r["origin"].update(seconds=1)),
        other_record(lambda r: r["items"]["scores"]["probability"].reverse()),
        record_bytes(record()).replace(b"0.5", b"0.50"),
        record_bytes(record()).replace(b"\n ", b"\n  "),
        b"{",
    ],
)
def test_nothing_else_of_a_record_may_differ(tmp_path: Path, content: bytes) -> None:
    first, second = write(tmp_path / "one"), write(tmp_path / "other")
    (second / RECORD).write_bytes(content)
    assert [d.path for d in compare(first, second)["evaluations"].different] == [RECORD]


def test_nothing_else_of_a_mask_may_differ(pair: tuple[Path, Path]) -> None:
    origin = {"importance": {"places": {"code": "b", "model": "m"}}, "code": "b"}
    mask = Mask({"w": torch.tensor([0, 1], dtype=torch.int32)}, origin)
    write_mask(pair[1] / MASK, mask)
    (found,) = compare(*pair)["masks"].different
    assert found.first.startswith("metadata.digest")
    write_tensors(pair[1] / IMPORTANCE, {"w": torch.tensor([1.0, 1.0, 2.0])},
                  {"code": "b", "score": "taylor"})  # fmt: skip
    (found,) = compare(*pair)["importance"].different
    assert found.first == "w, entry 2: 1.0 | 2.0"


def test_a_field_of_the_same_name_elsewhere_stays() -> None:
    content = as_json({"code": "a", "digest": "b"}).encode()
    assert normalised("checks/tiny.json", content) is None
    found = normalised("calibration/tiny/top.json", content)
    assert found is not None
    assert found.content == content


def parquet(**columns: list[float]) -> bytes:
    stream = io.BytesIO()
    pd.DataFrame(columns).to_parquet(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("path", "first", "second", "said"),
    [
        (TABLE, b"a,b\n1,2\n", b"a,b\n1,3\n", "row 2, b: 2 | 3"),
        (TABLE, b"a,b\n1,2\n", b"a,c\n1,2\n", "row 1, column 2: b | c"),
        (TABLE, b"a\n1\n", b"a\n1\n2\n", "row 3, a: nothing | 2"),
        (TABLE, b"a\n1\n", b"a\r\n1\n", "byte 1 (4 | 5 bytes)"),
        ("methods.md", b"one\ntwo\n", b"one\nten\n", "line 2: two | ten"),
        ("a.png", b"\x00\x01", b"\x00\x02", "byte 1 (2 | 2 bytes)"),
        ("a.parquet", parquet(x=[1.0, 2.0]), parquet(x=[1.0, 2.5]), "row 1, x: 2.0 | 2.5"),
        ("a.json", b'{"a": [1]}', b'{"a": [1, 2]}', "a[1]: nothing | 2"),
        ("a.safetensors", b"", b"1", "byte 0 (0 | 1 bytes)"),
    ],
)
def test_the_first_difference_is_told(path: str, first: bytes, second: bytes, said: str) -> None:
    assert first_difference(path, first, second) == said


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("figures/tiny/impact_top_0.01.csv", "figures"),
        ("figures/tiny/impact_top_0.01.png", "pictures"),
        ("figures/tiny/impact_top_0.01.svg", None),
        ("figures/pipeline.csv", None),
        ("summary.txt", "texts"),
        ("manifest.json", None),
        ("timings/select_masks/tiny.txt", None),
        ("settings/profile.json", None),
        ("validation/verdict.txt", "validation"),
    ],
)
def test_what_is_a_result(path: str, kind: str | None) -> None:
    assert kind_of(path) == kind


def test_long_lists_are_cut(pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(5):
        (pair[0] / f"profiles/{number}.csv").write_text("a\n")
    report(*pair, NAMES, 2)
    assert "... and 3 more of these" in capsys.readouterr().out


@pytest.mark.parametrize(("score", "status"), [(0.5, 0), (0.25, 1)])
def test_the_exit_status_says_whether_a_score_differs(
    score: float, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(_: object, checkout: Path, folder: Path, *__: object) -> Path:
        assert checkout == ROOT
        results = write(folder / "results", folder.name)
        if folder.name == "second":
            (results / RECORD).write_bytes(record_bytes(record("second", score)))
        return results

    monkeypatch.setattr(compare_commits, "make_tiny_project", lambda _: None)
    monkeypatch.setattr(compare_commits, "run", run)
    assert main(["WORKTREE", str(ROOT), "--folder", str(tmp_path / "new")]) == status


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="no git repository")
def test_a_commit_is_checked_out_and_taken_away_again(tmp_path: Path) -> None:
    code = code_of("HEAD")
    assert code.name == f"HEAD ({str(code.commit)[:7]})"
    with checked_out(code, tmp_path / "code") as folder:
        assert (folder / "Snakefile").is_file()
        assert folder != ROOT
    assert not folder.exists()


def test_a_folder_and_this_checkout_are_taken_as_they_are() -> None:
    assert code_of(str(ROOT)).folder == ROOT
    assert code_of("WORKTREE").folder == ROOT


@pytest.mark.parametrize("word", ["no-such-commit", "docs", "--all"])
def test_an_unknown_commit_is_told(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InputError, match="neither a commit nor a checkout"):
        code_of(word)
    if word == "docs":
        assert main([word, "WORKTREE"]) == 2
        assert "expected a commit of this repository" in capsys.readouterr().err


def test_a_folder_that_is_not_empty_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text(json.dumps("mine"))
    assert main(["WORKTREE", "WORKTREE", "--folder", str(tmp_path)]) == 2
    assert "it exists and is not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
