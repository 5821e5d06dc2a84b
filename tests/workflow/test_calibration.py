"""A calibrated mask fraction, from the splits to the table, and what its addition runs."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
from tests.workflow.conftest import Project

EVALUATED = {"evaluate_calibration", "calibrate_masks", "evaluate_benchmark", "compute_profile"}
# They start, since there are more sizes to check, and find all importance in the store.
BEFORE = {"check_sizes", "compute_importance", "select_masks", "draw_controls"}


def make_answerable(project: Project) -> None:
    """Calibration items that also a random model answers above guessing: the answer is shortest."""
    for path in project.folder.glob("items/*/calibration.jsonl"):
        items = [json.loads(line) for line in path.read_text().splitlines()]
        for number, item in enumerate(items, start=10):
            item["options"] = [f"{number}{place}" for place in range(4)]
            # Another text in each item: one that is always right could be guessed.
            item["options"][item["answer"]] = str(number)
        path.write_text("".join(f"{json.dumps(item)}\n" for item in items))


def test_a_calibrated_mask_fraction_is_the_number_that_it_stands_for(
    finished: Project, tmp_path: Path
) -> None:
    project = finished.copy(tmp_path / "copy")
    make_answerable(project)
    candidates = [0.01, 0.02]
    project.configure(
        lambda config: config.update(
            mask_fractions=["calibrated", *candidates],
            calibration={"mask_fractions": candidates, "items": 10},
        )
    )
    planned = project.planned("--", "results/profiles/impact.csv")
    assert set(planned) == BEFORE | EVALUATED
    assert planned["evaluate_calibration"] == planned["evaluate_benchmark"] == 2
    results = project.folder / "results"
    project.run("calibration")
    assert not list((results / "evaluations").glob("*/*/*calibrated*"))
    project.run("results/profiles/impact.csv")

    choice = json.loads((results / "calibration/tiny/contrastive.json").read_text())
    mask_fraction = choice["mask_fraction"]
    assert mask_fraction in ("0.01", "0.02")
    assert [c["abilities"] for c in choice["candidates"]] == [2, 2]
    assert {own["n"] for own in choice["abilities"].values()} == {10}
    best = max(choice["candidates"], key=lambda candidate: candidate["separation"])
    assert best["mask_fraction"] == mask_fraction

    for stem in ("places/contrastive", "colours/contrastive", "all_abilities/contrastive-random-2"):
        calibrated = results / f"masks/tiny/{stem}_calibrated.safetensors"
        number = results / f"masks/tiny/{stem}_{mask_fraction}.safetensors"
        assert calibrated.read_bytes() == number.read_bytes()

    # Intact and the old mask fraction's masks and controls are reused; of the new number all four
    # are computed, and of the word none.
    assert "2 reused, 0 computed" in project.log("compute_importance/tiny.log")
    assert "9 reused, 4 computed" in project.log("evaluate_benchmark/tiny/places_test.log")
    table = pd.read_csv(
        results / "profiles/impact.csv", dtype={"mask_fraction": str, "mask_fraction_value": str}
    )
    of_word = table[table["mask_fraction"] == "calibrated"]
    assert set(of_word["mask_fraction_value"]) == {mask_fraction}
    of_number = table[table["mask_fraction"] == mask_fraction]
    assert list(of_word["ablated"]) == list(of_number["ablated"])
    assert "Nothing to be done" in project.run("-n", "results/profiles/impact.csv")
    # The manifest, and so an archive, holds which mask fraction was chosen from.
    inputs = project.run("-n", "results/manifest.json").partition("rule write_manifest:")[2]
    inputs = inputs.partition("output:")[0]
    records = list((project.folder / "results/calibration/tiny").glob("*/*.json"))
    assert len(records) > 2
    for record in records:
        assert str(record.relative_to(project.folder)) in inputs
