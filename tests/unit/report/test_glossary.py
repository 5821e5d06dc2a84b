"""Every statistical word of the page is explained, to the pointer and to the keyboard."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
from markupsafe import Markup, escape

from benchprof.report.glossary import GLOSSARY, explainer

from .conftest import Table
from .page_files import write

WORD = re.compile(
    r'<span class="word" tabindex="0" aria-describedby="word-(\w+)" data-says="([^"]+)">'
)


def test_each_word_is_marked_where_it_first_stands_and_text_stays_text() -> None:
    explain = explainer()
    first = explain("AIS < 0.5, intervals & AIS")
    assert isinstance(first, Markup)
    assert Markup(first).striptags() == "AIS < 0.5, intervals & AIS"
    assert [key for key, _ in WORD.findall(first)] == ["ais", "interval"]
    assert "&lt; 0.5" in first
    assert WORD.findall(explain("AIS and a dose, <b>")) == [("dose", escape(GLOSSARY["dose"].says))]


def test_the_longest_word_is_found_and_no_part_of_one() -> None:
    found = WORD.findall(explainer()("The minimum detectable AIS; information, unpowered, AISLE"))
    assert [key for key, _ in found] == ["detectable"]
    found = WORD.findall(explainer()("q < 0.05 and k = 0.01, of a quick look"))
    assert [key for key, _ in found] == ["q", "k"]


def test_every_line_is_one_line() -> None:
    assert all(len(word.says) < 200 for word in GLOSSARY.values())
    assert all(word.says.endswith(".") for word in GLOSSARY.values())


def test_the_page_explains_its_words_and_lists_them_once(
    make_table: Table, card: Path, tmp_path: Path
) -> None:
    table = make_table(benchmarks=4, undefined=(2,), models=("a", "b"))
    write(tmp_path / "report.html", table, card)
    text = (tmp_path / "report.html").read_text()
    marked = dict(WORD.findall(text))
    assert set(marked) >= {
        "ais", "dose", "q", "p", "interval", "power", "detectable", "guessing", "form", "control",
        "mask", "reliability", "effective", "noise", "similarity", "specific", "own_test",
    }  # fmt: skip
    for key in GLOSSARY:
        assert text.count(f'id="word-{key}"') == 1
    # In the first view of the summary: a stop of the Tab key for each word, not for each place.
    view = text.partition("<h2>Summary</h2>")[2].partition("data-part")[2].partition("data-part")[0]
    keys = [key for key, _ in WORD.findall(view)]
    assert len(keys) == len(set(keys)) > 5
    assert {"ais", "reliability", "dose"} <= set(keys)


def test_every_header_with_a_number_of_statistics_is_explained(
    make_table: Table, card: Path, tmp_path: Path
) -> None:
    write(tmp_path / "report.html", pd.concat([make_table(4, 4, models=("a", "b"))]), card)
    text = (tmp_path / "report.html").read_text().partition('<section id="methods">')[0]
    headers = re.findall(r"<th scope=\"col\"[^>]*>(.*?)</th>", text)
    bare = {header for header in headers if "<span" not in header}
    # Headers are found, of both kinds.
    assert "Benchmark" in bare and bare < {*headers}
    statistical = re.compile(
        r"AIS|\bp\b|\bq\b|interval|[Gg]uess|[Nn]oise|Form|[Pp]ower|[Rr]eliab|random masks"
        r"|Needs|Better without|Metric|Score"
    )
    assert not [header for header in bare if statistical.search(header)]
