"""docs/study.md says of the companions what their archive holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from tests.conftest import ROOT
from tests.unit.study.archives import COMPANIONS, GEMMA, MODEL, effects, two

from benchprof.run.layers import read_layers

KINDS = {"item": "test", "flip": "flip", "read_off": "read_off", "blank": "blank"}


@pytest.fixture(scope="module")
def section(page: str) -> str:
    """What the page says of Gemma's companions."""
    begun = page.partition("## What the contextual recall mask hits in Gemma")[2]
    assert begun
    return begun.partition("## Reproduction")[0]


@pytest.mark.parametrize("model", COMPANIONS)
def test_the_tables_of_companions_say_what_the_archive_holds(
    page: str, recall: Path, model: str
) -> None:
    own_effects = effects(model)
    rises = pd.read_csv(
        recall / own_effects.with_name(own_effects.name.replace("effects", "selectivity"))
    )
    scores = pd.read_csv(recall / "results/profiles/impact.csv")
    scores = scores[scores.headline & (scores.ability == "contextual_recall")]
    scores = scores[scores.model == model]
    for kind, name in KINDS.items():
        (score,) = scores[scores.benchmark == f"contextual_recall_{name}"].itertuples()
        asked = rises[rises.asked == kind]
        (own,) = asked[asked.seed.isna() & (asked.ability == "contextual_recall")].itertuples()
        form = f"{two(own.form)} ({two(own.form_low)} to {two(own.form_high)})"
        assert (
            f"| {kind.replace('_', '-')}s | {score.intact:.3f} | "
            f"{score.intact - score.ablated:.3f} | "
            f"{two(own.choice)} ({two(own.choice_se)}) | {form} | "
            f"{two(asked[asked.seed.notna()].choice.mean())} |"
        ) in page


def test_the_effects_are_those_of_the_archive(page: str, section: str, recall: Path) -> None:
    (qwen,) = pd.read_csv(recall / effects(MODEL)).itertuples()
    assert (qwen.effect, qwen.explained_by) == (False, "read_off")
    assert f"by more than {np.ceil(100 * qwen.other_mask) / 100:.2f} nats" in page
    (gemma,) = pd.read_csv(recall / effects(GEMMA), keep_default_na=False).itertuples()
    assert (gemma.effect, gemma.explained_by) == (True, "")
    assert f"(at most {gemma.other_mask:.2f} nats)" in section


def test_the_differences_from_the_read_offs_are_those_of_the_records(
    page: str, section: str, recall: Path
) -> None:
    """From the log-likelihoods themselves; items and read-offs stand in pairs."""
    found = {}
    for model in COMPANIONS:
        pair = [_rise(recall, model, f"contextual_recall_{name}") for name in ("test", "read_off")]
        # The rule combines both errors as if the items differed; one-sided at 5%.
        needed = 1.645 * np.hypot(*(own.std(ddof=1) / np.sqrt(len(own)) for own in pair))
        found[model] = (pair[0] - pair[1], needed)
    differences, needed = found[MODEL]
    assert f"The difference is {differences.mean():.2f}, and about {needed:.2f} would have" in page
    differences, needed = found[GEMMA]
    assert f"is {differences.mean():.3f}, and {needed:.3f} was needed" in section
    error = differences.std(ddof=1) / 10
    told = f"is {error:.3f} if the pairs are taken into account, so {1.645 * error:.3f} would be"
    assert told in section


def test_the_shares_of_the_read_offs_are_those_of_the_records(
    page: str, section: str, recall: Path
) -> None:
    drawn = np.random.default_rng(1).integers(0, 100, (20_000, 100))
    told = []
    for model in (GEMMA, MODEL):
        items, read_offs = (
            _rise(recall, model, f"contextual_recall_{name}") for name in ("test", "read_off")
        )
        shares = read_offs[drawn].mean(axis=1) / items[drawn].mean(axis=1)
        low, high = np.quantile(shares, (0.025, 0.975))
        told.append(f"{read_offs.mean() / items.mean():.0%} ({low:.0%} to {high:.0%})")
    assert f"is {told[0]} of that on the items in Gemma, and {told[1]} in Qwen" in section
    assert f"is {told[0]} of that on the items, compared with {told[1]} in Qwen" in page


def test_few_resamples_reach_the_dose_that_is_needed(section: str, recall: Path) -> None:
    _, before, after = _scores_of_stated(recall, GEMMA)
    drawn = np.random.default_rng(1).integers(0, 100, (20_000, 100))
    doses = (before - after)[drawn].mean(axis=1) / (before[drawn].mean(axis=1) - 0.25)
    assert f"only {(doses >= 0.5).mean():.0%} of the resamples reach it" in section


def test_the_items_that_state_their_answer_are_told_apart(
    page: str, section: str, recall: Path
) -> None:
    stated, before, after = _scores_of_stated(recall, MODEL)
    assert (stated.sum(), (~stated).sum()) == (63, 37)
    rise = _rise(recall, MODEL, "contextual_recall_test")
    beyond = rise - _rise(recall, MODEL, "contextual_recall_read_off")
    for text in (
        f"rises by {_with_error(rise[stated])}, and the score falls from "
        f"{before[stated].mean():.3f} to {after[stated].mean():.3f}",
        f"lowers the loss, by {_with_error(-rise[~stated])}",
        f"the loss rises by {_with_error(beyond[stated])} more on the 63 items and by "
        f"{_with_error(-beyond[~stated])} less on the 37",
        f"make up {_share_of_two(rise):.0%} of the rise in choice loss",
        f"without them, the rise is {np.sort(rise)[:-2].mean():.2f} instead of {rise.mean():.2f}.",
    ):
        assert text in page
    stated, before, after = _scores_of_stated(recall, GEMMA)
    rise, flips, read_offs = (
        _rise(recall, GEMMA, f"contextual_recall_{name}") for name in ("test", "flip", "read_off")
    )
    first = _usual_answer_first(recall, GEMMA)
    assert (first & stated).sum() == 28
    first &= stated
    for text in (
        f"the choice loss rises by {_with_error(rise[stated])}, and the score falls from "
        f"{before[stated].mean():.3f} to {after[stated].mean():.3f}",
        f"this rise ({rise[first].sum() / rise[stated].sum():.0%}) comes from the 28",
        f"answer first. On those 28, the loss rises by {_with_error(rise[first])}.",
        f"Gemma scores {before[~stated].mean():.3f}, which is below guessing",
        f"the loss falls by {_with_error(-rise[~stated])}, which is not significant. On their "
        f"flips, it falls by {_with_error(-flips[~stated])}.",
        f"rises by only {_with_error(read_offs[stated])}. (On the read-offs of the 28, it rises by "
        f"{_with_error(read_offs[first])}",
        f"make up {_share_of_two(rise):.0%} of the rise in choice loss, and without them, it is "
        f"{np.sort(rise)[:-2].mean():.2f}",
    ):
        assert text in section


def test_the_right_answers_of_gemma_are_those_of_the_archive(section: str, recall: Path) -> None:
    scores = pd.read_csv(recall / "results/profiles/impact.csv")
    scores = scores[(scores.model == GEMMA) & (scores.metric == "acc") & scores.seed.isna()]
    scores = scores[scores.ability == "contextual_recall"].set_index("benchmark")
    told = [
        f"from {row.intact:.2f} to {row.ablated:.2f} on the {kind.replace('_', '-')}s"
        for kind, name in KINDS.items()
        for row in [scores.loc[f"contextual_recall_{name}"]]
    ]
    assert f"it falls {told[0]}, {told[1]}, {told[2]} and {told[3]}." in section
    least = scores[["q_ais", "q_random", "q_others"]].min().min()
    assert f"(all q-values are {np.floor(100 * least) / 100:.2f} or more)" in section


def test_the_usual_answer_is_less_likely_where_nobody_asks_for_it(
    section: str, recall: Path
) -> None:
    stated = _scores_of_stated(recall, GEMMA)[0]
    items = _items(recall, GEMMA)
    record = recall / "results/evaluations" / GEMMA / "contextual_recall_test"
    shares = [
        json.loads((record / f"{name}.json").read_text())["items"]["responses"]
        for name in ("intact", "contextual_recall.specific_0.001")
    ]
    logs, chances = [], []
    for number in np.flatnonzero(~stated):
        said = items[number]["context"].partition("usual answer")[2].partition(".")[0]
        (usual,) = (n for n, option in enumerate(items[number]["options"]) if option in said)
        before, after = (np.array([log for log, _ in own[number]]) for own in shares)
        before, after = (own - np.log(np.exp(own).sum()) for own in (before, after))
        logs.append(before[usual] - after[usual])
        chances.append(np.exp(before[usual]) - np.exp(after[usual]))
    told = f"{_with_error(np.array(logs)).replace(' (', ' nats (')}, but only by "
    assert f"{told}{np.mean(chances):.3f} in probability" in section


def _items(folder: Path, model: str) -> list[dict[str, Any]]:
    """The items of contextual recall's own test, in the order of the records."""
    lines = (ROOT / "resources/abilities/v2/contextual_recall/test.jsonl").read_text().splitlines()
    record = folder / "results/evaluations" / model / "contextual_recall_test/intact.json"
    return [json.loads(lines[n]) for n in json.loads(record.read_text())["items"]["index"]]


def _usual_answer_first(folder: Path, model: str) -> np.ndarray:
    """Which items say what the usual answer is before they list the last ones."""
    contexts = [item["context"] for item in _items(folder, model)]
    return np.array([text.find("usual answer") < text.find("last answers") for text in contexts])


def _share_of_two(rise: np.ndarray) -> float:
    """The share of the two items with the largest rise."""
    return float(np.sort(rise)[-2:].sum() / rise.sum())


def _scores_of_stated(folder: Path, model: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which items state their answer, and the scores of all, intact and under the mask."""
    stated = np.array([item["type"] == "stated" for item in _items(folder, model)])
    record = folder / "results/evaluations" / model / "contextual_recall_test"
    before, after = (
        np.array(
            json.loads((record / f"{name}.json").read_text())["items"]["scores"]["probability"]
        )
        for name in ("intact", "contextual_recall.specific_0.001")
    )
    return stated, before, after


def _with_error(values: np.ndarray) -> str:
    return f"{values.mean():.2f} ({values.std(ddof=1) / np.sqrt(len(values)):.2f})"


def _rise(folder: Path, model: str, benchmark: str) -> np.ndarray:
    """The rise of the choice loss of each item under the contextual recall mask, in nats."""
    intact, ablated = (
        _choice_losses(folder / "results/evaluations" / model / benchmark / f"{name}.json")
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


def test_the_companions_were_computed_with_the_settings_of_the_study(recall: Path) -> None:
    companions = read_layers([ROOT / "config/study_companions.yaml"])
    part = read_layers([ROOT / "config/study_recall.yaml"])
    assert part == companions | {
        "benchmarks": {
            name: benchmark
            for name, benchmark in companions["benchmarks"].items()
            if name.startswith("contextual_recall")
        },
        "models": {model: companions["models"][model] for model in COMPANIONS},
    }
    assert yaml.safe_load((recall / "config.yaml").read_text()) == part
