"""What an archive must not tell: access tokens, and paths of the machine that made it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchprof.errors import InputError

SECRET_NAME = re.compile(r"(TOKEN|SECRET|PASSWORD|PASSWD|KEY|CREDENTIALS?)$", re.IGNORECASE)
# As the Hub, PyPI, GitHub and OpenAI begin theirs.
SECRET = re.compile(rb"\b(?:hf_|pypi-|ghp_|github_pat_|sk-)[A-Za-z0-9_-]{30,}")
# With fewer characters a value may stand in any text.
LEAST = 8
PATH_REMEDY = (
    "Give the path relative to the run's folder in the configuration and run again; a record that "
    "an older version put in the store is to be deleted there."
)
TOKEN_REMEDY = "Remove it, and take the token back: it may be elsewhere too."


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
        self._private = [
            (v.encode(), f"the value of {n}", TOKEN_REMEDY) for n, v in secrets.items()
        ]
        for what, folder in folders.items():
            if len(folder.parts) > 1:
                self._private += [(t.encode(), what, PATH_REMEDY) for t in _spellings(folder)]

    def check(self, name: str, content: bytes) -> None:
        """Stop where a file holds something private.

        Raises:
            InputError: names the file, its line and what it is, never a secret itself.
        """
        for text, what, remedy in self._private:
            if text in content:
                raise _found(name, content, content.index(text), what, remedy)
        match = SECRET.search(content)
        if match:
            raise _found(name, content, match.start(), "what looks like a token", TOKEN_REMEDY)


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


def _spellings(folder: Path) -> Iterator[str]:
    """A folder with what is below it, as text and as JSON have it on any system."""
    yield from (f"{folder.as_posix()}/", f'{folder.as_posix()}"')


def _found(name: str, content: bytes, place: int, what: str, remedy: str) -> InputError:
    line = content.count(b"\n", 0, place) + 1
    return InputError(f"{name}, line {line}", f"holds {what}", "nothing private", remedy)
