"""A GGUF becomes safetensors of the same weights, all of them."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
from tests.conftest import byte_tokenizer

from benchprof.errors import InputError, RetriableError
from benchprof.models import wheel
from benchprof.models.loading import load_model
from benchprof.models.source import Piece
from benchprof.models.wheel import convert_gguf, convert_wheels

WIDTH, WIDER, VOCABULARY = 16, 24, 20
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


def write_gguf(path: Path, without: str = "") -> dict[str, np.ndarray[Any, Any]]:
    """A Llama of one layer; return its weights by their names in the file."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(64)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(WIDER)
    writer.add_head_count(2)
    writer.add_head_count_kv(1)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(VOCABULARY)
    draw = np.random.default_rng(0)
    weights = {name: draw.random(shape, np.float32) for name, shape in SHAPES.items()}
    for name in sorted(set(weights) - {without}):
        writer.add_tensor(f"{name}.weight", weights[name])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return weights


@pytest.fixture(autouse=True)
def _tokenizer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file of these tests has weights alone."""
    tokenizer = lambda *_, **__: byte_tokenizer(chat=False)  # noqa: E731
    monkeypatch.setattr(wheel.AutoTokenizer, "from_pretrained", tokenizer)


def test_a_gguf_becomes_safetensors(tmp_path: Path) -> None:
    weights = write_gguf(tmp_path / "model.gguf")
    convert_gguf(tmp_path / "model.gguf", tmp_path / "target")
    layer = load_model(tmp_path / "target", "float32", "cpu").model.layers[0]
    assert np.array_equal(layer.mlp.down_proj.weight.numpy(), weights["blk.0.ffn_down"])
    assert np.array_equal(layer.self_attn.v_proj.weight.numpy(), weights["blk.0.attn_v"])


def test_a_gguf_without_all_weights_is_refused(tmp_path: Path) -> None:
    write_gguf(tmp_path / "model.gguf", without="blk.0.ffn_up")
    with pytest.raises(InputError, match=r"1 missing: model\.layers\.0\.mlp\.up_proj\.weight"):
        convert_gguf(tmp_path / "model.gguf", tmp_path / "target")


def test_a_wheel_that_was_not_fetched_may_be_at_another_attempt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pip says the same of a network that fails and of a name that does not exist."""
    failed = subprocess.CompletedProcess([], 1, stderr="ERROR: No matching distribution found")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    piece = Piece("llm==1", "0" * 64, "llm/model.gguf")
    with pytest.raises(RetriableError, match="the wheel of llm==1: ERROR: No matching"):
        convert_wheels([piece], None, tmp_path / "target")
