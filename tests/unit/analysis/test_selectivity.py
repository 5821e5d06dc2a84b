"""The selectivity matrix, on losses small enough to work out on paper."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from tests.records import record_of

from benchprof.analysis.selectivity import (
    Answers,
    answer_losses,
    answers_of,
    control_item_rises,
    random_rises,
    rises,
    selective_by_loss,
    selective_over_uninformative,
    selectivity_table,
)
from benchprof.analysis.selectivity_heatmap import selectivity_figure
from benchprof.profile.settings import ProfileSettings

SETTINGS = ProfileSettings("probability", "chance_corrected", 500, 0.95, 1)


def answers(*losses: float) -> Answers:
    """Of items with one choice each, whose log-likelihood is then the form."""
    return Answers(np.array(losses), -np.array(losses))


INTACT = {"x": answers(1.0, 3.0), "y": answers(2.0, 2.0)}
ABLATED = {
    "x": {
        ("x", None): answers(4.0, 8.0),
        ("y", None): answers(2.0, 4.0),
        ("all_abilities", 1): answers(1.0, 4.0),
        ("all_abilities", 2): answers(2.0, 3.0),
    },
    "y": {
        ("x", None): answers(5.0, 5.0),
        ("y", None): answers(3.0, 4.0),
        ("all_abilities", 1): answers(2.0, 2.0),
        ("all_abilities", 2): answers(1.0, 2.0),
    },
}


def test_the_loss_is_the_right_answer_s() -> None:
    given = [[[-1.0, True], [-2.5, False]], [[-3.0, False], [-0.5, True]], [[None, False]]]
    losses = answer_losses(record_of(given, gold=[[1], [0, 1], [0]]))
    assert losses.tolist() == [2.5, 0.5, math.inf]


def test_the_table_by_hand() -> None:
    table = selectivity_table(INTACT, ABLATED, SETTINGS)
    assert len(table) == 8
    row = table[(table["test"] == "x") & (table["ability"] == "x")].iloc[0]
    # Losses of 1 and 3 become 4 and 8: rises of 3 and 5, standard error sqrt(2 / 2).
    assert [row["n"], row["intact"], row["ablated"], row["rise"]] == [2, 2.0, 6.0, 4.0]
    assert row["rise_se"] == pytest.approx(1)
    assert rises(table).to_numpy().tolist() == [[4.0, 3.0], [1.0, 1.5]]
    assert random_rises(table).to_dict() == {"x": 0.5, "y": -0.25}


def test_format_likelihood_stands_beside_the_loss() -> None:
    """The loss of the right answer rises by 2 nats; all choices together lose 1.3."""
    intact = record_of([[[-1.0, True], [-2.0, False]]] * 12)
    lost = record_of([[[-3.0, False], [-2.5, True]]] * 12)
    table = selectivity_table(
        {"x": answers_of(intact)}, {"x": {("x", None): answers_of(lost)}}, SETTINGS
    )
    row = table.iloc[0]
    before, after = np.log(np.exp([-1, -3]) + np.exp([-2, -2.5]))
    assert row["rise"] == 2
    assert row["format_change"] == pytest.approx(after - before)
    assert row["format_change"] == pytest.approx(-1.34, abs=0.01)
    assert (row["format_change_low"], row["format_change_high"]) == pytest.approx(
        [row["format_change"]] * 2, abs=1e-5
    )
    few = selectivity_table(INTACT, ABLATED, SETTINGS)
    assert few[["format_change", "format_change_low", "format_change_high"]].isna().all(axis=None)
    assert set(few["reason_format"]) == {"too_few_items"}
    assert row["reason_format"] == ""


def test_selective_is_one_and_a_half_times_any_other() -> None:
    # x: 4 is less than 1.5 * 3; y: 1.5 is 1.5 * 1.
    assert selective_by_loss(rises(selectivity_table(INTACT, ABLATED, SETTINGS))) == {
        "x": False,
        "y": True,
    }
    grid = rises(selectivity_table(INTACT, ABLATED, SETTINGS))
    grid.loc["x"] = [math.inf, math.inf]
    grid.loc["y"] = [-2.0, -1.0]
    # Two infinite rises are not told apart; a loss that falls is not hit.
    assert selective_by_loss(grid) == {"x": False, "y": False}
    assert selective_by_loss(grid[["x"]]) == {}
    # What is unknown may be larger.
    three = pd.DataFrame([[1.0, math.nan, 0.2]], index=["x"], columns=["x", "y", "z"])
    assert selective_by_loss(three) == {"x": False}


def test_a_choice_without_probability_stays_infinite_and_is_drawn() -> None:
    ablated = {test: dict(own) for test, own in ABLATED.items()}
    ablated["x"]["x", None] = answers(math.inf, 8.0)
    table = selectivity_table(INTACT, ablated, SETTINGS)
    row = table.iloc[0]
    assert row["rise"] == math.inf
    assert math.isnan(row["rise_se"])
    figure = selectivity_figure(table, "")
    figure.canvas.draw()
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts == ["∞", "3.00", "1.00", "1.50", "0.50", "\N{MINUS SIGN}0.25"]


def test_choice_is_the_right_option_s_share() -> None:
    """The likelihoods of both options fall, of the right one less: the loss rises, choice falls."""
    found = answers_of(record_of([
        [[-1.0, True], [-2.0, False]], [[-1.0, True], [None, False]], [[-3.0, True], [-3.0, False]],
    ], gold=[[0], [1], [0]]))  # fmt: skip
    share = math.exp(-1) / (math.exp(-1) + math.exp(-2))
    assert found.option_cross_entropy.tolist() == pytest.approx(
        [-math.log(share), math.inf, math.log(2)]
    )
    before = record_of([[[-1.0, True], [-1.0, False]], [[-2.0, True], [-2.0, False]]])
    after = record_of([[[-2.0, True], [-3.0, False]], [[-3.0, True], [-3.0, False]]])
    table = selectivity_table(
        {"x": answers_of(before)}, {"x": {("x", None): answers_of(after)}}, SETTINGS
    )
    row = table.iloc[0]
    first = math.log(1 + math.exp(-1)) - math.log(2)
    assert (row["rise"], row["option_cross_entropy"]) == (1, pytest.approx(first / 2))
    # Of two values the standard error is half their distance.
    assert row["option_cross_entropy_se"] == pytest.approx(-first / 2)


def test_no_probability_at_all_is_an_infinite_choice() -> None:
    found = answers_of(record_of([[[None, False], [None, False]]]))
    assert found.option_cross_entropy.tolist() == [math.inf]


UNINFORMATIVE_ITEMS = {"x": answers(2.0, 2.0), "y": answers(1.0, 1.0)}
ABLATED_UNINFORMATIVE = {
    # A control matched to x bears its name.
    "x": {
        ("x", None): answers(4.0, 5.0),
        ("y", None): answers(2.0, 2.0),
        ("x", 1): answers(2.0, 2.0),
    },
    "y": {("x", None): answers(9.0, 9.0), ("y", None): answers(2.0, 2.0)},
}


def test_control_items_stand_beside_and_change_nothing_else() -> None:
    items = selectivity_table(INTACT, ABLATED, SETTINGS)
    counterfactuals = selectivity_table(
        {"x": UNINFORMATIVE_ITEMS["x"]}, {"x": ABLATED["x"]}, SETTINGS, "counterfactual"
    )
    uninformative = selectivity_table(
        UNINFORMATIVE_ITEMS, ABLATED_UNINFORMATIVE, SETTINGS, "uninformative"
    )
    table = pd.concat([items, counterfactuals, uninformative])
    assert table["item_kind"].unique().tolist() == ["item", "counterfactual", "uninformative"]
    assert rises(table).equals(rises(items))
    assert random_rises(table).equals(random_rises(items))
    # On the uninformative items x rises by 2.5, of 4 on its items; y by 1, of 1.5, which is as much
    # as it may.
    assert control_item_rises(table, "uninformative") == {"x": 2.5, "y": 1.0}
    assert control_item_rises(table, "counterfactual") == {"x": 4.0}
    assert selective_over_uninformative(
        rises(table), control_item_rises(table, "uninformative")
    ) == {"x": True, "y": True}
    assert selective_over_uninformative(rises(table), {"x": 3.0, "y": -1.0}) == {
        "x": False,
        "y": True,
    }
    assert selective_over_uninformative(-rises(table), {"x": -9.0}) == {"x": False}
    figure = selectivity_figure(table, "")
    figure.canvas.draw()
    texts = [text.get_text() for text in figure.axes[0].texts]
    # No control items under random masks or of y's counterfactuals.
    assert texts == [
        "4.00",
        "3.00",
        "4.00",
        "2.50",
        "1.00",
        "1.50",
        "1.00",
        "0.50",
        "\N{MINUS SIGN}0.25",
    ]
    labels = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert labels[2:] == ["own counterfactual", "own uninformative"]


def test_without_controls_there_is_no_row_for_them() -> None:
    alone = {t: {k: v for k, v in own.items() if k[1] is None} for t, own in ABLATED.items()}
    figure = selectivity_figure(selectivity_table(INTACT, alone, SETTINGS), "")
    assert len(figure.axes[0].texts) == 4
