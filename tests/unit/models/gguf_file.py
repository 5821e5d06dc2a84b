"""A tiny GGUF file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gguf
import numpy as np

WIDTH, WIDER, VOCABULARY = 16, 24, 259
SHAPES = {
    "token_embd": (VOCABULARY, WIDTH),
    "output_norm": (WIDTH,),
    "output": (VOCABULARY, WIDTH),
    "blk.0.attn_norm": (WIDTH,),
    "blk.0.attn_q": (WIDTH, WIDTH),
    "blk.0.attn_k": (WIDTH // 2, WIDTH),
    "blk.0.attn_v": (WIDTH // 2, WIDTH),
    "blk.0.attn_output": (WIDTH, WIDTH),
    "blk.0.ffn_norm": (WIDTH,),
    "blk.0.ffn_gate": (WIDER, WIDTH),
    "blk.0.ffn_up": (WIDER, WIDTH),
    "blk.0.ffn_down": (WIDTH, WIDER),
}


def write_gguf(
    path: Path,
    without: str = "",
    fields: Mapping[str, str | int | float | bool | list[str]] | None = None,
    more: Mapping[str, Sequence[float]] | None = None,
    architecture: str = "llama",
) -> dict[str, np.ndarray[Any, Any]]:
    """A Llama of one layer; return its weights by their names in the file.

    Args:
        path: of the file.
        without: a weight that it lacks.
        fields: what else it says of the model.
        more: vectors that it has beside its weights, by their whole names.
        architecture: as GGUF names it.
    """
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_context_length(64)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(WIDER)
    writer.add_head_count(2)
    writer.add_head_count_kv(1)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(VOCABULARY)
    for name, said in (fields or {}).items():
        add = {str: writer.add_string, int: writer.add_uint32, float: writer.add_float32,
               bool: writer.add_bool, list: writer.add_array}[type(said)]  # fmt: skip
        add(name, said)
    for name, vector in (more or {}).items():
        writer.add_tensor(name, np.array(vector, np.float32))
    draw = np.random.default_rng(0)
    weights = {name: draw.random(shape, np.float32) for name, shape in SHAPES.items()}
    for name in sorted(set(weights) - {without}):
        writer.add_tensor(f"{name}.weight", weights[name])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return weights
