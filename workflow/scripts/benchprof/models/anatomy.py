"""What every weight of a decoder layer is for, found by the modules that it belongs to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os.path import commonprefix
from typing import Any, get_args

import torch
from torch import nn
from transformers.pytorch_utils import Conv1D

from benchprof.errors import InputError
from benchprof.fields import ScopeName
from benchprof.scoring.structure import layer_list

SCOPES: tuple[str, ...] = get_args(ScopeName)
PARTS = SCOPES[:-1]

_OUTSIDE = re.compile(r"router|^gate$|^shared_expert_gate$|^per_layer|laurel|altup", re.IGNORECASE)
"""Never in scope: routers of experts, a layer's inputs and residuals of its own."""
_OUTSIDE_ALONE = re.compile(r"norm$|^norm|^A_log$|bias$", re.IGNORECASE)
"""The same, if a weight or the module that holds it is called so: norms, biases, the decay of a
state space."""
CARRYING = ("linear_attention", "mamba", "conv", "recurrent")
"""Types of layers, as configurations have them, that mix tokens by other means than attention."""
_WORDS = {
    "mixer": re.compile(r"linear_?attn|lightning|mamba|ssm|conv|recurrent|delta|rg_lru", re.I),
    "attention": re.compile(r"attn|attention", re.I),
    "experts": re.compile(r"^(parallel)?experts$", re.I),
    "mlp": re.compile(r"mlp|feed_?forward|ffn|moe|expert|^fc\d*$", re.I),
}
"""What the modules of each part are called; the first part that is met is meant."""

EXCEPTIONS: dict[str, dict[str, str]] = {
    # Its "attention" carries a state from token to token, and scores no pairs of them.
    "rwkv": {"attention": "mixer"},
    "mamba": {"mixer": "mixer"},
    "mamba2": {"mixer": "mixer"},
    "falcon_mamba": {"mixer": "mixer"},
}
"""What names do not tell, by model type: a part, or "" for never in scope, by a module's name."""


@dataclass(frozen=True)
class Anatomy:
    """The weights of all decoder layers, by what they are for.

    Attributes:
        layers: the path of the list of layers.
        count: the number of layers.
        weights: of every part that the model has, by name, in the order of the names.
        outside: matrices that are never in scope, by their names in a layer.
    """

    layers: str
    count: int
    weights: dict[str, dict[str, nn.Parameter]]
    outside: tuple[str, ...]

    @property
    def sizes(self) -> dict[str, int]:
        """Number of weights in each scope that the model has."""
        sizes = {part: sum(w.numel() for w in own.values()) for part, own in self.weights.items()}
        return sizes | {"all_layers": sum(sizes.values())}

    def __str__(self) -> str:
        """One line: "28 layers: 84 MLP matrices, 112 attention matrices"."""
        words = {
            "mlp": "MLP matrices",
            "attention": "attention matrices",
            "mixer": "mixer tensors",
            "experts": "tensors of experts",
        }
        parts = [f"{len(own)} {words[part]}" for part, own in self.weights.items()]
        outside = f"; never in scope: {', '.join(self.outside)}" if self.outside else ""
        return f"{self.count} layers: {', '.join(parts)}{outside}"


def anatomy_of(model: nn.Module) -> Anatomy:
    """Find what every weight of the decoder layers is for.

    Matrices of `Linear` and `Conv1D`, kernels of convolutions and the experts' tensors of three
    dimensions are alike. Vectors are never in scope.

    Raises:
        InputError: a weight's modules do not say what it is for.
    """
    path, layers = layer_list(model)
    exceptions = EXCEPTIONS.get(_type_of(model), {})
    config: Any = model.config
    kinds = getattr(config.get_text_config(), "layer_types", None) or [None] * len(layers)
    found: dict[str, dict[str, nn.Parameter]] = {part: {} for part in PARTS}
    outside: set[str] = set()
    for index, layer in enumerate(layers):
        for name, weight in layer.named_parameters():
            if not _is_matrix(layer, name, weight):
                continue
            part = _part_of(layer, name, exceptions)
            if part is None:
                raise _unknown(model, f"{path}.{index}.{name}")
            if not part:
                outside.add(name)
                continue
            # In a layer of linear attention, a module that is named "attention" is the mixer.
            carried = part == "attention" and kinds[index] in CARRYING
            found["mixer" if carried else part][f"{path}.{index}.{name}"] = weight
    weights = {part: dict(sorted(own.items())) for part, own in found.items() if own}
    return Anatomy(path, len(layers), weights, tuple(sorted(outside)))


def scope_weights(
    model: nn.Module, scope: str, layers: Sequence[int] | None = None
) -> dict[str, nn.Parameter]:
    """The weights in scope by parameter name, in the order of the names.

    Embeddings, norms, biases, routers and the output head are never in scope.

    Args:
        model: a causal language model.
        scope: one of `SCOPES`.
        layers: the first and the last decoder layer, from 0; all of them if None.

    Raises:
        InputError: a weight's modules do not say what it is for, the model has nothing of the
            scope (in these layers), or there is no such layer.
    """
    anatomy = anatomy_of(model)
    first, last = layers or (0, anatomy.count - 1)
    if last >= anatomy.count:
        raise InputError("layers", str([first, last]), f"layers from 0 to {anatomy.count - 1}")
    parts = PARTS if scope == "all_layers" else (scope,)
    every = {
        name: weight for part in parts for name, weight in anatomy.weights.get(part, {}).items()
    }
    weights = {
        name: weight
        for name, weight in sorted(every.items())
        if first <= int(name[len(anatomy.layers) + 1 :].partition(".")[0]) <= last
    }
    if not weights:
        where = f" in layers {first} to {last}" if layers else ""
        raise InputError(
            "scope",
            f"{scope}, of which {_type_of(model)} has nothing{where}",
            "one of " + ", ".join([*anatomy.weights, "all_layers"]),
        )
    return weights


def parameter_count(model: nn.Module) -> int:
    """|θ|: the number of parameters; tied ones count once."""
    return sum(parameter.numel() for parameter in model.parameters())


def experts_a_token(model: nn.Module) -> int:
    """How many of a layer's experts a token goes through; all of them where nothing says so."""
    config: Any = model.config
    text = config.get_text_config()
    names = ("num_experts_per_tok", "moe_k", "moe_topk", "top_k_experts")
    said = (getattr(text, name, None) for name in names)
    experts = anatomy_of(model).weights.get("experts", {})
    every = max((weight.shape[0] for weight in experts.values() if weight.dim() > 2), default=1)
    return min(every, int(next((count for count in said if isinstance(count, int)), every)))


def passed_size(model: nn.Module) -> int:
    """The number of weights in the layers that one token is multiplied with.

    Of the experts, only those that the token goes through count.
    """
    anatomy = anatomy_of(model)
    experts, chosen = anatomy.weights.get("experts", {}), experts_a_token(model)
    through = sum(
        # Experts that are one matrix do not say how many they are: all of it counts.
        weight.numel() * chosen // weight.shape[0] if weight.dim() > 2 else weight.numel()
        for weight in experts.values()
    )
    return anatomy.sizes["all_layers"] - anatomy.sizes.get("experts", 0) + through


def _part_of(layer: nn.Module, name: str, exceptions: dict[str, str]) -> str | None:
    """The part that a weight belongs to, "" if it is never in scope, None if nothing says so."""
    steps = name.split(".")
    if any(map(_OUTSIDE.search, steps)) or any(map(_OUTSIDE_ALONE.search, steps[-2:])):
        return ""
    for step in steps:
        if step in exceptions:
            return exceptions[step]
    words = [*steps[:-1], *_class_words(layer, steps[:-1])]
    matches = (part for part, own in _WORDS.items() if any(own.search(word) for word in words))
    return next(matches, None)


def _class_words(layer: nn.Module, steps: Sequence[str]) -> Iterator[str]:
    """Class names along a path, without the family's name; only classes of the family's module."""
    module = layer
    for step in steps:
        module = getattr(module, step)
        if type(module).__module__ == type(layer).__module__:
            own = type(module).__name__
            family = commonprefix([own, type(layer).__name__])  # noqa: RUF071 (of letters)
            # KimiLinearDe|ltaAttention of KimiLinearDecoderLayer: back to where a word begins.
            while family and not own[len(family) :][:1].isupper():
                family = family[:-1]
            yield own[len(family) :]


def owner_of(model: nn.Module, name: str) -> nn.Module:
    """The module that holds a weight: Linear, GPT-2's Conv1D whose rows are inputs, or experts."""
    return model.get_submodule(name.rpartition(".")[0])


def _is_matrix(root: nn.Module, name: str, weight: torch.Tensor) -> bool:
    """Whether a weight is a projection's, or has two sides beside those of length one."""
    owner = owner_of(root, name)
    projects = isinstance(owner, nn.Linear | Conv1D) and weight.dim() == 2
    return projects or sum(size > 1 for size in weight.shape) > 1


def _unknown(model: nn.Module, name: str) -> InputError:
    return InputError(
        f"model type {_type_of(model)!r}",
        f"the modules of {name} do not say what it is for; the matrices: {_matrices(model)}",
        "modules whose names say attention, MLP, experts or a mixer of tokens",
        "Add the type to EXCEPTIONS in benchprof/models/anatomy.py.",
    )


def _type_of(model: nn.Module) -> str:
    return str(getattr(model.config, "model_type", type(model).__name__))


def _matrices(model: nn.Module) -> str:
    """Names of the matrices, layer numbers folded, with their counts."""
    found = Counter(
        re.sub(r"\.\d+\.", ".{layer}.", name)
        for name, weight in model.named_parameters()
        if _is_matrix(model, name, weight)
    )
    return ", ".join(f"{name} (x{count})" for name, count in sorted(found.items()))
