"""One job: all records into the AIS table and the similarity table, as CSV and parquet."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from benchprof.errors import InputError
from benchprof.evaluation.record import read_record
from benchprof.files import written_whole
from benchprof.profile.table import (
    Cell,
    Settings,
    add_corrected,
    add_dose,
    impact_rows,
    similarity_rows,
)
from benchprof.tensors import TensorFile

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Source:
    """Where one cell's record and mask are, and what they are; `seed` marks a random control."""

    model: str
    benchmark: str
    ability: str
    selection: str
    fraction: str
    seed: int | None
    record: Path
    mask: Path


def compute_profile(
    intact: Mapping[tuple[str, str], Path],
    sources: Sequence[Source],
    own_benchmarks: Mapping[str, str],
    settings: Settings,
    impact_stem: Path,
    similarity_stem: Path,
) -> None:
    """Write the AIS table and the similarity table.

    Args:
        intact: record of the unablated model by (model, benchmark).
        sources: the ablated models' records.
        own_benchmarks: the benchmark that is an ability's test split, by ability.
        settings: how scores become AIS.
        impact_stem: path of the AIS table without its ending.
        similarity_stem: path of the similarity table without its ending.

    Raises:
        InputError: a record is damaged or does not belong to its mask, model or requests.
    """
    masks = {path: str(TensorFile(path).origin["digest"]) for path in {s.mask for s in sources}}
    parts = []
    for (model, benchmark), path in intact.items():
        base = read_record(path)
        own = [s for s in sources if (s.model, s.benchmark) == (model, benchmark)]
        cells = [_cell(source, base, masks[source.mask], path) for source in own]
        parts.append(impact_rows(base, cells, settings.of_benchmark(benchmark)))
    table = pd.concat(parts, ignore_index=True)
    table["seed"] = table["seed"].astype("Int64")
    table = add_dose(add_corrected(table), dict(own_benchmarks))
    _write(table, impact_stem)
    _write(similarity_rows(table, settings.seed), similarity_stem)
    undefined = table[table["headline"] & table["ais"].isna()]
    logger.info("%d rows; undefined in the headline metric: %d", len(table), len(undefined))


def _cell(source: Source, base: dict[str, Any], mask: str, intact: Path) -> Cell:
    record = read_record(source.record)
    remedy = "Delete it and run again."
    if record["origin"]["mask"]["digest"] != mask:
        found = f"made with the mask {record['origin']['mask']['digest'][:12]}"
        raise InputError(source.record, found, f"{mask[:12]}, that of {source.mask}", remedy)
    for part, theirs in _identity(base).items():
        if _identity(record)[part] != theirs:
            found = f"{part} differs from that of {intact}"
            raise InputError(source.record, found, "one and the same", remedy)
    return Cell(
        source.model, source.benchmark, source.ability, source.selection, source.fraction,
        source.seed, record,
    )  # fmt: skip


def _identity(record: dict[str, Any]) -> dict[str, str]:
    """What two records must share to be compared.

    Not how the configuration put it: the store gives a record back for another limit or seed that
    leads to the same requests.
    """
    origin = record["origin"]
    return {
        "model": origin["model"]["digest"],
        "dtype": origin["model"]["dtype"],
        "requests": origin["requests"]["digest"],
        "code": origin["code"],
    }


def _write(table: pd.DataFrame, stem: Path) -> None:
    with written_whole(stem.with_suffix(".csv")) as temporary:
        table.to_csv(temporary, index=False, lineterminator="\n")
    with written_whole(stem.with_suffix(".parquet")) as temporary:
        table.to_parquet(temporary, index=False)
