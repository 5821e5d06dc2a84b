"""Configurations over each other: what each layer adds, replaces and takes out."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from snakemake.common.configfile import load_configfile
from snakemake.utils import update_config

from benchprof.configuration.layers import extended, laid_over, read_layers
from benchprof.errors import InputError


@pytest.fixture(autouse=True)
def in_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are named as in the folder of a run."""
    monkeypatch.chdir(tmp_path)


def written(name: str, value: Any) -> Path:
    file = Path(name)
    file.write_text(value if isinstance(value, str) else yaml.safe_dump(value))
    return file


Read = Callable[[Path], object]
BOTH = pytest.mark.parametrize(
    "read",
    [lambda file: read_layers([file]), lambda file: extended(load_configfile(str(file)), [file])],
    ids=["commands", "snakemake"],
)


def test_a_file_lies_over_the_chain_that_it_extends() -> None:
    written("one.yaml", {"a": 1, "b": 1, "c": 1, "s": {"a": 1, "b": 1, "c": 1}})
    written("two.yaml", {"extends": "one.yaml", "b": 2, "c": 2, "s": {"b": 2, "c": 2}})
    three = written("three.yaml", {"extends": "two.yaml", "c": 3, "s": {"c": 3}})
    assert read_layers([three]) == {"a": 1, "b": 2, "c": 3, "s": {"a": 1, "b": 2, "c": 3}}


def test_a_base_lies_beside_the_file_that_extends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever a command runs, and whatever lies in that folder under the same name."""
    for folder, value in (("study", 1), ("elsewhere", 2)):
        Path(folder).mkdir()
        written(f"{folder}/base.yaml", {"a": value})
    file = written("study/own.yaml", {"extends": "base.yaml", "b": 1}).resolve()
    monkeypatch.chdir("elsewhere")
    assert read_layers([file]) == {"a": 1, "b": 1}
    # As Snakemake loads it, with what stands on the command line.
    assert extended({"extends": "base.yaml", "b": 3}, [file]) == {"a": 1, "b": 3}


@pytest.mark.parametrize("text", ["d: 2024-99-99\n", "a: !!python/none x\n", "a: &x {b: *x}\n"])
def test_a_value_that_means_nothing_is_named_as_a_layer_and_as_a_base(text: str) -> None:
    written("odd.yaml", text)
    own = written("own.yaml", {"extends": "odd.yaml"})
    for files in ([Path("odd.yaml")], [own]):
        with pytest.raises(InputError, match=r"^odd\.yaml: a value that means nothing"):
            read_layers(files)


def test_null_takes_out_what_lies_below() -> None:
    written("base.yaml", {"annotation": {"answers": "x"}, "selections": {"top": {}, "core": {}}})
    own = written(
        "own.yaml", "extends: base.yaml\nannotation:\nselections: {core: null, bottom: {}}\n"
    )
    assert read_layers([own]) == {"selections": {"top": {}, "bottom": {}}}
    # Where it extends nothing, a key without a value stays, and is a fault of the configuration.
    alone = written("alone.yaml", "a: null\nb: {c: null}\n")
    assert read_layers([alone]) == {"a": None, "b": {"c": None}}


@BOTH
def test_a_null_that_takes_nothing_out_is_named_with_what_was_meant(read: Read) -> None:
    written("base.yaml", {"abilities": {"spatial": {}}})
    # What the file adds is not what it removes, however much alike.
    own = written("own.yaml", "extends: base.yaml\nabilities: {spacial: null, spacial-mine: {}}\n")
    told = (
        r"^own\.yaml, abilities\.spacial: null, .* of base\.yaml, .* expected one of "
        r"spatial\. Did you mean 'spatial'\?$"
    )
    with pytest.raises(InputError, match=told):
        read(own)


@BOTH
@pytest.mark.parametrize("none", [{}, []], ids=["section", "list"])
def test_models_and_benchmarks_replace_those_of_the_extended_file(read: Read, none: Any) -> None:
    base = {"models": {"a": {"x": 1}, "b": {}}, "benchmarks": {"c": {}}, "seed": 1}
    written("base.yaml", base)
    two = written("two.yaml", {"extends": "base.yaml", "models": {"a": {"y": 2}}})
    assert read(two) == base | {"models": {"a": {"y": 2}}}
    three = written("three.yaml", {"extends": "two.yaml", "benchmarks": none})
    assert read(three) == {"models": {"a": {"y": 2}}, "benchmarks": {}, "seed": 1}


@BOTH
@pytest.mark.parametrize("section", ["models", "benchmarks"])
def test_a_null_in_a_section_that_replaces_is_refused(read: Read, section: str) -> None:
    written("base.yaml", {section: {"big": {}}})
    own = written("own.yaml", f"extends: base.yaml\n{section}: {{big: null, mine: {{}}}}\n")
    with pytest.raises(InputError) as raised:
        read(own)
    assert str(raised.value) == (
        f"own.yaml, {section}.big: null; expected no such entry, because these {section} replace "
        "those of base.yaml: leave it out."
    )


def test_a_base_may_take_out_and_a_file_put_in_again() -> None:
    written("one.yaml", {"a": {"x": 1, "y": 2}})
    written("two.yaml", "extends: one.yaml\na: null\n")
    three = written("three.yaml", {"extends": "two.yaml", "a": {"z": 3}})
    assert read_layers([three]) == {"a": {"z": 3}}


@pytest.mark.parametrize(
    "chain", [["own.yaml"], ["two.yaml", "own.yaml"], ["two.yaml", "three.yaml", "two.yaml"]]
)
def test_no_file_extends_itself(chain: list[str]) -> None:
    for name, base in zip(["own.yaml", *chain], chain, strict=False):
        written(name, {"extends": base})
    with pytest.raises(InputError, match=r"^\w+\.yaml: extends itself, directly or"):
        read_layers([Path("own.yaml")])


@pytest.mark.parametrize("base", ["absent.yaml", 3, ["base.yaml"], "."])
def test_a_base_that_is_no_file_is_named(base: Any) -> None:
    own = written("own.yaml", {"extends": base})
    with pytest.raises(InputError) as raised:
        read_layers([own])
    assert f"extends: {base!r}; expected a configuration file" in str(raised.value)


def test_a_missing_file_is_named() -> None:
    with pytest.raises(InputError, match=r"^absent\.yaml: no such file"):
        read_layers([written("own.yaml", {"a": 1}), Path("absent.yaml")])


@pytest.mark.parametrize("text", ["", "- a\n", "a\n"])
def test_a_file_without_keys_is_named_as_a_layer_and_as_a_base(text: str) -> None:
    written("empty.yaml", text)
    with pytest.raises(InputError, match=r"^empty\.yaml: is empty or has no keys"):
        read_layers([Path("empty.yaml")])
    with pytest.raises(InputError, match=r"^empty\.yaml: is empty or has no keys"):
        read_layers([written("own.yaml", {"extends": "empty.yaml"})])


def test_a_key_said_twice_is_found_in_a_layer_and_in_a_base() -> None:
    written("twice.yaml", "a: 1\nb: 2\na: 3\n")
    own = written("own.yaml", {"extends": "twice.yaml"})
    for files in ([Path("twice.yaml")], [own]):
        with pytest.raises(InputError, match=r"^twice\.yaml, a: the key occurs on lines 1 and 3"):
            read_layers(files)


names = st.sampled_from(["a", "b", "c", "d"])
leaves = st.booleans() | st.integers(-9, 9) | st.text("xyz", max_size=3) | st.lists(st.integers())
# Snakemake leaves a plain value where an empty section lies over it.
sections = st.recursive(
    st.dictionaries(names, leaves, min_size=1),
    lambda inner: st.dictionaries(names, leaves | inner, min_size=1),
    max_leaves=12,
)


@given(sections, sections)
def test_snakemake_lays_files_over_each_other_in_the_same_way(
    below: dict[str, Any], above: dict[str, Any]
) -> None:
    files = [written("below.yaml", below), written("above.yaml", above)]
    merged: dict[str, Any] = {}
    for file in files:
        update_config(merged, load_configfile(file))
    assert read_layers(files) == merged


def test_a_base_lies_below_all_files_as_in_a_run() -> None:
    """A command beside the run has the run's configuration, whichever file says `extends`."""
    written("base.yaml", {"seed": 1, "mask_fractions": [0.1], "models": {"big": {}, "small": {}}})
    first = written("first.yaml", {"seed": 2, "mask_fractions": [0.2]})
    over = written("over.yaml", {"extends": "base.yaml", "mask_fractions": [0.3]})
    models = [written(f"{name}.yaml", {"models": {name: {}}}) for name in ("one", "two")]
    for files in ([first, over], [over, first], [over, *models]):
        merged: dict[str, Any] = {}
        for file in files:
            update_config(merged, load_configfile(file))
        assert read_layers(files) == extended(merged, files)
    assert read_layers([first, over])["seed"] == 2
    assert read_layers([first, over])["mask_fractions"] == [0.3]
    assert read_layers([over, *models])["models"] == {"one": {}, "two": {}}
    with pytest.raises(InputError, match=r"first\.yaml, second\.yaml: extends in several files"):
        read_layers([written(f"{n}.yaml", {"extends": "base.yaml"}) for n in ("first", "second")])


@given(sections, sections)
def test_laying_over_changes_neither(below: dict[str, Any], above: dict[str, Any]) -> None:
    before = copy.deepcopy((below, above))
    laid_over(below, above)
    extended(above, [])
    assert (below, above) == before
