"""Values that pass between the judge and the candidate, as JSON.

Only the data types below pass by value, and they arrive as exactly these types: an instance of a
subclass arrives as its base, so that methods that a program defines never decide a comparison.
Anything else stays where it is and passes as a handle.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# Below, JSON's decimal digits do; above, they would take quadratic time and have a limit.
SMALL = 2**63

# The text of a value or the parts that are values in turn, taken with the type's own methods.
_PARTS: dict[type, Callable[[Any], Any]] = {
    int: lambda value: int.__format__(value, "x"),
    complex: lambda value: (value.real, value.imag),
    bytes: bytes.hex,
    dict: lambda value: map(tuple, dict.items(value)),
    list: list.__iter__,
    tuple: tuple.__iter__,
    set: set.__iter__,
    frozenset: frozenset.__iter__,
}


def encode(value: Any, handle_of: Callable[[Any], int]) -> Any:
    """`value` as what JSON can hold.

    Args:
        value: any value.
        handle_of: gives the number by which a value that does not pass is known.
    """

    if value is None or isinstance(value, bool | str | float):
        return value
    if isinstance(value, int) and -SMALL < value < SMALL:
        return value
    for kind, parts in _PARTS.items():
        if isinstance(value, kind):
            content = parts(value)
            if not isinstance(content, str):
                content = [encode(each, handle_of) for each in content]
            return {kind.__name__: content}
    return {"handle": handle_of(value)}


def decode(encoded: Any, of_handle: Callable[[int], Any]) -> Any:
    """The value that was encoded, of exactly the types above.

    Args:
        encoded: what `encode` gave. It may come from a hostile program.
        of_handle: gives what stands for the value that is known by a number.

    Raises:
        ValueError, TypeError: it is nothing that `encode` gives.
    """
    if not isinstance(encoded, dict):
        if isinstance(encoded, list):
            raise ValueError("a list without its type")
        return encoded
    ((kind, content),) = encoded.items()

    def decoded(values: Any) -> list[Any]:
        return [decode(each, of_handle) for each in values]

    simple: dict[str, Callable[[Any], Any]] = {
        "int": lambda digits: int(digits, 16),
        "complex": lambda parts: complex(*map(float, parts)),
        "bytes": bytes.fromhex,
        "dict": lambda items: dict(decoded(items)),
        "list": decoded,
        "tuple": lambda values: tuple(decoded(values)),
        "set": lambda values: set(decoded(values)),
        "frozenset": lambda values: frozenset(decoded(values)),
        "handle": lambda number: of_handle(int(number)),
    }
    if kind not in simple:
        raise ValueError(f"no type {kind!r}")
    return simple[kind](content)
