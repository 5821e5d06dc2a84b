"""`bottom`: what matters least to the ability."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from benchprof.masks.rule import Bottom
from benchprof.masks.threshold import largest
from benchprof.models.mask import Entries
from benchprof.tensors import TensorFile


def select(
    rule: Bottom,  # noqa: ARG001
    files: Mapping[str, TensorFile],
    counts: Sequence[int],
    abilities: Sequence[str],
) -> Iterator[tuple[str, list[Entries]]]:
    """Each ability's entries for each count."""
    return ((ability, select_bottom(files[ability], counts)) for ability in abilities)


def select_bottom(importance: TensorFile, counts: Sequence[int]) -> list[Entries]:
    """`bottom`: the entries with the lowest importance, for each count; nested in the count.

    Of a signed score those nearest to 0.
    """
    return largest(importance.names, lambda name: -importance.tensor(name).abs(), counts)
