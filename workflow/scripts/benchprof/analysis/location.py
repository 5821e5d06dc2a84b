"""Where masks lie: entries by decoder layer and projection."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

import pandas as pd

from benchprof.models.mask import Entries

COLUMNS = ["ability", "layer", "projection", "entries", "size", "share"]
# The layer's number is the first whole number between dots; what follows it is the projection.
NAME = re.compile(r"\.(\d+)\.(.+?)(?:\.weight)?$")


def places(tensors: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Layer and projection of each tensor in scope.

    (3, "down_proj") of model.layers.3.mlp.down_proj.weight; experts' tensors lack the last word.

    Where two parts of a layer have a projection of the same name, as GPT-2's `attn.c_proj` and
    `mlp.c_proj`, the part's name stays before it.

    Raises:
        ValueError: a name has no layer.
    """
    found = {tensor: NAME.search(tensor) for tensor in tensors}
    if missing := [tensor for tensor, match in found.items() if match is None]:
        raise ValueError(f"no layer in {missing[0]}")
    paths = {tensor: (int(match[1]), match[2]) for tensor, match in found.items() if match}
    distinct = {path for _, path in paths.values()}
    times = Counter(path.rpartition(".")[2] for path in distinct)
    short = {path: path.rpartition(".")[2] for path in distinct}
    return {
        tensor: (layer, short[path] if times[short[path]] == 1 else path)
        for tensor, (layer, path) in paths.items()
    }


def location_table(masks: Mapping[str, Entries], sizes: Mapping[str, int]) -> pd.DataFrame:
    """A row per ability, layer and projection, also of those without entries.

    Args:
        masks: the masked entries by ability.
        sizes: number of entries of every tensor in scope, by name.

    Returns:
        `entries` masked, the tensor's `size`, and their quotient `share`.
    """
    place_of = places(sizes)
    rows = [
        (ability, *place_of[tensor], len(entries.get(tensor, ())), size)
        for ability, entries in masks.items()
        for tensor, size in sizes.items()
    ]
    table = pd.DataFrame(rows, columns=COLUMNS[:-1])
    table["share"] = table["entries"] / table["size"]
    return table.sort_values(["layer", "projection"], kind="stable").sort_values(
        "ability", key=lambda names: names.map(list(masks).index), kind="stable", ignore_index=True
    )
