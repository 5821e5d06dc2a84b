"""An item becomes the tokens that a person would expect, with the answer's tokens counted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import byte_tokenizer

from benchprof.abilities.item import Item, Twin
from benchprof.errors import InputError
from benchprof.importance.example import render_example, render_examples, twin_of

# As DeepSeek's distillations of Qwen and Llama have it: the generation prompt ends in what no
# finished turn holds, and a finished turn loses what comes before the end of a thought.
THINKING = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content.split('</think>')[-1] }}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|><think>\n{% endif %}"
)
THINKING_TOKENIZER = byte_tokenizer(chat=True)
THINKING_TOKENIZER.chat_template = THINKING
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


@pytest.mark.parametrize(
    ("item", "before"),
    [
        # The answer stands in the context.
        (ITEM, "Answer:<|assistant|>"),
        # The answer is in the text of a special token, before and at its own place.
        (replace(ITEM, options=("Rome", "assistant")), "Answer:<|assistant|>"),
        (replace(ITEM, options=("Rome", "user")), "Answer:<|assistant|>"),
        # The answer is one letter of the prompt.
        (replace(ITEM, options=("Rome", "A")), "Answer:<|assistant|>"),
    ],
)
def test_the_answer_is_found_by_its_place_where_turns_begin_otherwise_than_prompts(
    item: Item, before: str
) -> None:
    tokenizer = THINKING_TOKENIZER
    example = render_example(item, tokenizer, "answer")
    text = tokenizer.decode(example.ids)
    answer = item.options[1]
    assert text.endswith(before + answer)
    start = len(tokenizer(text[: -len(answer)], add_special_tokens=False)["input_ids"])
    assert example.counted.nonzero()[:, 0].tolist() == list(range(start, len(example.ids)))


@settings(max_examples=40)
@given(answer=st.text(min_size=1, max_size=8), context=st.text(max_size=30))
def test_the_answer_is_the_text_s_end_or_refused(answer: str, context: str) -> None:
    """Whatever the texts: its tokens are counted and no others, or the template changed it."""
    tokenizer = THINKING_TOKENIZER
    item = replace(ITEM, context=context + answer, options=("?", answer))
    try:
        example = render_example(item, tokenizer, "answer")
    except InputError:
        assert "</think>" in answer or "\ue000" in answer
        return
    places = example.counted.nonzero()[:, 0].tolist()
    assert places == list(range(places[0], len(example.ids)))
    assert len(places) == len(tokenizer(answer, add_special_tokens=False)["input_ids"])


@pytest.mark.parametrize(
    "template",
    [
        "{% for m in messages %}<{{ m.content | trim | upper }}>{% endfor %}",
        "{% for m in messages %}<{{ m.content }}|{{ m.content }}>{% endfor %}",
        "{{ messages[0].content }}",
    ],
)
def test_a_template_that_changes_the_answer_is_named(template: str) -> None:
    tokenizer = byte_tokenizer(chat=True)
    tokenizer.chat_template = template
    with pytest.raises(InputError, match="item i, options"):
        render_example(ITEM, tokenizer, "answer")


def test_the_digest_is_of_what_the_model_reads() -> None:
    tokenizer = byte_tokenizer(chat=False)
    item = replace(ITEM, twin=Twin("Bob is in Oslo.", "Where is Ann?"))

    def digest(item: Item, loss_on: str = "answer", twins: bool = True) -> str:
        return render_examples([item], tokenizer, loss_on, twins).digest

    same = replace(item, id="other", type="other", options=("Paris", "Oslo"))
    assert digest(same) == digest(item)
    others = [
        digest(replace(item, options=("Rome", "Bergen"))),
        digest(replace(item, twin=Twin("Eve is in Oslo.", "Where is Ann?"))),
        digest(item, loss_on="all"),
        digest(item, twins=False),
    ]
    assert len({digest(item), *others}) == 5


def test_examples_are_rendered_as_prompts_are_without_thinking() -> None:
    """A finished turn says so itself (SmolLM3), or in the user's turn (GLM)."""
    tokenizer = byte_tokenizer(chat=True)
    tokenizer.chat_template = (
        "{% set off = enable_thinking is defined and not enable_thinking %}{% for m in messages %}"
        "<{{ m.role }}>{{ '<think></think>' if off and m.role == 'assistant' }}{{ m.content }}"
        "{% endfor %}"
    )
    (example,) = render_examples([ITEM], tokenizer, "answer", twins=False).examples
    assert tokenizer.decode(example.ids).endswith("Answer:<assistant><think></think>Oslo")
    assert tokenizer.decode(example.ids[example.counted]) == "Oslo"


def test_a_template_that_loses_questions_is_named() -> None:
    tokenizer = byte_tokenizer(chat=True)
    tokenizer.chat_template = (
        "{% for m in messages %}{% if m.role == 'assistant' %}{{ m.content }}{% endif %}"
        "{% endfor %}"
    )
    with pytest.raises(InputError, match="a user's question is not in the chat"):
        render_examples([ITEM], tokenizer, "answer", twins=False)
