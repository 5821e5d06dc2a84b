"""Verification: with Python alone, and whatever was changed is named."""

from __future__ import annotations

import ast
import copy
import csv
import functools
import io
import json
import operator
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import fmean
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from tests.conftest import ROOT, json_values
from tests.unit.archive.conftest import Run, finish

from benchprof import digests
from benchprof.archive import evidence, verify
from benchprof.archive.container import Archive
from benchprof.archive.layout import ArchiveError
from benchprof.archive.listing import (
    LISTING,
    changed_lines,
    check_files,
    describe,
    line_checks,
    read_listing,
    unpack,
)
from benchprof.archive.similarity import similarity
from benchprof.archive.verdict import check
from benchprof.evaluation.fields import Record
from benchprof.evaluation.record import record_bytes
from benchprof.profile.measures import profile_similarity

RECORD = "results/evaluations/m/other/y" + "None.json"
IMPACT = "results/profiles/impact.csv"
OF_HALVES = (
    "- results/profiles/replication.csv, results/profiles/replication.parquet (of halves of the "
    "train items, whose records and masks are not in the archive)"
)


def verified(archive: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Without site packages, environment or this checkout: as on a bare machine."""
    command = [sys.executable, "-I", "-S", str(archive), *options]
    return subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)


def refused(archive: Path) -> str:
    done = verified(archive)
    assert done.returncode == 1, done.stdout
    assert f"{archive}: refused" in done.stderr
    return done.stderr


def mended(changes: dict[str, Callable[[bytes], bytes]], archive: Path) -> dict[str, Callable]:
    """The same changes by someone who also mends the digests of records and of the listing."""

    def record(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
        def write(content: bytes) -> bytes:
            value = json.loads(change(content))
            value.pop("digest")
            return record_bytes(value)

        return write

    own = {n: record(c) if "evaluations" in n else c for n, c in changes.items()}

    def listing(content: bytes) -> bytes:
        value = json.loads(content)
        value.pop("digest")
        with zipfile.ZipFile(archive) as file:
            value["files"] |= {n: describe(c(file.read(n))) for n, c in own.items()}
        return json.dumps(value | {"digest": digests.of_value(value)}).encode()

    return {**own, LISTING: listing}


def other_digit(content: bytes, line: int) -> bytes:
    """The content with the first decimal of a line's last number changed."""
    lines = content.split(b"\n")
    text = lines[line - 1]
    place = text.rfind(b"0.") + 2
    digit = b"%d" % ((int(text[place : place + 1]) + 1) % 10)
    lines[line - 1] = text[:place] + digit + text[place + 1 :]
    return b"\n".join(lines)


def score_line(archive: Path) -> int:
    """The line of an item's probability in `RECORD`."""
    lines = zipfile.ZipFile(archive).read(RECORD).split(b"\n")
    return next(n for n, text in enumerate(lines, 1) if text.strip() == b'"probability": [') + 5


def test_python_alone_verifies_an_archive(archive: Path) -> None:
    done = verified(archive)
    assert done.returncode == 0, done.stderr
    # 2 models, 2 benchmarks, 3 masks, 2 controls and the intact model; 2 metrics.
    assert "- results/evaluations/: 24 files (digest, mask" in done.stdout
    assert "impact.csv (40 rows, these columns" in done.stdout
    assert "similarity.csv (2 rows, these columns" in done.stdout
    assert "flips.csv (20 rows, these columns" in done.stdout
    assert "Only matched its digest: " in done.stdout
    assert "- results/report.html\n" in done.stdout
    assert OF_HALVES in done.stdout
    assert "- model m: https://huggingface.co/someone/m" in done.stdout
    assert read_listing(Archive(archive))["digest"] in done.stdout


def test_a_check_loads_the_standard_library_and_itself_alone(archive: Path) -> None:
    """Also not pickle, which would run what a stranger wrote."""
    script = f"import sys; sys.argv = ['verify', {str(archive)!r}]\n" + (
        f"sys.path.insert(0, {str(archive / 'workflow/scripts')!r})\n"
        "from benchprof.archive.verdict import main\nmain()\nprint(*sys.modules)"
    )
    command = [sys.executable, "-I", "-S", "-c", script]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True)
    names = {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert names <= sys.stdlib_module_names | {"__main__", "benchprof"}
    assert "benchprof.archive.tables" in done.stdout and "pickle" not in names


def test_a_python_that_is_too_old_for_the_library_is_told_so(archive: Path) -> None:
    """It gets as far as the check of its version, since the file is syntax for any Python 3."""
    ast.parse(Path(verify.__file__).read_bytes(), feature_version=(3, 7))
    code = (
        "import runpy, sys; sys.version_info = (3, 10, 12, 'final', 0);"
        f"runpy.run_path({str(archive)!r}, run_name='__main__')"
    )
    command = [sys.executable, "-I", "-S", "-c", code]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    # 1 would say that the archive is refused.
    assert done.returncode == 2 and not done.stdout
    assert "3.11" in done.stderr and "Traceback" not in done.stderr


def test_the_project_s_copy_verifies_as_a_file(archive: Path) -> None:
    script = ROOT / "workflow/scripts/benchprof/archive/verify.py"
    command = [sys.executable, "-I", "-S", str(script), str(archive), "--files"]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "\n- results/profiles/impact.parquet\n" in done.stdout


def test_an_unpacked_archive_is_verified_too(archive: Path, tmp_path: Path) -> None:
    opened = Archive(archive)
    unpack(opened, read_listing(opened), tmp_path / "new")
    for _ in range(2):
        # The second time there would be the first one's bytecode.
        done = verified(tmp_path / "new")
        assert done.returncode == 0, done.stderr
    with pytest.raises(ArchiveError, match="not empty"):
        unpack(opened, read_listing(opened), tmp_path / "new")


def test_the_archive_s_code_writes_the_same_bytes_again(archive: Path) -> None:
    command = [sys.executable, str(archive), "--recompute"]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Recomputed: the library wrote them again from the records" in done.stdout
    assert "- results/profiles/: 19 files (every byte)" in done.stdout
    assert OF_HALVES in done.stdout.partition("Only matched its digest")[2]


def test_scores_of_one_model_that_are_0_or_1_by_accident_turn_no_items(
    run: Run, tmp_path: Path
) -> None:
    """Another model's are not, so that the items of both turn by `acc`."""
    copy = run.copy(tmp_path / "run")
    for path in (copy.folder / "results/evaluations/m/x_test").glob("*.json"):
        record = json.loads(path.read_bytes())
        del record["digest"]
        scores = record["items"]["scores"]
        scores["probability"] = [float(own > 0.6) for own in scores["probability"]]
        for part in (record["scores"], record["tasks"]["task"]["scores"]):
            part["probability"] = sum(scores["probability"]) / len(scores["probability"])
        path.write_bytes(record_bytes(record))
    (copy.folder / "results/manifest.json").unlink()
    finish(copy)
    flips = (copy.folder / "results/profiles/flips.csv").read_text()
    metrics = {row["metric"] for row in csv.DictReader(io.StringIO(flips))}
    assert metrics == {"acc"}
    said = check(copy.archive(tmp_path / "archive.zip")).files["results/profiles/flips.csv"]
    assert said[1].startswith("20 rows")


def test_one_digit_of_one_score_is_refused_with_file_and_line(
    archive: Path, changed: Callable[..., Path]
) -> None:
    line = score_line(archive)
    said = refused(changed({RECORD: lambda content: other_digit(content, line)}))
    assert f"{RECORD}, line {line}: changed" in said


def test_one_digit_of_a_table_is_refused_with_file_and_line(changed: Callable[..., Path]) -> None:
    said = refused(changed({IMPACT: lambda content: other_digit(content, 7)}))
    assert f"{IMPACT}, line 7: changed" in said


def test_a_score_whose_digests_were_mended_disagrees_with_its_mean(
    archive: Path, changed: Callable[..., Path]
) -> None:
    line = score_line(archive)
    changes = mended({RECORD: lambda content: other_digit(content, line)}, archive)
    said = refused(changed(changes))
    assert f"{RECORD}: scores.probability is not the mean of the items' scores" in said


def test_a_record_that_is_consistent_in_itself_disagrees_with_the_table(
    archive: Path, changed: Callable[..., Path]
) -> None:
    def turned(content: bytes) -> bytes:
        record = json.loads(content)
        scores = record["items"]["scores"]["acc"]
        scores[scores.index(1.0)] = 0.0
        for part in (record["scores"], record["tasks"]["task"]["scores"]):
            part["acc"] = sum(scores) / len(scores)
        return json.dumps(record).encode()

    said = refused(changed(mended({RECORD: turned}, archive)))
    assert f"{IMPACT}, line " in said
    assert "; the records give " in said


def with_cell(column: str, change: Callable[[str], str]) -> Callable[[bytes], bytes]:
    """Changes a cell of the third row of a table."""

    def write(content: bytes) -> bytes:
        rows = list(csv.DictReader(io.StringIO(content.decode())))
        rows[2][column] = change(rows[2][column])
        text = io.StringIO()
        writer = csv.DictWriter(text, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue().encode()

    return write


@pytest.mark.parametrize("column", ["ais", "over_random", "over_others", "intact", "guessing"])
def test_a_mended_table_disagrees_with_the_records(
    column: str, archive: Path, changed: Callable[..., Path]
) -> None:
    other = with_cell(column, lambda value: str(float(value) + 1e-6))
    said = refused(changed(mended({IMPACT: other}, archive)))
    assert f"{IMPACT}, line 4, {column}: " in said


def test_what_is_no_number_or_no_row_is_refused(
    archive: Path, changed: Callable[..., Path]
) -> None:
    said = refused(changed(mended({IMPACT: with_cell("ais", lambda _: "a lot")}, archive)))
    assert f"{IMPACT}, line 4, ais: a lot; expected a number" in said
    said = refused(changed(mended({IMPACT: with_cell("ability", lambda _: "y")}, archive)))
    assert f"{IMPACT}, line 4: no record has this row, or it is twice" in said
    cut = {IMPACT: lambda content: content[: content.rindex(b"\nn,")] + b"\n"}
    assert f"{IMPACT}: lacks rows of all_abilities" in refused(changed(mended(cut, archive)))


@pytest.mark.parametrize(
    ("column", "other"), [("k", "0.01"), ("ablation_of", "complement"), ("headline", "maybe")]
)
def test_a_word_of_a_mended_table_disagrees_with_the_records(
    column: str, other: str, archive: Path, changed: Callable[..., Path]
) -> None:
    said = refused(changed(mended({IMPACT: with_cell(column, lambda _: other)}, archive)))
    assert f"{IMPACT}, line 4, {column}: {other}; the records give " in said


@pytest.mark.parametrize("column", ["n", "intact_right", "lost", "gained"])
def test_a_mended_count_of_items_that_turned_disagrees_with_the_records(
    column: str, archive: Path, changed: Callable[..., Path]
) -> None:
    name = "results/profiles/flips.csv"
    other = with_cell(column, lambda value: str(int(value) + 1))
    assert f"{name}, line 4, {column}: " in refused(changed(mended({name: other}, archive)))
    cut = {name: lambda content: content[: content.rindex(b"\nn,")] + b"\n"}
    assert f"{name}: lacks rows of all_abilities" in refused(changed(mended(cut, archive)))


def test_a_mended_similarity_disagrees(archive: Path, changed: Callable[..., Path]) -> None:
    name = "results/profiles/similarity.csv"

    def other(content: bytes) -> bytes:
        header, row, *rest = content.split(b"\n")
        cells = row.split(b",")
        cells[header.split(b",").index(b"similarity")] = b"0.5"
        return b"\n".join([header, b",".join(cells), *rest])

    assert f"{name}, line 2, similarity: 0.5" in refused(changed(mended({name: other}, archive)))


def test_a_changed_mask_is_refused(archive: Path, changed: Callable[..., Path]) -> None:
    name = "results/masks/m/xNone.safetensors"
    flipped = {name: lambda content: content[:-1] + bytes([content[-1] ^ 1])}
    assert f"{name}: changed" in refused(changed(flipped))
    assert f"{name}: its digest differs" in refused(changed(mended(flipped, archive)))
    swapped = {name: lambda _: zipfile.ZipFile(archive).read("results/masks/m/yNone.safetensors")}
    said = refused(changed(mended(swapped, archive)))
    assert "says ability 'y' of itself; listed as 'x'" in said


SOUND: dict[str, Any] = {
    "format": 2,
    "origin": {
        "model": {"digest": "a", "dtype": "float32"},
        "mask": None,
        "requests": {"digest": "b"},
        "code": "c",
    },
    "n": 2,
    "guessing": 0.25,
    "scores": {"acc": 0.5},
    "tasks": {"t": {"n": 2, "scores": {"acc": 0.5}}},
    "items": {
        "task": ["t", "t"],
        "index": [0, 1],
        "digest": ["d", "e"],
        "gold": [[0], [1]],
        "scores": {"acc": [0.0, 1.0]},
        "responses": [["x"], ["y"]],
    },
}
HEADER = {
    "__metadata__": {"benchprof": json.dumps({"sha256": "a", "digest": "b"})},
    "w": {"dtype": "I32", "shape": [1], "data_offsets": [0, 4]},
}
values = json_values(["scores", "acc", "dtype", "shape", "data_offsets", "benchprof"])


def test_a_record_with_its_digest_alone_passes() -> None:
    content = record_bytes(cast(Record, SOUND))
    read = evidence.check_record(content, "file")
    assert {key: value for key, value in read.items() if key != "digest"} == SOUND
    with pytest.raises(ArchiveError, match=r"^file: its digest differs from its content"):
        evidence.check_record(content.replace(b"0.25", b"0.26"), "file")


@pytest.mark.parametrize("scores", [[1e308, 1e308], [10**400, 0], [0.0], [False, True]])
def test_scores_that_have_no_mean_or_are_no_numbers_are_refused(scores: list[object]) -> None:
    record = SOUND | {"items": SOUND["items"] | {"scores": {"acc": scores}}}
    with pytest.raises(ArchiveError, match=r"^file: scores\.acc|^file\.?.*scores\.acc"):
        evidence.check_record(record_bytes(record), "file")


@pytest.mark.parametrize(
    ("part", "value", "reason"),
    [
        ("n", 2.0, "file.n: 2.0; expected a whole number"),
        ("n", True, "file.n: True; expected a whole number"),
        ("guessing", None, "file.guessing: None; expected a whole number or a number"),
        ("origin", SOUND["origin"] | {"mask": "x"}, "file.origin.mask: 'x'; expected an object or"),
        ("items", {**SOUND["items"], "gold": [[0]]}, "file: items.gold has 1 entries of 2 items"),
        ("items", {**SOUND["items"], "task": [1, 2]}, r"file.items.task[0]: 1; expected a text"),
        ("pool", [], "file.pool: []; expected an object"),
        ("scores", {}, "file: scores are of other metrics than items.scores"),
    ],
)
def test_a_record_of_another_shape_is_refused(part: str, value: object, reason: str) -> None:
    with pytest.raises(ArchiveError) as error:
        evidence.check_record(record_bytes({**SOUND, part: value}), "file")
    assert reason in str(error.value)


@pytest.mark.parametrize("part", SOUND)
def test_a_record_that_lacks_what_a_job_reads_is_refused(part: str) -> None:
    record = {key: value for key, value in SOUND.items() if key != part}
    with pytest.raises(ArchiveError, match=f"^file: lacks {part}; expected"):
        evidence.check_record(record_bytes(record), "file")


def places_in(value: Any) -> Iterator[list[Any]]:
    """Keys and indices that lead to each part of a JSON value."""
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in parts:
        yield [key]
        if isinstance(part, dict | list):
            yield from ([key, *own] for own in places_in(part))


def is_sound(record: Record) -> bool:
    """Whether all is of `n` items, and means are those of the items."""
    n, items, tasks = record["n"], record["items"], record["tasks"].values()
    columns = [*items["scores"].values(), *(own for own in items.values() if isinstance(own, list))]
    means = {metric: fmean(own) for metric, own in items["scores"].items()}
    return (
        {len(own) for own in columns} == {n} == {sum(own["n"] for own in tasks)}
        and record["scores"] == means
        and all(own["scores"].keys() == means.keys() for own in tasks)
    )


@given(st.sampled_from([["digest"], *places_in(SOUND)]), values)
def test_a_record_with_another_value_is_sound_or_refused_with_its_name(
    place: list[Any], value: object
) -> None:
    record = copy.deepcopy(SOUND)
    part = functools.reduce(operator.getitem, place[:-1], record)
    part[place[-1]] = value
    try:
        content = record_bytes(cast(Record, record))
    except ValueError:
        # A number that JSON has not.
        assume(False)
    try:
        read = evidence.check_record(content, "file")
    except ArchiveError as error:
        assert str(error).startswith("file")
    else:
        assert is_sound(read)


@given(st.sampled_from([*HEADER]), values | values.map(lambda v: {"benchprof": json.dumps(v)}))
@example("__metadata__", {"benchprof": '{"sha256": "a"}'})
@example("w", HEADER["w"])
def test_a_mask_with_another_header_is_refused_with_its_name(key: str, value: object) -> None:
    header = json.dumps(HEADER | {key: value}).encode()
    # Its one entry is below 0.
    content = len(header).to_bytes(8, "little") + header + b"\xff" * 4
    with pytest.raises(ArchiveError, match=r"^file: "):
        evidence.check_mask(content, "file")


@pytest.mark.parametrize("check", [evidence.check_record, evidence.check_mask])
@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b"[" * 100_000])
def test_what_is_no_object_is_refused_with_its_name(
    check: Callable[[bytes, str], object], content: bytes
) -> None:
    with pytest.raises(ArchiveError, match=r"^file"):
        check(len(content).to_bytes(8, "little") + content, "file")
    with pytest.raises(ArchiveError, match=r"^file"):
        check(content, "file")


def test_missing_and_foreign_files_are_named(archive: Path, tmp_path: Path) -> None:
    target = tmp_path / "other.zip"
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name if name != RECORD else "results/foreign.json", old.read(name))
    said = refused(target)
    assert f"{RECORD}: missing" in said
    assert "results/foreign.json: not listed" in said


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    "name",
    ["/etc/x", "../x", "a/../../x", "a\\..\\x", "C:x", "a//b", "./a", "folder/", link("a")],
)
def test_an_entry_that_may_leave_the_folder_is_refused(
    name: str | zipfile.ZipInfo, archive: Path, tmp_path: Path
) -> None:
    target = tmp_path / "hostile.zip"
    target.write_bytes(archive.read_bytes())
    with zipfile.ZipFile(target, "a") as file:
        file.writestr(name, "/etc/passwd")
    with pytest.raises(ArchiveError):
        Archive(target)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_and_what_is_no_archive_are_refused(archive: Path, tmp_path: Path) -> None:
    target = tmp_path / "twice.zip"
    target.write_bytes(archive.read_bytes())
    with zipfile.ZipFile(target, "a") as file:
        file.writestr(RECORD, "{}")
    with pytest.raises(ArchiveError, match="a name twice"):
        Archive(target)
    target.write_bytes(archive.read_bytes()[:5000])
    with pytest.raises(ArchiveError, match="expected a zip file"):
        Archive(target)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/link").symlink_to("/etc/passwd")
    with pytest.raises(ArchiveError, match="link: a link"):
        Archive(tmp_path / "folder")


@pytest.mark.parametrize("limit", ["ZIP_FILECOUNT_LIMIT", "ZIP64_LIMIT"])
def test_a_zip_of_many_files_or_gigabytes_is_read(
    limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Zipfile then writes counts and offsets in other fields."""
    monkeypatch.setattr(zipfile, limit, 10)
    target = tmp_path / "large.zip"
    with zipfile.ZipFile(target, "w") as file:
        for number in range(20):
            file.writestr(f"{number:02}", str(number))
    assert b"PK\6\6" in target.read_bytes()
    opened = Archive(target)
    assert [opened.read(name, 10) for name in ("00", "19")] == [b"0", b"19"]


def test_a_flipped_byte_anywhere_is_refused(archive: Path, tmp_path: Path) -> None:
    content = archive.read_bytes()
    target = tmp_path / "flipped.zip"
    for place in np.random.default_rng(5).integers(0, len(content), 40):
        target.write_bytes(content[:place] + bytes([content[place] ^ 0x10]) + content[place + 1 :])
        try:
            opened = Archive(target)
            check_files(opened, read_listing(opened))
        except ArchiveError:
            continue
        # Of a zip's headers some bytes say nothing about content: times, versions, attributes.
        with zipfile.ZipFile(archive) as one, zipfile.ZipFile(target) as other:
            assert all(one.read(name) == other.read(name) for name in one.namelist())


@given(st.lists(st.sampled_from(["", "a", "bb"]), min_size=1, max_size=60), st.data())
def test_one_changed_line_is_found_exactly(lines: list[str], data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(lines) - 1))
    checks = line_checks("\n".join(lines).encode())
    lines[number] += "x"
    assert changed_lines("\n".join(lines).encode(), checks) == f"line {number + 1}"


def test_several_changed_lines_are_narrowed_down() -> None:
    lines = [str(n) for n in range(100)]
    checks = line_checks("\n".join(lines).encode())

    def said(*changed: int) -> str:
        own = [text + "x" if n + 1 in changed else text for n, text in enumerate(lines)]
        return changed_lines("\n".join(own).encode(), checks)

    assert said(12, 14) == "lines 12, 14"
    assert said(12, 95) == "among the lines 12, 15, 92, 95"
    assert changed_lines("\n".join(lines[1:]).encode(), checks) == "98 lines, not 99"


def profiles_of(abilities: int) -> st.SearchStrategy[list[list[float]]]:
    """Two profiles."""
    values = st.lists(st.floats(-1, 1, width=16), min_size=abilities, max_size=abilities)
    return st.lists(values, min_size=2, max_size=2)


@given(st.integers(2, 10).flatmap(profiles_of))
def test_similarity_is_the_library_s(profiles: list[list[float]]) -> None:
    expected = float(profile_similarity(np.array(profiles[0]), np.array(profiles[1])))
    found = similarity(profiles[0], profiles[1])
    if found is None:
        assert np.isnan(expected)
    else:
        assert found == pytest.approx(expected, abs=1e-9)
