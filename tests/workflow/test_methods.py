"""Methods other than the default run's."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.workflow.conftest import ABILITIES, Project, make_project

from benchprof.archive.masks import _importance
from benchprof.tensors import TensorFile

SELECTIVITY = "results/analysis/tiny/selectivity_top_0.1.csv"
PLACES = "results/evaluations/tiny/places_test/intact.json"
BLANK = "results/evaluations/tiny/places_blank/intact.json"


def add_companions(items: Path, context: str = "The word is hidden.") -> None:
    lines = [json.loads(line) for line in items.read_text().splitlines()]
    for item in lines:
        question = item["question"]
        other = (item["answer"] + 1) % len(item["options"])
        item["companions"] = {
            "flip": {"context": "Another.", "question": question, "answer": other},
            "blank": {"context": context, "question": question},
        }
    items.write_text("".join(f"{json.dumps(item)}\n" for item in lines))


def use_other_methods(config: dict[str, Any]) -> None:
    config["importance"] = {"score": "fisher", "loss_on": "all", "against": "flip", "limit": 4}
    config["layers"] = [1, 1]
    config["fractions"] = [0.1]
    config["fraction_of"] = "scope"
    config["ablation"] = {"scale": 0.5}
    config["controls"]["random"]["seeds"] = [1]
    specific = {"definition": "exclude", "in_top_of": 1, "background": "items/numbers"}
    for kind in ("flip", "blank"):
        config["benchmarks"][f"places_{kind}"] = {
            "ability": "places", "split": "test", "companion": kind, "limit": 8,
        }  # fmt: skip
    config["selections"] = {"top": {}, "bottom": {}, "core": {}, "specific": specific}


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project that was run with these methods; copy it."""
    project = make_project(tmp_path_factory.mktemp("other") / "project")
    project.configure(use_other_methods)
    for file in (*(f"{a}/train" for a in ABILITIES), "places/test"):
        add_companions(project.folder / f"items/{file}.jsonl")
    project.run("results/methods.md", "results/figures/tiny/impact_core_0.1.png", SELECTIVITY)
    return project


def origin(project: Project, file: str) -> dict[str, Any]:
    return TensorFile(project.folder / "results" / file).origin


def test_items_without_companions_are_refused_where_these_are_wanted(project: Project) -> None:
    project.configure(use_other_methods)
    refused = project.snakemake("--dry-run")
    assert refused.returncode != 0
    assert "items/places/test.jsonl, item places-" in refused.stdout
    assert "`benchmarks.places_flip.companion`" in refused.stdout
    add_companions(project.folder / "items/places/test.jsonl")
    refused = project.snakemake("--dry-run")
    assert refused.returncode != 0
    assert "`importance.against`" in refused.stdout
    assert "items/colours/train.jsonl, item colours-" in refused.stdout
    assert "it has no companion 'flip'; expected one in every item." in refused.stdout


def test_companions_of_other_items_than_the_test_split_s_are_refused(
    other: Project, tmp_path: Path
) -> None:
    project = other.copy(tmp_path / "copy")
    project.configure(lambda config: config["benchmarks"]["places_flip"].update(limit=7))
    refused = project.snakemake("--dry-run")
    assert refused.returncode != 0
    assert "benchmarks.places_flip: {" in refused.stdout
    assert "the keys of places_test and `companion: flip`" in refused.stdout


def test_masks_are_of_the_methods_asked_for(other: Project) -> None:
    masks = {
        (path.parent.name, path.name.split("_")[0]): TensorFile(path)
        for path in (other.folder / "results/masks/tiny").rglob("*.safetensors")
    }
    # One layer of three matrices of 16 times 24.
    for mask in masks.values():
        assert mask.origin["n"] == 3 * 16 * 24 // 10
        assert all(name.startswith("model.layers.1.mlp.") for name in mask.names)
    digests = {key: mask.origin["digest"] for key, mask in masks.items()}
    assert digests["colours", "core"] == digests["places", "core"]
    assert digests["colours", "specific"] != digests["places", "specific"]
    # Intact, four masks an ability and a control a selection; the core's is one mask for both.
    assert "1 reused, 12 computed" in other.log("evaluate_benchmark/tiny/places_test.log")
    path = other.folder / "results/evaluations/tiny/places_test/places.top_0.1.json"
    assert json.loads(path.read_text())["origin"]["mask"]["method"] == {"scale": 0.5}
    methods = (other.folder / "results/methods.md").read_text()
    assert "multiplies the weights that it selects by 0.5" in methods
    assert "layers 1 to 1" in methods


def test_importance_is_against_the_companion_asked_for(other: Project) -> None:
    assert origin(other, "importance/tiny/places.safetensors")["against"] == "flip"
    methods = (other.folder / "results/methods.md").read_text()
    assert "one changed fact makes another option right (at least 0)" in methods


def test_selectivity_has_the_companions_beside_the_items(other: Project) -> None:
    table = pd.read_csv(other.folder / SELECTIVITY)
    # Two masks and a control on the items of two abilities, and on two companions of one.
    assert table.groupby(["test", "asked"]).size().to_dict() == {
        ("colours", "item"): 3, ("places", "item"): 3,
        ("places", "flip"): 3, ("places", "blank"): 3,
    }  # fmt: skip
    intact = table.set_index(["test", "asked"])["intact"]
    assert len({intact["places", asked].iloc[0] for asked in ("item", "flip", "blank")}) == 3
    records = [f"results/evaluations/tiny/places_{of}/intact.json" for of in ("test", "flip")]
    own, flip = (json.loads((other.folder / file).read_text())["items"] for file in records)
    # Their right answers differ, item by item.
    assert [[(g + 1) % 4 for g in gold] for gold in own["gold"]] == flip["gold"]


def test_changed_companions_concern_all_benchmarks_of_their_items(
    other: Project, tmp_path: Path
) -> None:
    project = other.copy(tmp_path / "copy")
    add_companions(project.folder / "items/places/test.jsonl", "The word is lost.")
    planned = project.planned()
    assert planned["evaluate_benchmark"] == 3
    assert "compute_profile" in planned
    assert not {"compute_importance", "select_masks"} & set(planned)
    assert "data/tasks/ability_blank.yaml" in project.run("-n", BLANK)
    logs = [f"evaluate_benchmark/tiny/places_{of}.log" for of in ("test", "blank")]
    for log in logs:
        (project.folder / "results/logs" / log).unlink()
    project.run(PLACES, BLANK)
    # A companion is part of an item; the core is one mask for both abilities.
    for log in logs:
        assert "1 reused, 12 computed" in project.log(log)


def test_with_a_background_an_added_ability_changes_no_other_mask(
    other: Project, tmp_path: Path
) -> None:
    project = other.copy(tmp_path / "copy")
    mask = "masks/tiny/places/specific_0.1.safetensors"
    before = origin(project, mask)["digest"]
    project.configure(lambda config: config["abilities"].update(more={"items": "items/numbers"}))
    project.run(f"results/{mask}")
    again = origin(project, mask)
    assert again["digest"] == before
    assert set(again["importance"]) == {"places", "_background"}
    # `more` is the same items as the background: in the store already.
    assert "4 reused, 0 computed" in project.log("compute_importance/tiny.log")


def test_sufficiency_keeps_the_mask_and_ablates_the_rest(other: Project, tmp_path: Path) -> None:
    project = other.copy(tmp_path / "copy")
    path = project.folder / "results/evaluations/tiny/places_test/places.top_0.1.json"
    ablated = json.loads(path.read_text())
    project.configure(lambda config: config.update(ablation_of="complement"))
    project.run(PLACES)
    # The intact model is the same, and the core is one mask for both.
    assert "2 reused, 11 computed" in project.log("evaluate_benchmark/tiny/places_test.log")
    kept = json.loads(path.read_text())
    assert kept["origin"]["mask"]["kept_in"] == {"scope": "mlp", "layers": [1, 1]}
    assert kept["items"]["responses"] != ablated["items"]["responses"]


def test_the_cheap_score_over_the_same_items(other: Project, tmp_path: Path) -> None:
    project = other.copy(tmp_path / "copy")
    project.configure(lambda config: config["importance"].update(score="wanda"))
    project.run("results/importance/tiny/places.safetensors")
    importance = TensorFile(project.folder / "results/importance/tiny/places.safetensors")
    assert importance.origin["score"] == "wanda"
    assert max(importance.tensor(name).max() for name in importance.names) > 0


def use_heads(config: dict[str, Any]) -> None:
    config["unit"], config["scope"] = "head", "attention"
    config["importance"] = {"score": "taylor_abs", "loss_on": "choice", "against": "blank"}
    config["fractions"], config["selections"] = [0.25], {"top": {}}
    config["controls"]["random"]["seeds"] = [1]


@pytest.fixture(scope="module")
def heads(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project that was run with masks of heads; copy it."""
    project = make_project(tmp_path_factory.mktemp("heads") / "project")
    project.configure(use_heads)
    for ability in ABILITIES:
        add_companions(project.folder / f"items/{ability}/train.jsonl")
    project.run("results/methods.md", PLACES)
    return project


def test_masks_of_heads_go_through_every_job(heads: Project) -> None:
    masks = [
        TensorFile(path) for path in (heads.folder / "results/masks/tiny").rglob("*.safetensors")
    ]
    # Two layers of two heads: a quarter is one.
    assert {(mask.origin["unit"], mask.origin["n"]) for mask in masks} == {("head", 1)}
    assert all(name.endswith("self_attn.o_proj.weight") for mask in masks for name in mask.names)
    (control,) = (mask for mask in masks if mask.origin["selection"] == "random")
    assert set(control.origin["matched_to"]) == {"colours", "places"}
    methods = (heads.folder / "results/methods.md").read_text()
    assert "Importance of a head u for an ability" in methods
    assert "zeroes the weights that read the heads that it selects" in methods
    assert "the right option's share among the options" in methods


def attributions(project: Project) -> list[Path]:
    return sorted((project.folder / "store/attributions").rglob("*.safetensors"))


def test_another_score_and_unit_come_from_the_same_attributions(
    heads: Project, tmp_path: Path
) -> None:
    project = heads.copy(tmp_path / "copy")

    def change(config: dict[str, Any]) -> None:
        config["unit"], config["scope"] = "neuron", "mlp"
        config["importance"] |= {"score": "taylor_signed", "limit": 4}

    project.configure(change)
    project.run("results/importance/tiny/places.safetensors")
    assert "16 reused, 0 computed" in project.log("compute_importance/tiny.log")
    importance = TensorFile(project.folder / "results/importance/tiny/places.safetensors")
    assert importance.total_size == 2 * 24


def test_attributions_toward_flips_stand_beside_the_others(heads: Project, tmp_path: Path) -> None:
    project = heads.copy(tmp_path / "copy")
    kept = {path: path.stat().st_mtime_ns for path in attributions(project)}

    def change(config: dict[str, Any]) -> None:
        config["importance"] = {"score": "taylor_signed", "loss_on": "choice", "toward": "flip"}

    project.configure(change)
    project.run("results/methods.md")
    assert "attributions of examples: 0 reused, 24 computed" in project.log(
        "compute_importance/tiny.log"
    )
    importance = origin(project, "importance/tiny/places.safetensors")
    assert (importance["toward"], importance["against"]) == ("flip", None)
    made = [TensorFile(path).origin for path in attributions(project) if path not in kept]
    assert [own["toward"] for own in made] == ["flip"] * 24
    assert all("toward" not in TensorFile(path).origin for path in kept)
    assert all(path.stat().st_mtime_ns == time for path, time in kept.items())
    methods = (project.folder / "results/methods.md").read_text()
    assert "of log p(right option) - log p(the option that the version makes right)" in methods
    # Without the key all is as it was.
    project.configure(use_heads)
    project.run("results/importance/tiny/places.safetensors")
    assert " reused, 0 computed" in project.log("compute_importance/tiny.log")


def test_halves_of_units_come_from_the_same_attributions(heads: Project, tmp_path: Path) -> None:
    project = heads.copy(tmp_path / "copy")
    project.run("analysis")
    # No k of the paper is a whole head of this model's four.
    assert len(pd.read_csv(project.folder / "results/analysis/tiny/core.csv")) == 0
    location = pd.read_csv(project.folder / "results/analysis/tiny/location_top_0.25.csv")
    assert location.groupby("ability")["entries"].sum().to_dict() == {"colours": 1, "places": 1}
    log = project.log("measure_stability/tiny.log")
    assert log.count(" reused, 0 computed") == log.count("attributions of examples:") > 2


def test_heads_are_knocked_out_once_for_all_items_and_halves(
    heads: Project, tmp_path: Path
) -> None:
    project = heads.copy(tmp_path / "copy")
    groups = {"score": "knock_out", "knock_outs": {"groups": 12, "share": 0.3}}
    project.configure(lambda config: config["importance"].update(groups))
    project.run("results/methods.md", "results/analysis/tiny/stability.csv")
    # Each of four heads three times, and the intact model.
    said = "losses without groups of units: {} reused, {} computed"
    assert said.format(0, 5) in project.log("compute_importance/tiny.log")
    assert project.log("measure_stability/tiny.log").count(said.format(5, 0)) > 2
    own = origin(project, "importance/tiny/places.safetensors")
    assert own["knock_outs"]["groups"] == {"number": 12, "share": 0.3, "seed": 2026}
    # What an archive's masks are compared with, from the settings.
    assert _importance(project.folder, "tiny")["places"] == own
    methods = (project.folder / "results/methods.md").read_text()
    assert "of the effects of 12 random groups on which heads each holds" in methods


def test_an_archive_of_masks_of_heads_is_verified_and_reproduced(
    heads: Project, tmp_path: Path
) -> None:
    project = heads.copy(tmp_path / "copy")
    project.run("archive")
    path = project.folder / "results/archive.zip"
    how: dict[str, Any] = {"cwd": tmp_path, "capture_output": True, "text": True}
    done = subprocess.run([sys.executable, "-I", "-S", str(path)], check=False, **how)
    assert done.returncode == 0, done.stderr
    again = [
        sys.executable, "-m", "benchprof.archive.reproduce", str(path), "--cores", "2",
        "--into", "again", "--benchmark", "places_test", "--data", str(project.folder),
    ]  # fmt: skip
    done = subprocess.run(again, check=False, env=project.environment(), **how)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "places_test: masks and scores are identical" in done.stdout
    page = (project.folder / "results/report.html").read_text()
    assert "(1 head a mask)" in page


def test_masks_without_super_units(heads: Project, tmp_path: Path) -> None:
    project = heads.copy(tmp_path / "copy")
    assert not (project.folder / "results/super").exists()
    before = origin(project, "masks/tiny/places/top_0.25.safetensors")

    def change(config: dict[str, Any]) -> None:
        config["selections"] = {"top": {"without_super": True}, "bottom": {}}

    project.configure(change)
    planned = project.planned()
    assert planned["find_super"] == 1
    assert "compute_importance" not in planned
    file = project.folder / "results/super/tiny.safetensors"
    project.run("results/methods.md", "results/report.html")
    found = TensorFile(file)
    assert found.origin["unit"] == "head"
    table = pd.read_csv(file.with_suffix(".csv"))
    # Of four heads one at most.
    assert table["n"].tolist() == [0, 1]
    assert found.origin["n"] == int(table["rise"][1] >= found.origin["threshold"])
    own = origin(project, "masks/tiny/places/top_0.25.safetensors")
    control = origin(project, "masks/tiny/all_abilities/top-random-1_0.25.safetensors")
    assert own["super"] == control["super"] == found.origin["digest"]
    for selected in (project.folder / "results/masks/tiny").rglob("top*.safetensors"):
        mask = TensorFile(selected)
        for name in {*mask.names} & {*found.names}:
            assert not {*mask.tensor(name).tolist()} & {*found.tensor(name).tolist()}
    assert "super" not in before
    assert "super" not in origin(project, "masks/tiny/places/bottom_0.25.safetensors")
    said = "no super head among them"
    for page in ("methods.md", "report.html"):
        text = (project.folder / "results" / page).read_text()
        assert (said in text, "Super heads" in text) == (True, True)


def test_heads_at_their_means_over_the_train_items(heads: Project, tmp_path: Path) -> None:
    project = heads.copy(tmp_path / "copy")
    path = project.folder / "results/evaluations/tiny/places_test/places.top_0.25.json"
    zeroed = json.loads(path.read_text())
    assert "mean_over" not in zeroed["origin"]["mask"]
    project.configure(lambda config: config.update(ablation="mean"))
    project.run("results/methods.md", PLACES)
    assert ": intact" not in project.log("evaluate_benchmark/tiny/places_test.log")
    averaged = json.loads(path.read_text())
    assert averaged["origin"]["mask"]["method"] == "mean"
    assert averaged["items"]["responses"] != zeroed["items"]["responses"]
    methods = (project.folder / "results/methods.md").read_text()
    assert "in place of the heads that it selects" in methods
    assert "@wang2023interpretability" in methods
    # The means are over other items where a train item of either ability changed.
    items = project.folder / "items/colours/train.jsonl"
    items.write_text(items.read_text().replace("?", "!"))
    assert "evaluate_benchmark" in project.planned()
    project.run(PLACES)
    again = json.loads(path.read_text())["origin"]["mask"]["mean_over"]
    of_old = averaged["origin"]["mask"]["mean_over"]
    assert again["code"] == of_old["code"]
    assert again["examples"] != of_old["examples"]


def use_lists(config: dict[str, Any]) -> None:
    config["unit"], config["scope"] = "head", "attention"
    config["selections"] = {"listed": {"colours": {0: [1]}, "places": {1: [0]}}}
    config["fractions"] = ["listed"]
    config["controls"]["random"] = {"seeds": [1], "matched_to": "each_ability"}


def test_listed_heads_go_through_every_job_and_nothing_is_ranked(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    project.configure(use_lists)
    project.run()
    project.run("analysis", "archive")
    assert not (project.folder / "results/importance").exists()
    masks = {
        (path.parent.name, path.stem): TensorFile(path)
        for path in (project.folder / "results/masks/tiny").rglob("*.safetensors")
    }
    own = masks["places", "listed_listed"]
    (name,) = own.names
    assert name == "model.layers.1.self_attn.o_proj.weight"
    assert own.tensor(name).tolist() == [0]
    # As many of the same layer.
    control = masks["places", "listed-random-1_listed"]
    assert (control.names, control.origin["n"]) == ([name], 1)
    table = pd.read_parquet(project.folder / "results/profiles/impact.parquet")
    assert set(table["fraction"]) == set(table["k"]) == {"listed"}
    page = (project.folder / "results/report.html").read_text()
    assert "(1 head a mask)" in page
    methods = (project.folder / "results/methods.md").read_text()
    assert "colours 1 of layer 0; places 0 of layer 1" in methods

    archive = project.folder / "results/archive.zip"
    how: dict[str, Any] = {"capture_output": True, "text": True}
    verify = [sys.executable, "-I", "-S", str(archive)]
    done = subprocess.run(verify, cwd=tmp_path, check=False, **how)
    assert done.returncode == 0, done.stderr
    fresh = make_project(tmp_path / "fresh")
    fresh.configure(use_lists)
    fresh.run("results/checks/tiny.json")
    fresh.run("-n")
    refill = [sys.executable, "-m", "benchprof.archive.refill", str(archive)]
    how |= {"env": fresh.environment(), "cwd": fresh.folder}
    done = subprocess.run(refill, check=False, **how)
    # Controls of units are drawn anew.
    assert "Masks: 2 put into results/masks" in done.stdout, done.stderr
    planned = fresh.planned()
    assert "draw_controls" in planned and "select_masks" not in planned


def test_a_listed_head_that_is_not_there_stops_before_the_weights_are_loaded(
    project: Project,
) -> None:
    project.configure(use_lists)
    project.configure(lambda config: config["selections"]["listed"].update(places={1: [2]}))
    stopped = project.snakemake(PLACES)
    assert stopped.returncode != 0
    assert "listed.places.1: head 2; expected a head from 0 to 1" in stopped.stdout
    assert not list((project.folder / "results/logs").glob("draw_controls/*/*"))


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("scope", "mlp", "mlp with unit head"),
        ("selections", {"top": {"within": "chunk"}}, "chunk with unit head"),
    ],
)
def test_what_does_not_go_with_a_unit_is_refused(
    project: Project, key: str, value: Any, words: str
) -> None:
    project.configure(use_heads)
    project.configure(lambda config: config.update({key: value}))
    refused = project.snakemake("--dry-run")
    assert refused.returncode != 0
    assert words in refused.stdout
