"""docs/study.md says of GSM8K what its archive holds."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import pandas as pd
import pytest
import yaml
from study.tables import Tables, joined, read_rules, read_tables
from study.texts import Shown, states, texts
from tests.conftest import ROOT
from tests.unit.study.archives import FLEXIBLE, MODEL, STRICT, bound, signed, table

from benchprof.report.names import inline
from benchprof.run.layers import read_layers


@pytest.fixture(scope="module")
def written(gsm8k: Path) -> Tables:
    return read_tables(gsm8k / "results/profiles", MODEL)


@pytest.fixture(scope="module")
def cells(written: Tables, results: Tables) -> pd.DataFrame:
    """GSM8K's cells, as they decide."""
    both = joined(results, written, read_rules()).cells
    return both[both.benchmark == "gsm8k"]


def test_the_row_of_gsm8k_says_what_the_archive_holds(
    page: str, gsm8k: Path, written: Tables, cells: pd.DataFrame
) -> None:
    assert set(cells.metric) == {STRICT}
    controls = written.controls[written.controls.benchmark == "gsm8k"]
    assert len(cells) == 10 and len(controls) == 2
    detectable = table(gsm8k, "power").set_index("benchmark").detectable_ais["gsm8k"]
    ais, random = (signed(rows.ais.min(), rows.ais.max(), 3) for rows in (cells, controls))
    row = (
        f"| GSM8K | {cells.intact.iloc[0]:.3f} | 0.000 | {ais} | {random} | "
        f"{detectable:.3f} | {cells.over_random_high.max():.3f} |"
    )
    assert row in page


def test_the_two_metrics_say_what_the_archive_holds(
    page: str, gsm8k: Path, cells: pd.DataFrame
) -> None:
    both = table(gsm8k, "impact")
    flexible = both[(both.benchmark == "gsm8k") & (both.metric == FLEXIBLE)]
    for ability in ("long_term_knowledge_recall", "spatial_reasoning"):
        (strict,) = cells[cells.ability == ability].itertuples()
        (loose,) = flexible[flexible.ability == ability].itertuples()
        told = [
            f"{own.ablated:.2f} | {bound(own.ais)} ({bound(own.ais_low)} to {bound(own.ais_high)})"
            for own in (strict, loose)
        ]
        answers = _answers(gsm8k, f"{ability}.specific_0.001")
        row = f"{told[0]} | {told[1]} | {_score_if_cut(answers):.2f} | {_gone_on(answers)}"
        assert f"| {inline(ability)} | {row} |" in page
        assert loose.q_random < 0.01
    assert max(loose.q_ais, loose.q_random, loose.q_others) < 0.001
    answers = _answers(gsm8k, "intact")
    scores = f"{cells.intact.iloc[0]:.2f} | | {loose.intact:.2f}"
    assert f"| {scores} | | {_score_if_cut(answers):.2f} | {_gone_on(answers)} |" in page
    others = [name for name in cells.ability if name not in (ability, "long_term_knowledge_recall")]
    rest = [_answers(gsm8k, f"{name}.specific_0.001") for name in others]
    counts, cut = [_gone_on(own) for own in rest], [_score_if_cut(own) for own in rest]
    told = [
        f"{own.ablated.min():.2f} to {own.ablated.max():.2f} | "
        f"{signed(own.ais.min(), own.ais.max(), 3)}"
        for own in (rows[rows.ability.isin(others)] for rows in (cells, flexible))
    ]
    ranges = f"{signed(min(cut), max(cut), 2)} | {min(counts)} to {max(counts)}"
    assert f"| the other eight | {told[0]} | {told[1]} | {ranges} |" in page
    assert (cells[["q_ais", "q_random"]].round(2) == 1).all(axis=None)


def test_cut_after_the_answer_both_metrics_agree(page: str, gsm8k: Path) -> None:
    """An error of the program let texts go on, and the flexible metric takes the last number."""
    folder = gsm8k / f"results/evaluations/{MODEL}/gsm8k"
    states = [_answers(gsm8k, path.name.removesuffix(".json")) for path in folder.iterdir()]
    more = [round(100 * (_score_if_cut(own) - fmean(answer.strict for answer in own)))
            for own in states]  # fmt: skip
    assert sorted(more) == [0] * 11 + [1] * 2
    assert "agree in eleven of the 13 states, and the flexible score is one task higher in" in page
    assert f"In all 13 states together, {sum(map(_gone_on, states))} texts went on." in page
    new_task = [
        sum(own.text.endswith("\n\n") for own in _answers(gsm8k, state))
        for state in ("intact", "spatial_reasoning.specific_0.001")
    ]
    assert f"({new_task[0]} of 100 texts), and under the mask, it does so in {new_task[1]}" in page


@dataclass(frozen=True)
class Answer:
    """A text on GSM8K with its score in both metrics."""

    text: str
    strict: float
    flexible: float

    @property
    def after(self) -> str | None:
        """What comes after the answer; None where there is none in the form that is asked for."""
        parts = re.split(r"#### -?[$\d.,]*\d", self.text, maxsplit=1)
        return parts[1] if len(parts) == 2 else None


def _items_of(gsm8k: Path, state: str) -> dict[str, Any]:
    record = json.loads((gsm8k / f"results/evaluations/{MODEL}/gsm8k/{state}.json").read_text())
    items: dict[str, Any] = record["items"]
    return items


def _answers(gsm8k: Path, state: str) -> list[Answer]:
    items = _items_of(gsm8k, state)
    scores, texts = items["scores"], items["responses"]
    rows = zip(texts, scores[STRICT], scores[FLEXIBLE], strict=True)
    return [Answer(responses[0], *own) for responses, *own in rows]


def _gone_on(answers: list[Answer]) -> int:
    return sum(own.after is not None and own.after.strip(" .%").strip() != "" for own in answers)


def _score_if_cut(answers: list[Answer]) -> float:
    """The flexible score of the texts up to their answer, which is then the last number."""
    return fmean(own.flexible if own.after is None else own.strict for own in answers)


def test_the_cells_decide_as_the_report_says(
    page: str, cells: pd.DataFrame, written: Tables
) -> None:
    wide = int((cells.ais_low <= -0.1).sum())
    assert wide == 9 and "only because nine of GSM8K's ten intervals are wide" in page
    lowest = cells[cells.ais == cells.ais.min()].sort_values("ais_low")
    spans = [signed(own.ais_low, own.ais_high, 3) for own in lowest.itertuples()]
    told = (
        f"the lowest AIS is {bound(cells.ais.min())}, under two masks on GSM8K, with intervals of"
    )
    assert f"{told} {spans[0]} and {spans[1]})" in page
    found = written.findings.loc["gsm8k"]
    interval = signed(found.effective_low, found.effective_high, 1)
    noise = signed(found.noise_low, found.noise_high, 1)
    assert f"| GSM8K | {found.effective:.1f} ({interval}) | {noise} |" in page


def test_the_texts_are_those_that_the_rule_takes(page: str, gsm8k: Path, written: Tables) -> None:
    lost, kept, gained = _shown(gsm8k, written)
    for shown in (lost, kept, gained):
        told = f"({shown.items} tasks; the first is number {shown.index}, digest {shown.digest})"
        assert told in page
    assert {name.partition(".")[0] for name in lost.answers} == {
        "intact", "contextual_recall", "inductive_reasoning", "all_abilities",
    }  # fmt: skip
    assert lost.answers["contextual_recall.specific_0.001"][0].rstrip().endswith("#### -16")
    assert gained.answers["contextual_recall.specific_0.001"][0].rstrip().endswith("#### 300")
    assert all(text.rstrip().endswith("#### 276") for text, _ in kept.answers.values())


def _items(gsm8k: Path, names: tuple[str, ...]) -> pd.DataFrame:
    """The table of items from the records, by another way than `snakemake items`."""
    columns = {}
    for name in names:
        items = _items_of(gsm8k, name)
        columns |= {"digest": items["digest"], "index": items["index"]}
        columns[name] = [responses[0] for responses in items["responses"]]
        scores = items["scores"][STRICT]
        columns[f"{name}_right"] = ["right" if score == 1 else "wrong" for score in scores]
    return pd.DataFrame(columns)


def _shown(gsm8k: Path, written: Tables) -> list[Shown]:
    names = states(written, "gsm8k")
    return texts(_items(gsm8k, names.all), names)


def test_the_settings_are_those_that_were_fixed(gsm8k: Path) -> None:
    archived = yaml.safe_load((gsm8k / "config.yaml").read_text())
    assert archived.pop("benchmark_data")
    assert archived == read_layers([ROOT / "config/study_gsm8k.yaml"])
    whole = read_layers([ROOT / "config/study_generation.yaml"])
    part = {k: v for k, v in whole["benchmarks"].items() if k not in ("humaneval", "mbpp")}
    assert archived == whole | {"benchmarks": part}
