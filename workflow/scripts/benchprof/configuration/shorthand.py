"""Short forms of a configuration, and what each stands for in full."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchprof import data
from benchprof.errors import InputError
from benchprof.tasks.benchmark import BENCHMARKS
from benchprof.yaml_files import read_yaml


def _shipped(name: str) -> Path:
    """A folder of the checkout that a command runs in, or elsewhere its copy in a wheel."""
    own, packed = Path("resources", name), data.FOLDER / name
    return packed if packed.is_dir() and not own.is_dir() else own


SETS = _shipped("abilities")
"""The shipped sets of diagnostic items."""
DEFINITIONS = SETS / "definitions.yaml"
"""What each ability of the shipped sets is, in a line."""
MODELS = _shipped("models")
"""The shipped models: a file each, with the source of its weights."""
HELD_OUT = "held_out_tests"


def written_out(config: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Return a configuration in which every short form is replaced by what it stands for.

    `abilities: v3` becomes the abilities of a shipped set, `benchmarks: [mmlu]` an entry for each
    shipped benchmark, and `source: {model: NAME}` the source in that model's file. With
    `held_out_tests`, each ability's test items become the benchmark `ABILITY_test`. What is no
    short form, right or wrong, stays as it is.

    Args:
        config: as a person wrote it.
        source: the files named in messages.

    Raises:
        InputError: no set or no model is shipped under a name.
    """
    whole = sections_written_out(config, source)
    if isinstance(whole.get("models"), Mapping):
        whole["models"] = {
            name: _with_source(model, f"{source}, models.{name}.source")
            for name, model in whole["models"].items()
        }
    return _with_held_out(whole)


def sections_written_out(config: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Return a configuration whose `abilities` and `benchmarks` have an entry for each name.

    They can then be merged with those of another file.
    """
    whole = dict(config)
    if isinstance(abilities := whole.get("abilities"), str):
        whole["abilities"] = _shipped_set(abilities, f"{source}, abilities")
    if isinstance(benchmarks := whole.get("benchmarks"), list) and _are_names(benchmarks):
        whole["benchmarks"] = {name: {"benchmark": name} for name in benchmarks}
    return whole


def _are_names(values: list[Any]) -> bool:
    return all(isinstance(own, str) for own in values) and len(set(values)) == len(values)


def _shipped_set(name: str, where: str) -> dict[str, Any]:
    folders = sorted(path for path in SETS.glob("*") if path.is_dir())
    if name not in [folder.name for folder in folders]:
        known = ", ".join(folder.name for folder in folders) or f"none, as {SETS} is not here"
        expected = f"a section with an entry for each ability, or a shipped set ({known})"
        raise InputError(where, repr(name), expected, "Start the run in the project's folder.")
    return {
        ability: {"items": str(SETS / name / ability), "definition": definition}
        for ability, definition in read_yaml(DEFINITIONS).items()
        if (SETS / name / ability).is_dir()
    }


def _with_source(model: Any, where: str) -> Any:
    source = model.get("source") if isinstance(model, Mapping) else None
    if not isinstance(source, Mapping) or set(source) != {"model"}:
        return model
    file = MODELS / f"{source['model']}.yaml"
    known = sorted(path.stem for path in MODELS.glob("*.yaml"))
    if source["model"] not in known:
        expected = f"one of the models {', '.join(known) or f'in {MODELS}, which is not here'}"
        raise InputError(f"{where}.model", repr(source["model"]), expected)
    return {**model, "source": read_yaml(file)}


def _with_held_out(config: dict[str, Any]) -> dict[str, Any]:
    """Add the tests that `held_out_tests` asks for behind the benchmarks that are there.

    An entry that says no more than a sample, such as `{limit: 12}`, is laid over the test.
    """
    sample, abilities = config.get(HELD_OUT), config.get("abilities")
    benchmarks = config.get("benchmarks", {})
    if not (
        isinstance(sample, Mapping)
        and isinstance(abilities, Mapping)
        and isinstance(benchmarks, Mapping)
    ):
        return config
    whole = dict(benchmarks)
    for ability in abilities:
        name = f"{ability}_test"
        own = whole.get(name, {})
        if isinstance(own, Mapping) and BENCHMARKS.keys().isdisjoint(own):
            whole[name] = {"ability": ability, "split": "test", **sample, **own}
    return config | {"benchmarks": whole}
