"""YAML files of a person: read so that no key can be said twice unseen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from benchprof.errors import InputError, in_words


def read_yaml(path: Path) -> dict[str, Any]:
    """What a file of settings says.

    Raises:
        InputError: it is missing, is not YAML, says a key twice, has no keys, or a value means
            nothing; names the file.
    """
    if not path.is_file():
        raise InputError(path, "no such file", "a configuration", "Check the path.")
    check_duplicate_keys(path)
    try:
        value = yaml.safe_load(path.read_text(encoding="utf-8"))
        # An alias in itself has no end.
        json.dumps(value, default=str)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        found = f"a value that means nothing ({in_words(error)})"
        raise InputError(path, found, "plain YAML values") from None
    if not isinstance(value, dict):
        raise InputError(path, "is empty or has no keys", "a configuration")
    return value


def check_duplicate_keys(path: Path) -> None:
    """Stop where a YAML file says a key twice: YAML readers silently keep the last one.

    Raises:
        InputError: names the file, the key and both lines; or the place where it is not YAML.
    """
    for key, first, second in _duplicates(yaml_nodes(path), (), set()):
        found = f"the key occurs on lines {first} and {second}"
        raise InputError(f"{path}, {key}", found, "each key once", "Rename or remove one.")


def yaml_nodes(path: Path) -> yaml.Node | None:
    """What a YAML file says, before its tags mean anything; None where it is empty.

    Raises:
        InputError: names the file and the place where it is not YAML.
    """
    try:
        return yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        found = "not YAML (" + " ".join(str(error).split()) + ")"
        raise InputError(path, found, "a YAML file") from None


def _duplicates(node: Any, path: tuple[str, ...], seen: set[int]) -> Iterator[tuple[str, int, int]]:
    # Aliases (*a) name a node again: it may even hold itself.
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for number, child in enumerate(node.value):
            yield from _duplicates(child, (*path, str(number)), seen)
    if not isinstance(node, yaml.MappingNode):
        return
    lines: dict[str, int] = {}
    for key, child in node.value:
        if not isinstance(key, yaml.ScalarNode):
            continue
        line = key.start_mark.line + 1
        if key.value in lines:
            yield ".".join((*path, key.value)), lines[key.value], line
        lines[key.value] = line
        yield from _duplicates(child, (*path, key.value), seen)
