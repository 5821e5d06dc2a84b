"""An item becomes the tokens that a person would expect, with the answer's tokens counted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.conftest import byte_tokenizer
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from benchprof.abilities.item import ControlItem, Item
from benchprof.abilities.prompt import option_text, prompt_text
from benchprof.errors import InputError
from benchprof.importance.example import render_example, render_examples
from benchprof.scoring.encoder import Encoder

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


def digit_tokenizer(template: str | None) -> PreTrainedTokenizerFast:
    """As Llama 3's: a word takes the space before it, a digit does not; texts begin with <s>."""
    alphabet = [*"<>s/", *sorted({*pre_tokenizers.ByteLevel.alphabet()} - {*"<>s/"})]
    words = ["Ġs", "Ġse", "Ġsev", "Ġseve", "Ġseven"]
    tokens = ["<pad>", "<s>", "</s>", *alphabet, *words]
    merges = [(word[:-1], word[-1]) for word in words]
    tokenizer = Tokenizer(models.BPE(vocab={t: n for n, t in enumerate(tokens)}, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"[^\p{L}\p{N}]?\p{L}+|\p{N}|\s+|."), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A", special_tokens=[("<s>", 1)])
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>"
    )
    fast.chat_template = template
    return fast


TURNS = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}"


def test_options_are_counted_from_where_they_differ() -> None:
    """As an evaluation does: of `7` the space before it counts, as it does of `seven`."""
    item = Item("i", "t", "Tom has 3.", "How many?", ("seven", "7", "-7"), 1)
    tokenizer = digit_tokenizer(template=None)
    example = render_example(item, tokenizer, "option_cross_entropy")
    shown = [tokenizer.convert_ids_to_tokens(text.ids[text.counted]) for text in example.texts]
    # The right one first.
    assert shown == [["Ġ", "7"], ["Ġseven"], ["Ġ", "-", "7"]]
    assert example.tokens == sum(len(text.ids) for text in example.texts)
    assert example.longest == max(len(text.ids) for text in example.texts)
    prompt = prompt_text(item.context, item.question)
    options = [option_text(own) for own in ("7", "seven", "-7")]
    pairs = Encoder(tokenizer).pairs_of([(prompt, own) for own in options])
    for text, (context, continuation) in zip(example.texts, pairs, strict=True):
        assert text.ids.tolist() == context + continuation
        assert text.ids[text.counted].tolist() == continuation


@pytest.mark.parametrize("template", [TURNS, "<s>" + TURNS])
def test_a_chat_begins_as_it_does_in_an_evaluation(template: str) -> None:
    """With the tokenizer's token for it, once, whether the template writes it or not."""
    example = render_example(ITEM, digit_tokenizer(template), "answer")
    assert example.ids.tolist().count(1) == 1
    assert example.ids[0] == 1


def test_all_counts_every_token_but_the_first() -> None:
    example = render_example(ITEM, byte_tokenizer(chat=False), "all")
    assert not example.counted[0]
    assert example.counted[1:].all()


def test_examples_are_named_by_their_item_and_its_control_item() -> None:
    """And a control item keeps the options and has its own answer."""
    item = replace(
        ITEM, control_items={"counterfactual": ControlItem("Ann is in Rome.", "Where is she?", 0)}
    )
    tokenizer = byte_tokenizer(chat=False)
    both = render_examples([item], tokenizer, "answer", "counterfactual").named
    assert [name for name, _ in both] == ["i", "i (its counterfactual)"]
    text = tokenizer.decode(both[1][1].ids)
    assert text == "Ann is in Rome.\nQuestion: Where is she?\nAnswer: Rome"
    alone = render_examples([item], tokenizer, "answer", None).named
    assert [name for name, _ in alone] == ["i"]


@settings(max_examples=40)
@given(answer=st.text(min_size=1, max_size=8), context=st.text(max_size=30))
@example("Oslo", "Ann is in Oslo.")
@example("assistant", "In the text of a special token, before the answer and at its own place.")
@example("user", "")
@example("A", "One letter of the prompt.")
def test_the_answer_is_the_text_s_end_or_refused(answer: str, context: str) -> None:
    """Whatever the texts: its tokens are counted and no others, or the template changed it.

    A turn begins otherwise than a prompt, here.
    """
    tokenizer = THINKING_TOKENIZER
    item = replace(ITEM, context=context + answer, options=("?", answer))
    try:
        rendered = render_example(item, tokenizer, "answer")
    except InputError:
        assert "</think>" in answer or "\ue000" in answer
        return
    places = rendered.counted.nonzero()[:, 0].tolist()
    assert places == list(range(places[0], len(rendered.ids)))
    assert tokenizer.decode(rendered.ids).endswith(f"Answer:<|assistant|>{answer}")
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
    item = replace(
        ITEM, control_items={"uninformative": ControlItem("Bob is in Oslo.", "Where is Ann?", 1)}
    )

    def digest(item: Item, loss_on: str = "answer", against: str | None = "uninformative") -> str:
        return render_examples([item], tokenizer, loss_on, against).digest

    same = replace(item, id="other", family="other", options=("Paris", "Oslo"))
    assert digest(same) == digest(item)
    others = [
        digest(replace(item, options=("Rome", "Bergen"))),
        digest(
            replace(
                item,
                control_items={"uninformative": ControlItem("Eve is in Oslo.", "Where is Ann?", 1)},
            )
        ),
        digest(item, loss_on="all"),
        digest(item, against=None),
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
    (example,) = render_examples([ITEM], tokenizer, "answer", against=None).examples
    assert tokenizer.decode(example.ids).endswith("Answer:<assistant><think></think>Oslo")
    assert tokenizer.decode(example.ids[example.counted]) == "Oslo"


def test_a_template_that_loses_questions_is_named() -> None:
    tokenizer = byte_tokenizer(chat=True)
    tokenizer.chat_template = (
        "{% for m in messages %}{% if m.role == 'assistant' %}{{ m.content }}{% endif %}"
        "{% endfor %}"
    )
    with pytest.raises(InputError, match="a user's question is not in the chat"):
        render_examples([ITEM], tokenizer, "answer", against=None)
