"""One rendering of an item everywhere."""

import jinja2
import pytest
import yaml

from benchprof.abilities.item import CONTROL_ITEMS
from benchprof.abilities.prompt import option_text, prompt_text
from benchprof.data import TASKS

TASK = TASKS / "ability_items.yaml"


def test_a_prompt_has_a_context_line_only_with_a_context():
    assert prompt_text("It rains.", "Is it wet?") == "It rains.\nQuestion: Is it wet?\nAnswer:"
    assert prompt_text("", "Is it wet?") == "Question: Is it wet?\nAnswer:"
    assert option_text("yes") == " yes"


@pytest.mark.parametrize("context", ["", "It rains.", "It rains.\nIt is late."])
def test_the_benchmarks_of_the_test_splits_read_the_same(context: str):
    task = yaml.safe_load(TASK.read_text(encoding="utf-8"))
    rendered = jinja2.Template(task["doc_to_text"]).render(context=context, question="Is it wet?")
    assert rendered == prompt_text(context, "Is it wet?")
    assert f"{task['target_delimiter']}yes" == option_text("yes")


@pytest.mark.parametrize("kind", CONTROL_ITEMS)
@pytest.mark.parametrize("context", ["", "It rains."])
def test_the_benchmarks_of_control_items_read_the_same(context: str, kind: str):
    task = yaml.safe_load(TASK.with_name(f"ability_{kind}.yaml").read_text(encoding="utf-8"))
    own = {"context": context, "question": "Is it?"}
    rendered = jinja2.Template(task["doc_to_text"]).render(
        context="no", question="no", control_items={kind: own}
    )
    assert rendered == prompt_text(context, "Is it?")
    assert task["include"] == TASK.name
    assert task["task"] == f"ability_{kind}"
