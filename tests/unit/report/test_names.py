"""Names as readers see them: the field's for shipped benchmarks, everyone's own for all others."""

from __future__ import annotations

import pytest
from tests.conftest import ROOT

from benchprof.data import BENCHMARKS
from benchprof.report.names import MODELS, inline, model_name, readable, titles


def test_every_shipped_benchmark_has_a_title() -> None:
    assert sorted(titles()) == sorted(file.stem for file in BENCHMARKS.glob("*.yaml"))


def test_every_model_that_the_project_names_has_its_authors_name() -> None:
    assert sorted(MODELS) == sorted(file.stem for file in ROOT.glob("resources/models/*.yaml"))
    assert model_name("Qwen2.5-7B_mine") == "Qwen2.5-7B_mine"


@pytest.mark.parametrize(
    ("name", "text", "within"),
    [
        ("arc_challenge", "ARC-Challenge", "ARC-Challenge"),
        ("contextual_recall_test", "Contextual recall test", "contextual recall test"),
        # A benchmark of a user's own, whose capitals stay.
        ("MyBench_v2", "MyBench v2", "MyBench v2"),
    ],
)
def test_a_name_is_read(name: str, text: str, within: str) -> None:
    assert (readable(name), inline(name)) == (text, within)
