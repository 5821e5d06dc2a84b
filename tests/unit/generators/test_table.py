"""Tables of words: cells are what the file says, and every row of a shipped one is whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from benchprof import generators
from benchprof.generators.table import (
    entries,
    parts,
    read_entries,
    read_groups,
    read_pools,
    read_rows,
    yes,
)

SHIPPED = sorted(Path(generators.__path__[0]).rglob("*.tsv"))


@dataclass(frozen=True)
class Bird:
    name: str
    sings: bool
    colours: tuple[str, ...]


@pytest.fixture
def birds(tmp_path: Path) -> Path:
    path = tmp_path / "birds.tsv"
    path.write_text(
        "place\tname\tsings\tcolours\n"
        'wood\tthe "owl"\tno\tbrown;grey\n'
        "lake\tÉgret\tno\twhite\n"
        "wood\twren\tyes\t\n",
        encoding="utf-8",
    )
    return path


def test_a_cell_is_what_the_file_says(birds: Path) -> None:
    first, second, third = read_rows(birds)
    assert first == {"place": "wood", "name": 'the "owl"', "sings": "no", "colours": "brown;grey"}
    assert second["name"] == "Égret"
    assert third["colours"] == ""


def test_groups_keep_the_order_of_the_table(birds: Path) -> None:
    groups = read_groups(birds, "place")
    assert [*groups] == ["wood", "lake"]
    assert [row["name"] for row in groups["wood"]] == ['the "owl"', "wren"]
    assert "place" not in groups["lake"][0]


def test_entries_have_the_types_that_their_cells_stand_for(birds: Path) -> None:
    found = read_entries(birds, "place", Bird, sings=yes, colours=parts)
    owl, wren = found["wood"]
    assert owl == Bird('the "owl"', False, ("brown", "grey"))
    assert wren == Bird("wren", True, ())


def test_a_column_that_is_no_field_is_refused(birds: Path) -> None:
    with pytest.raises(TypeError, match="place"):
        entries(read_rows(birds), Bird)


def test_pools(tmp_path: Path) -> None:
    path = tmp_path / "words.tsv"
    path.write_text("pool\tword\nb\ttwo words\na\tone\nb\tmore\n", encoding="utf-8")
    assert read_pools(path) == {"b": ("two words", "more"), "a": ("one",)}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_row_of_a_shipped_table_is_whole(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    header, *lines = text.removesuffix("\n").split("\n")
    columns = header.split("\t")
    assert len(set(columns)) == len(columns)
    assert lines
    assert {line.count("\t") + 1 for line in lines} == {len(columns)}
    assert len(set(lines)) == len(lines)
