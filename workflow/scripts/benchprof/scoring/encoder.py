"""Texts in tokens, as lm-eval's `hf` model has them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from lm_eval.models.utils import has_bos_prefix

from benchprof.errors import InputError

Pair = tuple[list[int], list[int]]
"""Token numbers of a context and of its continuation."""


@dataclass(frozen=True)
class Encoder:
    """A tokenizer with what lm-eval adds to texts.

    Attributes:
        tokenizer: of the model.
        special: whether texts begin with the token that begins a text; None leaves it to the
            tokenizer.
    """

    tokenizer: Any
    special: bool | None = None

    @property
    def end(self) -> int:
        """The token that ends a text."""
        return int(self.tokenizer.eos_token_id)

    @property
    def prefix(self) -> int:
        """The token that stands for an empty context."""
        first = self.tokenizer.bos_token_id
        return self.end if first is None else int(first)

    def tokens_of(
        self, texts: Collection[str], special: bool | None = None
    ) -> dict[str, list[int]]:
        """Tokenize all at once, which takes a fraction of the time of one by one.

        Args:
            texts: one that already begins with the prefix token gets no second one.
            special: overrides the encoder's own, for these texts.
        """
        prefix = self.tokenizer.decode(self.prefix)
        kinds: dict[bool | None, list[str]] = {}
        for text in texts:
            begun = special is None and has_bos_prefix(text, prefix)
            kind = self.special if special is None else special
            kinds.setdefault(False if begun else kind, []).append(text)
        tokens: dict[str, list[int]] = {}
        for kind, alike in kinds.items():
            arguments = {} if kind is None else {"add_special_tokens": kind}
            found = self.tokenizer(alike, **arguments)["input_ids"]
            tokens |= zip(alike, map(list, found), strict=True)
        return tokens

    def pairs_of(self, texts: Sequence[tuple[str, str]]) -> list[Pair]:
        """Tokenize contexts and their continuations."""
        pairs = []
        begun = {context: context.rstrip() for context, _ in texts if context}
        wholes = {context + continuation for context, continuation in texts if context}
        tokens = self.tokens_of(wholes | set(begun.values()))
        rest = {continuation for context, continuation in texts if not context}
        tokens_alone = self.tokens_of(rest, special=False)
        for context, continuation in texts:
            if context:
                # What the whole has beyond its beginning; spaces between them belong to the rest.
                beginning = tokens[begun[context]]
                pairs.append((beginning, tokens[context + continuation][len(beginning) :]))
                continue
            alone = tokens_alone[continuation]
            has_prefix = alone[:1] == [self.prefix]
            pairs.append((alone[:1], alone[1:]) if has_prefix else ([self.prefix], alone))
        return pairs


def check_pair(where: str, pair: Pair, max_length: int) -> None:
    """Stop at a request whose continuation cannot be scored.

    Args:
        where: the request, for the message.
        pair: its tokens.
        max_length: the model's, in tokens.

    Raises:
        InputError: the context or the continuation has no token, or the continuation too many.
    """
    context, continuation = map(len, pair)
    if not context or not 0 < continuation <= max_length:
        raise InputError(
            where,
            f"{context} tokens of context, {continuation} of continuation",
            f"at least one of each, and a continuation of at most {max_length}",
            "Mend the texts, leave the item out, or choose a model with a longer context.",
        )
