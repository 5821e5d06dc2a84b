"""A prepared model's architecture: its modules and the shapes of its weights, without these."""

from __future__ import annotations

from pathlib import Path

from torch import nn
from transformers import MODEL_FOR_CAUSAL_LM_MAPPING, AutoConfig

from benchprof.errors import InputError, in_words
from benchprof.models.placement import empty_model


def architecture_of(folder: Path) -> nn.Module:
    """The model of a folder without its weights: none is loaded.

    Raises:
        InputError: transformers does not know the folder's configuration, or it is that of no
            causal language model.
    """
    file = folder / "config.json"
    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        if type(config) in MODEL_FOR_CAUSAL_LM_MAPPING:
            return empty_model(config)
    except Exception as error:  # values of a wrong kind or size raise any class of it
        words = in_words(error, folder)
        # Of an activation, say: the name alone.
        found = f"transformers does not know {words}" if isinstance(error, KeyError) else words
        expected = "a configuration of a model that transformers itself knows"
        remedy = "Mend it or choose another model. No code from a model's folder is ever run."
        raise InputError(file, found, expected, remedy) from None
    raise InputError(
        file, f"the model type {config.model_type!r}",
        "one of which transformers has a causal language model",
        "Of a model that reads images too, use one that its makers published for text alone.",
    )  # fmt: skip
