"""What each architecture family is like: where it keeps its weights, and how it computes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import nn

from benchprof.errors import InputError
from benchprof.scoring.structure import Structure, divided, multiplied, softcapped, unchanged

SCOPES = ("mlp", "attention", "all_layers")
_PACKED = Structure(unchanged)


@dataclass(frozen=True)
class Family:
    """What is known of one architecture: where its weights are, and how it computes.

    `layers` is the path of the list of decoder layers; the projections are paths below one layer.
    A weight's rows and columns do not matter here: masks address its flat entries. Without them the
    family can be scored but not masked. `structure` is for the engine.
    """

    layers: str = ""
    mlp: tuple[str, ...] = ()
    attention: tuple[str, ...] = ()
    structure: Structure = _PACKED

    def projections(self, scope: str) -> tuple[str, ...]:
        """The projections of a scope, as paths below one decoder layer."""
        return {
            "mlp": self.mlp,
            "attention": self.attention,
            "all_layers": self.mlp + self.attention,
        }[scope]


_GATED = ("mlp.gate_proj", "mlp.up_proj", "mlp.down_proj")
_QKVO = tuple(f"self_attn.{name}_proj" for name in "qkvo")
_GATED_LAYERS = Family("model.layers", _GATED, _QKVO)
_LLAMA = replace(_GATED_LAYERS, structure=Structure(unchanged, llama=True))
_CAPPED = replace(_GATED_LAYERS, structure=Structure(softcapped))

# By the configuration's `model_type`: the one place that tells architectures apart, to be asked
# through the functions below. Every entry is tested. To add one that can be masked: its layers and
# projections, and in tests/conftest.py what a tiny configuration of it needs beside its sizes.
FAMILIES: dict[str, Family] = {
    "llama": _LLAMA,
    "mistral": replace(_LLAMA, structure=Structure(unchanged, llama=True, one_window=True)),
    "qwen2": _LLAMA,
    "qwen3": _GATED_LAYERS,
    "gemma": _GATED_LAYERS,
    "gemma2": _CAPPED,
    "gemma3_text": _CAPPED,
    "phi": Family(
        "model.layers",
        ("mlp.fc1", "mlp.fc2"),
        ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.dense"),
    ),
    "phi3": Family(
        "model.layers",
        ("mlp.gate_up_proj", "mlp.down_proj"),
        ("self_attn.qkv_proj", "self_attn.o_proj"),
    ),
    "gpt2": Family(
        "transformer.h",
        ("mlp.c_fc", "mlp.c_proj"),
        ("attn.c_attn", "attn.c_proj"),
        Structure(unchanged, eager_by_place=True),
    ),
    "gpt_neox": Family(
        "gpt_neox.layers",
        ("mlp.dense_h_to_4h", "mlp.dense_4h_to_h"),
        ("attention.query_key_value", "attention.dense"),
    ),
    **dict.fromkeys(("mixtral", "olmo", "olmo2", "smollm3", "stablelm", "starcoder2"), Family()),
    "cohere": Family(structure=Structure(multiplied)),
    "granite": Family(structure=Structure(divided)),
}
MASKED = tuple(sorted(name for name, family in FAMILIES.items() if family.layers))
"""The families whose weights can be masked."""


def scope_weights(
    model: nn.Module, scope: str, layers: Sequence[int] | None = None
) -> dict[str, nn.Parameter]:
    """The weights in scope by parameter name, in the order of the names.

    Embeddings, norms, biases and the output head are never in scope.

    Args:
        model: of a known family.
        scope: mlp, attention or all_layers (both).
        layers: the first and the last decoder layer, from 0; all of them if None.

    Raises:
        InputError: the family is unknown, or a layer lacks a projection of its family (the
            message lists the modules found and says what to add), or there is no such layer.
    """
    family = family_of(model)
    count = len(model.get_submodule(family.layers))  # type: ignore[arg-type]
    first, last = layers or (0, count - 1)
    if last >= count:
        raise InputError("layers", str([first, last]), f"layers from 0 to {count - 1}")
    weights: dict[str, nn.Parameter] = {}
    for index in range(first, last + 1):
        for projection in family.projections(scope):
            name = f"{family.layers}.{index}.{projection}"
            try:
                weights[f"{name}.weight"] = model.get_submodule(name).weight  # type: ignore[assignment]
            except AttributeError:
                found = f"no module {name}; matrices found: {_matrices(model)}"
                raise InputError(_type_of(model), found, "the modules of its family") from None
    return dict(sorted(weights.items()))


def family_of(model: nn.Module) -> Family:
    """The family of a model that can be masked, by its configuration's `model_type`.

    Raises:
        InputError: it is none of `MASKED`; the message lists what was found and what to add.
    """
    model_type = _type_of(model)
    if model_type not in MASKED:
        raise InputError(
            f"model type {model_type!r}",
            f"unknown architecture family; its weight matrices: {_matrices(model)}",
            "one of " + ", ".join(MASKED),
            "Add its layers and projections to FAMILIES in benchprof/models/family.py.",
        )
    return FAMILIES[model_type]


def structure_of(model: nn.Module) -> Structure:
    """What the engine must know of a model; nothing of an unknown one."""
    family = FAMILIES.get(_type_of(model))
    return family.structure if family else Structure()


def parameter_count(model: nn.Module) -> int:
    """|θ|: the number of parameters; tied ones count once."""
    return sum(parameter.numel() for parameter in model.parameters())


def _type_of(model: nn.Module) -> str:
    return str(getattr(model.config, "model_type", type(model).__name__))


def _matrices(model: nn.Module) -> str:
    """Names of the matrices as `Family` has them, layer numbers folded, with their counts.

    Experts' weights have three dimensions and are no module's `weight`; their shape is shown.
    """
    found = Counter(
        (_folded(name.removesuffix(".weight")), _stack(weight))
        for name, weight in model.named_parameters()
        if weight.dim() > 1
    )
    return ", ".join(f"{name} (x{count}{stack})" for (name, stack), count in sorted(found.items()))


def _folded(name: str) -> str:
    return ".".join("{layer}" if part.isdigit() else part for part in name.split("."))


def _stack(weight: torch.Tensor) -> str:
    return f", each {'x'.join(map(str, weight.shape))}" if weight.dim() > 2 else ""
