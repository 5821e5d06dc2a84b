"""A tiny offline tokenizer and randomly initialised tiny models of each family."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from tests.model_types import tiny_configuration
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast

from benchprof.models.loading import load_model
from benchprof.models.prepared import PreparedModel

VOCABULARY = 320
SENTENCES = [
    "Question: what colour is the sky on a clear day? Answer: the sky is blue.",
    "Question: how many legs has a spider? Answer: a spider has eight legs.",
    "The cat sat on the mat, and then the dog sat on the cat.",
]
COMMON: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 128,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
    "initializer_range": 0.2,
}
LAYERS = {"layer_types": ["sliding_attention", "full_attention", "sliding_attention"]}


@functools.cache
def _make_model(family: str, attention: str | None = None) -> Any:
    """A float32 model whose biases and norms are random too, so that none goes unnoticed."""
    transformers.logging.set_verbosity_error()
    torch.manual_seed(0)
    config = tiny_configuration(family, COMMON)
    model = AutoModelForCausalLM.from_config(config, attn_implementation=attention)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 1:
                parameter.add_(torch.randn_like(parameter) * 0.1)
    return model.float().eval()


WINDOW = 16
"""Length beyond which the frequencies of `varying` models change."""
LONGROPE = {"rope_type": "longrope", "rope_theta": 100.0, "short_factor": [1.0] * 4,
            "long_factor": [1.0, 2.0, 4.0, 8.0]}  # fmt: skip
DYNAMIC = {"rope_type": "dynamic", "rope_theta": 100.0, "factor": 4.0}
PLAIN_ROPE = {"rope_type": "default", "rope_theta": 100.0}
VARYING: dict[str, tuple[str, dict[str, Any]]] = {
    "longrope": ("phi3", {"original_max_position_embeddings": WINDOW, "rope_parameters": LONGROPE}),
    "longrope, whose keys are kept": (
        "llama",
        {"rope_parameters": LONGROPE | {"original_max_position_embeddings": WINDOW}},
    ),
    "dynamic": ("llama", {"max_position_embeddings": WINDOW, "rope_parameters": DYNAMIC}),
    "dynamic in some layers": (
        "gemma3_text",
        LAYERS
        | {
            "head_dim": 8,
            "sliding_window": 64,
            "max_position_embeddings": WINDOW,
            "rope_parameters": {"full_attention": DYNAMIC, "sliding_attention": PLAIN_ROPE},
        },
    ),
}
"""Models whose rotary frequencies depend on the longest sequence of a batch."""


@pytest.fixture(params=sorted(VARYING))
def varying(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Any]:
    """Load a model whose frequencies vary; each call gives one that has seen no sequence yet."""
    transformers.logging.set_verbosity_error()
    family, more = VARYING[request.param]
    torch.manual_seed(0)
    config = AutoConfig.for_model(family, **copy.deepcopy(COMMON | more))
    AutoModelForCausalLM.from_config(config).save_pretrained(tmp_path / "varying")
    return lambda: load_model(PreparedModel(tmp_path / "varying", "float32"))


@pytest.fixture(scope="session")
def make_model() -> Callable[..., Any]:
    """Makes (family, attention implementation) models, each once; tests leave them unchanged."""
    return _make_model


@pytest.fixture(scope="session")
def tokenizer() -> PreTrainedTokenizerFast:
    """Byte-level BPE trained on a few sentences."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    special = ["<pad>", "<s>", "</s>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=special,
        initial_alphabet=alphabet,
        show_progress=False,
    )
    bpe.train_from_iterator(SENTENCES, trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=bpe, pad_token="<pad>", bos_token="<s>", eos_token="</s>"
    )
    fast.chat_template = (
        "{% for m in messages %}"
        "{% if m['role'] == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
        "{{ m['role'] + ': ' + m['content'] + '\\n' }}{% endfor %}"
        "{% if add_generation_prompt %}assistant: {% endif %}"
    )
    return fast
