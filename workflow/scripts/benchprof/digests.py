"""Digests: the names by which numbers know what made them. All are SHA-256, in hexadecimal."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

CHUNK = 1 << 20


def of_bytes(content: bytes) -> str:
    """Digest of a byte string."""
    return hashlib.sha256(content).hexdigest()


def of_value(value: Any) -> str:
    """Digest of a JSON value, independent of the order of its keys."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return of_bytes(text.encode())


def of_file(path: Path) -> str:
    """Digest of a file's bytes, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def of_modules(names: Iterable[str]) -> str:
    """Digest of the source text of modules and, for packages, of all modules below them.

    Rules carry it in their `params`: Snakemake does not see that an imported module changed.
    The modules are found, not imported, so that a login node needs no torch.
    """
    sources: list[tuple[str, str]] = []
    for name in sorted(names):
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(f"no module named {name}")
        origin = Path(spec.origin)
        paths = sorted(origin.parent.rglob("*.py")) if origin.name == "__init__.py" else [origin]
        sources += [(f"{name}/{path.name}", of_file(path)) for path in paths]
    return of_value(sources)
