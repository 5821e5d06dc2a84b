"""Several ways to make masks beside each other, from the configuration to the tables."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from tests.workflow.conftest import ABILITIES, Project
from tests.workflow.test_methods import add_companions

FOLDER = "results/comparison/tiny"
HEADS = {"unit": "head", "scope": "attention", "fractions": [0.25], "selections": {"top": {}}}


def compare(config: dict[str, Any]) -> None:
    config["unit"], config["fractions"] = "neuron", [0.1]
    config["importance"] = {"score": "taylor_abs", "loss_on": "choice", "limit": 4}
    config["controls"]["random"]["seeds"] = [1]
    config["comparison"] = {
        "split": "calibration",
        "items": 11,
        "other_items": 10,
        "combinations": {
            "neurons": {},
            "against": {"importance": {"against": "blank"}},
            "heads": HEADS,
            "halved": {"ablation": {"scale": 0.5}},
        },
    }


@pytest.fixture
def compared(project: Project) -> Project:
    project.configure(compare)
    for ability in ABILITIES:
        for split in ("train", "calibration"):
            add_companions(project.folder / f"items/{ability}/{split}.jsonl")
    return project


def test_every_combination_has_its_row(compared: Project) -> None:
    compared.run("comparison")
    summary = pd.read_csv(compared.folder / f"{FOLDER}_summary.csv").set_index("combination")
    assert list(summary.index) == ["neurons", "against", "heads", "halved"]
    assert list(summary["unit"]) == ["neuron", "neuron", "head", "neuron"]
    # A tenth of two layers of 24 neurons, a quarter of two layers of two heads.
    assert list(summary["n_masked"]) == [4, 4, 1, 4]
    assert set(summary["n"]) == {11}
    assert set(summary["n_other"]) == {10}
    assert (
        summary[["choice_se", "form", "others_form", "effects", "components"]].notna().all().all()
    )
    table = pd.read_csv(compared.folder / f"{FOLDER}_masks.csv")
    # Of two abilities: own and random on its items, the other's on fewer, own on the blanks.
    own = table[(table["combination"] == "heads") & (table["test"] == "places")]
    asked = own[["asked", "ability", "n"]].to_numpy().tolist()
    assert asked == [
        ["item", "places", 11], ["item", "all_abilities", 11], ["item", "colours", 10],
        ["blank", "places", 11],
    ]  # fmt: skip
    mean = table[(table["combination"] == "heads") & (table["test"] == table["ability"])]
    mean = mean[mean["asked"] == "item"]["choice"].mean()
    assert summary.loc["heads", "choice"] == pytest.approx(mean, rel=1e-4)
    # The same masks, ablated by half.
    assert summary.loc["neurons", "choice"] != summary.loc["halved", "choice"]
    assert "Nothing to be done" in compared.run("-n", "comparison")

    # Another combination finds all of the others in the store.
    compared.configure(
        lambda config: config["comparison"]["combinations"].update(few={"fractions": [0.05]})
    )
    compared.run("comparison")
    log = compared.log("compare_combinations/tiny.log")
    # Intact, and of three combinations own and random; then of the one that was added.
    assert "places-item: 7 reused, 2 computed" in log
    again = pd.read_csv(compared.folder / f"{FOLDER}_summary.csv").set_index("combination")
    pd.testing.assert_frame_equal(again.loc[summary.index], summary, check_dtype=False)


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"fractions": [0.1, 0.2]}, "combinations.wrong, fractions: 0.1, 0.2; expected one"),
        ({"scope": "attention"}, "attention with unit neuron"),
        ({"importance": {"loss_on": "words"}}, "combinations.wrong, importance.loss_on"),
        ({"colour": "red"}, "combinations.wrong"),
        ({"importance": {"against": "read_off"}}, "it has no companion 'read_off'"),
        (
            {"selections": {"top": {}, "core": {}}},
            "wrong, selections: top, core; expected one",
        ),
    ],
)
def test_a_faulty_combination_is_named(compared: Project, own: Any, words: str) -> None:
    compared.configure(lambda config: config["comparison"]["combinations"].update(wrong=own))
    refused = compared.snakemake("--dry-run", "comparison")
    assert refused.returncode != 0
    assert words in refused.stdout
