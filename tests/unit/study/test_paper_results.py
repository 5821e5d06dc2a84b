"""docs/study.md says of the paper's masks what study/paper_answers.tar.xz holds."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from study.figures import AIS, draw_ais
from study.masks import validity
from study.tables import SUFFIX, Tables, read_rules, read_tables
from study.texts import states, texts
from tests.conftest import ROOT
from tests.unit.study.archives import (
    CHOICES,
    FLEXIBLE,
    MODEL,
    STRICT,
    bound,
    coarse,
    effective_row,
    one_cell,
    signed,
    two,
)

from benchprof.masks.mask import Mask, read_mask
from benchprof.report.names import readable

DAMAGED = ("arc_challenge", "hellaswag", "boolq", "commonsense_qa", "mmlu", "gsm8k")
"""The benchmarks on which each mask takes most or all of the margin."""


@pytest.fixture(scope="module")
def masks(state: Path) -> dict[str, Mask]:
    """The ten abilities' masks and two random ones, by folder and file."""
    files = sorted((state / "results/masks").rglob("*_calibrated.safetensors"))
    return {f"{file.parent.name}.{file.stem}": read_mask(file) for file in files}


@pytest.fixture(scope="module")
def paper(answers: Path) -> Tables:
    return read_tables(answers / "results/profiles", MODEL)


@pytest.fixture(scope="module")
def records(
    answers: Path, paper: Tables, unpacked: Path, written: Path
) -> dict[str, dict[str, dict[str, Any]]]:
    """The records by benchmark and state: intact, an ability's mask or a random one's seed."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    names = {}
    for name in (*CHOICES, *paper.own_tests.values(), "gsm8k"):
        archive = written if name == "gsm8k" else unpacked
        file = archive / "results/evaluations" / MODEL / name / "intact.json"
        found[name] = {"intact": json.loads(file.read_text())}
        names[found[name]["intact"]["origin"]["requests"]["digest"]] = name
    rows = pd.concat([paper.cells, paper.controls])
    rows = rows.drop_duplicates("mask_digest").set_index("mask_digest")
    states = rows.ability.where(rows.seed.isna(), rows.seed.astype(str))
    for file in sorted((answers / "store/evaluations").rglob("*.json")):
        record = json.loads(file.read_text())
        own = found[names[record["origin"]["requests"]["digest"]]]
        assert record["items"]["digest"] == own["intact"]["items"]["digest"]
        own[states[record["origin"]["mask"]["digest"]]] = record
    assert {len(own) for own in found.values()} == {13}
    return found


@pytest.fixture(scope="module")
def scores(records: Mapping[str, Mapping[str, Any]]) -> dict[str, pd.DataFrame]:
    """The score of each item, a column per state without the random masks, by benchmark."""
    return {
        name: pd.DataFrame(
            {
                state: own["items"]["scores"][STRICT if name == "gsm8k" else "probability"]
                for state, own in by_state.items()
                if not state.isdigit()
            }
        )
        for name, by_state in records.items()
    }


def test_the_ais_are_those_of_the_answers(
    paper: Tables, scores: Mapping[str, pd.DataFrame]
) -> None:
    """From records: (intact - ablated) / (intact - guessing), with the study's intact answers."""
    checked = 0
    for cell in paper.cells[paper.cells.ais.notna()].itertuples():
        mean = scores[cell.benchmark].mean()
        assert len(mean) == 11
        expected = (mean["intact"] - mean[cell.ability]) / (mean["intact"] - cell.guessing)
        assert cell.ais == pytest.approx(expected, abs=1e-9)
        checked += 1
    assert checked == 170


def span(values: pd.Series) -> str:
    """The least and the largest value; where all are equal, this."""
    one = values.nunique() == 1
    return bound(values.iloc[0]) if one else signed(values.min(), values.max(), 3)


def test_the_table_of_benchmarks(report: str, paper: Tables) -> None:
    for name in (*CHOICES, "gsm8k"):
        cells, random = (own[own.benchmark == name] for own in (paper.cells, paper.controls))
        scores = span(cells.ablated)
        row = (
            f"| {readable(name)} | {cells.intact.iloc[0]:.3f} | {cells.guessing.iloc[0]:.3f} | "
            f"{scores} | "
            f"{random.ablated.min():.3f} and {random.ablated.max():.3f} | "
        )
        if cells.ais.isna().all():
            row += "none | none | |"
        else:
            row += f"{span(cells.ais)} | "
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
    found = paper.reliability.reliability
    assert f"BoolQ's profile is the most reliable ({found.boolq:.2f}), HellaSwag's has" in page
    assert f"HellaSwag's has {found.hellaswag:.2f}, and the other four have 0." in page
    for name in (own for own in paper.counting(read_rules().benchmarks) if own != "gsm8k"):
        assert found[name] == 0 or name in {"boolq", "hellaswag"}
        assert effective_row(readable(name), paper.findings.loc[name]) in page


def test_each_mask_takes_nearly_everything(report: str, paper: Tables) -> None:
    cells, random = (own[own.benchmark.isin(DAMAGED)] for own in (paper.cells, paper.controls))
    assert len(cells) == 60
    assert cells[["q_ais", "q_random"]].max(axis=None) < 0.0025
    assert (cells[["ais_low", "over_random_low"]] > 0).all(axis=None)
    assert f"(AIS of {signed(cells.ais.min(), cells.ais.max(), 2)})" in report
    assert random.ais.abs().max() < 0.1
    mmlu = cells[cells.benchmark == "mmlu"].ais
    assert f"On MMLU, {mmlu.min():.0%} to {mmlu.max():.0%} of the margin is lost." in report


def test_no_ais_differs_significantly_from_that_of_the_others(report: str, paper: Tables) -> None:
    defined = paper.cells[paper.cells.ais.notna()]
    assert len(defined) == 170
    least = defined.loc[defined.q_others.idxmin()]
    assert f"The smallest q is {least.q_others:.2f}: the temporal reasoning mask" in report
    assert least.ability + SUFFIX == least.benchmark == f"temporal_reasoning{SUFFIX}"
    assert least.over_others < 0
    apart = defined[(defined.over_others_low > 0) | (defined.over_others_high < 0)]
    assert f"{len(apart)} of the 160 intervals of this difference exclude 0, five of" in report
    assert "gsm8k" not in set(apart.benchmark)
    assert (apart.benchmark == "boolq").sum() == 5
    tests = defined[defined.benchmark.str.endswith(SUFFIX)]
    own = tests.benchmark == tests.ability + SUFFIX
    highest = tests.over_others_high[own].sort_values()
    assert f"95% interval rules out a difference of more than {highest.iloc[7]:.2f}.)" in report
    largest = tests.loc[tests.groupby("benchmark").ais.idxmax()]
    assert not (largest.benchmark == largest.ability + SUFFIX).any()
    clear = tests.benchmark != f"contextual_recall{SUFFIX}"
    doses = [tests.ais[rows].mean() for rows in (own, ~own, own & clear, ~own & clear)]
    assert "these are {:.2f} and {:.2f}, but without".format(*doses) in report
    assert "is small, {2:.2f} and {3:.2f}.".format(*doses) in report


def _beyond(scores: Mapping[str, pd.DataFrame], benchmark: str, ability: str) -> pd.Series:
    """What a mask costs each item more than the mean of the other abilities' masks."""
    own = scores[benchmark]
    others = [name for name in own if name not in {ability, "intact"}]
    assert len(others) == 9
    return own[others].mean(axis=1) - own[ability]


def _mean_with_error(tests: Sequence[pd.Series]) -> tuple[float, float]:
    """Of the tests' means, with the standard error over their items."""
    error = sum(own.var() / len(own) for own in tests) ** 0.5 / len(tests)
    return float(np.mean([own.mean() for own in tests])), float(error)


def test_own_masks_cost_no_more_than_others(
    report: str, paper: Tables, scores: Mapping[str, pd.DataFrame]
) -> None:
    tests = paper.own_tests
    by_test = [_beyond(scores, test, ability) for ability, test in tests.items()]
    mean, error = _mean_with_error(by_test)
    falls = [scores[test]["intact"] - scores[test][ability] for ability, test in tests.items()]
    fall = np.mean([own.mean() for own in falls])
    told = f"under its own mask and by {fall - mean:.3f} under the others (difference {bound(mean)}"
    assert f"falls by {fall:.3f} {told}, standard error {error:.3f})" in report
    assert f"(the score falls by {fall:.3f} and {fall - mean:.3f})" in report
    # Those that were counted when k was chosen.
    left_out = {"deductive_reasoning", "spatial_reasoning"}
    eight = [own for ability, own in zip(tests, by_test, strict=True) if ability not in left_out]
    mean, error = _mean_with_error(eight)
    told = f"own masks cost {-mean:.3f} less than the others do (standard error {error:.3f})"
    assert told in report


def test_the_differences_that_would_be_missed(
    report: str, paper: Tables, scores: Mapping[str, pd.DataFrame]
) -> None:
    """80% power at 5%: 2.8 standard errors, here over items, of a mean mask, in AIS."""
    found = {}
    for name in (own for own in paper.counting(read_rules().benchmarks) if own != "gsm8k"):
        cells = paper.cells[paper.cells.benchmark == name]
        errors = [_beyond(scores, name, own).sem() for own in cells.ability]
        found[name] = 2.8 * np.mean(errors) / (cells.intact - cells.guessing).iloc[0]
    for limit, names in {
        0.1: ("commonsense_qa", "hellaswag"),
        0.2: ("arc_challenge", "mmlu"),
        0.6: ("boolq", "winogrande"),
    }.items():
        assert {round(found[name], 1) for name in names} == {limit}
    assert "0.1 on CommonsenseQA and HellaSwag, 0.2 on ARC-Challenge and MMLU, and 0.6" in report


def test_on_boolq_the_masks_change_how_often_the_model_says_yes(
    report: str, records: Mapping[str, Mapping[str, Any]]
) -> None:
    yes, balanced = [], []
    for state, record in records["boolq"].items():
        if state != "intact" and not state.isdigit():
            items = record["items"]
            logs = np.array([[one for one, _ in both] for both in items["responses"]])
            said = 1 / (1 + np.exp(logs[:, 0] - logs[:, 1]))
            right = np.array([gold == [1] for gold in items["gold"]])
            yes.append(said.mean())
            balanced.append((said[right].mean() + 1 - said[~right].mean()) / 2)
    assert len(yes) == 10
    assert f'model says "yes" ({min(yes):.0%} to {max(yes):.0%} of the probability)' in report
    assert f"all ten score {min(balanced):.2f} to {max(balanced):.2f}." in report


def test_by_length_normalised_accuracy_less_is_lost(report: str, answers: Path) -> None:
    impact = pd.read_csv(answers / "results/profiles/impact.csv")
    impact = impact[(impact.metric == "acc_norm") & (impact.ability != "all_abilities")]
    spans = {name: signed(own.min(), own.max(), 2) for name, own in impact.groupby("benchmark").ais}
    told = "the AIS is {} on HellaSwag and {} on ARC-Challenge"
    assert told.format(spans["hellaswag"], spans["arc_challenge"]) in report


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
    mmlu = -cells.form[cells.benchmark == "mmlu"]
    assert f"On MMLU, it falls by only {mmlu.min():.1f} to {mmlu.max():.1f}." in page
    assert not paper.broken
    assert "above guessing on 17 of the 18 tests and benchmarks" in page
    assert cells.ais.notna().groupby(cells.benchmark).all().value_counts().to_dict() == {
        True: 17, False: 1,
    }  # fmt: skip
    above = cells[cells.ais.notna() & (cells.p_guessing_ablated < 0.05)]
    others = above[above.benchmark != f"inductive_reasoning{SUFFIX}"].groupby("ability").size()
    assert (others.min(), others.max()) == (2, 5) and "and on two to five others" in page
    by_test = above.groupby("benchmark").size()
    assert by_test[f"deductive_reasoning{SUFFIX}"] == by_test[f"temporal_reasoning{SUFFIX}"] == 9
    assert by_test[f"contextual_recall{SUFFIX}"] == by_test[f"spatial_reasoning{SUFFIX}"] == 6
    assert (by_test["winogrande"], by_test["mmlu"]) == (5, 2)
    inductive = cells[cells.benchmark == f"inductive_reasoning{SUFFIX}"]
    assert inductive.p_guessing_ablated.max() < 0.001
    scores = f"(scores of {inductive.ablated.min():.2f} to {inductive.ablated.max():.2f}, intact"
    assert f"{scores} {inductive.intact.iloc[0]:.2f})" in page
    lowest = cells.loc[cells[cells.form_of == "nats"].groupby("benchmark").form.idxmin()]
    most = (lowest.ability == "contextual_recall").sum()
    told = f"lowers form most on {most} of {len(lowest)} tests and multiple-choice benchmarks"
    assert told in page


def test_nothing_is_left_of_gsm8k(page: str, records: Mapping[str, Mapping[str, Any]]) -> None:
    """Which texts have an answer to read is read from the texts."""
    items = {state: own["items"] for state, own in records["gsm8k"].items()}
    solved = {state: sum(own["scores"][STRICT]) for state, own in items.items()}
    random = [state for state in solved if state.isdigit()]
    masks = [state for state in solved if state != "intact" and state not in random]
    assert len(masks) == 10 and not any(solved[state] for state in masks)
    one, other = (f"{solved[seed]:.0f}" for seed in sorted(random))
    told = (
        "It solves {:.0f} of 100 tasks when intact, {} and {} under the two random masks, and none"
    )
    assert told.format(solved["intact"], one, other) in page
    unread = {
        state: sum(not re.search(r"#### (-?[0-9.,]+)", text) for (text,) in own["responses"])
        for state, own in items.items()
    }
    least, most = (end(unread[state] for state in masks) for end in (min, max))
    one, other = (str(unread[seed]) for seed in sorted(random))
    assert f"{least} to {most} of the 100 texts have no answer that the strict metric" in page
    assert f"(intact {unread['intact']}, random masks {one} and {other})" in page
    flexible = [sum(items[state]["scores"][FLEXIBLE]) for state in masks]
    told = f"counts {min(flexible):.0f} to {max(flexible):.0f} tasks as solved (intact"
    assert f"{told} {sum(items['intact']['scores'][FLEXIBLE]):.0f})" in page
    letters = {s: sum(bool(re.search(r"[^\W\d_]", own)) for (own,) in items[s]["responses"])
               for s in masks}  # fmt: skip
    recall = 100 - letters.pop("contextual_recall")
    told = f"under the contextual recall mask, {recall} of the 100 have no letters, and under the"
    rest = [100 - own for own in letters.values()]
    assert f"{told} others, {min(rest)} to {max(rest)}." in page


def test_the_texts_of_gsm8k_stand_side_by_side(
    page: str, paper: Tables, records: Mapping[str, Mapping[str, Any]]
) -> None:
    shown = states(paper, "gsm8k")
    assert shown.largest == shown.smallest == "analogical_reasoning.top_calibrated"
    names = {"intact": "intact", shown.largest: "analogical_reasoning", shown.control: "1"}
    items = {name: records["gsm8k"][state]["items"] for name, state in names.items()}
    table = pd.DataFrame({key: items["intact"][key] for key in ("digest", "index")})
    for name, own in items.items():
        table[name] = [text for (text,) in own["responses"]]
        table[f"{name}_right"] = np.where(own["scores"][STRICT], "right", "wrong")
    lost, kept, gained = texts(table, shown)
    assert (
        f"{lost.items} tasks are solved when intact and under the random mask with seed 1" in page
    )
    assert f"(number {lost.index}, digest {lost.digest})" in page
    told = {name: " ".join(answer.split()) for name, (answer, _) in lost.answers.items()}
    assert f'Under the mask, Qwen writes "{told[shown.largest]}".' in page
    sentences, _, number = told[shown.control].rpartition(" #### ")
    assert f'it writes: "{sentences}" and "#### {number}".' in page
    assert (kept.items, gained.items) == (0, 0) and "no task of the other two kinds" in page


def test_what_stood_out_in_the_calibration(
    page: str, paper: Tables, scores: Mapping[str, pd.DataFrame]
) -> None:
    test = f"contextual_recall{SUFFIX}"
    beyond = _beyond(scores, test, "contextual_recall").to_numpy()
    drawn = np.random.default_rng(1).integers(0, len(beyond), (20_000, len(beyond)))
    low, high = np.quantile(beyond[drawn].mean(axis=1), (0.025, 0.975))
    assert f"it costs {beyond.mean():.3f} more ({bound(low)} to {bound(high)}, not" in page
    cell = one_cell(paper.cells, test, "contextual_recall")
    assert (
        f"The dose of {cell.ais:.3f} ({bound(cell.ais_low)} to {bound(cell.ais_high)}) differs "
        f"significantly neither from random masks (q = {cell.q_random:.2f}) nor from the other "
        f"masks (q = {cell.q_others:.2f})."
    ) in page
    one, other = paper.controls[paper.controls.benchmark == test].itertuples()
    told = f"raises the score from {one.intact:.3f} to {one.ablated:.3f} (an AIS of {two(one.ais)})"
    assert told in page and round(other.ablated, 3) == round(other.intact, 3)
    share = cell.over_random - cell.ais
    assert f"This accounts for {share:.2f} of the {cell.over_random:.3f} there." in page


def test_the_command_prints_the_verdicts(page: str, answers: Path) -> None:
    command = [sys.executable, "-m", "study", str(answers / "results/profiles")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    verdicts = re.findall(r"^## \d\..*: ([a-z ]+)$", done.stdout, re.M)
    assert verdicts == ["confirmed", *["not decidable"] * 3]
    column = r"\| \d\. [^|]* \| [^|]* \| (confirmed|not decidable)"
    assert re.findall(column, page) == verdicts
    damage = re.findall(r"^- (\w+): N 10, .*N counts damage, not abilities$", done.stdout, re.M)
    assert sorted(damage) == sorted(DAMAGED)
    assert "- winogrande: N 0, 10 bounds" in done.stdout
    assert "- N of 2 or more: 6 of 7 (0.42 to 1.00)" in done.stdout
    assert "is 86% (interval 42% to 100%)" in page
    assert "- lower bound above -0.1: 86% of the cells" in done.stdout
    assert "only 86% of the lower bounds are above \N{MINUS SIGN}0.1" in page
    (rank, p), (rest, rest_p) = re.findall(
        r"^- (?:AIS|without the factor): mean rank ([\d.]+) .*, p ([\d.]+)$", done.stdout, re.M
    )
    assert f"fourteen labels is {float(rank):.1f} (p = {p}), and {float(rest):.1f} after" in page
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
