"""Run a part of an archived run again in a new folder, and compare its scores with the old ones."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from benchprof.archive.contents import RESULTS, ArchiveError, unpack
from benchprof.evaluation.fields import Record
from benchprof.evaluation.record import read_record
from benchprof.models.mask import read_mask
from benchprof.portable import OUTSIDE

ARCHIVED = "archived_results"
"""Where the archive's results go: nothing of them may pass for a result of the new run."""
STORE = "store"


def reproduce(path: Path, folder: Path, benchmark: str, data: Path | None, cores: int) -> list[str]:
    """Run all of one benchmark again, from the models' importance on; how it differs, in words.

    Args:
        path: the archive, whose code is run.
        folder: a new folder, which becomes the checkout of the new run.
        benchmark: its name in the configuration.
        data: where the files lie that the archive leaves out, under the paths of its configuration.
        cores: that Snakemake may use.

    Raises:
        ArchiveError: the archive is not what it says it is, has no such benchmark, a file that it
            leaves out is missing, or the new run failed.
        InputError: a record or a mask is damaged.
    """
    listing = unpack(path, folder)
    records = _records(listing["tables"], benchmark)
    (folder / RESULTS).rename(folder / ARCHIVED)
    _choose(folder / "config.yaml", benchmark)
    if data is not None:
        _link_data(listing["needed"], data, folder)
    _run(folder, list(records), cores)
    found = []
    for record, mask in records.items():
        old, new = (read_record(own) for own in _both(folder, record))
        what = differences(old, new)
        if mask is not None and len({read_mask(own).digest for own in _both(folder, mask)}) > 1:
            what.insert(0, "another mask")
        if what:
            found.append(f"{record} differs: {'; '.join(what)}")
    return found


def differences(archived: Record, fresh: Record) -> list[str]:
    """How the scores of two records differ, in words for each metric; nothing where they do not."""
    one, other = archived["origin"], fresh["origin"]
    found = []
    if one["model"]["digest"] != other["model"]["digest"]:
        found.append("another model")
    if one["requests"]["digest"] != other["requests"]["digest"]:
        found.append("another requests")
    if archived["items"]["digest"] != fresh["items"]["digest"]:
        return [*found, "other items"]
    for metric, scores in archived["items"]["scores"].items():
        pairs = zip(scores, fresh["items"]["scores"][metric], strict=True)
        drops = [abs(old - new) for old, new in pairs if old != new]
        if drops:
            share = f"{len(drops)} of {len(scores)} items"
            found.append(f"{metric} of {share} by up to {max(drops):.3g}")
    return found


def _both(folder: Path, result: str) -> tuple[Path, Path]:
    """A file of the archive's results and that of the new run."""
    return folder / ARCHIVED / PurePosixPath(result).relative_to(RESULTS), folder / result


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

    A benchmark of control items is refused without the benchmark of their items, so that one stays
    too. Masks of halves of the train items are refused without a held-out test, and are not
    compared. The store is a new one: the run's own would return the results instead of computing
    them.

    Raises:
        ArchiveError: it is none, or lacks the benchmark.
    """
    try:
        config = yaml.safe_load(file.read_text(encoding="utf-8"))
        chosen = config["benchmarks"][benchmark]
        of_items = {key: value for key, value in chosen.items() if key != "control_item"}
        config["benchmarks"] = {
            name: own
            for name, own in config["benchmarks"].items()
            if name == benchmark or ("control_item" in chosen and own == of_items)
        }
        if config.get("importance", {}).get("halves"):
            config["importance"]["halves"] = False
    except (OSError, ValueError, LookupError, TypeError, AttributeError, yaml.YAMLError) as error:
        expected = f"a configuration with the benchmark {benchmark}"
        raise ArchiveError(f"{file}: {error!r}; expected {expected}") from None
    config["store"] = STORE
    # They may name the others; the chosen one is written out in full.
    for section in ("held_out_tests", "validation"):
        config.pop(section, None)
    file.write_text(yaml.safe_dump(config, sort_keys=False, allow_unicode=True), encoding="utf-8")


def _link_data(needed: Sequence[Mapping[str, Any]], data: Path, folder: Path) -> None:
    """Refer to what the archive leaves out from where its configuration expects it.

    Raises:
        ArchiveError: that is below another reference.
    """
    for path in filter(None, (need["path"] for need in needed)):
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
