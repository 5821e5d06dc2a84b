"""Figures: nothing overlaps or is cut, undefined cells say so, and bytes repeat."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from benchprof.profile.comparison import similarity_rows
from benchprof.report import style
from benchprof.report.figures import similarity
from benchprof.report.figures.heatmap import caption, draw_heatmap, heatmap_figure
from benchprof.report.figures.similarity import draw_similarity, similarity_figure
from benchprof.report.matrix import similarity_of
from benchprof.report.outcomes import full_caption

from .conftest import MODEL, OWN, REASON, Table, finished, matrix, row
from .legibility import assert_legible, drawn

FORMS = ("png", "svg", "csv", "txt")


@pytest.mark.parametrize(
    "size",
    [
        {"benchmarks": 10},
        {"benchmarks": 16, "undefined": (2, 12), "unbounded": (3,)},
        {"benchmarks": 16, "seeds": (1, 2, 3, 4, 5, 6, 7)},
        {"benchmarks": 10, "undefined": tuple(range(10))},
        {"benchmarks": 1, "abilities": 1, "seeds": ()},
    ],
)
def test_no_text_of_the_heatmap_overlaps_or_is_cut(make_table: Table, size: dict) -> None:
    with style.styled():
        assert_legible(heatmap_figure(matrix(make_table(**size))))


def test_the_heatmap_of_extreme_values_keeps_its_numbers_in_their_cells() -> None:
    values = (-123.456, -12.345, -0.001, 1234.0)
    table = finished([row(v, model=MODEL, ability=a) for v, a in zip(values, OWN, strict=False)])
    with style.styled():
        texts = [t.get_text() for t in assert_legible(heatmap_figure(matrix(table)))]
    assert {"-123", "-12.3", "0.00", "1234"} <= set(texts)


def test_the_heatmap_shows_values_marks_and_reasons(make_table: Table) -> None:
    table = make_table(benchmarks=11, undefined=(2,))
    own = matrix(table)
    with style.styled():
        figure = heatmap_figure(own)
        texts = [t.get_text() for t in drawn(figure)]
    value = own.grid("ais").loc["analogical_reasoning_test", "analogical_reasoning"]
    assert f"{value:.2f}*" in texts
    assert not any(REASON in text or "guessing" in text for text in texts), "no paragraph"
    hatched = [p for p in figure.axes[0].patches if p.get_hatch()]
    framed = [p for p in figure.axes[0].patches if isinstance(p, Rectangle) and not p.get_fill()]
    assert len(hatched) == 10
    assert len(framed) == 10
    # Zero is in the middle of the colours.
    low, high = figure.axes[0].collections[0].get_clim()
    assert low == -high
    assert "60 items a benchmark" in caption(own)
    assert full_caption(caption(own), own).endswith(
        "Benchmarks without an AIS: 1 of 11. No AIS: the intact model is not significantly above "
        "guessing (Contextual recall test)."
    )


def test_the_heatmap_says_once_that_most_rows_have_no_ais(make_table: Table) -> None:
    most = matrix(make_table(benchmarks=11, undefined=(0, 1, 2, 4, 5, 10)))
    half = matrix(make_table(benchmarks=12, undefined=(0, 1, 2, 4, 5, 10)))
    none = matrix(make_table(benchmarks=3, undefined=(0, 1, 2)))
    with style.styled():
        rows = [
            [label.get_text() for label in heatmap_figure(own).axes[0].get_yticklabels()]
            for own in (most, half, none)
        ]
    assert [name.replace("\n", " ") for name in rows[0]] == [
        "Deductive reasoning test (60)", "Quantitative reasoning test (60)",
        "Semantic relationship comprehension test (60)", "Spatial reasoning test (60)",
        "Temporal reasoning test (60)", "No AIS: 6 other benchmarks",
    ]  # fmt: skip
    assert len(rows[1]) == 12
    assert rows[2] == ["No AIS: 3 benchmarks"]


def test_many_controls_are_summed_up(make_table: Table) -> None:
    grid = matrix(make_table(benchmarks=1, seeds=tuple(range(8)))).control_grid()
    assert list(grid.columns) == ["random_mean_of_8", "random_lowest", "random_highest"]
    np.testing.assert_allclose(grid.iloc[0], [0.07, 0.0, 0.14])


@pytest.mark.parametrize("models", [("a", "b"), (MODEL, "gemma3-270m-instruct", "qwen2-7b")])
def test_no_text_of_the_similarity_bars_overlaps_or_is_cut(
    make_table: Table, models: tuple[str, ...]
) -> None:
    table = similarity_rows(
        make_table(benchmarks=16, models=models, undefined=(4,)), "model", seed=1
    )
    with style.styled():
        texts = assert_legible(similarity_figure(similarity_of(table, "contrastive", "0.001")))
    shown = [t.get_text() for t in texts]
    assert "undefined" in shown
    first = f"{table['similarity'].iloc[0]:.2f}"
    assert first in shown


def test_figures_are_the_same_bytes_twice_and_name_no_date(
    make_table: Table, tmp_path: Path
) -> None:
    table = make_table(benchmarks=3, abilities=3, models=(MODEL, "other"), undefined=(1,))
    similar = similarity_rows(table, "model", seed=1)
    for folder in ("one", "two"):
        targets = [tmp_path / folder / f"impact.{form}" for form in FORMS]
        draw_heatmap(matrix(table), targets)
        targets = [
            tmp_path / folder / f"similarity.{form}" for form in ("png", "svg", "csv", "txt")
        ]
        draw_similarity(similar, "contrastive", "0.001", targets)
    files = sorted((tmp_path / "one").iterdir())
    assert len(files) == 8, "nothing but the targets"
    for file in files:
        content = file.read_bytes()
        assert content == (tmp_path / "two" / file.name).read_bytes(), file.name
        assert b"dc:date" not in content
        assert b"Software" not in content


def test_a_model_that_the_table_lacks_is_an_error(make_table: Table) -> None:
    with pytest.raises(ValueError, match="has no other"):
        matrix(make_table(), "other")


def test_a_similarity_has_its_interval_as_a_line(make_table: Table) -> None:
    similar = similarity_rows(make_table(benchmarks=2, models=("a", "b")), "model", seed=1)
    rows = similarity_of(similar, "contrastive", "0.001").assign(
        similarity_low=[0.5, np.nan], similarity_high=[0.75, np.nan]
    )
    with style.styled():
        axes = similarity_figure(rows).axes[0]
    drawn_lines = {
        tuple(segment[:, 0])
        for lines in axes.collections
        for segment in lines.get_segments()
        if segment[0, 1] == segment[1, 1]
    }
    assert drawn_lines == {(0.5, 0.75)}
    assert "Lines: 95% intervals" in similarity.caption(rows)
    over = rows.assign(similarity=[0.9, 0.5], noise_high=0.8)
    assert similarity.caption(over).endswith("1 of 2.")


def test_a_broken_model_has_a_dagger_and_what_it_says(make_table: Table) -> None:
    table = make_table(benchmarks=2, abilities=2)
    own = (table["ability"] == "analogical_reasoning") & table["seed"].isna()
    table.loc[own, "flag_code"] = "ablated_model_broken"
    with style.styled():
        texts = [text.get_text() for text in drawn(heatmap_figure(matrix(table)))]
    assert sum("†" in text and "broken" not in text for text in texts) == 2
    assert any("† ablated model broken" in " ".join(text.split()) for text in texts)
