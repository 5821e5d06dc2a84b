"""What is wrong in a section is told with its place, its value and what is allowed there."""

from __future__ import annotations

import copy
from typing import Annotated, Any, Literal

import pytest
import yaml
from pydantic import Field
from tests.unit.run.small import SMALL

from benchprof.configuration import Configuration
from benchprof.data import BENCHMARKS
from benchprof.errors import InputError
from benchprof.section import EachOnce, Section, read_section
from benchprof.tasks.definition import Definition, read_definition

SHA = "0" * 64
PIECE = {"wheel": "a==1", "sha256": SHA, "file": "part0"}
OTHER = PIECE | {"file": "part1"}
PIECES = {"wheels": [PIECE, OTHER], "gguf_sha256": "1" * 64}
SOURCE = (
    "a section with model, or hub, or hub and revision, or folder, or wheel and sha256 and file, "
    "or wheels and gguf_sha256, or hub and revision and gguf and gguf_sha256, or the last two "
    "together"
)
KINDS = (
    "a section with exactly one of benchmark, ability (with split, and control_item if you like), "
    "task and task_file"
)


def message(kind: type[Section], value: Any) -> str:
    with pytest.raises(InputError) as raised:
        read_section(kind, value, "my.yaml")
    return str(raised.value)


def small(path: str, value: Any) -> dict[str, Any]:
    """The small configuration with another value at a place; None takes it out."""
    config = copy.deepcopy(SMALL)
    *parents, last = path.split(".")
    place = config
    for step in parents:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return config


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (
            "models.m.source",
            {"hub": "a/b", "folder": "c"},
            f"my.yaml, models.m.source: {{'hub': 'a/b', 'folder': 'c'}}; expected {SOURCE}.",
        ),
        (
            "benchmarks.arc",
            {"task": "arc_easy", "benchmark": "arc_challenge"},
            "my.yaml, benchmarks.arc: {'task': 'arc_easy', 'benchmark': 'arc_challenge'}; "
            f"expected {KINDS}.",
        ),
        (
            "benchmarks.arc",
            {"ability": "x", "split": "train"},
            "my.yaml, benchmarks.arc.split: 'train'; expected one of calibration, test.",
        ),
        (
            "benchmarks.arc",
            {"ability": "x"},
            "my.yaml, benchmarks.arc: lacks split; expected all of ability, split. "
            "Add what is missing; docs/reference/configuration.md explains each key.",
        ),
        (
            "abilities.x.item",
            "items",
            "my.yaml, abilities.x.item: unknown key; expected one of definition, exclude, items. "
            "Did you mean 'items'?",
        ),
        (
            "selections.core",
            {"within": "model"},
            "my.yaml, selections.core.within: unknown key; expected one of without_super. "
            "Remove it or check the spelling.",
        ),
        (
            "controls.random.seeds",
            [1, True],
            "my.yaml, controls.random.seeds.1: True; expected a whole number from 0 to 2147483647.",
        ),
        (
            "mask_fractions",
            [0.1, "most"],
            "my.yaml, mask_fractions.1: 'most'; "
            "expected a number above 0 and below 1, or the word calibrated.",
        ),
        (
            "importance.halves",
            1,
            "my.yaml, importance.halves: 1; expected true or false.",
        ),
    ],
)
def test_a_fault_is_told_in_one_sentence(path: str, value: Any, said: str) -> None:
    read_section(Configuration, SMALL, "my.yaml")
    assert message(Configuration, small(path, value)) == said


def test_all_missing_keys_are_told_at_once() -> None:
    config = small("scope", None)
    del config["profile"]
    assert message(Configuration, config).startswith(
        "my.yaml: lacks profile, scope; expected all of seed, store, models, abilities, benchmarks,"
    )
    assert message(Configuration, small("profile", {"metric": "acc"})) == (
        "my.yaml, profile: lacks confidence, impact, resamples; expected all of metric, impact, "
        "resamples, confidence. Add what is missing; docs/reference/configuration.md explains "
        "each key."
    )


@pytest.mark.parametrize("value", [None, [], "text", 3])
def test_what_is_no_section_is_told(value: Any) -> None:
    assert message(Configuration, value).startswith(f"my.yaml: {value!r}; expected ")
    assert message(
        Configuration, small("importance", value if value is not None else 0)
    ).startswith(
        f"my.yaml, importance: {value if value is not None else 0!r}; expected a section with "
        "score, loss_on"
    )


def test_a_wrong_name_comes_before_what_stands_under_it() -> None:
    config = small("benchmarks.A", {"tsak": "x"})
    assert "the name 'A'" in message(Configuration, config)


def test_a_misspelt_key_is_not_told_as_missing() -> None:
    importance = {"score": "taylor", "los_on": "answer"}
    assert message(Configuration, small("importance", importance)) == (
        "my.yaml, importance.los_on: unknown key; expected one of against, halves, knock_outs, "
        "limit, loss_on, score. Did you mean 'loss_on'?"
    )


class Leaf(Section):
    number: int = Field(ge=1, description="a whole number, 1 or more")


class Tree(Section):
    leaves: dict[
        Annotated[str, Field(pattern="^[a-z]+$", description="letters")],
        Annotated[list[Leaf], Field(min_length=1, description="leaves")],
    ] = Field(description="branches")
    kinds: Annotated[list[Literal["a", "b"]], EachOnce] = Field(
        default=[], description="a, b or both"
    )


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"leaves": {"a": [{"number": 1}, {"number": 0}]}},
         "leaves.a.1.number: 0; expected a whole number, 1 or more."),
        ({"leaves": {"A": []}}, "leaves: the name 'A'; expected letters."),
        ({"leaves": {"a": [{"numbr": 1}]}},
         "leaves.a.0.numbr: unknown key; expected one of number. Did you mean 'number'?"),
        ({"leaves": {"a": [{}]}}, "leaves.a.0: lacks number; expected all of number. "),
        ({"leaves": {}, "kinds": ["a", "a"]}, "kinds: ['a', 'a']; expected a, b or both."),
    ],
)  # fmt: skip
def test_lists_within_mappings_are_followed(value: Any, said: str) -> None:
    assert message(Tree, value).startswith(f"my.yaml, {said}")


SHIPPED = sorted(file.stem for file in BENCHMARKS.glob("*.yaml"))


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_definition_is_read_as_it_is_written(name: str) -> None:
    written = yaml.safe_load((BENCHMARKS / f"{name}.yaml").read_text(encoding="utf-8"))
    read = read_definition(name, "where").model_dump(exclude_unset=True)
    assert read == written


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "code"}, "kind: 'code'; expected program: what the model writes is run"),
        ({"files": {"test": "a/b.jsonl"}}, "files.test: 'a/b.jsonl'; expected a file name"),
        ({"options": {"question": "q", "pattern": "p", "answers": {"t": ["yes"]}}},
         "options.answers.t: ['yes']; expected "),
    ],
)  # fmt: skip
def test_a_faulty_definition_is_told(change: dict[str, Any], said: str) -> None:
    written = yaml.safe_load((BENCHMARKS / f"{SHIPPED[0]}.yaml").read_text(encoding="utf-8"))
    assert message(Definition, written | change).startswith(f"my.yaml, {said}")
