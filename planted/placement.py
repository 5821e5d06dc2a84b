"""Which MLP neurons are whose: the layout that a planted model is trained in, and its card.

Training uses a layout in which neurons of one owner lie together: the shared ones (the core first),
then halves of blocks. When the model is saved each layer's neurons are shuffled, which changes no
output, and the card says where everything went.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

LAYERS = 4
SHARED = 32
"""Neurons a layer that all abilities share, the core among them."""
CORE = 8
"""Neurons a layer without which nothing works."""
HALF = 24
"""Neurons a layer of half a block."""


@dataclass(frozen=True)
class Layout:
    """Owners of the halves.

    Attributes:
        halves: per ability and layer, the numbers of the halves that are its own.
        count: how many halves a layer has.
    """

    halves: Mapping[str, Sequence[Sequence[int]]]
    count: int

    @property
    def width(self) -> int:
        """Neurons a layer."""
        return SHARED + HALF * self.count


def plain_layout(abilities: Sequence[str]) -> Layout:
    """A block of two halves, in every layer, for each ability."""
    halves = {a: [[2 * i, 2 * i + 1]] * LAYERS for i, a in enumerate(abilities)}
    return Layout(halves, 2 * len(abilities))


def overlapping_layout(abilities: Sequence[str]) -> Layout:
    """Two abilities that share half of a block, and one whose block changes after two layers.

    The first and the second share the half 1; the third has other halves in the lower layers than
    in the upper ones.
    """
    plain = plain_layout(abilities)
    count = plain.count
    _, second, third = abilities[:3]
    halves = dict(plain.halves)
    halves[second] = [[1, 2]] * LAYERS
    halves[third] = [halves[third][0]] * 2 + [[count, count + 1]] * 2
    return Layout(halves, count + 2)


def shuffled(width: int, seed: int) -> list[list[int]]:
    """Per layer of `width` neurons, the one that stands at each place of the saved model."""
    random = Random(f"placement {seed}")
    return [random.sample(range(width), width) for _ in range(LAYERS)]


def placed(neurons: Sequence[Sequence[int]], order: Sequence[Sequence[int]]) -> list[list[int]]:
    """Where neurons are in the saved model: per layer, ascending."""
    found = []
    for own, places in zip(neurons, order, strict=True):
        where = {neuron: place for place, neuron in enumerate(places)}
        found.append(sorted(where[neuron] for neuron in own))
    return found


def neurons_of(layout: Layout, ability: str, layer: int) -> list[int]:
    """An ability's own neurons in the layout."""
    starts = [SHARED + HALF * half for half in layout.halves[ability][layer]]
    return [neuron for start in starts for neuron in range(start, start + HALF)]


def card_neurons(layout: Layout, order: Sequence[Sequence[int]]) -> dict[str, Any]:
    """Where each owner's neurons are in the saved model."""
    own = {
        ability: placed([neurons_of(layout, ability, layer) for layer in range(LAYERS)], order)
        for ability in layout.halves
    }
    shared = placed([range(SHARED)] * LAYERS, order)
    core = placed([range(CORE)] * LAYERS, order)
    return {"abilities": own, "shared": shared, "core": core}
