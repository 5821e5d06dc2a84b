"""Importances of several abilities on one scale, read tensor by tensor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from benchprof.errors import InputError
from benchprof.tensors import TensorFile


@dataclass(frozen=True)
class Shares:
    """Each ability's importance as shares of its own sum over the scope.

    Losses differ in size from ability to ability, and so do raw scores.
    """

    files: Mapping[str, TensorFile]
    sums: Mapping[str, float]

    @classmethod
    def of_files(cls, files: Mapping[str, TensorFile]) -> Shares:
        """The shares of some abilities' importance files.

        Raises:
            InputError: an ability's importance is zero everywhere.
        """
        return cls(files, {ability: _total(file) for ability, file in files.items()})

    @property
    def names(self) -> list[str]:
        """The tensors in scope."""
        return next(iter(self.files.values())).names

    @property
    def size(self) -> int:
        """|T|: the number of weights in scope."""
        return next(iter(self.files.values())).total_size

    def others(self, ability: str) -> list[str]:
        """The abilities that one is contrasted with."""
        return [name for name in self.files if name != ability]

    def of(self, ability: str, tensor: str, indices: torch.Tensor | None = None) -> torch.Tensor:
        """The shares of a tensor's entries, or of those at `indices`: float64, flat."""
        flat = self.files[ability].tensor(tensor).reshape(-1)
        return (flat if indices is None else flat[indices]).double() / self.sums[ability]


def _total(importance: TensorFile) -> float:
    total = sum(importance.tensor(name).double().sum().item() for name in importance.names)
    if not total > 0:
        remedy = "Its examples reach no weight in scope; check the items and `loss_on`."
        raise InputError(importance.path, "importance is zero everywhere", "scores", remedy)
    return float(total)
