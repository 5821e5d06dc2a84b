"""A trained planted model as a Hugging Face folder, its neurons shuffled, and their card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from benchprof.files import write_json


def write_folder(
    model: LlamaForCausalLM,
    order: Sequence[Sequence[int]],
    card: Mapping[str, Any],
    words: tuple[str, ...],
    folder: Path,
) -> None:
    """Write weights (float16), configuration, tokenizer and `card.json`.

    Args:
        model: its neurons in the order of the training.
        order: per layer, the neuron that is to stand at each place.
        card: seed, whether abilities have blocks, and whose the neurons are at their places.
        words: that the model knows, in the order of their token numbers.
        folder: where to.
    """
    plain = LlamaForCausalLM(model.config).eval()
    plain.load_state_dict(reordered(model.state_dict(), order))
    plain.half().save_pretrained(folder)
    make_tokenizer(words).save_pretrained(folder)
    write_json(folder / "card.json", dict(card))


def reordered(
    state: dict[str, torch.Tensor], order: Sequence[Sequence[int]]
) -> dict[str, torch.Tensor]:
    """The same function with the MLP neurons of layer i in the order `order[i]`."""
    moved = dict(state)
    for layer, places in enumerate(order):
        index = torch.tensor(places)
        for projection in ("gate_proj", "up_proj"):
            name = f"model.layers.{layer}.mlp.{projection}.weight"
            moved[name] = state[name][index].contiguous()
        name = f"model.layers.{layer}.mlp.down_proj.weight"
        moved[name] = state[name][:, index].contiguous()
    return moved


def make_tokenizer(known: tuple[str, ...]) -> PreTrainedTokenizerFast:
    """A tokenizer of these words, which are split at white space."""
    numbers = {word: number for number, word in enumerate(known)}
    tokenizer = Tokenizer(WordLevel(numbers, unk_token="<unk>"))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>",
        unk_token="<unk>", model_max_length=64,
    )  # fmt: skip
