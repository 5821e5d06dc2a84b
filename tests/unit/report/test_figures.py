"""Figures: nothing overlaps or is cut, undefined cells say so, and bytes repeat."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from benchprof.profile.comparison import similarity_rows
from benchprof.report import style
from benchprof.report.figures import similarity
from benchprof.report.figures.impact import caption, draw_heatmap, heatmap_figure
from benchprof.report.figures.similarity import draw_similarity, similarity_figure
from benchprof.report.matrix import similarity_of
from benchprof.report.outcomes import full_caption

from .conftest import MODEL, OWN, Table, finished, matrix, row
from .legibility import assert_legible, drawn

FORMS = ("png", "svg", "pdf", "column.pdf", "csv", "txt")
WIDTHS = (style.ONE_COLUMN, style.TWO_COLUMNS)


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
@pytest.mark.parametrize("width", WIDTHS)
def test_no_text_of_the_heatmap_overlaps_or_is_cut(
    make_table: Table, size: dict, width: float
) -> None:
    with style.styled(width):
        assert_legible(heatmap_figure(matrix(make_table(**size))))


def test_the_heatmap_of_extreme_values_keeps_its_numbers_in_their_cells() -> None:
    values = (-123.456, -12.345, -0.001, 1234.0)
    table = finished([row(v, model=MODEL, ability=a) for v, a in zip(values, OWN, strict=False)])
    with style.styled():
        texts = [t.get_text() for t in assert_legible(heatmap_figure(matrix(table)))]
    assert {"\N{MINUS SIGN}123", "\N{MINUS SIGN}12.3", "0.00", "1234"} <= set(texts)


def test_the_heatmap_shows_values_marks_and_reasons(make_table: Table) -> None:
    table = make_table(benchmarks=11, undefined=(2,))
    own = matrix(table)
    with style.styled():
        figure = heatmap_figure(own)
        texts = [t.get_text() for t in drawn(figure)]
    value = own.grid("ais").loc["analogical_reasoning_test", "analogical_reasoning"]
    assert f"{value:.2f}*" in texts
    assert not any("differs" in text or "brackets" in text for text in texts), "no footnote"
    hatched = [p for p in figure.axes[0].patches if p.get_hatch()]
    framed = [p for p in figure.axes[0].patches if isinstance(p, Rectangle) and not p.get_fill()]
    # Of ten abilities, and of the random masks.
    assert len(hatched) == 11
    assert len(framed) == 10
    # Zero is in the middle of the colours.
    low, high = figure.axes[1].get_xlim()
    assert low == -high
    assert "60 items a benchmark" in caption(own)
    assert full_caption(caption(own), own).endswith(
        "Benchmarks without an AIS: 1 of 11. No AIS: the intact model is not significantly above "
        "guessing (Contextual recall test)."
    )


def test_a_sentence_takes_the_place_of_a_heatmap_that_would_be_empty(make_table: Table) -> None:
    most = matrix(make_table(benchmarks=11, undefined=(0, 1, 2, 4, 5, 10)))
    half = matrix(make_table(benchmarks=12, undefined=(0, 1, 2, 4, 5, 10)))
    said = "No picture, as most cells would be empty. Benchmarks without an AIS: 6 of 11."
    with style.styled():
        note, picture = heatmap_figure(most), heatmap_figure(half)
    assert (note.axes, note.texts[1].get_text(), caption(most)) == ([], said, said)
    assert len(picture.axes[0].get_yticks()) == 12


def test_random_masks_are_one_column_with_their_range(make_table: Table) -> None:
    own = matrix(make_table(benchmarks=2, seeds=(0, 1, 4), undefined=(1,)))
    ranges = own.control_ranges()
    # 0.02 a seed.
    np.testing.assert_allclose(ranges.iloc[0], [0.1 / 3, 0.0, 0.08])
    assert ranges.iloc[1].isna().all()
    with style.styled():
        axes = heatmap_figure(own).axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()][-1] == "Random masks (3)"
    assert axes.texts[-1].get_text() == "0.00 to 0.08"


def test_a_cell_is_grey_without_a_star_if_its_interval_includes_zero() -> None:
    ends = ((0.0, 0.5), (0.125, 0.375), (-0.375, -0.125))
    rows = [row((low + high) / 2, ability=ability, low=low, high=high, p=0.001)
            for (low, high), ability in zip(ends, OWN, strict=False)]  # fmt: skip
    with style.styled():
        axes = heatmap_figure(matrix(finished(rows), "tiny")).axes[0]
    cells = [patch for patch in axes.patches if isinstance(patch, Rectangle) and patch.get_fill()]
    grey = [to_hex(cell.get_facecolor()) == style.NEUTRAL for cell in cells]
    assert grey == [True, False, False]
    red, _, blue, _ = cells[2].get_facecolor()
    assert red < blue, "a gain is blue"
    said = [text.get_text() for text in axes.texts]
    assert said == ["0.25", "0.25*", "\N{MINUS SIGN}0.25*"]


def test_benchmarks_of_few_items_stand_apart(make_table: Table) -> None:
    table = make_table(benchmarks=4, seeds=())
    table.loc[table["benchmark"] == "commonsense_causal_reasoning_test", "n"] = 29
    table.loc[table["benchmark"] == "contextual_recall_test", "n"] = 30
    with style.styled():
        axes = heatmap_figure(matrix(table)).axes[0]
    rows = [label.get_text().replace("\n", " ") for label in axes.get_yticklabels()]
    assert rows[2:] == ["Deductive reasoning test (60)", "Commonsense causal reasoning test (29)"]
    assert list(axes.get_yticks()) == [0.5, 1.5, 2.5, 4.5], "a gap of one row"
    assert axes.texts[-1].get_text() == "Fewer than 30 items"


@pytest.mark.parametrize("models", [("a", "b"), (MODEL, "gemma3-270m-instruct", "qwen2-7b")])
def test_no_text_of_the_similarity_bars_overlaps_or_is_cut(
    make_table: Table, models: tuple[str, ...]
) -> None:
    table = similarity_rows(
        make_table(benchmarks=16, models=models, undefined=(4,)), "model", seed=1
    )
    for width in WIDTHS:
        with style.styled(width):
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
        targets = [tmp_path / folder / f"similarity.{form}" for form in FORMS]
        draw_similarity(similar, "contrastive", "0.001", targets)
    files = sorted((tmp_path / "one").iterdir())
    assert len(files) == 12, "nothing but the targets"
    for file in files:
        content = file.read_bytes()
        assert content == (tmp_path / "two" / file.name).read_bytes(), file.name
        assert b"dc:date" not in content
        assert b"Software" not in content
        assert b"CreationDate" not in content


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


def test_a_broken_model_has_a_dagger_that_the_caption_explains(make_table: Table) -> None:
    table = make_table(benchmarks=2, abilities=2)
    own = (table["ability"] == "analogical_reasoning") & table["seed"].isna()
    table.loc[own, "flag_code"] = "ablated_model_broken"
    with style.styled():
        texts = [text.get_text() for text in drawn(heatmap_figure(matrix(table)))]
    assert sum("†" in text for text in texts) == 2
    assert "† ablated model broken as a whole" in caption(matrix(table))


def test_a_file_of_one_column_is_half_as_wide(make_table: Table, tmp_path: Path) -> None:
    targets = [tmp_path / "impact.pdf", tmp_path / "impact.column.pdf"]
    draw_heatmap(matrix(make_table(benchmarks=2, abilities=3)), targets)
    boxes = [re.search(rb"MediaBox \[ 0 0 ([\d.]+)", file.read_bytes()) for file in targets]
    assert [float(box.group(1)) for box in boxes if box] == [504, 252], "points: 72 an inch"
