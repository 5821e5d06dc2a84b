"""What the demo shows of its run: what is planted beside what each selection finds."""

from __future__ import annotations

from itertools import product

import pandas as pd
import pytest
from planted.demo import CONFIGURATION, drawing, lines, losses_of, table, told
from tests.conftest import ROOT

from benchprof.run.run import read_run

AIS = {"contrastive": 0.25, "top": 1.0}


@pytest.fixture
def losses(monkeypatch: pytest.MonkeyPatch) -> dict[str, pd.DataFrame]:
    """Every contrastive mask costs every benchmark 0.25, every other one all."""
    monkeypatch.chdir(ROOT)
    run = read_run([CONFIGURATION])
    cells = product(run.models, run.benchmarks, run.selections, run.abilities)
    rows = pd.DataFrame(cells, columns=["model", "benchmark", "selection", "ability"])
    ais = rows["selection"].map(AIS)
    fraction = {"mask_fraction": "0.008", "mask_fraction_value": "0.008"}
    return dict(losses_of(run, rows.assign(ais=ais, seed=None, headline=True, **fraction)))


def test_what_is_lost_is_told_from_the_largest_on() -> None:
    some = {"a_b": 0.2, "long_term_c": 0.6, "d": -0.02, "e": 0.01}
    assert told(some) == "long-term c 0.60, a b 0.20, others at most 0.02"
    assert told({"a": 0.9, "b": 1.0}) == "all 2 abilities 0.90 to 1.00"


def test_the_truth_stands_beside_what_each_selection_finds(losses: dict[str, pd.DataFrame]) -> None:
    planted, contrastive, top = lines(losses, ["facts_and_meanings"])
    assert planted == (
        "What is planted (AIS): Facts and meanings: long-term knowledge recall 0.60, "
        "semantic relationship comprehension 0.40, others at most 0.00"
    )
    assert contrastive.startswith("What contrastive masks find (AIS): Facts and meanings: all 10 ")
    assert top.endswith(" 1.00 to 1.00")
    rows = table(losses).set_index(["benchmark", "ability"])
    assert len(rows) == 12 * 10
    assert rows.loc[("three_of_reasoning", "deductive_reasoning")].to_dict() == {
        "planted": 0.5, "contrastive": 0.25, "top": 1.0,
    }  # fmt: skip


def test_the_heatmaps_have_one_scale_and_numbers_for_mixtures(
    losses: dict[str, pd.DataFrame],
) -> None:
    *panels, _ = drawing(losses, ["facts_and_meanings", "three_of_reasoning"]).axes
    assert {own.collections[0].get_clim() for own in panels} == {(-1, 1)}
    written = [[text.get_text() for text in own.texts if text.get_text()] for own in panels]
    assert written == [["0.6", "0.4", "0.2", "0.5", "0.3"], ["0.2"] * 20, ["1.0"] * 20]
    names = [label.get_text() for label in panels[0].get_yticklabels()]
    assert names[4:6] == ["Inductive test", "Knowledge test"]
    assert names[10:] == ["Facts and meanings", "Three of reasoning"]
