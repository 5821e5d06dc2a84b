"""Compare the results of two runs byte by byte, but for digests of code and times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tests.golden.difference import first_difference
from tests.golden.normal import Field, normalised

FOLDERS = (
    "checks", "importance", "masks", "calibration", "evaluations", "replication", "profiles",
    "tables", "figures", "analysis", "items", "validation",
)  # fmt: skip
TEXTS = ("methods.md", "references.bib", "summary.txt")
PICTURE, DRAWING = ".png", ".svg"
"""A drawing's picture stands for it: the same code may name its clip paths otherwise (clusters)."""
NO_RESULTS = (
    "annotation", "archive.zip", "logs", "manifest.json", "models", "report.html", "settings",
    "snakemake_report.html", "timings",
)  # fmt: skip
"""Inputs, accounts of the run, and what holds times or digests of all other files."""
TIMED = "pipeline"
"""The figure of how long each job took."""


@dataclass(frozen=True)
class Difference:
    """A file that differs, and where it begins to."""

    path: str
    first: str


@dataclass
class Tally:
    """The files of one kind.

    Attributes:
        identical: how many are the same byte by byte.
        normalised: how many are the same but for fields of `normal.FIELDS`.
        fields: in how many files each of these fields differs.
        different: those that differ.
        alone: of those that one run has and the other has not, which of the two has it (0 or 1).
    """

    identical: int = 0
    normalised: int = 0
    fields: Counter[Field] = field(default_factory=Counter)
    different: list[Difference] = field(default_factory=list)
    alone: dict[str, int] = field(default_factory=dict)

    @property
    def same(self) -> bool:
        """Whether no file differs and none is in one run only."""
        return not self.different and not self.alone


def compare(first: Path, second: Path) -> dict[str, Tally]:
    """Compare two `results` folders; a tally by kind."""
    tallies: dict[str, Tally] = {}
    for path in sorted({*_files(first), *_files(second)}):
        if (kind := kind_of(path)) is None:
            continue
        tally = tallies.setdefault(kind, Tally())
        there = [(folder / path).is_file() for folder in (first, second)]
        if all(there):
            _count(tally, path, (first / path).read_bytes(), (second / path).read_bytes())
        else:
            tally.alone[path] = there.index(True)
    return tallies


def kind_of(path: str) -> str | None:
    """What a file below `results` is counted as; None for what is no result."""
    own = PurePosixPath(path)
    if own.parts[0] not in FOLDERS:
        return "texts" if path in TEXTS else None
    if own.suffix == DRAWING or (own.parts[0] == "figures" and own.stem == TIMED):
        return None
    return "pictures" if own.suffix == PICTURE else own.parts[0]


def unknown(folder: Path) -> list[str]:
    """What lies in a `results` folder, is not compared and is not known to be no result."""
    known = {*FOLDERS, *TEXTS, *NO_RESULTS}
    return sorted({path.split("/")[0] for path in _files(folder)} - known)


def lines_of(tallies: Mapping[str, Tally], names: tuple[str, str], most: int) -> Iterator[str]:
    """What was found, in lines of text.

    Args:
        tallies: as of `compare`.
        names: of the two runs.
        most: how many files of a kind are listed as different, and as in one run only.
    """
    yield f"{'':13}{'files':>7}{'identical':>11}{'normalised':>12}{'differ':>8}{'in one only':>13}"
    for kind, tally in tallies.items():
        counts = (tally.identical, tally.normalised, len(tally.different), len(tally.alone))
        columns = zip(counts, (11, 12, 8, 13), strict=True)
        numbers = "".join(f"{count:>{width}}" for count, width in columns)
        yield f"{kind:13}{sum(counts):>7}{numbers}"
    for kind, tally in tallies.items():
        if tally.fields:
            found = (f"{'.'.join(own)} ({count})" for own, count in tally.fields.items())
            yield f"normalised in {kind}: {', '.join(found)}"
    for tally in tallies.values():
        yield from _listed([f"differs: {d.path}: {d.first}" for d in tally.different], most)
        yield from _listed([f"only {names[n]} has {p}" for p, n in tally.alone.items()], most)


def _listed(lines: list[str], most: int) -> Iterator[str]:
    yield from lines[:most]
    if len(lines) > most:
        yield f"... and {len(lines) - most} more of these"


def _files(folder: Path) -> Iterator[str]:
    """Paths below a folder; results of the store may be links, and what a kill left is hidden."""
    for path in folder.rglob("*"):
        if path.is_file() and not any(p[0] == "." for p in path.relative_to(folder).parts):
            yield path.relative_to(folder).as_posix()


def _count(tally: Tally, path: str, first: bytes, second: bytes) -> None:
    if first == second:
        tally.identical += 1
        return
    one, other = normalised(path, first), normalised(path, second)
    if one is None or other is None:
        tally.different.append(Difference(path, first_difference(path, first, second)))
    elif one.content != other.content:
        where = first_difference(path, one.content, other.content)
        tally.different.append(Difference(path, where))
    else:
        tally.normalised += 1
        tally.fields.update(key for key in one.found if one.found[key] != other.found[key])
