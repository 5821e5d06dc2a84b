"""Fields of one kind are told apart from those that a table would change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import ROOT
from tests.unit.run.small import WHOLE, small

from benchprof.errors import InputError
from benchprof.run.inputs import check_inputs
from benchprof.tasks.columns import columns_of


def located(*values: Any) -> list[tuple[str, dict[str, Any]]]:
    """Items with these values in the field `a`."""
    return [(f"items.jsonl, line {n}", {"a": own}) for n, own in enumerate(values, start=1)]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["2015-03-01", None, "x"], "string"),
        ([1, 2**63 - 1, -(2**63)], "int64"),
        ([[], [1], [None, 2]], ["int64"]),
        ([{"b": 1, "a": "x"}, None, {"b": 2, "a": "y"}], {"b": "int64", "a": "string"}),
        ([[{"b": 1}], [{"b": None}, {"b": 2}]], [{"b": "int64"}]),
        # Objects that differ in their fields are kept whole, whatever is in them.
        ([{"b": 1}, {"c": 2}], "json"),
        ([{"b": 1}, {"b": "x", "c": [2, True]}], "json"),
        ([{"a": {"b": 1}}, {"a": {"c": 1}}], {"a": "json"}),
    ],
)
def test_the_kind_of_values(values: list[Any], kind: Any) -> None:
    assert columns_of(located(*values)) == {"a": kind}


def test_fields_come_as_they_first_stand() -> None:
    items = [("line 1", {"b": 1, "a": 1}), ("line 2", {"c": 1, "a": 2, "b": 2})]
    assert list(columns_of(items)) == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            [1, 2, 1.5, 3],
            "items.jsonl, line 3, 'a': a fraction, 1.5; expected a whole number as in "
            "items.jsonl, line 1, 1. lm-eval's table has one kind of value in a field, and would "
            "change these. Write all of them as texts, which are asked as they stand.",
        ),
        ([1, "x"], "line 2, 'a': a text, 'x'; expected a whole number as in items.jsonl, line 1"),
        ([None, "x", ["x"]], "line 3, 'a': a list, ['x']; expected a text as in items.jsonl, lin"),
        ([2**63], "line 1, 'a': 9223372036854775808; expected a whole number of at most 64 bits"),
        (
            [{"b": 1}, {"c": {"d": 0.5}}],
            "line 2, 'a': 0.5 in an object, and not all items' have the same fields there; "
            "expected no fraction in such an object. lm-eval would round it. Write it as a text.",
        ),
    ],
)
def test_values_that_a_table_would_change_are_named(values: list[Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        columns_of(located(*values))
    assert message in str(caught.value)


def test_they_are_named_before_a_run(tmp_path: Path) -> None:
    task = tmp_path / "task.yaml"
    task.write_text('task: own\ndoc_to_text: "{{a}}"\ndoc_to_target: "{{a}}"\n')
    data = tmp_path / "items.jsonl"
    data.write_text("".join(json.dumps({"a": own}) + "\n" for own in (1, 1.5)))
    run = small(
        abilities={"recall": {"items": f"{ROOT}/resources/abilities/v3/contextual_recall"}},
        benchmarks={"own": {"task_file": str(task), "data": str(data)}},
        selections={"top": {}}, mask_fractions=[0.01], calibration=None,
        importance=WHOLE,
    )  # fmt: skip
    with pytest.raises(InputError, match=r"items\.jsonl, line 2, 'a': a fraction, 1\.5; expected"):
        check_inputs(run)
