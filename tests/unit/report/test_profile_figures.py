"""Forest, radar, ribbons, sweep and pipeline: legible, and their numbers by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle

from benchprof.report import style
from benchprof.report.figures import (
    forest,
    pipeline,
    radar,
    ribbons,
    sweep,
)

from .conftest import ABILITIES, MODEL, OWN, REASON, Table, finished, matrix, row
from .legibility import assert_legible, drawn

SIZES: list[dict[str, Any]] = [
    {"benchmarks": 16, "undefined": (2, 12), "unbounded": (3,), "seeds": (1, 2, 3, 4, 5)},
    {"benchmarks": 10, "undefined": tuple(range(10))},
    {"benchmarks": 5, "seeds": ()},
    {"benchmarks": 1},
    {"benchmarks": 10, "abilities": 1},
    {"benchmarks": 1, "abilities": 1, "seeds": ()},
]


def at_each_mask_fraction(table: pd.DataFrame, mask_fractions: tuple[str, ...]) -> pd.DataFrame:
    return pd.concat(
        [
            table.assign(mask_fraction=mask_fraction_value, mask_fraction_value=mask_fraction_value)
            for mask_fraction_value in mask_fractions
        ]
    )


def sweep_of(table: pd.DataFrame) -> Figure:
    """The sweep of the model; in the style of a caller."""
    numbers = sweep.sweep_numbers(table, MODEL, "contrastive")
    return sweep.sweep_figure(numbers, sweep.first_matrix(table, MODEL, "contrastive"))


@pytest.mark.parametrize("size", SIZES)
def test_no_text_overlaps_or_is_cut(make_table: Table, size: dict[str, Any]) -> None:
    shown = matrix(make_table(**size))
    for width in (style.ONE_COLUMN, style.TWO_COLUMNS):
        with style.styled(width):
            assert_legible(forest.forest_figure(shown))
            assert_legible(radar.radar_page(shown))
            assert_legible(radar.single_radar(shown, shown.benchmarks[0]))
    with style.styled():
        assert_legible(ribbons.ribbon_figure(shown))


@pytest.mark.parametrize("size", SIZES)
def test_no_text_of_the_sweep_overlaps_or_is_cut(make_table: Table, size: dict[str, Any]) -> None:
    table = at_each_mask_fraction(
        make_table(**size), ("0.00001", "0.00004", "0.00016", "0.00256", "0.01024")
    )
    for width in (style.ONE_COLUMN, style.TWO_COLUMNS):
        with style.styled(width):
            assert_legible(sweep_of(table))


def test_each_cell_stands_beside_the_controls_that_match_it() -> None:
    rows = [row(0.4, ability=a) for a in ABILITIES[:2]]
    # Controls of each ability: 0.1 and 0.3 of the first, 0.7 of the second.
    rows += [row(v, ability=ABILITIES[0], seed=s) for s, v in ((1, 0.1), (2, 0.3))]
    rows += [row(0.7, ability=ABILITIES[1], seed=1)]
    numbers = forest.forest_numbers(matrix(finished(rows), "tiny"))
    controls = numbers[["random_mean", "random_low", "random_high"]].to_numpy()
    np.testing.assert_allclose(controls, [[0.2, 0.1, 0.3], [0.7, 0.7, 0.7]])


def test_a_control_for_all_abilities_stands_beside_every_cell(make_table: Table) -> None:
    numbers = forest.forest_numbers(matrix(make_table(benchmarks=2, abilities=3, seeds=(1, 3))))
    assert len(numbers) == 6
    np.testing.assert_allclose(numbers["random_mean"], 0.04)
    np.testing.assert_allclose(numbers["random_high"], 0.06)


@pytest.mark.parametrize("controlled", [True, False])
def test_only_a_significant_ais_has_the_colour_of_its_sign(controlled: bool) -> None:
    """Against random masks or, without these, where the interval (0.1 either way) excludes 0."""
    cells = ((0.4, 0.001), (-0.4, 0.001), (0.05, 0.6))
    rows = [row(ais, ability=ability, p=p, controlled=controlled)
            for ability, (ais, p) in zip(ABILITIES, cells, strict=False)]  # fmt: skip
    with style.styled():
        (axes,) = forest.forest_figure(matrix(finished(rows), "tiny")).axes
    marks = [line for line in axes.lines if line.get_marker() in ("o", "s")]
    assert [line.get_color() for line in marks] == [style.LOSS, style.GAIN, style.MUTED]
    assert [line.get_markerfacecolor() for line in marks] == [style.LOSS, style.GAIN, "white"]


def test_the_forest_and_the_sweep_leave_out_what_has_no_ais(make_table: Table) -> None:
    table = make_table(benchmarks=3, undefined=(1,))
    swept = at_each_mask_fraction(table, ("0.001", "0.01"))
    with style.styled():
        for figure in (forest.forest_figure(matrix(table)), sweep_of(swept)):
            texts = [text.get_text() for text in drawn(figure)]
            assert len(figure.axes) == 2
            assert not any("AIS:" in text or REASON[:20] in text for text in texts)


def test_a_caption_beside_the_figure_says_why_there_is_no_ais(
    make_table: Table, tmp_path: Path
) -> None:
    table = at_each_mask_fraction(make_table(benchmarks=4, undefined=(1, 2)), ("0.001", "0.01"))
    why = "significantly above guessing (Commonsense causal reasoning test, Context"
    shown = matrix(table)
    single = {benchmark: [tmp_path / f"{benchmark}.txt"] for benchmark in list(OWN.values())[:2]}
    forest.draw_forest(shown, [tmp_path / "forest.txt"])
    ribbons.draw_ribbons(shown, [tmp_path / "ribbons.txt"])
    radar.draw_radars(shown, [tmp_path / "radar.txt"], single)
    sweep.draw_sweep(table, MODEL, "contrastive", [tmp_path / "sweep.txt"])
    for name in ("forest", "ribbons", "radar", "sweep"):
        text = (tmp_path / f"{name}.txt").read_text()
        assert text.count(why) == 1, name
        assert "Benchmarks without an AIS: 2 of 4." in text
    assert REASON in single["commonsense_causal_reasoning_test"][0].read_text()
    assert "No AIS" not in single["analogical_reasoning_test"][0].read_text()


def test_a_radar_shows_the_values_at_its_corners() -> None:
    values = (0.5, -0.2, 3.0, 0.0)
    rows = [row(v, ability=a) for v, a in zip(values, ABILITIES, strict=False)]
    with style.styled():
        figure = radar.single_radar(matrix(finished(rows), "tiny"), "arc_challenge")
    angle, distance = figure.axes[0].lines[0].get_data()
    corners = np.interp(np.arange(5) * np.pi / 2, angle, distance)
    # What lies beyond the widest range is drawn at the rim.
    shown = matrix(finished(rows), "tiny")
    assert "AIS beyond the centre or the rim are drawn there." in radar.caption(shown)
    np.testing.assert_allclose(corners, [0.5, -0.2, radar.WIDEST, 0.0, 0.5], atol=1e-12)
    positive, negative = figure.axes[0].collections[:2]
    assert min(path.vertices[:, 1].min() for path in positive.get_paths()) >= 0
    assert max(path.vertices[:, 1].max() for path in negative.get_paths()) <= 0


def test_a_benchmark_without_ais_has_no_radar_but_a_note(make_table: Table) -> None:
    shown = matrix(make_table(benchmarks=4, undefined=(1,)))
    with style.styled():
        page = radar.radar_page(shown)
        single = radar.single_radar(shown, shown.benchmarks[1])
    assert len(page.axes) == 3
    assert radar.caption(shown).endswith("Benchmarks without an AIS: 1 of 4.")
    assert not single.axes
    assert single.texts[1].get_text() == "No AIS."


def test_ribbons_are_those_above_the_threshold_and_as_wide_as_their_ais() -> None:
    values = {("a", "x"): 0.4, ("a", "y"): 0.1, ("b", "x"): 0.04, ("b", "y"): -0.3}
    rows = [row(v, ability=a, benchmark=b) for (a, b), v in values.items()]
    shown = matrix(finished(rows), "tiny")
    assert list(ribbons.ribbon_numbers(shown)["ais"]) == [0.4, 0.1]
    with style.styled():
        figure = ribbons.ribbon_figure(shown)
    paths = [p.get_path().vertices for p in figure.axes[0].patches if isinstance(p, PathPatch)]
    # First corner and last: the ends of the band's left edge.
    widths = [path[-2][1] - path[0][1] for path in paths]
    assert widths[0] / widths[1] == pytest.approx(4)
    bars = [p for p in figure.axes[0].patches if isinstance(p, Rectangle)]
    assert bars[0].get_height() == pytest.approx(sum(widths))
    # Of few and small AIS, 1 is 0.6 inches high.
    assert widths[0] == pytest.approx(0.4 * 0.6)


def test_a_calibrated_mask_fraction_has_its_place_in_the_sweep_once(make_table: Table) -> None:
    table = make_table(benchmarks=2, abilities=2)
    numbered = at_each_mask_fraction(table, ("0.01", "0.0002"))
    between = pd.concat(
        [table.assign(mask_fraction="calibrated", mask_fraction_value="0.001"), numbered]
    )
    numbers = sweep.sweep_numbers(between, MODEL, "contrastive")
    assert list(numbers["mask_fraction_value"].unique()) == ["0.0002", "0.001", "0.01"]
    assert list(numbers["mask_fraction"].unique()) == ["0.0002", "calibrated", "0.01"]
    with style.styled():
        assert_legible(sweep_of(between))
    same = pd.concat(
        [table.assign(mask_fraction="calibrated", mask_fraction_value="0.01"), numbered]
    )
    numbers = sweep.sweep_numbers(same, MODEL, "contrastive")
    assert list(numbers["mask_fraction"].unique()) == ["0.0002", "0.01"]
    assert len(numbers) == 2 * 2 * 2


def test_the_pipeline_adds_up_what_snakemake_timed(tmp_path: Path) -> None:
    head = "s\th:m:s\tmax_rss\n"
    (tmp_path / "a.tsv").write_text(f"{head}90.5\t0:01:30\t2048.0\n")
    (tmp_path / "b.tsv").write_text(f"{head}40.0\t0:00:40\t-\n")
    files = [tmp_path / name for name in ("a.tsv", "b.tsv", "missing.tsv")]
    numbers = pipeline.pipeline_numbers({"evaluate_benchmark": files, "check_sizes": files[2:]})
    evaluation, sizes = numbers.to_dict("records")
    assert (evaluation["jobs"], evaluation["timed"]) == (3, 2)
    assert (evaluation["seconds"], evaluation["longest"]) == (130.5, 90.5)
    assert evaluation["memory_mb"] == 2048
    assert (sizes["jobs"], sizes["timed"]) == (1, 0)
    assert pipeline.caption(numbers).startswith("The stages of this run: 2 timed jobs, 2 min in")
    with style.styled():
        texts = {text.get_text() for text in assert_legible(pipeline.pipeline_figure(numbers))}
    assert "jobs: 3 (2 timed)\n2 min\n2.0 GB" in texts
    assert "no times kept" in texts


def test_the_numbers_lie_beside_the_figure(make_table: Table, tmp_path: Path) -> None:
    table = make_table(benchmarks=3)
    targets = [tmp_path / f"forest.{form}" for form in ("png", "svg", "csv")]
    forest.draw_forest(matrix(table), targets)
    numbers = pd.read_csv(tmp_path / "forest.csv")
    cells = table[table["headline"] & table["seed"].isna()]
    np.testing.assert_allclose(numbers["ais"], cells["ais"])
    assert {path.suffix for path in tmp_path.iterdir()} == {".png", ".svg", ".csv"}


def test_a_broken_model_has_no_ribbons_and_is_named(make_table: Table) -> None:
    table = make_table(benchmarks=3, abilities=3)
    own = (table["ability"] == ABILITIES[0]) & table["seed"].isna()
    table.loc[own, "flag_code"] = "ablated_model_broken"
    shown = matrix(table)
    assert set(ribbons.ribbon_numbers(shown)["ability"]) == set(ABILITIES[1:3])
    said = "Left out because the ablated models are broken as a whole: Analogical reasoning."
    assert ribbons.caption(shown).endswith(said)
    count = len(ribbons.ribbon_numbers(shown))
    assert f"{count} AIS above 0.05 of models that are not broken, each" in ribbons.caption(shown)


def test_a_pale_ribbon_is_one_that_random_masks_explain() -> None:
    rows = [row(0.5, ability=own, p=p) for own, p in zip(ABILITIES, (0.001, 0.6), strict=False)]
    shown = matrix(finished([*rows, row(0.02, ability="all_abilities", seed=1)]), "tiny")
    with style.styled():
        (axes,) = ribbons.ribbon_figure(shown).axes
    drawn_ribbons = [patch for patch in axes.patches if isinstance(patch, PathPatch)]
    # q is 0.002 and 0.6: p of two cells, corrected.
    assert [patch.get_alpha() for patch in drawn_ribbons] == [0.75, 0.25]
    assert "Pale: does not differ from the random masks of the same size (q ≥ 0.05)." in (
        ribbons.caption(shown)
    )


@pytest.mark.parametrize("extra", [[], ["find_super", "evaluate_calibration", "calibrate_masks"]])
def test_the_pipeline_has_the_stages_of_its_run(extra: list[str]) -> None:
    rules = {*pipeline.STAGES} - {"find_super", "evaluate_calibration", "calibrate_masks"}
    numbers = pipeline.pipeline_numbers({rule: [] for rule in [*rules, *extra]})
    with style.styled():
        texts = {text.get_text() for text in assert_legible(pipeline.pipeline_figure(numbers))}
    assert ("Try\nsizes" in texts) is bool(extra)
    assert {"Score\nimportance", "Evaluate\nablations"} <= texts
