"""The page: self-contained, escaped, and with the numbers of the tables."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from benchprof.profile.comparison import similarity_rows
from benchprof.report.figures.impact import draw_heatmap
from benchprof.report.numbers import number, number_off, probability

from .conftest import MODEL, OWN, REASON, Table, finished, matrix, row
from .page_files import SETTINGS, tables_of, write

VOID = {"meta", "link", "img", "br", "hr", "input"}


class Reader(HTMLParser):
    """Collects what a page asks for, its text, and whether its elements are nested rightly."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[str] = []
        self.tags: list[str] = []
        self.open: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        self.requests += [str(v) for k, v in attrs if k in ("src", "href", "srcset", "data")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data

    @property
    def text(self) -> str:
        return " ".join(self.words.split())


def written(target: Path, table: pd.DataFrame, card: Path, **changes: Any) -> Reader:
    write(target, table, card, **changes)
    reader = Reader()
    reader.feed(target.read_text(encoding="utf-8"))
    assert not reader.open
    return reader


def test_the_page_asks_for_nothing(make_table: Table, card: Path, tmp_path: Path) -> None:
    figure = tmp_path / MODEL / "impact_contrastive_0.001.svg"
    table = make_table(benchmarks=3, abilities=3)
    draw_heatmap(matrix(table), [figure])
    reader = written(tmp_path / "report.html", table, card, figures=[figure])
    assert all(request.startswith(("data:", "#")) for request in reader.requests)
    assert any(request.startswith("data:image/svg+xml;base64,") for request in reader.requests)
    text = (tmp_path / "report.html").read_text()
    assert "@import" not in text
    assert not re.search(r"url\(", text)
    ids = set(re.findall(r'id="([^"]+)"', text))
    assert {request[1:] for request in reader.requests if request.startswith("#")} <= ids
    assert set(re.findall(r'aria-describedby="([^"]+)"', text)) <= ids


def test_hostile_text_stays_text(make_table: Table, card: Path, tmp_path: Path) -> None:
    hostile = '<script>alert("x")</script>'
    table = make_table(benchmarks=2, abilities=2, undefined=(1,), reason=hostile)
    settings = SETTINGS | {"scope": hostile}
    reader = written(tmp_path / "report.html", table, card, settings=settings)
    # The page's own alone, which the policy names by its digest: nothing else would run.
    assert reader.tags.count("script") == 1
    assert hostile in reader.text
    text = (tmp_path / "report.html").read_text()
    script = text.rpartition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in text


def test_the_page_has_the_numbers(make_table: Table, card: Path, tmp_path: Path) -> None:
    table = make_table(benchmarks=11, undefined=(2,), unbounded=(3,))
    text = written(tmp_path / "report.html", table, card).text
    # In both metrics of the ten cells, once below their table; so in that of the findings.
    assert (
        "not_above_guessing: the intact model is not significantly above guessing (10 row" in text
    )
    assert text.count(REASON) == 1, "with its numbers where the benchmark itself is told of"
    assert "134,515 weights a mask" in text
    assert "importance.score" in text
    assert "to ∞" in text
    assert "nan" not in text.lower().split()
    for metric in ("probability", "acc"):
        cell = table[(table["metric"] == metric) & table["ais"].notna()].iloc[0]
        assert (
            f"{cell['ais']:.2f} {cell['ais_low']:.2f} to {cell['ais_high']:.2f}"
            in text.replace("*", " ").replace("  ", " ")
            or f"{cell['ais']:.2f}*{cell['ais_low']:.2f}" in text
        ), metric
    cell = table[table["headline"]].iloc[0]
    assert f"{cell['q_random']:.3f}" in text
    assert all(f"{MODEL}torch{version}8" in text for version in ("2.9.1", "2.10.0"))


def test_similarity_is_there_with_two_models_only(
    make_table: Table, card: Path, tmp_path: Path
) -> None:
    one = written(tmp_path / "one.html", make_table(2, 3), card)
    assert "Similarity of models" not in one.text
    assert "Similarity of benchmarks" in one.text
    table = make_table(2, 3, models=("a", "b"))
    two = written(tmp_path / "two.html", table, card)
    assert "a and b" in two.text
    # With its interval, 0.0625 below the value, and by how much each AIS differs.
    value = float(similarity_rows(table, "model", 1)["similarity"].iloc[0])
    assert f"{value - 0.0625:.2f} to {value:.2f}" in two.text
    assert "a less b0.25 (0.12 to 0.38)" in two.text


def test_what_a_profile_says_is_read_from_the_tables(
    make_table: Table, card: Path, tmp_path: Path
) -> None:
    table = make_table(benchmarks=3, undefined=(2,))
    tables = tables_of(table)
    findings = tables["findings"]
    findings["needed"] = ["deductive_reasoning; spatial_reasoning", "", ""]
    text = written(tmp_path / "report.html", table, card, tables=tables).text
    # Their held-out tests are not among the three benchmarks.
    assert (
        "Deductive reasoning (on-target effect unknown), "
        "Spatial reasoning (on-target effect unknown)" in text
    )
    for benchmark, summary in zip(findings["benchmark"], findings["summary"], strict=True):
        words = benchmark.replace("_", " ").capitalize()
        assert words + summary.removeprefix(benchmark) in text
    # Halves that agree 0.5, and of 45 right items 17 turned wrong, of 15 wrong ones 3 right.
    assert "0.670.50 (0.25 to 0.75)" in text
    assert "17 of 453 of 15" in text


def test_format_likelihood_stands_beside_the_score_and_why_it_is_missing_stands_once(
    card: Path, tmp_path: Path
) -> None:
    contexts = {"benchmark": "winogrande", "without_format": "choices_are_contexts"}
    rows = [row(0.5, ability=ability, **own)
            for own in ({"benchmark": "arc_easy"}, contexts, contexts | {"benchmark": "wsc273"})
            for ability in ("deductive_reasoning", "spatial_reasoning")]  # fmt: skip
    # One mask leaves an item without probability; format likelihood under the other stands.
    rows += [row(0.5, benchmark="piqa", ability="deductive_reasoning",
                 without_format="no_probability"),
             row(0.5, benchmark="piqa", ability="spatial_reasoning")]  # fmt: skip
    text = written(tmp_path / "report.html", finished(rows), card).text
    # In the table of cells and in that of the benchmark.
    assert text.count("-0.25 nats (-0.75 to 0.12)") == 2 * 3
    assert text.count("No format likelihood for WinoGrande, Wsc273: ") == 1
    assert "No format likelihood for PIQA under the masks of Deductive reasoning: " in text


def test_a_broken_model_is_shown_with_its_code(card: Path, tmp_path: Path) -> None:
    code = "ablated_model_broken"
    table = finished([row(1.0, ability="deductive_reasoning", flag=code, p=0.001),
                      row(0.1, ability="spatial_reasoning", p=0.9)])  # fmt: skip
    text = written(tmp_path / "report.html", table, card).text
    assert "1.00*†" in text
    assert "0.10†" not in text
    assert f"{code}: on the benchmarks" in text


@pytest.mark.parametrize("size", [
    {"abilities": 1, "benchmarks": 1, "seeds": ()}, {"undefined": (0, 1), "models": ("a", "b")},
    {"seeds": ()},
])  # fmt: skip
def test_small_runs_make_a_page_without_nan(
    make_table: Table, card: Path, tmp_path: Path, size: dict[str, Any]
) -> None:
    table = make_table(**{"benchmarks": 2, "abilities": 2} | size)
    text = written(tmp_path / "report.html", table, card).text
    assert not re.search(r"\bnan\b", text.lower())


def test_the_page_is_the_same_twice_and_names_no_folder(
    make_table: Table, card: Path, tmp_path: Path
) -> None:
    table = make_table(benchmarks=2, abilities=2)
    for name in ("one.html", "two.html"):
        write(tmp_path / name, table, card, calibration_benchmarks=[OWN["contextual_recall"]])
    text = (tmp_path / "one.html").read_text()
    assert text == (tmp_path / "two.html").read_text()
    assert "/home" not in text
    assert str(tmp_path) not in text


@pytest.mark.parametrize(
    ("value", "text"), [(-0.004, "0.00"), (-0.25, "-0.25"), (float("inf"), "∞"),
                        (float("-inf"), "-∞"), (float("nan"), "--")],
)  # fmt: skip
def test_a_number_has_no_minus_before_zero_and_a_sign_for_infinity(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.497, "0.497"), (0.494, "0.49"), (0.3, "0.30")])
def test_a_value_beside_a_limit_does_not_read_as_the_limit(value: float, text: str) -> None:
    assert number_off(value, 0.5) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.0496, "0.0496"), (0.0504, "0.0504"), (0.05, "0.050"), (0.0414, "0.041"), (2e-4, "< 0.001")],
)
def test_a_q_beside_the_threshold_does_not_read_as_the_threshold(p: float, text: str) -> None:
    """A star would stand beside one 0.050 and not beside another."""
    assert probability(p) == text
