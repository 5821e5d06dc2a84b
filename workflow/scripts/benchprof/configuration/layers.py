"""Configurations that lie over each other: files given together, and `extends: FILE` in one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchprof.configuration.shorthand import sections_written_out
from benchprof.errors import InputError, did_you_mean
from benchprof.expansion import ExpansionError, expanded
from benchprof.yaml_files import read_yaml

EXTENDS = "extends"
REPLACED = ("models", "benchmarks")
"""Sections that a file says whole if it says them: they replace those of the file it extends."""


def read_layers(files: Sequence[Path]) -> dict[str, Any]:
    """Read and merge files like Snakemake: later ones over earlier ones, all over what they extend.

    Raises:
        InputError: a file, or a file that it extends, is missing, is not YAML, says a key twice or
            has no keys; or two of the files say `extends`.
    """
    config: dict[str, Any] = {}
    for file in files:
        config = laid_over(config, sections_written_out(read_yaml(file), str(file)))
    return extended(config, files)


def with_text_keys(config: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration as JSON has it: so files of settings hold it, and so it has its digest."""
    value: dict[str, Any] = json.loads(json.dumps(config))
    return value


def extended(config: Mapping[str, Any], files: Sequence[Path]) -> dict[str, Any]:
    """A configuration that Snakemake loaded from files, laid over what their `extends` names.

    The path in `extends` is relative to the folder of the file that says it.

    Raises:
        InputError: what is extended is missing or faulty, or two of the files say so.
    """
    if EXTENDS not in config:
        return dict(config)
    saying = [file for file in files if EXTENDS in read_yaml(file)]
    if len(saying) > 1:
        where = ", ".join(map(str, saying))
        remedy = f"Remove {EXTENDS} from all but one, or run the files one at a time."
        raise InputError(where, f"{EXTENDS} in several files", "it in one at most", remedy)
    return _over_base(config, saying[0] if saying else Path("config"), ())


def _read(file: Path, above: Sequence[Path]) -> dict[str, Any]:
    """A file with what it extends; `above` are the files that extend it."""
    if file.resolve() in above:
        found = f"{EXTENDS} itself, directly or through other files"
        expected = f"a chain that ends in a file without {EXTENDS}"
        raise InputError(file, found, expected, f"Remove {EXTENDS} from one of them.")
    return _over_base(read_yaml(file), file, above)


def _over_base(config: Mapping[str, Any], file: Path, above: Sequence[Path]) -> dict[str, Any]:
    config = sections_written_out(config, str(file))
    if EXTENDS not in config:
        return config
    base = config[EXTENDS]
    path = _base_file(base, file)
    own = {key: value for key, value in config.items() if key != EXTENDS}
    below = _read(path, [*above, file.resolve()])
    for section in REPLACED:
        if section in own:
            _check_no_null(section, own[section], file, base)
            below.pop(section, None)
    _check_removed(own, below, f"{file}, abilities", base)
    return _extending(below, own)


def _base_file(base: Any, file: Path) -> Path:
    """The file that another extends, as that names it."""
    remedy = "Check the path."
    try:
        path = file.parent / expanded(base) if isinstance(base, str) else None
    except ExpansionError as error:
        path, remedy = None, str(error)
    if path is None or not path.is_file():
        expected = "a configuration file, by its path from this file's folder"
        raise InputError(f"{file}, {EXTENDS}", repr(base), expected, remedy)
    return path


def _check_no_null(section: str, entries: Any, file: Path, base: str) -> None:
    """Refuse a null for an entry, which a section that replaces another does not need."""
    for name, value in entries.items() if isinstance(entries, Mapping) else ():
        if value is None:
            expected = (
                f"no such entry, because these {section} replace those of {base}: leave it out"
            )
            raise InputError(f"{file}, {section}.{name}", "null", expected)


def _check_removed(own: Mapping[str, Any], below: Mapping[str, Any], where: str, base: str) -> None:
    """Refuse a null for an ability that the extended file does not have."""
    entries, there = own.get("abilities"), below.get("abilities")
    if not isinstance(entries, Mapping) or not isinstance(there, Mapping):
        return
    known = sorted(map(str, there))
    for name, value in entries.items():
        if value is None and name not in there:
            raise InputError(
                f"{where}.{name}",
                f"null, which removes an entry of {base}, but there is none of this name",
                f"one of {', '.join(known)}",
                did_you_mean(str(name), known),
            )


def laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Two configurations as one: sections are merged, anything else is replaced."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        both = isinstance(value, dict) and isinstance(old, dict)
        merged[key] = laid_over(old, value) if both else value  # type: ignore[arg-type]
    return merged


def _extending(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Merge as `laid_over` does, but let a key that is null remove what the file below says."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        if value is None and key in merged:
            del merged[key]
        elif isinstance(value, dict) and isinstance(old, dict):
            merged[key] = _extending(old, value)
        else:
            merged[key] = value
    return merged
