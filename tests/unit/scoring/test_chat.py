"""Conversations go through the model's template, and no text depends on the day it is made on."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from tests.conftest import byte_tokenizer

from benchprof.errors import InputError
from benchprof.scoring.chat import (
    check_chat,
    check_questions,
    prints_date,
    render_chat,
    render_finished_chat,
    thinking_of,
)
from benchprof.scoring.thinking import thinking_off

MESSAGES = [{"role": "user", "content": "Hello"}]
# As Llama 3.2's, whose first line is a block.
DATED = """{%- if strftime_now is defined %}
    {%- set today = strftime_now("%d %b %Y") %}
{%- else %}
    {%- set today = "26 Jul 2024" %}
{%- endif %}
{{- "Today: " + today + "\\n" }}
{%- for m in messages %}{{ m.content }};{% endfor %}"""


def dated(template: str = DATED) -> Any:
    tokenizer = byte_tokenizer(chat=True)
    tokenizer.chat_template = template
    return tokenizer


@pytest.fixture
def tomorrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's clock, a day and a year from now."""

    class Clock(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
            return datetime.datetime.now(tz) + datetime.timedelta(days=366)

    monkeypatch.setattr("transformers.utils.chat_template_utils.datetime", Clock)


def test_the_text_does_not_change_by_the_day(tomorrow: None) -> None:  # noqa: ARG001
    tokenizer = dated()
    assert render_chat(tokenizer, MESSAGES) == "Today: 26 Jul 2024\nHello;"
    assert render_finished_chat(tokenizer, MESSAGES) == "Today: 26 Jul 2024\nHello;"


@pytest.mark.parametrize(
    "form",
    ["%A, %-d %B %Y", "%I:%M:%S %p", "%j %U %w %G-%V-%u", "%F %T %D %e %R %h %C", "100%% on %c"],
)
def test_the_clock_stands_at_midnight_of_the_day(form: str) -> None:
    text = render_finished_chat(dated("{{ strftime_now('" + form + "') }}"), MESSAGES)
    assert text == datetime.datetime(2024, 7, 26).strftime(form)


@pytest.mark.parametrize("begin", ["\n", " ", "{# a remark #}\n", "x"])
def test_a_stopped_clock_changes_nothing_else(begin: str) -> None:
    """A template that could print the day but does not renders as the library renders it."""
    template = begin + "{% if false %}{{ strftime_now('%Y') }}{% endif %}{{ messages | tojson }}"
    tokenizer = dated(template)
    theirs = tokenizer.apply_chat_template(MESSAGES, tokenize=False)
    assert render_finished_chat(tokenizer, MESSAGES) == theirs
    assert theirs.endswith(json.dumps(MESSAGES))


def test_only_a_template_that_asks_for_the_time_prints_a_date() -> None:
    assert prints_date(dated())
    assert not prints_date(byte_tokenizer(chat=True))
    assert not prints_date(byte_tokenizer(chat=False))


@pytest.mark.parametrize("template", ["{{ raise_exception('no') }}", "{% for m in messages %}"])
def test_a_template_that_fails_either_way_is_named(template: str) -> None:
    tokenizer = dated(template)
    tokenizer.name_or_path = "results/models/m"
    with pytest.raises(InputError) as raised:
        render_finished_chat(tokenizer, MESSAGES)
    for word in ("chat template of results/models/m", "turns of user", "chat_template.jinja"):
        assert word in str(raised.value)


# Templates in the manner of families, written for these tests.
TURNS = "{% for m in messages %}<{{ m.role }}>{{ m.content }}</turn>{% endfor %}"
PROMPT = "{% if add_generation_prompt %}<assistant>{{ begun }}{% endif %}"


def switched(default: str, condition: str) -> str:
    """Whose prompt opens thoughts, or where `condition` holds closes them at once."""
    closed = "{% if " + condition + " %}<think></think>{% else %}<think>{% endif %}"
    return default + TURNS + PROMPT.replace("{{ begun }}", closed)


SWITCHED = [
    switched("", "enable_thinking is defined and enable_thinking is false"),
    switched(
        "{% if enable_thinking is not defined %}{% set enable_thinking = true %}{% endif %}",
        "not enable_thinking",
    ),
    switched(
        "{% set reasoning = reasoning if reasoning is not undefined else true %}", "not reasoning"
    ),
    # In a block that plain jinja2 does not know.
    "{% generation %}" + switched("", "thinking == false") + "{% endgeneration %}",
    switched("", "reasoning_effort == 'none'"),
]


@pytest.mark.parametrize("template", SWITCHED)
def test_thinking_is_switched_off_where_the_template_can(template: str) -> None:
    tokenizer = dated(template)
    text = render_chat(tokenizer, MESSAGES)
    assert text == "<user>Hello</turn><assistant><think></think>"
    assert thinking_of(tokenizer) == "off"
    check_chat(tokenizer)


def test_what_only_has_levels_gets_the_lowest_and_is_said_to_think(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tokenizer = dated("Reasoning: {{ reasoning_effort or 'medium' }};" + TURNS + PROMPT)
    text = render_chat(tokenizer, MESSAGES)
    assert text == "Reasoning: low;<user>Hello</turn><assistant>"
    assert thinking_of(tokenizer) == "cannot be switched off"
    check_chat(tokenizer)
    assert "thinking cannot be switched off" in caplog.text


@pytest.mark.parametrize(
    "template",
    [
        TURNS + PROMPT,
        # Neither is a variable: a key of a message, and the template's own.
        "{% for m in messages %}{{ m.thinking }}{{ m.content }}{% endfor %}",
        "{% set thinking = true %}{% if thinking %}" + TURNS + PROMPT + "{% endif %}",
    ],
)
def test_a_template_without_a_switch_is_rendered_as_ever(template: str) -> None:
    tokenizer = dated(template)
    theirs = tokenizer.apply_chat_template(MESSAGES, tokenize=False, add_generation_prompt=True)
    assert render_chat(tokenizer, MESSAGES) == theirs
    assert thinking_of(tokenizer) == "not in the template"
    check_chat(tokenizer)


@pytest.mark.parametrize(
    "begun",
    ["<think>\n", "[THINK]", "<|START_THINKING|>", "<|channel|>analysis<|message|>",
     "<|channel>thought\n", "<think></think><think>"],
)  # fmt: skip
def test_a_prompt_that_ends_in_thoughts_is_refused(begun: str) -> None:
    tokenizer = dated(TURNS + PROMPT.replace("{{ begun }}", begun))
    tokenizer.name_or_path = "results/models/m"
    with pytest.raises(InputError, match="the prompt ends in thoughts") as raised:
        check_chat(tokenizer)
    assert "chat template of results/models/m" in str(raised.value)
    assert "Set `chat_template: false`" in str(raised.value)


@pytest.mark.parametrize(
    "begun",
    ["<think>\n\n</think>\n\n", "</think>", "<|channel|>final<|message|>",
     "<|channel>thought\n<channel|>", "<|START_THINKING|><|END_THINKING|>"],
)  # fmt: skip
def test_a_prompt_whose_thoughts_are_over_is_not(begun: str) -> None:
    check_chat(dated(TURNS + PROMPT.replace("{{ begun }}", begun)))


def test_thoughts_that_a_system_prompt_speaks_of_are_not_the_prompt_s() -> None:
    check_chat(dated("<system>Begin with <think>.</turn>" + TURNS + PROMPT))


def test_an_answer_before_which_a_prompt_lacks_the_thoughts_is_refused() -> None:
    """In the manner of GPT-OSS: the model itself chooses the channel, and an answer has its own."""
    answers = TURNS.replace(
        "{{ m.content }}",
        "{% if m.role == 'assistant' %}<|channel|>final<|message|>{% endif %}{{ m.content }}",
    )
    with pytest.raises(InputError, match=r"<\|channel\|> stands before a finished answer"):
        check_chat(dated(answers + PROMPT))


def test_a_template_that_strips_thoughts_without_a_switch_is_said_to_think(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tokenizer = dated(TURNS.replace("m.content", "m.content.split('</think>')[-1]") + PROMPT)
    check_chat(tokenizer)
    assert thinking_of(tokenizer) == "cannot be switched off"
    assert "thinking cannot be switched off" in caplog.text


NEEDS_SYSTEM = [
    # It says so.
    "{% if messages[0].role != 'system' %}{{ raise_exception('a system prompt first') }}{% endif %}"
    + TURNS + PROMPT,
    # It does not, and takes whatever comes first for one.
    "{{ bos_token }}<system>{{ messages[0].content }}</turn>"
    "{% for m in messages[1:] %}<{{ m.role }}>{{ m.content }}</turn>{% endfor %}" + PROMPT,
]  # fmt: skip


@pytest.mark.parametrize("template", NEEDS_SYSTEM)
def test_a_template_that_needs_a_system_prompt_gets_an_empty_one(template: str) -> None:
    tokenizer = dated(template)
    text = render_chat(tokenizer, MESSAGES).removeprefix("<s>")
    assert text == "<system></turn><user>Hello</turn><assistant>"
    check_chat(tokenizer)
    own = [{"role": "system", "content": "Be brief."}, *MESSAGES]
    text = render_chat(tokenizer, own).removeprefix("<s>")
    assert text == "<system>Be brief.</turn><user>Hello</turn><assistant>"


@pytest.mark.parametrize(
    "template",
    [
        # It has its own where none is given.
        "{% if messages[0].role != 'system' %}<system>You help.</turn>{% endif %}" + TURNS,
        # It takes a system prompt for a user's turn.
        "{{ bos_token }}{% for m in messages %}"
        "<{{ 'assistant' if m.role == 'assistant' else 'user' }}>{{ m.content }}{% endfor %}",
        # It knows no roles.
        "Chat:{% for m in messages %}{{ m.content }};{% endfor %}",
        # It has the system prompt within the user's first turn.
        "{% set own = messages if messages[0].role != 'system' else messages[1:] %}"
        "[INST]{% if own != messages %}[[{{ messages[0].content }}]]{% endif %}"
        "{% for m in own %}{{ m.content }}[/INST]{% endfor %}",
    ],
)
def test_a_template_that_does_without_gets_no_system_prompt(template: str) -> None:
    tokenizer = dated(template)
    theirs = tokenizer.apply_chat_template(MESSAGES, tokenize=False)
    assert render_finished_chat(tokenizer, MESSAGES) == theirs
    assert "Hello" in theirs


def test_a_template_for_lists_of_texts_loses_a_plain_one_and_is_refused() -> None:
    parts = "{% for m in messages %}<{{ m.role }}>{% for p in m.content %}{{ p.text }}{% endfor %}"
    tokenizer = dated(parts + "</turn>{% endfor %}")
    for check in (check_questions, check_chat):
        with pytest.raises(InputError, match="a user's question is not in the chat"):
            check(tokenizer)


def test_a_base_model_is_told_to_go_without() -> None:
    with pytest.raises(InputError, match=r"the model has none.*Set `chat_template: false`"):
        check_chat(byte_tokenizer(chat=False))


@pytest.mark.parametrize(
    ("template", "effort"),
    [
        ("{% if reasoning_effort not in ['low', 'high'] %}x{% endif %}", "low"),
        # The word alone says nothing of the effort.
        ("{% if m.role == 'none' %}{{ reasoning_effort }}{% endif %}", "low"),
        ("{% if reasoning_effort == 'none' %}x{% endif %}", "none"),
    ],
)
def test_the_least_effort_is_one_that_the_template_compares(template: str, effort: str) -> None:
    assert dict(thinking_off(template)) == {"reasoning_effort": effort}


def test_a_budget_of_thoughts_is_nothing() -> None:
    assert dict(thinking_off("{% if thinking_budget == 0 %}x{% endif %}")) == {"thinking_budget": 0}
