"""Correction for many tests: families, and what none of their members can show alone."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.profile.conftest import SETTINGS

from benchprof.profile.correction import add_corrected, out_of_reach
from benchprof.profile.job import compute_profile
from benchprof.profile.significance import least_p, sign_flip_p, whole_sign_flip_p


def cells(p: Any, p_least: float, n: int = 500) -> pd.DataFrame:
    """The cells of one metric, selection and mask fraction, with these p-values."""
    table = pd.DataFrame({"p_ais": p, "ais": 0.3}).assign(
        benchmark="arc", metric="probability", selection="contrastive", mask_fraction="0.001",
        seed=pd.array([None] * len(p), dtype="Int64"), n=n,
        clusters=pd.array([None] * len(p), dtype="Int64"), p_random=np.nan, p_others=np.nan,
        p_least=p_least,
    )  # fmt: skip
    return add_corrected(table)


def test_the_least_p_is_that_of_the_clearest_effect() -> None:
    for units in (2, 10, 20):
        assert whole_sign_flip_p(np.ones(units, dtype=np.int64)) == pytest.approx(
            least_p(units, None)
        )
    clearest = sign_flip_p(np.ones((1, 60)), np.eye(1), 99, seed=1)
    assert clearest[0] == least_p(60, 99) == 1 / 100
    # Ten items have so few arrangements that more random ones do not help.
    assert least_p(10, 100_000) == 2 / 2**10


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 60), st.integers(1, 60), st.integers(19, 400))
def test_so_many_cells_as_the_sentence_says_survive_together(
    family: int, clear: int, resamples: int
) -> None:
    clear, p_least = min(clear, family), 1 / (resamples + 1)
    table = cells([p_least] * clear + [1.0] * (family - clear), p_least)
    survives = bool((table["q_ais"] < 0.05).any())
    said = out_of_reach(table)
    if not said:
        assert survives
        return
    takes = re.search(r"takes (\d+) cells that reach it together", said[0])
    assert survives is (takes is not None and clear >= int(takes[1]))


def test_few_resamples_are_told_from_few_items() -> None:
    """1/100 for each of 40: 40 x 0.01 / 9 is the first below 0.05, and 800 resamples do."""
    assert out_of_reach(cells([0.01] * 40, 1 / 100)) == [
        "The tests' least p-value is 0.01 on arc: corrected for 40 tests, q < 0.05 takes 9 cells "
        "that reach it together, so that no single cell does. With 800 resamples or more one can."
    ]
    assert not out_of_reach(cells([0.01] * 40, 1 / 801))
    assert out_of_reach(cells([0.01] * 40, 1 / 800))
    (sentence,) = out_of_reach(cells([0.01] * 40, 2 / 2**10, n=10))
    # 2 / 2^11 x 40 is below 0.05, 2 / 2^10 x 40 is not.
    assert sentence.endswith(
        "With 11 items or more (and 800 resamples or more, where scores are continuous) one can."
    )
    # Neither is enough: ten items and too few resamples.
    (sentence,) = out_of_reach(cells([0.01] * 100, 1 / 401, n=10))
    assert sentence.endswith("With 12 items or more and 2000 resamples or more one can.")
    # More items of the same tasks are no help.
    (sentence,) = out_of_reach(cells([0.01] * 40, 2 / 2**8, n=1000).assign(clusters=8))
    assert "With 11 tasks or more" in sentence
    (sentence,) = out_of_reach(cells([0.1] * 2, 1 / 11))
    assert "no q is below 0.05" in sentence


def test_the_job_warns_of_too_few_resamples(
    records, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    few = replace(SETTINGS, resamples=100)
    with caplog.at_level(logging.WARNING):
        compute_profile(*records(), {"x": "x_test"}, few, tmp_path / "few")
    # Five defined pairs of model and benchmark with four abilities; `second` has twelve subjects.
    assert "The tests' least p-value is 0.0099 on first, second, x_test" in caplog.text
    assert "corrected for 20 tests" in caplog.text
    caplog.clear()
    compute_profile(*records(), {"x": "x_test"}, SETTINGS, tmp_path / "enough")
    assert "least p-value" not in caplog.text
