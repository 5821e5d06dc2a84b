"""What a GGUF file says of its model and transformers does not read: taken over, or refused.

The library fills such gaps with the defaults of its classes, and the model is another one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGUFReader, dequantize
from transformers import PretrainedConfig, PreTrainedTokenizerBase

from benchprof.errors import InputError

FACTORS = ("rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight")
"""Tensors by which rotary frequencies are divided, which are none of the model's weights."""
STRETCHED = ({"factor": 8.0}, {"factor": 32.0})
"""How Llama 3.1 and 3.3, and Llama 3.2, stretch slow rotations; the rest is the same in both."""
LLAMA_3 = {
    "rope_type": "llama3",
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 8192,
}
BEGINNING = (
    "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
    "tekken", "chameleon",
)  # fmt: skip
"""Pre-tokenizers whose texts llama.cpp begins with BOS where the file does not say."""
ENDS = (
    "<|endoftext|>", "<|end_of_text|>", "<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|eot|>",
    "<end_of_turn>",
)  # fmt: skip
"""Tokens that end a text wherever a vocabulary has them, as llama.cpp takes them too."""
END, RETURN = "<|end|>", "<|return|>"
"""Phi ends a text with the first. GPT-OSS does so with the second, and goes on after the first."""


def complete_configuration(path: Path, reader: GGUFReader, config: PretrainedConfig) -> None:
    """Take over the rotary frequencies that a file has; refuse it where anything would be lost.

    Args:
        path: of the file, for messages.
        reader: of the file.
        config: what transformers makes of it.

    Raises:
        InputError: says what transformers does not read.
    """
    rotary = config.rope_parameters if _is_one_rotation(config) else None
    base = _said(reader, "rope.freq_base")
    if rotary is not None and base is not None:
        rotary["rope_theta"] = base
    factors = _factors(reader)
    if rotary is not None and [*factors] == ["rope_freqs.weight"]:
        for stretch in STRETCHED:
            known = rotary | LLAMA_3 | stretch
            if np.allclose(factors["rope_freqs.weight"], stretching(config, known), rtol=1e-3):
                config.rope_parameters = known
                factors = {}
                break
    lost = [*factors, *_lost(reader, config)]
    if lost:
        raise InputError(
            path,
            f"transformers does not read all that it says of the model: {', '.join(lost)}",
            "a GGUF file with the positions and the attention of its class's defaults",
            "Use the model's safetensors, from its repository on the Hub or in a folder.",
        )


def stretching(config: PretrainedConfig, rotary: dict[str, Any]) -> np.ndarray[Any, Any]:
    """By what Llama 3 divides each rotary frequency, [head_dim / 2], float64.

    Slow rotations are divided by the factor and fast ones by 1, with a bend between them.
    """
    size = _head_size(config)
    wavelength = 2 * np.pi * rotary["rope_theta"] ** (np.arange(0, size, 2) / size)
    turns = rotary["original_max_position_embeddings"] / wavelength
    low, high = rotary["low_freq_factor"], rotary["high_freq_factor"]
    share = np.clip((turns - low) / (high - low), 0, 1)
    return np.asarray(1 / ((1 - share) / rotary["factor"] + share))


def complete_tokenizer(reader: GGUFReader, tokenizer: PreTrainedTokenizerBase) -> None:
    """Begin texts with BOS where llama.cpp does, and make every token that ends one special.

    What is not special stays in an answer.
    """
    unsaid = "tokenizer.ggml.add_bos_token" not in reader.fields
    field = reader.fields.get("tokenizer.ggml.pre")
    if unsaid and field is not None and field.contents() in BEGINNING:
        tokenizer.add_bos_token = True
    plain = [end for end in _known_ends(tokenizer) if end not in tokenizer.all_special_tokens]
    if plain:
        tokenizer.add_special_tokens(
            {"additional_special_tokens": plain}, replace_extra_special_tokens=False
        )


def ends(
    reader: GGUFReader, tokenizer: PreTrainedTokenizerBase, own: int | list[int] | None
) -> int | list[int] | None:
    """The tokens that end a text: `own`, that of the configuration, and what it leaves out.

    A GGUF names one, in chat models often the end of a turn alone. Outside a chat, such a model
    ends a text with another, and would be made to go on after it.
    """
    named = (reader.fields.get(f"tokenizer.ggml.{kind}_token_id") for kind in ("eot", "eom"))
    found = {int(field.contents()) for field in named if field}
    found |= {tokenizer.get_vocab()[token] for token in _known_ends(tokenizer)}
    found |= {own} if isinstance(own, int) else set(own or ())
    return sorted(found) if len(found) > 1 else next(iter(found), None)


def _known_ends(tokenizer: PreTrainedTokenizerBase) -> list[str]:
    vocabulary = tokenizer.get_vocab()
    known = ENDS if RETURN in vocabulary else (*ENDS, END)
    return [token for token in known if token in vocabulary]


def _said(reader: GGUFReader, key: str) -> Any:
    """A field of the file's architecture; None if it is not there."""
    architecture = reader.fields["general.architecture"].contents()
    field = reader.fields.get(f"{architecture}.{key}")
    return None if field is None else field.contents()


def _is_one_rotation(config: PretrainedConfig) -> bool:
    """Whether all layers rotate alike; else there is a rotation for each type of layer."""
    rotary = getattr(config, "rope_parameters", None) or {}
    return bool(rotary) and not any(isinstance(own, dict) for own in rotary.values())


def _head_size(config: PretrainedConfig) -> int:
    """Features of a query head."""
    size = getattr(config, "head_dim", None)
    return int(size or config.hidden_size // config.num_attention_heads)


def _factors(reader: GGUFReader) -> dict[str, np.ndarray[Any, Any]]:
    """The tensors that change rotary frequencies, by name."""
    found = {
        tensor.name: dequantize(tensor.data, tensor.tensor_type)
        for tensor in reader.tensors
        if tensor.name in FACTORS
    }
    return {name: values for name, values in found.items() if not np.allclose(values, 1)}


def _lost(reader: GGUFReader, config: PretrainedConfig) -> Iterator[str]:
    """What the file says and the configuration does not."""
    rotary = getattr(config, "rope_parameters", None) or {}
    rotations = [rotary] if _is_one_rotation(config) else [own for own in rotary.values() if own]
    scaling = _said(reader, "rope.scaling.type")
    plain = all(own.get("rope_type", "default") == "default" for own in rotations)
    if scaling not in (None, "none") and plain:
        yield f"rope.scaling.type {scaling}"
    base = _said(reader, "rope.freq_base")
    bases = [own.get("rope_theta") for own in rotations]
    if base and rotations and not any(own and np.isclose(own, base) for own in bases):
        yield f"rope.freq_base {base:g}"
    dimensions = _said(reader, "rope.dimension_count")
    if dimensions and _is_one_rotation(config):
        size = _head_size(config)
        turned = int(size * rotary.get("partial_rotary_factor", 1.0))
        if dimensions not in (turned, getattr(config, "qk_rope_head_dim", None)):
            yield f"rope.dimension_count {dimensions} of {size}"
    window = _said(reader, "attention.sliding_window")
    length = _said(reader, "context_length") or 0
    if window and window < length and window != getattr(config, "sliding_window", None):
        yield f"attention.sliding_window {window}"
    if getattr(config, "query_pre_attn_scalar", size := _head_size(config)) != size:
        yield f"the scale of attention, with heads of {size}"
