"""AIS and similarity as tables for a paper: LaTeX with booktabs, and Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from benchprof import markdown
from benchprof.ablation import and_mask_fraction
from benchprof.files import write_text
from benchprof.profile.criteria import SIGNIFICANCE
from benchprof.report.matrix import BROKEN, Matrix, similarity_of
from benchprof.report.names import codes, inline, readable
from benchprof.report.numbers import NONE, number
from benchprof.report.outcomes import undefined
from benchprof.report.references import escaped


def write_impact_tables(matrix: Matrix, targets: Sequence[Path]) -> None:
    """Write every AIS of a model, selection and mask fraction, to .tex and .md files.

    Benchmarks by abilities, each value with its marks, and the mean of the random masks.
    """
    short = codes(matrix.abilities)
    ais = matrix.grid("ais").astype(float)
    marks = matrix.marked().map(lambda marked: "*" if marked else "")
    marks += matrix.broken().map(lambda broken: BROKEN if broken else "")
    texts = ais.map(number) + marks.where(ais.notna(), "")
    texts = texts.rename(index=readable, columns=short)
    legend = ", ".join(f"{code} {inline(a)}" for a, code in short.items())
    caption = [
        f"Ability Impact Scores of {matrix.model} ({matrix.metrics()}; masks: "
        f"{matrix.masks_in_words}). {legend}. {NONE} undefined."
    ]
    if matrix.controlled:
        means = matrix.with_controls().groupby("benchmark", sort=False)["random_mean"].mean()
        texts["random"] = means.map(number).to_numpy()
        caption.append(
            f"random: mean of the random masks of the same size. * differs from these "
            f"(q < {SIGNIFICANCE})."
        )
    if matrix.broken().any(axis=None):
        caption.append(f"{BROKEN} the ablated model is broken as a whole: names no ability.")
    label = f"tab:impact-{matrix.model}-{matrix.selection}-{matrix.mask_fraction}"
    _write(texts, " ".join([*caption, *undefined(matrix)]), label, targets)


def write_similarity_tables(
    table: pd.DataFrame, selection: str, mask_fraction: str, targets: Sequence[Path]
) -> None:
    """Write the similarity of models under one selection and mask fraction, as .tex and .md."""
    rows = similarity_of(table, selection, mask_fraction)
    wide = rows.pivot(index="benchmark", columns="pair", values="similarity")
    wide = wide.loc[rows["benchmark"].unique(), rows["pair"].unique()]
    low, high = number(rows["noise_low"].min()), number(rows["noise_high"].max())
    caption = (
        "Similarity of two models' profiles, 1 less the Jensen-Shannon divergence (masks: "
        f"{selection}{and_mask_fraction(mask_fraction)}). Pairs of pure noise reach {low} to "
        f"{high} (95%). {NONE} undefined."
    )
    texts = wide.astype(float).map(number).rename(index=readable)
    _write(texts, caption, f"tab:similarity-{selection}-{mask_fraction}", targets)


def _write(texts: pd.DataFrame, caption: str, label: str, targets: Sequence[Path]) -> None:
    """Write a table of texts, its first column at the left, the others centred."""
    rows = [[str(name), *row] for name, row in zip(texts.index, texts.to_numpy(), strict=True)]
    header = ["Benchmark", *map(str, texts.columns)]
    lines = [" & ".join(map(escaped, line)) + r" \\" for line in rows]
    latex = [
        "% Needs \\usepackage{booktabs}.",
        r"\begin{table}\centering\small",
        rf"\begin{{tabular}}{{l{'c' * len(texts.columns)}}}",
        r"\toprule",
        " & ".join(map(escaped, header)) + r" \\",
        r"\midrule",
        *lines,
        r"\bottomrule",
        r"\end{tabular}",
        rf"\caption{{{escaped(caption)}}}\label{{{label}}}",
        r"\end{table}",
    ]
    table = markdown.table(header, rows, ":---:")
    forms = {".tex": latex, ".md": [*table, "", caption]}
    for target in targets:
        write_text(target, "\n".join(forms[target.suffix]) + "\n")
