"""Faults of a configuration are found, and the message names the key, the value, the allowed."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import ROOT

from benchprof.ablation import mask_fraction_name, shown_mask_fraction
from benchprof.configuration import removed
from benchprof.errors import InputError
from benchprof.models.folder import check_model_folder
from benchprof.run.inputs import check_calibration_items, check_exclusion
from benchprof.run.run import Run
from benchprof.yaml_files import check_duplicate_keys

DEFAULT = yaml.safe_load((ROOT / "tests/config.yaml").read_text())


def changed(path: str, value: Any) -> dict[str, Any]:
    config = copy.deepcopy(DEFAULT)
    *parents, last = path.split(".")
    place = config
    for step in parents:
        place = place[step]
    place[last] = value
    return config


HALVED = {"score": "taylor", "loss_on": "option_cross_entropy", "halves": True}


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("mask_fractions", [0.001, 1.0], ["mask_fractions.1", "1.0", "above 0 and below 1"]),
        ("mask_fractions", [0], ["mask_fractions.0", "above 0 and below 1"]),
        ("mask_fractions", [0.1, 0.1], ["mask_fractions", "[0.1, 0.1]"]),
        (
            "calibration",
            {"mask_fractions": [0.1], "items": 20},
            ["calibration.mask_fractions", "two or more"],
        ),
        (
            "calibration",
            {"mask_fractions": [0.1, 0.2], "items": 9},
            ["calibration.items", "10 or more"],
        ),
        ("benchmarks.x", {"ability": "spacial", "split": "test"}, ["x.ability", "'spacial'"]),
        ("selections", {}, ["selections", "top, contrastive, core and bottom"]),
        ("selections", {"top": None}, ["selections.top: None", "{}, or a section with within"]),
        ("importance.knock_outs", {}, ["importance.knock_outs", "taylor_abs", "score knock_out"]),
        ("importance.score", "knock_out", ["knock_out with unit weight", "neuron or head"]),
        ("selections.contrastive", {"definition": "sum", "pool": 5}, ["contrastive", "sum alone"]),
        (
            "selections.contrastive",
            {"definition": "ratio"},
            ["selections.contrastive", "with pool"],
        ),
        ("selections.contrastive.in_top_of", 10, ["10", "at most 9"]),
        ("ablation", {"scale": 0.5}, ["ablation.scale", "earlier versions", "ablation: mean"]),
        ("layers", [3, 2], ["config.yaml, layers", "[3, 2]", "not before it"]),
        ("controls.random.seeds", [1, 2**31], ["seeds.1: 2147483648", "from 0 to 2147483647"]),
        *(
            ("run_name", name, [f"config.yaml, run_name: {name!r}; expected lower-case letters"])
            for name in ("a/b", "a b", "", "..", "A", "report.html")
        ),
        ("run_name", "masks", ["run_name: 'masks', a folder in the results of a run without"]),
        ("abilities.intact", {"items": "x"}, ["abilities.intact", "reserved"]),
        ("abilities.x", {"items": "x", "definition": "a\nb"}, ["x.definition", "one line"]),
    ],
)
def test_a_fault_is_named(path: str, value: Any, words: list[str]) -> None:
    with pytest.raises(InputError) as raised:
        Run.of(changed(path, value))
    message = str(raised.value)
    assert "\n" not in message
    for word in words:
        assert word in message


def test_each_half_of_the_train_items_has_an_item() -> None:
    config = changed("importance", HALVED | {"limit": 2})
    Run.of(config)
    with pytest.raises(InputError, match=r"importance.limit: 1 with halves; expected 2 items"):
        Run.of(config | {"importance": HALVED | {"limit": 1}})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {
                "mask_fractions": ["calibrated"],
                "calibration": {"mask_fractions": [0.1, 0.2], "items": 10},
            },
            "true with mask_fractions ['calibrated']; expected a number among them. Or say",
        ),
        (
            {"benchmarks": {"arc": {"task": "arc_easy"}}},
            "true, and no ability has a held-out test; expected a benchmark with `ability: NAME`",
        ),
    ],
)
def test_masks_of_halves_need_a_known_mask_fraction_and_a_held_out_test(
    changes: dict[str, Any], words: str
) -> None:
    """Nothing is asked under them otherwise, and a run would leave them out without a word."""
    config = changed("importance", HALVED) | changes
    with pytest.raises(InputError, match=re.escape(f"config.yaml, importance.halves: {words}")):
        Run.of(config)
    Run.of(config | {"importance": HALVED | {"halves": False}})


LISTS = {ability: {3: [1, 2]} for ability in DEFAULT["abilities"]}
LISTED = {
    "unit": "head",
    "scope": "attention",
    "selections": {"listed": LISTS},
    "mask_fractions": ["listed"],
}


@pytest.mark.parametrize(
    ("sections", "words"),
    [
        (
            {"mask_fractions": [0.1]},
            ["mask_fractions: [0.1] with selections.listed", "[listed] with"],
        ),
        ({"selections": {"top": {}}}, ["mask_fractions: ['listed'] without selections.listed"]),
        ({"selections": {"top": {}, "listed": LISTS}}, ["listed: beside another selection"]),
        ({"unit": "weight"}, ["selections.listed: with unit weight", "neuron or head"]),
        ({"importance": DEFAULT["importance"] | {"halves": True}}, ["halves: true", "ted false"]),
        ({"selections": {"listed": {"x": {0: [0]}}}}, ["listed.analogical_reasoning: no list"]),
        ({"selections": {"listed": LISTS | {"x": {0: [0]}}}}, ["listed.x: no such ability"]),
        (
            {"selections": {"listed": LISTS | {"spatial_reasoning": {0: [1], 2: [3, 4]}}}},
            ["selections.listed: ", "2 units for temporal_reasoning", "3 units for spatial"],
        ),
        (
            {"selections": {"listed": {"x": {-3: [1]}}}},
            ["listed.x: the name -3", "a layer"],
        ),
    ],
)
def test_lists_stand_alone_and_are_alike(sections: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(InputError) as raised:
        Run.of(DEFAULT | LISTED | sections)
    for word in words:
        assert word in str(raised.value)


def test_lists_are_layers_by_number_and_texts_in_files_of_settings() -> None:
    run = Run.of(DEFAULT | LISTED)
    assert run.lists == LISTS
    assert run.values["selections"]["listed"]["spatial_reasoning"] == {"3": [1, 2]}
    # As a job gets them from the workflow.
    assert Run.of(run.values).lists == LISTS
    assert (run.mask_fractions, run.selected_mask_fractions, run.known_mask_fractions) == (
        ["listed"],
        ["listed"],
        [],
    )
    assert {own.stem for own in run.ablations} == {
        "listed_listed",
        *(f"listed-random-{seed}_listed" for seed in run.seeds),
    }


@pytest.mark.parametrize("score", ["taylor_signed", "knock_out"])
def test_no_ratio_of_scores_that_may_be_negative(score: str) -> None:
    config = changed("importance.score", score) | {"unit": "neuron"}
    said = f"contrastive.definition: ratio with the score {score}, which may be negative"
    with pytest.raises(InputError, match=said):
        Run.of(config)
    config["selections"] = {"contrastive": {"definition": "sum"}, "bottom": {}, "core": {}}
    Run.of(config)


def test_groups_are_a_hundred_of_two_percent_where_nothing_is_said() -> None:
    scored = {"score": "knock_out", "loss_on": "option_cross_entropy"}
    plain, own = (
        Run.of(changed("importance", scored | groups)
               | {"unit": "neuron", "selections": {"top": {}}}).configuration.importance.knocked_out
        for groups in ({}, {"knock_outs": {"groups": 300}})
    )  # fmt: skip
    assert plain is not None
    assert own is not None
    assert (plain.groups, plain.share, own.groups, own.share) == (100, 0.02, 300, 0.02)
    assert Run.of(DEFAULT).configuration.importance.knocked_out is None


MODEL = DEFAULT["models"]["smollm2-135m-instruct"]


@pytest.mark.parametrize(
    "name", ["qwen2.5-7b-instruct", "Llama-3.1-8B-Instruct", "phi_2", "Q", "SmolLM2.Q4_K_M"]
)
def test_a_model_is_named_as_people_write_it(name: str) -> None:
    Run.of(changed("models", {name: MODEL}))


@pytest.mark.parametrize(
    "name", ["..", ".hidden", "ends.", "-x", "a/b", "a b", "a\n", "", "x" * 61, "pipeline.png"]
)
def test_a_model_s_name_is_that_of_a_folder_and_of_no_file(name: str) -> None:
    with pytest.raises(InputError, match=r"models: the name .*expected letters, digits") as raised:
        Run.of(changed("models", {name: MODEL}))
    assert repr(name) in str(raised.value)


@pytest.mark.parametrize("name", ["a.b", "A", "a\n"])
@pytest.mark.parametrize("section", ["abilities", "benchmarks"])
def test_other_names_have_no_dot_and_no_capital(section: str, name: str) -> None:
    # `{ability}.{selection}_{k}` names an ablation.
    config = changed(section, DEFAULT[section] | {name: {"items": "x"}})
    with pytest.raises(InputError, match=f"{section}: the name .*expected lower-case letters"):
        Run.of(config)


def test_names_that_differ_in_case_alone_are_one_folder_on_some_disks() -> None:
    config = changed("models", {"Qwen2.5-7B": MODEL, "other": MODEL, "qwen2.5-7b": MODEL})
    words = r"models: 'Qwen2.5-7B' and 'qwen2.5-7b' differ only in case"
    with pytest.raises(InputError, match=words):
        Run.of(config)


PIECE = {"wheel": "a==1", "sha256": "0" * 64, "file": "part0"}
OTHER = PIECE | {"file": "part1"}
PIECES = {"wheels": [PIECE, OTHER], "gguf_sha256": "1" * 64}


HUB = {"hub": "a/b-GGUF", "revision": "0" * 40}
HUB_GGUF = HUB | {"gguf": "b-q4.gguf", "gguf_sha256": "1" * 64}


@pytest.mark.parametrize("source", [PIECES, HUB_GGUF, PIECES | HUB_GGUF])
def test_a_gguf_may_come_in_pieces_or_from_the_hub(source: dict[str, Any]) -> None:
    Run.of(changed("models.smollm2-135m-instruct.source", source))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (PIECES | {"wheels": [PIECE]}, "two or more wheels"),
        (PIECES | {"wheels": [PIECE, PIECE]}, "two or more wheels"),
        (PIECES | {"wheels": [PIECE, OTHER | {"wheel": "a"}]}, "source.wheels.1.wheel: 'a'"),
        ({"wheels": [PIECE, OTHER]}, "or wheels and gguf_sha256"),
        (PIECES | {"folder": "x"}, "hub and revision, or folder, or wheel"),
        (PIECE | HUB_GGUF, "or the last two together"),
        (HUB | {"gguf": "b-q4.gguf"}, "hub and revision and gguf and gguf_sha256"),
        (HUB_GGUF | {"gguf": "b-q4.bin"}, "source.gguf: 'b-q4.bin'; expected the path of a .gguf"),
        (PIECES | HUB_GGUF | {"revision": "v1"}, "source.revision: 'v1'; expected a commit"),
    ],
)
def test_no_other_mixture_is_a_source(source: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as raised:
        Run.of(changed("models.smollm2-135m-instruct.source", source))
    assert words in str(raised.value)


@pytest.mark.parametrize("device", ["cpu", "cuda:1"])
def test_one_device_is_not_many_gpus(device: str) -> None:
    model = DEFAULT["models"]["smollm2-135m-instruct"] | {"gpus": 2}
    for own, refused in (("auto", False), ("cuda", False), (device, True)):
        config = changed("models", {"large": model | {"device": own}})
        if not refused:
            Run.of(config)
            continue
        with pytest.raises(InputError, match=rf"yaml, models.large.gpus: 2 with device {device};"):
            Run.of(config)


def test_a_contrast_wants_two_abilities() -> None:
    config = changed("abilities", {"recall": {"items": "x"}}) | {
        "benchmarks": {"recall_test": {"ability": "recall", "split": "test"}}
    }
    with pytest.raises(InputError, match="one ability alone"):
        Run.of(config)


@pytest.mark.parametrize(
    ("excluded", "words"),
    [
        (["x-tset-1"], ["config.yaml, abilities.x.exclude", "'x-tset-1'", "mean 'x-test-1'"]),
        (["x-train-1"], ["all 1 train items", "leaves some"]),
    ],
)
def test_an_impossible_exclusion_is_named(excluded: list[str], words: list[str]) -> None:
    ids = {"train": ["x-train-1"], "test": ["x-test-1", "x-test-2"]}
    where = "config.yaml, abilities.x.exclude"
    check_exclusion(["x-test-1"], ids, where, Path("items"))
    with pytest.raises(InputError) as raised:
        check_exclusion(excluded, ids, where, Path("items"))
    for word in words:
        assert word in str(raised.value)


@pytest.mark.parametrize(
    ("mask_fraction", "name"),
    [
        (0.00001, "0.00001"),
        (0.001, "0.001"),
        (0.25, "0.25"),
        ("calibrated", "calibrated"),
    ],
)
def test_mask_fractions_are_named_in_plain_digits(mask_fraction: float, name: str) -> None:
    assert mask_fraction_name(mask_fraction) == name


def test_a_missing_model_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        check_model_folder(tmp_path / "absent")


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    for name in ("config.json", "tokenizer.json", "pytorch_model.bin"):
        (tmp_path / name).touch()
    with pytest.raises(InputError, match="can run code"):
        check_model_folder(tmp_path)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def paths_of(value: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    below = value.items() if isinstance(value, dict) else ()
    return [path, *(p for key, child in below for p in paths_of(child, (*path, key)))][path == () :]


@settings(max_examples=200)
@given(st.sampled_from(paths_of(DEFAULT)), values)
def test_any_value_is_taken_or_named(path: tuple[str, ...], value: Any) -> None:
    try:
        Run.of(changed(".".join(path), value))
    except InputError as error:
        assert "config.yaml" in str(error)
        assert "expected" in str(error)


yaml_text = st.text(alphabet="ab:-?[]{}&*!|>'\"#,\n \t\0\x85", max_size=40) | st.text(max_size=40)


@settings(max_examples=300)
@given(yaml_text)
def test_any_text_is_yaml_or_named(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.getbasetemp() / "fuzzed.yaml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        check_duplicate_keys(file)
    except InputError as error:
        assert str(file) in str(error)


@pytest.mark.parametrize(
    "text",
    [
        "? [a]\n: b\n? [a]\n: c\n",
        "a: &a [*a]\n",
        "a0: &a0 [x, x]\n" + "".join(f"a{n + 1}: &a{n + 1} [*a{n}, *a{n}]\n" for n in range(60)),
    ],
)
def test_a_wicked_yaml_ends(tmp_path: Path, text: str) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(text)
    check_duplicate_keys(file)


def test_calibrated_needs_candidates() -> None:
    config = changed("mask_fractions", ["calibrated", 0.001])
    config.pop("calibration", None)
    with pytest.raises(InputError, match="without a section `calibration`"):
        Run.of(config)
    config["calibration"] = {"mask_fractions": [0.001, 0.003], "items": 32}
    Run.of(config)


def test_calibrated_needs_calibration_items() -> None:
    check_calibration_items({"x": 10, "y": 200}, "config.yaml")
    with pytest.raises(InputError) as raised:
        check_calibration_items({"x": 10, "y": 9}, "config.yaml")
    for word in ("config.yaml, abilities.y", "9 calibration items", "10 or more"):
        assert word in str(raised.value)


def test_a_calibrated_fraction_is_shown_with_its_number() -> None:
    assert shown_mask_fraction("0.001", "0.001") == "0.001"
    assert shown_mask_fraction("calibrated", "0.001") == "calibrated (0.001)"


PLANTED = yaml.safe_load((ROOT / "config/planted.yaml").read_text())


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("validation.composition", "none.json", "none.json: no such file"),
        ("models.planted-2.source", {"hub": "a/b", "revision": "0" * 40}, "planted-2.source"),
        (
            "benchmarks.spatial_reasoning_test",
            {"ability": "spatial_reasoning", "split": "calibration"},
            "no test of spatial_reasoning",
        ),
        ("benchmarks.another", {"task": "arc_easy"}, "no mixture of another"),
    ],
)
def test_a_validation_names_what_is_configured(
    path: str, value: Any, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    config = copy.deepcopy(PLANTED)
    Run.of(config, "planted.yaml")
    *parents, last = path.split(".")
    place = config
    for step in parents:
        place = place[step]
    place[last] = value
    with pytest.raises(InputError, match=re.escape(message)):
        Run.of(config, "planted.yaml")


def test_a_removed_value_and_a_key_below_any_name_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(removed, "REMOVED", {"a.*.b=old": "Take new.", "c.d": "Take e."})
    removed.check_removed({"a": {"x": {"b": "new"}, "b": "old"}, "c": "d"}, "one.yaml")
    with pytest.raises(InputError, match=r"one\.yaml, a\.x\.b: the value old .* Take new\."):
        removed.check_removed({"a": {"x": {"b": "old"}}}, "one.yaml")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1,}', "not JSON ("),
        ("3", "no mixture of "),
        (json.dumps({key: {"impact": {}} for key in PLANTED["benchmarks"]}), "no mixture of "),
    ],
)
def test_a_composition_that_says_too_little_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, found: str
) -> None:
    monkeypatch.chdir(ROOT)
    file = tmp_path / "composition.json"
    file.write_text(text)
    section = PLANTED["validation"] | {"composition": str(file)}
    with pytest.raises(InputError, match=re.escape(f"{file}: {found}")):
        Run.of(PLANTED | {"validation": section}, "planted.yaml")


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"fractions": [0.1]}, "fractions: a key .* called mask_fractions now"),
        ({"calibration": {"fractions": []}}, "calibration.fractions: .* mask_fractions now"),
        ({"selections": {"specific": {}}}, "selections.specific: .* contrastive now"),
        ({"importance": {"loss_on": "choice"}}, "the value choice .* option_cross_entropy now"),
        ({"importance": {"against": "flip"}}, "the value flip .* counterfactual now"),
        ({"benchmarks": {"x": {"companion": "blank"}}}, "x.companion: .* control_item now"),
    ],
)
def test_an_old_word_is_answered_with_the_new_one(config: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        removed.check_removed(config, "old.yaml")
