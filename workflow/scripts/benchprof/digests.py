"""Digests: the names by which numbers know what made them. All are SHA-256, in hexadecimal."""

from __future__ import annotations

import ast
import functools
import hashlib
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


def of_files(paths: Iterable[Path]) -> dict[str, str]:
    """Digests of files that people give: their content decides, not their modification time."""
    return {str(path): of_file(path) for path in paths}


# The rules of a run ask for the same modules again and again.
@functools.lru_cache(maxsize=1024)
def of_source(source: bytes) -> str:
    """Digest of the syntax tree of Python source without docstrings and comments.

    It is the same in every version of Python that the project supports: `ast.dump` writes empty
    fields in some of them and not in others.

    Raises:
        SyntaxError: the source is not Python.
    """
    return of_value(_plain_tree(ast.parse(source)))


def _plain_tree(node: Any) -> Any:
    """A node as a JSON value: its class and its fields, without those that are empty."""
    if isinstance(node, list):
        return [_plain_tree(child) for child in node if not _is_text_alone(child)]
    if isinstance(node, ast.JoinedStr):
        # Early releases of 3.12 end a format with an empty text.
        node = ast.JoinedStr([part for part in node.values if not _is_empty_text(part)])
    if not isinstance(node, ast.AST):
        # ascii: what repr leaves unescaped depends on the version's Unicode tables.
        return ascii(node)
    fields = {name: _plain_tree(field) for name, field in ast.iter_fields(node)}
    return [type(node).__name__, {k: field for k, field in fields.items() if field != []}]


def _is_text_alone(node: Any) -> bool:
    """Whether a statement is a text and nothing else: a docstring, of whatever it stands below."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _is_empty_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == ""
