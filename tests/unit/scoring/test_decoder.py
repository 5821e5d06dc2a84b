"""The decoder for half precision on a processor, against the library's layers."""

from __future__ import annotations

import copy
import random
import statistics
from collections.abc import Callable
from typing import Any

import pytest
import torch
from tests.unit.scoring.conftest import MakeEngine

from benchprof.models.ablation import averaged
from benchprof.models.mask import Mask
from benchprof.models.units import unit_projections
from benchprof.scoring import decoder as module
from benchprof.scoring.decoder import ONE_WINDOW, Decoder
from benchprof.scoring.encoder import Pair

MakeModel = Callable[..., Any]
LLAMAS = sorted(ONE_WINDOW)
pytestmark = pytest.mark.skipif(
    not hasattr(torch.ops.mkldnn, "_linear_pointwise"), reason="this build of torch has no oneDNN"
)
needs_bfloat16 = pytest.mark.skipif(
    not getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", bool)(),
    reason="oneDNN computes no bfloat16 on this processor",
)


def requests(items: int = 12) -> list[Pair]:
    """Four choices an item behind a header of 20 tokens; continuations of one to five tokens."""
    draw = random.Random(0)
    tokens = lambda n: [draw.randrange(3, 320) for _ in range(n)]  # noqa: E731
    header = tokens(20)
    contexts = [header + tokens(draw.randint(2, 30)) for _ in range(items)]
    return [(context, tokens(draw.randint(1, 5))) for context in contexts for _ in range(4)]


def half(model: Any) -> Any:
    return copy.deepcopy(model).to(torch.bfloat16)


@pytest.mark.usefixtures("shared_rows")
@pytest.mark.parametrize("family", LLAMAS)
def test_in_float32_answers_are_the_library_s(engine: MakeEngine, family: str) -> None:
    scorer = engine(family, token_budget=100)
    prepared = scorer.prepare_tokens(requests())
    assert any(group.trunk is not None for group in prepared.plan.groups)
    assert scorer.forward.fused is None
    theirs = scorer.score(prepared)
    scorer.forward.fused = Decoder(scorer.model)
    ours = scorer.score(prepared)
    for (value, greedy), (other, other_greedy) in zip(ours, theirs, strict=True):
        assert value == pytest.approx(other, abs=1e-4)
        assert greedy == other_greedy


@needs_bfloat16
@pytest.mark.parametrize("family", LLAMAS)
def test_in_bfloat16_it_is_no_farther_from_float32_than_the_library(
    engine: MakeEngine, family: str
) -> None:
    pairs = requests(40)
    exact = engine(family)
    truth = [value for value, _ in exact.score(exact.prepare_tokens(pairs))]
    scorer = engine(half(exact.model))
    prepared = scorer.prepare_tokens(pairs)
    errors = []
    assert scorer.forward.fused is not None
    for decoder in (scorer.forward.fused, None):
        scorer.forward.fused = decoder
        found = [value for value, _ in scorer.score(prepared)]
        errors.append(statistics.fmean(abs(a - b) for a, b in zip(found, truth, strict=True)))
    ours, theirs = errors
    assert 0 < ours < 1.2 * theirs


@needs_bfloat16
def test_edited_weights_are_seen(make_model: MakeModel, engine: MakeEngine) -> None:
    scorer = engine(half(make_model("llama")))
    prepared = scorer.prepare_tokens(requests(3))
    before = scorer.score(prepared)
    weight = scorer.model.model.layers[1].mlp.down_proj.weight
    kept = weight.detach().clone()
    with torch.no_grad():
        weight.zero_()
        ablated = scorer.score(prepared)
        weight.copy_(kept)
    assert ablated != before
    assert scorer.score(prepared) == before


def test_means_in_place_of_units_are_seen(engine: MakeEngine) -> None:
    """No hook on a module would be called here."""
    scorer = engine()
    prepared = scorer.prepare_tokens(requests(3))
    intact = [value for value, _ in scorer.score(prepared)]
    (name, own), *_ = unit_projections(scorer.model, "neuron").items()
    means = {name: torch.linspace(-2, 2, own.units)}
    mask = Mask({name: torch.arange(own.units)}, {"unit": "neuron"})
    answers = {}
    with averaged(scorer.model, mask, means):
        for kind, decoder in (("library", None), ("fused", Decoder(scorer.model))):
            scorer.forward.fused = decoder
            answers[kind] = [value for value, _ in scorer.score(prepared)]
    assert answers["fused"] == pytest.approx(answers["library"], abs=1e-4)
    assert answers["fused"] != pytest.approx(intact, abs=1e-2)


@needs_bfloat16
def test_other_models_keep_the_library_s_layers(
    make_model: MakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert module.fused_decoder(make_model("llama")) is None  # float32
    assert module.fused_decoder(half(make_model("gpt_neox"))) is None
    assert module.fused_decoder(half(make_model("llama", "eager"))) is None

    class Adapted(torch.nn.Linear):
        """Adds something of its own."""

    model = half(make_model("llama"))
    assert module.fused_decoder(model) is not None
    model.model.layers[1].mlp.up_proj.__class__ = Adapted
    assert module.fused_decoder(model) is None
    model = half(make_model("llama"))
    model.config = copy.deepcopy(model.config)
    model.config.hidden_act = "gelu"
    assert module.fused_decoder(model) is None
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: False)
    assert module.fused_decoder(half(make_model("llama"))) is None
