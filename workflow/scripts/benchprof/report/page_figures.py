"""The page's figures: which belongs where, and embedded, so that the page asks for nothing."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from benchprof.report.figures import clusters, forest, heatmap, radar, ribbons, similarity, sweep
from benchprof.report.matrix import Matrix

MEDIA = {".svg": "image/svg+xml", ".png": "image/png"}
CAPTIONS = {
    "impact": heatmap.caption,
    "forest": forest.caption,
    "radar": radar.caption,
    "ribbons": ribbons.caption,
    "clusters": clusters.caption,
}
# Bytes of all embedded figures: a page of a large grid names the rest by their files.
MOST = 24_000_000


@dataclass(frozen=True)
class Shown:
    """A figure on the page; without a `source` it is named alone."""

    kind: str
    name: str
    source: str | None
    caption: str


@dataclass
class Album:
    """The figures of a run by (model, stem), given out as long as there is room.

    Attributes:
        figures: SVG or PNG files, `MODEL/KIND_SELECTION_FRACTION` or `KIND...` of all models.
        room: bytes that may still be embedded.
    """

    figures: Sequence[Path]
    room: int = MOST
    _by_place: Mapping[tuple[str, str], Path] = field(init=False)

    def __post_init__(self) -> None:
        # Not `Path.stem`: k has a point.
        self._by_place = {
            (path.parent.name, path.name.removesuffix(path.suffix)): path for path in self.figures
        }

    def of_matrix(self, matrix: Matrix) -> list[Shown]:
        """What shows one model, selection and k."""
        stems = {kind: f"{kind}_{matrix.selection}_{matrix.fraction}" for kind in CAPTIONS}
        return [
            self._shown(kind, (matrix.model, stem), CAPTIONS[kind](matrix))
            for kind, stem in stems.items()
            if (matrix.model, stem) in self._by_place
        ]

    def of_sweep(self, table: pd.DataFrame, model: str, selection: str) -> Shown | None:
        """AIS against k, where it was drawn."""
        place = (model, f"sweep_{selection}")
        if place not in self._by_place:
            return None
        numbers = sweep.sweep_numbers(table, model, selection)
        matrix = sweep.first_matrix(table, model, selection)
        return self._shown("sweep", place, sweep.caption(numbers, matrix))

    def of_similarity(self, rows: pd.DataFrame, selection: str, fraction: str) -> Shown | None:
        """The similarity of models under one selection and k."""
        return self.of_all(f"similarity_{selection}_{fraction}", similarity.caption(rows))

    def of_all(self, stem: str, caption: str) -> Shown | None:
        """A figure of all models together, where it was drawn."""
        places = [place for place in self._by_place if place[1] == stem]
        return self._shown(stem, places[0], caption) if places else None

    def _shown(self, kind: str, place: tuple[str, str], caption: str) -> Shown:
        path = self._by_place[place]
        size = path.stat().st_size
        if size > self.room:
            return Shown(kind, path.name, None, caption)
        self.room -= size
        content = base64.b64encode(path.read_bytes()).decode("ascii")
        return Shown(kind, path.name, f"data:{MEDIA[path.suffix]};base64,{content}", caption)
