"""docs/study.md says of the small models what the archive holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control
from study.masks import Validity, validity
from study.tables import SUFFIX, Tables, read_tables
from tests.unit.study.archives import (
    CHOICES,
    MODEL,
    SMALL,
    bound,
    one_cell,
    signed,
    span_of,
    table,
)

from benchprof.replication.table import train_items_error


@pytest.fixture(scope="module")
def small(unpacked: Path) -> dict[str, Tables]:
    return {name: read_tables(unpacked / "results/profiles", name) for name in SMALL}


@pytest.fixture(scope="module")
def section(page: str) -> str:
    """What the page says of the small models."""
    begun = page.partition("## The small models")[2]
    return begun.partition("## What the contextual recall mask hits in Gemma")[0]


def _doses(tables: Tables) -> dict[str, Validity]:
    """The masks whose own tests have an AIS, by ability."""
    return {mask.ability: mask for mask in validity(tables) if not np.isnan(mask.dose)}


def test_the_small_models_benchmarks_are_those_of_the_archive(
    page: str, section: str, unpacked: Path, results: Tables, small: dict[str, Tables]
) -> None:
    lowest, intact, detectable = [], [], []
    for model, tables in small.items():
        assert tables.counting(list(CHOICES)) == ["hellaswag"]
        cells = tables.cells[tables.cells.benchmark == "hellaswag"]
        controls = tables.controls[tables.controls.benchmark == "hellaswag"]
        own, random = (signed(rows.ais.min(), rows.ais.max(), 3) for rows in (cells, controls))
        assert f"range from {own} and those of its random masks from {random}." in section
        lowest.append(cells[["q_ais", "q_random", "q_others"]].min().min())
        intact.append(f"{cells.intact.iloc[0]:.3f}")
        power = table(unpacked, "power", model).set_index("benchmark")
        detectable.append(f"{power.detectable_ais['hellaswag']:.3f}")
    assert f"({' and '.join(intact)}; guessing scores 0.250)" in section
    assert f"(all q-values are {min(lowest):.2f} or more)" in section
    assert f"The detectable AIS are {' and '.join(detectable)}." in section
    qwen, *others = (tables.cells.q_ais.notna().sum() for tables in (results, *small.values()))
    counts = f"{qwen} for Qwen, {others[0]} for SmolLM2 and {others[1]} for Gemma."
    assert f"have {qwen + sum(others)} tests each, {counts}" in page


def test_the_small_models_doses_are_those_of_the_archive(
    section: str, unpacked: Path, results: Tables, small: dict[str, Tables]
) -> None:
    smol, gemma = (_doses(tables) for tables in small.values())
    assert not any(mask.possible for masks in (smol, gemma) for mask in masks.values())
    recalled = [masks.pop("contextual_recall") for masks in (smol, gemma)]
    for mask, told in zip(recalled, ("The dose is", "Its dose is"), strict=True):
        assert f"{told} {mask.dose:.3f} ({signed(mask.low, mask.high, 3)})" in section
    ranges = [
        signed(min(m.dose for m in masks.values()), max(m.dose for m in masks.values()), 3)
        for masks in (smol, gemma)
    ]
    assert f"The other doses range from {ranges[0]} in SmolLM2 and from {ranges[1]} in" in section
    nearest = min((*smol.values(), *gemma.values()), key=lambda mask: mask.q_random)
    inductive = gemma["inductive_reasoning"]
    assert nearest == inductive
    told = f"{inductive.dose:.3f} ({inductive.low:.3f} to {inductive.high:.3f})"
    assert f"is {nearest.q_random:.4f}, for inductive reasoning in Gemma, whose dose of {told}" in (
        section
    )
    pairs = pd.read_csv(unpacked / "results/profiles/model_differences.csv")
    pairs = pairs[pairs.benchmark == "contextual_recall_test"]
    pairs = pairs[pairs.ability == "contextual_recall"].set_index(["model_a", "model_b"])
    for model, told in zip(SMALL, ("two doses is", "than Qwen's by"), strict=True):
        row = pairs.loc[(MODEL, model)]
        bounds = f"{row.difference_low:.3f} to {row.difference_high:.3f}"
        assert f"{told} {row.difference:.3f} ({bounds})" in section
    row = pairs.loc[SMALL]
    bounds = signed(-row.difference_high, -row.difference_low, 3)
    assert f"the difference from Gemma's is {-row.difference:.3f} ({bounds})" in section
    of_qwen = _doses(results)["contextual_recall"]
    assert f"is {recalled[1].others:.3f} (Qwen: {of_qwen.others:.3f}, on nine)" in section
    test = ("contextual_recall_test", "contextual_recall")
    cells = [one_cell(tables.cells, *test) for tables in (small[SMALL[0]], results)]
    margins = [cell.intact - cell.guessing for cell in cells]
    assert "larger than Qwen's ({:.3f} and {:.3f})".format(*margins) in section
    first, second = sorted((m.others for m in validity(small[SMALL[0]])), reverse=True)[:2]
    assert f"is {first:.3f}, and the next-highest mean for any mask is {second:.3f}." in section


def test_the_report_says_the_same_of_the_small_models(
    report: str, results: Tables, small: dict[str, Tables]
) -> None:
    smol, gemma = (_doses(tables) for tables in small.values())
    recalled = [masks.pop("contextual_recall") for masks in (smol, gemma)]
    for mask in recalled:
        dose = f"{mask.dose:.3f} ({signed(mask.low, mask.high, 3)})"
        assert f"the dose is {dose}" in report
        rounded = f"{mask.dose:.2f} ({signed(mask.low, mask.high, 2)})"
        assert rounded in report.partition("## Design in short")[0]
    of_qwen = _doses(results)["contextual_recall"]
    others = f"{recalled[1].others:.3f} (Qwen: {of_qwen.others:.3f}, on nine)"
    assert f"on the eight other tests that have one is {others}" in report
    doses = [mask.dose for masks in (smol, gemma) for mask in masks.values()]
    told = signed(min(doses), max(doses), 3)
    assert f"the other doses there range from {told}." in report


def test_the_small_models_differences_are_those_of_the_archive(
    section: str, results: Tables, small: dict[str, Tables]
) -> None:
    smol, gemma = (tables.cells for tables in small.values())
    test = ("inductive_reasoning_test", "contextual_recall")
    gain, in_qwen = one_cell(smol, *test), one_cell(results.cells, *test)
    assert f"the AIS is {bound(gain.ais)} ({bound(gain.ais_low)} to " in section
    assert f"(q = {gain.q_ais:.3f}, {gain.q_random:.3f} and {gain.q_others:.3f})" in section
    told = f"AIS on this test is {bound(in_qwen.ais)} ({bound(in_qwen.ais_low)} to "
    assert f"{told}{bound(in_qwen.ais_high)}), which is not significant" in section
    semantic = "semantic_relationship_comprehension_test"
    costs = [
        one_cell(smol, semantic, "spatial_reasoning"),
        one_cell(gemma, semantic, "temporal_reasoning"),
    ]
    for cost in costs:
        assert f"costs {cost.ais:.3f} ({cost.ais_low:.3f} to {cost.ais_high:.3f})" in section
        assert min(cost.q_ais, cost.q_others) > 0.05
    assert "(q = {:.3f} and {:.3f})".format(*(cost.q_random for cost in costs)) in section
    assert (smol.q_random < 0.05).sum() == 2
    # Gemma's other one is contextual recall on its own test.
    assert (gemma.q_random < 0.05).sum() == 2
    own = smol.dropna(subset="q_random")
    alone = {
        name: false_discovery_control(own[f"p_{name}"]) for name in ("ais", "random", "others")
    }
    assert {f"{value:.3f}" for value in alone["random"][own.q_random < 0.05]} == {"0.052"}
    assert "would be 0.052 for both of its masks" in section
    assert "(q = {:.3f})".format(*alone["ais"][own.q_ais < 0.05]) in section
    assert "(q = {:.3f})".format(max(alone["others"][own.q_others < 0.05])) in section
    own = gemma.dropna(subset="q_random")
    alone = false_discovery_control(own.p_random)[(own.q_random > 0.05) & (own.q_random < 0.1)]
    assert {f"{value:.3f}" for value in alone if value < 0.05} == {"0.035"}
    assert (alone < 0.05).sum() == 2
    assert "(q = 0.035 instead of 0.0504 for both)" in section
    assert f"which is not significant (q = {in_qwen.q_ais:.2f})" in section
    deductive = one_cell(smol, "inductive_reasoning_test", "deductive_reasoning")
    assert f"({deductive.ais:.3f}; q = {deductive.q_others:.3f})" in section


def test_what_the_recall_mask_does_in_the_small_models_is_in_the_archive(
    section: str, unpacked: Path, small: dict[str, Tables]
) -> None:
    smol, gemma = (
        tables.cells[tables.cells.ability == "contextual_recall"].set_index("benchmark")
        for tables in small.values()
    )
    falls = gemma.loc["contextual_recall_test"]
    assert f"falls by {-falls.form:.2f} nats ({-falls.form_high:.2f} to {-falls.form_low:.2f})" in (
        section
    )
    assert f"from {falls.intact:.3f} to {falls.ablated:.3f} and `acc` from 0.39 to 0.37" in section
    assert {f"{falls[name]:.3f}" for name in ("q_ais", "q_random", "q_others")} == {"0.004"}
    assert "(all three q-values are 0.004)" in section
    rises = smol.loc["contextual_recall_test"]
    told = f"{rises.form:.2f} nats ({rises.form_low:.2f} to {rises.form_high:.2f})"
    assert f"rises by {told}" in section
    tests = gemma[gemma.index.str.endswith(SUFFIX)].drop("contextual_recall_test")
    assert tests.form.abs().max() < 0.0205
    assert f"no upper bound above {tests.ais_high.max():.3f}." in section
    row = gemma.loc["hellaswag"]
    assert (
        f"On HellaSwag, its AIS of {row.ais:.3f} ({signed(row.ais_low, row.ais_high, 3)})"
        in section
    )
    other = table(unpacked, "impact", SMALL[1])
    other = other[(other.metric == "acc") & other.seed.isna()]
    row = one_cell(other, "contextual_recall_test", "contextual_recall")
    assert (row.intact, row.ablated) == (0.39, 0.37)
    assert min(row.q_ais, row.q_random, row.q_others) >= 0.995


def test_the_similarities_of_the_models_are_those_of_the_archive(
    section: str, unpacked: Path, small: dict[str, Tables]
) -> None:
    alike = pd.read_csv(unpacked / "results/profiles/similarity.csv")
    alike = alike[alike.similarity.notna()]
    assert len(alike) == 30
    rows = alike[alike.benchmark == "hellaswag"]
    span = f"{rows.similarity.min():.2f} to {rows.similarity.max():.2f}"
    noise = f"{rows.noise_low.iloc[0]:.2f} to {rows.noise_high.iloc[0]:.2f}"
    assert f"their similarities are {span}, and those of noise are {noise}." in section
    for tables in small.values():
        assert tables.reliability.reliability["hellaswag"] == 0
    (more,) = alike[alike.p_noise < 0.05].itertuples()
    assert (more.benchmark, more.model_b) == ("inductive_reasoning_test", SMALL[0])
    told = f"({more.similarity:.2f}, p = {more.p_noise:.3f}: Qwen and SmolLM2"
    assert told in section
    assert f"After correction for the 30 comparisons, p is {30 * more.p_noise:.2f}." in section


def test_the_small_models_masks_from_halves_are_those_of_the_archive(
    section: str, unpacked: Path
) -> None:
    smol, gemma = (table(unpacked, "replication", name).set_index("ability") for name in SMALL)
    recalled = [
        "{ais_half_1:.2f} and {ais_half_2:.2f}".format(**own.loc["contextual_recall"])
        for own in (gemma, smol)
    ]
    assert f"an AIS of {recalled[0]} in Gemma and of {recalled[1]} in SmolLM2." in section
    defined = [
        own[["ais_half_1", "ais_half_2"]].dropna().drop("contextual_recall")
        for own in (gemma, smol)
    ]
    assert [len(own) for own in defined] == [8, 8]
    spans = [span_of(own) for own in defined]
    assert f"have doses of {spans[0]} in Gemma and of {spans[1]} in SmolLM2." in section
    assert f"The error from train items is {train_items_error(gemma):.2f} there" in section
    alone = train_items_error(gemma.loc[["contextual_recall"]])
    assert f"contextual recall's pair alone gives {alone:.2f}." in section
    pair = gemma.loc["contextual_recall"]
    difference = pair.ais_half_1 - pair.ais_half_2
    told = f"({difference:.2f}, with a standard deviation of {pair.sd_test_items:.2f})"
    assert told in section
    assert train_items_error(smol) == 0
