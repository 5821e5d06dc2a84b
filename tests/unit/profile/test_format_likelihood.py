"""Format likelihood: by hand, as properties, and where it is undefined."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.records import record_of
from tests.unit.profile.conftest import SETTINGS, ablation, scores_of

from benchprof.evaluation.fields import Record
from benchprof.profile.criteria import moves_format
from benchprof.profile.format_columns import COLUMNS, largest_changes, with_format
from benchprof.profile.format_likelihood import (
    LONGEST_PROGRAM,
    FormatLikelihood,
    FormatReader,
    Measure,
    format_changes,
    is_program,
    measures_of,
    total_log_probabilities,
)
from benchprof.profile.guessing import Guessing
from benchprof.profile.impact import measure_impacts
from benchprof.profile.rows import impact_rows
from benchprof.profile.units import units_of
from benchprof.sampling import derived_seed

LOG = st.floats(-50, 0)
CHOICES = st.lists(st.lists(LOG, min_size=2, max_size=5), min_size=10, max_size=20)


def record(task: str, responses: list[Any], *metrics: str, **more: Any) -> Record:
    n = len(responses)
    scores = {name: [0.0] * n for name in metrics or ("acc",)}
    return record_of(responses, scores, tasks=[task] * n, **more)


def chosen(*likelihoods: float | None) -> list[list[Any]]:
    return [[value, False] for value in likelihoods]


def changes_of(items: Any, unit: str = "nats", tasks: list[str] | None = None) -> Any:
    items = np.array(items, dtype=float)
    units = units_of(tasks or ["task"] * items.shape[1])
    return format_changes(FormatLikelihood(Measure(unit), items), units, SETTINGS)


def test_the_format_likelihood_of_choices_is_the_log_of_their_total_probability() -> None:
    # e^-1 + e^-2 = 0.5032; three of e^-3; one choice is impossible; all are.
    given_ = [chosen(-1, -2), chosen(-3, -3, -3), chosen(None, -4), chosen(None, None)]
    measure = measures_of(record("arc_easy", given_))["acc"]
    assert (measure.unit, measure.code) == ("nats", "")
    found = measure.of(record("arc_easy", given_))
    expected = [math.log(math.exp(-1) + math.exp(-2)), math.log(3) - 3, -4, -math.inf]
    assert found == pytest.approx(expected)
    assert found[0] == pytest.approx(-0.6867, abs=1e-4)


def test_the_change_is_the_mean_over_items() -> None:
    # Half of the items lose 2 nats of (-1, -2), the others 1: 1.5 on average. The second ablation
    # turns the choice round and leaves the form.
    intact = [chosen(-1, -2)] * 12
    lost = [chosen(-3, -4)] * 6 + [chosen(-2, -3)] * 6
    turned = [chosen(-2, -1)] * 12
    items = [total_log_probabilities(own) for own in (intact, lost, turned)]
    found = changes_of(items)
    assert found.intact == pytest.approx(-0.6867, abs=1e-4)
    assert found.value == pytest.approx([-1.5, 0])
    assert found.low[0] < -1.5 < found.high[0] < -1
    assert (found.low[1], found.high[1]) == pytest.approx((0, 0))
    assert found.codes == ("", "")


def test_its_interval_is_that_of_a_score_in_the_same_resamples() -> None:
    random = np.random.default_rng(5)
    items = random.normal(-3, 1, (3, 40))
    tasks = [f"task_{number % 12}" for number in range(40)]
    for own in (None, tasks):
        found = changes_of(items, tasks=own)
        score = measure_impacts(
            -items, Guessing(0.0), units_of(own or ["task"] * 40), "absolute", SETTINGS.resamples,
            SETTINGS.confidence, derived_seed(SETTINGS.seed, "bootstrap", 40),
        ).estimates(np.eye(2))  # fmt: skip
        assert found.value == pytest.approx(score.value)
        assert found.low == pytest.approx(score.low, abs=1e-5)
        assert found.high == pytest.approx(score.high, abs=1e-5)


def test_what_is_written_is_parsed_as_the_task_does() -> None:
    texts = ["6 x 7 = 42\n#### 42", "The answer is 42.", "I do not know."]
    own = record("gsm8k", [[text] for text in texts], "exact_match,strict-match",
                 "exact_match,flexible-extract", "exact_match", "exact_match,other",
                 gold=[[]] * 3)  # fmt: skip
    measures = measures_of(own)
    assert [m.code for m in measures.values()] == ["", "", "compared_as_written", "unknown_parser"]
    strict, flexible = list(measures.values())[:2]
    assert strict.unit == flexible.unit == "share"
    assert strict.of(own).tolist() == [0, 1, 1]
    assert flexible.of(own).tolist() == [0, 0, 1]
    reasoned = record("bbh_cot_fewshot_navigate", [["So the answer is Yes."], ["Yes."]],
                      "exact_match,get-answer", gold=[[], []])  # fmt: skip
    assert measures_of(reasoned)["exact_match,get-answer"].of(reasoned).tolist() == [0, 1]


def test_a_program_is_what_python_can_parse() -> None:
    nested = "\n".join(" " * depth + "if x:" for depth in range(120))
    texts = ["def one():\r\n    return 1\r\n", "import os\nos._exit(1)", "x = '\\d'",
             # Unfinished, prose, nothing, nothing but a comment, no code at all.
             "def one():", "Here is the function.", "", "# one", "x = '\0'", "x = '\ud800'",
             # Too long, and what ends a parser one way or another.
             "x = 1\n" * LONGEST_PROGRAM, "-" * 9000 + "1", "(" * 9000, nested]  # fmt: skip
    written = record("mbpp", [[text] for text in texts], "pass@1", gold=[[]] * len(texts),
                     verdicts=["failed"] * len(texts))  # fmt: skip
    measure = measures_of(written)["pass@1"]
    assert (measure.unit, measure.code) == ("share", "")
    assert measure.of(written).tolist() == [0.0] * 3 + [1.0] * 10


def test_a_nested_expression_does_not_end_the_process() -> None:
    """What is parsed in one version of Python is too deep for another."""
    for own in ("1+", "a.", "not ", "lambda:", "x if x else ", "a()+", "await ", "a,", "a="):
        assert isinstance(is_program(own * (LONGEST_PROGRAM // len(own) - 1) + "a"), bool)


def test_a_share_has_an_interval_where_nothing_changes() -> None:
    found = changes_of([[0.0] * 20, [0.0] * 20, [1.0] * 5 + [0.0] * 15], "share")
    assert found.intact == 0
    assert found.value == pytest.approx([0, 0.25])
    assert found.low[0] < 0 < found.high[0]
    assert 0 < found.low[1] < 0.25 < found.high[1]


@pytest.mark.parametrize(
    ("task", "responses", "items", "code"),
    [
        ("winogrande", [chosen(-1, -2)], {}, "choices_are_contexts"),
        ("ja_leaderboard_xwinograd", [chosen(-1, -2)], {}, ""),
        ("lambada_openai", [chosen(-1)], {"gold": [[]]}, "no_choices"),
        ("wikitext", [[-300.5]], {"gold": [[]]}, "no_choices"),
        ("arc_and_gsm8k", [chosen(-1, -2), ["42"]], {"gold": [[0], []]}, "mixed_answers"),
        ("gsm8k_and_wikitext", [["42"], [-300.5]], {"gold": [[], []]}, "mixed_answers"),
        ("humaneval", [["return 1"]], {"gold": [[]], "verdicts": ["passed"]}, "programs"),
        ("mbpp", [["x = 1"]], {"gold": [[]], "verdicts": ["passed"]}, ""),
        ("mine", [["42"]], {"gold": [[]]}, "compared_as_written"),
    ],
)
def test_where_format_likelihood_is_undefined_a_code_says_why(
    task: str, responses: list[Any], items: dict[str, Any], code: str
) -> None:
    assert measures_of(record(task, responses, **items))["acc"].code == code


def test_unconditional_choices_do_not_count() -> None:
    """`acc_mutual_info` asks for both choices once more without the question."""
    own = record("arc_easy", [chosen(-1, -2, -0.1, -0.1)], "acc", "acc_mutual_info")
    assert measures_of(own)["acc"].of(own)[0] == pytest.approx(-0.6867, abs=1e-4)


def test_the_table_has_format_likelihood_in_every_metric_also_where_there_is_no_ais() -> None:
    items = np.tile(np.linspace(-2, -1, 12), (2, 1))
    items[1] -= 0.75
    metrics = {"probability": [[0.1, 0.2] * 6] * 2, "acc": [[0.0] * 12] * 2}
    format_likelihood = FormatLikelihood(Measure("nats"), items)
    scores = scores_of([ablation("x")], metrics)
    rows, _ = impact_rows(scores, SETTINGS)
    before = list(rows.columns)
    rows = with_format(rows, dict.fromkeys(metrics, format_likelihood), scores, SETTINGS)
    place = before.index("p_least")
    assert list(rows.columns) == [*before[:place], *COLUMNS, *before[place:]]
    assert set(rows["reason_code"]) == {"not_above_guessing"}
    assert rows["format_change"].tolist() == pytest.approx([-0.75, -0.75])
    assert rows["format_intact"].tolist() == pytest.approx([-1.5, -1.5])
    assert set(rows["format_unit"]) == {"nats"}
    assert set(rows["reason_format"]) == {""}


def test_contexts_as_choices_have_no_number_in_the_table_but_a_code() -> None:
    measure = measures_of(record("winogrande", [chosen(-1, -2)]))["acc"]
    scores = scores_of([ablation("x")], {"acc": [[1.0] * 12] * 2})
    rows, _ = impact_rows(scores, SETTINGS)
    rows = with_format(rows, {"acc": FormatLikelihood(measure, np.empty(0))}, scores, SETTINGS)
    assert rows[COLUMNS[1:-1]].isna().all(axis=None)
    assert rows["reason_format"].tolist() == ["choices_are_contexts"]
    assert rows["format_unit"].tolist() == [""]
    assert rows["ais"].tolist() == [0]


def test_each_metric_has_its_own_format_likelihood() -> None:
    """Of one filter no text is parsed under the mask, of the other all are."""
    metrics = ("exact_match,strict-match", "exact_match,flexible-extract", "exact_match")
    reader = FormatReader()
    for text in ("#### 42", "It is 42."):
        reader.read(record("gsm8k", [[text]] * 12, *metrics, gold=[[]] * 12))
    scores = scores_of([ablation("x")], {metric: [[1.0] * 12] * 2 for metric in metrics})
    rows = with_format(
        impact_rows(scores, SETTINGS)[0], reader.format_likelihoods, scores, SETTINGS
    )
    found = rows.set_index("metric")
    assert found["format_unit"].tolist() == ["share", "share", ""]
    assert found["format_change"].tolist()[:2] == pytest.approx([1, 0])
    assert found["reason_format"].tolist() == ["", "", "compared_as_written"]


def test_the_largest_change_under_the_controls_of_a_cell() -> None:
    changes = np.array([-2.0, -0.5, 0.25, 1.0, np.nan])
    # Of the first three; the third has none; the last control leaves an item without probability.
    found = largest_changes(changes, [[1, 2], [3], [], [2, 4], [1]])
    assert found == pytest.approx([0.5, 1.0, np.nan, np.inf, np.nan], nan_ok=True)


def test_a_cell_is_held_against_its_own_controls() -> None:
    """Controls matched to one ability's mask are that ability's; of `all_abilities` all have."""
    lost = [1.0, 2.0, 0.25, 0.75]
    format_likelihoods = {
        "acc": FormatLikelihood(
            Measure("nats"), np.array([[-1.0] * 12] + [[-1.0 - v] * 12 for v in lost])
        )
    }
    for owner, expected in (("x", [0.75, np.nan]), ("all_abilities", [0.75, 0.75])):
        own = [ablation("x"), ablation("y"), ablation(owner, seed=1), ablation(owner, seed=2)]
        scores = scores_of(own, {"acc": [[1.0] * 12] * 5})
        rows = with_format(impact_rows(scores, SETTINGS)[0], format_likelihoods, scores, SETTINGS)
        assert rows["format_change"].tolist() == pytest.approx([-v for v in lost])
        assert rows["format_change_random"].tolist() == pytest.approx(
            [*expected, np.nan, np.nan], nan_ok=True
        )


def test_an_impossible_item_leaves_its_own_ablation_without_format_likelihood() -> None:
    items = np.full((3, 12), -1.0)
    items[1, 4] = -np.inf
    items[2] -= 1
    found = changes_of(items)
    assert found.codes == ("no_probability", "")
    assert np.isnan(found.value[0])
    assert found.value[1] == -1
    items[0, 3] = -np.inf
    found = changes_of(items)
    assert found.codes == ("no_probability", "no_probability")
    assert math.isnan(found.intact)


def test_nine_items_are_too_few() -> None:
    found = changes_of(np.zeros((2, 9)))
    assert found.codes == ("too_few_items",)
    assert np.isnan(found.value).all()


@pytest.mark.parametrize(
    ("unit", "change", "low", "high", "controls", "said"),
    [("nats", -0.5, -0.9, -0.1, math.nan, True), ("nats", 0.5, 0.1, 0.9, math.nan, True),
     ("nats", -0.49, -0.5, -0.4, math.nan, False), ("nats", -2, -5, 1, math.nan, False),
     ("share", 0.1, 0.01, 0.2, math.nan, True), ("share", 0.09, 0.01, 0.2, math.nan, False),
     ("", math.nan, math.nan, math.nan, math.nan, False),
     # Four long endings lose 3 nats: random controls lose less, as much, more, all.
     ("nats", -3, -4, -2, 2.9, True), ("nats", -3, -4, -2, 3, False),
     ("nats", -3, -4, -2, 3.1, False), ("nats", -3, -4, -2, math.inf, False)],
)  # fmt: skip
def test_format_likelihood_moves_by_enough_surely_and_beyond_its_controls(
    unit: str, change: float, low: float, high: float, controls: float, said: bool
) -> None:
    assert moves_format(unit, change, low, high, controls) is said


@given(CHOICES, st.floats(-5, 5))
def test_what_all_choices_lose_format_likelihood_loses_and_an_order_it_does_not(
    likelihoods: list[list[float]], lost: float
) -> None:
    plain = total_log_probabilities([chosen(*own) for own in likelihoods])
    shifted = total_log_probabilities([chosen(*(v - lost for v in own)) for own in likelihoods])
    turned = total_log_probabilities([chosen(*own[::-1]) for own in likelihoods])
    assert shifted == pytest.approx(plain - lost)
    assert turned == pytest.approx(plain)
    largest = np.array([max(own) for own in likelihoods])
    counts = np.array([len(own) for own in likelihoods])
    assert (plain >= largest - 1e-9).all()
    assert (plain <= largest + np.log(counts) + 1e-9).all()


@given(CHOICES, st.integers(0, 2**32))
def test_the_interval_holds_the_change_of_all_items_alike(
    likelihoods: list[list[float]], seed: int
) -> None:
    intact = total_log_probabilities([chosen(*own) for own in likelihoods])
    ablated = intact - np.random.default_rng(seed).random()
    found = changes_of([intact, ablated])
    # Without spread over the items there is none over the resamples.
    assert found.low == pytest.approx(found.value, abs=1e-5)
    assert found.high == pytest.approx(found.value, abs=1e-5)
