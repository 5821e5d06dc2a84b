"""What a check of an archive found, file by file: recomputed, its digest matched, not looked at."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchprof.archive.container import MALFORMED, Archive
from benchprof.archive.layout import ArchiveError
from benchprof.archive.limits import DEFAULT_LIMITS, Limits, add_limits, limits_of
from benchprof.archive.listing import LISTING, Listing, check_files, read_listing, records_of
from benchprof.archive.manifest import MANIFEST
from benchprof.archive.rerun import TABLES, rewritten_tables
from benchprof.archive.rows import TOLERANCE
from benchprof.archive.tables import COLUMNS, check_tables
from benchprof.archive.terminal import complain, on_one_line, say, take_any_text
from benchprof.expansion import path_argument

# If more files than this were checked alike, the verdict says only how many they are.
NAMED = 8
# In the order in which they are said.
WHOLE, PART, ALONE = "recomputed", "recomputed in part", "only matched its digest"
# Tables of the run that no library can write again from the archive.
OF_HALVES = dict.fromkeys(
    (f"{TABLES}replication.csv", f"{TABLES}replication.parquet"),
    "of halves of the train items, whose records and masks are not in the archive",
)
NOT_LOOKED_AT = (
    "whether the run is complete: if a model, benchmark, ability or control was left out (also "
    f"from {MANIFEST}), nothing shows that it was ever there",
    "whether the models really produce these scores: no model was run",
    "whether importance leads to these masks: none was computed",
    "whether the models, abilities and benchmarks are what their names say",
)


@dataclass(frozen=True)
class Verdict:
    """What was found of a sound archive.

    Attributes:
        listing: of the archive.
        files: by name, how far each was checked and what of it, in words.
    """

    listing: Listing
    files: Mapping[str, tuple[str, str]]

    def lines(self, each: bool) -> list[str]:
        """The verdict in words; with `each`, every file by its name."""
        said = [f"{len(self.files)} files: each has the SHA-256 that {LISTING} lists, and there "
                "is nothing else."]  # fmt: skip
        for degree, meaning in _meanings().items():
            own = {name: what for name, (found, what) in self.files.items() if found == degree}
            if own:
                said += ["", f"{degree[0].upper()}{degree[1:]}: {meaning}", *_named(own, each)]
        said += ["", "Not looked at:", *(f"- {what}" for what in NOT_LOOKED_AT)]
        needed = [f"- {on_one_line(need['what'])}" for need in self.listing["needed"]]
        said += ["", "Left out, not looked at, and needed to compute the rest again:", *needed]
        digest = self.listing["digest"]
        return [*said, "", f"The archive's digest, to compare with a published one: {digest}"]


def check(path: Path, limits: Limits = DEFAULT_LIMITS, rewrite: bool = False) -> Verdict:
    """Check an archive.

    Args:
        path: a zip file or an unpacked folder.
        limits: of its size.
        rewrite: whether the library writes all tables again, to compare every byte.

    Raises:
        ArchiveError: it is not what it says it is.
    """
    try:
        archive = Archive(path, limits)
        listing = read_listing(archive)
        check_files(archive, listing)
        rows = check_tables(archive, listing)
        rewritten = rewritten_tables(archive, listing) if rewrite else []
    except ArchiveError:
        raise
    except MALFORMED as error:
        # Someone adjusted the digests to content that no archive has.
        raise ArchiveError(f"not an archive of a run ({error!r})") from None
    return Verdict(listing, _checked(listing, rows, rewritten))


def _checked(
    listing: Listing, rows: Mapping[str, int], rewritten: Sequence[str]
) -> dict[str, tuple[str, str]]:
    """How far each file was checked and what of it, by its name."""
    files = {name: (ALONE, OF_HALVES.get(name, "")) for name in listing["files"]}
    if rewritten:
        others = {name for name in files if name.startswith(TABLES)} - OF_HALVES.keys()
        files |= dict.fromkeys(others, (ALONE, "the library writes no such table"))
    part = f"these columns, to {TOLERANCE:g}"
    files |= {name: (PART, f"{rows[name]} rows, {part}: {what}") for name, what in COLUMNS.items()}
    record = (PART, "digest, mask, model, requests, means of scores")
    files |= dict.fromkeys(records_of(listing["tables"]), record)
    masks = {source["mask"] for source in listing["tables"]["sources"]}
    files |= dict.fromkeys(masks, (PART, "digests, ability, selection, k, seed, model"))
    files[MANIFEST] = (PART, "the digests of the models and of all results")
    return files | dict.fromkeys(rewritten, (WHOLE, "every byte"))


def _meanings() -> dict[str, str]:
    return {
        WHOLE: "the library wrote them again from the records, byte for byte.",
        PART: "this follows from other files of the archive; the rest only matched its digest.",
        ALONE: "nothing but the archive's digest shows whether someone forged one and adjusted "
        f"{LISTING}.",
    }


def _named(files: Mapping[str, str], each: bool) -> list[str]:
    """Files with what was checked of them, one by one or those alike together."""
    if each:
        return [f"- {name}{f': {what}' if what else ''}" for name, what in sorted(files.items())]
    groups: dict[tuple[str, str], list[str]] = {}
    for name, what in sorted(files.items()):
        parts = name.split("/")
        depth = min(2 if parts[0] == "results" else 1, len(parts) - 1)
        groups.setdefault(("/".join(parts[:depth]), what), []).append(name)
    said = []
    for (folder, what), names in groups.items():
        many = f"{f'{folder}/' if folder else 'at the top'}: {len(names)} files"
        some = many if len(names) > NAMED else ", ".join(names)
        said.append(f"- {some}{f' ({what})' if what else ''}")
    return said


def main(archive: Path | None = None) -> int:
    """Run the command; 1 where the archive is refused.

    Args:
        archive: what is checked where the command names none.
    """
    parser = argparse.ArgumentParser(prog="verify", description="Check an archive of a run.")
    parser.add_argument(
        "archive", type=path_argument, nargs="?" if archive else None, default=archive
    )
    parser.add_argument(
        "--files", dest="each", action="store_true", help="name every file in the verdict"
    )
    parser.add_argument(
        "--recompute",
        action="store_true",
        help="also write all tables again, with the project's packages and the library that runs "
        "this check, and compare them byte by byte",
    )
    add_limits(parser)
    take_any_text()
    options = parser.parse_args()
    try:
        verdict = check(options.archive, limits_of(options), options.recompute)
    except ArchiveError as error:
        complain(error)
        complain(ArchiveError(f"{options.archive}: refused."))
        return 1
    say(verdict.lines(options.each))
    return 0
