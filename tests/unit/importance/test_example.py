"""An item becomes the tokens that a person would expect, with the answer's tokens counted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import byte_tokenizer
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from benchprof.abilities.item import Companion, Item, companion_of
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
    item = Item("i", "t", "Tom has 3.", "How many?", ("7", "seven", "-7"), 0)
    tokenizer = digit_tokenizer(template=None)
    example = render_example(item, tokenizer, "choice")
    shown = [tokenizer.convert_ids_to_tokens(text.ids[text.counted]) for text in example.texts]
    assert shown == [["Ġ", "7"], ["Ġseven"], ["Ġ", "-", "7"]]
    prompt = prompt_text(item.context, item.question)
    pairs = Encoder(tokenizer).pairs_of([(prompt, option_text(own)) for own in item.options])
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


BLANK = {"blank": Companion("Bob is in Oslo.", "Where is Ann?", 1)}


def test_a_companion_keeps_the_options_and_has_its_own_answer() -> None:
    flip = {"flip": Companion("Ann is in Rome.", "Where is Ann?", 0)}
    item = replace(ITEM, companions=BLANK | flip)
    tokenizer = byte_tokenizer(chat=False)

    def text(kind: str) -> str:
        return tokenizer.decode(render_example(companion_of(item, kind), tokenizer, "answer").ids)

    assert text("blank") == "Bob is in Oslo.\nQuestion: Where is Ann?\nAnswer: Oslo"
    assert text("flip") == "Ann is in Rome.\nQuestion: Where is Ann?\nAnswer: Rome"


def test_examples_are_named_by_their_item_and_its_companion() -> None:
    item = replace(ITEM, companions={"blank": Companion("Ann is in Oslo.", "Where is she?", 1)})
    tokenizer = byte_tokenizer(chat=False)
    both = render_examples([item], tokenizer, "answer", "blank").named
    assert [name for name, _ in both] == ["i", "i (its blank)"]
    assert tokenizer.decode(both[1][1].ids).startswith("Ann is in Oslo.\nQuestion: Where is she?")
    alone = render_examples([item], tokenizer, "answer", None).named
    assert [name for name, _ in alone] == ["i"]


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
    item = replace(ITEM, companions=BLANK)

    def digest(item: Item, loss_on: str = "answer", against: str | None = "blank") -> str:
        return render_examples([item], tokenizer, loss_on, against).digest

    same = replace(item, id="other", family="other", options=("Paris", "Oslo"))
    assert digest(same) == digest(item)
    others = [
        digest(replace(item, options=("Rome", "Bergen"))),
        digest(
            replace(item, companions={"blank": Companion("Eve is in Oslo.", "Where is Ann?", 1)})
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
