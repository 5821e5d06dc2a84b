"""A model whose tokens see later ones is refused, before any text is scored."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tests.conftest import byte_tokenizer, tiny_model
from tests.model_types import MORE, SMALL, tiny_configuration
from transformers import AutoConfig, PretrainedConfig

from benchprof.errors import InputError
from benchprof.models.causality import check_causal
from benchprof.models.loading import load_model
from benchprof.models.preparation import prepare_model
from benchprof.models.prepared import PreparedModel
from benchprof.store import Store

TWO_WAY: dict[str, PretrainedConfig] = {
    "xlnet": AutoConfig.for_model(
        "xlnet", vocab_size=259, d_model=16, n_layer=2, n_head=2, d_inner=24
    ),
    # Its class is one of causal models, and it is one only with `is_decoder: true`.
    "bert": AutoConfig.for_model(
        "bert", vocab_size=259, hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=24,
    ),
}  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_model_that_sees_later_tokens_is_not_loaded(tmp_path: Path, dtype: str) -> None:
    tiny_model("bert", config=TWO_WAY["bert"]).save_pretrained(tmp_path)
    with pytest.raises(InputError, match=rf"{tmp_path}: its logits change when a later token"):
        load_model(PreparedModel(tmp_path, dtype))


SAID = {
    "gemma3_text": "`use_bidirectional_attention` is True; expected a causal language model",
    "xlnet": "`attn_type` is 'bi'; expected a causal language model",
}


@pytest.mark.parametrize("name", sorted(SAID))
def test_one_whose_configuration_says_it_is_not_prepared(tmp_path: Path, name: str) -> None:
    config = TWO_WAY[name] if name in TWO_WAY else tiny_configuration(name, SMALL)
    if name == "gemma3_text":
        config.use_bidirectional_attention = True
    tiny_model(name, config=config).save_pretrained(tmp_path / "own")
    byte_tokenizer(chat=False).save_pretrained(tmp_path / "own")
    source = {"folder": str(tmp_path / "own")}
    with pytest.raises(InputError, match=rf"own/config\.json: {SAID[name]}"):
        prepare_model(source, tmp_path / "model", Store(tmp_path / "store"))
    assert not (tmp_path / "model").exists()
    # And the trial would have found it.
    with pytest.raises(InputError, match="later token"):
        load_model(PreparedModel(tmp_path / "own", "float32"))


@pytest.mark.parametrize("model_type", sorted(MORE))
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_every_tried_type_is_causal_and_can_still_learn(
    model_type: str, dtype: torch.dtype
) -> None:
    model = tiny_model(model_type).to(dtype)
    check_causal(Path("model"), model)
    # Some layers keep what they saw: it must not stand in the way of gradients.
    model(input_ids=torch.arange(3, 12)[None], use_cache=False).logits.sum().backward()


def test_logits_that_are_no_numbers_are_a_fault_of_another_kind() -> None:
    model = tiny_model("llama")
    with torch.no_grad():
        model.lm_head.weight.fill_(float("nan"))
    check_causal(Path("model"), model)
