"""How an evaluation uses a model."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

from benchprof.models.prepared import PreparedModel
from benchprof.run.configuration import CHAT_DATE


@dataclass(frozen=True)
class ModelSettings(PreparedModel):
    """How a prepared model is asked.

    Attributes:
        chat_template: whether prompts are chats.
        chat_date: the day that a chat template prints for today.
    """

    _: KW_ONLY
    chat_template: bool
    chat_date: str = CHAT_DATE
