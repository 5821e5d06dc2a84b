"""Shares of a spread model equal those worked out by hand, and hold every parameter once."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tests.conftest import FAMILIES, tiny_model
from torch import nn
from transformers import LlamaConfig

from benchprof.models import loading
from benchprof.models.loading import load_model
from benchprof.models.placement import empty_model, layer_names, place_of, placement
from benchprof.models.prepared import PreparedModel


def llama(layers: int, tied: bool) -> LlamaConfig:
    # A layer: q and o 8x8, mask fraction and v 8x4, three MLP matrices 8x10, two norms of 8: 448
    # parameters. Embeddings and head 100x8: 800. The last norm: 8.
    return LlamaConfig(
        hidden_size=8, intermediate_size=10, num_hidden_layers=layers, num_attention_heads=2,
        num_key_value_heads=1, vocab_size=100, tie_word_embeddings=tied,
    )  # fmt: skip


def test_equal_shares_by_hand() -> None:
    places = placement(empty_model(llama(8, tied=False)), 3)
    # 800 + 8 * 448 + 808 = 5192, shares of 1730.7. Middles of the layers: 1024, 1472, 1920, 2368,
    # 2816, 3264, 3712, 4160; the second share ends at 3461.3.
    assert [places[f"model.layers.{n}"] for n in range(8)] == [0, 0, 1, 1, 1, 1, 2, 2]
    around = {name: gpu for name, gpu in places.items() if ".layers." not in name}
    assert around == {
        "model.embed_tokens": 0, "model.rotary_emb": 0, "model.norm": 2, "lm_head": 2
    }  # fmt: skip


def test_a_tied_head_is_where_the_embeddings_are() -> None:
    places = placement(empty_model(llama(2, tied=True)), 2)
    # 800 + 2 * 448 + 8 = 1704: the first share ends at 852, both layers' middles are behind it.
    assert (places["model.embed_tokens"], places["lm_head"]) == (0, 0)
    assert [places[name] for name in layer_names(tiny_model("llama"))] == [1, 1]
    assert places["model.norm"] == 1


def test_four_and_eight_gpus_have_about_as_much_of_an_8b_model() -> None:
    config = LlamaConfig(
        hidden_size=4096, intermediate_size=14336, num_hidden_layers=32, num_attention_heads=32,
        num_key_value_heads=8, vocab_size=128256,
    )  # fmt: skip
    model = empty_model(config)
    for gpus in (2, 4, 8):
        places = placement(model, gpus)
        held = [0] * gpus
        for name, parameter in model.named_parameters():
            held[place_of(name, places)] += parameter.numel()
        layer = 218_112_000
        assert max(held) - sum(held) / gpus < layer, (gpus, held)
        assert min(held) > sum(held) / gpus - layer, (gpus, held)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_transformers_takes_the_places_of_every_family(
    family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The processor and torch's meta device stand for two GPUs.
    def on_known_devices(model: nn.Module, gpus: int) -> dict[str, str]:
        return {name: ("cpu", "meta")[gpu] for name, gpu in placement(model, gpus).items()}

    whole = tiny_model(family)
    whole.save_pretrained(tmp_path)
    monkeypatch.setattr(loading, "placement", on_known_devices)
    # The meta device has no numbers to tell it by.
    monkeypatch.setattr(loading, "check_causal", lambda *_: None)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    model = load_model(PreparedModel(tmp_path, "float32", "auto", gpus=2))
    assert model.hf_device_map == on_known_devices(whole, 2)
    assert all(hasattr(model.get_submodule(name), "_hf_hook") for name in layer_names(model))
