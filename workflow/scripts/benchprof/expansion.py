"""Paths as people write them, with `~` and `$VARIABLE` replaced as a shell would."""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path

VARIABLE = re.compile(r"\$(?:([A-Za-z_]\w*)|\{([^}]*)\})", re.ASCII)


class ExpansionError(ValueError):
    """A path begins with a home folder, or has a variable, that is not known here."""


def expanded(path: str) -> str:
    """A path with its variables (`$NAME`, `${NAME}`) and the home folder that it begins with.

    An empty variable counts as one that is not set: `$SCRATCH/store` would be `/store`.

    Raises:
        ExpansionError: names the variable, or the user without a home folder.
    """
    found = os.path.expanduser(VARIABLE.sub(_value, path))  # noqa: PTH111  Path alters "./~x"
    if found.startswith("~"):
        user = found.partition("/")[0]
        raise ExpansionError(f"There is no home folder {user}. Write ./{user} for a name.")
    return found


def path_argument(text: str) -> Path:
    """A command's argument as a path: a shell leaves the `~` of `--store=~/store` as it is.

    Raises:
        argparse.ArgumentTypeError: says what is not known.
    """
    try:
        return Path(expanded(text))
    except ExpansionError as error:
        raise argparse.ArgumentTypeError(f"{text}: {error}") from None


def _value(variable: re.Match[str]) -> str:
    name = variable[1] or variable[2]
    value = os.environ.get(name)
    if not value:
        remedy = "Set it, or write the path without it."
        raise ExpansionError(f"The environment variable {name} is not set or empty. {remedy}")
    return value
