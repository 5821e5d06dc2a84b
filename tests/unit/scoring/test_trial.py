"""A trial of the loaded model decides whether requests share rows."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from tests.model_types import CORE

from benchprof.scoring.attention import Paths
from benchprof.scoring.forward import Forward
from benchprof.scoring.trial import failed_trial, pads_exactly

MakeModel = Callable[..., Any]


@pytest.fixture
def model(make_model: MakeModel) -> Any:
    return copy.deepcopy(make_model("llama"))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("family", CORE)
def test_rounding_is_no_failure(make_model: MakeModel, family: str, dtype: torch.dtype) -> None:
    assert failed_trial(Forward(copy.deepcopy(make_model(family)).to(dtype))) is None


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_decoder_that_counts_places_in_the_row_is_found(model: Any, dtype: torch.dtype) -> None:
    model.to(dtype)
    forward = Forward(model)
    forward.fused = None  # it would be asked for positions, not the decoder
    real = model.model.forward
    model.model.forward = lambda *given, **named: real(*given, **(named | {"position_ids": None}))
    assert "copies of a path came out" in str(failed_trial(forward))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_path_that_sees_another_is_found(
    model: Any, monkeypatch: pytest.MonkeyPatch, dtype: torch.dtype
) -> None:
    real = Paths.__init__

    def one_path(self: Paths, depths: Any, ends: Any, base: int, device: Any) -> None:
        real(self, depths, ends * 0 + len(ends), base, device)

    monkeypatch.setattr(Paths, "__init__", one_path)
    assert "copies of a path came out" in str(failed_trial(Forward(model.to(dtype))))


def test_a_cached_trunk_that_is_not_seen_is_found(
    model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row that is whole stays right."""
    real = Paths.masks

    def blind(self: Paths, *settings: Any) -> list[torch.Tensor]:
        masks = [mask.clone() for mask in real(self, *settings)]
        for mask in masks:
            mask[..., : self.base] = torch.finfo(mask.dtype).min
        return masks

    monkeypatch.setattr(Paths, "masks", blind)
    assert "copies of a path came out" in str(failed_trial(Forward(model)))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("layer", [0, 2])
def test_a_layer_that_takes_from_the_token_before_is_found(
    model: Any, layer: int, dtype: torch.dtype
) -> None:
    """As a short convolution does: at the first token of a path it takes another path's last."""
    value = model.model.layers[layer].self_attn.v_proj
    value.register_forward_hook(lambda _, __, out: (out + torch.roll(out, 1, dims=1)) / 2)
    forward = Forward(model.to(dtype))
    forward.fused = None  # it calls no hooks
    assert "copies of a path came out" in str(failed_trial(forward))


@pytest.mark.parametrize(("family", "exact"), [("bloom", True), ("lfm2", True), ("rwkv", False)])
def test_prompts_share_a_batch_where_padding_changes_nothing(
    make_model: MakeModel, tokenizer: Any, family: str, exact: bool
) -> None:
    assert pads_exactly(Forward(make_model(family)), tokenizer) == exact


def test_a_window_that_layers_do_not_have_is_named(model: Any) -> None:
    """Longer requests than the trial's would meet it."""
    model.config.sliding_window = 4096
    found = failed_trial(Forward(model))
    assert found == "its sliding window of 4096 tokens does not reach the attention function"
    model.config.layer_types = ["full_attention"] * 3
    assert failed_trial(Forward(model)) is None


def test_logits_that_are_no_numbers_fail(model: Any) -> None:
    model.lm_head.weight.data.fill_(float("nan"))
    assert "came out nan nats apart" in str(failed_trial(Forward(model)))


def test_running_out_of_memory_is_no_answer(model: Any) -> None:
    forward = Forward(model)

    def batch(*_: Any) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    forward.batch = batch  # type: ignore[method-assign, assignment]
    with pytest.raises(RuntimeError, match="allocate memory"):
        failed_trial(forward)
