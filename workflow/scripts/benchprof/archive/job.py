"""One job: a finished run into one file that anyone can check and run again."""

from __future__ import annotations

import json
import logging
import os
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import yaml

from benchprof import digests
from benchprof.archive import contents, crate
from benchprof.archive.contents import FORMAT, LISTING, records_of
from benchprof.archive.environment import environment
from benchprof.archive.leaks import Leaks, user_folders
from benchprof.archive.needs import needs
from benchprof.errors import InputError
from benchprof.evaluation.record import read_record
from benchprof.files import as_json, written_whole
from benchprof.portable import OUTSIDE, portable, portable_names

logger = logging.getLogger(__name__)
# The same for all entries, so that the archive's bytes depend on its content alone.
TIME = (1980, 1, 1, 0, 0, 0)
MODE = 0o100644 << 16
MAIN = "__main__.py"


def write_archive(
    target: Path,
    config: Mapping[str, Any],
    tables: Mapping[str, Any],
    manifest: Path,
    files: Iterable[Path],
    importance: Sequence[Path],
    benchmark_files: Mapping[str, Sequence[Path]],
    code: Iterable[Path],
    root: Path,
) -> None:
    """Write the archive of a run, whose bytes depend on the run alone.

    An unpacked archive is a checkout whose `config.yaml` is that of the run.

    Args:
        target: the archive's path.
        config: the configuration of the run.
        tables: what made the tables: `intact`, `sources` and `settings`.
        manifest: the run's manifest.
        files: of the run: results and the items that may be passed on.
        importance: files of scores, which are left out and named by their digests.
        benchmark_files: the local files of each benchmark, by its name.
        code: files of the checkout.
        root: the checkout.

    Raises:
        InputError: a file is outside the run's folder, changed since the manifest was written,
            holds a token or a path of this machine, or has a name that archives don't take.
    """
    noted = json.loads(manifest.read_bytes())
    config = _pinned(config, noted["models"])
    names = portable_names(config, chain.from_iterable(benchmark_files.values()))
    members = _members(portable(config, names), [manifest, *files], code, root)
    records = (read_record(Path(name)) for name in records_of(tables))
    members["environment.json"] = as_json(environment(records)).encode()
    leaks = Leaks(os.environ, user_folders(os.environ, root))
    ended = datetime.fromtimestamp(int(manifest.stat().st_mtime), UTC).isoformat()
    with written_whole(target) as temporary:
        with zipfile.ZipFile(temporary, "w") as file:
            listed = _add_members(file, members, leaks, noted["results"])
            description = as_json(crate.crate(listed, noted, ended)).encode()
            listing: dict[str, Any] = {
                "format": FORMAT,
                "tables": dict(tables),
                "needed": needs(
                    config, noted["models"], importance, benchmark_files, members, names
                ),
                "files": listed | {crate.NAME: _described(description)},
            }
            listing["digest"] = contents.digest_of(listing)
            for name, content in ((crate.NAME, description), (LISTING, as_json(listing).encode())):
                leaks.check(name, content)
                _add(file, name, content)
        _check_readable(temporary)
    megabytes = target.stat().st_size / 1e6
    logger.info("%s: %d files, %.1f MB", target, len(listing["files"]) + 1, megabytes)
    logger.info("its digest, to publish beside it: %s", listing["digest"])


def _pinned(config: Mapping[str, Any], cards: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration with the commit of each model of the Hub that names none."""
    models = {
        name: {**own, "source": cards[name]["source"]} if set(own["source"]) == {"hub"} else own
        for name, own in config["models"].items()
    }
    return {**config, "models": models}


def _add_members(
    file: zipfile.ZipFile,
    members: Mapping[str, Path | bytes],
    leaks: Leaks,
    noted: Mapping[str, str],
) -> dict[str, dict[str, Any]]:
    """Add files in the order of their names; what the listing says of each."""
    listed: dict[str, dict[str, Any]] = {}
    for name, member in sorted(members.items()):
        content = member if isinstance(member, bytes) else member.read_bytes()
        leaks.check(name, content)
        listed[name] = _described(content)
        _check_unchanged(name, listed[name]["sha256"], noted)
        _add(file, name, content)
    return listed


def _described(content: bytes) -> dict[str, Any]:
    """What the listing says of a file."""
    return {"bytes": len(content), "sha256": digests.of_bytes(content)}


def _members(
    config: Mapping[str, Any], files: Iterable[Path], code: Iterable[Path], root: Path
) -> dict[str, Path | bytes]:
    """The archive's files by name, where they are or what they hold."""
    members: dict[str, Path | bytes] = {path.relative_to(root).as_posix(): path for path in code}
    for path in files:
        name = portable(path)
        if name.startswith(f"{OUTSIDE}/"):
            raise InputError(path, "outside the run's folder", "a file below it")
        members[name] = path
    text = yaml.safe_dump(config, sort_keys=False, allow_unicode=True)
    members[crate.CONFIGURATION] = text.encode()
    members[MAIN] = Path(contents.__file__).read_bytes()
    return members


def _check_unchanged(name: str, digest: str, noted: Mapping[str, str]) -> None:
    if noted.get(name, digest) != digest:
        remedy = "Delete it and run again."
        raise InputError(name, "changed since the manifest was written", noted[name], remedy)


def _check_readable(path: Path) -> None:
    """Stop where a reader would refuse the archive, such as one with names alike but for case.

    Raises:
        InputError: names the file.
    """
    try:
        contents.read_checked(path)
    except contents.ArchiveError as error:
        expected = "names and sizes that every file system takes"
        raise InputError("the archive", str(error), expected, "Rename it and run again.") from None


def _add(file: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    # What this machine's system writes there would differ from another's.
    entry.create_system, entry.external_attr = 3, MODE
    file.writestr(entry, content, compresslevel=9)
