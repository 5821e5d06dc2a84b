"""Methods other than the default run's, all in one run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
from tests.workflow.conftest import Project

from benchprof.tensors import TensorFile


def add_twins(items: Path) -> None:
    lines = [json.loads(line) for line in items.read_text().splitlines()]
    for item in lines:
        item["twin"] = {"context": "The word is hidden.", "question": item["question"]}
    items.write_text("".join(f"{json.dumps(item)}\n" for item in lines))


def use_other_methods(config: dict[str, Any]) -> None:
    config["importance"] = {"score": "fisher", "loss_on": "all", "twins": True, "limit": 4}
    config["layers"] = [1, 1]
    config["fractions"] = [0.1]
    config["fraction_of"] = "scope"
    config["ablation"] = {"scale": 0.5}
    config["controls"]["random"]["seeds"] = [1]
    specific = {"definition": "exclude", "in_top_of": 1, "background": "items/numbers"}
    config["benchmarks"]["places_twins"] = {
        "ability": "places", "split": "test", "twins": True, "limit": 8,
    }  # fmt: skip
    config["selections"] = {"top": {}, "bottom": {}, "core": {}, "specific": specific}


def test_other_methods(project: Project) -> None:
    project.configure(use_other_methods)
    refused = project.snakemake("--dry-run")
    assert refused.returncode != 0
    assert "items/places/test.jsonl, item places-" in refused.stdout
    assert "`benchmarks.places_twins.twins`" in refused.stdout
    add_twins(project.folder / "items/places/test.jsonl")
    refused = project.snakemake()
    assert refused.returncode != 0
    assert "items/colours/train.jsonl, item colours-" in refused.stdout
    assert "it has no twin; expected a twin." in refused.stdout

    for ability in ("colours", "places", "numbers"):
        add_twins(project.folder / f"items/{ability}/train.jsonl")
    selectivity = "results/analysis/tiny/selectivity_top_0.1.csv"
    project.run("results/methods.md", "results/figures/tiny/impact_core_0.1.png", selectivity)
    results = project.folder / "results"
    masks = {
        (path.parent.name, path.name.split("_")[0]): TensorFile(path)
        for path in (results / "masks/tiny").rglob("*.safetensors")
    }
    # One layer of three matrices of 16 times 24.
    for mask in masks.values():
        assert mask.origin["n"] == 3 * 16 * 24 // 10
        assert all(name.startswith("model.layers.1.mlp.") for name in mask.names)
    digests = {key: mask.origin["digest"] for key, mask in masks.items()}
    assert digests["colours", "core"] == digests["places", "core"]
    assert digests["colours", "specific"] != digests["places", "specific"]
    # Intact, four masks an ability and a control a selection; the core's is one mask for both.
    table = pd.read_csv(project.folder / selectivity)
    # Two masks and a control on the items of two abilities, and on the twins of one.
    assert table.groupby(["test", "twins"]).size().to_dict() == {
        ("colours", False): 3, ("places", False): 3, ("places", True): 3,
    }  # fmt: skip
    intact = table.set_index(["test", "twins"])["intact"]
    assert intact["places", True].iloc[0] != intact["places", False].iloc[0]
    log = project.log("evaluate_benchmark/tiny/places_test.log")
    assert "1 reused, 12 computed" in log
    record = json.loads((results / "evaluations/tiny/places_test/places.top_0.1.json").read_text())
    assert record["origin"]["mask"]["method"] == {"scale": 0.5}
    methods = (results / "methods.md").read_text()
    assert "multiplies the weights that it selects by 0.5" in methods
    assert "layers 1 to 1" in methods

    # The contrast is with the background: an added ability changes no other's mask.
    project.configure(lambda config: config["abilities"].update(more={"items": "items/numbers"}))
    project.run("results/masks/tiny/places/specific_0.1.safetensors")
    again = TensorFile(results / "masks/tiny/places/specific_0.1.safetensors")
    assert again.origin["digest"] == digests["places", "specific"]
    assert set(again.origin["importance"]) == {"places", "_background"}
    # `more` is the same items as the background: in the store already.
    assert "4 reused, 0 computed" in project.log("compute_importance/tiny.log")

    # Sufficiency: the same masks, and all else in scope ablated. The intact model is the same,
    # and the core is one mask for both.
    project.configure(lambda config: config["abilities"].pop("more"))
    project.configure(lambda config: config.update(ablation_of="complement"))
    project.run("results/evaluations/tiny/places_test/intact.json")
    assert "2 reused, 11 computed" in project.log("evaluate_benchmark/tiny/places_test.log")
    kept = json.loads((results / "evaluations/tiny/places_test/places.top_0.1.json").read_text())
    assert kept["origin"]["mask"]["kept_in"] == {"scope": "mlp", "layers": [1, 1]}
    assert kept["items"]["responses"] != record["items"]["responses"]

    # The cheap score, over the same items.
    project.configure(lambda config: config["importance"].update(score="wanda"))
    project.run("results/importance/tiny/places.safetensors")
    importance = TensorFile(results / "importance/tiny/places.safetensors")
    assert importance.origin["score"] == "wanda"
    assert max(importance.tensor(name).max() for name in importance.names) > 0
