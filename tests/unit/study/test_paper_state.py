"""What study/paper_state.tar.xz holds: how k was chosen for the paper's masks, and these masks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from scipy.stats import norm
from study.calibration import read_drops, told
from study.tables import MODEL
from tests.conftest import ROOT

from benchprof.calibration.choice import ChosenK, choose
from benchprof.calibration.drops import Drops
from benchprof.evaluation.record import key_of, read_record
from benchprof.masks.mask import read_mask
from benchprof.origin import verified_origin
from benchprof.report.names import readable
from benchprof.report.numbers import number
from benchprof.run.jobs.calibration import CalibrateMasks
from benchprof.run.run import read_run
from benchprof.tensors import TensorFile

COMPLETE = 18
"""Own tests and benchmarks, which all twelve masks have answered."""
CONFIG = ROOT / "config/study_paper.yaml"
CALIBRATION = yaml.safe_load(CONFIG.read_text())["calibration"]
KS = [format(k, "f").rstrip("0") for k in CALIBRATION["fractions"]]
PAGE = (ROOT / "docs/study_details.md").read_text(encoding="utf-8").replace("\u2212", "-")


@pytest.fixture(scope="module")
def masks(state: Path) -> dict[str, Mapping[str, Any]]:
    """What each mask says of itself, by ability and file name, once it agrees with its digest."""
    files = sorted((state / "results/masks").rglob("*.safetensors"))
    return {f"{file.parent.name}.{file.stem}": verified_origin(file) for file in files}


@pytest.fixture(scope="module")
def drops(state: Path) -> list[Drops]:
    """Recomputed from the records."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(state)
        (job,) = CalibrateMasks.all_of(read_run([CONFIG]))
        return read_drops(job)


@pytest.fixture(scope="module")
def chosen(drops: list[Drops]) -> ChosenK:
    return choose(drops)


def test_every_candidate_has_a_mask_for_each_ability_and_two_random_ones(
    masks: dict[str, Mapping[str, Any]],
) -> None:
    assert len(masks) == 12 * (len(KS) + 1)
    for k in KS:
        own = [origin for name, origin in masks.items() if name.endswith(f"_{k}")]
        assert len(own) == 12
        assert {origin["fraction"] for origin in own} == {k}


def test_the_chosen_masks_are_whole_and_those_of_the_other_k_say_what_they_were(
    state: Path, masks: dict[str, Mapping[str, Any]], chosen: ChosenK
) -> None:
    for name, origin in masks.items():
        ability, _, stem = name.partition(".")
        (file,) = (state / "results/masks").glob(f"*/{ability}/{stem}.safetensors")
        if stem.endswith("_calibrated"):
            mask = read_mask(file)
            assert (mask.digest, mask.size) == (origin["digest"], origin["n"])
            assert origin["fraction"] == chosen.k
            assert masks[name.replace("calibrated", chosen.k)] == origin
        else:
            assert not TensorFile(file).names


def test_all_states_have_answered_the_calibration_items(
    state: Path, masks: dict[str, Mapping[str, Any]]
) -> None:
    digests = {name: origin["digest"] for name, origin in masks.items() if name.endswith((*KS,))}
    done: dict[str, set[str]] = {}
    for file in sorted((state / "results/calibration").glob("*/*/*.json")):
        record = json.loads(file.read_text())
        assert record["n"] == CALIBRATION["items"]
        own = record["origin"]["mask"]
        assert (own or {}).get("digest") == digests.get(file.stem)
        done.setdefault(file.parent.name, set()).add(file.stem)
    assert len(done) == 10
    assert all(states == {"intact", *digests} for states in done.values())


def test_the_frozen_program_chose_the_same(state: Path, chosen: ChosenK) -> None:
    (file,) = (state / "results/calibration").glob("*/top.json")
    assert file.parent.name == MODEL
    assert json.loads(file.read_text())["k"] == chosen.k


def left_without_recall(drops: list[Drops], k: str) -> tuple[float, float]:
    """By hand: the mean of own drops less others' over seven abilities, and its error."""
    left = [
        own
        for own in drops
        if own.k == k and own.warning != "at_guessing" and own.ability != "contextual_recall"
    ]
    assert len(left) == 7
    mean = sum(own.own - sum(own.others) / 9 for own in left) / 7
    return mean, sum(own.errors.over_others**2 for own in left) ** 0.5 / 7


def test_the_page_has_the_candidates(drops: list[Drops], chosen: ChosenK) -> None:
    for one in chosen.candidates:
        k = f"**{one.k}**" if one.k == chosen.k else one.k
        p = min(1.0, len(chosen.candidates) * float(norm.sf(one.separation / one.error)))
        mean, error = left_without_recall(drops, one.k)
        row = (
            f"| {k} | {one.own:.4f} ({one.errors.own:.4f}) | {one.others:.4f} | {one.random:.4f} "
            f"| {one.separation:.4f} ({one.error:.4f}) | {p:.3f} | {mean:.4f} ({error:.4f}) |\n"
        )
        assert row in PAGE
        # "Without this ability, the difference is not significant at any k."
        assert mean / error < norm.isf(0.05)


def test_the_page_has_each_ability_at_the_chosen_k(drops: list[Drops], chosen: ChosenK) -> None:
    for own in drops:
        if own.k == chosen.k:
            over_others, over_random = own.own - own.others_mean, own.own - own.random_mean
            left_out = " (not counted)" if own.warning == "at_guessing" else ""
            row = (
                f"| {readable(own.ability)}{left_out} | {own.intact:.3f} "
                f"| {own.own:.4f} ({own.errors.own:.4f}) | {own.others_max:.4f} "
                f"| {over_others:.4f} ({own.errors.over_others:.4f}) "
                f"| {over_random:.4f} ({own.errors.over_random:.4f}) |\n"
            )
            assert row in PAGE


def test_the_page_says_what_part_of_the_margin_is_lost(drops: list[Drops], chosen: ChosenK) -> None:
    counted = [own for own in drops if own.k == chosen.k and own.warning != "at_guessing"]
    margin = sum(own.intact - own.guessing for own in counted) / len(counted)
    by_k = {one.k: one for one in chosen.candidates}
    best, largest = by_k[chosen.k], by_k["0.01024"]
    assert f"margin over guessing is {margin:.3f} on average" in PAGE
    assert f"own masks remove {best.own / margin:.0%} of it" in PAGE.replace("\n  ", " ")
    assert f"and other abilities' masks {best.others / margin:.0%}." in PAGE
    assert {f"{part / margin:.0%}" for part in (largest.own, largest.others)} == {"98%"}
    assert f"At\n  k = 0.01024, they cost {largest.random / margin:.0%} of the margin." in PAGE


def test_most_of_the_separation_comes_from_contextual_recall(
    drops: list[Drops], chosen: ChosenK
) -> None:
    counted = [own for own in drops if own.k == chosen.k and own.warning != "at_guessing"]
    (recall,) = [own for own in counted if own.ability == "contextual_recall"]
    beyond = recall.own - recall.others_mean
    assert f"costs its items {beyond:.3f} ({recall.errors.over_others:.3f}) more" in PAGE
    separation = sum(own.own - own.others_mean for own in counted)
    assert beyond > separation / 2
    # "Seven of the eight abilities cannot be told apart": contextual recall alone can.
    assert [own for own in counted if own.own > own.others_max] == [recall]


def test_the_command_prints_the_page_s_numbers(drops: list[Drops], chosen: ChosenK) -> None:
    printed = "\n".join(told(chosen, drops))
    first, _, rest = printed.partition("\nOwn less others without contextual_recall, ")
    assert f"k = {chosen.k}: " in first
    for one in chosen.candidates:
        mean, error = left_without_recall(drops, one.k)
        assert f"\n| {one.k} | {number(mean, 4)} ({number(error, 4)}) |\n" in rest
        p = min(1.0, len(chosen.candidates) * float(norm.sf(one.separation / one.error)))
        (row,) = [line for line in first.splitlines() if line.startswith(f"| {one.k} | ")]
        assert row.endswith(f" | {p:.3f} |")


def test_the_answers_are_of_the_chosen_masks(
    answers: Path, masks: dict[str, Mapping[str, Any]]
) -> None:
    digests = {origin["digest"] for name, origin in masks.items() if "_calibrated" in name}
    asked: dict[str, set[str]] = {}
    for file in sorted((answers / "store/evaluations").rglob("*.json")):
        record = read_record(file)
        assert key_of(record["origin"]) == file.stem
        mask = record["origin"]["mask"]
        assert mask is not None and mask["digest"] in digests
        asked.setdefault(record["origin"]["requests"]["digest"], set()).add(mask["digest"])
    assert len(asked) == COMPLETE and all(states == digests for states in asked.values())
