"""YAML files of a person: read so that no key can be said twice unseen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from benchprof.errors import InputError


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
