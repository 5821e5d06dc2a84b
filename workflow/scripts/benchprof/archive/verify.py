"""Check an archive of a run with nothing but Python: python results/archive.zip.

This file needs no other: it lies in the archive as `__main__.py`, so that Python runs the archive
itself, and with the project, for those who would not run an archive's own code on trust:
python workflow/scripts/benchprof/archive/verify.py ARCHIVE. An unpacked folder will do as well.
"""

from __future__ import annotations

import argparse
import array
import csv
import hashlib
import io
import json
import math
import os
import stat
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from statistics import fmean
from typing import Any

# 2: the digest of a record is that of its bytes.
FORMAT = 2
LISTING = "archive.json"
# Of the listing, which is read before anything is known of the archive.
LARGEST_LISTING = 1 << 28
# Means are added up in another order here than where the tables were made.
TOLERANCE = 1e-9
# Below so many items a table has no AIS.
MIN_ITEMS = 10
SAFETENSORS_TYPES = {"I32": "torch.int32", "I64": "torch.int64", "F32": "torch.float32"}
# What zipfile raises of a damaged file, beside its own error.
UNREADABLE = (
    OSError, EOFError, ValueError, RuntimeError, struct.error, zlib.error, zipfile.BadZipFile,
)  # fmt: skip
# What comes of a file of another shape than expected.
MALFORMED = (
    ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError,
)  # fmt: skip
Rows = list[dict[str, str]]
# By (model, benchmark, metric, selection, fraction): a cell of the tables each.
Groups = dict[tuple[str, ...], list[dict[str, Any]]]
# The AIS of all abilities; None where undefined.
Profile = list[float | None]


class ArchiveError(ValueError):
    """The archive is not what it says it is; the message names each file and what is wrong."""


class Archive:
    """A zip file or an unpacked folder, of which only safe and listed files are read."""

    def __init__(self, path: Path) -> None:
        """Open it.

        Raises:
            ArchiveError: it is neither, or holds a path that leads out of it, a link or a name
                twice.
        """
        self.path = path
        self._zip: zipfile.ZipFile | None = None
        try:
            if not path.is_dir():
                self._zip = zipfile.ZipFile(path)
        except UNREADABLE as error:
            raise ArchiveError(f"{path}: cannot be read ({error}); expected a zip file") from None
        self.names = frozenset(self._safe_names())

    def read(self, name: str, most: int) -> bytes:
        """A file's content.

        Raises:
            ArchiveError: it is missing, damaged or larger than `most` bytes.
        """
        if name not in self.names:
            raise ArchiveError(f"{name}: missing")
        try:
            if self._zip is None:
                content = (self.path / name).read_bytes()
                size = len(content)
            else:
                size = self._zip.getinfo(name).file_size
                content = self._zip.read(name) if size <= most else b""
        except UNREADABLE as error:
            raise ArchiveError(f"{name}: cannot be read ({error})") from None
        if size > most:
            raise ArchiveError(f"{name}: {size} bytes; expected {most} at most")
        return content

    def _safe_names(self) -> Iterator[str]:
        if self._zip is None:
            for path in self.path.rglob("*"):
                name = path.relative_to(self.path).as_posix()
                if path.is_symlink():
                    raise ArchiveError(f"{name}: a link; expected files alone")
                if path.is_file() and "__pycache__" not in path.parts:
                    yield name
            return
        seen: set[str] = set()
        for entry in self._zip.infolist():
            name, kind = entry.orig_filename, stat.S_IFMT(entry.external_attr >> 16)
            parts = PurePosixPath(name).parts
            if name.startswith("/") or ".." in parts or set(name) & set("\\:\0"):
                raise ArchiveError(f"{name!r}: a path that may lead out of the archive's folder")
            if kind not in (0, stat.S_IFREG) or entry.is_dir():
                raise ArchiveError(f"{name}: a link or a folder; expected files alone")
            if name in seen or str(PurePosixPath(name)) != name:
                raise ArchiveError(f"{name}: a name twice, or not in its plain form")
            seen.add(name)
            yield name


def digest_of_value(value: Any) -> str:
    """SHA-256 of a JSON value, as the library takes it."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def describe(content: bytes) -> dict[str, Any]:
    """What the listing says of a file: size, SHA-256, and of a text checks that find a line."""
    found = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return found if b"\0" in content else found | {"lines": line_checks(content)}


def line_checks(content: bytes) -> dict[str, Any]:
    """Checksums of the rows and the columns of a text's lines laid out in a square.

    One changed line changes one row and one column, whose crossing names it; that takes the root
    of what a checksum of every line would.
    """
    lines = content.split(b"\n")
    width = math.isqrt(len(lines) - 1) + 1
    rows = [lines[start : start + width] for start in range(0, len(lines), width)]
    columns = [lines[start::width] for start in range(width)]
    return {"count": len(lines), "rows": _checksums(rows), "columns": _checksums(columns)}


def _checksums(groups: Iterable[list[bytes]]) -> str:
    return "".join(f"{zlib.crc32(joined):08x}" for joined in map(b"\n".join, groups))


def changed_lines(content: bytes, checks: Mapping[str, Any]) -> str:
    """Where a changed text differs from the one that was listed, in words."""
    found = line_checks(content)
    if found["count"] != checks["count"]:
        return f"{found['count'] - 1} lines, not {checks['count'] - 1}"
    rows, columns = (_differing(found[part], checks[part]) for part in ("rows", "columns"))
    width = math.isqrt(found["count"] - 1) + 1
    numbers = [1 + row * width + column for row in rows for column in columns]
    exact = min(len(rows), len(columns)) == 1
    named = ", ".join(map(str, numbers[:20])) + (", ..." if len(numbers) > 20 else "")
    return ("line " if len(numbers) == 1 else "lines " if exact else "among the lines ") + named


def _differing(found: str, noted: str) -> list[int]:
    return [
        n for n in range(len(found) // 8) if found[8 * n : 8 * n + 8] != noted[8 * n : 8 * n + 8]
    ]


def read_listing(archive: Archive) -> dict[str, Any]:
    """The archive's list of its files, with what made its tables and what the rest needs.

    Raises:
        ArchiveError: it is missing, damaged or of another format.
    """
    try:
        listing: dict[str, Any] = json.loads(archive.read(LISTING, LARGEST_LISTING))
        noted, form = listing.pop("digest"), listing["format"]
        digest = digest_of_value(listing)
    except MALFORMED as error:
        raise ArchiveError(f"{LISTING}: not an archive's list of files ({error})") from None
    if form != FORMAT:
        raise ArchiveError(f"{LISTING}: format {form}; expected {FORMAT}")
    if digest != noted:
        raise ArchiveError(f"{LISTING}: its digest differs from its content; expected {noted}")
    return listing | {"digest": noted}


def check_files(archive: Archive, listing: Mapping[str, Any]) -> None:
    """Compare every file with the listing.

    Raises:
        ArchiveError: names each file that is missing, not listed or changed, and the line.
    """
    files: dict[str, dict[str, Any]] = listing["files"]
    faults = [f"{name}: not listed" for name in sorted(archive.names - {*files, LISTING})]
    for name, noted in files.items():
        try:
            content = archive.read(name, max(noted["bytes"], 1 << 20))
        except ArchiveError as error:
            faults.append(str(error))
            continue
        if hashlib.sha256(content).hexdigest() != noted["sha256"]:
            text = "lines" in noted and b"\0" not in content
            where = f", {changed_lines(content, noted['lines'])}" if text else ""
            faults.append(f"{name}{where}: changed; expected SHA-256 {noted['sha256']}")
    if faults:
        raise ArchiveError("\n".join(faults))


def check_mask(content: bytes, name: str) -> dict[str, Any]:
    """Compare a mask with its digests and give what it says of itself, `digest` of its entries.

    Raises:
        ArchiveError: it is not a mask's file, or a digest differs.
    """
    try:
        length = int.from_bytes(content[:8], "little")
        header = json.loads(content[8 : 8 + length])
        origin = json.loads(header.pop("__metadata__")["benchprof"])
        noted, noted_entries = origin.pop("sha256"), origin["digest"]
        whole = hashlib.sha256(json.dumps(origin, sort_keys=True, allow_nan=False).encode())
        entries = hashlib.sha256()
        for tensor, own in sorted(header.items()):
            start, end = own["data_offsets"]
            data = content[8 + length + start : 8 + length + end]
            kind = SAFETENSORS_TYPES[own["dtype"]]
            whole.update(f"{tensor} {kind} {own['shape']}".encode() + data)
            indices = array.array("i", data)
            if sys.byteorder == "big":
                indices.byteswap()
            entries.update(f"{tensor}:{len(indices)};".encode())
            entries.update(b"".join(index.to_bytes(8, "little") for index in indices))
    except MALFORMED as error:
        raise ArchiveError(f"{name}: not a mask ({error!r})") from None
    if whole.hexdigest() != noted or entries.hexdigest() != noted_entries:
        raise ArchiveError(f"{name}: its digest differs from its content")
    return dict(origin)


def right_items(scores: Sequence[float]) -> int | None:
    """The items with score 1 as the bits of a number; None where one is neither right nor wrong."""
    if any(score not in (0, 1) for score in scores):
        return None
    return int("".join("1" if score else "0" for score in scores), 2)


def check_record(content: bytes, name: str) -> dict[str, Any]:
    """Compare a record with its digest, and its means with its items' scores.

    Raises:
        ArchiveError: they differ.
    """
    try:
        record: dict[str, Any] = json.loads(content)
        scores = record["items"]["scores"]
        wrong = [
            metric
            for metric, own in scores.items()
            if len(own) != record["n"] or fmean(own) != record["scores"][metric]
        ]
    except MALFORMED as error:
        raise ArchiveError(f"{name}: not a record ({error!r})") from None
    body, _, sealed = content.rpartition(b' "digest": ')
    if sealed != f'"{hashlib.sha256(body).hexdigest()}"\n}}\n'.encode():
        raise ArchiveError(f"{name}: its digest differs from its content")
    if wrong:
        raise ArchiveError(f"{name}: scores.{wrong[0]} is not the mean of the items' scores")
    return record


class Tables:
    """The numbers of the tables that follow from the records without a random number."""

    def __init__(self, archive: Archive, listing: Mapping[str, Any]) -> None:
        """Read all records and masks.

        Raises:
            ArchiveError: one is damaged, or does not belong to its mask, model and requests.
        """
        self._archive, self._files = archive, listing["files"]
        self._made = listing["tables"]
        self._settings = self._made["settings"]
        masks = {
            name: check_mask(self._content(name), name)
            for name in sorted({source["mask"] for source in self._made["sources"]})
        }
        self.records = 0
        intact = {(m, b): self._record(name) for m, b, name in self._made["intact"]}
        self.groups: Groups = {}
        for source in self._made["sources"]:
            name, mask = source["record"], source["mask"]
            record, base = self._record(name), intact[source["model"], source["benchmark"]]
            if record["mask"] != masks[mask]["digest"]:
                raise ArchiveError(f"{name}: made with another mask than {mask}")
            if record["made_of"] != base["made_of"]:
                raise ArchiveError(f"{name}: of another model or other requests")
            state = {"base": base, "k": masks[mask]["fraction"], "mask_digest": record["mask"],
                     "ablation_of": record["ablation_of"]}  # fmt: skip
            for metric, score in record["scores"].items():
                key = (source["model"], source["benchmark"], metric, source["selection"],
                       source["fraction"])  # fmt: skip
                self.groups.setdefault(key, []).append(
                    source | state | {"intact": base["scores"][metric], "ablated": score,
                                      "right": record["right"][metric]}
                )  # fmt: skip

    def check(self) -> list[str]:
        """Compare the tables with the records; a sentence for each table.

        Raises:
            ArchiveError: names the table, the line and the column that differs.
        """
        impact = self._table("results/profiles/impact.csv")
        cells = self._check_impact(impact)
        said = [f"impact.csv: {len(impact)} rows"]
        for name, pair in (("similarity", "model"), ("benchmark_similarity", "benchmark")):
            rows = self._table(f"results/profiles/{name}.csv")
            self._check_similarity(rows, f"results/profiles/{name}.csv", pair, cells)
            said.append(f"{name}.csv: {len(rows)} rows")
        flips = self._table("results/profiles/flips.csv")
        self._check_flips(flips)
        return [*said, f"flips.csv: {len(flips)} rows"]

    def _content(self, name: str) -> bytes:
        return self._archive.read(name, self._files[name]["bytes"])

    def _record(self, name: str) -> dict[str, Any]:
        """What the tables need of a record; the items' scores are let go."""
        record = check_record(self._content(name), name)
        self.records += 1
        origin = record["origin"]
        return {
            "n": record["n"],
            "guessing": record["guessing"],
            "scores": record["scores"],
            "right": {m: right_items(own) for m, own in record["items"]["scores"].items()},
            "mask": origin["mask"] and origin["mask"]["digest"],
            "ablation_of": "complement" if "kept_in" in (origin["mask"] or {}) else "mask",
            "model_digest": origin["model"]["digest"],
            "requests_digest": origin["requests"]["digest"],
            "made_of": [origin["model"]["digest"], origin["model"]["dtype"],
                        origin["requests"]["digest"], origin["code"]],
        }  # fmt: skip

    def _table(self, name: str) -> Rows:
        return list(csv.DictReader(io.StringIO(self._content(name).decode("utf-8"))))

    def _check_impact(self, rows: Rows) -> dict[tuple[str, ...], Profile]:
        """Compare the AIS table; the profiles in the metric shown by (model, benchmark, ...)."""
        profiles: dict[tuple[str, ...], Profile] = {}
        for where, row, cell, cells in _matched(rows, "results/profiles/impact.csv", self.groups):
            for column, value in self._expected(row, cell, cells).items():
                _compare(row[column], value, f"{where}, {column}")
            if row["headline"] == "True" and row["seed"] == "":
                ais = None if row["ais"] == "" else float(row["ais"])
                key = (row["model"], row["benchmark"], row["selection"], row["fraction"])
                profiles.setdefault(key, []).append(ais)
        return profiles

    def _check_flips(self, rows: Rows) -> None:
        """Compare how many items turned wrong, and how many right, under each ablation."""
        groups = self._right_or_wrong()
        for where, row, cell, _ in _matched(rows, "results/profiles/flips.csv", groups):
            intact, ablated = cell["base"]["right"][row["metric"]], cell["right"]
            expected = {
                "n": cell["base"]["n"],
                "intact_right": intact.bit_count(),
                "lost": (intact & ~ablated).bit_count(),
                "gained": (ablated & ~intact).bit_count(),
            }
            for column, value in expected.items():
                _compare(row[column], value, f"{where}, {column}")

    def _right_or_wrong(self) -> Groups:
        """The groups of each benchmark's metric by which items turn.

        That is the one shown where its scores are all 0 or 1, else the first whose are; of a
        benchmark without such a metric there are none.
        """
        binary: dict[tuple[str, ...], dict[str, bool]] = {}
        for (model, benchmark, metric, *_), cells in self.groups.items():
            states = [cells[0]["base"]["right"][metric], *(cell["right"] for cell in cells)]
            own = binary.setdefault((model, benchmark), {})
            own[metric] = own.get(metric, True) and None not in states
        turning: set[tuple[str, ...]] = set()
        for (model, benchmark), own in binary.items():
            order = sorted(own, key=lambda metric: metric != self._shown(benchmark, own))
            turning.update(
                (model, benchmark, metric) for metric in [m for m in order if own[m]][:1]
            )
        return {key: cells for key, cells in self.groups.items() if key[:3] in turning}

    def _expected(
        self, row: Mapping[str, str], cell: Mapping[str, Any], cells: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        """The columns of a row that follow from the records."""
        base = cell["base"]
        columns = {
            "k": cell["k"],
            "headline": str(row["metric"] == self._shown(cell["benchmark"], base["scores"])),
            "ablation_of": cell["ablation_of"],
            "n": base["n"],
            "guessing": base["guessing"],
            "intact": cell["intact"],
            "ablated": cell["ablated"],
            "model_digest": base["model_digest"],
            "mask_digest": cell["mask_digest"],
            "requests_digest": base["requests_digest"],
        }
        if row["reason_code"] or base["n"] < MIN_ITEMS:
            return columns | {"ais": None, "over_random": None, "over_others": None}
        own = cell["seed"] is None
        controls = [
            other for other in cells
            if own and other["seed"] is not None
            and other["ability"] in (cell["ability"], "all_abilities")
        ]  # fmt: skip
        others = [
            other for other in cells
            if own and other["seed"] is None and other["ability"] != cell["ability"]
            and other["mask_digest"] != cell["mask_digest"]
        ]  # fmt: skip
        ais = self._ais(cell)
        return columns | {
            "ais": ais,
            "over_random": ais - fmean(map(self._ais, controls)) if controls else None,
            "over_others": ais - fmean(map(self._ais, others)) if others else None,
        }

    def _shown(self, benchmark: str, metrics: Mapping[str, Any]) -> str:
        """The metric of a benchmark that is shown."""
        wanted: str = self._settings["headlines"].get(benchmark, self._settings["metric"])
        return wanted if wanted in metrics else next(iter(metrics))

    def _ais(self, cell: Mapping[str, Any]) -> float:
        intact, impact = cell["intact"], self._settings["impact"]
        base = {"absolute": 1.0, "relative": intact}.get(impact, intact - cell["base"]["guessing"])
        return float((intact - cell["ablated"]) / base) if base > 0 else math.nan

    def _check_similarity(
        self,
        rows: Rows,
        name: str,
        pair: str,
        profiles: Mapping[tuple[str, ...], Profile],
    ) -> None:
        """Compare 1 - JSD of two models' or two benchmarks' profiles."""
        keys = ("model", "benchmark", "selection", "fraction")
        for line, row in enumerate(rows, start=2):
            one, other = (
                profiles[tuple(row[f"{key}_{side}" if key == pair else key] for key in keys)]
                for side in "ab"
            )
            expected = similarity(one, other)
            if row["reason_code"] == "" or expected is not None:
                _compare(row["similarity"], expected, f"{name}, line {line}, similarity")


def _matched(
    rows: Rows, name: str, groups: Groups
) -> Iterator[tuple[str, dict[str, str], dict[str, Any], list[dict[str, Any]]]]:
    """Each row of a table with where it is, its cell and the cells of its group.

    Raises:
        ArchiveError: a row is of no cell or of one that had a row, or a cell has none.
    """
    found = {
        (*key, cell["ability"], _text(cell["seed"])): (cell, cells)
        for key, cells in groups.items()
        for cell in cells
    }
    keys = ("model", "benchmark", "metric", "selection", "fraction", "ability", "seed")
    for line, row in enumerate(rows, start=2):
        where = f"{name}, line {line}"
        try:
            cell, cells = found.pop(tuple(row[key] for key in keys))
        except KeyError:
            raise ArchiveError(f"{where}: no record has this row, or it is twice") from None
        yield where, row, cell, cells
    if found:
        missing = ", ".join(sorted({key[5] for key in found}))
        raise ArchiveError(f"{name}: lacks rows of {missing}")


def similarity(one: Profile, other: Profile) -> float | None:
    """1 - Jensen-Shannon divergence (base 2) of two min-max normalised profiles; None if flat."""
    shares = []
    for profile in (one, other):
        values = [value for value in profile if value is not None]
        if len(values) < len(profile) or max(values) == min(values):
            return None
        shifted = [value - min(values) for value in values]
        shares.append([value / sum(shifted) for value in shifted])
    parts = [
        p * math.log2(2 * p / (p + q))
        for left, right in (shares, shares[::-1])
        for p, q in zip(left, right, strict=True)
        if p > 0
    ]
    return 1 - min(1.0, max(0.0, sum(parts) / 2))


def _compare(found: str, expected: Any, where: str) -> None:
    """Compare a cell of a CSV file with what it should hold."""
    if isinstance(expected, float):
        same = found != "" and math.isclose(
            float(found), expected, rel_tol=TOLERANCE, abs_tol=TOLERANCE
        )
    else:
        same = found == _text(expected)
    if not same:
        raise ArchiveError(f"{where}: {found or 'empty'}; the records give {expected}")


def _text(value: Any) -> str:
    """A value as the tables write it."""
    return "" if value is None else str(value)


def unpack(archive: Archive, listing: Mapping[str, Any], folder: Path) -> None:
    """Write the listed files below an empty or new folder.

    Raises:
        ArchiveError: the folder holds something, or a file differs from the listing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ArchiveError(f"{folder}: not empty; expected a new folder")
    for name, noted in listing["files"].items():
        content = archive.read(name, noted["bytes"])
        if hashlib.sha256(content).hexdigest() != noted["sha256"]:
            raise ArchiveError(f"{name}: changed; expected SHA-256 {noted['sha256']}")
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    (folder / LISTING).write_bytes(archive.read(LISTING, LARGEST_LISTING))


def recompute(archive: Archive, listing: Mapping[str, Any]) -> list[str]:
    """Have the archive's own code write all tables again and compare every byte.

    Raises:
        ArchiveError: a package is missing, or a table differs.
    """
    with tempfile.TemporaryDirectory() as name:
        folder, fresh = Path(name, "run"), Path(name, "tables")
        unpack(archive, listing, folder)
        done = subprocess.run(
            [sys.executable, "-m", "benchprof.archive.recompute", str(fresh)],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(folder / "workflow/scripts")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise ArchiveError(
                f"the archive's code cannot write the tables:\n{done.stdout[-3000:]}"
            )
        tables = [n for n in listing["files"] if n.startswith("results/profiles/")]
        for table in tables:
            target = fresh / PurePosixPath(table).name
            if not target.is_file() or target.read_bytes() != (folder / table).read_bytes():
                versions = "envs/requirements.lock has the versions that made it"
                raise ArchiveError(f"{table}: another one is recomputed; {versions}")
    return tables


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="verify", description=__doc__)
    parser.add_argument("archive", type=Path, nargs="?", default=Path(__file__).parent)
    parser.add_argument(
        "--recompute",
        action="store_true",
        help="also have the archive's own code, which needs the project's packages, write all "
        "tables again, and compare them byte by byte",
    )
    options = parser.parse_args()
    try:
        archive = Archive(options.archive)
        listing = read_listing(archive)
        check_files(archive, listing)
        print(f"{len(listing['files'])} files: the SHA-256 of each holds.")
        tables = Tables(archive, listing)
        said = ", ".join(tables.check())
        print(f"{tables.records} records: means recompute from the items' scores.")
        print(f"Recomputed by this script alone, to {TOLERANCE:g} (scores, AIS, contrasts with "
              f"controls and other abilities, similarity, items that turned): {said}.")  # fmt: skip
        if options.recompute:
            compared = recompute(archive, listing)
            print(f"Recomputed by the archive's code, byte by byte: {', '.join(compared)}.")
        else:
            print("Not recomputed: intervals, p-values and the other tables. --recompute does so, "
                  "where the packages of envs/requirements.lock are installed.")  # fmt: skip
    except ArchiveError as error:
        print(error, f"{options.archive}: refused.", sep="\n", file=sys.stderr)
        return 1
    except MALFORMED as error:
        # Its digests were mended around something that no archive holds.
        print(f"{options.archive}: refused, not an archive of a run ({error!r}).", file=sys.stderr)
        return 1
    print("\nLeft out, and needed to compute the rest again:")
    print("\n".join(f"- {need['what']}" for need in listing["needed"]))
    print(f"\nThe archive's digest, to compare with a published one: {listing['digest']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
