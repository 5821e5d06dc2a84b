"""Losses of choices whose options share one reading of their context."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

from benchprof.importance.example import Example
from benchprof.scoring.obstacle import obstacle
from benchprof.scoring.transfer import moved


def shares_contexts(model: nn.Module, examples: Sequence[Example]) -> bool:
    """Whether the examples' contexts can be read once each, by one pass: all are equally long.

    Padding between a context and its options would move these, or be attended to. A sliding window
    must hold the whole text.
    """
    if not all(example.others for example in examples) or not hasattr(model, "config"):
        return False
    if len({context_length(example) for example in examples}) > 1 or obstacle(model):
        return False
    # RWKV takes a state of its own, and would read options without their context.
    if _cache_name(model) is None:
        return False
    config: Any = model.config
    window = getattr(config.get_text_config(), "sliding_window", None)
    return window is None or max(example.longest for example in examples) <= window


def context_length(example: Example) -> int:
    """How many tokens all texts begin with; each has one more at least."""
    texts = [text.ids.tolist() for text in example.texts]
    most = min(map(len, texts)) - 1
    alike = (len({text[place] for text in texts}) == 1 for place in range(most))
    return next((place for place, same in enumerate(alike) if not same), most)


def shared_text_losses(model: nn.Module, examples: Sequence[Example]) -> torch.Tensor:
    """Cross-entropy of each text in nats, summed over its counted tokens, as of `text_losses`.

    Args:
        model: a causal language model.
        examples: of `shares_contexts`.

    Returns:
        float32, of shape (texts,), in the order of the examples and their texts.
    """
    device = next(model.parameters()).device
    length = context_length(examples[0])
    texts = [text for example in examples for text in example.texts]
    owners = torch.tensor([n for n, example in enumerate(examples) for _ in example.texts])
    contexts = torch.stack([example.ids[:length] for example in examples])
    cache, name = DynamicCache(), _cache_name(model)
    assert name is not None
    # The last place as an index: a slice is not contiguous, and a head in bfloat16 reads
    # such rows some hundred times slower on a CPU.
    spread = getattr(model, "hf_device_map", None) is not None
    last = [length - 1] if spread else moved(torch.tensor([length - 1]), device)
    read = model(
        input_ids=moved(contexts, device), use_cache=True, logits_to_keep=last, **{name: cache}
    )
    # Once for each device that holds a part of the model.
    holders = {layer.keys.device for layer in cache.layers} | {read.logits.device}
    owners_on = {holder: moved(owners, holder) for holder in holders}
    # The logits at the context's last token predict each text's next token.
    logits = [read.logits[owners_on[read.logits.device]]]
    rest = pad_sequence([text.ids[length:-1] for text in texts], batch_first=True)
    if rest.shape[1]:
        branches = DynamicCache()
        for layer in cache.layers:
            own = DynamicLayer()
            index = owners_on[layer.keys.device]
            own.keys, own.values = layer.keys[index], layer.values[index]
            own.is_initialized = True
            branches.layers.append(own)
        going_on = model(input_ids=moved(rest, device), use_cache=True, **{name: branches})
        logits.append(going_on.logits)
    said = torch.cat(logits, dim=1).float()
    targets = pad_sequence([text.ids[length:] for text in texts], batch_first=True)
    counted = pad_sequence([text.counted[length:] for text in texts], batch_first=True)
    targets, counted = moved(targets, said.device), moved(counted, said.device)
    losses = cross_entropy(said.flatten(0, 1), targets.flatten(), reduction="none")
    return (losses.view_as(targets) * counted).sum(dim=1)


def _cache_name(model: nn.Module) -> str | None:
    """By what name a model takes a cache of keys and values, if it does; it has changed."""
    names = inspect.signature(model.forward).parameters
    return next((name for name in ("cache", "past_key_values") if name in names), None)
