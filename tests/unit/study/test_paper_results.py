"""docs/study.md says of the paper's masks what study/paper_answers.tar.xz holds."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from study.figures import AIS, draw_ais
from study.masks import validity
from study.tables import SUFFIX, Tables, read_rules, read_tables
from tests.conftest import ROOT
from tests.unit.study.archives import (
    CHOICES,
    MODEL,
    bound,
    coarse,
    effective_row,
    one_cell,
    signed,
)

from benchprof.masks.mask import Mask, read_mask
from benchprof.report.names import readable

BROKEN = ("arc_challenge", "hellaswag", "boolq", "commonsense_qa", "mmlu")
"""The benchmarks from which each mask takes nearly everything."""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("answers")
    with tarfile.open(ROOT / "study/paper_answers.tar.xz") as file:
        file.extractall(folder, filter="data")
    return folder


@pytest.fixture(scope="module")
def masks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Mask]:
    """The ten abilities' masks and two random ones, by folder and file."""
    folder = tmp_path_factory.mktemp("state")
    with tarfile.open(ROOT / "study/paper_state.tar.xz") as file:
        chosen = [one for one in file.getmembers() if one.name.endswith("_calibrated.safetensors")]
        file.extractall(folder, members=chosen, filter="data")
    files = sorted(folder.rglob("*.safetensors"))
    return {f"{file.parent.name}.{file.stem}": read_mask(file) for file in files}


@pytest.fixture(scope="module")
def paper(answers: Path) -> Tables:
    return read_tables(answers / "results/profiles", MODEL)


def test_the_ais_are_those_of_the_answers(answers: Path, paper: Tables, unpacked: Path) -> None:
    """From records: (intact - ablated) / (intact - guessing), with the study's intact answers."""
    intact = {}
    for name in (*CHOICES, *paper.own_tests.values()):
        file = unpacked / "results/evaluations" / MODEL / name / "intact.json"
        record = json.loads(file.read_text())
        intact[record["origin"]["requests"]["digest"]] = name, record
    ais = {}
    for file in (answers / "store/evaluations").rglob("*.json"):
        ablated = json.loads(file.read_text())
        name, record = intact[ablated["origin"]["requests"]["digest"]]
        assert ablated["items"]["digest"] == record["items"]["digest"]
        before, after = (
            float(np.mean(one["items"]["scores"]["probability"])) for one in (record, ablated)
        )
        rows = pd.concat([paper.cells, paper.controls])
        rows = rows[(rows.benchmark == name) & rows.ais.notna()]
        if not rows.empty:
            digest = ablated["origin"]["mask"]["digest"]
            ais[name, digest] = (before - after) / (before - rows.guessing.iloc[0])
            (given,) = rows.ais[rows.mask_digest == digest]
            assert given == pytest.approx(ais[name, digest], abs=1e-9)
    assert len(ais) == 12 * 16


def test_the_table_of_benchmarks(report: str, paper: Tables) -> None:
    for name in CHOICES:
        cells, random = (own[own.benchmark == name] for own in (paper.cells, paper.controls))
        row = (
            f"| {readable(name)} | {cells.intact.iloc[0]:.3f} | {cells.guessing.iloc[0]:.3f} | "
            f"{signed(cells.ablated.min(), cells.ablated.max(), 3)} | "
            f"{random.ablated.min():.3f} and {random.ablated.max():.3f} | "
        )
        if cells.ais.isna().all():
            row += "none | none | |"
        else:
            row += f"{signed(cells.ais.min(), cells.ais.max(), 3)} | "
            row += f"{bound(random.ais.min())} and {bound(random.ais.max())} | "
            row += f"{cells.q_others.min():.2f} |"
        assert row in report


def test_the_tables_of_masks_and_of_effective_numbers(page: str, paper: Tables) -> None:
    for mask in validity(paper):
        own = one_cell(paper.cells, mask.ability + SUFFIX, mask.ability)
        q = "<0.001" if mask.q_random < 0.0005 else f"{mask.q_random:.3f}"
        assert (
            f"| {readable(mask.ability)} | {own.intact:.3f} | {bound(mask.dose)} "
            f"({bound(mask.low)} to {bound(mask.high)}) | {bound(mask.over_random)} | {q} | "
            f"{bound(own.over_others)} | {bound(mask.others)} |"
        ) in page
        assert not mask.possible and mask.others > 0.4
    for name in paper.counting(read_rules().benchmarks):
        assert effective_row(readable(name), paper.findings.loc[name]) in page


def test_each_mask_takes_nearly_everything(report: str, paper: Tables) -> None:
    cells, random = (own[own.benchmark.isin(BROKEN)] for own in (paper.cells, paper.controls))
    assert len(cells) == 50
    assert cells[["q_ais", "q_random"]].max(axis=None) < 0.0025
    assert (cells[["ais_low", "over_random_low"]] > 0).all(axis=None)
    assert f"(AIS of {signed(cells.ais.min(), cells.ais.max(), 2)})" in report
    assert random.ais.abs().max() < 0.1
    mmlu = cells[cells.benchmark == "mmlu"].ais
    assert f"On MMLU, {mmlu.min():.0%} to {mmlu.max():.0%} of the margin is lost." in report


def test_no_mask_can_be_told_apart_from_the_others(report: str, paper: Tables) -> None:
    defined = paper.cells[paper.cells.ais.notna()]
    assert len(defined) == 160
    assert f"The smallest q is {defined.q_others.min():.2f}." in report
    apart = (defined.over_others_low > 0) | (defined.over_others_high < 0)
    assert f"{apart.sum()} of the 160 intervals of the difference from the other" in report
    tests = defined[defined.benchmark.str.endswith(SUFFIX)]
    own = tests.benchmark == tests.ability + SUFFIX
    highest = tests.over_others_high[own].sort_values()
    assert f"95% interval rules out a difference of more than {highest.iloc[7]:.2f}.)" in report
    largest = tests.loc[tests.groupby("benchmark").ais.idxmax()]
    assert not (largest.benchmark == largest.ability + SUFFIX).any()
    assert (
        f"A mask costs its own test {tests.ais[own].mean():.2f} on average, and the other "
        f"abilities' masks cost the same tests {tests.ais[~own].mean():.2f}."
    ) in report
    means = f"({tests.ais[own].mean():.2f} and {tests.ais[~own].mean():.2f} of the margin, on"
    assert means in report


def test_the_masks_are_nearly_equal(page: str, masks: dict[str, Mask]) -> None:
    """From a table of which weight is in which mask."""
    tensors = sorted({name for mask in masks.values() for name in mask.entries})
    weights = {
        stem: np.concatenate(
            [tensors.index(name) << 40 | own.numpy().astype(np.int64)
             for name, own in mask.entries.items()]
        )
        for stem, mask in masks.items()
    }  # fmt: skip
    random = [weights.pop(stem) for stem in list(weights) if "random" in stem]
    union = np.unique(np.concatenate([*weights.values()]))
    held = np.zeros((10, len(union)), dtype=bool)
    for row, own in zip(held, weights.values(), strict=True):
        row[np.searchsorted(union, own)] = True
    (size,) = set(held.sum(axis=1))
    shared = [(one & other).sum() / size for one, other in combinations(held, 2)]
    assert (
        f"Any two of them share {min(shared):.0%} to {max(shared):.0%} of their weights "
        f"({np.mean(shared):.0%} on average)."
    ) in page
    drawn = np.array([np.isin(union, own, assume_unique=True) for own in random])
    assert len(drawn) == 2
    by_chance = (held[:, None] & drawn).sum(axis=-1) / size
    assert f"(A random mask shares {np.mean(by_chance):.1%} with them.)" in page
    masks_with_it = held.sum(axis=0)
    common, alone = (masks_with_it == 10).sum(), (masks_with_it == 1).sum()
    told = "each has {:,} weights, and together, they have {:,} different ones. Of these, {:,} are"
    assert told.format(size, len(union), common) in page
    assert f"are in all ten masks, and {alone:,} are in a single one." in page
    assert f"{common / size:.0%} of a mask's weights are in all ten masks" in page
    assert f"and only {alone / 10 / size:.0%} are in no other." in page


def test_form_falls_and_no_mask_is_flagged(page: str, paper: Tables) -> None:
    cells, random = paper.cells, paper.controls
    tests = cells.form[cells.benchmark.str.endswith(SUFFIX)]
    hellaswag = cells.form[cells.benchmark == "hellaswag"]
    assert (
        f"Form falls by {-tests.max():.0f} to {-tests.min():.0f} nats on the own tests, and by "
        f"{-hellaswag.max():.0f} to {-hellaswag.min():.0f} nats on HellaSwag"
    ) in page
    assert f"(Random masks change it by at most {random.form.abs().max():.2f}.)" in page
    letters = -cells.form[cells.benchmark == "mmlu"].min()
    assert f"where the options are single letters, it falls by at most {letters:.1f}." in page
    assert not paper.broken
    above = cells[cells.ais.notna() & (cells.p_guessing_ablated < 0.05)]
    others = above[above.benchmark != f"inductive_reasoning{SUFFIX}"].groupby("ability").size()
    assert (others.min(), others.max()) == (2, 5) and "and on two to five others" in page
    inductive = cells[cells.benchmark == f"inductive_reasoning{SUFFIX}"]
    assert inductive.p_guessing_ablated.max() < 0.001
    scores = f"(scores of {inductive.ablated.min():.2f} to {inductive.ablated.max():.2f}, intact"
    assert f"{scores} {inductive.intact.iloc[0]:.2f})" in page
    lowest = cells.loc[cells[cells.form.notna()].groupby("benchmark").form.idxmin()]
    most = (lowest.ability == "contextual_recall").sum()
    assert f"lowers form most on {most} of {len(lowest)} tests and benchmarks" in page


def test_what_stood_out_in_the_calibration(report: str, paper: Tables, answers: Path) -> None:
    cells = paper.cells[paper.cells.benchmark == f"contextual_recall{SUFFIX}"]
    by_mask = {}
    for file in (answers / "store/evaluations").rglob("*.json"):
        record = json.loads(file.read_text())
        if record["origin"]["requests"]["digest"] == cells.requests_digest.iloc[0]:
            digest = record["origin"]["mask"]["digest"]
            by_mask[digest] = np.array(record["items"]["scores"]["probability"])
    scores = {row.ability: by_mask[row.mask_digest] for row in cells.itertuples()}
    own = scores.pop("contextual_recall")
    beyond = np.mean([*scores.values()], axis=0) - own
    drawn = np.random.default_rng(1).integers(0, len(own), (20_000, len(own)))
    low, high = np.quantile(beyond[drawn].mean(axis=1), (0.025, 0.975))
    assert f"it costs {beyond.mean():.3f} more ({bound(low)} to {bound(high)}, not" in report
    cell = one_cell(cells, f"contextual_recall{SUFFIX}", "contextual_recall")
    assert (
        f"The dose of {cell.ais:.3f} ({bound(cell.ais_low)} to {bound(cell.ais_high)}) differs "
        f"significantly neither from random masks (q = {cell.q_random:.2f}) nor from the other "
        f"masks (q = {cell.q_others:.2f})."
    ) in report


def test_the_command_prints_the_verdicts(page: str, answers: Path) -> None:
    command = [sys.executable, "-m", "study", str(answers / "results/profiles")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    verdicts = re.findall(r"^## \d\..*: ([a-z ]+)$", done.stdout, re.M)
    assert verdicts == ["confirmed", *["not decidable"] * 3]
    assert page.count("| confirmed, but N counts damage, not abilities: ") == 1
    damage = re.findall(r"^- (\w+): N 10, .*N counts damage, not abilities$", done.stdout, re.M)
    assert sorted(damage) == sorted(BROKEN)
    assert "- winogrande: N 0, 10 bounds" in done.stdout
    assert "- N of 2 or more: 5 of 6 (0.36 to 1.00)" in done.stdout
    assert "(interval 36% to 100%)" in page
    assert "- lower bound above -0.1: 83% of the cells" in done.stdout
    assert "only 83% of the lower bounds are above \N{MINUS SIGN}0.1" in page
    (rank, p), (rest, rest_p) = re.findall(
        r"^- (?:AIS|without the factor): mean rank ([\d.]+) .*, p ([\d.]+)$", done.stdout, re.M
    )
    assert f"twelve labels is {float(rank):.1f} (p = {p}), and {float(rest):.1f} after" in page
    assert (
        f"agreement either](study_details.md#the-papers-masks-own-tests-and-profiles) (p = {p})."
        in page
    )
    assert f"has been subtracted (p = {rest_p})" in page
    shares = re.findall(r"explains 0\.(\d+) .* tables 0\.(\d+) to 0\.(\d+)", done.stdout)
    (share, low, high), (alike, alike_low, alike_high) = shares
    assert f"explains {share}% of the sum of squares, and {alike}% if" in page
    assert f"it is {low}% to {high}% and {alike_low}% to {alike_high}%." in page
    similarities = re.findall(r"undecided; similarity ([\d.]+).*Holm p ([\d.]+)", done.stdout)
    values, holm = zip(*similarities, strict=True)
    assert f"the four similarities ({min(values)} to {max(values)}) lie within" in page
    assert f"(Holm p of {float(min(holm)):.2f} or more)" in page
    before, after = re.findall(
        r"^- (?:as they are|without the mean): mean (\S+) ", done.stdout, re.M
    )
    assert f"have a mean of {before.replace('-', chr(0x2212))} before the mean" in page
    assert f"and of {after} after" in page


def test_the_page_has_the_figure(paper: Tables, tmp_path: Path) -> None:
    draw_ais(paper, read_rules(), tmp_path, "_paper")
    name = f"{AIS[0]}_paper.png"
    page, drawn = (coarse(folder / name) for folder in (ROOT / "docs/images", tmp_path))
    assert page.shape == drawn.shape
    assert np.abs(page - drawn).max() < 0.1
