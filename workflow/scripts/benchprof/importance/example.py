"""A diagnostic item as the tokens of one training example."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from transformers import PreTrainedTokenizerBase

from benchprof.abilities.item import Item
from benchprof.abilities.prompt import option_text, prompt_text
from benchprof.errors import InputError


@dataclass(frozen=True)
class Example:
    """Token ids of one item and which of them the loss counts; both of shape (tokens,).

    `counted[t]` says whether the prediction of token t enters the loss; it is False for t = 0,
    which nothing predicts.
    """

    ids: torch.Tensor
    counted: torch.Tensor


def render_example(item: Item, tokenizer: PreTrainedTokenizerBase, loss_on: str) -> Example:
    """The item with its right answer, through the model's chat template where there is one.

    `loss_on` is `all` (every token, the paper's choice) or `answer` (the answer's tokens alone).
    """
    text, start, end = _conversation(item, tokenizer)
    # The template writes the special tokens itself; plain text wants the tokenizer's own.
    encoded = tokenizer(
        text,
        add_special_tokens=tokenizer.chat_template is None,
        return_offsets_mapping=True,
        return_tensors="pt",
    )
    ids = encoded["input_ids"][0]
    offsets = encoded["offset_mapping"][0]
    if loss_on == "all":
        counted = torch.ones_like(ids, dtype=torch.bool)
    else:
        counted = (offsets[:, 1] > start) & (offsets[:, 0] < end)
    counted[0] = False
    return Example(ids, counted)


def twin_of(item: Item) -> Item:
    """The corrupted twin, which the item must have, as an item of the same options and answer."""
    assert item.twin is not None, item.id
    return replace(item, context=item.twin.context, question=item.twin.question, twin=None)


def _conversation(item: Item, tokenizer: PreTrainedTokenizerBase) -> tuple[str, int, int]:
    """The whole text, and where in it the answer starts and ends, in characters."""
    prompt = prompt_text(item.context, item.question)
    answer = item.options[item.answer]
    if tokenizer.chat_template is None:
        text = prompt + option_text(answer)
        return text, len(text) - len(answer), len(text)
    turns = [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]
    text = str(tokenizer.apply_chat_template(turns, tokenize=False))
    opening = str(
        tokenizer.apply_chat_template(turns[:1], tokenize=False, add_generation_prompt=True)
    )
    # Some templates put more between the header and the answer (an empty thought, say).
    start = text.find(answer, len(opening) if text.startswith(opening) else text.rindex(prompt))
    if start < 0:
        expected = "the answer's own text"
        remedy = "The model's chat template changes it; use options without outer spaces."
        raise InputError(
            f"item {item.id}, options", f"{answer!r} is not in its chat", expected, remedy
        )
    return text, start, start + len(answer)
