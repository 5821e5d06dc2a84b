"""The page: self-contained, escaped, and with the numbers of the tables."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

from benchprof.masks.mask import Mask, write_mask
from benchprof.profile.comparison import similarity_rows
from benchprof.report.figures.heatmap import draw_heatmap

from .conftest import MODEL, OWN, REASON, Table, finished, matrix, row
from .page_files import SETTINGS, configured, tables_of, write

VOID = {"meta", "link", "img", "br", "hr", "input"}


class Reader(HTMLParser):
    """Collects what a page asks for, its text, and whether its elements are nested rightly."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[str] = []
        self.tags: list[str] = []
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        self.requests += [str(v) for k, v in attrs if k in ("src", "href", "srcset", "data")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(path: Path) -> Reader:
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    assert not reader.open
    return reader


def written(target: Path, table: pd.DataFrame, card: Path, **changes: Any) -> Reader:
    write(target, table, card, **changes)
    return read(target)


def test_the_page_asks_for_nothing(make_table: Table, card: Path, tmp_path: Path) -> None:
    figure = tmp_path / MODEL / "impact_specific_0.001.svg"
    table = make_table(benchmarks=3, abilities=3)
    draw_heatmap(matrix(table), [figure])
    reader = written(tmp_path / "report.html", table, card, figures=[figure])
    assert all(request.startswith(("data:", "#")) for request in reader.requests)
    assert any(request.startswith("data:image/svg+xml;base64,") for request in reader.requests)
    text = (tmp_path / "report.html").read_text()
    assert "@import" not in text
    assert not re.search(r"url\(", text)
    assert reader.tags.count("script") == 1
    ids = set(re.findall(r'id="([^"]+)"', text))
    assert {request[1:] for request in reader.requests if request.startswith("#")} <= ids


def test_hostile_text_stays_text(make_table: Table, card: Path, tmp_path: Path) -> None:
    hostile = '<script>alert("x")</script>'
    table = make_table(benchmarks=2, abilities=2, undefined=(1,), reason=hostile)
    settings = SETTINGS | {"scope": hostile}
    reader = written(tmp_path / "report.html", table, card, settings=settings)
    # The page's own alone, which the policy names by its digest: nothing else would run.
    assert reader.tags.count("script") == 1
    assert hostile in reader.text
    text = (tmp_path / "report.html").read_text()
    script = text.rpartition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in text


def test_a_model_s_name_may_have_dots_and_capitals(
    make_table: Table, card: Path, tmp_path: Path
) -> None:
    name = "Qwen2.5-7B-Instruct"
    figure = tmp_path / name / "impact_specific_0.001.svg"
    table = make_table(benchmarks=2, abilities=2, models=(name,))
    draw_heatmap(matrix(table, name), [figure])
    reader = written(tmp_path / "report.html", table, card, figures=[figure])
    assert any(request.startswith("data:image/svg+xml;base64,") for request in reader.requests)
    assert f'data-model="{name}"' in (tmp_path / "report.html").read_text()


def test_the_page_has_the_numbers(make_table: Table, card: Path, tmp_path: Path) -> None:
    table = make_table(benchmarks=11, undefined=(2,), unbounded=(3,))
    reader = written(tmp_path / "report.html", table, card)
    text = " ".join(reader.text.split())
    why = "the intact model is not significantly above guessing"
    assert f"No AIS: {why} (1 benchmark: Contextual recall test)." in text
    # In both metrics of the ten cells, once below their table; so in that of the findings.
    assert f"not_above_guessing: {why} (10 rows)." in text
    assert f"not_above_guessing: {why} (1 row)." in text
    assert text.count(REASON) == 1, "with its numbers where the benchmark itself is told of"
    assert "10 of 100 intervals have no bound" in text
    assert "11 benchmarks of 60 items each, 2 random masks for each set of masks." in text
    assert "134,515 weights a mask" in text
    assert "10000 resamples" in text
    assert "(S − S" in text  # noqa: RUF001
    assert "to ∞" in text
    assert "importance.score" in text
    assert "nan" not in text.lower().split()
    for metric in ("probability", "acc"):
        cell = table[(table["metric"] == metric) & table["ais"].notna()].iloc[0]
        shown = f"{cell['ais']:.2f} ({cell['ais_low']:.2f} to {cell['ais_high']:.2f})"
        assert shown in text, metric
    cell = table[table["headline"]].iloc[0]
    assert f"{cell['q_random']:.3f}" in text


def test_the_page_has_the_masks_own_sizes(make_table: Table, card: Path, tmp_path: Path) -> None:
    table = make_table()
    table.loc[table["ability"] == "spatial_reasoning", "mask_size"] = 7
    text = " ".join(written(tmp_path / "report.html", table, card).text.split())
    assert "7 to 134,515 of 134,515 weights a mask" in text


def test_the_page_names_what_made_the_answers(
    make_table: Table, card: Path, tmp_path: Path
) -> None:
    reader = written(tmp_path / "report.html", make_table(2, 2), card)
    text = " ".join(reader.text.split())
    assert all(f"{MODEL}torch{version}8" in text for version in ("2.9.1", "2.10.0"))


def test_similarity_is_there_with_two_models_only(
    make_table: Table, card: Path, tmp_path: Path
) -> None:
    one = written(tmp_path / "one.html", make_table(2, 3), card)
    assert "Similarity of models" not in one.text
    assert "Similarity of benchmarks" in one.text
    two = written(tmp_path / "two.html", make_table(2, 3, models=("a", "b")), card)
    assert "Similarity of models" in two.text
    assert "a and b" in two.text
    # With its interval, 0.0625 below the value, and by how much each AIS differs.
    value = float(
        similarity_rows(make_table(2, 3, models=("a", "b")), "model", 1)["similarity"].iloc[0]
    )
    assert f"{value - 0.0625:.2f} to {value:.2f}" in two.text
    assert "a less b" in two.text
    assert "0.25 (0.12 to 0.38)" in two.text


def test_what_a_profile_says_is_read_from_the_tables(
    make_table: Table, card: Path, tmp_path: Path
) -> None:
    table = make_table(benchmarks=3, undefined=(2,))
    tables = tables_of(table)
    findings = tables["findings"]
    findings["needed"] = ["deductive_reasoning; spatial_reasoning", "", ""]
    reader = written(tmp_path / "report.html", table, card, tables=tables)
    text = " ".join(reader.text.split())
    # Their own tests are not among the three benchmarks.
    doubt = "(dose unknown)"
    assert f"Deductive reasoning {doubt}, Spatial reasoning {doubt}" in text
    first = text.partition("Every cell with its controls")[0]
    assert first.count("No ability stands out") == 1, "of the second: the third has no AIS"
    assert first.count("How certain:") == first.count("What is wrong:") == 2
    for benchmark, summary in zip(findings["benchmark"], findings["summary"], strict=True):
        words = benchmark.replace("_", " ").capitalize()
        assert words + summary.removeprefix(benchmark) in text
    # Reliability 0.67 of halves that agree 0.5, and 17 of 45 right items turned wrong.
    assert "0.67" in text
    assert "0.50 (0.25 to 0.75)" in text
    assert "17 of 45" in text
    assert "3 of 15" in text
    assert "not_above_guessing" in text


def test_form_stands_beside_the_score_and_why_it_is_missing_stands_once(
    card: Path, tmp_path: Path
) -> None:
    contexts = {"benchmark": "winogrande", "formless": "choices_are_contexts"}
    rows = [row(0.5, ability=ability, **own)
            for own in ({"benchmark": "arc_easy"}, contexts, contexts | {"benchmark": "wsc273"})
            for ability in ("deductive_reasoning", "spatial_reasoning")]  # fmt: skip
    # One mask leaves an item without probability; form under the other stands.
    rows += [row(0.5, benchmark="piqa", ability="deductive_reasoning", formless="no_probability"),
             row(0.5, benchmark="piqa", ability="spatial_reasoning")]  # fmt: skip
    target = tmp_path / "report.html"
    text = " ".join(written(target, finished(rows), card).text.split())
    # In the table of cells and in that of the benchmark; the words of a cell have it too.
    assert text.count("-0.25 nats (-0.75 to 0.12)") == 2 * 3
    assert "; form -0.25 nats (-0.75 to 0.12); n = 60" in target.read_text()
    assert text.count("No form for WinoGrande, Wsc273: the choices are contexts of the same") == 1
    assert "No form for PIQA under the mask of Deductive reasoning: the model gives all" in text
    assert "if form changes by 0.5 nats or a share of 0.1 or more" in text
    assert text.count("Form:") == 1


def test_a_model_in_pieces_is_named_in_words(make_table: Table, card: Path, tmp_path: Path) -> None:
    pieces = [{"wheel": f"{n}==1", "sha256": n * 64, "file": f"part{n}"} for n in "12"]
    content = json.loads(card.read_text())
    content["source"] = {"wheels": pieces, "gguf_sha256": "3" * 64}
    card.write_text(json.dumps(content))
    text = written(tmp_path / "report.html", make_table(2, 3), card).text
    assert "joined from part1 in 1==1 on PyPI" in " ".join(text.split())
    assert "{'wheel'" not in text


def test_a_broken_model_is_shown_with_its_code(card: Path, tmp_path: Path) -> None:
    code = "ablated_model_broken"
    table = finished([row(1.0, ability="deductive_reasoning", flag=code, p=0.001),
                      row(0.1, ability="spatial_reasoning", p=0.9)])  # fmt: skip
    reader = written(tmp_path / "report.html", table, card)
    assert "1.00*†" in reader.text
    assert "0.10†" not in reader.text
    doubt = reader.text.partition("What can't be trusted, and why")[2].partition("Ability impact")[
        0
    ]
    assert f"{code}: on the benchmarks on which the intact model is above guessing" in doubt
    assert "This concerns the mask of Deductive reasoning" in doubt
    # Both q-values are below 0.05, and yet the loss names no ability.
    assert table["q_random"].min() < 0.05
    assert "has no other ability whose loss stands out" in reader.text


def test_where_all_but_the_mask_was_ablated_the_page_says_so(card: Path, tmp_path: Path) -> None:
    rows = [row(0.4, ability=ability, benchmark=OWN[own], ablation_of="complement")
            for ability in ("deductive_reasoning", "spatial_reasoning")
            for own in ("deductive_reasoning", "spatial_reasoning")]  # fmt: skip
    config = configured(ablation_of="complement")
    table = finished(rows)
    reader = written(tmp_path / "report.html", table, card, config=config)
    text = " ".join(reader.text.split())
    assert "No ability's mask alone keeps significantly more than random masks and the" in text
    assert "What each benchmark keeps with a mask alone, how certain that is, and what" in text
    assert "a large AIS means that an ability's mask alone is not enough" in text
    assert "None (ablation_of_complement)" in text
    assert "It needs" not in text
    assert "S(a) that with all but ability a's mask ablated" in text


def test_one_ability_has_sentences_and_no_nan(card: Path, tmp_path: Path) -> None:
    rows = [row(0.4, model=model, benchmark=name) for model in "ab" for name in "xyz"]
    reader = written(tmp_path / "report.html", finished(rows), card)
    assert "a single ability has no profile" in reader.text
    assert "2 models (a, b), 1 ability, 3 benchmarks of 60 items each, no random" in reader.text
    one = written(tmp_path / "one.html", finished([row(0.4)]), card)
    assert "1 model (tiny), 1 ability, 1 benchmark of 60 items, no random" in one.text
    assert not re.search(r"\bnan\b", reader.text.lower())


def test_calibration_items_are_doubted_on_the_page(
    make_table: Table, card: Path, tmp_path: Path
) -> None:
    asked = [OWN["analogical_reasoning"]]
    page, table = tmp_path / "report.html", make_table(2, 3)
    reader = written(page, table, card, calibration_benchmarks=asked)
    assert "which serve to choose k: Analogical reasoning test. If k was chosen" in reader.text


def test_what_masks_leave_out_is_on_the_page(make_table: Table, card: Path, tmp_path: Path) -> None:
    found = {"unit": "head", "threshold": 1.0, "loss": 3.0, "loss_without": 4.25,
             "losses": [[0, 3.0], [1, 4.25]]}  # fmt: skip
    file = tmp_path / "super.safetensors"
    write_mask(file, Mask({"p": torch.tensor([1])}, found))
    rule = SETTINGS["selections"]["specific"] | {"without_super": True}
    config = configured(unit="head", selections={"specific": rule})
    reader = written(
        tmp_path / "report.html", make_table(2, 2), card, config=config,
        super_sets={MODEL: file},
    )  # fmt: skip
    assert "Super heads" in reader.text
    assert "without it from 3.00 to 4.25" in reader.text
    assert "Super heads are left out first." in reader.text
    assert "uper head" not in written(tmp_path / "plain.html", make_table(2, 2), card).text


@pytest.mark.parametrize("impact", ["relative", "absolute"])
def test_the_formula_is_the_configured_one(
    make_table: Table, card: Path, tmp_path: Path, impact: str
) -> None:
    config = configured(profile=SETTINGS["profile"] | {"impact": impact})
    reader = written(tmp_path / "report.html", make_table(2, 2), card, config=config)
    assert f"AIS ({impact})" in reader.text
    assert "C that of guessing" not in reader.text


def test_a_whole_table_without_an_ais_makes_a_page(
    make_table: Table, card: Path, tmp_path: Path
) -> None:
    table = make_table(benchmarks=2, abilities=2, undefined=(0, 1), models=("a", "b"))
    reader = written(tmp_path / "report.html", table, card)
    assert "No benchmark that is an ability's own test has an AIS." in reader.text
    assert reader.text.count(
        "No benchmark has an AIS under this model, so nothing can be said here of what the "
        "benchmarks need."
    ) == 2  # fmt: skip


def test_the_page_is_the_same_twice_and_names_no_folder(
    make_table: Table, card: Path, tmp_path: Path
) -> None:
    table = make_table(benchmarks=2, abilities=2)
    for name in ("one.html", "two.html"):
        write(tmp_path / name, table, card)
    text = (tmp_path / "one.html").read_text()
    assert text == (tmp_path / "two.html").read_text()
    assert "/home" not in text
    assert str(tmp_path) not in text
