"""Engines of tiny models, and lm-eval's own of the same ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from lm_eval.models.huggingface import HFLM

from benchprof.scoring import attention, packing
from benchprof.scoring.scorer import TreeScorer

MakeEngine = Callable[..., TreeScorer]


@pytest.fixture
def engine(make_model: Callable[..., Any], tokenizer: Any) -> MakeEngine:
    """Makes the engine of a model, or of the model of a family."""

    def make(model: Any = "llama", **settings: Any) -> TreeScorer:
        own = make_model(model) if isinstance(model, str) else model
        return TreeScorer(own, tokenizer, **settings)

    return make


@pytest.fixture
def lm_eval(tokenizer: Any) -> Callable[..., HFLM]:
    """Makes lm-eval's own engine of a model."""

    def make(model: Any, **settings: Any) -> HFLM:
        return HFLM(pretrained=model, tokenizer=tokenizer, **({"batch_size": 1} | settings))

    return make


@pytest.fixture
def shared_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several tiles a row, and a trunk for what a few texts begin with."""
    monkeypatch.setattr(packing, "PASS", 20)
    monkeypatch.setattr(attention, "tile_length", lambda _: 16)
