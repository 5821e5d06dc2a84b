"""The pages of the documents, and the blocks of code on them."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT

PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
BLOCK = re.compile(
    r"(?:^ *<!-- (?P<mark>(?:not )?run [^>]+) -->\n+)?^ *```(?P<language>\w+)\n"
    r"(?P<code>.*?)^ *```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """A block of code.

    Attributes:
        page: from the root of the checkout.
        language: after the fence.
        mark: the comment above it that says by which test it is run, or why by none; may be empty.
        code: without what indents it.
    """

    page: str
    language: str
    mark: str
    code: str


def blocks(page: Path, language: str | None = None) -> list[Block]:
    """The page's blocks, or those of one language."""
    found = []
    for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
        if language in (None, block["language"]):
            name, mark = page.relative_to(ROOT).as_posix(), " ".join((block["mark"] or "").split())
            found.append(Block(name, block["language"], mark, textwrap.dedent(block["code"])))
    return found


def commands(code: str) -> Iterator[tuple[list[str], str]]:
    """Each command of a block of a shell as words, with the text that follows it as its input."""
    lines = iter(code.replace("\\\n", " ").splitlines())
    for first in lines:
        line, body, end = first, "", re.search(r"<<'(\w+)'$", first)
        if end:
            body = "\n".join(iter(lambda: next(lines), end[1]))
        while line.count('"') % 2:
            line += f"\n{next(lines)}"
        words = shlex.split(line.partition(" <<'")[0], comments=True)
        while "&&" in words:
            yield words[: words.index("&&")], ""
            words = words[words.index("&&") + 1 :]
        if ">" in words:
            words = words[: words.index(">")]
        while words and re.match(r"[A-Z_]+=", words[0]):
            words.pop(0)
        if words:
            yield words, body


def arguments_on(page: str, name: str) -> list[list[str]]:
    """What each command on a page gives to `benchprof` that begins with a name, or to a module."""
    every = [words for own in blocks(ROOT / page, "sh") for words, _ in commands(own.code)]
    found = [words[1:] for words in every if words[:2] == [".venv/bin/benchprof", name]]
    return found + [words[3:] for words in every if words[1:3] == ["-m", name]]
