"""What a GGUF file says of its model and transformers does not read: taken over, or refused.

The library fills such gaps with the defaults of its classes, and the model is another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGUFReader, dequantize
from transformers import PretrainedConfig, PreTrainedTokenizerBase

from benchprof.errors import InputError

FACTORS = ("rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight")
"""Tensors by which rotary frequencies are divided, which are none of the model's weights."""
STRETCHED = (8.0, 32.0)
"""By what Llama 3.1 and 3.3, and Llama 3.2, stretch slow rotations."""
LLAMA_3 = {
    "rope_type": "llama3",
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 8192,
}
BEGINNING = ("llama3", "llama-v3", "llama-bpe", "tekken", "lfm2")
"""Pre-tokenizers of models whose texts begin with BOS, where the file does not say."""
ENDS = (
    "<|endoftext|>", "<|end_of_text|>", "<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|eot|>",
    "<end_of_turn>",
)  # fmt: skip
"""Tokens that end a text wherever a vocabulary has them, as llama.cpp takes them too."""
END, RETURN = "<|end|>", "<|return|>"
"""Phi ends a text with the first. GPT-OSS does so with the second, and goes on after the first."""


def complete_configuration(path: Path, reader: GGUFReader, config: PretrainedConfig) -> None:
    """Take over the positions that a file has; refuse it where anything would be lost.

    Args:
        path: of the file, for messages.
        reader: of the file.
        config: what transformers makes of it.

    Raises:
        InputError: says what transformers does not read.
    """
    if _is_one_rotation(config) and (base := _said(reader, "rope.freq_base")) is not None:
        config.rope_parameters["rope_theta"] = base
    _scale(reader, config)
    window = _said(reader, "attention.sliding_window")
    if window and config.model_type == "phi3":
        config.sliding_window = window
    factors = _factors(reader)
    if _rotations(config).get("full_attention", {}).get("rope_type") == "proportional":
        # Gemma 4: they are 1, and beyond any number where the configuration does not rotate.
        factors = {n: own for n, own in factors.items() if not np.all((own == 1) | (own > 1e29))}
    if [*factors] == ["rope_freqs.weight"] and _stretch(config, factors["rope_freqs.weight"]):
        factors = {}
    if lost := [*factors, *_lost(reader, config)]:
        raise InputError(
            path,
            f"transformers does not read all that it says of the model: {', '.join(lost)}",
            "a GGUF file of which transformers reads the positions and the attention",
            "Use the model's safetensors, from its repository on the Hub or in a folder.",
        )


def stretching(size: int, rotary: Mapping[str, Any]) -> np.ndarray[Any, Any]:
    """The numbers by which Llama 3 divides its rotary frequencies, [size / 2], float64.

    Slow rotations are divided by the factor and fast ones by 1, with a bend between them.

    Args:
        size: of a head.
        rotary: the parameters of `llama3`, as transformers names them.
    """
    wavelength = 2 * np.pi * rotary["rope_theta"] ** (np.arange(0, size, 2) / size)
    turns = rotary["original_max_position_embeddings"] / wavelength
    low, high = rotary["low_freq_factor"], rotary["high_freq_factor"]
    share = np.clip((turns - low) / (high - low), 0, 1)
    return np.asarray(1 / ((1 - share) / rotary["factor"] + share))


def complete_tokenizer(reader: GGUFReader, tokenizer: PreTrainedTokenizerBase) -> None:
    """Begin texts with BOS where the model's do, and make every token that ends one special.

    What is not special stays in an answer.
    """
    unsaid = "tokenizer.ggml.add_bos_token" not in reader.fields
    if unsaid and _field(reader, "tokenizer.ggml.pre") in BEGINNING:
        tokenizer.add_bos_token = True
    every = tokenizer.convert_ids_to_tokens(sorted(_ends_beside(reader, tokenizer)))
    if plain := [token for token in every if token not in tokenizer.all_special_tokens]:
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
    found = _ends_beside(reader, tokenizer)
    found |= {own} if isinstance(own, int) else set(own or ())
    return sorted(found) if len(found) > 1 else next(iter(found), None)


def _ends_beside(reader: GGUFReader, tokenizer: PreTrainedTokenizerBase) -> set[int]:
    """The tokens that end a turn or a message by the file, or a text by their names."""
    named = (_field(reader, f"tokenizer.ggml.{kind}_token_id") for kind in ("eot", "eom"))
    vocabulary = tokenizer.get_vocab()
    # transformers adds to a vocabulary what its class takes for an end.
    listed = set(_field(reader, "tokenizer.ggml.tokens") or vocabulary)
    known = ENDS if RETURN in listed else (*ENDS, END)
    return {int(own) for own in named if own is not None} | {
        vocabulary[token] for token in known if token in listed
    }


def _field(reader: GGUFReader, key: str) -> Any:
    """A field of the file; None if it is not there."""
    field = reader.fields.get(key)
    return None if field is None else field.contents()


def _said(reader: GGUFReader, key: str) -> Any:
    """A field of the file's architecture; None if it is not there."""
    return _field(reader, f"{_field(reader, 'general.architecture')}.{key}")


def _is_one_rotation(config: PretrainedConfig) -> bool:
    """Whether all layers rotate alike; else there is a rotation for each type of layer."""
    rotary = getattr(config, "rope_parameters", None) or {}
    return bool(rotary) and not any(isinstance(own, dict) for own in rotary.values())


def _rotations(config: PretrainedConfig) -> dict[str, dict[str, Any]]:
    """The rotary parameters by type of layer; of layers that all rotate alike, by one name."""
    rotary = getattr(config, "rope_parameters", None) or {}
    if _is_one_rotation(config):
        return {"full_attention": rotary}
    return {kind: own for kind, own in rotary.items() if own}


def _head_size(config: PretrainedConfig) -> int:
    """Features of a query head, of layers that are all alike."""
    size = getattr(config, "head_dim", None)
    return int(size or config.hidden_size // config.num_attention_heads)


def _scaling(reader: GGUFReader) -> tuple[str, float]:
    """How positions are scaled, and by how much; llama.cpp takes a scale without a word as linear.

    `rope.scale_linear` is an older name of the factor.
    """
    keys = ("rope.scaling.factor", "rope.scale_linear")
    scale = next((float(own) for key in keys if (own := _said(reader, key)) is not None), 1.0)
    kind = _said(reader, "rope.scaling.type") or "linear"
    return ("none", 1.0) if kind == "linear" and scale in (0.0, 1.0) else (kind, scale)


def _scale(reader: GGUFReader, config: PretrainedConfig) -> None:
    """Take over positions that are scaled linearly, of the layers that see all of a text."""
    kind, scale = _scaling(reader)
    rotary = _rotations(config).get("full_attention", {})
    if kind == "linear" and rotary.get("rope_type") == "default":
        rotary |= {"rope_type": "linear", "factor": scale}


def _factors(reader: GGUFReader) -> dict[str, np.ndarray[Any, Any]]:
    """The tensors that change rotary frequencies, by name."""
    found = {
        tensor.name: dequantize(tensor.data, tensor.tensor_type)
        for tensor in reader.tensors
        if tensor.name in FACTORS
    }
    return {name: values for name, values in found.items() if not np.allclose(values, 1)}


def _stretch(config: PretrainedConfig, factors: np.ndarray[Any, Any]) -> bool:
    """Take over the positions of Llama 3: these factors, and no other scaling."""
    if not _is_one_rotation(config) or config.rope_parameters.get("rope_type") != "default":
        return False
    for factor in STRETCHED:
        rotary = config.rope_parameters | LLAMA_3 | {"factor": factor}
        own = stretching(_head_size(config), rotary)
        if own.shape == factors.shape and np.allclose(factors, own, rtol=1e-3):
            config.rope_parameters = rotary
            return True
    return False


def _lost(reader: GGUFReader, config: PretrainedConfig) -> Iterator[str]:
    """What the file says and the configuration does not."""
    rotations = _rotations(config)
    full = rotations.get("full_attention", {})
    kind, scale = _scaling(reader)
    if kind != "none" and full.get("rope_type", "default") == "default":
        yield f"rope.scaling.type {kind}, by {scale:g}"
    for key, own in (
        ("rope.freq_base", full),
        ("rope.freq_base_swa", rotations.get("sliding_attention", {})),
    ):
        base = _said(reader, key)
        if base is not None and "rope_theta" in own and not np.isclose(own["rope_theta"], base):
            yield f"{key} {base:g}"
    dimensions = _said(reader, "rope.dimension_count")
    if dimensions and _is_one_rotation(config):
        turned = int(_head_size(config) * full.get("partial_rotary_factor", 1.0))
        if dimensions not in (turned, getattr(config, "qk_rope_head_dim", None)):
            yield f"rope.dimension_count {dimensions} of {_head_size(config)}"
    window = _said(reader, "attention.sliding_window")
    length = _said(reader, "context_length") or 0
    if window and window < length and window != getattr(config, "sliding_window", None):
        yield f"attention.sliding_window {window}"
    scalar = getattr(config, "query_pre_attn_scalar", None)
    if scalar is not None and scalar != (size := _head_size(config)):
        yield f"the scale of attention, with heads of {size}"
