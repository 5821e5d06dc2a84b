"""A record says what became of thinking, and no model is loaded whose chats cannot be scored."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.conftest import byte_tokenizer
from tests.evaluating import evaluate_benchmark

from benchprof.errors import InputError
from benchprof.evaluation import assignment, job, questions
from benchprof.evaluation.record import key_of
from benchprof.evaluation.settings import ModelSettings
from benchprof.jobs.models import CheckSizes
from benchprof.models.scope import Scope
from benchprof.store import Store
from benchprof.tasks.benchmark import AbilitySplit
from benchprof.tasks.source import task_source

TURNS = "{% for m in messages %}<{{ m.role }}>{{ m.content }}</turn>{% endfor %}"
PLAIN = TURNS + "{% if add_generation_prompt %}<assistant>{% endif %}"
SWITCHED = PLAIN.replace(
    "<assistant>", "<assistant>{{ '' if enable_thinking else '<think></think>' }}"
)
EFFORT = "{{ reasoning_effort }}" + PLAIN
OPEN = PLAIN.replace("<assistant>", "<assistant><think>")


class Evaluation:
    """The job of one benchmark up to the model, which is not loaded."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.patch = folder, monkeypatch
        self.origins: list[dict[str, Any]] = []
        item = {"id": "i", "family": "t", "context": "", "question": "Where?",
                "options": ["a", "b"]}  # fmt: skip
        (folder / "test.jsonl").write_text(json.dumps(item | {"answer": 0}) + "\n")
        card = SimpleNamespace(digest="model", source={})
        monkeypatch.setattr(assignment, "read_card", lambda _: card)
        monkeypatch.setattr(job, "_compute", self._compute)
        monkeypatch.setattr(Store, "place", lambda *_: None)

    def _compute(self, _: Any, asked: list[Any], *__: Any) -> list[Any]:
        self.origins.append(asked[0].origins["intact"])
        return asked

    def origin(self, template: str | None, chat: bool) -> dict[str, Any]:
        tokenizer = byte_tokenizer(chat=False)
        tokenizer.chat_template = template
        for module in (assignment, questions):
            self.patch.setattr(module, "load_tokenizer", lambda _: tokenizer)
        evaluate_benchmark(
            ModelSettings(self.folder, "float32", "cpu", chat_template=chat),
            task_source(AbilitySplit(ability="x", split="test"), self.folder / "test.jsonl"),
            limit=None, seed=1, masks={}, method="zero",
            targets={"intact": self.folder / "intact.json"}, store=Store(self.folder / "store"),
        )  # fmt: skip
        return self.origins[-1]


@pytest.fixture
def evaluation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Evaluation:
    return Evaluation(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("template", "chat", "thinking"),
    [
        (SWITCHED, True, "off"),
        (EFFORT, True, "cannot be switched off"),
        (PLAIN, True, "not in the template"),
        (SWITCHED, False, None),
        (OPEN, False, None),
        (None, False, None),
    ],
)
def test_a_record_says_what_became_of_thinking(
    evaluation: Evaluation, template: str | None, chat: bool, thinking: str | None
) -> None:
    assert evaluation.origin(template, chat)["requests"]["thinking"] == thinking


@pytest.mark.parametrize("template", [None, OPEN])
def test_no_model_is_loaded_whose_chats_cannot_be_scored(
    evaluation: Evaluation, template: str | None
) -> None:
    with pytest.raises(InputError, match="Set `chat_template: false`"):
        evaluation.origin(template, chat=True)
    assert not evaluation.origins


def test_the_store_s_key_is_of_the_prompts_not_of_what_is_said_of_them(
    evaluation: Evaluation,
) -> None:
    """Records made before records told of thinking stay those of templates without a switch."""
    origin = evaluation.origin(PLAIN, chat=True)
    before = origin | {"requests": {k: v for k, v in origin["requests"].items() if k != "thinking"}}
    assert key_of(before) == key_of(origin)
    assert key_of(evaluation.origin(SWITCHED, chat=True)) != key_of(origin)


def test_chats_are_tried_before_any_importance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the job that importance waits for, which has the tokenizer alone."""
    byte_tokenizer(chat=False).save_pretrained(tmp_path)
    sizes: list[Path] = []
    sized = "benchprof.masks.size.check_sizes"
    monkeypatch.setattr(sized, lambda folder, **_: sizes.append(folder))
    run = SimpleNamespace(scope=Scope("mlp"), selected_mask_fractions=["0.1"], lists={})
    job_of: dict[bool, Any] = {
        chat: SimpleNamespace(
            run=run, folder=tmp_path, model="m", asks_in_chats=chat, reads_neurons=False
        )
        for chat in (False, True)
    }
    CheckSizes.make(job_of[False], 1)
    assert sizes == [tmp_path]
    with pytest.raises(InputError, match=rf"chat template of {tmp_path}: the model has none"):
        CheckSizes.make(job_of[True], 1)
    assert sizes == [tmp_path]
