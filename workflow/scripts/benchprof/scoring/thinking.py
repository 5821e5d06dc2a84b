"""What a chat template knows of thinking: how to switch it off, and where thoughts begin and end.

The template itself is asked, never the model's name.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from jinja2 import meta, nodes
from transformers.utils.chat_template_utils import _compile_jinja_template

Thinking = Literal["off", "cannot be switched off", "not in the template"]
"""What became of a model's thinking; records have it."""

OFF = {
    "enable_thinking": False,
    "thinking": False,
    "reasoning": False,
    "enable_reasoning": False,
    "thinking_budget": 0,
}
"""Variables that switch thinking, with what they are set to.

The first is that of Qwen3, SmolLM3 and GLM 4.5, the second of DeepSeek V3.1 and Granite 3, the
third of Command A Reasoning, the last of Seed-OSS.
"""
EFFORT = "reasoning_effort"
"""A variable with several levels (GPT-OSS, Mistral Small 4); not all templates have `none`."""
THOUGHTS = (
    ("<think>", "</think>"),
    ("<thought>", "</thought>"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|channel>thought", "<channel|>"),
    # GPT-OSS: an answer stands in a channel of its own, thoughts in any other.
    ("<|channel|>", "<|channel|>final"),
)
"""What begins a model's thoughts, and what ends them."""


@functools.lru_cache
def thinking_off(template: str) -> Mapping[str, Any]:
    """The variables of a template that switch thinking, each with the value for the least of it.

    Empty where the template has none: then it is rendered as ever.

    Raises:
        jinja2.TemplateSyntaxError: it is no template.
    """
    # The library's own environment: templates use tags that plain jinja2 does not know.
    tree = _compile_jinja_template(template).environment.parse(template)
    variables = meta.find_undeclared_variables(tree)
    off: dict[str, Any] = {name: value for name, value in OFF.items() if name in variables}
    if EFFORT in variables:
        off[EFFORT] = "none" if "none" in _levels(template) else "low"
    return MappingProxyType(off)


def _levels(template: str) -> set[str]:
    """The words that a template compares the effort with."""
    # A tree of its own: asking for a tree's variables folds its lists of constants.
    tree = _compile_jinja_template(template).environment.parse(template)
    return {
        constant.value
        for comparison in tree.find_all(nodes.Compare)
        if any(name.name == EFFORT for name in comparison.find_all(nodes.Name))
        for constant in comparison.find_all(nodes.Const)
        if isinstance(constant.value, str)
    }


def thinking_under(template: str) -> Thinking:
    """What becomes of thinking where the template is rendered with `thinking_off`.

    A template that names the marks of thoughts but has no switch is one of a model that thinks.
    """
    off = thinking_off(template)
    if off:
        return "cannot be switched off" if off == {EFFORT: "low"} else "off"
    marks = [mark for pair in THOUGHTS for mark in pair]
    named = any(mark in template for mark in marks)
    return "cannot be switched off" if named else "not in the template"


def thoughts_begun(text: str) -> str | None:
    """The mark of the thoughts that a text ends in; None where all thoughts in it are over."""
    for begin, end in THOUGHTS:
        if text.rfind(begin) > text.rfind(end):
            return begin
    return None


def marks_in(text: str) -> set[str]:
    """The marks with which thoughts begin in a text."""
    return {begin for begin, _ in THOUGHTS if begin in text}
