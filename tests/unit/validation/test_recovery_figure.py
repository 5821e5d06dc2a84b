"""The figure of recovery shows every cell and mask, and is the same whenever it is drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from benchprof.validation.recovery_figure import draw_recovery, recovery_figure

CELLS = pd.DataFrame(
    {
        "model": ["one", "other"] * 4,
        "selection": ["top"] * 4 + ["specific"] * 4,
        "fraction": ["0.01"] * 8,
        "truth": np.linspace(0, 1, 8),
        "ais": np.linspace(0.1, 0.9, 8),
    }
)
MASKS = pd.DataFrame(
    {
        "model": ["one", "other"] * 10,
        "selection": ["top"] * 10 + ["specific"] * 10,
        "fraction": ["0.01"] * 20,
        "precision": [0.2, 0.3, 1.0, 1.0, 0.9] * 4,
    }
)


def test_a_model_has_one_colour_in_all_panels() -> None:
    """Models by their first appearance, which is not the alphabet's."""
    names = {"one": "zeta", "other": "alpha"}
    cells, masks = CELLS.replace(names), MASKS.replace(names)
    only = masks[masks["model"] == "zeta"]
    figure = recovery_figure(cells, only, "0.01")
    left, *_, right = figure.axes
    legend = {t.get_text(): h for t, h in zip(
        left.get_legend().get_texts(), left.get_legend().legend_handles, strict=True)}  # fmt: skip
    (colour,) = {tuple(row[:3]) for own in right.collections for row in own.get_facecolors()}
    assert colour == tuple(legend["zeta"].get_facecolors()[0][:3])
    assert colour != tuple(legend["alpha"].get_facecolors()[0][:3])


def test_the_figure_does_not_depend_on_numpys_random_state(tmp_path: Path) -> None:
    drawn = []
    for seed in (0, 1):
        np.random.seed(seed)
        targets = [tmp_path / f"{seed}.png", tmp_path / f"{seed}.svg"]
        draw_recovery(CELLS, MASKS, "0.01", targets)
        # Ids of clipping paths are drawn anew for each figure.
        svg = targets[1].read_text().count("<use ")
        drawn.append((targets[0].read_bytes(), svg))
    assert drawn[0] == drawn[1]
    assert drawn[0][1] > 20, "a point for each mask at least"
