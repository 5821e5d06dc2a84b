"""Run the workflow by two commits on this machine and compare their results byte by byte.

python -m tests.golden.compare_commits HEAD~1 HEAD [--configfile config/planted.yaml]

Each of the two is a commit, the word WORKTREE for this checkout as it is, or the folder of another
checkout. Both run the tiny project, which this checkout makes once, and each `--configfile`, in
folders and stores of their own. What may differ is listed in `normal.py`: digests of code, what a
record says of its making, and the digests over these. Exit status: 0 where results are the same, 1
where any differs or is missing, 2 where something could not be compared.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.golden.checkouts import EXPECTED, Code, checked_out, code_of
from tests.golden.comparison import compare, lines_of, unknown
from tests.golden.runs import Configuration, make_tiny_project, run

from benchprof.errors import InputError


def main(words: Sequence[str] | None = None) -> int:
    """The command; its exit status."""
    options = _parser().parse_args(words)
    try:
        pair = code_of(options.first), code_of(options.second)
        with _folder_for(options.folder) as folder:
            same = [
                _compare_runs(configuration, pair, folder / configuration.name, options)
                for configuration in _configurations(options, folder)
            ]
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0 if all(same) else 1


def report(first: Path, second: Path, names: tuple[str, str], most: int) -> bool:
    """Print what two `results` folders have in common; whether that is all."""
    tallies = compare(first, second)
    print("\n".join(lines_of(tallies, names, most)))
    if ignored := sorted({*unknown(first), *unknown(second)}):
        print(f"not compared, being of no kind that is known here: {', '.join(ignored)}")
    same = bool(tallies) and all(tally.same for tally in tallies.values())
    print("the results are the same" if same else "THE RESULTS DIFFER")
    return same


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m tests.golden.compare_commits",
        description="Run the workflow by two commits and compare their results byte by byte.",
    )
    parser.add_argument("first", help=EXPECTED)
    parser.add_argument("second", help="the same")
    parser.add_argument(
        "--configfile", type=Path, action="append", default=[], metavar="FILE",
        help="a configuration to run as well: a path below each commit's root, such as "
             "config/planted.yaml, or an absolute one",
    )  # fmt: skip
    parser.add_argument(
        "--targets", nargs="+", default=[], metavar="TARGET",
        help="what to make instead of all, of analysis and items where the tiny project runs, and "
             "of validation where a configuration has it",
    )  # fmt: skip
    parser.add_argument("--no-tiny", action="store_true", help="leave the tiny project out")
    parser.add_argument("--folder", type=Path, help="run in this new folder, and keep it")
    parser.add_argument("--cores", type=int, default=1, help="jobs at a time (1)")
    parser.add_argument("--most", type=int, default=20, help="files of a kind that are listed (20)")
    return parser


@contextlib.contextmanager
def _folder_for(folder: Path | None) -> Iterator[Path]:
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="compare_commits.") as name:
            yield Path(name)
        return
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(folder, "it exists and is not empty", "a new folder, or an empty one")
    folder.mkdir(parents=True, exist_ok=True)
    yield folder.resolve()


def _configurations(options: argparse.Namespace, folder: Path) -> Iterator[Configuration]:
    if not options.no_tiny:
        project = folder / "project"
        make_tiny_project(project)
        yield Configuration("tiny", project=project)
    for number, file in enumerate(options.configfile, start=1):
        yield Configuration(f"{number}-{file.stem}", file=file)


def _compare_runs(
    configuration: Configuration, pair: tuple[Code, Code], folder: Path, options: argparse.Namespace
) -> bool:
    folder.mkdir()
    results = []
    for place, code in zip(("first", "second"), pair, strict=True):
        print(f"{configuration.name}: {place} run, by {code.name}", flush=True)
        with checked_out(code, folder / f"{place}-code") as checkout:
            results.append(
                run(configuration, checkout, folder / place, options.targets, options.cores)
            )
    first, second = results
    return report(first, second, (pair[0].name, pair[1].name), options.most)


if __name__ == "__main__":
    sys.exit(main())
