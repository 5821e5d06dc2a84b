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

REQUIRED: dict[str, type] = {
    "id": str,
    "type": str,
    "context": str,
    "question": str,
    "options": list,
    "answer": int,
}
OPTIONAL: dict[str, type] = {"template": str, "difficulty": str, "twin": dict}


@dataclass(frozen=True)
class Twin:
    """The corrupted twin of an item: like it, but the ability no longer leads to the answer."""

    context: str
    question: str


@dataclass(frozen=True)
class Companion:
    """A changed version of an item with the same options; `answer` is the index of its own."""

    context: str
    question: str
    answer: int


@dataclass(frozen=True)
class Item:
    """One multiple-choice question of one ability.

    `answer` is the index of the right option. `context` may be empty. `template` names the
    sentence pattern that made the item (no template is in two splits).
    """

    id: str
    type: str
    context: str
    question: str
    options: tuple[str, ...]
    answer: int
    template: str = ""
    difficulty: str = ""
    twin: Twin | None = None
    companions: Mapping[str, Companion] = field(default_factory=dict, hash=False)

    def to_json(self) -> dict[str, Any]:
        """The item as the JSON object of one line; empty optional fields are left out."""
        value: dict[str, Any] = {
            "id": self.id,
            "type": self.type,
            "template": self.template,
            "difficulty": self.difficulty,
            "context": self.context,
            "question": self.question,
            "options": list(self.options),
            "answer": self.answer,
        }
        if self.twin is not None:
            value["twin"] = {"context": self.twin.context, "question": self.twin.question}
        return {key: field for key, field in value.items() if field != "" or key in REQUIRED}


def companion_of(item: Item, kind: str) -> Item:
    """The companion of this kind, which the item must have, as an item with the same options."""
    own = item.companions[kind]
    return replace(
        item, context=own.context, question=own.question, answer=own.answer, companions={}
    )


def check_twins(path: Path, items: Iterable[Item], key: str) -> None:
    """Stop at the first of a file's items that has no twin, which `key` of a configuration wants.

    Raises:
        InputError: names the file and the item.
    """
    for item in items:
        if item.twin is None:
            remedy = f"Write one or set `{key}` to false."
            raise InputError(f"{path}, item {item.id}", "it has no twin", "a twin", remedy)


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
    twin = value.get("twin")
    if twin is not None and (
        set(twin) != {"context", "question"} or not all(isinstance(t, str) for t in twin.values())
    ):
        raise InputError(f"{where}, twin", f"{twin!r}", "an object of context and question, texts")
    if value.get("difficulty") not in (None, *DIFFICULTIES):
        found = repr(value["difficulty"])
        raise InputError(f"{where}, difficulty", found, "one of " + ", ".join(DIFFICULTIES))
    return Item(
        **{key: value[key] for key in (*REQUIRED, "template", "difficulty") if key in value}
        | {"options": tuple(options), "twin": Twin(**twin) if twin else None}
    )


def _check_fields(where: str, value: dict[str, Any]) -> None:
    if missing := sorted(set(REQUIRED) - set(value)):
        found = "lacks " + ", ".join(repr(key) for key in missing)
        raise InputError(where, found, "the fields " + ", ".join(REQUIRED), _hint())
    if unknown := sorted(set(value) - set(REQUIRED) - set(OPTIONAL)):
        known = ", ".join((*REQUIRED, *OPTIONAL))
        found = "unknown field " + ", ".join(repr(key) for key in unknown)
        raise InputError(where, found, f"fields among {known}", "Check the spelling.")
    for key, kind in (REQUIRED | OPTIONAL).items():
        field = value.get(key)
        if key in value and (not isinstance(field, kind) or isinstance(field, bool)):
            found = f"{field!r} ({type(field).__name__})"
            raise InputError(f"{where}, {key}", found, f"a value of type {kind.__name__}")
    for key in ("id", "type", "question"):
        if not value[key].strip():
            raise InputError(f"{where}, {key}", "empty", "a text")


def _hint() -> str:
    return "The format is in docs/file_formats.md."
