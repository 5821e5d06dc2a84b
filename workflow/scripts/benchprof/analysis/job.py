"""Jobs: a table and its figure, from the masks, importance or records of one model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pandas as pd

from benchprof.ablation import and_mask_fraction, shown_mask_fraction
from benchprof.analysis.core import core_table
from benchprof.analysis.core_curve import draw_core
from benchprof.analysis.drawing import Drawing
from benchprof.analysis.effects import effects_table
from benchprof.analysis.location import location_table
from benchprof.analysis.location_heatmap import draw_location
from benchprof.analysis.overlap import overlap_table
from benchprof.analysis.overlap_heatmap import draw_overlap
from benchprof.analysis.selectivity import (
    ITEM,
    Answers,
    MaskOwner,
    answers_of,
    selectivity_table,
)
from benchprof.analysis.selectivity_heatmap import draw_selectivity
from benchprof.errors import InputError
from benchprof.evaluation.record import read_record
from benchprof.files import write_csv
from benchprof.masks.size import whole_size
from benchprof.models.mask import read_mask
from benchprof.profile.scores import mask_digests, mask_shares, read_ablated
from benchprof.profile.settings import ProfileSettings
from benchprof.profile.source import Source
from benchprof.tensors import TensorFile

LOOKS = {
    "location": (location_table, draw_location),
    "overlap": (overlap_table, draw_overlap),
}
"""What masks are looked at for: the function that makes the table and the one that draws it."""


def look_at_masks(
    what: str,
    masks: Mapping[str, Path],
    sizes: Mapping[str, int],
    mask_fraction: str,
    drawing: Drawing,
) -> None:
    """Write where each ability's mask lies, or how far every two abilities' masks overlap.

    Args:
        what: `location` or `overlap`.
        masks: mask file by ability, all of one selection and mask fraction.
        sizes: of `models.units.entry_counts`.
        mask_fraction: as configured.
        drawing: a table as `location_table` or `overlap_table` says; the mask fraction is added to
            the title.
    """
    tabulate, draw = LOOKS[what]
    entries = {ability: read_mask(path).entries for ability, path in masks.items()}
    _with_mask_fraction(drawing, masks.values(), mask_fraction).write(
        tabulate(entries, sizes), draw
    )


def measure_core(
    folder: Path,
    importances: Mapping[str, Path],
    mask_fractions: Sequence[str],
    drawing: Drawing,
) -> None:
    """Write how many entries the `top` masks of all abilities share at each mask fraction.

    Args:
        folder: the prepared model.
        importances: importance file by ability.
        mask_fractions: each mask fraction, a share of all parameters, neurons or heads; those that
            exceed the scope or are less than one are left out.
        drawing: a table as `core_table` says.

    Raises:
        InputError: the files hold no scores.
    """
    files = {ability: TensorFile(path) for ability, path in importances.items()}
    first = next(iter(files.values()))
    if not first.names:
        remedy = "Set `keep_importance: true`."
        raise InputError(first.path, "scores that were dropped", "a file with scores", remedy)
    whole, size = whole_size(folder, first.origin["unit"]), first.total_size
    counts = {f: int(Decimal(f) * whole) for f in mask_fractions}
    table = core_table(files, {f: n for f, n in counts.items() if 1 <= n <= size})
    drawing.write(table, draw_core)


def measure_selectivity(
    tests: Mapping[str, str],
    control_items: dict[str, dict[str, str]],
    intact: Mapping[str, Path],
    sources: Sequence[Source],
    settings: ProfileSettings,
    mask_fraction: str,
    drawing: Drawing,
    effects: Path,
) -> None:
    """Write how much answer loss each ablation costs on every ability's test split.

    Args:
        tests: the benchmark that is an ability's test split, by ability.
        control_items: the benchmarks that are control items of its items, by kind and ability,
            where there are some.
        intact: record of the intact model by such a benchmark.
        sources: records of the ablated models on them, all of one model, selection and mask
        fraction.
        settings: of the profile, for the intervals of format likelihood.
        mask_fraction: as configured.
        drawing: a table as `selectivity_table` says; the mask fraction is added to the title.
        effects: another table, as `effects_table` says.

    Raises:
        InputError: a record is damaged or does not belong to its mask, model or requests.
    """
    masks = mask_digests(s.mask for s in sources)
    asked = {ITEM: tests} | control_items
    table = pd.concat(
        [
            selectivity_table(*_answers(benchmarks, intact, sources, masks), settings, kind)
            for kind, benchmarks in asked.items()
        ]
    )
    _with_mask_fraction(drawing, masks, mask_fraction).write(table, draw_selectivity)
    write_csv(effects, effects_table(table), digits=6)


def _answers(
    asked: Mapping[str, str],
    intact: Mapping[str, Path],
    sources: Sequence[Source],
    masks: Mapping[Path, str],
) -> tuple[dict[str, Answers], dict[str, dict[MaskOwner, Answers]]]:
    """Answers of the intact and of the ablated models, by ability whose items are asked."""
    base: dict[str, Answers] = {}
    ablated: dict[str, dict[MaskOwner, Answers]] = {}
    for ability, benchmark in asked.items():
        record = read_record(intact[benchmark])
        base[ability] = answers_of(record)
        ablated[ability] = {
            (s.ablation.ability, s.ablation.seed): answers_of(
                read_ablated(s, record, masks, intact[benchmark])
            )
            for s in sources
            if s.benchmark == benchmark
        }
    return base, ablated


def _with_mask_fraction(drawing: Drawing, masks: Iterable[Path], mask_fraction: str) -> Drawing:
    """With the mask fraction in the title: the masks are of one model and selection, and so of one
    mask fraction.
    """
    shown = shown_mask_fraction(mask_fraction, next(iter(mask_shares(masks).values())))
    return replace(drawing, title=drawing.title + and_mask_fraction(shown))
