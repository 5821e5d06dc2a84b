"""Batched greedy generation up to stop strings, with the answers of lm-eval's `hf` model.

Each item gets the answer that it would get alone: its context is cut and its stop strings are
looked for by lm-eval's rules, whatever else is in its batch. Processors that the model's own
generation configuration asks for (a repetition penalty) stay in force, as they do there. A long
beginning that many contexts share (few-shot examples) is computed once.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise, takewhile
from typing import Any

import torch
from lm_eval.models.utils import postprocess_generated_text
from tqdm import tqdm
from transformers import StoppingCriteria, StoppingCriteriaList

from benchprof.scoring.cache import KeysValues, branches_of
from benchprof.scoring.forward import Forward, is_out_of_memory
from benchprof.scoring.generation_settings import check_settings, normalised
from benchprof.scoring.transfer import moved

logger = logging.getLogger(__name__)

LOOKBACK = 2
"""Tokens beyond a stop string's own that are searched for it: a model may spell it in others."""
MOST_ITEMS = 64
"""Larger batches wait for their longest answer more than they gain."""
MOST_OUTLIERS = 0.1
"""Share of items that a common beginning may leave out, since they are over twice as long."""
RUN_SETTINGS = (
    "no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "bad_words_ids", "sequence_bias",
    "stop_strings", "prompt_lookup_num_tokens", "use_mtp", "assistant_early_exit",
    "cache_implementation",
)  # fmt: skip
"""Generation settings under which no beginning is shared: they look at runs of tokens, which the
padding after it would break, or go about the cache in a way of their own."""


class BatchTooLargeError(MemoryError):
    """A batch of several items ran out of memory.

    Attributes:
        tokens: that it holds, of contexts and answers.
    """

    def __init__(self, tokens: int) -> None:
        super().__init__(f"out of memory: a batch of {tokens} tokens")
        self.tokens = tokens


class StopStrings(StoppingCriteria):  # type: ignore[misc]
    """Ends every item of a batch by itself as soon as its latest tokens spell a stop string."""

    def __init__(self, tokenizer: Any, strings: Sequence[str], prompt_length: int) -> None:
        self.tokenizer, self.prompt_length = tokenizer, prompt_length
        lengths = [len(tokenizer.encode(text, add_special_tokens=False)) for text in strings]
        self.strings = list(zip(strings, [n + LOOKBACK for n in lengths], strict=True))
        self.latest = max([n + LOOKBACK for n in lengths], default=0)
        self.done: list[bool] = []

    def __call__(
        self, input_ids: torch.Tensor, scores: torch.Tensor | None, **_: Any
    ) -> torch.Tensor:
        """Tell which items are done, bool [batch]; `input_ids` are [batch, prompt + new tokens]."""
        del scores
        self.done = self.done or [False] * len(input_ids)
        # The only copy of a step from a GPU, which the host waits for.
        new = input_ids[:, self.prompt_length :][:, -self.latest :].tolist() if self.latest else []
        for item, tokens in enumerate(new):
            self.done[item] = self.done[item] or any(
                text in self.tokenizer.decode(tokens[-lookback:]) for text, lookback in self.strings
            )
        return moved(torch.tensor(self.done), input_ids.device)


def generate(
    forward: Forward,
    tokenizer: Any,
    requests: Sequence[tuple[str, dict[str, Any]]],
    *,
    encode: Callable[[str], list[int]],
    max_length: int,
    token_budget: int,
    quiet: bool = True,
) -> tuple[list[str], int]:
    """Generate for requests (context, settings); return the texts and how many were truncated.

    A batch holds at most `token_budget` tokens of context and answer together. A context that
    leaves no room for the answer within `max_length` loses its beginning.

    Raises:
        BatchTooLargeError: memory ran out, and a smaller budget may do.
        InputError: no answer can be written under these settings, see `check_settings`.
    """
    end = tokenizer.eos_token_id
    eos = None if end is None else tokenizer.decode([end], skip_special_tokens=False)
    groups: dict[str, list[int]] = {}
    for number, (_, settings) in enumerate(requests):
        groups.setdefault(json.dumps(settings, sort_keys=True), []).append(number)
    texts, truncated = [""] * len(requests), 0
    with tqdm(total=len(requests), desc="generating", disable=quiet) as bar:
        for numbers in groups.values():
            given = requests[numbers[0]][1]
            check_settings(f"generation request {numbers[0]}", given, max_length)
            settings = normalised(given, eos)
            room = max_length - settings["max_new_tokens"]
            prompts = {number: encode(requests[number][0]) for number in numbers}
            truncated += sum(len(prompt) > room for prompt in prompts.values())
            prompts = {number: prompt[-room:] for number, prompt in prompts.items()}
            for batch, answers in _answered(forward, tokenizer, prompts, settings, token_budget):
                for number, text in zip(batch, answers, strict=True):
                    texts[number] = text
                bar.update(len(batch))
    if truncated:
        logger.warning("%d of %d contexts were cut on the left", truncated, len(requests))
    return texts, truncated


def _answered(
    forward: Forward,
    tokenizer: Any,
    prompts: dict[int, list[int]],
    settings: dict[str, Any],
    token_budget: int,
) -> Iterator[tuple[list[int], list[str]]]:
    """Answer items that have settings in common, batch by batch: their numbers, their texts."""
    new_tokens = settings["max_new_tokens"]
    shares = forward.obstacle is None and not _runs_count(forward, settings)
    parts = (
        _parts(prompts, new_tokens, token_budget)
        if shares
        else _kinds(forward, prompts, new_tokens)
    )
    for shared, numbers in parts:
        trunk: list[KeysValues] = []
        longest = max(len(prompts[number]) for number in numbers) + new_tokens
        if shared and forward.can_branch(longest):
            trunk = forward.trunk(prompts[numbers[0]][:shared])
        for batch in _batches({n: prompts[n] for n in numbers}, new_tokens, token_budget):
            asked = [prompts[number] for number in batch]
            try:
                texts = _answer(forward, tokenizer, asked, settings, trunk)
            except (MemoryError, RuntimeError) as error:
                if len(batch) == 1 or not is_out_of_memory(error):
                    raise
                size = len(batch) * (max(map(len, asked)) + new_tokens)
                raise BatchTooLargeError(size) from None
            yield batch, texts


def _runs_count(forward: Forward, settings: dict[str, Any]) -> bool:
    """Tell whether one of `RUN_SETTINGS` is set, by the task's settings or else by the model's."""
    own = forward.model.generation_config
    return any(settings.get(name, getattr(own, name, None)) for name in RUN_SETTINGS)


def _kinds(
    forward: Forward, prompts: dict[int, list[int]], new_tokens: int
) -> list[tuple[int, list[int]]]:
    """Part items with no shared beginning: 0.

    Those of a part meet the same rotary frequencies; where padding is not exact, an item is a part.
    """
    kinds: dict[tuple[int, ...], list[int]] = {}
    for number, prompt in prompts.items():
        last = len(prompt) + new_tokens - 1  # the last token is not read again
        kind = forward.rotaries.while_growing(len(prompt), last)
        kinds.setdefault(kind if forward.pads is not False else (*kind, number), []).append(number)
    return [(0, numbers) for numbers in kinds.values()]


def _parts(
    prompts: dict[int, list[int]], new_tokens: int, token_budget: int
) -> list[tuple[int, list[int]]]:
    """Part items by a shared beginning, at least half of each item: its length, and the items.

    Each item keeps at least one token after the beginning. A part is as large as possible. It fills
    a batch or holds nearly all items: smaller parts would cost more than they save. The items that
    are in no part come first, with the length 0.
    """
    order = sorted(prompts, key=lambda number: (prompts[number], number))
    common = [_common(prompts[a][:-1], prompts[b][:-1]) for a, b in pairwise(order)]
    parts: list[tuple[int, list[int]]] = []
    others: list[int] = []
    ranges = [(0, len(order))]
    while ranges:
        start, stop = ranges.pop()
        if stop - start < 2:
            others += order[start:stop]
            continue
        shared = min(common[start : stop - 1])
        numbers = [n for n in order[start:stop] if len(prompts[n]) <= 2 * shared]
        outliers = [n for n in order[start:stop] if len(prompts[n]) > 2 * shared]
        if len(outliers) > MOST_OUTLIERS * (stop - start):
            cuts = [i + 1 for i in range(start, stop - 1) if common[i] == shared]
            ranges += pairwise([start, *cuts, stop])
            continue
        full = token_budget // (max(len(prompts[n]) for n in numbers) + new_tokens)
        nearly_all = (1 - MOST_OUTLIERS) * len(prompts)
        if len(numbers) >= max(2, min(MOST_ITEMS, full, nearly_all)):
            parts.append((shared, numbers))
            others += outliers
        else:
            others += order[start:stop]
    return [(0, others), *parts] if others else parts


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    """Count the tokens with which both begin."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _batches(
    prompts: dict[int, list[int]], new_tokens: int, token_budget: int
) -> Iterator[list[int]]:
    """Cut items into batches of similar length, longest first."""
    batch: list[int] = []
    order = sorted(prompts, key=lambda number: (-len(prompts[number]), prompts[number], number))
    for number in order:
        longest = len(prompts[batch[0]]) if batch else 0
        full = (longest + new_tokens) * (len(batch) + 1) > token_budget
        if batch and (full or len(batch) == MOST_ITEMS):
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def _answer(
    forward: Forward,
    tokenizer: Any,
    prompts: list[list[int]],
    settings: dict[str, Any],
    trunk: list[KeysValues],
) -> list[str]:
    """Generate one batch.

    Padding goes between the shared beginning, whose keys and values are the trunk, and what follows
    it in each prompt.
    """
    length = max(map(len, prompts))
    runs_count = _runs_count(forward, settings)
    shared = trunk[0][0].shape[-2] if trunk else 0
    tokens = torch.empty((len(prompts), length), dtype=torch.long)
    mask = torch.ones_like(tokens)
    for row, prompt in enumerate(prompts):
        padding = length - len(prompt)
        # A repetition penalty counts padding too, so pad with a token that the item has anyway.
        # This makes a run, so settings that look at runs get the padding token instead.
        filling = tokenizer.pad_token_id if runs_count else prompt[0]
        filled = prompt[:shared] + [filling] * padding + prompt[shared:]
        tokens[row] = torch.tensor(filled)
        mask[row, shared : shared + padding] = 0
    arguments = {key: value for key, value in settings.items() if key != "until"}
    if trunk:
        arguments[forward.cache_name] = branches_of(trunk)
    stop_strings = StopStrings(tokenizer, settings["until"], length)
    with torch.inference_mode(), _states_together(forward.model.get_output_embeddings()):
        output = forward.model.generate(
            input_ids=moved(tokens, forward.device),
            attention_mask=moved(mask, forward.device),
            do_sample=False,
            stopping_criteria=StoppingCriteriaList([stop_strings]),
            pad_token_id=tokenizer.pad_token_id,
            tokenizer=tokenizer,  # for stop strings of the model's own
            use_cache=True,
            **arguments,
        )
    # Items that are done are filled up with the padding token, which is special and left out here.
    new = output[:, length:].tolist()
    texts = [tokenizer.decode(row, skip_special_tokens=True) for row in new]
    return [postprocess_generated_text(text, settings["until"], None) for text in texts]


@contextmanager
def _states_together(head: torch.nn.Module) -> Iterator[None]:
    """Let a head see states that lie together in memory.

    Those of each prompt's last token do not: torch would copy the head's weights for every item.
    """
    hook = head.register_forward_pre_hook(lambda _, given: (given[0].contiguous(), *given[1:]))
    try:
        yield
    finally:
        hook.remove()


def free_cached_memory() -> None:
    """Give back the memory that torch keeps for later on an accelerator."""
    torch.cuda.empty_cache()
    if torch.backends.mps.is_available():
        torch.mps.empty_cache()
