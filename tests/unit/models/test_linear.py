"""Linear layers by oneDNN: the same numbers and gradients, the same parameters."""

from collections.abc import Callable

import pytest
import torch
from tests.conftest import tiny_model
from torch import nn
from torch.nn import functional

from benchprof.models import linear
from benchprof.models.linear import (
    GradientLinear,
    Product,
    ScoringLinear,
    speed_up_gradients,
    speed_up_scoring,
)

needs_kernel = pytest.mark.skipif(
    not (torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")),
    reason="this build of torch has no oneDNN",
)


@pytest.fixture
def faster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear, "is_faster", lambda: True)


@needs_kernel
@pytest.mark.parametrize("slice_of", [slice(None), slice(1, 4)])
def test_values_and_gradients_are_those_of_torch(slice_of: slice) -> None:
    torch.manual_seed(0)
    leaves = [torch.randn(2, 5, 8), torch.randn(6, 8)]
    inputs = [leaf.clone().requires_grad_() for leaf in leaves]
    others = [leaf.clone().requires_grad_() for leaf in leaves]
    ours = Product.apply(inputs[0], inputs[1][slice_of])
    theirs = functional.linear(others[0], others[1][slice_of])
    torch.testing.assert_close(ours, theirs)
    weights = torch.randn(theirs.shape)
    (ours * weights).sum().backward()
    (theirs * weights).sum().backward()
    for mine, other in zip(inputs, others, strict=True):
        torch.testing.assert_close(mine.grad, other.grad)


@needs_kernel
@pytest.mark.usefixtures("faster")
@pytest.mark.parametrize(("features", "bias"), [(576, True), (200, False), (64, True)])
def test_scoring_layers_equal_torch_s(features: int, bias: bool) -> None:
    torch.manual_seed(1)
    plain, fast = nn.Linear(features, 96, bias=bias), nn.Linear(features, 96, bias=bias)
    fast.load_state_dict(plain.state_dict())
    speed_up_scoring(fast)
    assert type(fast) is ScoringLinear
    with torch.inference_mode():
        for shape in ((2, 150), (1, 5)):
            states = torch.randn(*shape, features)
            torch.testing.assert_close(fast(states), plain(states), rtol=1e-6, atol=1e-6)


@needs_kernel
@pytest.mark.skipif(not linear.is_faster(), reason="MKL is fast on this processor")
def test_scoring_layers_equal_mkl_to_the_bit() -> None:
    torch.manual_seed(2)
    plain, fast = nn.Linear(1536, 576, bias=False), nn.Linear(1536, 576, bias=False)
    fast.load_state_dict(plain.state_dict())
    speed_up_scoring(fast)
    states = torch.randn(300, 1536)
    with torch.inference_mode():
        assert torch.equal(fast(states), plain(states))


@needs_kernel
@pytest.mark.usefixtures("faster")
@pytest.mark.parametrize(
    ("speed_up", "kind"), [(speed_up_scoring, ScoringLinear), (speed_up_gradients, GradientLinear)]
)
def test_a_model_keeps_its_parameters_and_shows_edits_of_them(
    speed_up: Callable[[nn.Module], None], kind: type[nn.Linear]
) -> None:
    plain, fast = tiny_model("llama"), tiny_model("llama")
    parameters = dict(fast.named_parameters())
    speed_up(fast)
    assert isinstance(fast.model.layers[0].mlp.down_proj, kind)
    assert (type(fast.lm_head) is nn.Linear) == (kind is ScoringLinear)
    assert all(parameters[name] is weight for name, weight in fast.named_parameters())
    tokens = torch.arange(200).remainder(250)[None]
    with torch.no_grad():
        for model in (plain, fast):
            model.model.layers[0].mlp.down_proj.weight.view(-1)[:50] = 0
        torch.testing.assert_close(fast(tokens).logits, plain(tokens).logits)


def test_half_precision_and_other_processors_keep_torch_s_layers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(linear, "is_faster", lambda: True)
    half = nn.Sequential(nn.Linear(2, 2, dtype=torch.bfloat16))
    speed_up_gradients(half)
    monkeypatch.setattr(linear, "is_faster", lambda: False)
    other = nn.Sequential(nn.Linear(2, 2))
    speed_up_scoring(other)
    assert type(half[0]) is type(other[0]) is nn.Linear
