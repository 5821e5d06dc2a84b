"""How an evaluation uses a model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchprof.run.configuration import CHAT_DATE


@dataclass(frozen=True)
class ModelSettings:
    """How a prepared model is used: its folder, dtype, device and whether prompts are chats.

    `gpus` is how many the model is split over, `chat_date` the day that a chat template prints for
    today.
    """

    folder: Path
    dtype: str
    device: str
    chat_template: bool
    gpus: int = 1
    chat_date: str = CHAT_DATE
