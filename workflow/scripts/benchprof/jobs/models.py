"""Jobs of the models stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchprof import codebase, paths
from benchprof.ablation import LISTED
from benchprof.configuration import Folder
from benchprof.jobs.job import Files, ModelJob, Size
from benchprof.models.card import stamp_of
from benchprof.models.source import FLOAT32, is_converted, precision_of
from benchprof.run.run import Run


@dataclass(frozen=True)
class PrepareModel(ModelJob):
    """Fetch a model or refer to it, and identify it by a digest."""

    rule = "prepare_model"
    timed = True

    @classmethod
    def flags(cls, run: Run) -> Mapping[str, str]:
        """It is one folder."""
        return {"folder": "directory"}

    @property
    def source(self) -> dict[str, Any]:
        """Where it comes from, as configured."""
        source: dict[str, Any] = self.run.values["models"][self.model]["source"]
        return source

    @property
    def dtype(self) -> str:
        """What its weights are used in."""
        return self.run.configuration.models[self.model].dtype

    @property
    def places(self) -> dict[str, Any]:
        """Where a converted model is kept."""
        return {"store": self.run.configuration.store}

    @property
    def inputs(self) -> Files:
        """It reads no file."""
        return {}

    @property
    def outputs(self) -> Files:
        """The prepared model's folder."""
        return {"folder": self.folder}

    @property
    def settings(self) -> Any:
        """What it is made from and, where it is converted, by which code and in which precision.

        A local folder's files count by size and time, so that a changed model is prepared again.
        """
        source = self.run.configuration.models[self.model].source
        folder = Path(source.folder) if isinstance(source, Folder) else None
        files = sorted(p for p in folder.iterdir() if p.is_file()) if folder else []
        stamps = {path.name: stamp_of(path) for path in files}
        own = {"source": self.source, "files": stamps}
        # Only where it is so: models of other sources need not be prepared again.
        if not is_converted(self.source):
            return own
        precision = precision_of(self.dtype)
        rounded = {} if precision == FLOAT32 else {"precision": precision}
        return own | rounded | {"code": codebase.digest_of("models.conversion")}

    def memory(self, size: Size) -> float:
        """Room for a GGUF's largest matrix, the vocabulary's, up to three times in float32."""
        return super().memory(size) + 4e9

    def minutes(self, size: Size) -> float:
        """Time to fetch it: 16 GB for 8B."""
        return 240

    def make(self, threads: int) -> None:
        """Prepare a model: a folder of safetensors with a card that identifies it."""
        from benchprof.models.preparation import prepare_model

        prepare_model(self.source, self.folder, self.run.store, self.dtype)


@dataclass(frozen=True)
class CheckSizes(ModelJob):
    """Check that every mask fraction gives a mask that fits, the chat template, and that there are
    neurons to read, before any gradient.
    """

    rule = "check_sizes"
    timed = True

    @property
    def asks_in_chats(self) -> bool:
        """Whether benchmarks are asked through the model's chat template."""
        return self.run.configuration.models[self.model].chat_template

    @property
    def reads_neurons(self) -> bool:
        """Whether item profiles are read from the importance of neurons.

        It is no setting: importance need not be computed again where this is asked for later.
        """
        profiled = self.run.configuration.item_profile
        return profiled is not None and "importance" in profiled.read_from

    @property
    def inputs(self) -> Files:
        """The model."""
        return {"model": self.folder}

    @property
    def outputs(self) -> Files:
        """The size of each mask fraction's mask."""
        return {"sizes": paths.sizes(self.model)}

    @property
    def settings(self) -> Any:
        """What may be ablated, and how much of it; and whether prompts are chats."""
        config = self.run.configuration
        # Only where it is so: the jobs of others need not run again.
        own: dict[str, Any] = {"chat_template": True} if self.asks_in_chats else {}
        if self.run.lists:
            own[LISTED] = self.run.selection_settings[LISTED]
        return {
            "unit": config.unit,
            "scope": config.scope,
            "layers": config.layers,
            "mask_fractions": self.run.selected_mask_fractions,
        } | own

    def make(self, threads: int) -> None:
        """Check that every mask fraction gives a mask that fits the scope, and note its size.

        A chat template under which no answer can be scored is found here too: evaluations would
        stop at it, but only after all importance is computed.
        """
        from benchprof.item_profile.attribution import neurons_of
        from benchprof.masks.listed import check_lists
        from benchprof.masks.size import check_sizes
        from benchprof.models.loading import load_tokenizer
        from benchprof.scoring.chat import check_chat

        if self.asks_in_chats:
            check_chat(load_tokenizer(self.folder))
        if self.reads_neurons:
            neurons_of(self.folder)
        if lists := self.run.lists:
            check_lists(self.folder, self.run.scope, lists, paths.sizes(self.model))
            return
        check_sizes(
            folder=self.folder,
            scope=self.run.scope,
            mask_fractions=self.run.selected_mask_fractions,
            target=paths.sizes(self.model),
        )
