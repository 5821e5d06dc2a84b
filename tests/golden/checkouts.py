"""The code of two commits, each in a folder of its own for as long as it is needed."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchprof.errors import InputError

ROOT = Path(__file__).parents[2]
WORKTREE = "WORKTREE"
EXPECTED = f"a commit of this repository, the word {WORKTREE}, or the folder of a checkout"


@dataclass(frozen=True)
class Code:
    """What is compared: a commit, or a checkout as it is.

    Attributes:
        name: as it is shown.
        commit: its full name; None for a checkout.
        folder: of the checkout; None for a commit.
    """

    name: str
    commit: str | None = None
    folder: Path | None = None


def code_of(word: str) -> Code:
    """What a word of the command line stands for.

    Raises:
        InputError: for nothing.
    """
    if word == WORKTREE:
        return Code(word, folder=ROOT)
    if snakefile_of(Path(word)).is_file():
        return Code(word, folder=Path(word).resolve())
    # `--end-of-options`: a word that begins with a dash is no option.
    asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{word}^{{commit}}"]
    if (commit := _git(*asked).stdout.strip()) == "":
        remedy = f"`git -C {ROOT} log --oneline` lists commits; a checkout has a Snakefile."
        raise InputError(word, "neither a commit nor a checkout", EXPECTED, remedy)
    return Code(word if word.startswith(commit[:7]) else f"{word} ({commit[:7]})", commit)


@contextlib.contextmanager
def checked_out(code: Code, folder: Path) -> Iterator[Path]:
    """Yield the folder of the code; that of a commit is a git worktree at `folder`, then removed.

    Raises:
        InputError: git cannot make it, or it has no Snakefile.
    """
    if code.folder is not None:
        yield code.folder
        return
    done = _git("worktree", "add", "--detach", str(folder), str(code.commit))
    try:
        if done.returncode != 0:
            raise InputError(code.name, f"git says: {done.stderr.strip()}", "a worktree of it")
        if not snakefile_of(folder).is_file():
            raise InputError(code.name, "no Snakefile", "a commit with the workflow")
        yield folder
    finally:
        _git("worktree", "remove", "--force", str(folder))


def snakefile_of(checkout: Path) -> Path:
    """Where a checkout's workflow begins; earlier commits have it at the root."""
    own = checkout / "workflow/Snakefile"
    return own if own.is_file() else checkout / "Snakefile"


def _git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False
    )
