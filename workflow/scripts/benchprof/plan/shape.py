"""The sizes of a model that decide what it costs, from its configuration without its weights."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM, PretrainedConfig

from benchprof.data import ARCHITECTURES
from benchprof.errors import InputError
from benchprof.importance.memory import activation_size, memory_for
from benchprof.models.anatomy import parameter_count, scope_weights
from benchprof.run.configuration import Folder, Hub, ModelSource
from benchprof.scoring.packing import Dimensions


@dataclass(frozen=True)
class Shape:
    """Sizes of one model, in numbers (not bytes) where nothing else is said.

    Attributes:
        parameters: |θ|, tied parameters counted once.
        scope: the tensors in scope.
        projections: weights of all decoder layers that every token is multiplied with.
        activation: kept per token for a backward pass, without logits.
        most_tokens: of a batch or of an example that is not checkpointed.
        itemsize: bytes of a weight.
        dimensions: of the decoder.
    """

    parameters: int
    scope: tuple[int, ...]
    projections: int
    activation: int
    most_tokens: int
    itemsize: int
    dimensions: Dimensions

    @property
    def weight_bytes(self) -> int:
        """Bytes of the model."""
        return self.parameters * self.itemsize

    @property
    def scope_size(self) -> int:
        """|T|."""
        return sum(self.scope)

    @property
    def cache_bytes(self) -> int:
        """Bytes of the keys and values of one token."""
        size = self.dimensions
        return 2 * size.layers * size.kv_heads * size.head_size * self.itemsize


def model_shape(
    config: PretrainedConfig, dtype: str, scope: str, layers: Sequence[int] | None
) -> Shape:
    """The shape of a model of this configuration.

    Args:
        config: of a causal language model.
        dtype: float32, bfloat16 or float16.
        scope: one of `models.anatomy.SCOPES`.
        layers: the first and the last decoder layer in scope; all if None.

    Raises:
        InputError: as `scope_weights` raises it.
    """
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config, attn_implementation=None)
    itemsize = getattr(torch, dtype).itemsize
    return Shape(
        parameters=parameter_count(model),
        scope=tuple(w.numel() for w in scope_weights(model, scope, layers).values()),
        projections=sum(w.numel() for w in scope_weights(model, "all_layers").values()),
        activation=activation_size(model),
        most_tokens=memory_for(model, on_host=False).most_tokens,
        itemsize=itemsize,
        dimensions=Dimensions.of(config, itemsize),
    )


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
    hub = source.hub if isinstance(source, Hub) else None
    file = ARCHITECTURES / f"{hub.replace('/', '--')}.json" if hub else None
    if file is None or not file.is_file():
        shipped = f" nor {file.name} in benchprof/data/{ARCHITECTURES.name}" if file else ""
        raise InputError(
            f"models.{name}",
            f"no {prepared / 'config.json'}{shipped}",
            "the figures of its architecture",
            f"Run `snakemake --cores 1 {prepared}` first"
            + (f", or write {file.name}." if file else "."),
        )
    figures: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return AutoConfig.for_model(**figures)
