"""Jobs: a planted model's blocks ablated, its pool answered, and what was recovered of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchprof.errors import InputError
from benchprof.evaluation.assignment import Assignment
from benchprof.evaluation.intervention import Intervention
from benchprof.evaluation.job import evaluate_benchmarks
from benchprof.evaluation.settings import ModelSettings
from benchprof.files import write_csv
from benchprof.jsonl import read_objects
from benchprof.masks.mask import read_mask
from benchprof.profile.scores import Scores, mask_digests, read_scores
from benchprof.profile.settings import ProfileSettings
from benchprof.profile.shown import shown_masks
from benchprof.profile.source import Source
from benchprof.run.ablation import INTACT, Ablation
from benchprof.store import Store
from benchprof.tasks.source import TaskSource
from benchprof.validation.blocks import write_block_masks
from benchprof.validation.composition import Composition, read_composition
from benchprof.validation.coverage import COLUMNS, coverage_rows
from benchprof.validation.recovery import (
    STALE,
    drops,
    mask_rows,
    recovered_cells,
    recovery_rows,
    truth_rows,
)
from benchprof.validation.recovery_figure import draw_recovery
from benchprof.validation.true_similarity import true_similarity_rows

TRUTH = ("blocks", "")
"""Selection and fraction of the blocks' masks."""
POOL = "pool"
Masks = Mapping[str, Path]
"""Mask file by ability."""
Records = Mapping[str, Path]
"""Record by ability, and of `intact`."""


@dataclass(frozen=True)
class Planted:
    """What was measured of one model whose blocks are known.

    Attributes:
        digest: of the weights as prepared.
        masks: the abilities' masks.
        blocks: the blocks' masks.
        forms: the mask of what writes alphabets.
        truth: by benchmark, the records without each block.
        pool: the records of the pool under the abilities' masks; none without a pool.
    """

    digest: str
    masks: Mapping[Ablation, Path]
    blocks: Masks
    forms: Path
    truth: Mapping[str, Records]
    pool: Records


@dataclass(frozen=True)
class Pool:
    """Fresh items, and the benchmarks that are drawn from them.

    Attributes:
        items: their file.
        draws: how many benchmarks.
        size: items of each.
    """

    items: Path
    draws: int
    size: int


def evaluate_blocks(
    card: Path,
    model: ModelSettings,
    benchmarks: Mapping[str, tuple[TaskSource, int | None]],
    seed: int,
    masks: Masks,
    forms: Path,
    targets: Mapping[str, Records],
    store: Store,
) -> None:
    """Write the blocks' masks, and the records of each benchmark without each block.

    Args:
        card: the planted model's.
        model: the prepared model.
        benchmarks: the task of each and how many of its documents at most.
        seed: of the sample and the few-shot draw.
        masks: where the blocks' masks go.
        forms: where the mask of what writes alphabets goes.
        targets: where the records go, by benchmark.
        store: the store.

    Raises:
        InputError: the card lacks an ability's block.
    """
    write_block_masks(card, model.folder, masks, forms)
    blocks = {ability: read_mask(path) for ability, path in masks.items()}
    assignments = [
        Assignment(source, limit, targets[name]) for name, (source, limit) in benchmarks.items()
    ]
    evaluate_benchmarks(model, assignments, seed, blocks, Intervention("zero"), store)


def measure_recovery(
    planted: Mapping[str, Planted],
    entangled: Sequence[str],
    profiles: Path,
    composition: Path,
    pool: Pool | None,
    own_benchmarks: Mapping[str, str],
    view: tuple[str, str],
    settings: ProfileSettings,
    folder: Path,
) -> None:
    """Write recovery, cells, masks, coverage and similarity as CSV, and the figure of them.

    Args:
        planted: the models with known blocks.
        entangled: models that have none.
        profiles: folder of the profile stage's tables.
        composition: the benchmarks' mixtures and what they imply.
        pool: what intervals are held against; without it no table says how often they hold it.
        own_benchmarks: the benchmark that is an ability's test split, by ability.
        view: selection and fraction of the masks that the pool was answered under.
        settings: how scores become AIS.
        folder: of the tables.

    Raises:
        InputError: profile, truth or pool were measured on other weights or requests.
    """
    impact, findings, similarity = (
        pd.read_parquet(profiles / f"{name}.parquet")
        for name in ("impact", "findings", "similarity")
    )
    composed = read_composition(composition, dict.fromkeys(impact["benchmark"]))
    truth = _truth(planted, settings)
    cells = _cells(impact, truth, composed)
    found = pd.concat(
        [mask_rows(model, own.masks, own.blocks, own.forms) for model, own in planted.items()],
        ignore_index=True,
    )
    known = recovery_rows(
        cells, found, _rows_of(findings, planted), composed.needed, own_benchmarks
    )
    others = _entangled_rows(_rows_of(impact, entangled), composed.needed, own_benchmarks)
    tables = {
        "recovery": pd.concat([known, others]),
        "cells": cells,
        "masks": found,
        "coverage": _coverage(planted, pool, composed.mixture, view, settings),
        "similarity": true_similarity_rows(similarity, truth),
    }
    for name, table in tables.items():
        write_csv(folder / f"{name}.csv", table, digits=6)
    drawn = [folder / f"recovery.{form}" for form in ("png", "svg", "txt")]
    draw_recovery(cells, found, view[1], drawn)


def _rows_of(table: pd.DataFrame, models: Iterable[str]) -> pd.DataFrame:
    return table[table["model"].isin(list(models))]


def _cells(impact: pd.DataFrame, truth: pd.DataFrame, composed: Composition) -> pd.DataFrame:
    """The rows of `recovered_cells`, with the AIS that the mixture implies, `expected`."""
    cells = recovered_cells(impact, truth)
    cells["expected"] = [
        composed.impact[benchmark][ability]
        for benchmark, ability in zip(cells["benchmark"], cells["ability"], strict=True)
    ]
    return cells


def _truth(planted: Mapping[str, Planted], settings: ProfileSettings) -> pd.DataFrame:
    """What the planted models lose on each benchmark without each block."""
    rows = [
        truth_rows(_read(model, known, benchmark, records, known.blocks, TRUTH), settings)
        for model, known in planted.items()
        for benchmark, records in known.truth.items()
    ]
    return pd.concat(rows, ignore_index=True)


def _coverage(
    planted: Mapping[str, Planted],
    pool: Pool | None,
    mixtures: Mapping[str, Mapping[str, float]],
    view: tuple[str, str],
    settings: ProfileSettings,
) -> pd.DataFrame:
    """The rows of all models; none without a pool."""
    if pool is None:
        return pd.DataFrame(columns=COLUMNS)
    kinds = [str(item["type"]) for _, item in read_objects(pool.items, "pool items")]
    tables = []
    for model, known in planted.items():
        masks = {own.ability: p for own, p in known.masks.items() if (own.selection, own.k) == view}
        scores = _read(model, known, POOL, known.pool, masks, view)
        own = [kinds[index] for index, _ in scores.items]
        tables.append(coverage_rows(scores, own, mixtures, pool.draws, pool.size, settings))
    return pd.concat(tables, ignore_index=True)


def _entangled_rows(
    impact: pd.DataFrame, needed: Mapping[str, set[str]], own_benchmarks: Mapping[str, str]
) -> pd.DataFrame:
    """What masks take off tests in models without blocks; nothing else of them is known."""
    shown = shown_masks(impact)
    return pd.DataFrame(
        [
            dict(zip(("model", "selection", "fraction"), key, strict=True))
            | drops(cells, needed, own_benchmarks)
            for key, cells in shown.groupby(["model", "selection", "fraction"], sort=False)
        ]
    )


def _read(
    model: str,
    known: Planted,
    benchmark: str,
    records: Records,
    masks: Masks,
    view: tuple[str, str],
) -> Scores:
    sources = [
        Source(model, benchmark, Ablation(ability, *view), records[ability], mask)
        for ability, mask in masks.items()
    ]
    scores = read_scores(model, benchmark, records[INTACT], sources, mask_digests(masks.values()))
    if scores.model_digest != known.digest:
        raise InputError(
            records[INTACT],
            f"measured on weights with the digest {scores.model_digest[:12]}",
            f"{known.digest[:12]}, those of {model} as prepared",
            STALE,
        )
    return scores
