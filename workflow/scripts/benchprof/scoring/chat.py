"""Conversations as text, through a model's own chat template."""

from __future__ import annotations

import datetime
import functools
import json
import logging
import string
from typing import Any

import jinja2
from transformers import PreTrainedTokenizerBase
from transformers.utils.chat_template_utils import _compile_jinja_template

from benchprof.errors import InputError
from benchprof.scoring.thinking import (
    Thinking,
    marks_in,
    thinking_off,
    thinking_under,
    thoughts_begun,
)

logger = logging.getLogger(__name__)

CLOCK = "strftime_now"
"""The function by which templates ask for the time (Llama 3.2, SmolLM3, GPT-OSS)."""
TODAY = "2024-07-26"
"""The day that templates print for today, Llama 3's own: texts are the same every day."""
# All that strftime knows; without leading zeros first, which hold a directive's own letter. Last
# what it writes for a per cent sign.
DIRECTIVES = (*(f"-{letter}" for letter in "deHIjklmMSUVWy"), *string.ascii_letters, "%")
QUESTION, ANSWER = "\ue000question\ue001", "\ue000answer\ue001"
"""Used instead of texts when a template is tried; no text and no template contains them."""
PLAIN = "Set `chat_template: false` for this model, or take one whose template does not think."


def begins_text(tokenizer: Any, text: str) -> bool:
    """Whether a text has the token that begins texts, as lm-eval's `hf` model looks for it.

    Most chat templates write it. The tokenizer must not add it again then, and has to otherwise.
    """
    first, end = tokenizer.bos_token_id, tokenizer.eos_token_id
    token = end if first is None else first
    return token is not None and text.startswith(tokenizer.decode(token))


def render_chat(
    tokenizer: PreTrainedTokenizerBase,
    messages: list[dict[str, str]],
    add_generation_prompt: bool = True,
    **arguments: Any,
) -> str:
    """Render a conversation that goes on, as lm-eval's `hf` model does.

    Without `add_generation_prompt` the last message is left open, for the model to go on with.

    Args:
        tokenizer: of the model, with its chat template.
        messages: each with its role and content.
        add_generation_prompt: whether the model's turn comes next.
        arguments: whatever else the template knows.
    """
    return _render(
        tokenizer,
        messages,
        add_generation_prompt=add_generation_prompt,
        continue_final_message=not add_generation_prompt,
        **arguments,
    )


def render_finished_chat(tokenizer: PreTrainedTokenizerBase, messages: list[dict[str, str]]) -> str:
    """Render a conversation whose last turn is over."""
    return _render(tokenizer, messages)


def prints_date(tokenizer: PreTrainedTokenizerBase) -> bool:
    """Whether the text of a conversation depends on the day."""
    return tokenizer.chat_template is not None and CLOCK in tokenizer.get_chat_template()


def thinking_of(tokenizer: PreTrainedTokenizerBase) -> Thinking:
    """What becomes of the model's thinking in its chats; the tokenizer has a chat template."""
    return thinking_under(tokenizer.get_chat_template())


def check_chat(tokenizer: PreTrainedTokenizerBase) -> None:
    """Check that an answer to a question asked through the chat template can be scored.

    What a model writes in its thoughts is no answer, and an answer put there has no likelihood
    worth a score.

    Args:
        tokenizer: of the model.

    Raises:
        InputError: there is no chat template, it fails or loses the question, or its prompt leaves
            the model in, or before, its thoughts.
    """
    where = _named(tokenizer)
    if tokenizer.chat_template is None:
        raise InputError(
            where,
            "the model has none, and the configuration says `chat_template: true`",
            "a model with a chat template",
            "Set `chat_template: false`: a base model reads plain prompts.",
        )
    check_questions(tokenizer)
    asked = [{"role": "user", "content": QUESTION}]
    replied = [*asked, {"role": "assistant", "content": ANSWER}]
    prompt = render_chat(tokenizer, asked).rpartition(QUESTION)[2]
    finished = render_finished_chat(tokenizer, replied)
    opening = finished.rpartition(QUESTION)[2].partition(ANSWER)[0]
    outside = "a prompt that the answer follows"
    if begun := thoughts_begun(prompt):
        found = f"the prompt ends in thoughts that {begun} begins ({prompt[-80:]!r})"
        raise InputError(where, found, outside, PLAIN)
    if lacking := sorted(marks_in(opening) - marks_in(prompt)):
        found = (
            f"{lacking[0]} stands before a finished answer ({opening[-80:]!r}) and is not in the "
            f"prompt ({prompt[-80:]!r}): the model would write it first, and its thoughts"
        )
        raise InputError(where, found, outside, PLAIN)
    if thinking_of(tokenizer) == "cannot be switched off":
        logger.warning(
            "%s: thinking cannot be switched off; the model may think where an answer is read. "
            "Compare with `chat_template: false`.", where,
        )  # fmt: skip


def check_questions(tokenizer: PreTrainedTokenizerBase) -> None:
    """Check that the chat template, which the tokenizer has, renders a user's question.

    A template made for lists of texts and images passes over a plain text without a word.

    Raises:
        InputError: it fails, or the question is not in the chat.
    """
    chat = render_finished_chat(tokenizer, [{"role": "user", "content": QUESTION}])
    if QUESTION not in chat:
        found = f"a user's question is not in the chat that it makes ({chat[:80]!r})"
        remedy = "Use a model with another template, or mend `chat_template.jinja` in its folder."
        raise InputError(_named(tokenizer), found, "a template for plain texts", remedy)


def _named(tokenizer: PreTrainedTokenizerBase) -> str:
    return f"chat template of {tokenizer.name_or_path}"


def _render(
    tokenizer: PreTrainedTokenizerBase, messages: list[dict[str, str]], **settings: Any
) -> str:
    """Render a conversation, with thinking switched off where the template can.

    Raises:
        InputError: the template fails with and without a system prompt.
    """
    template = tokenizer.get_chat_template()
    if prints_date(tokenizer):
        settings["chat_template"] = _stopped_clock(TODAY) + template
    try:
        settings = dict(thinking_off(template)) | settings
        return _with_or_without_system(tokenizer, messages, settings)
    except jinja2.exceptions.TemplateError as error:
        roles = ", ".join(message["role"] for message in messages)
        found = f"it fails ({error}) on turns of {roles}, with and without a system prompt"
        remedy = "Mend `chat_template.jinja` in the model's folder, or take another model."
        raise InputError(_named(tokenizer), found, "a template that renders them", remedy) from None


def _with_or_without_system(
    tokenizer: PreTrainedTokenizerBase, messages: list[dict[str, str]], settings: dict[str, Any]
) -> str:
    """A template that refuses the system role gets none; one that needs it gets an empty prompt."""

    def rendered(turns: list[dict[str, str]]) -> str:
        return str(tokenizer.apply_chat_template(turns, tokenize=False, **settings))

    others = [message for message in messages if message["role"] != "system"]
    prompted = [{"role": "system", "content": ""}, *messages]
    if others != messages:
        try:
            return rendered(messages)
        except jinja2.exceptions.TemplateError:
            logger.warning("the chat template failed; trying again without the system role")
            return rendered(others)
    if _takes_first_for_system(tokenizer.get_chat_template(), tokenizer.bos_token or ""):
        return rendered(prompted)
    try:
        return rendered(messages)
    except jinja2.exceptions.TemplateError:
        return rendered(prompted)


@functools.lru_cache
def _takes_first_for_system(template: str, bos_token: str) -> bool:
    """Whether a template renders the first turn as a system prompt, also where it is a user's.

    Such a one makes no difference between the two roles there, tells the user from the assistant
    in later turns, and begins a user's turn otherwise than the first. What merely takes a system
    prompt for a user's turn begins both alike.
    """
    compiled = _compile_jinja_template(template)

    def rendered(*roles: str) -> str:
        texts = zip(roles, (QUESTION, ANSWER), strict=False)
        turns = [{"role": role, "content": text} for role, text in texts]
        text = compiled.render(
            messages=turns, add_generation_prompt=False, bos_token=bos_token, eos_token="",
            tools=None, documents=None,
        )  # fmt: skip
        return str(text)

    try:
        alone, after = rendered("user"), rendered("system", "user")
        blind = alone == rendered("system") and after != rendered("system", "assistant")
    except (jinja2.exceptions.TemplateError, TypeError):
        return False
    opening = alone.partition(QUESTION)[0].removeprefix(bos_token)
    between = after.partition(QUESTION)[2].partition(ANSWER)[0]
    return blind and QUESTION in alone and not between.endswith(opening)


def _stopped_clock(date: str) -> str:
    """Jinja source that puts midnight of a day in the place of the clock.

    If the text changed from day to day, a run's numbers would depend on the day. The function is a
    macro, since transformers gives a template only plain values.
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
