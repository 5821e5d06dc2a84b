"""The sizes of a model that decide what it costs, from its configuration without its weights."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transformers import AutoConfig, PretrainedConfig

from benchprof import paths
from benchprof.configuration import (
    Folder,
    HubGguf,
    ModelSource,
    NewestOnHub,
    Wheels,
    WholeWheel,
)
from benchprof.data import ARCHITECTURES
from benchprof.errors import InputError
from benchprof.jobs.job import BYTES, Size
from benchprof.models.anatomy import parameter_count, passed_size, scope_weights
from benchprof.models.placement import empty_model
from benchprof.models.scope import WEIGHT, Scope
from benchprof.models.units import every_projection
from benchprof.plan.machine import Machine
from benchprof.run.run import Run
from benchprof.scoring.budget import generation_tokens
from benchprof.scoring.dimensions import Dimensions


@dataclass(frozen=True)
class Shape:
    """What of a model's size decides what it costs.

    Attributes:
        size: as its jobs ask for memory.
        passed: weights of all decoder layers that a token is multiplied with, of experts those
            that it goes through.
        units: of every kind, where units are scored, not weights; else 0.
        at_once: tokens of prompts and answers that a batch of answers holds.
    """

    size: Size
    passed: int
    units: int
    at_once: int


def model_shape(config: PretrainedConfig, dtype: str, scope: Scope, on_gpu: bool) -> Shape:
    """The shape of a model of this configuration.

    Args:
        config: of a causal language model.
        dtype: float32, bfloat16 or float16.
        scope: what is scored.
        on_gpu: whether it is loaded onto a GPU.

    Raises:
        InputError: as `scope_weights` and `unit_projections` raise it.
    """
    model = empty_model(config)
    weights = scope_weights(model, scope.name, scope.layers)
    in_scope = sum(weight.numel() for weight in weights.values())
    size = Size(parameter_count(model), in_scope, BYTES[dtype], on_gpu)
    every = () if scope.unit == WEIGHT else every_projection(model).values()
    decoder = Dimensions.of(config.get_text_config(), size.itemsize)
    at_once = generation_tokens("cuda" if on_gpu else "cpu", decoder, round(size.weights))
    return Shape(size, passed_size(model), sum(own.units for own in every), at_once)


def configured_shape(run: Run, model: str, on: Machine) -> Shape:
    """The shape of a model as a run uses it.

    Raises:
        InputError: its architecture is not known, or has nothing in scope.
    """
    own = run.configuration.models[model]
    config = architecture(model, own.source, paths.model(model))
    return model_shape(config, own.dtype, run.scope, on.gpu)


def architecture(name: str, source: ModelSource, prepared: Path) -> PretrainedConfig:
    """The configuration of a model: as prepared, in its folder, or shipped with this project.

    Args:
        name: of the model, for messages.
        source: as configured.
        prepared: where `prepare_model` puts it; need not exist.

    Raises:
        InputError: it is in none of the three places.
    """
    for folder in (prepared, Path(source.folder) if isinstance(source, Folder) else prepared):
        if (folder / "config.json").is_file():
            config: PretrainedConfig = AutoConfig.from_pretrained(
                folder, local_files_only=True, trust_remote_code=False
            )
            return config
    file = _shipped(source)
    if file is None or not file.is_file():
        shipped = f" nor {file.name} in benchprof/data/{ARCHITECTURES.name}" if file else ""
        raise InputError(
            f"models.{name}",
            f"no {prepared / 'config.json'}{shipped}",
            "the figures of its architecture",
            f"Run `.venv/bin/snakemake --cores 1 --configfile FILE -- {prepared}` first, with your "
            "configuration as FILE" + (f", or write {file.name}." if file else "."),
        )
    figures: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return AutoConfig.for_model(**figures)


def _shipped(source: ModelSource) -> Path | None:
    """The file of figures that this project may ship: named after the GGUF, or the Hub's model."""
    if isinstance(source, WholeWheel):
        return ARCHITECTURES / f"{Path(source.file).stem}.json"
    if isinstance(source, HubGguf):
        return ARCHITECTURES / f"{Path(source.gguf).stem}.json"
    if isinstance(source, Wheels):
        # The pieces of one file, whose names may begin with its own.
        name, gguf, _ = Path(source.wheels[0].file).name.partition(".gguf")
        return ARCHITECTURES / f"{name}.json" if gguf else None
    if isinstance(source, NewestOnHub):
        return ARCHITECTURES / f"{source.hub.replace('/', '--')}.json"
    return None
