"""Loading a prepared model and its tokenizer."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)


def load_model(folder: Path, dtype: str, device: str) -> PreTrainedModel:
    """The causal LM of a prepared folder, in evaluation mode; no gradient is asked for yet.

    Args:
        folder: the prepared model.
        dtype: float32, bfloat16 or float16.
        device: auto (CUDA where there is one, else the CPU), cpu, cuda or cuda:N.
    """
    model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
        folder, dtype=getattr(torch, dtype), local_files_only=True, attn_implementation="sdpa"
    )
    return model.to(resolve_device(device)).eval().requires_grad_(False)  # type: ignore[arg-type]


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """The tokenizer of a prepared folder."""
    tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(
        folder, local_files_only=True
    )
    return tokenizer


def resolve_device(device: str) -> torch.device:
    """The torch device that a configured name means on this machine."""
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(device)


def use_threads(threads: int) -> None:
    """Let torch use as many threads as Snakemake granted the job."""
    torch.set_num_threads(threads)
