"""Loading a prepared model and its tokenizer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, GenerationConfig

from benchprof.errors import InputError, RetriableError, in_words
from benchprof.models.causality import check_causal
from benchprof.models.checkpoint import check_precisions, check_weights
from benchprof.models.device import resolve_device, tell_choice, without_cudnn_attention
from benchprof.models.placement import empty_model, placement
from benchprof.models.prepared import PreparedModel
from benchprof.scoring.rotary import forget_lengths

if TYPE_CHECKING:
    # Takes two seconds, which a job that loads no model does not wait for.
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def load_model(prepared: PreparedModel) -> PreTrainedModel:
    """The causal LM of a prepared folder, in evaluation mode; no gradient is asked for yet.

    Raises:
        RetriableError: there are fewer GPUs.
        InputError: the folder's weights are not those of its model, or it is not causal.
    """
    without_cudnn_attention()
    folder, dtype, gpus = prepared.folder, prepared.dtype, prepared.gpus
    model = _loaded(folder, dtype, **(_spread(folder, gpus) if gpus > 1 else {}))
    if gpus == 1:
        place = resolve_device(prepared.device)
        tell_choice(prepared.device, place, dtype)
        model = model.to(place)  # type: ignore[arg-type]
    forget_lengths(model)
    model = model.eval().requires_grad_(False)
    check_causal(folder, model)
    return model


def try_weights(folder: Path) -> None:
    """Load a model without keeping any of its weights, to see whether it can be.

    Raises:
        InputError: a file is damaged or missing, or the weights are quantized or not those of the
            model.
    """
    try:
        check_precisions(folder)
        _loaded(folder, "float32", device_map="meta")
    except (OSError, SafetensorError) as error:
        found = f"cannot be loaded ({in_words(error, folder)})"
        remedy = "Fetch or save it again."
        raise InputError(folder, found, "intact safetensors", remedy) from None


def try_generation_settings(folder: Path) -> None:
    """Read how the model is to write, where its folder says it.

    Loading a model takes the library's defaults where this file is damaged: texts would end at
    other tokens.

    Raises:
        InputError: the file is damaged.
    """
    file = folder / "generation_config.json"
    if not file.is_file():
        return
    try:
        GenerationConfig.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, TypeError, AttributeError, LookupError) as error:
        found = f"cannot be read ({in_words(error, folder)})"
        remedy = "Fetch or save the model again."
        raise InputError(file, found, "settings of generation, as JSON", remedy) from None


def try_tokenizer(folder: Path, model: Any) -> None:
    """Load the tokenizer, to see whether it can be, and is one that goes with the model.

    Special tokens that no text holds may be beyond what the model embeds: Gemma 3's for images are.

    Args:
        folder: of the model.
        model: with or without its weights.

    Raises:
        InputError: it cannot be loaded, does not say where a token stands in a text, has no token
            that begins or ends one, or has tokens that the model lacks.
    """
    try:
        tokenizer = load_tokenizer(folder)
    except Exception as error:  # its library raises no class of its own
        words = in_words(f"{type(error).__name__}: {error}", folder)
        remedy = "Fetch or save it again; without a tokenizer.json, save it with transformers."
        raise InputError(
            folder, f"the tokenizer cannot be loaded ({words})", "a tokenizer.json", remedy
        ) from None
    if not tokenizer.is_fast:
        found = f"a {type(tokenizer).__name__}, which does not say where a token stands in a text"
        remedy = "Save the tokenizer as a tokenizer.json, or choose another model."
        raise InputError(folder, found, "one of the library tokenizers", remedy)
    if tokenizer.bos_token_id is None and tokenizer.eos_token_id is None:
        found, expected = "no token begins or ends a text", "a `bos_token` or an `eos_token`"
        raise InputError(folder / "tokenizer_config.json", found, expected, "Name it there.")
    rows = len(model.get_input_embeddings().weight)
    if beyond := _tokens_beyond(tokenizer, rows):
        found = f"{len(beyond)} tokens that the model lacks, the first {beyond[0]!r}"
        raise InputError(
            f"{folder}, its tokenizer", found, f"at most the {rows} that the model embeds",
            "Do the tokenizer and the model belong together? Remove tokens that were added to it.",
        )  # fmt: skip


def _tokens_beyond(tokenizer: PreTrainedTokenizerBase, rows: int) -> list[str]:
    """The tokens, in their order, that the model should embed and does not.

    These are tokens that texts may hold, or that begin, end or pad a text. The library adds a token
    for unknown text by itself: it does not count, since a tokenizer of bytes never needs it.
    """
    apart = {number for number, token in tokenizer.added_tokens_decoder.items() if token.special}
    apart -= {tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id}
    vocabulary = {number: token for token, number in tokenizer.get_vocab().items()}
    return [vocabulary[own] for own in sorted(vocabulary) if own >= rows and own not in apart]


def _loaded(folder: Path, dtype: str, **placement: Any) -> PreTrainedModel:
    model: PreTrainedModel
    model, report = AutoModelForCausalLM.from_pretrained(
        folder,
        dtype=getattr(torch, dtype),
        local_files_only=True,
        trust_remote_code=False,
        # Whatever the folder asks for: sdpa, or eager attention where the class has no other.
        attn_implementation=None,
        output_loading_info=True,
        ignore_mismatched_sizes=True,  # they are in the report, with the others
        **placement,
    )
    check_weights(folder, report)
    return model


def _spread(folder: Path, gpus: int) -> dict[str, Any]:
    """Equal shares of the weights on the first GPUs that the job sees, nothing elsewhere."""
    if (found := torch.cuda.device_count()) < gpus:
        remedy = "Ask the scheduler for as many, or lower `gpus`."
        raise RetriableError("models, gpus", f"{found} GPUs", f"{gpus}, as configured", remedy)
    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    return {"device_map": placement(empty_model(config), gpus)}


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """The tokenizer of a prepared folder."""
    tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(
        folder, local_files_only=True, trust_remote_code=False
    )
    return tokenizer
