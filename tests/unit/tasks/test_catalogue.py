"""A misspelt task stops a run before it starts."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from tests.conftest import ROOT
from tests.unit.run.small import small

from benchprof.errors import InputError
from benchprof.run.inputs import check_inputs
from benchprof.tasks import catalogue


@pytest.mark.parametrize("name", ["arc_challenge", "mmlu", "acp_bench"])
def test_a_task_a_group_and_a_tag_pass_without_the_index(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lm_eval.tasks.TaskManager", None)
    catalogue.check_name(name, "benchmarks.a.task")


def test_a_misspelt_task_is_told_with_the_nearest() -> None:
    items = {"contextual_recall": {"items": f"{ROOT}/resources/abilities/v2/contextual_recall"}}
    few = {"selections": {"top": {}}, "fractions": [0.01], "calibration": None}
    run = small(abilities=items, benchmarks={"hard": {"task": "arc_chalenge"}}, **few)
    with pytest.raises(InputError) as caught:
        check_inputs(run)
    assert str(caught.value) == (
        "benchmarks.hard.task: lm-eval has no 'arc_chalenge'; expected a task that `lm_eval ls "
        "tasks` lists. Did you mean 'arc_challenge'?"
    )


def test_a_part_of_a_name_is_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    index = SimpleNamespace(task_index={"arc_challenge": None})
    monkeypatch.setattr("lm_eval.tasks.TaskManager", lambda: index)
    with pytest.raises(InputError, match=r"no 'rc_challenge'.*Did you mean 'arc_challenge'"):
        catalogue.check_name("rc_challenge", "benchmarks.a.task")
    with pytest.raises(InputError, match="For a task of your own, use `task_file`"):
        catalogue.check_name("zzqqxx", "benchmarks.a.task")
