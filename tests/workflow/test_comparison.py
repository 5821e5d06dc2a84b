"""Several ways to make masks beside each other, from the configuration to the tables."""

from __future__ import annotations

import contextlib
import json
import logging
from typing import Any

import pandas as pd
import pytest
from tests.workflow.conftest import ABILITIES, Project, add_companions
from tests.workflow.stages import run_jobs

from benchprof.errors import InputError
from benchprof.run.inputs import check_inputs
from benchprof.run.run import Run

LISTS = {"listed": {ability: {0: [1]} for ability in ABILITIES}}
FOLDER = "results/comparison/tiny"
HEADS = {"unit": "head", "scope": "attention", "fractions": [0.25], "selections": {"top": {}}}
KNOCK_OUTS = {"score": "knock_out", "knock_outs": {"groups": 12, "share": 0.25}}


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
            "averaged": {"ablation": "mean"},
            "flipped": {"ablation": "flip"},
            "knocked_out": HEADS | {"importance": KNOCK_OUTS, "ablation": "mean"},
        },
    }


@pytest.fixture
def compared(project: Project) -> Project:
    project.configure(compare)
    for ability in ABILITIES:
        for split in ("train", "calibration"):
            add_companions(project.folder / f"items/{ability}/{split}.jsonl")
    return project


def test_every_combination_has_its_row(compared: Project, caplog: pytest.LogCaptureFixture) -> None:
    compared.run("comparison")
    summary = pd.read_csv(compared.folder / f"{FOLDER}_summary.csv").set_index("combination")
    every = ["neurons", "against", "heads", "halved", "averaged", "flipped", "knocked_out"]
    assert list(summary.index) == every
    heads = ["heads", "knocked_out"]
    assert list(summary.index[summary["unit"] == "head"]) == heads
    # A tenth of two layers of 24 neurons, a quarter of two layers of two heads.
    assert set(summary.loc[heads, "n_masked"]) == {1}
    assert set(summary.drop(heads)["n_masked"]) == {4}
    assert set(summary["n"]) == {11}
    assert set(summary["n_other"]) == {10}
    assert summary[["choice_se", "form", "others_form", "random"]].notna().all().all()
    # Blanks have no flips: without them nothing counts as an effect on an ability.
    on_blanks = summary[["blank", "effects", "components"]]
    assert on_blanks.loc["flipped"].isna().all()
    assert on_blanks.drop("flipped").notna().all().all()
    effects = pd.read_csv(compared.folder / f"{FOLDER}_effects.csv").set_index("combination")
    assert not effects.loc["flipped", "effect"].any()
    assert effects.loc["flipped", "explained_by"].str.endswith("companions not asked").all()
    assert not effects.drop("flipped")["explained_by"].str.contains("not asked", na=False).any()
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
    # The same masks, ablated by half, at their means, and as on the flips.
    same = summary.loc[["neurons", "halved", "averaged", "flipped"], "choice"]
    assert same.nunique() == 4
    asked = table[(table["combination"] == "flipped") & (table["test"] == "places")]
    assert list(asked["ability"]) == ["places", "all_abilities", "colours"]
    averaged = [mask_of(compared, "mean", name) for name in ("averaged", "knocked_out")]
    assert [own["method"] for own in averaged] == ["mean", "mean"]
    # Both over the same items.
    assert averaged[0]["mean_over"] == averaged[1]["mean_over"]
    assert "mean_over" not in mask_of(compared, "zero", "neurons")
    assert mask_of(compared, "flip", "flipped")["method"] == "flip"
    said = summary[["score", "groups", "group_share"]]
    assert said.loc["knocked_out"].tolist() == ["knock_out", 12, 0.25]
    assert said.loc["heads"].isna().tolist() == [False, True, True]
    assert "Nothing to be done" in compared.run("-n", "comparison")

    # Another combination finds all of the others in the store.
    compared.configure(
        lambda config: config["comparison"]["combinations"].update(few={"fractions": [0.05]})
    )
    caplog.set_level(logging.INFO)
    run_jobs(compared, f"{FOLDER}_summary.csv")
    # Intact, and of three combinations own and random; then of the one that was added.
    assert "places-item: 7 reused, 2 computed" in caplog.text
    assert "places-item, on flips: 3 reused, 0 computed" in caplog.text
    again = pd.read_csv(compared.folder / f"{FOLDER}_summary.csv").set_index("combination")
    pd.testing.assert_frame_equal(again.loc[summary.index], summary, check_dtype=False)


def mask_of(project: Project, ablation: str, combination: str) -> dict[str, Any]:
    """What a record says of a combination's mask of `places` on its own items."""
    folders = (project.folder / FOLDER).glob(f"answers-{ablation}*/places-item")
    (file,) = (own for at in folders for own in at.glob(f"{combination}.places.*.json"))
    found: dict[str, Any] = json.loads(file.read_text())["origin"]["mask"]
    return found


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"fractions": [0.1, 0.2]}, "combinations.wrong, fractions: 0.1, 0.2; expected one"),
        ({"scope": "attention"}, "attention with unit neuron"),
        ({"importance": {"loss_on": "words"}}, "combinations.wrong, importance.loss_on"),
        ({"colour": "red"}, "combinations.wrong"),
        ({"selections": LISTS}, "wrong, selections: listed; expected a selection that ranks"),
        ({"importance": KNOCK_OUTS | {"knock_outs": {"groups": 1}}}, "knock_outs.groups: 1;"),
        ({"importance": {"against": "read_off"}}, "it has no companion 'read_off'"),
        (
            {"ablation": "blank"},
            "combinations.wrong, ablation: 'blank'; expected zero, mean or {scale: FACTOR}; in a",
        ),
        (
            {"ablation": "flip", "unit": "weight", "scope": "all_layers"},
            "combinations.wrong, ablation: flip with unit weight; expected unit neuron or head",
        ),
        (
            {"selections": {"top": {}, "core": {}}},
            "wrong, selections: top, core; expected one",
        ),
    ],
)
def test_a_faulty_combination_is_named(compared: Project, own: Any, words: str) -> None:
    compared.configure(lambda config: config["comparison"]["combinations"].update(wrong=own))
    # As every start of Snakemake does.
    with contextlib.chdir(compared.folder), pytest.raises(InputError) as raised:
        check_inputs(Run.of(compared.config))
    assert words in str(raised.value)


def test_an_item_without_a_flip_stops_before_a_model_is_read(compared: Project) -> None:
    path = compared.folder / "items/places/calibration.jsonl"
    first, *others = path.read_text().splitlines()
    item = json.loads(first)
    del item["companions"]["flip"]
    path.write_text("\n".join([json.dumps(item), *others]))
    run = Run.of(compared.config)
    with contextlib.chdir(compared.folder), pytest.raises(InputError) as raised:
        check_inputs(run)
    said = f"item {item['id']}: it has no companion 'flip'"
    assert said in str(raised.value)
    assert "remove `comparison.combinations.flipped.ablation`" in str(raised.value)
