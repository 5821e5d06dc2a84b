"""The methods text tells every key of the configuration that decides masks, states and scores.

The keys and their values come from the schema: a key that is new there and has no words here fails.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pandas as pd
import pytest
import yaml
from tests.conftest import ROOT

from benchprof import digests
from benchprof.errors import InputError
from benchprof.report.methods import method_steps
from benchprof.run.configuration import Configuration
from benchprof.run.jobs.job import Job
from benchprof.run.jobs.report import WriteMethods, WriteReport
from benchprof.run.run import Run

from .conftest import Table
from .page_files import SETTINGS, configured, tables_of_methods

SCHEMA = Configuration.model_json_schema()
DEFAULT = yaml.safe_load((ROOT / "tests/config.yaml").read_text())

TOLD = (
    "seed", "unit", "scope", "layers", "importance", "selections", "fraction_of", "calibration",
    "ablation", "ablation_of", "controls", "profile",
)  # fmt: skip
ELSEWHERE = {
    "models": "named by the table; sources are references",
    "abilities": "named by the table",
    "benchmarks": "named by the table, with their items",
    "fractions": "each k is in the table",
    "store": "where results lie",
    "benchmark_data": "where items lie",
    "run_code_unsafely": "where programs run",
    "keep_importance": "which files stay; the numbers are the same",
    "evaluation_job": "how the work is divided; the numbers are the same",
    "annotation": "decides no score",
    "archive": "decides no score",
    "validation": "has a report of its own",
}
ABSENT = object()


def samples(node: Mapping[str, Any]) -> list[Any]:
    """Some values that a part of the schema allows: of an object mixtures of its keys'."""
    if "$ref" in node:
        return samples(SCHEMA["$defs"][node["$ref"].split("/")[-1]])
    if "enum" in node:
        return list(node["enum"])
    if "const" in node:
        return [node["const"]]
    if "anyOf" in node:
        return [value for option in node["anyOf"] for value in samples(option)]
    return SAMPLERS[node["type"]](node)


def numbers(node: Mapping[str, Any]) -> list[Any]:
    low = node.get("minimum", node.get("exclusiveMinimum", 2))
    high = node.get("maximum", node.get("exclusiveMaximum", low + 4))
    return [low + (high - low) * quarter / 4 for quarter in (1, 2, 3)]


def whole_numbers(node: Mapping[str, Any]) -> list[Any]:
    return [node["minimum"] + more for more in range(3)]


def lists(node: Mapping[str, Any]) -> list[Any]:
    least = node.get("minItems", 1)
    return [list(some) for some in itertools.combinations(samples(node["items"]), least)]


def objects(node: Mapping[str, Any]) -> list[Any]:
    required = node.get("required", ())
    choices = [
        [(key, value) for value in samples(child) + [ABSENT] * (key not in required)]
        for key, child in node.get("properties", {}).items()
    ]
    mixtures = [
        {key: value for key, value in mixture if value is not ABSENT}
        for mixture in itertools.product(*choices)
    ]
    # Of keys that may be left out two at most, one beside what it needs: all would be thousands.
    return [own for own in mixtures if len(own.keys() - set(required)) <= 2]


SAMPLERS = {
    "string": lambda _: ["one", "other"],
    "boolean": lambda _: [True, False],
    "number": numbers,
    "integer": whole_numbers,
    "array": lists,
    "object": objects,
    "null": lambda _: [],
}


def values_of(section: str) -> Iterator[Any]:
    """Every sample of a section that the configuration's checks let pass."""
    plain = {"selections": {"top": {}}}
    if section == "selections":
        nodes = SCHEMA["$defs"]["Selections"]["properties"].items()
        candidates = [{name: rule} for name, node in nodes for rule in samples(node)]
    else:
        candidates = samples(SCHEMA["properties"][section])
    # What goes with neurons alone, and what with weights alone.
    if section == "importance":
        # Groups of other scores are refused; with a limit or halves they would be most mixtures.
        candidates = [
            own for own in candidates if "knock_outs" not in own
            or (own["score"] == "knock_out" and not {"limit", "halves"} & own.keys())
        ]  # fmt: skip
    yield from (value for value in candidates if passes({**DEFAULT, **plain, section: value})
                or passes({**DEFAULT, **plain, "unit": "neuron", section: value}))  # fmt: skip


def passes(config: dict[str, Any]) -> bool:
    try:
        Run.of(config)
    except InputError:
        return False
    return True


def leaves(value: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    if not isinstance(value, dict):
        return {path: value}
    # An object without keys is a value as well: `top: {}`.
    found = {(*path, "{}"): True} if path else {}
    for key, child in value.items():
        found |= leaves(child, (*path, key))
    return found


def test_every_section_is_told_or_has_a_reason() -> None:
    assert set(TOLD) | set(ELSEWHERE) == set(SCHEMA["properties"])
    assert set(TOLD) - {"calibration"} <= set(SETTINGS)


@pytest.mark.parametrize("section", TOLD)
def test_another_value_of_a_key_is_another_text(
    section: str, make_table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    if section in ("importance", "selections"):
        # It has more than a thousand values, of which the steps of the statistics tell nothing.
        monkeypatch.setattr("benchprof.report.methods.statistics_steps", lambda *_: [])
    number = make_table(2, 2)
    # Both kinds of k, so that the choice among candidates is told.
    table = pd.concat([number, number.assign(fraction="calibrated")])
    tables = tables_of_methods(table)
    base = SETTINGS | {"calibration": DEFAULT["calibration"]}

    @cache
    def text(shown: str) -> str:
        sections = base | {section: yaml.safe_load(shown)}
        named = table.assign(selection=next(iter(sections["selections"])))
        steps = method_steps(configured(**sections), tables | {"impact": named})
        return " ".join(f"{step.name}: {step.text}" for step in steps)

    values = [(yaml.safe_dump(value), leaves(value)) for value in values_of(section)]
    # What differs in the value of one key alone: how that reads, by all else.
    alike: dict[tuple[Any, ...], dict[str, str]] = {}
    for shown, its in values:
        for key in its:
            rest = tuple(sorted((own, str(value)) for own, value in its.items() if own != key))
            others = alike.setdefault((key, rest), {})
            same = others.setdefault(text(shown), shown)
            assert same == shown, f"{section}: {shown} reads as {same}"
    compared = {key for (key, _), read in alike.items() if len(read) > 1}
    keys = {key for _, its in values for key in its if key[-1:] != ("{}",)}
    assert compared == keys


@pytest.mark.parametrize("job", [WriteMethods, WriteReport])
@pytest.mark.parametrize(
    "edited",
    ["models/source", "portable", "profile/job", "report/latex", "report/method_statistics",
     "report/methods", "report/references", "run/ablation",
     "run/configuration/__init__", "run/configuration/importance", "run/configuration/mask"],
)  # fmt: skip
def test_the_text_is_written_again_when_what_shapes_it_is_edited(
    edited: str, job: type[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`latex` escapes what references hold, and `run/ablation` names each k."""
    settings = job(Run.of(DEFAULT)).settings
    source = (ROOT / f"workflow/scripts/benchprof/{edited}.py").read_bytes()
    original = digests.of_source
    monkeypatch.setattr(
        digests, "of_source", lambda own: "edited" if own == source else original(own)
    )
    assert job(Run.of(DEFAULT)).settings != settings


def test_lists_are_told_and_importance_is_not(make_table: Table) -> None:
    lists = {"causes": {"15": [13], "16": [21, 3]}, "places": {"2": [0, 1, 5]}}
    own = {"unit": "head", "selections": {"listed": lists}}
    tables = tables_of_methods(make_table(2, 2))
    steps = {step.name: step.text for step in method_steps(configured(**own), tables)}
    assert steps["Masks"] == (
        "Each mask contains the heads that the configuration lists, numbered from 0 (causes: 13 of "
        "layer 15, 21 and 3 of layer 16; places: 0, 1 and 5 of layer 2)."
    )
    assert not any(name.startswith("Importance") for name in steps)


def test_a_key_that_is_left_out_is_not_told(make_table: Table) -> None:
    tables = tables_of_methods(make_table(2, 2))
    rule = {"definition": "ratio", "pool": 5}

    def text(changes: dict[str, Any]) -> str:
        config = configured(selections={"specific": rule | changes})
        return " ".join(step.text for step in method_steps(config, tables))

    assert text({}) == text({"others": "mean"})
    for key, value in (("in_top_of", 1), ("background", "items")):
        assert text({}) != text({key: value})
        assert text({}) == text({key: None})


def test_a_background_s_folder_tells_nothing_of_the_machine(make_table: Table) -> None:
    rule = {"definition": "sum", "background": "/data/alice/background"}
    config = configured(selections={"specific": rule})
    text = " ".join(step.text for step in method_steps(config, tables_of_methods(make_table(2, 2))))
    assert "(background: the training items in .../background)" in text
