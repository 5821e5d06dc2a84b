"""Run a part of an archived run again in a new folder, and compare its scores with the archive's.

python -m benchprof.archive.reproduce results/archive.zip --into FOLDER --benchmark NAME
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from benchprof.archive.container import Archive
from benchprof.archive.evidence import check_mask, check_record
from benchprof.archive.layout import ArchiveError
from benchprof.archive.limits import DEFAULT_LIMITS, Limits, add_limits, limits_of
from benchprof.archive.listing import RESULTS, Need, check_needed_path, unpack
from benchprof.archive.terminal import complain, say, take_any_text
from benchprof.archive.verdict import check
from benchprof.expansion import path_argument
from benchprof.portable import OUTSIDE

# Where the archive's results go: nothing of them may pass for a result of the new run.
ARCHIVED = "archived_results"
STORE = "store"


@dataclass(frozen=True)
class Difference:
    """How one record of the new run differs from the archived one, `what` in words."""

    record: str
    what: str


def reproduce(
    path: Path,
    folder: Path,
    benchmark: str,
    data: Path | None,
    cores: int,
    limits: Limits = DEFAULT_LIMITS,
) -> list[Difference]:
    """Run all of one benchmark again, from the models' importance on, and compare the records.

    Args:
        path: the archive.
        folder: a new folder, which becomes the checkout of the new run.
        benchmark: its name in the configuration.
        data: where the files lie that the archive leaves out, under the paths of its configuration.
        cores: that Snakemake may use.
        limits: of the archive's size.

    Raises:
        ArchiveError: the archive is not what it says it is, has no such benchmark, a file that it
            leaves out is missing, or the new run failed.
    """
    listing = check(path, limits).listing
    records = _records(listing["tables"], benchmark)
    unpack(Archive(path, limits), listing, folder)
    (folder / RESULTS).rename(folder / ARCHIVED)
    _choose(folder / "config.yaml", benchmark)
    if data is not None:
        _link_data(listing["needed"], data, folder)
    _run(folder, list(records), cores)
    found: list[Difference] = []
    for record, mask in records.items():
        old = folder / ARCHIVED / PurePosixPath(record).relative_to(RESULTS)
        what = compare(old.read_bytes(), (folder / record).read_bytes(), record)
        if mask is not None:
            old = folder / ARCHIVED / PurePosixPath(mask).relative_to(RESULTS)
            pair = (check_mask(own.read_bytes(), mask) for own in (old, folder / mask))
            if len({own["digest"] for own in pair}) > 1:
                what.insert(0, "another mask")
        if what:
            found.append(Difference(record, "; ".join(what)))
    return found


def compare(archived: bytes, fresh: bytes, name: str) -> list[str]:
    """How the scores of two records differ, in words for each metric; nothing where they do not.

    Raises:
        ArchiveError: a record is damaged.
    """
    one, other = check_record(archived, name), check_record(fresh, name)
    found = [
        f"another {part}"
        for part in ("model", "requests")
        if one["origin"][part]["digest"] != other["origin"][part]["digest"]
    ]
    if one["items"]["digest"] != other["items"]["digest"]:
        return [*found, "other items"]
    for metric, scores in one["items"]["scores"].items():
        pairs = zip(scores, other["items"]["scores"][metric], strict=True)
        drops = [abs(old - new) for old, new in pairs if old != new]
        if drops:
            share = f"{len(drops)} of {len(scores)} items"
            found.append(f"{metric} of {share} by up to {max(drops):.3g}")
    return found


def _records(tables: Mapping[str, Any], benchmark: str) -> dict[str, str | None]:
    """The mask of each record of a benchmark; None for the intact model."""
    records: dict[str, str | None] = {
        record: None for _, name, record in tables["intact"] if name == benchmark
    }
    if not records:
        known = ", ".join(sorted({name for _, name, _ in tables["intact"]}))
        raise ArchiveError(f"{benchmark!r}: not in the archive; expected one of {known}")
    own = [source for source in tables["sources"] if source["benchmark"] == benchmark]
    return records | {source["record"]: source["mask"] for source in own}


def _choose(file: Path, benchmark: str) -> None:
    """Leave one benchmark in a configuration, so that no other's items are needed; a new store.

    A benchmark of companions is refused without the benchmark of their items, so that one stays
    too. Masks of halves of the train items are refused without an own test, and are not compared.
    The store is a new one: the run's own would return the results instead of computing them.

    Raises:
        ArchiveError: it is none, or lacks the benchmark.
    """
    try:
        config = yaml.safe_load(file.read_text(encoding="utf-8"))
        chosen = config["benchmarks"][benchmark]
        of_items = {key: value for key, value in chosen.items() if key != "companion"}
        config["benchmarks"] = {
            name: own
            for name, own in config["benchmarks"].items()
            if name == benchmark or ("companion" in chosen and own == of_items)
        }
        if config.get("importance", {}).get("halves"):
            config["importance"]["halves"] = False
    except (OSError, ValueError, LookupError, TypeError, AttributeError, yaml.YAMLError) as error:
        expected = f"a configuration with the benchmark {benchmark}"
        raise ArchiveError(f"{file}: {error!r}; expected {expected}") from None
    config["store"] = STORE
    # They may name the others.
    for section in ("archive", "validation"):
        config.pop(section, None)
    file.write_text(yaml.safe_dump(config, sort_keys=False, allow_unicode=True), encoding="utf-8")


def _link_data(needed: Sequence[Need], data: Path, folder: Path) -> None:
    """Refer to what the archive leaves out from where its configuration expects it.

    Raises:
        ArchiveError: that is outside the folder, or below another reference.
    """
    for path in filter(None, (need["path"] for need in needed)):
        check_needed_path(path)
        # For a path outside the run's folder, the archive has an ellipsis in place of the folders.
        source, target = data / path.removeprefix(f"{OUTSIDE}/"), folder / path
        if source.exists() and not target.exists():
            if any((folder / part).is_symlink() for part in PurePosixPath(path).parents[:-1]):
                raise ArchiveError(f"{path}: lies below another file that is left out")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(source.resolve())


def _run(folder: Path, targets: Sequence[str], cores: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", str(cores), "--", *targets],
        cwd=folder,
        # The archive's code, also where another checkout is installed.
        env=os.environ | {"PYTHONPATH": str(folder.resolve() / "workflow/scripts")},
        check=False,
    )
    if done.returncode != 0:
        remedy = "If a file is missing, see what the archive leaves out, and give it with --data."
        raise ArchiveError(f"{folder}: Snakemake failed; the reason is above. {remedy}")


def main() -> int:
    """Run the command; 1 where a score differs or the archive is refused."""
    parser = argparse.ArgumentParser(
        prog="python -m benchprof.archive.reproduce", description=__doc__
    )
    parser.add_argument("archive", type=path_argument)
    parser.add_argument(
        "--into", type=path_argument, required=True, help="a new folder", metavar="FOLDER"
    )
    parser.add_argument("--benchmark", required=True, help="its name in the configuration")
    parser.add_argument(
        "--data",
        type=path_argument,
        help="folder with what the archive leaves out",
        metavar="FOLDER",
    )
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    add_limits(parser)
    take_any_text()
    options = parser.parse_args()
    try:
        differences = reproduce(
            options.archive,
            options.into,
            options.benchmark,
            options.data,
            options.cores,
            limits_of(options),
        )
    except ArchiveError as error:
        complain(error)
        return 1
    say(f"{difference.record} differs: {difference.what}" for difference in differences)
    if not differences:
        say([f"{options.benchmark}: masks and scores are identical to the archive's."])
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
