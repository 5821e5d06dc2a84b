"""The fields that a user's task file asks of every item, checked before a model is loaded."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, TemplateSyntaxError, nodes

from benchprof.errors import InputError, did_you_mean
from benchprof.jsonl import read_objects
from benchprof.tasks.columns import Located
from benchprof.yaml_files import yaml_nodes

NAME = re.compile(r"[^\W\d]\w*")
CHOICES = "doc_to_choice"
# Keys with which code, or a file that is included or merged, may make the fields.
MAKE_FIELDS = {"process_docs", "include", "class", "custom_dataset", "<<"}


def check_fields(task_file: Path, items: Path) -> None:
    """Stop where an item lacks what its task file puts before the model.

    lm-eval asks "None" where a field is missing, and takes the letters of a text for choices.
    Nothing is checked where code may make the fields, here or in what is included.

    Args:
        task_file: of lm-eval.
        items: JSON Lines, one object an item.

    Raises:
        InputError: names the file of items, the line and the field.
    """
    asked = _fields(task_file)
    objects = list(read_objects(items, "benchmark items"))
    known = {name for _, item in objects for name in item}
    for field, key in asked.items():
        if field not in known and _is_choice(field, asked, objects):
            continue
        if field not in known:
            remedy = did_you_mean(field, known, "Rename it in one of the two files.")
            expected = f"the field that {key} in {task_file} names"
            raise InputError(items, f"no item has the field {field!r}", expected, remedy)
        for where, item in objects:
            if item.get(field) is None:
                expected = f"it in every item, as {key} in {task_file} names it"
                raise InputError(where, f"no {field!r}", expected, "Add it, or remove the item.")
            if key == CHOICES and not isinstance(item[field], list):
                found = f"{field!r} is {item[field]!r}"
                raise InputError(where, found, 'a list of choices, as in ["yes", "no"]')


def _fields(task_file: Path) -> dict[str, str]:
    """The key of the task file that names each field."""
    told = _texts(yaml_nodes(task_file))
    if MAKE_FIELDS & set(told):
        return {}
    # Code that scores the answers may do without a target.
    scored = {"doc_to_target"} if "process_results" in told else set()
    fields: dict[str, str] = {}
    for key in ("doc_to_text", *({"doc_to_target"} - scored)):
        fields |= dict.fromkeys(_put(told.get(key, "")), key)
    choices = told.get(CHOICES, "")
    if NAME.fullmatch(choices):
        fields[choices] = CHOICES
        # Which of the choices is right: a field, where it is no number.
        right = told.get("doc_to_target", "")
        if NAME.fullmatch(right) and not scored:
            fields[right] = "doc_to_target"
    return fields


def _is_choice(text: str, asked: Mapping[str, str], objects: Sequence[Located]) -> bool:
    """Whether a target that is no field is the text of a choice, the right one of every item."""
    lists = [field for field, key in asked.items() if key == CHOICES]
    return any(text in (item.get(field) or ()) for field in lists for _, item in objects)


def _put(template: str) -> list[str]:
    """The fields of an item that a template puts as they are and in any case: `{{question}}`.

    Fields in a condition or with a filter may be missing. Names from a loop or `set` are no fields.
    A faulty template is left to lm-eval, which refuses it.
    """
    try:
        tree = Environment().parse(template)
    except TemplateSyntaxError:
        return []
    put = [
        part.name
        for node in tree.body
        if isinstance(node, nodes.Output)
        for part in node.nodes
        if isinstance(part, nodes.Name)
    ]
    named = {name.name for name in tree.find_all(nodes.Name) if name.ctx != "load"}
    return [name for name in put if name not in named]


def _texts(node: yaml.Node | None) -> Mapping[str, Any]:
    """The keys of a YAML file with their texts; empty for what is none, or code (`!function`)."""
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {
        key.value: value.value
        if isinstance(value, yaml.ScalarNode) and value.tag == "tag:yaml.org,2002:str"
        else ""
        for key, value in node.value
        if isinstance(key, yaml.ScalarNode)
    }
