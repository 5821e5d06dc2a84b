"""Interchange: a mask's units take the values that the model gives them on an item's flip."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.hooks import RemovableHandle

from benchprof.importance.example import Example
from benchprof.importance.patches import Compared
from benchprof.masks.ablation import in_weights
from benchprof.masks.mask import Mask
from benchprof.models.anatomy import owner_of
from benchprof.models.inputs import inputs_seen
from benchprof.models.units import Projection, unit_projections


@dataclass(frozen=True)
class OnFlips:
    """What units are on the flips of some texts.

    Attributes:
        texts: how many texts there are.
        compared: their tokens that have a counterpart in the flip's text.
        values: of each projection what it reads at the counterparts, (pairs, features), in the
            model's dtype.
    """

    texts: int
    compared: Compared
    values: Mapping[str, torch.Tensor]

    @classmethod
    def of(
        cls,
        model: nn.Module,
        projections: Mapping[str, Projection],
        texts: Sequence[Example],
        flips: Sequence[Example],
    ) -> OnFlips:
        """Read the flips once, which serves every mask.

        Args:
            model: intact, in evaluation mode.
            projections: whose units may be replaced.
            texts: items, each with one of its options.
            flips: each text's flip with the same option.
        """
        compared, values = Compared.of(texts, flips), {}

        def keep(name: str, inputs: torch.Tensor) -> None:
            by_token = inputs.reshape(len(flips), -1, inputs.shape[-1])
            values[name] = by_token[compared.texts, compared.partners]

        # Padded on the right, where causal attention never looks.
        ids = pad_sequence([flip.ids for flip in flips], batch_first=True)
        device = next(model.parameters()).device
        with torch.no_grad(), inputs_seen(model, projections, keep):
            model(input_ids=ids.to(device), use_cache=False, logits_to_keep=[0])
        return cls(len(texts), compared, values)


@contextlib.contextmanager
def interchanged(model: nn.Module, mask: Mask, on_flips: OnFlips) -> Iterator[None]:
    """Inside the block a pass over the texts has the mask's units as they are on the flips.

    An interchange intervention (Geiger et al., arXiv:2106.02997): at each compared token the
    unit's features become those at its counterpart. Other tokens are not changed directly. No
    weight changes, and the hooks are removed at the end, also after an error.

    Args:
        model: in evaluation mode; called with all the texts at once, in their order.
        mask: of units.
        on_flips: of the texts, with the projections that the mask names.

    Raises:
        InputError: before any change, where the model has no such unit.
    """
    in_weights(model, mask)
    projections = unit_projections(model, mask.unit)
    compared = on_flips.compared

    def hook_for(name: str, units: torch.Tensor) -> Callable[..., tuple[torch.Tensor, ...]]:
        features, values = projections[name].features(units), on_flips.values[name]

        def hook(_: nn.Module, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
            own, *rest = inputs
            by_token = own.reshape(on_flips.texts, -1, own.shape[-1]).clone()
            texts, places = compared.texts[:, None], compared.places[:, None]
            by_token[texts, places, features] = values[:, features]
            # Some MLPs join rows and tokens.
            return (by_token.reshape(own.shape), *rest)

        return hook

    hooks: list[RemovableHandle] = []
    try:
        for name, units in mask.entries.items():
            module = owner_of(model, name)
            hooks.append(module.register_forward_pre_hook(hook_for(name, units)))
        yield
    finally:
        for handle in hooks:
            handle.remove()
