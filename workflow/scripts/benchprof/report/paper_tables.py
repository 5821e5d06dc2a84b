"""AIS and similarity as tables for a paper: LaTeX with booktabs, and Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchprof import markdown
from benchprof.files import write_text
from benchprof.profile.criteria import SIGNIFICANCE
from benchprof.report.latex import escaped
from benchprof.report.matrix import BROKEN, Matrix
from benchprof.report.names import codes, inline, readable
from benchprof.report.numbers import number
from benchprof.report.pairs import similarity_of
from benchprof.report.undefined import undefined
from benchprof.run.ablation import and_k

NONE = "--"
BROKEN_NOTE = f"{BROKEN} the ablated model is broken as a whole, and its AIS names no ability."


@dataclass(frozen=True)
class PaperTable:
    """A table of texts; the first column is at the left, the others are centred.

    Attributes:
        caption: sentences below the title.
        label: of LaTeX.
        header: a text per column.
        rows: likewise, each.
    """

    caption: str
    label: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """A pipe table with its caption."""
        body = markdown.table(self.header, self.rows, ":---:")
        return "\n".join(body) + f"\n\n{self.caption}\n"

    def latex(self) -> str:
        """A float with booktabs rules; the preamble needs `\\usepackage{booktabs}`."""
        lines = [" & ".join(escaped(c) for c in line) for line in self.rows]
        header = " & ".join(escaped(c) for c in self.header)
        return "\n".join(
            [
                "% Needs \\usepackage{booktabs}.",
                r"\begin{table}",
                r"\centering",
                r"\small",
                rf"\begin{{tabular}}{{l{'c' * (len(self.header) - 1)}}}",
                r"\toprule",
                rf"{header} \\",
                r"\midrule",
                *(rf"{line} \\" for line in lines),
                r"\bottomrule",
                r"\end{tabular}",
                rf"\caption{{{escaped(self.caption)}}}",
                rf"\label{{{self.label}}}",
                r"\end{table}",
                "",
            ]
        )


def write_impact_tables(matrix: Matrix, targets: Sequence[Path]) -> None:
    """Write every AIS of a model, selection and k, to .tex and .md files."""
    _write(impact_table(matrix), targets)


def write_similarity_tables(
    table: pd.DataFrame, selection: str, fraction: str, targets: Sequence[Path]
) -> None:
    """Write the similarity of models under one selection and k, to .tex and .md files."""
    _write(similarity_table(similarity_of(table, selection, fraction)), targets)


def impact_table(matrix: Matrix) -> PaperTable:
    """Benchmarks by abilities, each value with its marks, and the random masks' mean."""
    short = codes(matrix.abilities)
    values = matrix.grid("ais").to_dict("index")
    marks = matrix.marked().map(lambda marked: "*" if marked else "")
    marks += matrix.broken().map(lambda broken: BROKEN if broken else "")
    marked = marks.to_dict("index")
    random = matrix.with_controls().groupby("benchmark")["random_mean"].mean()
    rows = [
        [
            readable(benchmark),
            *(
                _value(values[benchmark][ability], marked[benchmark][ability])
                for ability in matrix.abilities
            ),
            *([_value(random[benchmark])] if matrix.controlled else []),
        ]
        for benchmark in matrix.benchmarks
    ]
    legend = ", ".join(f"{code} {inline(a)}" for a, code in short.items())
    controls = (
        f"; random: mean of the random masks of the same size. * differs from these "
        f"(q < {SIGNIFICANCE})"
        if matrix.controlled
        else ""
    )
    caption = " ".join(
        [
            f"Ability Impact Scores of {matrix.model} ({matrix.metrics()}; "
            f"masks: {matrix.masks_in_words}). {legend}{controls}. {NONE} undefined.",
            *([matrix.turned] if matrix.complement else []),
            *([BROKEN_NOTE] if matrix.broken().any(axis=None) else []),
            *undefined(matrix),
        ]
    )
    label = f"tab:impact-{matrix.model}-{matrix.selection}-{matrix.fraction}"
    header = ["Benchmark", *short.values(), *(["random"] if matrix.controlled else [])]
    return PaperTable(caption, label, header, rows)


def similarity_table(rows: pd.DataFrame) -> PaperTable:
    """Benchmarks by pairs of models; from the rows of `similarity_of`."""
    pairs = list(rows["pair"].unique())
    wide = rows.pivot(index="benchmark", columns="pair", values="similarity").to_dict("index")
    benchmarks = list(rows["benchmark"].unique())
    texts = [[readable(b), *(_value(wide[b][pair]) for pair in pairs)] for b in benchmarks]
    first = rows.iloc[0]
    low, high = rows["noise_low"].min(), rows["noise_high"].max()
    noise = f" Pairs of pure noise reach {number(low)} to {number(high)} (95%)."
    null = noise if np.isfinite(low) else ""
    caption = (
        f"Similarity of two models' profiles, 1 less the Jensen-Shannon divergence (masks: "
        f"{first['selection']}{and_k(first['fraction'])}).{null} {NONE} undefined."
    )
    label = f"tab:similarity-{first['selection']}-{first['fraction']}"
    return PaperTable(caption, label, ["Benchmark", *pairs], texts)


def _value(value: float, marks: str = "") -> str:
    if not np.isfinite(value):
        return NONE
    return number(value) + marks


def _write(table: PaperTable, targets: Sequence[Path]) -> None:
    forms = {".tex": table.latex, ".md": table.markdown}
    for target in targets:
        write_text(target, forms[target.suffix]())
