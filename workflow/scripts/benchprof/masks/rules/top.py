"""`top`: what matters most to the ability."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import torch

from benchprof.masks.parts import chunks, largest_of_parts
from benchprof.masks.rule import Top
from benchprof.masks.threshold import above_zero, largest
from benchprof.models.mask import Entries
from benchprof.tensors import TensorFile


def select(
    rule: Top, files: Mapping[str, TensorFile], counts: Sequence[int], abilities: Sequence[str]
) -> Iterator[tuple[str, list[Entries]]]:
    """Each ability's entries for each count."""
    return ((ability, select_top(files[ability], counts, rule.within)) for ability in abilities)


def select_top(
    importance: TensorFile, counts: Sequence[int], within: str = "model"
) -> list[Entries]:
    """`top`: the entries with the highest importance, for each count; only such as are above zero.

    A mask is smaller than the count where fewer entries, or fewer of a part, are above zero.

    Args:
        importance: of one ability.
        counts: the sizes n.
        within: what is ranked together. model: the whole scope; masks are nested in the count.
            chunk: each chunk of consecutive weights of the tensors in the order of their names
            gives a share by its size; not nested in the count.
    """

    def scores(name: str) -> torch.Tensor:
        return above_zero(importance.tensor(name))

    if within == "model":
        return largest(importance.names, scores, counts)
    sizes = {name: importance.size(name) for name in importance.names}
    return [largest_of_parts(chunks(sizes, count), scores, count) for count in counts]
