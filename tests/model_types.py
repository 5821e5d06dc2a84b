"""What a tiny configuration of every tried model type needs beside its sizes.

`python -m tests.model_types` writes docs/reference/model_types.md from them.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM, PretrainedConfig

from benchprof import markdown
from benchprof.models.anatomy import PARTS, anatomy_of
from benchprof.scoring.forward import Forward
from benchprof.scoring.trial import failed_trial

SMALL = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "intermediate_size": 24,
    "vocab_size": 259,
    "max_position_embeddings": 512,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}

SLIDING = {"sliding_window": 5}
HEADS = {"head_dim": 8}
MIXED = {
    "num_hidden_layers": 3,
    "layer_types": ["sliding_attention", "full_attention", "sliding_attention"],
}
WINDOWS = SLIDING | MIXED
LINEAR = {
    "num_hidden_layers": 3,
    "layer_types": ["linear_attention", "full_attention", "linear_attention"],
}
DELTA = LINEAR | {
    "linear_num_value_heads": 4,
    "linear_num_key_heads": 2,
    "linear_key_head_dim": 8,
    "linear_value_head_dim": 8,
    "linear_conv_kernel_dim": 3,
}
EXPERTS = {
    "num_local_experts": 4,
    "num_experts": 4,
    "n_routed_experts": 4,
    "num_experts_per_tok": 2,
    "moe_intermediate_size": 16,
    "shared_expert_intermediate_size": 16,
}
LATENT = EXPERTS | {
    "num_attention_heads": 4,
    "num_key_value_heads": 4,
    "q_lora_rank": 16,
    "kv_lora_rank": 16,
    "qk_rope_head_dim": 4,
    "qk_nope_head_dim": 8,
    "v_head_dim": 8,
    "n_group": 1,
    "topk_group": 1,
    "first_k_dense_replace": 1,
}
STATE = {
    "mamba_d_ssm": 32,
    "mamba_n_heads": 4,
    "mamba_d_head": 8,
    "mamba_n_groups": 1,
    "mamba_d_state": 8,
    "mamba_expand": 1,
    "mamba_chunk_size": 16,
}
WIDE = {"hidden_size": 32, "num_attention_heads": 4, "num_key_value_heads": 2}
INPUTS = {
    "hidden_size_per_layer_input": 8,
    "num_kv_shared_layers": 1,
    "global_head_dim": 16,
    "laurel_rank": 4,
    "altup_num_inputs": 2,
    "activation_sparsity_pattern": [0.0] * 3,
}

MORE: dict[str, dict[str, Any]] = {
    "llama": {},
    "mistral": SLIDING,
    "qwen2": WINDOWS | {"use_sliding_window": True},
    "qwen3": WINDOWS | HEADS | {"use_sliding_window": True},
    "gemma": HEADS,
    "gemma2": WINDOWS | HEADS | {"final_logit_softcapping": 2.0},
    "gemma3_text": WINDOWS | HEADS | {"final_logit_softcapping": 2.0},
    "phi": {"num_key_value_heads": 2},
    "phi3": SLIDING | {"num_key_value_heads": 2},
    "gpt2": {"n_inner": 24},
    "gpt_neox": {},
    # Known by name no longer: found by what they are made of.
    "olmo": {},
    "olmo2": {},
    "granite": {
        "logits_scaling": 3.0,
        "attention_multiplier": 0.3,
        "embedding_multiplier": 2.0,
        "residual_multiplier": 0.5,
    },
    "smollm3": WINDOWS | {"use_sliding_window": True},
    "cohere": {"logit_scale": 0.3},
    "stablelm": {},
    "starcoder2": SLIDING,
    "mixtral": SLIDING | EXPERTS,
    "olmo3": WINDOWS,
    "ministral": WINDOWS | HEADS,
    "ministral3": HEADS,
    "cohere2": WINDOWS | {"logit_scale": 0.3},
    "exaone4": WINDOWS,
    "glm": HEADS,
    "glm4": HEADS,
    "nemotron": {},
    "opt": {"ffn_dim": 24},
    "falcon": {"multi_query": True, "alibi": False, "new_decoder_architecture": False},
    "gemma4_text": WINDOWS | HEADS | INPUTS,
    "gemma3n_text": WINDOWS | HEADS | INPUTS,
    "lfm2": {
        "num_hidden_layers": 3,
        "layer_types": ["conv", "full_attention", "conv"],
        "conv_L_cache": 3,
        "block_auto_adjust_ff_dim": False,
    },
    "falcon_h1": STATE | HEADS,
    "granitemoehybrid": STATE
    | EXPERTS
    | WIDE
    | {
        "num_hidden_layers": 3,
        "layer_types": ["mamba", "attention", "mamba"],
        "shared_intermediate_size": 16,
    },
    "qwen3_next": DELTA | EXPERTS | HEADS,
    "qwen3_5_text": DELTA | HEADS,
    "qwen3_5_moe_text": DELTA | EXPERTS | HEADS,
    "qwen2_moe": EXPERTS,
    "qwen3_moe": EXPERTS | HEADS,
    "granitemoe": EXPERTS | {"logits_scaling": 3.0},
    "deepseek_v3": LATENT,
    "gpt_oss": WINDOWS | EXPERTS | HEADS,
    "llama4_text": EXPERTS
    | HEADS
    | {
        "num_hidden_layers": 3,
        "num_experts_per_tok": 1,
        "intermediate_size_mlp": 24,
        "attention_chunk_size": 8,
        "no_rope_layers": [1, 1, 0],
        "layer_types": ["chunked_attention", "chunked_attention", "full_attention"],
    },
    "mpt": {},
    "bloom": {},
    "gptj": {"rotary_dim": 4, "n_inner": 24},
    "codegen": {"rotary_dim": 4, "n_inner": 24, "n_head": 4},
    "gpt_bigcode": {"n_inner": 24},
    "olmoe": EXPERTS,
    "persimmon": {},
    "hunyuan_v1_dense": HEADS,
    "ernie4_5": HEADS,
    "seed_oss": HEADS,
    "arcee": {},
    "helium": HEADS,
    "apertus": {},
    "glm4_moe": EXPERTS | HEADS | {"first_k_dense_replace": 1},
    "phimoe": EXPERTS,
    "deepseek_v2": LATENT,
    "mamba": {"state_size": 4},
    "mamba2": WIDE
    | {"state_size": 4, "num_heads": 8, "head_dim": 8, "n_groups": 1, "chunk_size": 16},
    "jamba": {
        "num_experts": 2,
        "mamba_d_state": 4,
        "attn_layer_period": 2,
        "attn_layer_offset": 1,
        "use_mamba_kernels": False,
    },
    "doge": {},
    "rwkv": {},
    "gemma3": {},
    "recurrent_gemma": HEADS
    | {
        "lru_width": 16,
        "block_types": ["recurrent", "attention"],
        "attention_window_size": 5,
    },
    "modernbert-decoder": {"cls_token_id": 1, "sep_token_id": 2},
}
"""By model type."""

CORE = tuple(MORE)[:11]
"""Attention and MLPs in every layer, of eleven designs: for tests that need not try every type."""

PLAIN = {
    "falcon",
    "lfm2",
    "falcon_h1",
    "granitemoehybrid",
    "qwen3_next",
    "qwen3_5_text",
    "qwen3_5_moe_text",
    "llama4_text",
    "mpt",
    "bloom",
    "mamba",
    "mamba2",
    "jamba",
    "recurrent_gemma",
    "doge",
    "rwkv",
}
"""Types whose rows hold a path each; the others' are shared."""
PACKED = tuple(sorted(MORE.keys() - PLAIN))
STD = dict.fromkeys(("qwen3_next", "qwen3_5_text", "qwen3_5_moe_text"), 0.1)
"""Standard deviation of random weights where the usual one makes a model so sensitive that the last
bit of its weights moves an answer by 1e-3."""
EAGER = ("gemma2", "gpt_oss", "mpt", "bloom", "mamba", "mamba2", "rwkv")
"""Types for which transformers has no fused attention."""


def tiny_configuration(model_type: str, sizes: dict[str, Any]) -> PretrainedConfig:
    """A configuration of a type with these sizes, where they do not contradict what it needs."""
    if model_type == "gemma3":
        text = tiny_configuration("gemma3_text", sizes).to_dict()
        sight = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1,
                 "num_attention_heads": 2, "image_size": 28, "patch_size": 14}  # fmt: skip
        return AutoConfig.for_model(model_type, text_config=text, vision_config=sight)
    known = AutoConfig.for_model(model_type)
    # What its class does not declare, a real configuration does not have.
    own = {name: size for name, size in sizes.items() if hasattr(known, name)} | MORE[model_type]
    if "hidden_size_per_layer_input" in own:
        own["vocab_size_per_layer_input"] = own["vocab_size"]
    if model_type == "opt":
        own["word_embed_proj_dim"] = own["hidden_size"]
    if model_type == "mpt":
        own |= {"d_model": own["hidden_size"], "n_heads": own["num_attention_heads"]}
        own |= {"n_layers": own["num_hidden_layers"]}
    return AutoConfig.for_model(model_type, **copy.deepcopy(own))


PAGE = Path("docs/reference/model_types.md")
HEADER = ["scopes", "model types", "requests share rows"]


def table() -> list[str]:
    """A line of Markdown for all types with the same scopes, whose rows are shared alike."""
    alike: dict[tuple[str, str], list[str]] = {}
    for model_type in sorted(MORE):
        torch.manual_seed(0)
        model: Any = AutoModelForCausalLM.from_config(tiny_configuration(model_type, SMALL)).eval()
        forward, own = Forward(model), anatomy_of(model)
        reason = forward.obstacle or failed_trial(forward)
        scopes = ", ".join(part for part in PARTS if own.weights.get(part))
        alike.setdefault((scopes, f"no: {reason}" if reason else "yes"), []).append(
            f"`{model_type}`"
        )
    rows = sorted((scopes, ", ".join(types), shared) for (scopes, shared), types in alike.items())
    return markdown.table(HEADER, rows)


def written(page: str) -> str:
    """The page with its table written anew; everything above it stays."""
    above = page.partition(f"| {HEADER[0]} ")[0]
    return above + "\n".join(table()) + "\n"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
