"""docs/study.md says what the archive of the study so far holds."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy.stats import false_discovery_control
from study.masks import Validity, validity
from study.tables import SUFFIX, Tables, read_tables
from tests.conftest import ROOT

from benchprof.report.names import readable
from benchprof.run.layers import read_layers

ARCHIVE = ROOT / "study/so_far.zip"
RECALL = ROOT / "study/recall.zip"
EFFECTS = Path("results/analysis/qwen25-coder-15b-instruct/effects_specific_0.001.csv")
MODEL = "qwen25-coder-15b-instruct"
SMALL = ("smollm2-135m-instruct", "gemma-3-270m")
TITLES = {
    "arc_challenge": "ARC-Challenge",
    "hellaswag": "HellaSwag",
    "winogrande": "WinoGrande",
    "boolq": "BoolQ",
    "commonsense_qa": "CommonsenseQA",
    "truthfulqa_mc1": "TruthfulQA-MC1",
    "mmlu": "MMLU",
}


@pytest.fixture(scope="module")
def page() -> str:
    return " ".join((ROOT / "docs/study.md").read_text(encoding="utf-8").split())


def _unpacked(archive: Path, folder: Path) -> Path:
    command = [sys.executable, "-m", "zipfile", "-e", str(archive), str(folder)]
    subprocess.run(command, check=True)
    return folder


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _unpacked(ARCHIVE, tmp_path_factory.mktemp("so_far"))


@pytest.fixture(scope="module")
def recall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The companions' archive, with the table of effects made from its records."""
    folder = _unpacked(RECALL, tmp_path_factory.mktemp("recall"))
    command = [sys.executable, "-m", "benchprof", "run", str(EFFECTS)]
    subprocess.run([*command, "--configfile", "config.yaml"], cwd=folder, check=True)
    return folder


@pytest.fixture(scope="module")
def results(unpacked: Path) -> Tables:
    return read_tables(unpacked / "results/profiles", MODEL)


def _table(unpacked: Path, name: str, model: str = MODEL) -> pd.DataFrame:
    """The rows of one model."""
    table = pd.read_csv(unpacked / f"results/profiles/{name}.csv")
    return table[table.model == model]


def _signed(low: float, high: float, digits: int) -> str:
    return f"{low:.{digits}f} to {high:.{digits}f}".replace("-", "\N{MINUS SIGN}")


@pytest.mark.parametrize("archive", [ARCHIVE, RECALL], ids=lambda path: path.name)
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
    power = _table(unpacked, "power").set_index("benchmark")
    for name, title in TITLES.items():
        cells = results.cells[results.cells.benchmark == name]
        controls = results.controls[results.controls.benchmark == name]
        row = f"| {title} | {cells.intact.iloc[0]:.3f} | {cells.guessing.iloc[0]:.3f} | "
        if cells.ais.isna().all():
            assert f"{row}none | none | | | |" in page
            continue
        ais, random = (_signed(rows.ais.min(), rows.ais.max(), 3) for rows in (cells, controls))
        bounds = f"{power.detectable_ais[name]:.3f} | {cells.over_random_high.max():.3f}"
        reliability = results.reliability.reliability[name]
        assert f"{row}{ais} | {random} | {bounds} | {reliability:.2f} |" in page
        found = results.findings.loc[name]
        interval = _signed(found.effective_low, found.effective_high, 1)
        noise = _signed(found.noise_low, found.noise_high, 1)
        assert f"| {title} | {found.effective:.1f} ({interval}) | {noise} |" in page


def _bound(value: float) -> str:
    # No minus before what rounds to nothing.
    return f"{round(value, 3) + 0.0:.3f}".replace("inf", "∞").replace("-", "\N{MINUS SIGN}")


def test_the_table_of_masks_says_what_the_archive_holds(page: str, results: Tables) -> None:
    masks = validity(results)
    assert len(masks) == 10
    for mask in masks:
        test = results.cells[results.cells.benchmark == mask.ability + SUFFIX].iloc[0]
        row = (
            f"| {readable(mask.ability)} | {test.intact:.3f} | "
            f"{_bound(mask.dose)} ({_bound(mask.low)} to {_bound(mask.high)}) | "
            f"{_bound(mask.over_random)} | {mask.q_random:.3f} | "
        )
        assert f"{row}{_bound(mask.others)} |" in page
    (recall,) = [mask for mask in masks if mask.possible]
    assert recall.ability == "contextual_recall"
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    told = "the dose is {:.0f}% ({:.0f}% to {:.0f}%; q = {:.3f})"
    shares = (100 * value for value in (recall.dose, recall.low, recall.high))
    assert told.format(*shares, recall.q_random) in readme


def test_the_table_of_companions_says_what_the_archive_holds(page: str, recall: Path) -> None:
    rises = pd.read_csv(recall / EFFECTS.with_name(EFFECTS.name.replace("effects", "selectivity")))
    scores = pd.read_csv(recall / "results/profiles/impact.csv")
    scores = scores[scores.headline & (scores.ability == "contextual_recall")]
    kinds = {"item": "test", "flip": "flip", "read_off": "read_off", "blank": "blank"}
    for kind, name in kinds.items():
        (score,) = scores[scores.benchmark == f"contextual_recall_{name}"].itertuples()
        asked = rises[rises.asked == kind]
        (own,) = asked[asked.seed.isna() & (asked.ability == "contextual_recall")].itertuples()
        form = f"{_two(own.form)} ({_two(own.form_low)} to {_two(own.form_high)})"
        assert (
            f"| {kind.replace('_', '-')}s | {score.intact:.3f} | "
            f"{score.intact - score.ablated:.3f} | "
            f"{_two(own.choice)} ({_two(own.choice_se)}) | {form} | "
            f"{_two(asked[asked.seed.notna()].choice.mean())} |"
        ) in page
    assert 0.12 < pd.read_csv(recall / EFFECTS).other_mask.item() < 0.13


def test_the_rises_of_the_choice_loss_are_those_of_the_records(page: str, recall: Path) -> None:
    """From the log-likelihoods themselves; items and read-offs stand in pairs."""
    items, read_offs = (_rise(recall, f"contextual_recall_{name}") for name in ("test", "read_off"))
    differences = items - read_offs
    assert f"The difference is {differences.mean():.2f}, and about" in page
    # The rule combines both errors as if the items differed; one-sided at 5%.
    needed = 1.645 * np.hypot(*(own.std(ddof=1) / np.sqrt(len(own)) for own in (items, read_offs)))
    assert f"about {needed:.2f} would have been needed" in page
    assert f"| {_two(items.mean())} (0.13) |" in page


def test_the_items_that_state_their_answer_are_told_apart(page: str, recall: Path) -> None:
    items = (ROOT / "resources/abilities/v2/contextual_recall/test.jsonl").read_text().splitlines()
    record = recall / "results/evaluations" / MODEL / "contextual_recall_test"
    intact, ablated = (
        json.loads((record / f"{name}.json").read_text())["items"]
        for name in ("intact", "contextual_recall.specific_0.001")
    )
    stated = np.array([json.loads(items[n])["type"] == "stated" for n in intact["index"]])
    assert (stated.sum(), (~stated).sum()) == (63, 37)
    rise = _rise(recall, "contextual_recall_test")
    beyond = rise - _rise(recall, "contextual_recall_read_off")
    before, after = (np.array(own["scores"]["probability"])[stated] for own in (intact, ablated))
    for text in (
        f"rises by {_with_error(rise[stated])}, and the score falls from {before.mean():.3f} to "
        f"{after.mean():.3f}",
        f"lowers the loss, by {_with_error(-rise[~stated])}",
        f"the loss rises by {_with_error(beyond[stated])} more on the 63 items and by "
        f"{_with_error(-beyond[~stated])} less on the 37",
    ):
        assert text in page
    largest = np.sort(rise)[-2:].sum()
    rest = (rise.sum() - largest) / (len(rise) - 2)
    assert f"make up {largest / rise.sum():.0%} of the rise in choice loss" in page
    assert f"without them, it is {rest:.2f}" in page


def _with_error(values: np.ndarray) -> str:
    return f"{values.mean():.2f} ({values.std(ddof=1) / np.sqrt(len(values)):.2f})"


def _rise(folder: Path, benchmark: str) -> np.ndarray:
    """The rise of the choice loss of each item under the contextual recall mask, in nats."""
    intact, ablated = (
        _choice_losses(folder / "results/evaluations" / MODEL / benchmark / f"{name}.json")
        for name in ("intact", "contextual_recall.specific_0.001")
    )
    return ablated - intact


def _choice_losses(record: Path) -> np.ndarray:
    items = json.loads(record.read_text())["items"]
    losses = []
    for (right,), responses in zip(items["gold"], items["responses"], strict=True):
        logs = np.array([response[0] for response in responses])
        losses.append(np.log(np.exp(logs).sum()) - logs[right])
    return np.array(losses)


def _two(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "\N{MINUS SIGN}")


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
    bounds = [_loss(unpacked, name)[2] for name in TITLES if name != "truthfulqa_mc1"]
    assert f"it costs at most {min(bounds):.3f} to {max(bounds):.3f} (upper bounds" in page


def test_the_sentences_about_all_cells_hold(page: str, results: Tables, unpacked: Path) -> None:
    cells = results.cells[results.cells.benchmark.isin(TITLES)]
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
    more = f"{recall.over_random:.3f} ({_signed(recall[6], recall[7], 3)})"
    assert f"the difference from their mean is {more}" in page
    assert f"it would be significant (p = {recall.p_random:.3f})" in page
    highest = cells[cells.benchmark == "commonsense_qa"].ais_high.max()
    assert f"(the highest upper bound of an AIS is {highest:.3f})" in page
    flips = _table(unpacked, "flips")
    flips = flips[flips.benchmark.isin(TITLES)]
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
    assert f"the second-largest bound is {bounds.nlargest(2).iloc[1]:.4f}," in page
    names = ["arc_challenge", "winogrande", "boolq", "hellaswag", "commonsense_qa", "mmlu"]
    assert reach[names].tolist() == [1, 6, 6, 0, 0, 0]
    assert "for one ability on ARC-Challenge, for six on WinoGrande and for six on BoolQ" in page
    impact = _table(unpacked, "impact")
    others = impact[impact.seed.isna() & ~impact.headline & impact.benchmark.isin(TITLES)]
    lowest = others[["q_ais", "q_random", "q_others"]].min().min()
    assert lowest >= 0.995
    assert "with `acc` and `acc_norm`, all q-values are 1.00" in page
    largest = cells.dropna(subset="ais").sort_values("ais").groupby("benchmark").tail(1)
    named = {row.benchmark: (row.ability, row.ais) for row in largest.itertuples()}
    assert {name: ability for name, (ability, _) in named.items()} == {
        "arc_challenge": "deductive_reasoning",
        "hellaswag": "commonsense_causal_reasoning",
        "winogrande": "inductive_reasoning",
        "boolq": "spatial_reasoning",
        "commonsense_qa": "contextual_recall",
        "mmlu": "contextual_recall",
    }
    assert f"deductive reasoning for ARC-Challenge ({named['arc_challenge'][1]:.2f})" in page
    causal = f"commonsense causal reasoning for HellaSwag ({named['hellaswag'][1]:.2f})"
    assert causal in page
    assert f"inductive reasoning for WinoGrande ({named['winogrande'][1]:.2f})" in page
    assert f"spatial reasoning for BoolQ ({named['boolq'][1]:.2f})" in page
    assert f"contextual recall for MMLU ({named['mmlu'][1]:.2f}) and for Com" in page
    assert f"and for CommonsenseQA ({named['commonsense_qa'][1]:.3f})" in page


def test_the_commands_print_what_the_page_says(page: str, unpacked: Path, recall: Path) -> None:
    command = [sys.executable, "-m", "study", str(unpacked / "results/profiles")]
    command += ["--effects", str(recall / EFFECTS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    verdicts = re.findall(r"^## \d\..*: ([a-z ]+)$", done.stdout, re.M)
    assert verdicts == ["refuted", "not decidable", "not decidable", "refuted"]
    said = [page.count(f"| {verdict} so far: ") for verdict in ("refuted", "not decidable")]
    assert said == [2, 2]
    assert "(q 0.004), mean on 9 other tests 0.052; not valid: read_off" in done.stdout
    assert "- 0 could be valid: about abilities, no statement is decidable" in done.stdout
    assert "N of 2 or more: 0 of 6 (0.00 to 0.46)" in done.stdout
    assert "at most one bound of over_random reaches 0.1: 4 of 6" in done.stdout
    assert "0%, interval 0% to 46%" in page
    assert "lower bound above -0.1: 92% of the cells" in done.stdout
    assert "in 55 of them (92%)" in page
    left = re.findall(r"^- AIS, .* left out: .*, p ([\d.]+)$", done.stdout, re.M)
    assert f"p is {min(map(float, left)):.2f} to {max(map(float, left)):.2f} before" in page
    left = re.findall(r"^- without the factor, .* left out: .*, p ([\d.]+)$", done.stdout, re.M)
    assert f"and {min(left)} to {max(left)} after it" in page
    (rank, p), (rest, rest_p) = re.findall(
        r"^- (?:AIS|without the factor): mean rank ([\d.]+) .*, p ([\d.]+)$", done.stdout, re.M
    )
    assert f"the mean rank of the twelve labels is {float(rank):.1f}," in page
    assert f"(p = {p})" in page
    assert f"it is {float(rest):.1f} (p = {rest_p})" in page
    (share, low, high) = re.findall(
        r"one factor explains 0\.(\d+) .* tables 0\.(\d+) to 0\.(\d+)", done.stdout
    )[0]
    assert f"explains {share}% of the sum of squares" in page
    assert f"this share is {low}% to {high}%" in page
    pairs = re.findall(r"undecided; similarity ([\d.]+) .*Spearman ([-\d.]+),", done.stdout)
    similarities, correlations = (sorted(map(float, own)) for own in zip(*pairs, strict=True))
    assert f"similarities of {similarities[0]} to {similarities[-1]} (" in page
    assert f"correlations are {_signed(correlations[0], correlations[-1], 2)}." in page


def _one_cell(cells: pd.DataFrame, benchmark: str, ability: str) -> pd.Series:
    (found,) = cells.index[(cells.benchmark == benchmark) & (cells.ability == ability)]
    row: pd.Series = cells.loc[found]
    return row


@pytest.fixture(scope="module")
def small(unpacked: Path) -> dict[str, Tables]:
    return {name: read_tables(unpacked / "results/profiles", name) for name in SMALL}


@pytest.fixture(scope="module")
def section(page: str) -> str:
    """What the page says of the small models."""
    begun = page.partition("### Qwen's one hit recurs in Gemma")[2]
    return begun.partition("## What may be concluded")[0]


def _doses(tables: Tables) -> dict[str, Validity]:
    """The masks whose own tests have an AIS, by ability."""
    return {mask.ability: mask for mask in validity(tables) if not np.isnan(mask.dose)}


def test_the_small_models_benchmarks_are_those_of_the_archive(
    page: str, section: str, unpacked: Path, results: Tables, small: dict[str, Tables]
) -> None:
    lowest, intact, detectable = [], [], []
    for model, tables in small.items():
        assert tables.counting(list(TITLES)) == ["hellaswag"]
        cells = tables.cells[tables.cells.benchmark == "hellaswag"]
        controls = tables.controls[tables.controls.benchmark == "hellaswag"]
        own, random = (_signed(rows.ais.min(), rows.ais.max(), 3) for rows in (cells, controls))
        assert f"range from {own} and those of its random masks from {random}." in section
        lowest.append(cells[["q_ais", "q_random", "q_others"]].min().min())
        intact.append(f"{cells.intact.iloc[0]:.3f}")
        power = _table(unpacked, "power", model).set_index("benchmark")
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
        assert f"{told} {mask.dose:.3f} ({_signed(mask.low, mask.high, 3)})" in section
    ranges = [
        _signed(min(m.dose for m in masks.values()), max(m.dose for m in masks.values()), 3)
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
    bounds = _signed(-row.difference_high, -row.difference_low, 3)
    assert f"the difference from Gemma's is {-row.difference:.3f} ({bounds})" in section
    of_qwen = _doses(results)["contextual_recall"]
    assert f"is {recalled[1].others:.3f} (Qwen: {of_qwen.others:.3f}, on nine)" in section
    test = ("contextual_recall_test", "contextual_recall")
    cells = [_one_cell(tables.cells, *test) for tables in (small[SMALL[0]], results)]
    margins = [cell.intact - cell.guessing for cell in cells]
    assert "larger than Qwen's ({:.3f} and {:.3f})".format(*margins) in section
    first, second = sorted((m.others for m in validity(small[SMALL[0]])), reverse=True)[:2]
    assert f"is {first:.3f}, and the next-highest mean of a mask is {second:.3f}." in section


def test_the_small_models_differences_are_those_of_the_archive(
    section: str, results: Tables, small: dict[str, Tables]
) -> None:
    smol, gemma = (tables.cells for tables in small.values())
    test = ("inductive_reasoning_test", "contextual_recall")
    gain, in_qwen = _one_cell(smol, *test), _one_cell(results.cells, *test)
    assert f"the AIS is {_bound(gain.ais)} ({_bound(gain.ais_low)} to " in section
    assert f"(q = {gain.q_ais:.3f}, {gain.q_random:.3f} and {gain.q_others:.3f})" in section
    told = f"AIS on this test is {_bound(in_qwen.ais)} ({_bound(in_qwen.ais_low)} to "
    assert f"{told}{_bound(in_qwen.ais_high)}), which is not significant" in section
    semantic = "semantic_relationship_comprehension_test"
    costs = [
        _one_cell(smol, semantic, "spatial_reasoning"),
        _one_cell(gemma, semantic, "temporal_reasoning"),
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
    deductive = _one_cell(smol, "inductive_reasoning_test", "deductive_reasoning")
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
    assert f"On HellaSwag, {row.ais:.3f} ({_signed(row.ais_low, row.ais_high, 3)})" in section
    other = _table(unpacked, "impact", SMALL[1])
    other = other[(other.metric == "acc") & other.seed.isna()]
    row = _one_cell(other, "contextual_recall_test", "contextual_recall")
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
    assert f"their similarities are {span}, and that of noise is {noise}." in section
    for tables in small.values():
        assert tables.reliability.reliability["hellaswag"] == 0
    (more,) = alike[alike.p_noise < 0.05].itertuples()
    assert (more.benchmark, more.model_b) == ("inductive_reasoning_test", SMALL[0])
    told = f"({more.similarity:.2f}, p = {more.p_noise:.3f}: Qwen and SmolLM2"
    assert told in section
    assert f"Corrected for the 30 comparisons, its p is {30 * more.p_noise:.2f}." in section


def test_the_study_so_far_was_computed_with_the_settings_of_the_study(unpacked: Path) -> None:
    study = read_layers([ROOT / "config/study.yaml"])
    part = read_layers([ROOT / "config/study_so_far.yaml"])
    without = {key: value for key, value in study["importance"].items() if key != "halves"}
    assert part == study | {"importance": without}
    archived = yaml.safe_load((unpacked / "config.yaml").read_text())
    assert archived.pop("benchmark_data")
    assert archived == part


def test_the_companions_were_computed_with_the_settings_of_the_study(recall: Path) -> None:
    companions = read_layers([ROOT / "config/study_companions.yaml"])
    part = read_layers([ROOT / "config/study_recall.yaml"])
    assert part == companions | {
        "benchmarks": {
            name: benchmark
            for name, benchmark in companions["benchmarks"].items()
            if name.startswith("contextual_recall")
        },
        "models": {MODEL: companions["models"][MODEL]},
    }
    assert yaml.safe_load((recall / "config.yaml").read_text()) == part
