"""What the draw of train items adds to an AIS stands beside the AIS, in words and in the table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from benchprof.report.matrix import matrix_of
from benchprof.report.replication import own_half_ais, train_items_sentence
from benchprof.report.summary import impact_text

from .conftest import OWN, Table
from .page_files import tables_of, write

VIEW = ("smollm2-135m-instruct", "specific", "0.001")


def halves(table: pd.DataFrame, **halves: tuple[float, float, float]) -> pd.DataFrame:
    """A table of `replication_rows` of the first of these abilities and one of another view."""
    rows = [
        {"model": VIEW[0], "selection": VIEW[1], "fraction": fraction, "ability": ability,
         "items": 32, "ais_half_1": first, "ais_half_2": second, "sd_test_items": error}
        for fraction in ("0.001", "0.01")
        for ability, (first, second, error) in halves.items()
    ]  # fmt: skip
    found = pd.DataFrame(rows)
    found.loc[found["fraction"] == "0.01", "ais_half_1"] = 9.0
    return found[found["ability"].isin(table["ability"])]


def test_the_page_and_the_summary_say_what_the_train_items_add(
    tmp_path: Path, make_table: Table, card: Path
) -> None:
    table = make_table(3, 3)
    one, other, third = table.loc[table["seed"].isna(), "ability"].unique()[:3]
    own = {one: (0.7, 0.3, 0.2), other: (0.45, 0.75, 0.15), third: (float("nan"),) * 3}
    replication = halves(table, **own)
    matrix = matrix_of(table, *VIEW, OWN)
    # The root of (0.4^2 - 0.2^2 + 0.3^2 - 0.15^2) / 2 / 4.
    sentence = train_items_sentence(replication, matrix)
    assert "halves of them (32 items each)" in sentence
    assert "a standard error of about 0.15 to the AIS on the own test" in sentence
    assert "(2 abilities)" in sentence
    noise = train_items_sentence(replication.assign(sd_test_items=1.0), matrix)
    assert "no more than the noise of the test items explains (2 abilities)" in noise
    differing = train_items_sentence(replication.assign(items=[8, 16, 32] * 2), matrix)
    assert "halves of them (8 to 16 items each)" in differing
    little = halves(table, **{one: (0.7, 0.692, 0.0)})
    assert "adds a standard error below 0.01 to the AIS on the own test (1 ability)" in (
        train_items_sentence(little, matrix)
    )
    assert own_half_ais(replication, matrix) == {one: "0.70, 0.30", other: "0.45, 0.75"}
    text = " ".join(impact_text(table, OWN, "chance_corrected", 0.95, replication).split())
    assert sentence in text
    write(
        tmp_path / "page.html", table, card, tables=tables_of(table) | {"replication": replication}
    )
    page = (tmp_path / "page.html").read_text()
    assert sentence in page
    assert "<td>0.70, 0.30</td>" in page
    assert "replication.csv" in page


def test_nothing_is_said_where_it_was_not_measured(make_table: Table) -> None:
    table = make_table(3, 3)
    matrix = matrix_of(table, *VIEW, OWN)
    assert train_items_sentence(None, matrix) == ""
    assert own_half_ais(None, matrix) == {}
    ability = table["ability"].iloc[0]
    unknown = halves(table, **{str(ability): (float("nan"),) * 3})
    assert train_items_sentence(unknown, matrix) == ""
    assert "train items" not in impact_text(table, OWN, "chance_corrected", 0.95)
