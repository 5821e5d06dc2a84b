"""The page's figures: which belongs where, and embedded, so that the page asks for nothing."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchprof.report.figures import forest, heatmap, radar, ribbons
from benchprof.report.matrix import Matrix

MEDIA = {".svg": "image/svg+xml", ".png": "image/png"}
CAPTIONS = {
    "impact": heatmap.caption,
    "forest": forest.caption,
    "radar": radar.caption,
    "ribbons": ribbons.caption,
}
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
        # Not `Path.stem`: k has a point.
        self._by_place = {(p.parent.name, p.name.removesuffix(p.suffix)): p for p in figures}
        self._room = room

    def of_matrix(self, matrix: Matrix) -> list[Shown]:
        """What shows one model, selection and mask fraction."""
        shown = [
            self.of_model(
                matrix.model, f"{kind}_{matrix.selection}_{matrix.mask_fraction}", caption(matrix)
            )
            for kind, caption in CAPTIONS.items()
        ]
        return [figure for figure in shown if figure]

    def of_model(self, model: str, stem: str, caption: str) -> Shown | None:
        """A figure of one model, where it was drawn."""
        return self._shown(self._by_place.get((model, stem)), caption)

    def of_all(self, stem: str, caption: str) -> Shown | None:
        """A figure of all models together, where it was drawn."""
        paths = (path for (_, own), path in self._by_place.items() if own == stem)
        return self._shown(next(paths, None), caption)

    def _shown(self, path: Path | None, caption: str) -> Shown | None:
        if path is None:
            return None
        size = path.stat().st_size
        if size > self._room:
            return Shown(path.name, None, caption)
        self._room -= size
        content = base64.b64encode(path.read_bytes()).decode("ascii")
        return Shown(path.name, f"data:{MEDIA[path.suffix]};base64,{content}", caption)
