"""The rules of judgement at their thresholds and on what is unknown, with Python alone."""

from __future__ import annotations

import ast
import math
import sys
from pathlib import Path

import pytest

from benchprof.profile import criteria
from benchprof.profile.criteria import (
    differs,
    is_above_guessing,
    is_matched_by_others,
    is_selective,
    is_selective_by_loss,
)

NAN, INF = math.nan, math.inf


def test_archives_are_checked_without_packages() -> None:
    tree = ast.parse(Path(str(criteria.__file__)).read_text())
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {str(name).split(".")[0] for name in modules} <= sys.stdlib_module_names
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]


@pytest.mark.parametrize(
    ("own", "others", "found"),
    [(0.5, 0.1, True), (0.49, 0.1, False), (0.5, 0.11, False), (1, -1, True), (NAN, 0, False),
     (1, NAN, False)],
)  # fmt: skip
def test_a_mask_separates_that_takes_enough_off_its_held_out_test_alone(
    own: float, others: float, found: bool
) -> None:
    assert is_selective(own, others) is found


@pytest.mark.parametrize(
    ("own", "others", "found"),
    [(0.4, [0.4], True), (0.4, [0.39], False), (0.1, [0.2], False), (0.1, [NAN, 0.3], True),
     (0.4, [NAN], False), (0.4, [], False)],
)  # fmt: skip
def test_a_mask_is_matched_by_one_that_costs_as_much_and_enough(
    own: float, others: list[float], found: bool
) -> None:
    assert is_matched_by_others(own, others, enough=0.3) is found


@pytest.mark.parametrize(
    ("own", "other", "found"),
    [(3, 2, True), (2.9, 2, False), (0.1, -1, True), (-0.1, -1, False), (INF, INF, False),
     (INF, 1, True), (NAN, 0, False)],
)  # fmt: skip
def test_a_mask_is_selective_that_raises_its_own_loss_half_as_much_again(
    own: float, other: float, found: bool
) -> None:
    assert is_selective_by_loss(own, other) is found


def test_at_the_level_itself_nothing_is_significant() -> None:
    assert is_above_guessing(0.049) and not is_above_guessing(0.05)
    assert not is_above_guessing(NAN)
    assert differs(0.049, 1, 1) and differs(0.049, -1, -1)
    assert not differs(0.05, 1, 1) and not differs(0.049, -1, 1) and not differs(NAN, 1, 1)
