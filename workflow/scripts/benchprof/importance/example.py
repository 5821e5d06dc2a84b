"""A diagnostic item as the tokens of one training example."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from transformers import PreTrainedTokenizerBase

from benchprof import digests
from benchprof.abilities.item import Item, control_item_of
from benchprof.abilities.prompt import option_text, prompt_text
from benchprof.errors import InputError
from benchprof.scoring.chat import ANSWER, begins_text, check_questions, render_finished_chat


@dataclass(frozen=True)
class Example:
    """Token ids of one item and which of them the loss counts; both of shape (tokens,).

    `counted[t]` says whether the prediction of token t enters the loss; it is False for t = 0,
    which nothing predicts. If the loss is that of the choice, `others` holds the same item with
    each wrong option in the right one's place.
    """

    ids: torch.Tensor
    counted: torch.Tensor
    others: tuple[Example, ...] = ()

    @property
    def texts(self) -> tuple[Example, ...]:
        """The item with each option that the loss looks at, the right one's first."""
        return (self, *self.others)

    @property
    def longest(self) -> int:
        """Tokens of the longest text."""
        return max(len(text.ids) for text in self.texts)

    @property
    def tokens(self) -> int:
        """Tokens of all texts."""
        return sum(len(text.ids) for text in self.texts)

    @property
    def digest(self) -> str:
        """SHA-256 of the tokens and of which are counted: all that a loss knows of an item."""
        texts = [[text.ids.tolist(), text.counted.tolist()] for text in self.texts]
        return digests.of_value(texts if self.others else texts[0])


@dataclass(frozen=True)
class Examples:
    """An ability's items as the model reads them.

    Attributes:
        items: that were chosen.
        examples: one of each item.
        against: the kind of control item that the items are scored against; None for none.
        control_items: one of each item's control item of this kind; empty where there is none.
    """

    items: Sequence[Item]
    examples: Sequence[Example]
    against: str | None = None
    control_items: Sequence[Example] = ()

    @property
    def named(self) -> list[tuple[str, Example]]:
        """All examples, the control items last, each with the name of its item for messages."""
        ids = [item.id for item in self.items]
        own = f"its {self.against}" if self.against else ""
        theirs = [f"{item} ({own})" for item in ids]
        return [
            *zip(ids, self.examples, strict=True),
            # There may be no control items.
            *zip(theirs, self.control_items, strict=False),
        ]

    @property
    def digest(self) -> str:
        """SHA-256 of all that the model reads."""
        both = (self.examples, self.control_items)
        return digests.of_value([[example.digest for example in own] for own in both])


def render_examples(
    items: Sequence[Item],
    tokenizer: PreTrainedTokenizerBase,
    loss_on: str,
    against: str | None,
) -> Examples:
    """The items and their control items, each as `render_example` renders it.

    Args:
        items: with their options.
        tokenizer: of the model.
        loss_on: `all`, `answer` or `option_cross_entropy`.
        against: the kind of control item, which every item must have; None for no control items.

    Raises:
        InputError: the template fails, loses questions or changes an answer.
    """
    if tokenizer.chat_template is not None:
        check_questions(tokenizer)

    def rendered(own: Sequence[Item]) -> list[Example]:
        return [render_example(item, tokenizer, loss_on) for item in own]

    if against is None:
        return Examples(items, rendered(items))
    control_items = [control_item_of(item, against) for item in items]
    return Examples(items, rendered(items), against, rendered(control_items))


def render_example(item: Item, tokenizer: PreTrainedTokenizerBase, loss_on: str) -> Example:
    """The item with its right answer, through the model's chat template where there is one.

    Args:
        item: with its options.
        tokenizer: of the model.
        loss_on: `all` (every token, the paper's choice), `answer` (the answer's tokens alone) or
            `option_cross_entropy` (the right option's share among the options).

    Raises:
        InputError: the template changes the answer.
    """
    return render_question(Question.of(item), tokenizer, loss_on)


@dataclass(frozen=True)
class Question:
    """A text with the answers that may follow it.

    Attributes:
        id: names it in messages.
        prompt: the whole text before an answer.
        options: the answers, without outer spaces; the reference alone if the model writes freely.
        answer: the index of the right option.
    """

    id: str
    prompt: str
    options: tuple[str, ...]
    answer: int

    @classmethod
    def of(cls, item: Item) -> Question:
        """What an item reads like."""
        return cls(item.id, prompt_text(item.context, item.question), item.options, item.answer)


def render_question(
    question: Question, tokenizer: PreTrainedTokenizerBase, loss_on: str
) -> Example:
    """The question with its right answer, as `render_example` renders an item.

    Raises:
        InputError: the template changes the answer.
    """
    if loss_on == "option_cross_entropy":
        order = sorted(range(len(question.options)), key=lambda own: own != question.answer)
        return _with_options(question, order, tokenizer)
    text, start, end = _text_and_answer(question, tokenizer)
    encoded = tokenizer(
        text,
        add_special_tokens=not begins_text(tokenizer, text),
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


def _with_options(
    question: Question, options: Sequence[int], tokenizer: PreTrainedTokenizerBase
) -> Example:
    """A question with some of its options, each in the answer's place, the first before others."""
    first, *others = _from_where_they_differ(
        [
            render_question(dataclasses.replace(question, answer=own), tokenizer, "answer")
            for own in options
        ]
    )
    return dataclasses.replace(first, others=tuple(others))


def _from_where_they_differ(texts: Sequence[Example]) -> list[Example]:
    """Texts of one item, each counted from the token where the first of their answers begins.

    A tokenizer may put the space before an answer into its first token (" seven") or leave it a
    token of its own (" ", "7"). The probability of an answer is that of all tokens after what all
    the texts begin with, as in an evaluation.
    """
    starts = [int(text.counted.int().argmax()) for text in texts]
    columns = zip(*(text.ids.tolist() for text in texts), strict=False)
    alike = sum(1 for _ in itertools.takewhile(lambda column: len({*column}) == 1, columns))
    start = min(*starts, alike) if len(texts) > 1 else starts[0]
    return [dataclasses.replace(text, counted=_counted_from(start, text.counted)) for text in texts]


def _counted_from(start: int, counted: torch.Tensor) -> torch.Tensor:
    """The same tokens, and all from `start` up to them."""
    places = torch.arange(len(counted))
    return counted | ((places >= start) & (places < int(counted.int().argmax())))


def _text_and_answer(
    question: Question, tokenizer: PreTrainedTokenizerBase
) -> tuple[str, int, int]:
    """The whole text, and where in it the answer starts and ends, in characters.

    The answer may occur in the prompt too, or in the template's own text. To find its place, the
    same conversation is rendered with a mark, which occurs nowhere else, instead of the answer.
    """
    prompt = question.prompt
    answer = question.options[question.answer]
    if tokenizer.chat_template is None:
        text = prompt + option_text(answer)
        return text, len(text) - len(answer), len(text)

    def finished(reply: str) -> str:
        turns = [{"role": "user", "content": prompt}, {"role": "assistant", "content": reply}]
        return render_finished_chat(tokenizer, turns)

    text = finished(answer)
    before, found, after = finished(ANSWER).partition(ANSWER)
    if not found or ANSWER in after or text != before + answer + after:
        expected = "the answer's own text, once"
        remedy = "The model's chat template changes it; use options without outer spaces."
        raise InputError(
            f"item {question.id}, options", f"{answer!r} is not in its chat", expected, remedy
        )
    return text, len(before), len(before) + len(answer)
