"""Rotary embeddings whose frequencies depend on the longest sequence of a batch.

`longrope` (Phi-3 and Phi-4 mini) has one set of frequencies for sequences within the model's first
window and another beyond; `dynamic` has a set of its own for every length beyond. The library
chooses by the largest position of a batch, so that a sequence gets other numbers in the company of
a longer one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import nn


@dataclass(frozen=True)
class Rotary:
    """An embedding that varies beyond its window, in tokens."""

    window: int
    dynamic: bool

    def frequencies(self, length: int) -> int:
        """Number the frequencies that a sequence of `length` tokens gets when it is alone."""
        if length <= self.window:
            return 0
        return length if self.dynamic else 1


@dataclass(frozen=True)
class Rotaries:
    """The varying embeddings of a model; most have none, some one for each kind of layer."""

    varying: tuple[Rotary, ...]

    @classmethod
    def of(cls, model: Any) -> Rotaries:
        """Read them from a model's configuration."""
        config: Any = getattr(model, "config", None)
        own = getattr(config, "rope_parameters", None) or {}
        kinds = [own, *(kind for kind in own.values() if isinstance(kind, dict))]
        found = []
        for kind in kinds:
            if kind.get("rope_type") == "longrope":
                found.append(Rotary(kind["original_max_position_embeddings"], dynamic=False))
            elif kind.get("rope_type") == "dynamic":
                found.append(Rotary(config.max_position_embeddings, dynamic=True))
        return cls(tuple(found))

    def frequencies(self, length: int) -> tuple[int, ...]:
        """Tell which frequencies a sequence gets when it is alone; only equals may share a batch.

        Where nothing varies, all are equal.
        """
        return tuple(rotary.frequencies(length) for rotary in self.varying)

    def while_growing(self, length: int, last: int) -> tuple[int, ...]:
        """Tell the same of a sequence that grows from `length` to `last` tokens.

        One that meets other frequencies on its way may share a batch with those of its length.
        """
        first = self.frequencies(length)
        return first if first == self.frequencies(last) else (*first, length)


def forget_lengths(model: nn.Module) -> None:
    """Let every pass of a model choose its frequencies by its own sequences alone.

    A dynamic embedding otherwise keeps those of a longer batch until a short one comes.
    """
    for module in model.modules():
        if "dynamic" in _types(module):
            module.register_forward_pre_hook(_begin)


def _types(module: nn.Module) -> list[str]:
    kind = getattr(module, "rope_type", None)
    return list(kind.values()) if isinstance(kind, dict) else [kind] if kind else []


def _begin(module: Any, _: Any) -> None:
    """Set a rotary module back to what it was before its first sequence."""
    # Where layers have kinds, the names begin with one.
    for name in [*vars(module), *dict(module.named_buffers())]:
        if name.endswith("max_seq_len_cached"):
            setattr(module, name, module.original_max_seq_len)
        elif name.endswith("original_inv_freq"):
            first = getattr(module, name)
            setattr(module, name.replace("original_inv_freq", "inv_freq"), first)
