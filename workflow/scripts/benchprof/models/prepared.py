"""Which prepared model a job loads, and how."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class PreparedModel:
    """A model that a job can load.

    Attributes:
        folder: of the prepared model.
        dtype: of the loaded weights: float32, bfloat16 or float16.
        device: auto, cpu, cuda or cuda:N.
        gpus: how many CUDA devices the layers are spread over; from 2 on `device` is not used.
    """

    folder: Path
    dtype: str
    device: str = "cpu"
    gpus: int = 1
