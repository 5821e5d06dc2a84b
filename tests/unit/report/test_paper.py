"""What goes into a paper: tables, the methods text and its references."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pytest
import torch

from benchprof.masks.mask import Mask, write_mask
from benchprof.profile.comparison import similarity_rows
from benchprof.report.matrix import matrix_of
from benchprof.report.method_step import MethodStep
from benchprof.report.methods import method_steps, write_methods
from benchprof.report.pairs import similarity_of
from benchprof.report.paper_tables import (
    PaperTable,
    impact_table,
    similarity_table,
    write_impact_tables,
)
from benchprof.report.references import known_entries, references

from .conftest import ABILITIES, MODEL, Table, finished, matrix, row
from .page_files import SETTINGS, configured, tables_of_methods

SOURCES = {MODEL: {"hub": "Org/Model", "revision": "0a1b"}, "own": {"folder": "/home/me/model"}}
NONE: Mapping[str, Path] = MappingProxyType({})


def small() -> pd.DataFrame:
    cells = {("x", 0): 0.5, ("x", 1): -0.002, ("y", 0): 0.1, ("y", 1): 0.2}
    rows = [
        row(value, benchmark=b, ability=ABILITIES[a], p=0.001 if value == 0.5 else 0.7,
            reason="too few items" if b == "y" else "")
        for (b, a), value in cells.items()
    ]  # fmt: skip
    rows += [
        row(v, benchmark="x", ability="all_abilities", seed=s) for s, v in ((1, 0.0), (2, 0.1))
    ]
    return finished(rows)


def test_the_markdown_table_is_as_worked_out_by_hand() -> None:
    table = impact_table(matrix_of(small(), "tiny", "specific", "0.001", {}))
    lines = table.markdown().splitlines()
    assert lines[:4] == [
        "| Benchmark | AR | CCR | random |",
        "| --- | :---: | :---: | :---: |",
        "| X | 0.50* | 0.00 | 0.05 |",
        "| Y | -- | -- | -- |",
    ]
    assert "AR analogical reasoning, CCR commonsense causal reasoning" in lines[5]
    why = "the intact model is not significantly above guessing"
    assert f"No AIS: {why} (1 benchmark: Y)." in lines[5]


def test_the_latex_table_has_rules_and_escapes() -> None:
    table = PaperTable("50% of a_b < 1 {x}", "tab:a", ["A & B", "k"], [["x_1", "0.5"]])
    lines = table.latex().splitlines()
    assert [line for line in lines if line.endswith("rule")] == [
        "\\toprule", "\\midrule", "\\bottomrule",
    ]  # fmt: skip
    assert r"A \& B & k \\" in lines
    assert r"x\_1 & 0.5 \\" in lines
    assert r"\begin{tabular}{lc}" in lines
    assert r"\caption{50\% of a\_b $<$ 1 \{x\}}" in lines


def test_a_broken_model_and_what_was_ablated_are_said(make_table: Table) -> None:
    table = make_table(benchmarks=2, abilities=2)
    own = (table["ability"] == "analogical_reasoning") & table["seed"].isna()
    table.loc[own, "flag_code"] = "ablated_model_broken"
    model = table["model"].iloc[0]
    latex = impact_table(matrix(table, model)).latex()
    # Two cells and the note.
    assert latex.count(r"\textdagger{}") == 3
    turned = table.assign(ablation_of="complement")
    caption = impact_table(matrix(turned, model)).caption
    assert "All but the ability's mask was ablated: a loss means" in caption


def test_a_model_s_name_is_written_as_it_is(make_table: Table) -> None:
    name = "Llama-3.1_8B-Instruct"
    table = make_table(2, 2, models=(name, "own"))
    latex = impact_table(matrix(table, name)).latex()
    assert rf"\label{{tab:impact-{name}-specific-0.001}}" in latex
    assert r"of Llama-3.1\_8B-Instruct (" in latex
    pairs = similarity_rows(table, "model", seed=1)
    header = similarity_table(similarity_of(pairs, "specific", "0.001")).latex()
    assert r"Benchmark & Llama-3.1\_8B-Instruct and own \\" in header
    bibliography = references([], {name: {"hub": "Org/Model", "revision": "0a1b"}})
    assert f"@misc{{model-{name},\n" in bibliography


def test_every_row_has_as_many_columns_as_the_header(make_table: Table, tmp_path: Path) -> None:
    targets = [tmp_path / "impact.tex", tmp_path / "impact.md"]
    table = make_table(benchmarks=16)
    write_impact_tables(matrix(table), targets)
    rows = [line for line in targets[0].read_text().splitlines() if line.endswith(r"\\")]
    assert len(rows) == 17
    assert {line.count(" & ") for line in rows} == {11}
    rows = [line for line in targets[1].read_text().splitlines() if line.startswith("|")]
    assert {line.count("|") for line in rows} == {13}


def test_the_similarity_table_has_a_column_per_pair(make_table: Table) -> None:
    table = similarity_rows(
        make_table(benchmarks=3, models=("a", "b"), undefined=(1,)), "model", seed=1
    )
    made = similarity_table(similarity_of(table, "specific", "0.001"))
    assert made.header == ["Benchmark", "a and b"]
    assert [line[1] for line in made.rows] == [f"{table['similarity'][0]:.2f}", "--",
                                               f"{table['similarity'][2]:.2f}"]  # fmt: skip


def methods(
    folder: Path, table: pd.DataFrame, super_sets: Mapping[str, Path] = NONE, **changes: Any
) -> tuple[str, str]:
    text, bibliography = folder / "methods.md", folder / "references.bib"
    shipped = {"arc_challenge": "arc_challenge"}
    tables = tables_of_methods(table)
    config = configured(**changes)
    write_methods(text, bibliography, config, tables, SOURCES, shipped, super_sets)
    return text.read_text(), bibliography.read_text()


def test_the_methods_name_the_versions_that_made_the_answers(
    make_table: Table, tmp_path: Path
) -> None:
    """Not those of the process that writes, whose code made the tables; of transformers none."""
    text, _ = methods(tmp_path, make_table(2, 2))
    assert (
        "The models' answers were made with benchprof 0.9 over lm-evaluation-harness 0.4.9 "
        "[@gao2021framework], transformers [@wolf2020transformers] and torch 2.10.0 and 2.9.1."
    ) in text
    assert f"with benchprof {version('benchprof')}, a Snakemake [@molder" in text


def test_the_methods_tell_what_masks_leave_out_of_each_model(
    make_table: Table, tmp_path: Path
) -> None:
    own = {"unit": "weight", "threshold": 1.0, "loss": 3.0}
    some = own | {"loss_without": 4.25, "losses": [[0, 3.0], [1, 3.5], [2, 4.25]]}
    none = own | {"loss_without": 3.0, "losses": [[0, 3.0], [1, 3.5]]}
    broken = own | {"loss_without": None, "losses": [[0, 3.0], [1, None]]}
    masks = {
        "m": Mask({"p": torch.tensor([1, 2])}, some),
        "n": Mask({}, none),
        "o": Mask({"p": torch.tensor([1])}, broken),
    }
    for model, mask in masks.items():
        write_mask(tmp_path / model, mask)
    rule = {"specific": {"definition": "max", "without_super": True}}
    paths = {model: tmp_path / model for model in masks}
    text, bibliography = methods(tmp_path, make_table(2, 2), paths, selections=rule)
    assert "largest mean share of importance" in text
    assert "raise the loss on a neutral text by 1 nat per token or more" in text
    assert "2 of m (without them from 3.00 to 4.25)" in text
    assert "none of n (+0.5 without the first 1)" in text
    assert "1 of o (without it from 3.00 beyond any number)." in text
    assert "by 1 nat per token or more [@yu2024super]. Found:" in text
    assert "for the other abilities. Super weights are left out first. k = 0.001." in text
    assert "yu2024super" in bibliography
    plain, bibliography = methods(tmp_path, make_table(2, 2))
    assert "super" not in plain.lower() + bibliography


def test_the_methods_cite_what_the_references_hold(make_table: Table, tmp_path: Path) -> None:
    text, bibliography = methods(tmp_path, make_table(11, 3, models=(MODEL, "own")))
    cited = set(re.findall(r"@([\w-]+)", text))
    held = set(re.findall(r"^@\w+\{([^,]+),", bibliography, flags=re.MULTILINE))
    assert cited <= held
    assert {"kim2025benchmark", "molchanov2019importance", "clark2018think"} <= cited
    assert held - cited == {f"model-{MODEL}"}
    assert "10000 resamples" in text
    assert "k = 0.001" in text
    assert "/home" not in text + bibliography


def test_the_methods_follow_the_settings(make_table: Table, tmp_path: Path) -> None:
    score = {"score": "wanda", "loss_on": "all", "against": "blank"}
    selections = {"specific": {"definition": "exclude", "in_top_of": 2}, "core": {}}
    table = make_table(2, 2)
    text, bibliography = methods(
        tmp_path, table, importance=score, selections=selections, ablation={"scale": 0.1234567},
        layers=[2, 5],
    )  # fmt: skip
    assert "norm of its inputs" in text
    assert "what leads to the answer is subtracted; negative differences count as 0." in text
    signed, _ = methods(tmp_path, table, importance=score | {"score": "taylor_signed"})
    assert "without what leads to the answer" in signed
    assert "negative" not in signed
    knocked = {"score": "knock_out", "loss_on": "choice", "against": "blank"}
    plain, cited = methods(tmp_path, table, unit="head", importance=knocked)
    assert "the effects of 100 random groups of heads by which heads they contain" in plain
    assert "A group contains 0.02 of those in scope" in plain
    assert "negative" not in plain
    assert "Before the regression, the same rise for versions of the items" in plain
    assert {"bair2026compressed", "tibshirani1996regression"} <= set(re.findall(r"[\w]+", cited))
    flips, _ = methods(tmp_path, table, importance=score | {"against": "flip"})
    assert "the same score for versions of the items in which one changed fact makes" in flips
    units, _ = methods(
        tmp_path, table, importance={"score": "taylor_abs", "loss_on": "choice"}, unit="head"
    )
    assert "a on x. The gradient is that of the loss on the right option's share" in units
    assert "layers 2 to 5" in text
    assert "that are not among the n most important for 2 or more other abilities" in text
    assert "multiplies its weights by 0.1234567" in text
    assert "sun2024simple" in bibliography
    assert "molchanov" not in text + bibliography
    # One model's benchmarks are compared with each other.
    for own, compared in ((table, True), (make_table(1, 2), False)):
        names = [step.name for step in method_steps(configured(), tables_of_methods(own))]
        assert ("Similarity" in names) is compared


def step_of(name: str, table: pd.DataFrame, **changes: Any) -> MethodStep:
    """One step of the methods of a run; `changes` are sections."""
    steps = method_steps(configured(**changes), tables_of_methods(table))
    (step,) = [step for step in steps if step.name == name]
    return step


def test_the_methods_say_how_k_was_calibrated(make_table: Table) -> None:
    table = pd.concat(
        [make_table(2, 2), make_table(2, 2, models=("a", "b")).assign(fraction="calibrated")]
    )
    table.loc[table["model"] == "b", "k"] = "0.003"
    tried = {"calibration": {"fractions": [0.001, 0.003], "items": 32}}
    step = step_of("Masks, specific", table, **tried)
    assert "k = 0.001. The calibrated k is 0.001 for a and 0.003 for b. It was chosen" in step.text
    assert step.text.endswith(
        "It was chosen among 0.001 and 0.003 on at most 32 calibration items per ability, as the "
        "one at which the mean drop under the abilities' own masks most exceeds the largest of 0, "
        "that under random masks and that under the other abilities' masks. Only abilities above "
        "guessing count; for a model with none, it is the smallest k."
    )
    alone = table[table["seed"].isna()]
    step = step_of("Masks, specific", alone, **tried)
    assert "exceeds the larger of 0 and that under the other abilities' masks." in step.text


def test_a_k_is_held_against_the_masks_of_its_own_selection(make_table: Table) -> None:
    """The abilities share the mask of `core`, so that it has no other abilities' masks."""
    specific = make_table(2, 2).assign(fraction="calibrated")
    core = specific.assign(selection="core", mask_digest="of all")
    tried = {"calibration": {"fractions": [0.001, 0.003], "items": 32},
             "selections": SETTINGS["selections"] | {"core": {}}}  # fmt: skip
    table = pd.concat([specific, core])
    others = "the largest of 0, that under random masks and that under the other abilities' masks."
    assert f"exceeds {others}" in step_of("Masks, specific", table, **tried).text
    shared = "the larger of 0 and that under random masks."
    assert f"exceeds {shared}" in step_of("Masks, core", table, **tried).text


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, ("test (60 items), for the ability", "1 training item per ability is used")),
     (2, ("test (60 items each), for the abilities", "2 training items per ability are used"))],
)  # fmt: skip
def test_the_methods_count_in_the_singular(
    make_table: Table, count: int, said: tuple[str, ...]
) -> None:
    importance = SETTINGS["importance"] | {"limit": count}
    tables = tables_of_methods(make_table(count, count))
    steps = method_steps(configured(importance=importance), tables)
    text = " ".join(step.text for step in steps)
    assert all(words in text for words in said)


@pytest.mark.parametrize(
    "rule",
    [{"definition": "ratio", "pool": 5}, {"definition": "max"}, {"definition": "diff"},
     {"definition": "sum"}],
)  # fmt: skip
def test_every_definition_has_its_sentence(make_table: Table, rule: dict[str, Any]) -> None:
    selections = {"specific": rule | {"background": "items"}}
    step = step_of("Masks, specific", make_table(2, 2), selections=selections)
    assert "for the background items" in step.text


def test_selections_are_told_in_the_order_of_the_table(make_table: Table) -> None:
    """Which is that of the configuration file."""
    rules = {"top": {}, "specific": {"definition": "sum"}}
    for names in (["specific", "top"], ["top", "specific"]):
        table = pd.concat([make_table(2, 2).assign(selection=name) for name in names])
        steps = method_steps(configured(selections=rules), tables_of_methods(table))
        told = [step.name for step in steps if step.name.startswith("Masks")]
        assert told == [f"Masks, {name}" for name in names]


def test_the_references_are_well_formed() -> None:
    entries = known_entries()
    text = references([entry.key for entry in entries], SOURCES)
    assert len({entry.key for entry in entries}) == len(entries)
    # And one of the two models: the other is a local folder.
    assert len(re.findall(r"^@", text, flags=re.MULTILINE)) == len(entries) + 1
    assert text.count("{") == text.count("}")
    for entry in entries:
        assert re.search(r"^  (author|title) = ", entry.text, flags=re.MULTILINE)
        assert "year = {" in entry.text
    assert "revision 0a1b" in text


def test_a_gguf_of_the_hub_is_cited_with_its_file() -> None:
    source = {"hub": "Org/Model-GGUF", "revision": "0a1b", "gguf": "q4.gguf", "gguf_sha256": "c"}
    text = references([], {"own": source})
    assert "note = {Model weights, revision 0a1b, file q4.gguf}" in text
    assert "url = {https://huggingface.co/Org/Model-GGUF}" in text
