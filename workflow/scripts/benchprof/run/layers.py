"""Configurations that lie over each other: files given together, and `extends: FILE` in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from benchprof.errors import InputError
from benchprof.yaml_files import check_duplicate_keys

EXTENDS = "extends"


def read_layers(files: Sequence[Path]) -> dict[str, Any]:
    """A configuration of files, each laid over those before it.

    Raises:
        InputError: a file is missing, is not YAML, says a key twice or has no keys.
    """
    config: dict[str, Any] = {}
    for file in files:
        if not file.is_file():
            raise InputError(file, "no such file", "a configuration", "Check the path.")
        check_duplicate_keys(file)
        above = yaml.safe_load(file.read_text(encoding="utf-8"))
        if not isinstance(above, dict):
            raise InputError(file, "is empty or has no keys", "a configuration")
        config = laid_over(config, above)
    return extended(config)


def extended(config: Mapping[str, Any], above: Sequence[str] = ()) -> dict[str, Any]:
    """A configuration laid over the one that its `extends` names, and without keys that are null.

    Args:
        config: as loaded.
        above: the files that extend it, which it must not extend in turn.

    Raises:
        InputError: the file that is extended is missing or faulty, or extends itself.
    """
    if EXTENDS not in config:
        return without_nulls(config)
    base = config[EXTENDS]
    if not isinstance(base, str) or not Path(base).is_file():
        raise InputError(EXTENDS, repr(base), "a configuration file", "Check the path.")
    if base in above:
        raise InputError(EXTENDS, f"{base} extends itself", "a file that stands alone at the end")
    check_duplicate_keys(Path(base))
    below = yaml.safe_load(Path(base).read_text(encoding="utf-8"))
    if not isinstance(below, dict):
        raise InputError(base, "is empty or has no keys", "a configuration")
    own = {key: value for key, value in config.items() if key != EXTENDS}
    return without_nulls(laid_over(extended(below, [*above, base]), own))


def laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Two configurations as one: sections are merged, anything else is replaced."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        both = isinstance(value, dict) and isinstance(old, dict)
        merged[key] = laid_over(old, value) if both else value  # type: ignore[arg-type]
    return merged


def without_nulls(config: Mapping[str, Any]) -> dict[str, Any]:
    """Without keys that are null: so a file takes out what the one below it says."""
    return {
        key: without_nulls(value) if isinstance(value, dict) else value
        for key, value in config.items()
        if value is not None
    }
