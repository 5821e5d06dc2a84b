"""A diagnostic item and the JSON Lines files that hold them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchprof.errors import InputError
from benchprof.jsonl import read_objects

SPLITS = ("train", "calibration", "test")
DIFFICULTIES = ("easy", "medium", "hard")
CONTROL_ITEMS = ("counterfactual", "uninformative")
"""Versions of an item with the same options. `counterfactual`: one fact or word differs, and
another option is right. `uninformative`: the cue is gone, and nothing leads to any option.
"""
ITEM_KINDS = ("item", *CONTROL_ITEMS)
"""All that a model can be asked of an item."""

REQUIRED: dict[str, type] = {
    "id": str,
    "family": str,
    "context": str,
    "question": str,
    "options": list,
    "answer": int,
}
OPTIONAL: dict[str, type] = {
    "answer_type": str,
    "style": str,
    "difficulty": str,
    "control_items": dict,
}
RENAMED = {
    "type": "family",
    "twin": "control_items: {uninformative: ...}",
    "companions": "control_items, and its `flip` and `blank` to `counterfactual` and "
    "`uninformative",
}
"""Fields of earlier versions, and what they are now."""


@dataclass(frozen=True)
class ControlItem:
    """One of `CONTROL_ITEMS`: what differs from its item.

    `answer` is the index of the right option. An uninformative item has the item's, to which
    nothing leads.
    """

    context: str
    question: str
    answer: int


@dataclass(frozen=True)
class Item:
    """One multiple-choice question of one ability.

    `answer` is the index of the right option. `context` may be empty. `family` is the kind of
    problem, `answer_type` what the options are (a person, a place, a number), and `style` how the
    text is written. `control_items` holds those that the item has, by kind; a dictionary has no
    hash, so an item's hash leaves them out.
    """

    id: str
    family: str
    context: str
    question: str
    options: tuple[str, ...]
    answer: int
    answer_type: str = ""
    style: str = ""
    difficulty: str = ""
    control_items: Mapping[str, ControlItem] = field(default_factory=dict, hash=False)

    def to_json(self) -> dict[str, Any]:
        """The item as the JSON object of one line; empty optional fields are left out."""
        value: dict[str, Any] = {
            "id": self.id,
            "family": self.family,
            "answer_type": self.answer_type,
            "style": self.style,
            "difficulty": self.difficulty,
            "context": self.context,
            "question": self.question,
            "options": list(self.options),
            "answer": self.answer,
        }
        if self.control_items:
            value["control_items"] = {
                kind: {
                    name: getattr(self.control_items[kind], name)
                    for name in control_item_fields(kind)
                }
                for kind in CONTROL_ITEMS
                if kind in self.control_items
            }
        return {key: own for key, own in value.items() if own != "" or key in REQUIRED}


def control_item_fields(kind: str) -> tuple[str, ...]:
    """The fields of a control item's JSON object: only a counterfactual has an answer that is not
    the item's.
    """
    return (
        ("context", "question", "answer") if kind == "counterfactual" else ("context", "question")
    )


def control_item_of(item: Item, kind: str) -> Item:
    """The control item of this kind, which the item must have, as an item with the same options."""
    own = item.control_items[kind]
    return replace(
        item, context=own.context, question=own.question, answer=own.answer, control_items={}
    )


def check_control_items(path: Path, items: Iterable[Item], kind: str, key: str) -> None:
    """Stop at the first of a file's items that lacks the control item which a configuration asks
    for.

    Args:
        path: the file.
        items: those of its items that are used.
        kind: one of `CONTROL_ITEMS`.
        key: of the configuration that asks for it.

    Raises:
        InputError: names the file, the item and the key.
    """
    for item in items:
        if kind not in item.control_items:
            found = f"it has no control item {kind!r}"
            remedy = f"Write the control item or remove `{key}`."
            raise InputError(f"{path}, item {item.id}", found, "one in every item", remedy)


def read_items(path: Path) -> list[Item]:
    """Read and check a file of items.

    Raises:
        InputError: names the file, the line and the field of the first fault.
    """
    items = [(where, _to_item(where, value)) for where, value in read_objects(path, "items")]
    places: dict[str, str] = {}
    for where, item in items:
        if item.id in places:
            found = f"id {item.id!r} stands also at {places[item.id]}"
            raise InputError(where, found, "an id of its own for each item")
        places[item.id] = where
    return [item for _, item in items]


def _to_item(where: str, value: dict[str, Any]) -> Item:
    _check_fields(where, value)
    options = value["options"]
    if not 2 <= len(options) <= 26 or not all(isinstance(o, str) and o.strip() for o in options):
        raise InputError(f"{where}, options", f"{options!r}", "2 to 26 texts, none empty")
    if len({o.strip() for o in options}) < len(options):
        raise InputError(f"{where}, options", f"{options!r}", "options that all differ")
    if not 0 <= value["answer"] < len(options):
        raise InputError(
            f"{where}, answer",
            f"{value['answer']} where there are {len(options)} options",
            f"the index of the right option, from 0 to {len(options) - 1}",
            "The option list must hold the answer.",
        )
    if value.get("difficulty") not in (None, *DIFFICULTIES):
        found = repr(value["difficulty"])
        raise InputError(f"{where}, difficulty", found, "one of " + ", ".join(DIFFICULTIES))
    return Item(
        **{key: value[key] for key in {**REQUIRED, **OPTIONAL} if key in value}
        | {"options": tuple(options), "control_items": _to_control_items(where, value)}
    )


def _to_control_items(where: str, item: Mapping[str, Any]) -> dict[str, ControlItem]:
    """The control items of an item whose own fields are checked."""
    given = item.get("control_items", {})
    if unknown := sorted(set(given) - set(CONTROL_ITEMS)):
        found = "unknown control item " + ", ".join(map(repr, unknown))
        known = "control items among " + ", ".join(CONTROL_ITEMS)
        raise InputError(f"{where}, control_items", found, known, "Check the spelling.")
    return {
        kind: _to_control_item(f"{where}, control_items.{kind}", kind, own, item)
        for kind, own in given.items()
    }


def _to_control_item(where: str, kind: str, value: Any, item: Mapping[str, Any]) -> ControlItem:
    names = control_item_fields(kind)
    if not isinstance(value, dict) or set(value) != set(names):
        raise InputError(where, f"{value!r}", "an object of " + ", ".join(names), _hint())
    for name in names:
        _check_type(f"{where}.{name}", value[name], REQUIRED[name])
    if not value["question"].strip():
        raise InputError(f"{where}.question", "empty", "a text")
    number, answer = len(item["options"]), value.get("answer")
    if answer is not None and (answer == item["answer"] or not 0 <= answer < number):
        found = f"{answer} where there are {number} options and the item's answer is "
        raise InputError(
            f"{where}.answer",
            f"{found}{item['answer']}",
            f"the index of another option, from 0 to {number - 1}",
            "A counterfactual makes another of the options right.",
        )
    return ControlItem(**{"answer": item["answer"]} | value)


def _check_fields(where: str, value: dict[str, Any]) -> None:
    for old, new in RENAMED.items():
        if old in value:
            remedy = f"Rename `{old}` to `{new}`."
            raise InputError(where, f"the former field {old!r}", "fields of this version", remedy)
    if missing := sorted(set(REQUIRED) - set(value)):
        found = "lacks " + ", ".join(repr(key) for key in missing)
        raise InputError(where, found, "the fields " + ", ".join(REQUIRED), _hint())
    if unknown := sorted(set(value) - set(REQUIRED) - set(OPTIONAL)):
        known = ", ".join((*REQUIRED, *OPTIONAL))
        found = "unknown field " + ", ".join(repr(key) for key in unknown)
        raise InputError(where, found, f"fields among {known}", "Check the spelling.")
    for key, kind in (REQUIRED | OPTIONAL).items():
        if key in value:
            _check_type(f"{where}, {key}", value[key], kind)
    for key in ("id", "family", "question"):
        if not value[key].strip():
            raise InputError(f"{where}, {key}", "empty", "a text")


def _check_type(where: str, value: Any, kind: type) -> None:
    if not isinstance(value, kind) or isinstance(value, bool):
        found = f"{value!r} ({type(value).__name__})"
        raise InputError(where, found, f"a value of type {kind.__name__}")


def _hint() -> str:
    return "The format is in docs/reference/file_formats.md."
