"""Names as readers see them: the field's for shipped benchmarks, everyone's own for all others."""

from __future__ import annotations

import pytest

from benchprof.data import BENCHMARKS
from benchprof.report.names import counted, inline, metric, readable, titles, wrapped


def test_every_shipped_benchmark_has_a_title() -> None:
    assert sorted(titles()) == sorted(file.stem for file in BENCHMARKS.glob("*.yaml"))


@pytest.mark.parametrize(
    ("name", "text", "within"),
    [
        ("arc_challenge", "ARC-Challenge", "ARC-Challenge"),
        ("truthfulqa_mc1", "TruthfulQA-MC1", "TruthfulQA-MC1"),
        ("long_term_knowledge_recall", "Long-term knowledge recall", "long-term knowledge recall"),
        ("contextual_recall_test", "Contextual recall test", "contextual recall test"),
        # A benchmark of a user's own, whose capitals stay.
        ("MyBench_v2", "MyBench v2", "MyBench v2"),
    ],
)
def test_a_name_is_read(name: str, text: str, within: str) -> None:
    assert (readable(name), inline(name)) == (text, within)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("probability", "probability"),
        ("acc_norm", "acc norm"),
        ("exact_match,strict-match", "exact match (strict-match)"),
        ("exact_match,none", "exact match"),
    ],
)
def test_a_metric_is_read_with_what_it_reads_of_an_answer(name: str, text: str) -> None:
    assert metric(name) == text


def test_long_names_are_broken_between_words() -> None:
    assert wrapped("semantic_relationship_comprehension", 22).splitlines() == [
        "Semantic relationship",
        "comprehension",
    ]


def test_words_agree_with_their_number() -> None:
    assert [counted(count, "item") for count in (1, 2)] == ["1 item", "2 items"]
    assert counted(2, "ability", "abilities") == "2 abilities"
