"""Conversations as text, through a model's own chat template."""

from __future__ import annotations

import datetime
import json
import logging
import string
from typing import Any

import jinja2
from transformers import PreTrainedTokenizerBase

logger = logging.getLogger(__name__)

CLOCK = "strftime_now"
"""The function by which templates ask for the time (Llama 3.2, SmolLM3, GPT-OSS)."""
# All that strftime knows; without leading zeros first, which hold a directive's own letter. Last
# what it writes for a per cent sign.
DIRECTIVES = (*(f"-{letter}" for letter in "deHIjklmMSUVWy"), *string.ascii_letters, "%")


def render_chat(
    tokenizer: PreTrainedTokenizerBase,
    messages: list[dict[str, str]],
    add_generation_prompt: bool = True,
    *,
    date: str,
    **arguments: Any,
) -> str:
    """Render a conversation that goes on, as lm-eval's `hf` model does.

    Without `add_generation_prompt` the last message is left open, for the model to go on with.

    Args:
        tokenizer: of the model, with its chat template.
        messages: each with its role and content.
        add_generation_prompt: whether the model's turn comes next.
        date: the day that a template prints for today, as YYYY-MM-DD. It has no default: it would
            be another day's text tomorrow, or a constant of the project's in the engine.
        arguments: whatever else the template knows.
    """
    return _render(
        tokenizer,
        messages,
        date,
        add_generation_prompt=add_generation_prompt,
        continue_final_message=not add_generation_prompt,
        **arguments,
    )


def render_finished_chat(
    tokenizer: PreTrainedTokenizerBase, messages: list[dict[str, str]], *, date: str
) -> str:
    """Render a conversation whose last turn is over; `date` as in `render_chat`."""
    return _render(tokenizer, messages, date)


def prints_date(tokenizer: PreTrainedTokenizerBase) -> bool:
    """Whether the text of a conversation depends on the day."""
    return tokenizer.chat_template is not None and CLOCK in tokenizer.get_chat_template()


def _render(
    tokenizer: PreTrainedTokenizerBase, messages: list[dict[str, str]], date: str, **settings: Any
) -> str:
    """A template that refuses the system role gets none."""
    settings |= {"tokenize": False}
    if prints_date(tokenizer):
        settings["chat_template"] = _stopped_clock(date) + tokenizer.get_chat_template()
    try:
        return str(tokenizer.apply_chat_template(messages, **settings))
    except jinja2.exceptions.TemplateError:
        rest = [message for message in messages if message["role"] != "system"]
        if rest == messages:
            raise
        logger.warning("the chat template failed; trying again without the system role")
        return str(tokenizer.apply_chat_template(rest, **settings))


def _stopped_clock(date: str) -> str:
    """Jinja source that puts midnight of a day in the place of the clock.

    A text that changed by the day would make every number of a run another day's. transformers
    hands a template plain values alone, so that the function is a macro.
    """
    midnight = datetime.datetime.fromisoformat(date).replace(tzinfo=datetime.UTC)
    written = {f"%{directive}": midnight.strftime(f"%{directive}") for directive in DIRECTIVES}
    written["%s"] = f"{midnight.timestamp():.0f}"
    # What a platform does not know it gives back as it is.
    filters = "".join(
        f" | replace({json.dumps(directive)}, {json.dumps(text)})"
        for directive, text in written.items()
        if text != directive
    )
    # A new line after a block is dropped, and the template begins a line as it did alone.
    return f"{{%- macro {CLOCK}(format) -%}}{{{{ format{filters} }}}}{{%- endmacro %}}\n"
