"""A prepared model's architecture: its modules and the shapes of its weights, without these."""

from __future__ import annotations

from pathlib import Path

from torch import nn
from transformers import AutoConfig

from benchprof.errors import InputError
from benchprof.models.placement import empty_model


def architecture_of(folder: Path) -> nn.Module:
    """The model of a folder without its weights: none is loaded.

    Raises:
        InputError: transformers does not know the folder's configuration.
    """
    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, KeyError) as error:
        found = " ".join(str(error).split())[:300]
        expected = "a configuration of a model that transformers itself knows"
        remedy = "No code from a model's folder is ever run."
        raise InputError(folder / "config.json", found, expected, remedy) from None
    return empty_model(config)
