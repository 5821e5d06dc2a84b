"""Which items and states are shown side by side, on a table whose answers are known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from study.tables import Tables
from study.texts import States, check_items, read_items, states, texts

from benchprof.spreadsheet import without_formulas

SHOWN = States("a.specific_0.001", "b.specific_0.001", "all_abilities.specific-random-1_0.001")


@pytest.fixture
def run(tables: Callable[..., Tables]) -> Tables:
    """AIS of the masks on "one": a 0.2, b -0.1, c 0.2; on "two" all are 0."""
    made = tables(
        {("one", "a"): {"ais": 0.2}, ("one", "b"): {"ais": -0.1}, ("one", "c"): {"ais": 0.2}}
    )
    for rows in (made.cells, made.controls):
        rows["selection"], rows["fraction"] = "specific", 0.001
    made.controls["ability"] = "all_abilities"
    return made


def test_the_masks_with_the_largest_and_the_smallest_ais_are_shown(run: Tables) -> None:
    # a and c tie.
    assert states(run, "one") == SHOWN


def test_of_equal_ais_the_first_ability_in_the_alphabet_is_shown(run: Tables) -> None:
    reordered = Tables(
        run.cells.iloc[::-1], run.controls, run.findings, run.reliability, run.similarities
    )
    tied = states(reordered, "two")
    assert tied.largest == tied.smallest == "a.specific_0.001"


def test_a_benchmark_without_ais_is_refused(run: Tables) -> None:
    run.cells.loc[run.cells.benchmark == "one", "ais"] = float("nan")
    with pytest.raises(ValueError, match="one: no AIS"):
        states(run, "one")


def test_a_run_without_the_control_is_refused(run: Tables) -> None:
    run.controls.loc[run.controls.seed == 1, "seed"] = 9
    with pytest.raises(ValueError, match="one: 0 random masks with seed 1"):
        states(run, "one")


def test_a_calibrated_k_keeps_its_word(run: Tables) -> None:
    for rows in (run.cells, run.controls):
        rows["fraction"] = "calibrated"
    assert states(run, "one").largest == "a.specific_calibrated"


def _items(*rows: tuple[str, str]) -> pd.DataFrame:
    """Items by digest, with r (right) or w (wrong) when intact and under the masks of `SHOWN`."""
    return pd.DataFrame(
        {"digest": digest, "index": place}
        | {name: f"{digest} {name}" for name in SHOWN.all}
        | {
            f"{name}_right": {"r": "right", "w": "wrong"}[mark]
            for name, mark in zip(SHOWN.all, marks, strict=True)
        }
        for place, (digest, marks) in enumerate(rows)
    )


def test_the_first_item_of_each_kind_in_the_order_of_digests_is_shown() -> None:
    # Columns: intact, largest, smallest, control.
    items = _items(
        ("f", "rwrr"), ("e", "rwww"), ("d", "rwwr"), ("c", "rrrr"), ("b", "rrwr"), ("a", "wrww")
    )
    lost, kept, gained = texts(items, SHOWN)
    # e is wrong under the control too; b is wrong under the smallest.
    assert (lost.digest, lost.items, lost.index) == ("d", 2, 2)
    assert (kept.digest, kept.items) == ("c", 1)
    assert (gained.digest, gained.items) == ("a", 1)
    assert lost.answers == {
        "intact": ("d intact", True),
        SHOWN.largest: (f"d {SHOWN.largest}", False),
        SHOWN.smallest: (f"d {SHOWN.smallest}", False),
        SHOWN.control: (f"d {SHOWN.control}", True),
    }


def test_a_kind_without_items_is_said_to_have_none() -> None:
    lost, kept, gained = texts(_items(("a", "rrrr")), SHOWN)
    assert (lost.items, lost.digest, lost.answers) == (0, None, {})
    assert kept.digest == "a" and gained.digest is None


def test_texts_are_read_as_they_were_written(tmp_path: Path) -> None:
    answers = ["= 5", "'- 3", "\nA\n#### 1", "'tis 4", "", "NA"]
    table = pd.DataFrame({"digest": list("abcdef"), "intact": answers})
    without_formulas(table).to_csv(tmp_path / "one.csv", index=False, lineterminator="\n")
    assert read_items(tmp_path / "one.csv").intact.tolist() == answers


def test_texts_of_other_answers_than_the_run_s_are_refused(run: Tables) -> None:
    # One of two items is right in every state, as the made-up run says.
    items = _items(("a", "rrrr"), ("b", "wwww"))
    check_items(items, run, "one", SHOWN)
    with pytest.raises(ValueError, match=r"one: 1\.000 of the texts are right under a\.specific"):
        check_items(_items(("a", "rrrr"), ("b", "wrww")), run, "one", SHOWN)
