"""Whether a checkpoint can be used: plain numbers, all of an architecture's and no others."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from safetensors import safe_open

from benchprof.errors import InputError
from benchprof.models.folder import weight_files

LEFTOVERS = re.compile(r"\.attn\.masked_bias$")
"""Entries that are no weights, saved by old versions of the library (GPT-2's), and of which the
installed one does not say that it ignores them."""
PLAIN = ("F64", "F32", "BF16", "F16")
"""Precisions of weights that mean what they say, as safetensors names them. Others need scales."""
ORIGINAL = "Use the model that it was made from."
USABLE = "weights in float32, bfloat16 or float16, which can be zeroed one by one"
NAMED = 3
"""How many of the weights at fault a message names."""


def check_configuration(folder: Path, where: str) -> None:
    """Stop where a folder's configuration is missing or that of a quantized model.

    Args:
        folder: of the model; its weights need not be there yet.
        where: the model, for the message.

    Raises:
        InputError: says which kind of quantization it is.
    """
    file = folder / "config.json"
    if not file.is_file():
        remedy = "One of GGUF files or an adapter (LoRA) alone has none: use the original model."
        raise InputError(where, "no config.json", "a model in transformers' format", remedy)
    try:
        quantization = json.loads(file.read_text(encoding="utf-8")).get("quantization_config")
        # bitsandbytes did not always name itself.
        method = quantization and quantization.get("quant_method", "bitsandbytes")
    except (ValueError, AttributeError) as error:
        raise InputError(where, f"config.json cannot be read ({error})", "an object") from None
    if method:
        raise InputError(where, f"its weights are quantized ({method})", USABLE, ORIGINAL)


def check_precisions(folder: Path) -> None:
    """Stop where a folder's weights are integers or eight-bit floats.

    The library casts them where the configuration says nothing of a quantization. Buffers are not
    looked at: old versions saved masks of bytes.

    Args:
        folder: of the model, with its weights.

    Raises:
        InputError: names the file, the first such weight and its precision.
        OSError, SafetensorError: a file is missing or damaged.
    """
    for file in weight_files(folder):
        with safe_open(folder / file, framework="pt") as weights:
            for name in weights.keys():  # noqa: SIM118
                precision = weights.get_slice(name).get_dtype()
                if name.endswith("weight") and precision not in PLAIN:
                    raise InputError(f"{folder / file}, {name}", precision, USABLE, ORIGINAL)


def check_weights(where: Path, report: Mapping[str, Collection[Any]]) -> None:
    """Stop where weights are missing, have another shape or belong to another architecture.

    The library fills missing weights with random numbers, which differ at each load.

    Args:
        where: the model's folder or file, for the message.
        report: the library's `output_loading_info`, which says nothing of what may be missing
            (tied weights) or more than needed.

    Raises:
        InputError: says how many there are and names the first.
    """
    faults = {
        "missing": sorted(report["missing_keys"]),
        "unexpected": sorted(n for n in report["unexpected_keys"] if not LEFTOVERS.search(n)),
        "of another shape": sorted(
            f"{name} ({_by(found)}, not {_by(expected)})"
            for name, found, expected in report["mismatched_keys"]
        ),
    }
    found = "; ".join(f"{len(own)} {kind}: {_first(own)}" for kind, own in faults.items() if own)
    if found:
        remedy = "Do the configuration and the weights belong together, and are all files there?"
        raise InputError(where, f"weights {found}", "exactly those of its architecture", remedy)


def _first(names: Sequence[str]) -> str:
    return ", ".join([*names[:NAMED], *(["..."] if len(names) > NAMED else [])])


def _by(shape: Sequence[int]) -> str:
    return "x".join(map(str, shape))
