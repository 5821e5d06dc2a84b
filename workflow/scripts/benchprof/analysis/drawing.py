"""What every job of the analysis makes: a table, and a figure of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchprof.files import write_csv

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Drawing:
    """Where a table and its figure go.

    Attributes:
        title: of the figure.
        csv: the table.
        figures: the figure as PNG, SVG and PDF, and its caption as TXT.
    """

    title: str
    csv: Path
    figures: Sequence[Path]

    def write(
        self, table: pd.DataFrame, draw: Callable[[pd.DataFrame, str, Sequence[Path]], None]
    ) -> None:
        """Write the table, and draw it."""
        write_csv(self.csv, table, digits=6)
        draw(table, self.title, self.figures)
