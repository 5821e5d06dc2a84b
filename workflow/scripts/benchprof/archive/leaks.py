"""What an archive must not tell: access tokens, and paths of the machine that made it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from benchprof.errors import InputError

SECRET_NAME = re.compile(r"(TOKEN|SECRET|PASSWORD|PASSWD|KEY|CREDENTIALS?)$", re.IGNORECASE)
# As the Hub, PyPI, GitHub and OpenAI begin theirs.
SECRET = re.compile(rb"\b(?:hf_|pypi-|ghp_|github_pat_|sk-)[A-Za-z0-9_-]{30,}")
# With fewer characters a value may stand in any text.
LEAST = 8
NEW_LINE = b"\n"
PATH_REMEDY = (
    "Give paths in the configuration relative to the run's folder, and run again. If this file is "
    "a record that an older version wrote, delete it and its entry in the store first."
)
TOKEN_REMEDY = "Remove it and revoke the token: it may be elsewhere too."


class Leaks:
    """What is searched for in every file."""

    def __init__(self, environment: Mapping[str, str], folders: Mapping[str, Path]) -> None:
        """Collect what is private.

        Args:
            environment: the process's variables, of which some may be secrets.
            folders: what tells of the machine, by what it is, such as the home folder.
        """
        secrets = {
            name: value
            for name, value in environment.items()
            if SECRET_NAME.search(name) and len(value) >= LEAST
        }
        self._private = [(SECRET, "what looks like a token", TOKEN_REMEDY)]
        for name, value in secrets.items():
            pattern = re.compile(re.escape(value.encode()))
            self._private.append((pattern, f"the value of {name}", TOKEN_REMEDY))
        for what, folder in folders.items():
            if len(folder.parts) > 1:
                self._private.append((_pattern(folder), f"the path of {what}", PATH_REMEDY))

    def check(self, name: str, content: bytes) -> None:
        """Stop where a file holds something private.

        Raises:
            InputError: names the file, its line and what it is, never a secret itself.
        """
        for pattern, what, remedy in self._private:
            match = pattern.search(content)
            if match:
                where = f"{name}, line {content.count(NEW_LINE, 0, match.start()) + 1}"
                raise InputError(where, f"holds {what}", "nothing private", remedy)


def user_folders(environment: Mapping[str, str], root: Path) -> dict[str, Path]:
    """The folders whose paths must not be in an archive.

    Args:
        environment: the process's variables, for the user's name.
        root: the checkout.
    """
    folders = {"the run's folder": Path.cwd(), "the checkout": root, "the home folder": Path.home()}
    for name in sorted({environment.get(key, "") for key in ("USER", "LOGNAME")} - {""}):
        for homes in ("home", "Users"):
            folders[f"a folder of the user, below /{homes}"] = Path("/", homes, name)
    return folders


def _pattern(folder: Path) -> re.Pattern[bytes]:
    """A pattern that finds the path of a folder, alone or with a path below it.

    For /data it skips the end of a relative path (my/data/) and longer names (/database). A folder
    like /code is not found in the tag </code> either.
    """
    before = rb"\w.~<-" if len(folder.parts) == 2 else rb"\w.~-"
    path = re.escape(folder.as_posix().encode())
    return re.compile(rb"(?<![" + before + rb"])" + path + rb"(?![\w~-]|\.\w)")
