"""Which files of a folder, or of a repository on the Hub, are the model: data, never code."""

from __future__ import annotations

import json
from pathlib import Path

from benchprof.errors import InputError

WHOLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
TEXTS = ("*.json", "*.jinja", "*.txt", "tokenizer.model", "*.tiktoken")
"""What a tokenizer and a configuration need, as patterns."""
CARD = "model.json"
"""What identifies a prepared model, beside its files; in a copy of such a folder, another's."""


def weight_files(folder: Path) -> list[str]:
    """Name the safetensors that transformers loads: one file, or else those of the index.

    Repositories hold the same weights more than once: as `consolidated.safetensors`, in another
    precision, in subfolders.

    Raises:
        InputError: the index is damaged.
    """
    index = folder / INDEX
    if (folder / WHOLE).is_file() or not index.is_file():
        return [WHOLE]
    try:
        names = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
        if any(Path(name).name != name for name in names):
            raise ValueError("it names a file elsewhere")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        expected, remedy = "the files of all weights, by weight", "Fetch or save the model again."
        raise InputError(index, f"cannot be read ({error})", expected, remedy) from None
    return sorted(names)


def model_files(folder: Path) -> list[Path]:
    """Find the model's files that are there, in the order of their names.

    Raises:
        InputError: the index of the weights is damaged.
    """
    texts = {path for pattern in TEXTS for path in folder.glob(pattern) if path.name != CARD}
    weights = {folder / name for name in weight_files(folder)}
    return sorted(texts | {path for path in weights if path.is_file()})


def check_model_folder(folder: Path) -> None:
    """Stop where a folder does not hold a model.

    Raises:
        InputError: the folder is missing or lacks a configuration, a tokenizer or safetensors.
    """
    expected = "a folder with config.json, a tokenizer and *.safetensors"
    if not folder.is_dir():
        remedy = "Check `source: folder:` in the configuration."
        raise InputError(folder, "no such folder", expected, remedy)
    for pattern in ("config.json", "tokenizer*", "*.safetensors"):
        if not any(folder.glob(pattern)):
            remedy = ""
            if (folder / "adapter_config.json").is_file():
                remedy = "An adapter (LoRA) alone is no model: merge it into its base model first."
            if pattern == "*.safetensors" and any(folder.glob("*.bin")):
                remedy = "Pickled weights (*.bin) can run code: save the model as safetensors."
            raise InputError(folder, f"no {pattern}", expected, remedy)
