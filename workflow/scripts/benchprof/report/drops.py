"""What masks take off scores above guessing, by ability or by benchmark, and whether by chance."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from benchprof.profile.criteria import LEAST_ON_TARGET, SIDE_DROP, SIGNIFICANCE
from benchprof.report.matrix import Matrix


def drops(rows: pd.DataFrame) -> pd.Series:
    """The share of its score above guessing that a model loses, whatever AIS is configured as."""
    share = (rows["intact"] - rows["ablated"]) / (rows["intact"] - rows["guessing"])
    return share.where(rows["ais"].notna()).astype(float)


def on_target_table(matrix: Matrix) -> pd.DataFrame:
    """A row per ability: what its mask takes off tests; NaN where that is unknown.

    Columns: `own` test; `side`, the others' held-out tests on average; `random`, what the random
    masks that match it take off its held-out test on average; `q` of the difference from these;
    `by_chance`, whether what it costs its held-out test may be chance: the interval contains 0, or
    random masks may cost as much.
    """
    cells = matrix.own_cells
    tests = matrix.cells[matrix.cells["benchmark"].isin(list(matrix.held_out_test_of.values()))]
    others = tests[tests["benchmark"] != tests["ability"].map(dict(matrix.held_out_test_of))]
    low, more, q = (cells[name].astype(float) for name in ("ais_low", "over_random", "q_random"))
    random = control_drops(matrix)
    places = [(matrix.held_out_test_of.get(ability, ""), ability) for ability in matrix.abilities]
    return pd.DataFrame(
        {
            "own": drops(cells),
            "side": others.assign(drop=drops(others)).groupby("ability")["drop"].mean(),
            "random": pd.Series(random.reindex(places).to_numpy(), cells.index),
            "q": q,
            "by_chance": (low <= 0) | (more <= 0) | (q >= SIGNIFICANCE),
        },
        index=cells.index,
    )


def control_drops(matrix: Matrix) -> pd.Series:
    """What the random controls that match each cell's mask take off, on average.

    By (benchmark, ability), in the order of the cells.
    """
    shares = replace(matrix, controls=matrix.controls.assign(ais=drops(matrix.controls)))
    return shares.with_controls().set_index(["benchmark", "ability"])["random_mean"]


def mask_doubts(matrix: Matrix) -> dict[str, str]:
    """What is wrong with the masks of the abilities that a profile names, to stand beside them."""
    on_target_effect = on_target_table(matrix)
    on_target, side = on_target_effect["own"], on_target_effect["side"]
    faults = {
        "not selective": side > SIDE_DROP,
        f"on-target effect below {LEAST_ON_TARGET}": on_target < LEAST_ON_TARGET,
        "on-target effect unknown": on_target.isna(),
        "on-target effect not significant": (on_target >= LEAST_ON_TARGET)
        & on_target_effect["by_chance"],
        "specificity unknown": on_target.notna() & side.isna() & (len(matrix.abilities) > 1),
    }
    said = {a: [words for words, has in faults.items() if has[a]] for a in matrix.abilities}
    return {ability: ", ".join(words) for ability, words in said.items() if words}
