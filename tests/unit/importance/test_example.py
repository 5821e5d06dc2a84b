"""An item becomes the tokens that a person would expect, with the answer's tokens counted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.conftest import byte_tokenizer

from benchprof.abilities.item import Item, Twin
from benchprof.importance.example import render_example, twin_of

ITEM = Item("i", "t", "Ann is in Oslo.", "Where is Ann?", ("Rome", "Oslo"), 1)


@pytest.mark.parametrize(
    ("chat", "text"),
    [
        (False, "Ann is in Oslo.\nQuestion: Where is Ann?\nAnswer: Oslo"),
        (
            True,
            "<user>Ann is in Oslo.\nQuestion: Where is Ann?\nAnswer:</s><assistant>Oslo</s>",
        ),
    ],
)
def test_the_text_and_the_answer(chat: bool, text: str) -> None:
    tokenizer = byte_tokenizer(chat)
    example = render_example(ITEM, tokenizer, "answer")
    assert tokenizer.decode(example.ids) == text
    # The answer's own tokens alone: not the "Oslo" of the context, not the end of the turn.
    assert tokenizer.decode(example.ids[example.counted]) == "Oslo"
    assert int(example.counted.nonzero()[0]) > text.index("Answer:")


def test_all_counts_every_token_but_the_first() -> None:
    example = render_example(ITEM, byte_tokenizer(chat=False), "all")
    assert not example.counted[0]
    assert example.counted[1:].all()


def test_a_twin_keeps_options_and_answer() -> None:
    item = replace(ITEM, twin=Twin("Bob is in Oslo.", "Where is Ann?"))
    example = render_example(twin_of(item), byte_tokenizer(chat=False), "answer")
    text = byte_tokenizer(chat=False).decode(example.ids)
    assert text == "Bob is in Oslo.\nQuestion: Where is Ann?\nAnswer: Oslo"
