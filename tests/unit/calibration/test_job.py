"""The job: from records on disk to the choice, its table and the masks at it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from tests.records import record_of_chances, write_record

from benchprof import digests
from benchprof.ablation import Ablation
from benchprof.calibration.job import calibrate_masks
from benchprof.profile.source import Source
from benchprof.tensors import write_tensors

ABILITIES = ("x", "y")
MASK_FRACTIONS = ("0.001", "0.003")
# What is left of the intact score under the own mask, the other's and a control, at each mask
# fraction.
KEPT = {"0.001": (0.8, 0.9, 1.0), "0.003": (0.5, 0.6, 0.9)}


def calibrate(folder: Path) -> None:
    random = np.random.default_rng(3)
    masks = {
        (ability, seed, mask_fraction): folder / f"{ability}_{seed}_{mask_fraction}.safetensors"
        for mask_fraction in MASK_FRACTIONS
        for ability, seed in (("x", None), ("y", None), ("all_abilities", 1))
    }
    for place, ((_, _, mask_fraction), path) in enumerate(masks.items()):
        origin = {"digest": digests.of_value(place), "mask_fraction": mask_fraction}
        write_tensors(path, {"w": torch.tensor([place])}, origin)
    intact, sources = {}, []
    chance = np.linspace(0.6, 1.0, 12)
    for ability in ABILITIES:
        intact[ability] = folder / ability / "intact.json"
        write_record(intact[ability], record_of_chances(chance, random, requests=ability))
        for place, ((other, seed, mask_fraction), mask) in enumerate(masks.items()):
            own, side, control = KEPT[mask_fraction]
            kept = control if seed else own if other == ability else side
            record = folder / ability / f"{other}.{mask_fraction}.json"
            how = {"requests": ability, "mask": digests.of_value(place)}
            write_record(record, record_of_chances(chance * kept, random, **how))
            sources.append(
                Source(
                    "m", ability, Ablation(other, "contrastive", mask_fraction, seed), record, mask
                )
            )
    calibrate_masks(
        model="m",
        selection="contrastive",
        intact=intact,
        sources=sources,
        candidates={
            Ablation(a, "contrastive", mask_fraction, s): path
            for (a, s, mask_fraction), path in masks.items()
        },
        targets={
            Ablation(a, "contrastive", "calibrated", s): folder / f"{a}_{s}_calibrated"
            for a, s, _ in masks
        },
        choice=folder / "choice.json",
        table=folder / "choice.csv",
    )


def test_the_choice_is_written_with_its_reasons(tmp_path: Path) -> None:
    calibrate(tmp_path)
    # Of a mean of 0.8: 0.16 - 0.08 at the first mask fraction; 0.4 - 0.32, a tie, at the second.
    choice = json.loads((tmp_path / "choice.json").read_text())
    assert choice["mask_fraction"] == "0.001"
    assert [c["separation"] for c in choice["candidates"]] == pytest.approx([0.08, 0.08])
    x = choice["abilities"]["x"]
    assert (x["own"], x["others_max"], x["random_mean"]) == pytest.approx((0.16, 0.08, 0.0))
    assert (x["n"], x["warning"]) == (12, "mask_fraction_too_small")
    assert choice["digests"]["masks"] == {"x": digests.of_value(0), "y": digests.of_value(1)}
    assert choice["digests"]["requests"] == {"x": "x", "y": "y"}
    table = pd.read_csv(tmp_path / "choice.csv", dtype={"mask_fraction": str})
    assert list(zip(table["mask_fraction"], table["ability"], table["chosen"], strict=True)) == [
        ("0.001", "x", True), ("0.003", "x", False), ("0.001", "y", True), ("0.003", "y", False),
    ]  # fmt: skip


def test_the_masks_and_controls_at_the_choice_are_copied(tmp_path: Path) -> None:
    calibrate(tmp_path)
    for name in ("x_None", "y_None", "all_abilities_1"):
        copy = (tmp_path / f"{name}_calibrated").read_bytes()
        assert copy == (tmp_path / f"{name}_0.001.safetensors").read_bytes()
