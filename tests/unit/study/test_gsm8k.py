"""docs/study.md says of GSM8K what its archive holds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pytest
from study.tables import Tables
from tests.unit.study.archives import (
    FLEXIBLE,
    RANDOM,
    STRICT,
    bound,
    first_of,
    items_by_state,
    signed,
    table,
    texts_of,
)

from benchprof.report.names import inline

NAMED = ("contextual_recall", "spatial_reasoning")
"""The abilities whose masks have a row of their own."""


@pytest.fixture(scope="module")
def cells(all_results: Tables) -> pd.DataFrame:
    """GSM8K's cells, as they decide."""
    return all_results.cells[all_results.cells.benchmark == "gsm8k"]


def test_both_metrics_say_what_the_archive_holds(page: str, written: Path) -> None:
    rows = table(written, "impact")
    metrics = [
        rows[(rows.benchmark == "gsm8k") & (rows.metric == own)] for own in (STRICT, FLEXIBLE)
    ]
    intact = " | | ".join(f"{own.intact.iloc[0]:.2f}" for own in metrics)
    assert f"| intact | {intact} | |" in page
    assert f"| random masks | {_columns(own[own.seed.notna()] for own in metrics)} |" in page
    masks = [own[own.seed.isna()] for own in metrics]
    for ability in NAMED:
        told = _columns(own[own.ability == ability] for own in masks)
        assert f"| {inline(ability)} | {told} |" in page
    rest = _columns(own[~own.ability.isin(NAMED)] for own in masks)
    assert f"| the other eight | {rest} |" in page
    least = masks[1][["q_ais", "q_random", "q_others"]].min(axis=None)
    assert f"By the flexible metric, too, all q-values are {least:.2f} or more." in page
    assert (masks[0][["q_ais", "q_random"]].round(2) == 1).all(axis=None)
    assert "On GSM8K (strict match), all q-values against 0 and against random masks are" in page


def _columns(metrics: Iterable[pd.DataFrame]) -> str:
    """Scores and AIS by metric: of one mask its interval, of two each, of more the range."""
    told = []
    for own in metrics:
        if len(own) == 1:
            (row,) = own.itertuples()
            interval = f"({bound(row.ais_low)} to {bound(row.ais_high)})"
            told += [f"{row.ablated:.2f}", f"{bound(row.ais)} {interval}"]
        elif len(own) == 2:
            told.append(", ".join(f"{score:.2f}" for score in own.ablated))
            told.append(", ".join(map(bound, own.ais)))
        else:
            told.append(f"{own.ablated.min():.2f} to {own.ablated.max():.2f}")
            told.append(signed(own.ais.min(), own.ais.max(), 3))
    return " | ".join(told)


def test_how_texts_end_is_what_the_archive_holds(page: str, written: Path) -> None:
    """Where the model begins another "Question:", the text is cut after an empty line."""
    begun = {
        state.partition(".specific_")[0]: sum(own[0].endswith("\n\n") for own in items["responses"])
        for state, items in items_by_state(written, "gsm8k").items()
    }
    assert len(begun) == 13
    spatial, recall = (
        begun.pop(name) for name in ("spatial_reasoning", "long_term_knowledge_recall")
    )
    random = [begun.pop(state) for state in RANDOM[:2]]
    assert f"When intact, {begun.pop('intact')} of the 100 texts are cut at another" in page
    assert f"it is {spatial}, and under the one for long-term knowledge recall, {recall}." in page
    rest = f"it is {min(begun.values())} to {max(begun.values())}"
    assert f"{rest}, and under the two random masks, {random[0]} and {random[1]}." in page


def test_the_flexible_metric_finds_up_to_two_answers_more(page: str, written: Path) -> None:
    scores = [items["scores"] for items in items_by_state(written, "gsm8k").values()]
    more = [
        [loose - strict for strict, loose in zip(own[STRICT], own[FLEXIBLE], strict=True)]
        for own in scores
    ]
    assert min(map(min, more)) == 0 and max(map(sum, more)) == 2
    told = "it counts the tasks that the strict metric counts as solved, and up to two more."
    assert told in page


def test_the_cells_decide_as_the_report_says(page: str, cells: pd.DataFrame) -> None:
    assert set(cells.metric) == {STRICT}
    wide = int((cells.ais_low <= -0.1).sum())
    assert (
        wide == 9 and "because nine of GSM8K's ten lower bounds and five of HumanEval's are" in page
    )
    lowest = cells[cells.ais == cells.ais.min()].sort_values("ais_low")
    spans = [signed(own.ais_low, own.ais_high, 3) for own in lowest.itertuples()]
    told = f"The lowest AIS is {bound(cells.ais.min())}, under two masks on GSM8K"
    assert f"{told} ({spans[0]} and {spans[1]}) and one on" in page


def test_the_texts_are_those_that_the_rule_takes(
    page: str, written: Path, all_results: Tables
) -> None:
    lost, kept, gained = texts_of(written, all_results, "gsm8k", STRICT)
    for shown in (lost, kept, gained):
        assert first_of(shown) in page
    assert {name.partition(".")[0] for name in lost.answers} == {
        "intact", "contextual_recall", "inductive_reasoning", "all_abilities",
    }  # fmt: skip
    assert lost.answers["contextual_recall.specific_0.001"][0].rstrip().endswith("#### -16")
    assert gained.answers["contextual_recall.specific_0.001"][0].rstrip().endswith("#### 300")
    assert all(text.rstrip().endswith("#### 276") for text, _ in kept.answers.values())
