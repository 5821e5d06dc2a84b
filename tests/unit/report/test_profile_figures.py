"""Forest, radar, ribbons, clusters, sweep and pipeline: legible, and their numbers by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from scipy.spatial.distance import jensenshannon

from benchprof.profile.comparison import similarity_rows
from benchprof.report import style
from benchprof.report.figures import (
    clusters,
    forest,
    heatmap,
    pipeline,
    radar,
    ribbons,
    similarity,
    sweep,
)
from benchprof.report.matrix import matrix_of
from benchprof.report.pairs import similarity_of
from benchprof.report.paper_tables import impact_table, similarity_table
from benchprof.report.summary import impact_text

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


def at_each_k(table: pd.DataFrame, fractions: tuple[str, ...]) -> pd.DataFrame:
    return pd.concat([table.assign(fraction=k, k=k) for k in fractions])


def sweep_of(table: pd.DataFrame) -> Figure:
    """The sweep of the model; in the style of a caller."""
    numbers = sweep.sweep_numbers(table, MODEL, "specific")
    return sweep.sweep_figure(numbers, sweep.first_matrix(table, MODEL, "specific"))


@pytest.mark.parametrize("size", SIZES)
def test_no_text_overlaps_or_is_cut(make_table: Table, size: dict[str, Any]) -> None:
    table = make_table(**size)
    shown = matrix(table)
    with style.styled():
        for figure in (
            forest.forest_figure(shown),
            radar.radar_page(shown),
            radar.single_radar(shown, shown.benchmarks[0]),
            ribbons.ribbon_figure(shown),
            clusters.cluster_figure(shown),
        ):
            assert_legible(figure)


@pytest.mark.parametrize("size", SIZES)
def test_no_text_of_the_sweep_overlaps_or_is_cut(make_table: Table, size: dict[str, Any]) -> None:
    table = at_each_k(make_table(**size), ("0.00001", "0.00004", "0.00016", "0.00256", "0.01024"))
    with style.styled():
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


def test_the_colour_of_an_ais_is_that_of_its_sign() -> None:
    rows = [row(ais, ability=a) for a, ais in zip(ABILITIES, (0.4, -0.4, 0.0), strict=False)]
    with style.styled():
        (axes,) = forest.forest_figure(matrix(finished(rows), "tiny")).axes
    markers = [line.get_color() for line in axes.lines if line.get_marker() in ("o", "s")]
    assert markers == [style.LOSS, style.GAIN, style.INK]


def test_the_forest_and_the_sweep_leave_out_what_has_no_ais(make_table: Table) -> None:
    table = make_table(benchmarks=3, undefined=(1,))
    swept = at_each_k(table, ("0.001", "0.01"))
    with style.styled():
        for figure in (forest.forest_figure(matrix(table)), sweep_of(swept)):
            texts = [text.get_text() for text in drawn(figure)]
            assert len(figure.axes) == 2
            assert "1 of 3 benchmarks has no AIS." in texts
            assert not any(REASON[:20] in text for text in texts)


def test_a_caption_beside_the_figure_says_why_there_is_no_ais(
    make_table: Table, tmp_path: Path
) -> None:
    table = at_each_k(make_table(benchmarks=4, undefined=(1, 2)), ("0.001", "0.01"))
    why = "significantly above guessing (2 benchmarks: Commonsense causal reasoning test, Context"
    shown = matrix(table)
    single = {benchmark: [tmp_path / f"{benchmark}.txt"] for benchmark in list(OWN.values())[:2]}
    forest.draw_forest(shown, [tmp_path / "forest.txt"])
    ribbons.draw_ribbons(shown, [tmp_path / "ribbons.txt"])
    clusters.draw_clusters(shown, [tmp_path / "clusters.txt"])
    radar.draw_radars(shown, [tmp_path / "radar.txt"], single)
    sweep.draw_sweep(table, MODEL, "specific", [tmp_path / "sweep.txt"])
    for name in ("forest", "ribbons", "clusters", "radar", "sweep"):
        text = (tmp_path / f"{name}.txt").read_text()
        assert text.count(why) == 1, name
        assert "2 of 4 benchmarks have no AIS." in text
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
        texts = " ".join(text.get_text() for text in drawn(page))
    assert len(page.axes) == 3
    assert "1 of 4 benchmarks has no AIS." in " ".join(texts.split())
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


def test_clusters_hold_one_less_the_divergence_of_every_pair() -> None:
    profiles = {"x": (0.9, 0.1, 0.0), "y": (0.8, 0.2, 0.0), "z": (0.0, 0.1, 0.9)}
    rows = [
        row(v, ability=a, benchmark=b)
        for b, values in profiles.items()
        for a, v in zip(ABILITIES, values, strict=False)
    ]
    shown = matrix(finished(rows), "tiny")
    numbers = clusters.cluster_numbers(shown)

    def distribution(values: tuple[float, ...]) -> np.ndarray:
        shifted = np.array(values) - min(values)
        return np.asarray(shifted / shifted.sum())

    for pair in numbers.itertuples():
        one, other = (distribution(profiles[b]) for b in (pair.benchmark_a, pair.benchmark_b))
        assert pair.similarity == pytest.approx(1 - jensenshannon(one, other, base=2) ** 2)
    with style.styled():
        names = [t.get_text() for t in clusters.cluster_figure(shown).axes[1].get_yticklabels()]
    assert {names[0], names[2]} in ({"X", "Z"}, {"Y", "Z"}), "the two alike are neighbours"


@pytest.mark.parametrize(
    ("undefined", "said"),
    [
        ((0,), "2 have one. 1 of 3 benchmarks has no AIS."),
        ((0, 1), "1 has one. 2 of 3 benchmarks have no AIS."),
        ((0, 1, 2), "none has one. 3 of 3 benchmarks have no AIS."),
    ],
)
def test_too_few_benchmarks_make_no_clusters(
    make_table: Table, undefined: tuple[int, ...], said: str
) -> None:
    shown = matrix(make_table(benchmarks=3, undefined=undefined))
    with style.styled():
        figure = clusters.cluster_figure(shown)
    assert not figure.axes
    text = f"No clusters: they need 3 benchmarks with a profile; {said}"
    assert figure.texts[1].get_text() == clusters.caption(shown) == text


def test_two_profiles_are_three_benchmarks_without_a_tree() -> None:
    """The third's abilities are all equal, which is no profile."""
    rows = [row(v, ability=a, benchmark=b) for b, values in
            {"x": (0.9, 0.1), "y": (0.2, 0.4), "z": (0.1, 0.1)}.items()
            for a, v in zip(ABILITIES, values, strict=False)]  # fmt: skip
    shown = matrix(finished(rows), "tiny")
    assert clusters.caption(shown).endswith("2 have one.")
    assert len(clusters.cluster_numbers(shown)) == 1


@pytest.mark.parametrize(
    ("size", "said"),
    [
        ({"abilities": 1}, "No radar: it needs 3 abilities; there is 1."),
        ({"abilities": 2}, "No radar: it needs 3 abilities; there are 2."),
        ({"undefined": (0, 1, 2)}, "No radar: 3 of 3 benchmarks have no AIS."),
    ],
)
def test_a_radar_that_is_not_there_has_no_caption_of_one(
    make_table: Table, size: dict[str, Any], said: str
) -> None:
    shown = matrix(make_table(benchmarks=3, **size))
    with style.styled():
        assert radar.radar_page(shown).texts[1].get_text() == radar.caption(shown) == said
    if shown.defined:
        assert radar.single_caption(shown, shown.benchmarks[0]) == said


@pytest.mark.parametrize(("undefined", "explained"), [((), True), (tuple(range(10)), False)])
def test_a_forest_explains_squares_where_it_has_some(
    make_table: Table, undefined: tuple[int, ...], explained: bool
) -> None:
    """The own tests come first; where they have no AIS, they have no panel."""
    shown = matrix(make_table(benchmarks=12, undefined=undefined))
    labels = [text.get_text() for text in forest.forest_figure(shown).legends[0].get_texts()]
    assert ("the ability's own test" in labels) is explained
    assert ("A square marks" in forest.caption(shown)) is explained


def test_a_forest_without_an_ais_says_so(make_table: Table) -> None:
    shown = matrix(make_table(benchmarks=3, undefined=(0, 1, 2)))
    assert forest.caption(shown) == (
        f"No AIS of {MODEL} (masks: specific, k = 0.001) to draw: 3 of 3 benchmarks have no AIS."
    )


def test_listed_masks_have_no_k(make_table: Table) -> None:
    table = make_table(benchmarks=4, abilities=3, models=("a", "b"))
    table = table.assign(selection="listed", fraction="listed", k="listed")
    listed = matrix_of(table, "a", "listed", "listed", OWN)
    modules = (clusters, forest, heatmap, radar, ribbons)
    captions = [module.caption(listed) for module in modules]
    captions += [radar.single_caption(listed, listed.benchmarks[0]), impact_table(listed).caption]
    pairs = similarity_of(similarity_rows(table, "model", seed=1), "listed", "listed")
    captions.append(similarity_table(pairs).caption)
    assert all("masks: listed)" in text or "masks: listed;" in text for text in captions)
    texts = [listed.title, *captions, impact_text(table, OWN, "chance_corrected", 0.95)]
    with style.styled():
        texts += [text.get_text() for text in drawn(similarity.similarity_figure(pairs))]
    assert listed.title == "a, listed masks"
    assert not any("k =" in text for text in texts)


def test_the_sweep_is_in_the_order_of_k(make_table: Table) -> None:
    table = at_each_k(make_table(benchmarks=2, abilities=2), ("0.01", "0.0002", "0.001"))
    numbers = sweep.sweep_numbers(table, MODEL, "specific")
    assert list(numbers["fraction"].unique()) == ["0.0002", "0.001", "0.01"]
    assert len(numbers) == 2 * 2 * 3
    with style.styled():
        lines = sweep_of(table).axes[0].lines
    np.testing.assert_allclose(lines[-1].get_xdata(), [0.0002, 0.001, 0.01])


def test_a_calibrated_k_has_its_place_in_the_sweep_once(make_table: Table) -> None:
    table = make_table(benchmarks=2, abilities=2)
    numbered = at_each_k(table, ("0.01", "0.0002"))
    between = pd.concat([table.assign(fraction="calibrated", k="0.001"), numbered])
    numbers = sweep.sweep_numbers(between, MODEL, "specific")
    assert list(numbers["k"].unique()) == ["0.0002", "0.001", "0.01"]
    assert list(numbers["fraction"].unique()) == ["0.0002", "calibrated", "0.01"]
    with style.styled():
        assert_legible(sweep_of(between))
    same = pd.concat([table.assign(fraction="calibrated", k="0.01"), numbered])
    numbers = sweep.sweep_numbers(same, MODEL, "specific")
    assert list(numbers["fraction"].unique()) == ["0.0002", "0.01"]
    assert len(numbers) == 2 * 2 * 2


def test_the_sweep_says_what_was_ablated(make_table: Table) -> None:
    table = at_each_k(make_table(benchmarks=5, abilities=3, undefined=(1,)), ("0.001", "0.01"))
    means = (
        "All but the ability's mask was ablated: a loss means that the mask alone is not enough."
    )
    for shown, said in ((table, False), (table.assign(ablation_of="complement"), True)):
        numbers = sweep.sweep_numbers(shown, MODEL, "specific")
        first = sweep.first_matrix(shown, MODEL, "specific")
        assert (means in sweep.caption(numbers, first)) is said
        with style.styled():
            texts = assert_legible(sweep_of(shown))
        drawn_texts = " ".join(" ".join(text.get_text() for text in texts).split())
        assert (f"{means} 1 of 5 benchmarks has no AIS." in drawn_texts) is said


def test_a_calibrated_k_is_shown_with_its_number(make_table: Table) -> None:
    table = make_table(benchmarks=2, abilities=2)
    assert matrix(table).shown_k == "0.001"
    calibrated = matrix_of(
        table.assign(fraction="calibrated"), MODEL, "specific", "calibrated", OWN
    )
    assert calibrated.shown_k == "calibrated (0.001)"
    assert "k = calibrated (0.001)" in forest.caption(calibrated)


def test_the_pipeline_of_a_run_that_calibrates_has_its_stages() -> None:
    rules = [*pipeline.STAGES, "evaluate_calibration", "calibrate_masks"]
    numbers = pipeline.pipeline_numbers({rule: [] for rule in rules})
    with style.styled():
        texts = {text.get_text() for text in assert_legible(pipeline.pipeline_figure(numbers))}
    assert {"Score\nimportance", "Try\nsizes", "Choose\nsizes", "Evaluate\nablations"} <= texts
    order = list(pipeline.stages(rules))
    assert sorted(order) == sorted(rules)
    assert order[-3:] == ["calibrate_masks", "evaluate_benchmark", "compute_profile"]
    by_model = pipeline.stages([*rules, "evaluate_model"])
    assert list(by_model) == [*order[:-2], "evaluate_model", "compute_profile"]
    assert by_model["compute_profile"][1] == ["evaluate_model", "calibrate_masks"]


def test_the_pipeline_of_a_run_of_lists_scores_nothing() -> None:
    rules = [rule for rule in pipeline.STAGES if rule != "compute_importance"]
    assert list(pipeline.stages(rules)) == rules
    numbers = pipeline.pipeline_numbers({rule: [] for rule in rules})
    with style.styled():
        texts = {text.get_text() for text in assert_legible(pipeline.pipeline_figure(numbers))}
    assert "Score\nimportance" not in texts


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
    assert "run: 1 timed job, 40 s" in pipeline.caption(numbers.assign(timed=[1, 0], seconds=20))
    with style.styled():
        texts = {text.get_text() for text in assert_legible(pipeline.pipeline_figure(numbers))}
    assert "3 jobs (2 timed)\n2 min\n2.0 GB" in texts
    assert "no times kept" in texts


def test_the_numbers_lie_beside_the_figure(make_table: Table, tmp_path: Path) -> None:
    table = make_table(benchmarks=3)
    targets = [tmp_path / f"forest.{form}" for form in ("png", "svg", "csv")]
    forest.draw_forest(matrix(table), targets)
    numbers = pd.read_csv(tmp_path / "forest.csv")
    cells = table[table["headline"] & table["seed"].isna()]
    np.testing.assert_allclose(numbers["ais"], cells["ais"])
    assert {path.suffix for path in tmp_path.iterdir()} == {".png", ".svg", ".csv"}


def test_of_one_ability_clusters_say_why_there_are_none(make_table: Table) -> None:
    shown = matrix(make_table(benchmarks=4, abilities=1))
    assert clusters.caption(shown).startswith("No clusters: a single ability has no profile")
    with style.styled():
        assert any(
            "a single ability" in text.get_text() for text in drawn(clusters.cluster_figure(shown))
        )


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
    with style.styled():
        texts = [text.get_text() for text in assert_legible(ribbons.ribbon_figure(shown))]
    assert said in " ".join(" ".join(texts).split())


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (0, "No ribbons: no AIS exceeds 0.05."),
        (1, "No ribbons: no AIS of models that are not broken exceeds 0.05. Left out because the "
         "ablated models are broken as a whole: Analogical reasoning."),
        (2, "No ribbons. Left out because the ablated models are broken as a whole: Analogical "
         "reasoning, Commonsense causal reasoning."),
    ],
)  # fmt: skip
def test_where_there_is_no_ribbon_picture_and_caption_say_why(broken: int, said: str) -> None:
    rows = [
        row(1.0, ability=ability, flag="ablated_model_broken")
        if place < broken
        else row(0.01, ability=ability)
        for place, ability in enumerate(ABILITIES[:2])
    ]
    shown = matrix(finished(rows), "tiny")
    with style.styled():
        text = ribbons.ribbon_figure(shown).texts[1].get_text()
    assert " ".join(text.split()) == ribbons.caption(shown) == said


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


def test_there_are_no_ribbons_where_all_but_the_mask_was_ablated(make_table: Table) -> None:
    shown = matrix(make_table(benchmarks=4, abilities=3).assign(ablation_of="complement"))
    assert ribbons.ribbon_numbers(shown).empty
    assert ribbons.caption(shown) == ribbons.NOT_DRAWN
    with style.styled():
        assert any("No ribbons" in text.get_text() for text in drawn(ribbons.ribbon_figure(shown)))
