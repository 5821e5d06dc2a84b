"""Conversations go through the model's template, and no text depends on the day it is made on."""

from __future__ import annotations

import datetime
import json

import jinja2
import pytest
from tests.conftest import byte_tokenizer

from benchprof.scoring.chat import prints_date, render_chat, render_finished_chat

DAY = "2024-07-26"
MESSAGES = [{"role": "user", "content": "Hello"}]
# As Llama 3.2's, whose first line is a block.
DATED = """{%- if strftime_now is defined %}
    {%- set today = strftime_now("%d %b %Y") %}
{%- else %}
    {%- set today = "26 Jul 2024" %}
{%- endif %}
{{- "Today: " + today + "\\n" }}
{%- for m in messages %}{{ m.content }};{% endfor %}"""


def dated(template: str = DATED) -> object:
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
    assert "Today: " + datetime.date.today().strftime("%d %b") not in render_chat(
        tokenizer, MESSAGES, date="2020-02-03"
    )
    assert render_chat(tokenizer, MESSAGES, date=DAY) == "Today: 26 Jul 2024\nHello;"
    assert render_finished_chat(tokenizer, MESSAGES, date=DAY) == "Today: 26 Jul 2024\nHello;"
    again = render_finished_chat(tokenizer, MESSAGES, date="2025-12-01")
    assert again == "Today: 01 Dec 2025\nHello;"


@pytest.mark.parametrize(
    "form",
    [
        "%d %B %Y",
        "%Y-%m-%d",
        "%A, %-d %b %y",
        "%H:%M:%S",
        "%I %p",
        "%j %U %w",
        "%F %T",
        "%D",
        "%e %B",
        "%-d.%-m.",
        "%G-%V-%u",
        "100%% on %c",
        "%R %h %C",
    ],
)
def test_the_clock_stands_at_midnight_of_the_day(form: str) -> None:
    text = render_finished_chat(
        dated("{{ strftime_now('" + form + "') }}"), MESSAGES, date="2024-03-05"
    )
    assert text == datetime.datetime(2024, 3, 5).strftime(form)


@pytest.mark.parametrize("begin", ["\n", " ", "{# a remark #}\n", "x"])
def test_a_stopped_clock_changes_nothing_else(begin: str) -> None:
    """A template that could print the day but does not renders as the library renders it."""
    template = begin + "{% if false %}{{ strftime_now('%Y') }}{% endif %}{{ messages | tojson }}"
    tokenizer = dated(template)
    theirs = tokenizer.apply_chat_template(MESSAGES, tokenize=False)
    assert render_finished_chat(tokenizer, MESSAGES, date=DAY) == theirs
    assert theirs.endswith(json.dumps(MESSAGES))


def test_only_a_template_that_asks_for_the_time_prints_a_date() -> None:
    assert prints_date(dated())
    assert not prints_date(byte_tokenizer(chat=True))
    assert not prints_date(byte_tokenizer(chat=False))


def test_a_template_that_refuses_the_system_role_gets_none() -> None:
    template = (
        "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no') }}{% endif %}"
        "{{ m.content }}{% endfor %}"
    )
    system = {"role": "system", "content": "Be brief."}
    assert render_finished_chat(dated(template), [system, *MESSAGES], date=DAY) == "Hello"
    with pytest.raises(jinja2.exceptions.TemplateError):
        render_finished_chat(dated("{{ raise_exception('no') }}"), MESSAGES, date=DAY)
