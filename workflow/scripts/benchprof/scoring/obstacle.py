"""Which settings of a model prevent sequences from sharing the computation of equal beginnings."""

from __future__ import annotations

from typing import Any

from benchprof.scoring.rotary import Rotaries
from benchprof.scoring.structure import decoder_of


def obstacle(model: Any) -> str | None:
    """Say by a model's settings why rows of several paths would not be exact; None if none does.

    What they do not tell is tried: see `trial`.
    """
    _, decoder, _ = decoder_of(model)
    config: Any = getattr(decoder, "config", model.config.get_text_config())
    attention = getattr(config, "_attn_implementation", None)
    kinds = set(getattr(config, "layer_types", None) or ())
    obstacles = {
        f"attention {attention!r} takes no mask": attention not in ("sdpa", "eager"),
        # Of vision models that of images alone, which no request holds.
        "its attention is bidirectional": (
            getattr(config, "use_bidirectional_attention", None) not in (None, False, "vision")
        ),
        f"its layers are not all attention: {sorted(kinds)}": (
            not kinds <= {"full_attention", "sliding_attention"}
        ),
        "its rotary frequencies depend on the length of the longest sequence of a batch": (
            Rotaries.of(model).varying
        ),
    }
    return next((reason for reason, holds in obstacles.items() if holds), None)
