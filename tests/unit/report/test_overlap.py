"""What is said of masks that have much in common, against shares worked out by hand."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest
import torch

from benchprof.analysis.drawing import Drawing
from benchprof.analysis.overlap import overlap_table
from benchprof.report.caveats import caveats
from benchprof.report.matrix import Matrix, matrix_of
from benchprof.report.overlap import overlap_caveat, read_overlap
from benchprof.report.summary import impact_text

from .conftest import OWN, Table
from .page_files import tables_of, write

A, B = "Analogical reasoning", "Commonsense causal reasoning"
VIEW = ("smollm2-135m-instruct", "specific", "0.001")


def overlap(
    folder: Path, masks: dict[str, list[int]], view: tuple[str, str, str] = VIEW, size: int = 100
) -> pd.DataFrame:
    """What a run finds of masks in one tensor, read again from its file."""
    csv = folder / "_".join(view) / "overlap.csv"
    csv.parent.mkdir(exist_ok=True)
    entries = {ability: {"w": torch.tensor(own)} for ability, own in masks.items()}
    Drawing("", csv, []).write(overlap_table(entries, {"w": size}), lambda *_: None)
    return read_overlap({view: csv})


@pytest.fixture
def matrix(make_table: Table) -> Matrix:
    return matrix_of(make_table(3, 3), *VIEW, OWN)


def test_masks_that_share_more_than_half_are_named_with_their_share(
    matrix: Matrix, tmp_path: Path
) -> None:
    """The first two share 7 of their 10 entries; two random ones 10 * 10 / 100, a tenth."""
    a, b, c = matrix.abilities
    masks = {a: [*range(10)], b: [*range(3, 13)], c: [*range(50, 60)]}
    (said,) = overlap_caveat(overlap(tmp_path, masks), matrix)
    assert said == (
        f"Overlap: the masks of {A} and {B} have 0.70 of their contents in common (two random "
        "masks: 0.10). What they have in common can't be assigned to one ability."
    )


def test_of_several_pairs_the_range_and_the_closest_are_named(
    matrix: Matrix, tmp_path: Path
) -> None:
    a, b, c = matrix.abilities
    masks = {a: [*range(10)], b: [*range(4, 14)], c: [*range(1, 11)]}
    (said,) = overlap_caveat(overlap(tmp_path, masks), matrix)
    assert "in 3 of 3 pairs of abilities, the two masks have 0.60 to 0.90 of their contents" in said
    assert f"(most: {A} and Contextual recall; two random masks: 0.10)" in said


def test_pairs_that_share_as_much_have_one_number(matrix: Matrix, tmp_path: Path) -> None:
    masks = {ability: [*range(6), 10 + n] for n, ability in enumerate(matrix.abilities)}
    (said,) = overlap_caveat(overlap(tmp_path, masks, size=10_000), matrix)
    assert "in 3 of 3 pairs of abilities, the two masks have 0.86 of their contents" in said
    assert "two random masks: below 0.01)" in said


@pytest.mark.parametrize(("shared", "told"), [(5, False), (6, True)])
def test_half_is_not_more_than_half(
    matrix: Matrix, tmp_path: Path, shared: int, told: bool
) -> None:
    a, b, c = matrix.abilities
    masks = {a: [*range(10)], b: [*range(10 - shared, 20 - shared)], c: [*range(50, 60)]}
    assert bool(overlap_caveat(overlap(tmp_path, masks), matrix)) is told


def test_a_share_near_the_limit_is_not_rounded_onto_it(matrix: Matrix, tmp_path: Path) -> None:
    """Masks of 1,000 entries that share 501."""
    a, b = matrix.abilities[:2]
    masks = {a: [*range(1000)], b: [*range(499, 1499)]}
    (said,) = overlap_caveat(overlap(tmp_path, masks, size=10_000), matrix)
    assert "have 0.501 of their contents in common" in said


@pytest.mark.parametrize("names", [("1", "002"), ("null", "b"), ("true", "false")])
def test_an_ability_may_have_any_name(
    matrix: Matrix, tmp_path: Path, names: tuple[str, str]
) -> None:
    (said,) = overlap_caveat(overlap(tmp_path, dict.fromkeys(names, [1])), matrix)  # noqa: RUF024
    assert f"the masks of {names[0].capitalize()} and {names[1].capitalize()} have 1.00" in said


def test_page_and_summary_say_it_of_its_own_masks_alone(
    make_table: Table, tmp_path: Path, card: Path
) -> None:
    table = make_table(3, 3)
    matrix = matrix_of(table, *VIEW, OWN)
    masks = {ability: [*range(10)] for ability in matrix.abilities}
    found = overlap(tmp_path, masks)
    (said,) = overlap_caveat(found, matrix)
    assert said in caveats(matrix, overlap=found)
    text = " ".join(impact_text(table, OWN, "chance_corrected", 0.95, overlap=found).split())
    assert said in text
    write(tmp_path / "page.html", table, card, tables=tables_of(table) | {"overlap": found})
    page = (tmp_path / "page.html").read_text()
    assert said.replace("'", "&#39;") in page
    assert "overlap.csv" in page
    elsewhere = overlap(tmp_path, masks, (VIEW[0], "specific", "0.002"))
    assert not overlap_caveat(elsewhere, matrix)
    assert "Overlap" not in impact_text(table, OWN, "chance_corrected", 0.95)


def test_nothing_is_said_where_one_mask_is_shared_by_intent(
    make_table: Table, tmp_path: Path
) -> None:
    table = make_table(3, 3).assign(mask_digest="one")
    core = matrix_of(table, *VIEW, OWN)
    masks = {ability: [*range(10)] for ability in core.abilities}
    assert not overlap_caveat(overlap(tmp_path, masks), core)


def test_tables_of_several_views_are_read_as_one(tmp_path: Path) -> None:
    masks = {"a": [0], "b": [0], "c": [1]}
    for fraction in ("0.001", "0.002"):
        overlap(tmp_path, masks, ("tiny", "top", fraction))
    views = [("tiny", "top", fraction) for fraction in ("0.001", "0.002")]
    table = read_overlap({view: tmp_path / "_".join(view) / "overlap.csv" for view in views})
    assert table[["model", "selection", "fraction"]].drop_duplicates().to_numpy().tolist() == [
        list(view) for view in views
    ]
    assert list(zip(table["ability_a"], table["ability_b"], strict=True)) == [
        *combinations("abc", 2)
    ] * len(views)
