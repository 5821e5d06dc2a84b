"""The kind of value that each field of local items holds, which is one kind.

lm-eval takes items as a table of Arrow. Where a field has whole numbers and fractions, the table
would have fractions alone, and a model would be asked 1.0 where the file says 1.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from benchprof.errors import InputError

Located = tuple[str, Mapping[str, Any]]
"""An item with its file and line."""
Kind = str | list[Any] | dict[str, Any]
"""Of a value: a name of Arrow's, the kind of a list's elements, or of each field of an object."""
NULL, VARIED = "null", "json"
"""Of a field that no item fills, and of objects that do not all have the same fields."""
NAMES = {str: "string", int: "int64", float: "float64", bool: "bool"}
WORDS: Mapping[type, str] = {
    str: "a text", int: "a whole number", float: "a fraction", bool: "true or false",
    list: "a list", dict: "an object",
}  # fmt: skip
MOST = 2**63
"""Arrow's whole numbers are below it, and not below its negative."""


def columns_of(items: Sequence[Located]) -> dict[str, Kind]:
    """The kind of each field's values, in the order in which the fields first come.

    Raises:
        InputError: names the field and two items whose values are not of one kind, or the item
            with a number that cannot be kept.
    """
    fields = dict.fromkeys(field for _, item in items for field in item)
    return {
        field: _kind(field, [(where, own.get(field)) for where, own in items]) for field in fields
    }


def _kind(field: str, values: Iterable[tuple[str, Any]]) -> Kind:
    """The kind of one field's values, each with its file and line; None is of any kind."""
    given = [(where, value) for where, value in values if value is not None]
    if not given:
        return NULL
    first_where, first = given[0]
    for where, value in given:
        if type(value) is not type(first):
            found = f"{WORDS[type(value)]}, {reprlib.repr(value)}"
            expected = f"{WORDS[type(first)]} as in {first_where}, {reprlib.repr(first)}"
            remedy = (
                "lm-eval's table has one kind of value in a field, and would change these. Write "
                "all of them as texts, which are asked as they stand."
            )
            raise InputError(f"{where}, {field!r}", found, expected, remedy)
        _check_size(f"{where}, {field!r}", value)
    if isinstance(first, list):
        return [_kind(field, [(where, element) for where, own in given for element in own])]
    if isinstance(first, dict):
        return _object_kind(field, given)
    return NAMES[type(first)]


def _object_kind(field: str, objects: Sequence[Located]) -> Kind:
    """The kind of objects. Those that differ in their fields are no columns: they stay as they are.

    As columns, an object would get None in the fields that it lacks, which may look like another
    option. Its fields would get the first object's order, which may decide the order of options.
    """
    names = dict.fromkeys(name for _, own in objects for name in own)
    if all([*own] == [*names] for _, own in objects):
        return {
            name: _kind(f"{field}.{name}", [(where, own[name]) for where, own in objects])
            for name in names
        }
    for where, own in objects:
        for value in _values_in(own):
            _check_size(f"{where}, {field!r}", value)
            if isinstance(value, float):
                found = f"{value!r} in an object, and not all items' have the same fields there"
                expected = "no fraction in such an object"
                remedy = "lm-eval would round it. Write it as a text."
                raise InputError(f"{where}, {field!r}", found, expected, remedy)
    return VARIED


def _values_in(value: Any) -> Iterator[Any]:
    """All that an object or a list holds, whatever the depth."""
    if isinstance(value, Mapping | list):
        for own in value.values() if isinstance(value, Mapping) else value:
            yield from _values_in(own)
    else:
        yield value


def _check_size(where: str, value: Any) -> None:
    if isinstance(value, int) and not -MOST <= value < MOST:
        expected = "a whole number of at most 64 bits"
        raise InputError(where, f"{value}", expected, "Write it as a text.")
