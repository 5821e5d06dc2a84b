"""How an evaluation uses a model."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

from benchprof.models.prepared import PreparedModel


@dataclass(frozen=True)
class ModelSettings(PreparedModel):
    """How a prepared model is asked.

    Attributes:
        chat_template: whether prompts are chats.
    """

    _: KW_ONLY
    chat_template: bool
