"""Jobs: a table and its figure, from the masks or importance of one model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import pandas as pd

from benchprof.analysis.core import core_table
from benchprof.analysis.core_curve import draw_core
from benchprof.analysis.location import location_table
from benchprof.analysis.location_heatmap import draw_location
from benchprof.analysis.overlap import overlap_table
from benchprof.analysis.overlap_heatmap import draw_overlap
from benchprof.configuration import shown_fraction
from benchprof.files import write_text
from benchprof.masks.mask import Mask, read_mask
from benchprof.models.preparation import read_card
from benchprof.tensors import TensorFile


def locate_masks(
    masks: Mapping[str, Path],
    importance: Path,
    title: str,
    fraction: str,
    csv: Path,
    figures: Sequence[Path],
) -> None:
    """Write where each ability's mask lies.

    Args:
        masks: mask file by ability, all of one selection and k.
        importance: any importance file of the model, for the sizes of its tensors.
        title: of the figure, to which k is added.
        fraction: k as configured.
        csv: the table, as `location_table` says.
        figures: PNG and SVG.
    """
    read = {ability: read_mask(path) for ability, path in masks.items()}
    entries = {ability: mask.entries for ability, mask in read.items()}
    table = location_table(entries, tensor_sizes(importance))
    write_table(csv, table)
    draw_location(table, f"{title}, k = {_shown_k(read.values(), fraction)}", figures)


def compare_masks(
    masks: Mapping[str, Path],
    importance: Path,
    title: str,
    fraction: str,
    csv: Path,
    figures: Sequence[Path],
) -> None:
    """Write how far every two abilities' masks overlap; the arguments are `locate_masks`'."""
    read = {ability: read_mask(path) for ability, path in masks.items()}
    entries = {ability: mask.entries for ability, mask in read.items()}
    table = overlap_table(entries, tensor_sizes(importance))
    write_table(csv, table)
    draw_overlap(table, f"{title}, k = {_shown_k(read.values(), fraction)}", figures)


def measure_core(
    folder: Path,
    importances: Mapping[str, Path],
    fractions: Sequence[str],
    title: str,
    csv: Path,
    figures: Sequence[Path],
) -> None:
    """Write how many entries the `top` masks of all abilities share at each k.

    Args:
        folder: the prepared model.
        importances: importance file by ability.
        fractions: each k, a share of all parameters; those that exceed the scope are left out.
        title: of the figure.
        csv: the table, as `core_table` says.
        figures: PNG and SVG.
    """
    files = {ability: TensorFile(path) for ability, path in importances.items()}
    whole, size = read_card(folder).parameters, next(iter(files.values())).total_size
    counts = {f: int(Decimal(f) * whole) for f in fractions}
    table = core_table(files, {f: n for f, n in counts.items() if 1 <= n <= size})
    write_table(csv, table)
    draw_core(table, title, figures)


def _shown_k(masks: Iterable[Mask], fraction: str) -> str:
    """k for readers: the masks are of one selection, and so of one k."""
    return shown_fraction(fraction, str(next(iter(masks)).origin["fraction"]))


def tensor_sizes(importance: Path) -> dict[str, int]:
    """Number of entries of every tensor in scope, by name."""
    file = TensorFile(importance)
    return {name: file.size(name) for name in file.names}


def write_table(path: Path, table: pd.DataFrame) -> None:
    """A table as CSV whose bytes depend on its values alone."""
    write_text(path, table.to_csv(index=False, float_format="%.6g", lineterminator="\n"))
