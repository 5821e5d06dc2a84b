"""Where masks lie: entries by decoder layer and projection."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from benchprof.masks.threshold import Entries

COLUMNS = ["ability", "layer", "projection", "entries", "size", "share"]
# The layer's number is the first whole number between dots; what follows it is the projection.
NAME = re.compile(r"\.(\d+)\.(.+)\.weight$")


def place_of(tensor: str) -> tuple[int, str]:
    """Layer and projection of a tensor in scope: (3, "down_proj") of model.layers.3.mlp.down_proj.

    Raises:
        ValueError: the name has no layer.
    """
    found = NAME.search(tensor)
    if found is None:
        raise ValueError(f"no layer in {tensor}")
    return int(found[1]), found[2].rpartition(".")[2]


def location_table(masks: Mapping[str, Entries], sizes: Mapping[str, int]) -> pd.DataFrame:
    """A row per ability, layer and projection, also of those without entries.

    Args:
        masks: the masked entries by ability.
        sizes: number of entries of every tensor in scope, by name.

    Returns:
        `entries` masked, the tensor's `size`, and their quotient `share`.
    """
    rows = [
        (ability, *place_of(tensor), len(entries.get(tensor, ())), size)
        for ability, entries in masks.items()
        for tensor, size in sizes.items()
    ]
    table = pd.DataFrame(rows, columns=COLUMNS[:-1])
    table["share"] = table["entries"] / table["size"]
    return table.sort_values(["layer", "projection"], kind="stable").sort_values(
        "ability", key=lambda names: names.map(list(masks).index), kind="stable", ignore_index=True
    )
