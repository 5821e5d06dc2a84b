"""The page's figures: which belongs where, and embedded, so that the page asks for nothing."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchprof.report.figure import FIGURES, Of, function_of

MEDIA = {".svg": "image/svg+xml", ".png": "image/png"}
ALL = "figures"
"""The folder of a figure that is of no single model."""
# Bytes of all embedded figures: a page of a large grid names the rest by their files.
MOST = 24_000_000


@dataclass(frozen=True)
class Shown:
    """A figure on the page; without a `source` it is named alone."""

    name: str
    source: str | None
    caption: str


class Album:
    """The figures of a run, given out as long as there is room."""

    def __init__(self, figures: Sequence[Path], room: int = MOST) -> None:
        """SVG or PNG files, `MODEL/STEM` or `STEM` of all models; bytes that may be embedded."""
        # Not `Path.stem`: a mask fraction has a point.
        self._by_place = {(p.parent.name, p.name.removesuffix(p.suffix)): p for p in figures}
        self._room = room

    def of(self, of: Of, *drawn: Any, model: str = "", view: Sequence[str] = ()) -> list[Shown]:
        """The figures of a kind that the page shows, in their order, as far as they were drawn.

        Args:
            of: as of an `Entry`.
            drawn: what the captions are written from.
            model: the one that they are of; none of figures of all models.
            view: the selection, mask fraction or both that they are of.
        """
        shown = []
        for module, entry in FIGURES.items():
            path = self._by_place.get((model or ALL, entry.stem(*view)))
            if entry.of == of and entry.page and path:
                shown.append(self._shown(path, function_of(module, entry.page)(*drawn)))
        return shown

    def _shown(self, path: Path, caption: str) -> Shown:
        size = path.stat().st_size
        if size > self._room:
            return Shown(path.name, None, caption)
        self._room -= size
        content = base64.b64encode(path.read_bytes()).decode("ascii")
        return Shown(path.name, f"data:{MEDIA[path.suffix]};base64,{content}", caption)
