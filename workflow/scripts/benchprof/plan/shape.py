"""The sizes of a model that decide what it costs, from its configuration without its weights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, PretrainedConfig

from benchprof.data import ARCHITECTURES
from benchprof.errors import InputError
from benchprof.importance.memory import activation_size, memory_for
from benchprof.models.anatomy import parameter_count, passed_size, scope_weights
from benchprof.models.placement import empty_model, layer_names, place_of, placement
from benchprof.models.scope import WEIGHT, Scope
from benchprof.models.units import entry_counts, every_projection, unit_count
from benchprof.run.configuration import (
    Folder,
    HubGguf,
    ModelSource,
    NewestOnHub,
    Wheels,
    WholeWheel,
)
from benchprof.scoring.dimensions import Dimensions


@dataclass(frozen=True)
class Units:
    """How many units a model has.

    Attributes:
        whole: of the kind that is scored, in all layers.
        scope: of this kind in scope.
        attributed: of every kind.
    """

    whole: int
    scope: int
    attributed: int


@dataclass(frozen=True)
class Shape:
    """Sizes of one model, in numbers (not bytes) where nothing else is said.

    Attributes:
        parameters: |θ|, tied parameters counted once.
        scope: the tensors in scope.
        projections: weights of all decoder layers that a token is multiplied with, of experts
            those that it goes through.
        activation: kept per token for a backward pass, without logits.
        most_tokens: of a batch or of an example that is not checkpointed.
        itemsize: bytes of a weight.
        dimensions: of the decoder.
        units: where units are scored, not weights.
        shares: with several GPUs, one shape for each in their order, of the layers that it holds.
            The vocabulary is 0 on a GPU without the head, which makes the logits.
    """

    parameters: int
    scope: tuple[int, ...]
    projections: int
    activation: int
    most_tokens: int
    itemsize: int
    dimensions: Dimensions
    units: Units | None = None
    shares: tuple[Shape, ...] = ()

    @property
    def by_gpu(self) -> tuple[Shape, ...]:
        """What each GPU holds; one holds all."""
        return self.shares or (self,)

    @property
    def weight_bytes(self) -> int:
        """Bytes of the model."""
        return self.parameters * self.itemsize

    @property
    def scope_size(self) -> int:
        """|T|."""
        return sum(self.scope)


def model_shape(
    config: PretrainedConfig,
    dtype: str,
    scope: Scope,
    gpus: int = 1,
) -> Shape:
    """The shape of a model of this configuration.

    Args:
        config: of a causal language model.
        dtype: float32, bfloat16 or float16.
        scope: what is scored.
        gpus: how many it is spread over.

    Raises:
        InputError: as `scope_weights` and `unit_projections` raise it.
    """
    model = empty_model(config)
    itemsize = getattr(torch, dtype).itemsize
    weights = scope_weights(model, scope.name, scope.layers)
    in_scope = {name: weight.numel() for name, weight in weights.items()}
    shape = Shape(
        parameters=parameter_count(model),
        scope=tuple(in_scope.values()),
        projections=passed_size(model),
        activation=activation_size(model),
        most_tokens=memory_for(model, on_host=False).most_tokens,
        itemsize=itemsize,
        dimensions=Dimensions.of(config.get_text_config(), itemsize),
        units=None if scope.unit == WEIGHT else _units(model, scope),
    )
    return replace(shape, shares=_shares(model, shape, in_scope, gpus)) if gpus > 1 else shape


def _units(model: Any, scope: Scope) -> Units:
    attributed = sum(own.units for own in every_projection(model).values())
    in_scope = sum(entry_counts(model, scope).values())
    return Units(unit_count(model, scope.unit), in_scope, attributed)


def _shares(model: Any, shape: Shape, in_scope: Mapping[str, int], gpus: int) -> tuple[Shape, ...]:
    """What each of several GPUs holds of a model.

    Args:
        model: on any device.
        shape: of the whole.
        in_scope: sizes of the tensors in scope by parameter name.
        gpus: how many, at least two.
    """
    places, whole = placement(model, gpus), shape.dimensions
    projections = scope_weights(model, "all_layers")
    # Tied parameters, which are on one GPU, have one name here.
    sizes = {name: parameter.numel() for name, parameter in model.named_parameters()}
    on = {name: place_of(name, places) for name in sizes}
    output = model.get_output_embeddings()
    (head,) = (name for name, module in model.named_modules() if module is output)

    def share(gpu: int) -> Shape:
        layers = sum(places[name] == gpu for name in layer_names(model))
        vocabulary = whole.vocabulary if places[head] == gpu else 0
        return replace(
            shape,
            parameters=sum(size for name, size in sizes.items() if on[name] == gpu),
            scope=tuple(size for name, size in in_scope.items() if on[name] == gpu),
            projections=sum(w.numel() for name, w in projections.items() if on[name] == gpu),
            # Layers are alike, or nearly.
            activation=-(-shape.activation * layers // whole.layers),
            dimensions=replace(whole, layers=layers, vocabulary=vocabulary),
        )

    return tuple(share(gpu) for gpu in range(gpus))


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
