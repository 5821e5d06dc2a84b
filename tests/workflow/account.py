"""Another account of this machine that runs the workflow with this Python and this checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.conftest import ROOT

NUMBER = 50002


def other_account() -> list[str]:
    """What stands before a command to run it as another account with umask 022.

    Skips the test, and says why, where that cannot be.
    """
    if os.getuid() != 0:
        pytest.skip("only root can be another account")
    prefix = _command()
    done = subprocess.run(
        [*prefix, sys.executable, "-c", "import benchprof.store, os; print(os.getuid())"],
        capture_output=True, text=True, cwd="/", check=False,
    )  # fmt: skip
    if done.returncode != 0 or int(done.stdout) != NUMBER:
        pytest.skip(f"no other account can use this Python: {done.stderr[-300:]}")
    return prefix


def _command() -> list[str]:
    if not shutil.which("setpriv"):
        pytest.skip("setpriv (util-linux) is not installed")
    user = ["setpriv", "--reuid", str(NUMBER), "--regid", str(NUMBER), "--clear-groups"]
    # Snakemake asks for a name, which this number has in no list of accounts.
    named = ["env", "LOGNAME=other", "HOME=/nonexistent"]
    start = [*named, "sh", "-c", 'umask 022 && exec "$@"', "sh"]
    needed = [Path(own).resolve() for own in (sys.base_prefix, sys.prefix, ROOT)]
    closed = {folder for own in needed for folder in own.parents if not _is_open(folder)}
    if not closed:
        return [*user, *start]
    if not shutil.which("bwrap"):
        pytest.skip(f"bubblewrap is not installed, and {min(closed)} is closed to other accounts")
    view = ["--dev-bind", "/", "/"]
    for folder in closed - {own for own in closed if closed & set(own.parents)}:
        view += _opened(folder, [own for own in needed if own.is_relative_to(folder)])
    return ["bwrap", *view, "--", *user, *start]


def _opened(closed: Path, needed: Sequence[Path]) -> list[str]:
    """What makes bubblewrap show a closed folder open, with what is needed alone."""
    view = ["--tmpfs", str(closed)]
    for own in needed:
        for above in reversed(own.relative_to(closed).parents[:-1]):
            view += ["--perms", "0755", "--dir", str(closed / above)]
        view += ["--ro-bind", str(own), str(own)]
    return view


def _is_open(folder: Path) -> bool:
    """Whether anybody may go through a folder."""
    return bool(folder.stat().st_mode & 0o001)
