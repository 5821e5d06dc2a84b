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
from benchprof.scoring.trial import failed_trial

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
    assert "a trial of shared rows moved log-probabilities by" in str(failed_trial(forward))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_path_that_sees_another_is_found(
    model: Any, monkeypatch: pytest.MonkeyPatch, dtype: torch.dtype
) -> None:
    real = Paths.__init__

    def one_path(self: Paths, depths: Any, ends: Any, base: int, device: Any) -> None:
        real(self, depths, ends * 0 + len(ends), base, device)

    monkeypatch.setattr(Paths, "__init__", one_path)
    assert "a trial of shared rows moved" in str(failed_trial(Forward(model.to(dtype))))


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
    assert "a trial of shared rows moved" in str(failed_trial(Forward(model)))


def test_a_window_that_layers_do_not_have_is_named(model: Any) -> None:
    """Longer requests than the trial's would meet it."""
    model.config.sliding_window = 4096
    found = failed_trial(Forward(model))
    assert found == "its sliding window of 4096 tokens does not reach the attention function"
    model.config.layer_types = ["full_attention"] * 3
    assert failed_trial(Forward(model)) is None


def test_layers_with_an_attention_of_their_own_are_named(make_model: MakeModel) -> None:
    found = failed_trial(Forward(make_model("bloom")))
    assert found is not None
    assert "do not call transformers' attention functions" in found


def test_logits_that_are_no_numbers_fail(model: Any) -> None:
    model.lm_head.weight.data.fill_(float("nan"))
    assert "moved log-probabilities by nan" in str(failed_trial(Forward(model)))


def test_running_out_of_memory_is_no_answer(model: Any) -> None:
    forward = Forward(model)

    def batch(*_: Any) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    forward.batch = batch  # type: ignore[method-assign, assignment]
    with pytest.raises(RuntimeError, match="allocate memory"):
        failed_trial(forward)
