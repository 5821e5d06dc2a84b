"""The figures of a run, each once: the entry in a figure's module says what the figure is."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

Of = Literal["matrix", "curve", "shares", "models", "run"]


@dataclass(frozen=True)
class Entry:
    """What a figure is. Its caption in Snakemake's report is `workflow/report/NAME.rst`.

    Attributes:
        name: of its rule (`plot_NAME`), and what the names of its files begin with.
        title: its heading in Snakemake's report.
        of: what one drawing shows: the `matrix` of a model under one selection and mask fraction; a
            model under one selection at all its mask fractions (`curve`); the `shares` of a model's
            item profiles; all `models` under one selection and mask fraction; or the whole
            `run`.
        draw: the function of the module that writes the files. Beside `targets` it takes, in this
            order: `matrix`; `table`, `model` and `selection`; `table`; `table`, `selection` and
            `mask_fraction`; or `timings`.
        place: its place among the figures, in lists and on the page.
        page: the function that writes the caption below it on the page, which is also the text in
            place of the picture. It takes what `draw` takes; of `models` the rows of both; of a
            `run` nothing. Empty if the page does not show the figure.
        each_benchmark: whether the figure of a matrix is also drawn for each benchmark: `draw` then
            takes `singles`, the targets by benchmark.
        narrow: whether there is also a PDF that is one column wide.
    """

    name: str
    title: str
    of: Of
    draw: str
    place: int
    page: str = "caption"
    each_benchmark: bool = False
    narrow: bool = False

    def stem(self, *view: str) -> str:
        """The name of its files without an ending, for one selection, mask fraction or both."""
        return "_".join([self.name, *view])


def function_of(module: str, name: str) -> Any:
    """A function of a figure's module, which is imported with all that draws."""
    return getattr(import_module(f"benchprof.report.figures.{module}"), name)


def read_figures(folder: Path) -> Mapping[str, Entry]:
    """The entries of the modules in a folder, by the module's name, in the order of their places.

    They are read as text, since a plan needs them, and importing what draws takes seconds. So the
    arguments of `ENTRY = Entry(...)` are literals with their names.
    """
    entries = {path.stem: entry for path in folder.glob("*.py") if (entry := _entry(path))}
    ordered = sorted(entries.items(), key=lambda own: (own[1].place, own[0]))
    return MappingProxyType(dict(ordered))


def _entry(module: Path) -> Entry | None:
    for node in ast.parse(module.read_bytes()).body:
        match node:
            case ast.Assign(targets=[ast.Name("ENTRY")], value=ast.Call(keywords=said)):
                return Entry(**{str(own.arg): ast.literal_eval(own.value) for own in said})
    return None


FIGURES = read_figures(Path(__file__).parent / "figures")
"""Of every figure its entry, by the name of its module."""
