"""A GGUF becomes safetensors of the same weights, all of them, rounded once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tests.conftest import byte_tokenizer
from tests.unit.models.gguf_file import write_gguf

from benchprof.errors import InputError
from benchprof.models import conversion
from benchprof.models.conversion import convert_gguf
from benchprof.models.loading import load_model
from benchprof.models.prepared import PreparedModel


@pytest.fixture(autouse=True)
def _tokenizer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file of these tests has weights alone."""
    tokenizer = lambda *_, **__: byte_tokenizer(chat=False)  # noqa: E731
    monkeypatch.setattr(conversion.AutoTokenizer, "from_pretrained", tokenizer)


def converted(tmp_path: Path, precision: str) -> Path:
    target = tmp_path / precision
    target.mkdir()
    convert_gguf(tmp_path / "model.gguf", precision, target)
    return target


def test_a_gguf_becomes_safetensors(tmp_path: Path) -> None:
    weights = write_gguf(tmp_path / "model.gguf")
    target = converted(tmp_path, "float32")
    layer = load_model(PreparedModel(target, "float32")).model.layers[0]
    assert np.array_equal(layer.mlp.down_proj.weight.numpy(), weights["blk.0.ffn_down"])
    assert np.array_equal(layer.self_attn.v_proj.weight.numpy(), weights["blk.0.attn_v"])


def test_a_gguf_without_all_weights_is_refused(tmp_path: Path) -> None:
    write_gguf(tmp_path / "model.gguf", without="blk.0.ffn_up")
    with pytest.raises(InputError, match=r"1 missing: model\.layers\.0\.mlp\.up_proj\.weight"):
        converted(tmp_path, "float32")


def test_a_gguf_with_weights_that_its_architecture_lacks_is_refused(tmp_path: Path) -> None:
    """The configuration says nothing of biases, and the library drops what it has no name for."""
    write_gguf(tmp_path / "model.gguf", more={"blk.0.attn_q.bias": [3.0] * 16})
    with pytest.raises(InputError, match=r"1 unexpected: blk\.0\.attn_q\.bias"):
        converted(tmp_path, "float32")


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (lambda file: file.write_bytes(b"no GGUF at all" * 9), "ValueError: GGUF magic invalid"),
        (
            lambda file: write_gguf(file, architecture="granite"),
            "ValueError: GGUF model with architecture granite is not supported yet",
        ),
    ],
)
def test_a_file_that_the_libraries_cannot_read_is_named(
    tmp_path: Path, write: Callable[[Path], object], words: str
) -> None:
    write(tmp_path / "model.gguf")
    with pytest.raises(InputError, match=rf"model\.gguf: .*{words}.*Use the model's safetensors"):
        converted(tmp_path, "float32")


def test_a_file_without_a_tokenizer_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    write_gguf(tmp_path / "model.gguf")
    with pytest.raises(InputError, match=r"model\.gguf: .*Use the model's safetensors"):
        converted(tmp_path, "float32")


def test_a_bfloat16_file_is_half_as_large_and_loads_as_the_float32_one_does(
    tmp_path: Path,
) -> None:
    write_gguf(tmp_path / "model.gguf")
    full, half = converted(tmp_path, "float32"), converted(tmp_path, "bfloat16")
    stored = load_file(half / "model.safetensors")
    assert {weight.dtype for weight in stored.values()} == {torch.bfloat16}
    wanted = load_model(PreparedModel(full, "bfloat16")).state_dict()
    found = load_model(PreparedModel(half, "bfloat16")).state_dict()
    assert found.keys() == wanted.keys()
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_folder_is_the_one_that_transformers_saves(tmp_path: Path, precision: str) -> None:
    """Byte for byte: a model's digest is over its files, and older ones were saved by it."""
    write_gguf(tmp_path / "model.gguf")
    target = converted(tmp_path, precision)
    load_model(PreparedModel(target, precision)).save_pretrained(tmp_path / "saved")
    for name in ("model.safetensors", "generation_config.json"):
        assert (target / name).read_bytes() == (tmp_path / "saved" / name).read_bytes()


def test_architectures_that_the_table_of_names_lacks_are_loaded_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_gguf(tmp_path / "model.gguf")
    wanted = converted(tmp_path, "bfloat16").rename(tmp_path / "by_weight")

    def unknown(*_: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr(conversion, "get_gguf_hf_weights_map", unknown)
    found = converted(tmp_path, "bfloat16")
    file = "model.safetensors"
    assert (found / file).read_bytes() == (wanted / file).read_bytes()
