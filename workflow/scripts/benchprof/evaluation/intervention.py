"""What an ablation does to a model: what becomes of a mask's entries."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from torch import nn

from benchprof import codebase
from benchprof.errors import InputError
from benchprof.evaluation.fields import MaskOrigin
from benchprof.importance.example import Example
from benchprof.importance.levels import activation_means, digest_of_all
from benchprof.models.ablation import Method, ablated, averaged, in_weights
from benchprof.models.anatomy import scope_weights
from benchprof.models.mask import Mask
from benchprof.models.scope import WEIGHT
from benchprof.models.units import unit_projections


@dataclass(frozen=True)
class Intervention:
    """How masks are applied.

    Attributes:
        method: what becomes of the entries.
        mean_over: the examples that a unit's mean is taken over; used only for masks of units with
            the method `mean`.
    """

    method: Method = "zero"
    mean_over: Sequence[Example] = ()

    def origin(self, mask: Mask) -> MaskOrigin:
        """What is ablated and how, as a record says it.

        Raises:
            InputError: units are to become means over nothing.
        """
        origin: MaskOrigin = {"digest": mask.digest, "n": mask.size, "method": self.method}
        if self.method == "mean" and mask.unit != WEIGHT:
            if not self.mean_over:
                found, expected = f"mean of {mask.unit}s", "examples that they are means over"
                raise InputError("ablation", found, expected)
            origin["mean_over"] = {
                "examples": digest_of_all(self.mean_over),
                "code": codebase.digest_of("importance.levels"),
            }
        return origin

    def on(
        self, model: nn.Module, masks: Iterable[Mask]
    ) -> Callable[[Mask], AbstractContextManager[None]]:
        """A function that takes one of the masks and gives a block in which the model is ablated.

        With the method `mean`, masks of units have one kind of unit.
        """
        units = {mask.unit for mask in masks} - {WEIGHT}
        if self.method == "mean" and units:
            (unit,) = units
            means = activation_means(model, unit_projections(model, unit), self.mean_over)
            return functools.partial(averaged, model, means=means)
        weights = scope_weights(model, "all_layers")
        return lambda mask: ablated(weights, in_weights(model, mask), self.method)
