"""docs/study.md says what the archive of the study holds."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from study.masks import validity
from study.tables import SUFFIX, Tables, read_rules, read_tables
from tests.conftest import ROOT
from tests.unit.study.archives import (
    CHOICES,
    GEMMA,
    MODEL,
    RANDOM,
    RECALL,
    STUDY,
    WRITTEN,
    benchmark_row,
    bound,
    effective_row,
    one_cell,
    signed,
    span_of,
    table,
)

from benchprof.replication.table import train_items_error
from benchprof.report.names import inline, readable
from benchprof.run.layers import read_layers


@pytest.mark.parametrize("archive", [STUDY, RECALL, WRITTEN], ids=lambda path: path.name)
def test_the_archive_is_whole_and_has_the_page_s_digest(
    page: str, archive: Path, tmp_path: Path
) -> None:
    check = [sys.executable, "-I", "-S", str(archive)]
    done = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (digest,) = re.findall(rf"\| {archive.name} \| `([0-9a-f]{{64}})` \|", page)
    assert done.stdout.rstrip().endswith(digest)


def test_the_table_of_benchmarks_says_what_the_archive_holds(
    page: str, results: Tables, unpacked: Path
) -> None:
    power = table(unpacked, "power")
    for name in CHOICES:
        title = readable(name)
        cells = results.cells[results.cells.benchmark == name]
        if cells.ais.isna().all():
            row = f"| {title} | {cells.intact.iloc[0]:.3f} | {cells.guessing.iloc[0]:.3f} | "
            assert f"{row}none | none | | | |" in page
            continue
        assert benchmark_row(title, name, results, power) in page
        assert effective_row(title, results.findings.loc[name]) in page


def test_the_bounds_are_those_of_the_archives(report: str, all_results: Tables) -> None:
    for benchmark, cells in _by_benchmark(all_results).items():
        recall = one_cell(cells, benchmark, "contextual_recall").ais_high
        rows = re.findall(
            rf"\| {readable(benchmark)} \| ([\d.]+%)[^|]*\| ([\d.]+%)[^|]*\|",
            report.partition("## What may be concluded")[2],
        )
        assert rows == [(f"{cells.over_random_high.max():.1%}", f"{recall:.1%}")]


def test_a_plain_ranking_is_that_of_the_archives(page: str, all_results: Tables) -> None:
    for benchmark, cells in _by_benchmark(all_results).items():
        most = cells.ais.max()
        *first, last = (inline(name) for name in sorted(cells.ability[cells.ais == most]))
        named = " and ".join([", ".join(first), last] if first else [last])
        named = named.replace(" reasoning,", ",").replace(" reasoning and", " and")
        assert f"| {readable(benchmark)} | {most:.3f} | {named} |" in page


def _by_benchmark(tables: Tables) -> dict[str, pd.DataFrame]:
    """The cells of each public benchmark with an AIS."""
    counting = tables.counting(read_rules().benchmarks)
    return {name: tables.cells[tables.cells.benchmark == name] for name in counting}


def test_no_mask_breaks_a_model(unpacked: Path, written: Path) -> None:
    for run in (unpacked, written):
        impact = pd.read_csv(run / "results/profiles/impact.csv")
        assert impact.flag_code.isna().all()
        for model in impact.model.unique():
            assert not read_tables(run / "results/profiles", model).broken


def test_the_table_of_masks_says_what_the_archive_holds(page: str, results: Tables) -> None:
    masks = validity(results)
    assert len(masks) == 10
    for mask in masks:
        test = results.cells[results.cells.benchmark == mask.ability + SUFFIX].iloc[0]
        row = (
            f"| {readable(mask.ability)} | {test.intact:.3f} | "
            f"{bound(mask.dose)} ({bound(mask.low)} to {bound(mask.high)}) | "
            f"{bound(mask.over_random)} | {mask.q_random:.3f} | "
        )
        assert f"{row}{bound(mask.others)} |" in page
    (recall,) = [mask for mask in masks if mask.possible]
    assert recall.ability == "contextual_recall"
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    told = "the dose is {:.2f} ({:.2f} to {:.2f}; q = {:.3f})"
    assert told.format(recall.dose, recall.low, recall.high, recall.q_random) in readme


def _loss(unpacked: Path, benchmark: str) -> tuple[float, float, float]:
    """What the contextual recall mask costs in score, with bounds from resamples of the items."""
    folder = unpacked / "results/evaluations" / MODEL / benchmark
    intact, ablated = (
        np.array(
            json.loads((folder / f"{name}.json").read_text())["items"]["scores"]["probability"]
        )
        for name in ("intact", "contextual_recall.specific_0.001")
    )
    losses = intact - ablated
    drawn = np.random.default_rng(1).integers(0, len(losses), (20_000, len(losses)))
    low, high = np.quantile(losses[drawn].mean(axis=1), (0.025, 0.975))
    return float(losses.mean()), float(low), float(high)


def test_the_losses_in_score_are_those_of_the_records(page: str, unpacked: Path) -> None:
    loss, low, high = _loss(unpacked, "contextual_recall_test")
    assert f"a loss of {loss:.3f} ({low:.3f} to {high:.3f})" in page
    bounds = [_loss(unpacked, name)[2] for name in CHOICES if name != "truthfulqa_mc1"]
    assert f"it costs at most {min(bounds):.3f} to {max(bounds):.3f} (upper bounds" in page


def test_the_masks_from_halves_are_those_of_the_archive(page: str, unpacked: Path) -> None:
    halves = table(unpacked, "replication").set_index("ability")
    assert (halves["items"] == 16).all() and len(halves) == 10
    both = halves[["ais_half_1", "ais_half_2"]]
    first, second = both.loc["contextual_recall"]
    assert f"the AIS values on the ability's own test are {first:.2f} and {second:.2f}." in page
    others = both.drop("contextual_recall")
    assert f"other abilities' 18 masks made from halves have doses of {span_of(others)}." in page
    assert f"for all ten doses, is {train_items_error(halves):.2f}, and the intervals" in page
    alone = train_items_error(halves.loc[["contextual_recall"]])
    assert f"(Contextual recall's pair alone gives {alone:.2f}, a rough estimate.)" in page
    assert f"({first:.0%} and {second:.0%} of the margin)" in page


def test_the_sentences_about_all_cells_hold(page: str, results: Tables, unpacked: Path) -> None:
    cells = results.cells[results.cells.benchmark.isin(CHOICES)]
    assert f"The smallest q-value is {cells.q_random.min():.2f}." in page
    columns = ["q_ais", "q_others"]
    (recall,) = cells[(cells.benchmark == "mmlu") & (cells.ability == "contextual_recall")][
        [*columns, "ais", "ais_low", "ais_high", "over_random", "over_random_low",
         "over_random_high", "p_random"]
    ].itertuples(index=False)  # fmt: skip
    first, others = (cells[name].nsmallest(2) for name in columns)
    assert (first.iloc[0], others.iloc[0]) == (recall.q_ais, recall.q_others)
    assert f"(q = {recall.q_ais:.3f}), that of the contextual recall mask on MMLU." in page
    assert f"abilities' masks is just not significant (q = {recall.q_others:.3f})." in page
    assert f"The next q-values are {first.iloc[1]:.2f} and {others.iloc[1]:.2f}." in page
    cost = f"{recall.ais:.3f}** ({recall.ais_low:.3f} to {recall.ais_high:.3f})"
    assert f"**On MMLU, the contextual recall mask costs {cost}" in page
    more = f"{recall.over_random:.3f} ({signed(recall[6], recall[7], 3)})"
    assert f"the difference from their mean is {more}" in page
    assert f"it would be significant (p = {recall.p_random:.3f})" in page
    highest = cells[cells.benchmark == "commonsense_qa"].ais_high.max()
    assert f"(the highest upper bound of an AIS is {highest:.3f})" in page
    flips = table(unpacked, "flips")
    flips = flips[flips.benchmark.isin(CHOICES)]
    own = flips[flips.seed.isna()]
    lost, gained = own.lost.max(), own.gained.max()
    assert f"an ability's mask turns at most {lost} right answers into wrong ones" in page
    assert f"and at most {gained} wrong ones into right ones" in page
    controls = flips[flips.seed.notna()]
    assert f"the numbers are {controls.lost.max()} and {controls.gained.max()}." in page
    low, high = cells.ais_low, cells.ais_high
    apart = ((low > 0) | (high < 0)).sum()
    assert f"{apart} of the {low.notna().sum()} intervals of the AIS exclude 0" in page
    reach = (cells.over_random_high >= 0.1).groupby(cells.benchmark).sum()
    bounds = cells[cells.benchmark == "arc_challenge"].over_random_high
    assert f"bound on ARC-Challenge is {bounds.nlargest(2).iloc[1]:.4f}." in page
    names = ["arc_challenge", "winogrande", "boolq", "hellaswag", "commonsense_qa", "mmlu"]
    assert reach[names].tolist() == [1, 6, 6, 0, 0, 0]
    assert "for one ability on ARC-Challenge, for six on WinoGrande and for six on BoolQ" in page
    impact = table(unpacked, "impact")
    others = impact[impact.seed.isna() & ~impact.headline & impact.benchmark.isin(CHOICES)]
    lowest = others[["q_ais", "q_random", "q_others"]].min().min()
    assert lowest >= 0.995
    assert "with `acc` and `acc_norm`, all q-values are 1.00" in page


@pytest.mark.parametrize(
    ("archive", "configuration"),
    [("unpacked", "study.yaml"), ("written", "study_generation.yaml")],
)
def test_the_study_was_computed_with_the_settings_that_were_fixed(
    request: pytest.FixtureRequest, archive: str, configuration: str
) -> None:
    folder: Path = request.getfixturevalue(archive)
    archived = yaml.safe_load((folder / "config.yaml").read_text())
    assert archived.pop("benchmark_data")
    assert archived == read_layers([ROOT / "config" / configuration])


def _permuted_p(unpacked: Path, model: str, benchmark: str, others: Sequence[str]) -> float:
    """Two-sided p that the contextual recall mask costs what others cost; permuted within items."""
    folder = unpacked / "results/evaluations" / model / benchmark
    states = ["intact", "contextual_recall.specific_0.001", *others]
    scores = [
        json.loads((folder / f"{name}.json").read_text())["items"]["scores"]["probability"]
        for name in states
    ]
    drops = np.array(scores[0]) - np.array(scores[1:])
    random, masks = np.random.default_rng(1), len(drops)
    chosen = random.integers(0, masks, (20_000, drops.shape[1]))
    own = drops[chosen, np.arange(drops.shape[1])].mean(axis=1)
    # Over or under the mean of all masks by as much as the mask itself.
    reach = abs(drops[0].mean() - drops.mean()) - 1e-12
    return float(((abs(own - drops.mean()) >= reach).sum() + 1) / 20_001)


def test_the_hit_holds_if_masks_are_permuted_within_items(page: str, unpacked: Path) -> None:
    abilities = yaml.safe_load((ROOT / "config/study.yaml").read_text())["abilities"]
    masks = [f"{name}.specific_0.001" for name in abilities if name != "contextual_recall"]
    least = 1 / 20_001
    for model in (MODEL, GEMMA):
        for others in (RANDOM, masks):
            assert _permuted_p(unpacked, model, "contextual_recall_test", others) == least
    tests = (
        "spatial_reasoning",
        "long_term_knowledge_recall",
        "semantic_relationship_comprehension",
    )
    against_random = [_permuted_p(unpacked, MODEL, f"{name}_test", RANDOM) for name in tests]
    assert against_random == [least] * 3
    spatial, long_term, semantic = (
        _permuted_p(unpacked, MODEL, f"{name}_test", masks) for name in tests
    )
    assert (
        "it is about 0.0001 on spatial reasoning, 0.01 on long-term knowledge recall and 0.005"
        in (page)
    )
    assert spatial < 0.0005
    assert long_term == pytest.approx(0.01, abs=0.003)
    assert semantic == pytest.approx(0.005, abs=0.002)
