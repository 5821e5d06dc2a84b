"""How an evaluation uses a model."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from benchprof.models.loading import load_tokenizer
from benchprof.run.configuration import CHAT_DATE
from benchprof.run.jobs.job import ModelJob
from benchprof.scoring.chat import prints_date


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

    @functools.cached_property
    def printed_date(self) -> str | None:
        """The day that prompts print for today; None where they print none."""
        printed = self.chat_template and prints_date(load_tokenizer(self.folder))
        return self.chat_date if printed else None

    @classmethod
    def of(
        cls, job: ModelJob, device: str | None = None, chat_template: bool | None = None
    ) -> ModelSettings:
        """As a run is configured, unless something else is said."""
        config = job.run.configuration
        model = config.models[job.model]
        return cls(
            folder=job.folder,
            dtype=model.dtype,
            device=device or model.device,
            chat_template=model.chat_template if chat_template is None else chat_template,
            gpus=1 if device else model.gpus,
            chat_date=config.chat_date,
        )
