"""Which entries a mask holds, by the rule that a configuration names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module

from benchprof.masks.rule import Selection
from benchprof.models.mask import Entries
from benchprof.tensors import TensorFile


def selected(
    selection: str,
    rule: Selection,
    files: Mapping[str, TensorFile],
    counts: Sequence[int],
    abilities: Sequence[str],
) -> Iterator[tuple[str, list[Entries]]]:
    """Each ability's entries for each count.

    Args:
        selection: a name in `RULES`; `masks.rules` has a module for each.
        rule: its settings.
        files: each ability's importance.
        counts: the sizes n.
        abilities: whose masks are selected.
    """
    chosen: Iterator[tuple[str, list[Entries]]] = import_module(
        f"benchprof.masks.rules.{selection}"
    ).select(rule, files, counts, abilities)
    return chosen
