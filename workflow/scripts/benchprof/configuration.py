"""Checks of a configuration, so that a fault stops the run before anything is computed."""

from __future__ import annotations

import datetime
import difflib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from benchprof.errors import InputError

RESERVED = ("intact", "all_abilities")
# In place of a k: the one that the calibration splits choose.
CALIBRATED = "calibrated"
# What chat templates print for today: the day that Llama 3's own has where it knows none.
CHAT_DATE = "2024-07-26"
# As of the profile: fewer cannot show that a model is above guessing.
MIN_CALIBRATION_ITEMS = 10


def check_configuration(config: Mapping[str, Any], schema: Mapping[str, Any], source: str) -> None:
    """Stop at the first fault of a configuration.

    Args:
        config: the configuration as loaded.
        schema: its JSON schema; `description` of a property is quoted as what is allowed.
        source: the file named in the message.

    Raises:
        InputError: names the file, the key path, the value and what is allowed.
    """
    check_schema(config, schema, source)
    for ability in set(config["abilities"]) & set(RESERVED):
        where = f"{source}, abilities.{ability}"
        raise InputError(where, "a reserved name", "another name", "Rename the ability.")
    _check_date(config.get("chat_date", CHAT_DATE), f"{source}, chat_date")
    _check_case(config["models"], f"{source}, models")
    for name, model in config["models"].items():
        if model.get("gpus", 1) > 1 and model["device"] not in ("auto", "cuda"):
            raise InputError(
                f"{source}, models.{name}.gpus",
                f"{model['gpus']} with device {model['device']}",
                "1, or device auto or cuda, which let the model be spread over GPUs",
            )
    for name, benchmark in config["benchmarks"].items():
        ability = benchmark.get("ability")
        if ability is not None and ability not in config["abilities"]:
            where = f"{source}, benchmarks.{name}.ability"
            known = ", ".join(sorted(config["abilities"]))
            raise InputError(where, repr(ability), f"one of the abilities {known}")
    if CALIBRATED in config["fractions"] and "calibration" not in config:
        raise InputError(
            f"{source}, fractions",
            f"{CALIBRATED!r} without a section `calibration`",
            "candidates to choose from, as in calibration: {fractions: [0.0003, 0.001], items: 32}",
            "Add the section, or write a number.",
        )
    for name in config.get("archive", {"share": []})["share"]:
        if name not in {*config["abilities"], *config["benchmarks"]}:
            raise InputError(
                f"{source}, archive.share", repr(name), "an ability or a benchmark of this file"
            )
    specific = config["selections"].get("specific", {"background": None})
    if config["importance"]["score"] == "taylor_signed" and specific.get("definition") == "ratio":
        raise InputError(
            f"{source}, selections.specific.definition",
            "ratio with the score taylor_signed, which may be negative",
            "sum, max, diff or exclude",
        )
    others = 1 if "background" in specific else len(config["abilities"]) - 1
    if others < 1:
        raise InputError(
            f"{source}, selections.specific",
            "a contrast with one ability alone",
            "two abilities or more",
            "Add abilities, or a background, or use 'top'.",
        )
    first, last = config.get("layers", (0, 0))
    if first > last:
        where = f"{source}, layers"
        raise InputError(where, str([first, last]), "the first layer and the last, not before it")
    if specific.get("in_top_of", 1) > others:
        raise InputError(
            f"{source}, selections.specific.in_top_of",
            str(specific["in_top_of"]),
            f"at most {others}, as many as an ability is contrasted with",
        )


def _check_date(date: str, where: str) -> None:
    try:
        datetime.date.fromisoformat(date)
    except ValueError as error:
        raise InputError(where, f"{date!r} ({error})", "a day of the calendar") from None


def _check_case(names: Iterable[str], where: str) -> None:
    known: dict[str, str] = {}
    for name in names:
        other = known.setdefault(name.lower(), name)
        if other != name:
            raise InputError(
                where,
                f"{other!r} and {name!r} differ in case alone",
                "names that differ in more",
                "Rename one: on some disks they would share a folder.",
            )


def check_validation(config: Mapping[str, Any], source: str) -> None:
    """Stop where the section `validation` names what is not configured, or asks for what it can't.

    Raises:
        InputError: names the key, the value and what is allowed.
    """
    validation = config["validation"]
    where = f"{source}, validation"
    named = {
        "planted": (validation["planted"], config["models"]),
        "entangled": (validation["entangled"], config["models"]),
        "thresholds_of": (validation.get("thresholds_of", {}), validation["planted"]),
        "selection": ([validation["selection"]], config["selections"]),
        "fraction": ([validation["fraction"]], config["fractions"]),
    }
    for key, (values, known) in named.items():
        for value in values:
            if value not in known:
                expected = "one of " + ", ".join(map(str, known))
                raise InputError(f"{where}.{key}", repr(value), expected)
    if "calibrated_rmse" in validation["thresholds"] and CALIBRATED not in config["fractions"]:
        key = f"{where}.thresholds.calibrated_rmse"
        raise InputError(key, f"fractions without {CALIBRATED!r}", f"{CALIBRATED!r} among them")
    for model in validation["planted"]:
        if "folder" not in config["models"][model]["source"]:
            expected = "a folder with a card.json"
            raise InputError(f"{source}, models.{model}.source", "no folder", expected)
    tested = {
        b["ability"]
        for b in config["benchmarks"].values()
        if b.get("split") == "test" and not b.get("twins")
    }
    for ability in config["abilities"]:
        if ability not in tested:
            expected = "its test split among the benchmarks"
            raise InputError(f"{source}, benchmarks", f"no test of {ability}", expected)
    _check_composition(Path(validation["composition"]), config["benchmarks"])
    plain = {"ablation": "zero", "ablation_of": "mask"}
    for key, value in plain.items():
        if config.get(key, value) != value:
            raise InputError(f"{source}, {key}", repr(config[key]), f"{value}, as blocks are")


def _check_composition(composition: Path, benchmarks: Iterable[str]) -> None:
    if not composition.is_file():
        raise InputError(composition, "no such file", "the benchmarks' mixtures")
    mixtures = json.loads(composition.read_text(encoding="utf-8"))
    for benchmark in benchmarks:
        if benchmark not in mixtures:
            raise InputError(composition, f"no mixture of {benchmark}", "one of each benchmark")


def check_schema(value: Mapping[str, Any], schema: Mapping[str, Any], source: str) -> None:
    """Stop at the first place where a value from a YAML file is not what its schema says.

    Raises:
        InputError: names the file, the key path, the value and what is allowed.
    """
    faults = Draft202012Validator(schema).iter_errors(value)
    for fault in sorted(faults, key=lambda e: list(map(str, e.path))):
        raise _as_input_error(fault, source)


def check_exclusion(
    excluded: Collection[str], ids: Mapping[str, Collection[str]], where: str, folder: Path
) -> None:
    """Stop where a list of rejected items names an unknown one or leaves nothing of a split.

    Args:
        excluded: ids of rejected items.
        ids: the ids of the ability's items by split.
        where: file and key of the list, for messages.
        folder: of the items, for messages.

    Raises:
        InputError: names the file, the key and the first id that no item has, or the empty split.
    """
    known = {item for own in ids.values() for item in own}
    for item in excluded:
        if item not in known:
            near = difflib.get_close_matches(item, known, n=1)
            remedy = f"Did you mean {near[0]!r}?" if near else "Remove it or check the spelling."
            raise InputError(where, f"no item has the id {item!r}", f"ids in {folder}", remedy)
    for split, own in ids.items():
        if set(own) <= set(excluded):
            found = f"all {len(own)} {split} items are excluded"
            raise InputError(where, found, "a list that leaves some", "Write new items first.")


def check_calibration_items(counts: Mapping[str, int], source: str) -> None:
    """Stop where a calibration split is too small to choose k on.

    Args:
        counts: how many calibration items are left of each ability.
        source: the configuration's file, for messages.

    Raises:
        InputError: names the ability.
    """
    for ability, count in counts.items():
        if count < MIN_CALIBRATION_ITEMS:
            raise InputError(
                f"{source}, abilities.{ability}",
                f"{count} calibration items, and `fractions` has {CALIBRATED!r}",
                f"{MIN_CALIBRATION_ITEMS} or more",
                "Add items to its calibration.jsonl, or write a number in `fractions`.",
            )


def check_duplicate_keys(path: Path) -> None:
    """Stop where a YAML file says a key twice: YAML readers silently keep the last one.

    Raises:
        InputError: names the file, the key and both lines; or the place where it is not YAML.
    """
    for key, first, second in _duplicates(yaml_nodes(path), (), set()):
        found = f"the key occurs on lines {first} and {second}"
        raise InputError(f"{path}, {key}", found, "each key once", "Rename or remove one.")


def yaml_nodes(path: Path) -> yaml.Node | None:
    """What a YAML file says, before its tags mean anything; None where it is empty.

    Raises:
        InputError: names the file and the place where it is not YAML.
    """
    try:
        return yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        found = "not YAML (" + " ".join(str(error).split()) + ")"
        raise InputError(path, found, "a YAML file") from None


def check_model_folder(folder: Path) -> None:
    """Stop where a folder does not hold a model.

    Raises:
        InputError: the folder is missing or lacks a configuration, a tokenizer or safetensors.
    """
    expected = "a folder with config.json, a tokenizer and *.safetensors"
    if not folder.is_dir():
        remedy = "Check `source: folder:` in the configuration."
        raise InputError(folder, "no such folder", expected, remedy)
    for pattern in ("config.json", "tokenizer*", "*.safetensors"):
        if not any(folder.glob(pattern)):
            remedy = ""
            if pattern == "*.safetensors" and any(folder.glob("*.bin")):
                remedy = "Pickled weights (*.bin) can run code: save the model as safetensors."
            raise InputError(folder, f"no {pattern}", expected, remedy)


def candidates(config: Mapping[str, Any]) -> list[str]:
    """Each k that `calibrated` is chosen from, as file names have it; none where no k is."""
    if CALIBRATED not in config["fractions"]:
        return []
    return [fraction_name(fraction) for fraction in config["calibration"]["fractions"]]


def fraction_name(fraction: float | str) -> str:
    """`fraction` as file names have it: in plain decimal digits, 0.00001, or `calibrated`."""
    if fraction == CALIBRATED:
        return CALIBRATED
    return format(Decimal(repr(fraction)), "f")


def shown_fraction(name: str, k: str) -> str:
    """A fraction for readers: the number `k`; after the word `calibrated`, in brackets."""
    return k if name == k else f"{name} ({k})"


def _duplicates(node: Any, path: tuple[str, ...], seen: set[int]) -> Iterator[tuple[str, int, int]]:
    # Aliases (*a) name a node again: it may even hold itself.
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for number, child in enumerate(node.value):
            yield from _duplicates(child, (*path, str(number)), seen)
    if not isinstance(node, yaml.MappingNode):
        return
    lines: dict[str, int] = {}
    for key, child in node.value:
        if not isinstance(key, yaml.ScalarNode):
            continue
        line = key.start_mark.line + 1
        if key.value in lines:
            yield ".".join((*path, key.value)), lines[key.value], line
        lines[key.value] = line
        yield from _duplicates(child, (*path, key.value), seen)


def _as_input_error(fault: ValidationError, source: str) -> InputError:
    path = ".".join(str(step) for step in fault.absolute_path)
    where = f"{source}, {path}" if path else source
    schema: Any = fault.schema
    found: Any = fault.instance
    if fault.validator == "additionalProperties":
        known = sorted(schema.get("properties", {}))
        key = sorted(set(found) - set(known))[0]
        near = difflib.get_close_matches(key, known, n=1)
        remedy = f"Did you mean {near[0]!r}?" if near else "Remove it or check the spelling."
        expected = "one of " + ", ".join(known) if known else "no keys here"
        key_path = ".".join(filter(None, (path, key)))
        return InputError(f"{source}, {key_path}", "unknown key", expected, remedy)
    if fault.validator == "required":
        missing = sorted(set(schema["required"]) - set(found))
        return InputError(
            where,
            f"lacks {', '.join(missing)}",
            "all of " + ", ".join(schema["required"]),
            "Add what is missing; config.yaml explains each key.",
        )
    if "propertyNames" in fault.absolute_schema_path:
        return InputError(where, f"the name {found!r}", str(schema.get("description")))
    allowed = schema.get("description") or (
        "one of " + ", ".join(map(str, schema["enum"])) if "enum" in schema else fault.message
    )
    return InputError(where, repr(found), str(allowed))
