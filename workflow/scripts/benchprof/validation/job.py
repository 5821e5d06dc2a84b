"""Jobs: a planted model's blocks ablated, its pool answered, and what was recovered of both."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
        blocks: their masks.
        forms: the mask of what writes alphabets.
        truth: by benchmark, the records without each block.
        pool: the records of the pool under the abilities' masks; none without a pool.
    """

    digest: str
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
    masks: Mapping[tuple[str, Ablation], Path],
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
        masks: of the planted models, by model.
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
    composed: dict[str, Any] = json.loads(composition.read_text(encoding="utf-8"))
    impact = pd.read_parquet(profiles / "impact.parquet")
    findings = pd.read_parquet(profiles / "findings.parquet")
    benchmarks = list(dict.fromkeys(impact["benchmark"]))
    truth = _truth(planted, settings)
    cells = recovered_cells(impact, truth)
    cells["expected"] = [
        composed[benchmark]["impact"][ability]
        for benchmark, ability in zip(cells["benchmark"], cells["ability"], strict=True)
    ]
    needed = {
        name: {ability for ability, value in composed[name]["impact"].items() if value > 0}
        for name in benchmarks
    }
    found = mask_rows(
        masks,
        {(m, a): p for m, known in planted.items() for a, p in known.blocks.items()},
        {model: known.forms for model, known in planted.items()},
    )
    recovery = recovery_rows(
        cells, found, findings[findings["model"].isin(list(planted))], needed, own_benchmarks
    )
    recovery = pd.concat([recovery, _entangled_rows(impact, entangled, needed, own_benchmarks)])
    mixtures = {name: composed[name]["mixture"] for name in benchmarks}
    tables = {
        "recovery": recovery,
        "cells": cells,
        "masks": found,
        "coverage": _coverage(planted, masks, pool, mixtures, view, settings),
        "similarity": true_similarity_rows(pd.read_parquet(profiles / "similarity.parquet"), truth),
    }
    for name, table in tables.items():
        write_csv(folder / f"{name}.csv", table, digits=6)
    drawn = [folder / f"recovery.{form}" for form in ("png", "svg", "txt")]
    draw_recovery(cells, found, view[1], drawn)


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
    masks: Mapping[tuple[str, Ablation], Path],
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
        scores = _read(model, known, POOL, known.pool, _masks_of(masks, model, view), view)
        own = [kinds[index] for index, _ in scores.items]
        tables.append(coverage_rows(scores, own, mixtures, pool.draws, pool.size, settings))
    return pd.concat(tables, ignore_index=True)


def _entangled_rows(
    impact: pd.DataFrame,
    models: Sequence[str],
    needed: Mapping[str, set[str]],
    own_benchmarks: Mapping[str, str],
) -> pd.DataFrame:
    """What masks take off tests in models without blocks; nothing else of them is known."""
    shown = shown_masks(impact[impact["model"].isin(list(models))])
    return pd.DataFrame(
        [
            dict(zip(("model", "selection", "fraction"), key, strict=True))
            | drops(cells, needed, own_benchmarks)
            for key, cells in shown.groupby(["model", "selection", "fraction"], sort=False)
        ]
    )


def _masks_of(
    masks: Mapping[tuple[str, Ablation], Path], model: str, view: tuple[str, str]
) -> dict[str, Path]:
    return {
        own.ability: path
        for (owner, own), path in masks.items()
        if owner == model and (own.selection, own.k) == view
    }


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
