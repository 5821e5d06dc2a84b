"""No sentence of a report claims a comparison that was not made."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.text import Text

from benchprof.report.caveats import caveats
from benchprof.report.figures import forest, heatmap, radar, ribbons, sweep
from benchprof.report.matrix import all_matrices
from benchprof.report.methods import method_steps
from benchprof.report.outcomes import own_tests
from benchprof.report.paper_tables import impact_table
from benchprof.report.summary import impact_text

from .conftest import OWN, finished, row
from .page_files import SETTINGS, configured, tables_of_methods, write
from .test_page import read

A, B = "contextual_recall", "deductive_reasoning"
NO_SEEDS = configured(
    selections=SETTINGS["selections"] | {"core": {}},
    controls={"random": {"seeds": [], "matched_to": "each_ability"}},
    calibration={"fractions": [0.001, 0.003], "items": 32},
)


def table_of(abilities: tuple[str, ...], **changes: Any) -> pd.DataFrame:
    """Each ability's own test, which its mask alone hurts; no random controls."""
    rows = [
        row(0.95 if test == ability else 0.01, benchmark=OWN[test], ability=ability, p=0.001,
            controlled=False) | changes
        for test in abilities
        for ability in abilities
    ]  # fmt: skip
    return finished(rows)


def told(table: pd.DataFrame, card: Path, folder: Path) -> list[str]:
    """Every sentence of the page, the summary, the figures, the methods and the paper's table."""
    write(folder / "report.html", table, card, config=NO_SEEDS)
    (matrix,) = all_matrices(table, OWN)
    numbers = sweep.sweep_numbers(table, matrix.model, matrix.selection)
    captions = [module.caption(matrix) for module in (forest, heatmap, radar, ribbons)]
    figures = [
        forest.forest_figure(matrix),
        heatmap.heatmap_figure(matrix),
        radar.radar_page(matrix),
        ribbons.ribbon_figure(matrix),
        sweep.sweep_figure(numbers, matrix),
    ]
    drawn = [text.get_text() for figure in figures for text in figure.findobj(Text)]
    texts = [
        " ".join(read(folder / "report.html").text.split()),
        impact_text(table, OWN, "chance_corrected", 0.95),
        *captions,
        *drawn,
        sweep.caption(numbers, matrix),
        impact_table(matrix).markdown(),
        *(f"{step.name}: {step.text}" for step in method_steps(NO_SEEDS, tables_of_methods(table))),
    ]
    return [sentence for text in texts for sentence in re.split(r"(?<=[.:;?])\s+|\n", text)]


# What a sentence says that compares with random masks, or shows them.
RANDOM = re.compile(
    r"(than|under|from|of|by|against|with|and|the) (the )?random masks|Grey|dotted|random: mean"
)
OTHERS = re.compile(r"the other abilities' masks")


def claims(sentences: list[str], pattern: re.Pattern[str]) -> list[str]:
    return [sentence for sentence in sentences if pattern.search(sentence)]


def test_without_controls_no_sentence_compares_with_random_masks(
    card: Path, tmp_path: Path
) -> None:
    sentences = told(table_of((A, B)), card, tmp_path)
    assert claims(sentences, RANDOM) == []
    assert claims(sentences, OTHERS)
    assert any("There are no random masks" in sentence for sentence in sentences)
    assert "There are none." in sentences


def with_controls(table: pd.DataFrame) -> pd.DataFrame:
    """The same with two random masks, from which every cell differs."""
    own = table.drop(columns=["dose", "reason_dose", "family", "q_ais", "q_random", "q_others"])
    own = own.assign(over_random=own["ais"], over_random_low=0.0, over_random_high=1.0,
                     p_random=own["p_ais"])  # fmt: skip
    controls = [
        row(0.0, benchmark=benchmark, ability="all_abilities", seed=seed)
        for benchmark in own["benchmark"].unique()
        for seed in (1, 2)
    ]
    return finished([*own.to_dict("records"), *controls])


def test_one_ability_is_compared_with_no_other(card: Path, tmp_path: Path) -> None:
    table = table_of((A,)).assign(over_others=np.nan, p_others=np.nan, q_others=np.nan)
    sentences = told(with_controls(table), card, tmp_path)
    assert claims(sentences, OTHERS) == []
    assert claims(sentences, RANDOM)
    assert own_tests(all_matrices(table, OWN)[0]).sentence() == (
        "There is only one ability, so its AIS is not compared with others'."
    )
    (doubt,) = [line for line in caveats(all_matrices(table, OWN)[0]) if "one ability" in line]
    assert doubt.endswith("the mask of any other might have the same effect.")


def test_with_controls_and_others_both_are_spoken_of(card: Path, tmp_path: Path) -> None:
    """The patterns find what they are there to find."""
    sentences = told(with_controls(table_of((A, B))), card, tmp_path)
    assert len(claims(sentences, RANDOM)) > 10
    assert any("selection, k and contrast, for all models" in sentence for sentence in sentences)
    assert claims(sentences, OTHERS)


def test_one_mask_for_all_abilities_names_none(card: Path, tmp_path: Path) -> None:
    """`core`: there are several abilities, and no other mask."""
    table = table_of((A, B)).assign(over_others=np.nan, p_others=np.nan)
    table = with_controls(table).assign(selection="core")
    table.loc[table["seed"].isna(), "mask_digest"] = "of all"
    sentences = told(table, card, tmp_path)
    assert claims(sentences, OTHERS) == []
    text = " ".join(sentences)
    assert "It names no ability, as all of its abilities have the same mask." in text
    assert "All abilities have the same mask, so their AIS are not compared." in text
    assert "by chance" not in text
    assert "Not specific" not in text
