"""The tables and the summary: values and marks by hand, and LaTeX that compiles."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from benchprof.profile.comparison import similarity_rows
from benchprof.report.names import codes
from benchprof.report.paper_tables import write_impact_tables, write_similarity_tables
from benchprof.report.summary import write_summary

from .conftest import ABILITIES, OWN, Table, finished, matrix, row


def small() -> pd.DataFrame:
    cells = {("x_1", 0): 0.5, ("x_1", 1): -0.002, ("y", 0): 0.1, ("y", 1): 0.2}
    rows = [
        row(value, benchmark=b, ability=ABILITIES[a], p=0.001 if value == 0.5 else 0.7,
            reason="too few items" if b == "y" else "", flag="" if a else "ablated_model_broken")
        for (b, a), value in cells.items()
    ]  # fmt: skip
    rows += [
        row(v, benchmark="x_1", ability="all_abilities", seed=s) for s, v in ((1, 0.0), (2, 0.1))
    ]
    return finished(rows)


def written(folder: Path, table: pd.DataFrame, model: str = "tiny") -> tuple[list[str], list[str]]:
    targets = [folder / "impact.md", folder / "impact.tex"]
    write_impact_tables(matrix(table, model), targets)
    markdown, latex = (target.read_text().splitlines() for target in targets)
    return markdown, latex


def test_the_tables_are_as_worked_out_by_hand(tmp_path: Path) -> None:
    markdown, latex = written(tmp_path, small())
    assert markdown[:4] == [
        "| Benchmark | AR | CCR | random |",
        "| --- | :---: | :---: | :---: |",
        "| X 1 | 0.50*† | 0.00 | 0.05 |",
        "| Y | -- | -- | -- |",
    ]
    assert "AR analogical reasoning, CCR commonsense causal reasoning" in markdown[5]
    assert r"X 1 & 0.50*\textdagger{} & 0.00 & 0.05 \\" in latex
    assert [line for line in latex if line.endswith("rule")] == [
        "\\toprule", "\\midrule", "\\bottomrule",
    ]  # fmt: skip
    assert r"(q $<$ 0.05)" in latex[-2]


def test_a_model_s_name_is_escaped_but_in_the_label(make_table: Table, tmp_path: Path) -> None:
    name = "Llama-3.1_8B-Instruct"
    table = make_table(2, 2, models=(name, "own"))
    latex = "\n".join(written(tmp_path, table, name)[1])
    assert rf"\label{{tab:impact-{name}-contrastive-0.001}}" in latex
    assert r"of Llama-3.1\_8B-Instruct (" in latex


def test_every_row_has_as_many_columns_as_the_header(make_table: Table, tmp_path: Path) -> None:
    table = make_table(benchmarks=16)
    markdown, latex = written(tmp_path, table, table["model"].iloc[0])
    rows = [line for line in latex if line.endswith(r"\\")]
    assert len(rows) == 17
    assert {line.count(" & ") for line in rows} == {11}
    assert {line.count("|") for line in markdown if line.startswith("|")} == {13}


def test_the_similarity_table_has_a_column_per_pair(make_table: Table, tmp_path: Path) -> None:
    table = similarity_rows(
        make_table(benchmarks=3, models=("a_b", "c"), undefined=(1,)), "model", seed=1
    )
    targets = [tmp_path / "similarity.md", tmp_path / "similarity.tex"]
    write_similarity_tables(table, "contrastive", "0.001", targets)
    rows = [line.split(" | ")[1] for line in targets[0].read_text().splitlines()[2:5]]
    assert [own.removesuffix(" |") for own in rows] == [
        f"{table['similarity'][0]:.2f}", "--", f"{table['similarity'][2]:.2f}",
    ]  # fmt: skip
    assert r"Benchmark & a\_b and c \\" in targets[1].read_text()


def test_the_summary_has_values_marks_and_where_things_are(tmp_path: Path) -> None:
    table = small()
    own = {ABILITIES[0]: "x_1"}
    for name in ("one.txt", "two.txt"):
        write_summary(
            tmp_path / name, {"impact": table}, own, "chance_corrected",
            [Path("results/figures/a.png")], Path("results/report.html"), ["x_1"],
        )  # fmt: skip
    text = (tmp_path / "one.txt").read_text()
    assert text == (tmp_path / "two.txt").read_text()
    lines = [line.split() for line in text.splitlines()]
    assert ["AR", "CCR", "random"] in lines
    assert ["X", "1", "[0.50*]", "0.00", "0.05"] in lines
    assert ["Y", "--", "--", "--"] in lines
    assert "nan" not in text.lower()
    assert "Calibration items" in text
    assert text.endswith("Figures:\n  results/figures/a.png\nReport: results/report.html\n")


def test_the_summary_has_a_table_per_model_and_counts_many_figures(
    make_table: Table, tmp_path: Path
) -> None:
    table = make_table(3, 12, models=("one", "two"))
    figures = [Path(f"results/figures/model-{n}/impact_contrastive_0.001.png") for n in range(20)]
    target = tmp_path / "summary.txt"
    write_summary(target, {"impact": table}, OWN, "relative", figures, Path("report.html"))
    text = target.read_text()
    assert "Scores of one," in text and "Scores of two," in text
    assert "Figures:\n  20 in results/figures\nReport:" in text


def test_codes_are_unique_and_not_those_of_another_name() -> None:
    assert codes(["spatial_reasoning", "deductive_reasoning", "social_reasoning"]) == {
        "spatial_reasoning": "SR1", "deductive_reasoning": "DR", "social_reasoning": "SR2",
    }  # fmt: skip
    names = ["contextual_recall", "causal_reasoning", "contextual_recall_1"]
    assert codes(names) == dict(zip(names, ["CR2", "CR3", "CR1"], strict=True))
