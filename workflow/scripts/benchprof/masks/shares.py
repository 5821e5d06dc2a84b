"""Importances of several abilities on one scale, read tensor by tensor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from benchprof.errors import InputError
from benchprof.tensors import TensorFile

SAME = ("model", "unit", "scope", "layers", "score", "loss_on", "against",
        "knock_outs", "dtype", "code")  # fmt: skip
"""What importances that are compared must have in common, said or left out."""


@dataclass(frozen=True)
class Shares:
    """Each ability's importance as shares of its own sum of absolute values over the scope.

    Losses differ in size from ability to ability, and so do raw scores. Of a signed score a share
    has its sign.

    Attributes:
        files: importance by ability.
        sums: of each file's absolute scores.
    """

    files: Mapping[str, TensorFile]
    sums: Mapping[str, float]

    @classmethod
    def of_files(cls, files: Mapping[str, TensorFile]) -> Shares:
        """The shares of some importance files.

        Raises:
            InputError: an importance is zero everywhere.
        """
        return cls(files, {name: _total(file) for name, file in files.items()})

    @property
    def names(self) -> list[str]:
        """The tensors in scope."""
        return next(iter(self.files.values())).names

    @property
    def size(self) -> int:
        """|T|: the number of weights in scope."""
        return next(iter(self.files.values())).total_size

    def others(self, ability: str) -> list[str]:
        """What an ability is contrasted with."""
        return [name for name in self.files if name != ability]

    def of(self, ability: str, tensor: str, indices: torch.Tensor | None = None) -> torch.Tensor:
        """The shares of a tensor's entries, or of those at `indices`: float64, flat."""
        file = self.files[ability]
        own = file.tensor(tensor).reshape(-1) if indices is None else file.entries(tensor, indices)
        return own.double().div_(self.sums[ability])


def check_comparable(origins: Mapping[Path, Mapping[str, Any]]) -> None:
    """Importances are comparable only where model, scope, score and code are the same.

    Args:
        origins: what made each importance, by the file that says so.

    Raises:
        InputError: names the first file that differs, and in what.
    """
    first, own = next(iter(origins.items()))
    for path, origin in origins.items():
        for key in SAME:
            if origin.get(key) != own.get(key):
                found, expected = f"{key} is {origin.get(key)}", f"{own.get(key)}, as in {first}"
                raise InputError(path, found, expected, "Delete it and run again.")


def _total(importance: TensorFile) -> float:
    total = sum(importance.tensor(name).double().abs().sum().item() for name in importance.names)
    if not total > 0:
        remedy = "Its examples reach nothing in scope; check the items and `loss_on`."
        raise InputError(importance.path, "importance is zero everywhere", "scores", remedy)
    return float(total)
