"""A misspelt task stops a run before it starts."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from lm_eval.tasks._index import Kind
from tests.conftest import ROOT
from tests.unit.run.small import WHOLE, small

from benchprof.errors import InputError
from benchprof.run.inputs import check_inputs
from benchprof.tasks.catalogue import check_single_tasks, check_tasks

ITEMS = {"contextual_recall": {"items": f"{ROOT}/resources/abilities/v3/contextual_recall"}}
FEW = {
    "importance": WHOLE,
    "selections": {"top": {}},
    "mask_fractions": [0.01],
    "calibration": None,
}


def test_a_task_a_group_and_a_tag_pass_without_the_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lm_eval.tasks.TaskManager", None)
    names = ("arc_challenge", "mmlu", "acp_bench", "darijammlu_arabic_language_(general)")
    check_tasks({name: name for name in names})


def test_a_task_may_have_a_local_file_without_the_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lm_eval.tasks.TaskManager", None)
    names = ("arc_challenge", "gsm8k_cot", "hellaswag", "mmlu_anatomy", "wikitext", "squadv2")
    check_single_tasks({name: name for name in names})


@pytest.mark.parametrize(("name", "kind"), [("mmlu", "GROUP"), ("acp_bench", "TAG")])
def test_a_file_for_a_group_or_a_tag_stops_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    entry = SimpleNamespace(name=name, kind=Kind[kind])
    monkeypatch.setattr(
        "lm_eval.tasks.TaskManager", lambda: SimpleNamespace(task_index={name: entry})
    )
    file = tmp_path / "items.jsonl"
    file.write_text('{"question": "?"}\n')
    run = small(
        abilities=ITEMS,
        benchmarks={"hard": {"task": name, "data": str(file)}},
        **FEW,
    )
    with pytest.raises(InputError) as caught:
        check_inputs(run)
    assert str(caught.value) == (
        f"{run.source}, benchmarks.hard.task: {name!r} is a {kind.lower()} of tasks, and `data` is "
        "the file of one task; expected the name of one task. Make each of its tasks a benchmark "
        "with its own `data`."
    )


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> None:
    """An index that is there at once."""
    names = SimpleNamespace(task_index={"arc_challenge": None, "hellaswag": None})
    monkeypatch.setattr("lm_eval.tasks.TaskManager", lambda: names)


@pytest.mark.usefixtures("index")
def test_a_misspelt_task_is_told_with_its_key_and_the_nearest() -> None:
    run = small(abilities=ITEMS, benchmarks={"hard": {"task": "arc_chalenge"}}, **FEW)
    with pytest.raises(InputError) as caught:
        check_inputs(run)
    assert str(caught.value) == (
        f"{run.source}, benchmarks.hard.task: lm-eval has no 'arc_chalenge'; expected a task that "
        "`lm_eval ls tasks` lists. Did you mean 'arc_challenge'?"
    )


@pytest.mark.usefixtures("index")
@pytest.mark.parametrize(
    "name", ["rc_challenge", "HellaSwag", "GSM8K", "commonsenseqa", "allenai/ai2_arc", "zzqqxx"]
)
def test_a_name_that_only_descriptions_and_data_have_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=f"lm-eval has no '{name}'"):
        check_tasks({"benchmarks.a.task": name})


@pytest.mark.usefixtures("index")
def test_a_name_that_a_member_s_line_gives_by_chance_has_no_file() -> None:
    """No task's own line gives it, so that the index is asked."""
    with pytest.raises(InputError, match="lm-eval has no 'acc'"):
        check_single_tasks({"benchmarks.a.task": "acc"})
