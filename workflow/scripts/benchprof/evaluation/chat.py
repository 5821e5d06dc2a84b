"""Conversations as text, through a model's own chat template."""

from __future__ import annotations

import logging
from typing import Any

import jinja2
from transformers import PreTrainedTokenizerBase

logger = logging.getLogger(__name__)


def render_chat(
    tokenizer: PreTrainedTokenizerBase,
    messages: list[dict[str, str]],
    add_generation_prompt: bool = True,
    **arguments: Any,
) -> str:
    """Render a conversation as lm-eval's `hf` model does.

    Without `add_generation_prompt` the last message is left open, for the model to go on with. A
    template that refuses the system role gets none.
    """
    settings: dict[str, Any] = {
        "tokenize": False,
        "add_generation_prompt": add_generation_prompt,
        "continue_final_message": not add_generation_prompt,
        **arguments,
    }
    try:
        return str(tokenizer.apply_chat_template(messages, **settings))
    except jinja2.exceptions.TemplateError:
        logger.warning("the chat template failed; trying again without the system role")
        rest = [message for message in messages if message["role"] != "system"]
        return str(tokenizer.apply_chat_template(rest, **settings))
