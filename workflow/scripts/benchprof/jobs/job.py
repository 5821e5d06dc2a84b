"""What every job has: names of files in and out, settings, and what it asks a cluster for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import product
from pathlib import Path
from typing import Any, ClassVar, Self

from benchprof import codebase, paths
from benchprof.ablation import CALIBRATED, LISTED
from benchprof.evaluation.settings import ModelSettings
from benchprof.files import write_if_changed
from benchprof.models.prepared import PreparedModel
from benchprof.run.run import Run
from benchprof.tasks.definition import titles

Files = Mapping[str, Path | list[Path]]
FORMS = ("png", "svg", "pdf", "txt")
"""Endings of a figure's files: three of the picture, and its caption."""
LIBRARIES = 4e9
"""Bytes of Python, torch and the libraries, with slack."""
BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}


@dataclass(frozen=True)
class Size:
    """How large a model is.

    Attributes:
        parameters: |θ|.
        in_scope: |T| of the configured scope.
        itemsize: bytes of a weight as it is loaded.
        on_gpu: whether it is loaded onto a GPU.
    """

    parameters: float
    in_scope: float
    itemsize: int
    on_gpu: bool

    @property
    def weights(self) -> float:
        """Bytes of the model as it is loaded."""
        return self.parameters * self.itemsize

    def minutes(self, least: float, per_billion: float) -> float:
        """Minutes, more by `per_billion` for each 1e9 weights."""
        return least + per_billion * self.parameters / 1e9

    @classmethod
    def of(cls, run: Run, model: str) -> Size:
        """The size of a prepared model; until it is prepared, that of an 8B model."""
        own = run.configuration.models[model]
        itemsize, on_gpu, card = BYTES[own.dtype], own.device != "cpu", paths.card(model)
        if not card.is_file():
            return cls(8e9, 6e9, itemsize, on_gpu)
        known = json.loads(card.read_text(encoding="utf-8"))
        # A model may have nothing of the scope, which `check_sizes` says.
        in_scope = known["scope"].get(run.configuration.scope, 0)
        return cls(known["parameters"], in_scope, itemsize, on_gpu)


NONE = Size(0, 0, 4, False)
"""The size that a job without a model has."""


@dataclass(frozen=True)
class Shown:
    """An output in Snakemake's report.

    Attributes:
        output: its name.
        caption: the page of `workflow/report/` that explains it, without the ending.
        category: its heading.
        figure: what tells it from others of the category, where wildcards don't.
    """

    output: str
    caption: str
    category: str
    figure: str = ""


@dataclass(frozen=True)
class Job:
    """A job: a rule of the workflow with its wildcards, which are the fields after `run`.

    In place of a wildcard's value stands `{name}` where a rule asks for a pattern of files.

    Attributes:
        run: that it is of.
        rule: the name of its rule.
        threads: that it uses at most; as many as a small machine has, where jobs shall not share.
        on_gpu: whether it computes on its model's device.
        shown: what Snakemake's report shows of it, if anything.
        timed: whether it is a stage, whose time the figure of the pipeline shows.
    """

    run: Run
    rule: ClassVar[str]
    threads: ClassVar[int] = 1
    on_gpu: ClassVar[bool] = False
    shown: ClassVar[Shown | None] = None
    timed: ClassVar[bool] = False

    @classmethod
    def belongs_to(cls, run: Run) -> bool:
        """Whether a run has jobs of the rule."""
        return True

    @classmethod
    def all_of(cls, run: Run) -> list[Self]:
        """Every job of the rule in a run."""
        if not cls.belongs_to(run):
            return []
        values: Mapping[str, Sequence[str]] = {
            "model": run.models,
            "ability": run.abilities,
            "benchmark": run.benchmarks,
            "selection": run.selections,
            "mask_fraction": run.mask_fractions,
        }
        return [cls(run, *own) for own in product(*(values[name] for name in cls.names()))]

    @classmethod
    def files_of(cls, run: Run) -> list[Path]:
        """All that the rule's jobs write."""
        return [path for job in cls.all_of(run) for path in job.written]

    @classmethod
    def names(cls) -> list[str]:
        """Names of the wildcards."""
        return [own.name for own in fields(cls)[1:]]

    @classmethod
    def flags(cls, run: Run) -> Mapping[str, str]:
        """Snakemake's flags of outputs, `temp` or `directory`, by the output's name."""
        return {}

    @property
    def wildcards(self) -> dict[str, str]:
        """The job's wildcards, in the order in which folders are named after them."""
        return {name: getattr(self, name) for name in self.names()}

    @property
    def inputs(self) -> Files:
        """The files that it reads, by name, beside its settings."""
        raise NotImplementedError

    @property
    def outputs(self) -> Files:
        """The files that it writes, by name."""
        raise NotImplementedError

    @property
    def read(self) -> list[Path]:
        """All of `inputs`."""
        return [path for own in self.inputs.values() for path in paths_in(own)]

    @property
    def written(self) -> list[Path]:
        """All of `outputs`."""
        return [path for own in self.outputs.values() for path in paths_in(own)]

    def make(self, threads: int) -> None:
        """Make the outputs of the inputs. What computes is imported here: planning needs no torch.

        Args:
            threads: that it may use.
        """
        raise NotImplementedError

    @property
    def titles(self) -> dict[str, str]:
        """The titles of the run's benchmarks that have the name of a shipped one."""
        return {name: title for name, title in titles().items() if name in self.run.benchmarks}

    @property
    def further_code(self) -> tuple[str, ...]:
        """Modules that it runs and that `make` does not import by their names."""
        return ()

    @property
    def code_apart(self) -> tuple[str, ...]:
        """Modules that `make` imports, and that decide nothing here or stand in the settings."""
        return ()

    @property
    def code_digest(self) -> str:
        """Digest of the code that makes the outputs."""
        make, excluding = type(self).make, self.code_apart
        return codebase.digest_of_function(make, *self.further_code, excluding=excluding)

    @property
    def settings(self) -> Any:
        """All that decides its outputs beside the files that it reads, as a JSON value."""
        raise NotImplementedError

    @property
    def settings_files(self) -> dict[Path, Any]:
        """The settings by the file that has them."""
        return {paths.settings(self.rule, *self.wildcards.values()): self.settings}

    def write_settings(self) -> list[Path]:
        """The files of the settings, written when they changed.

        Snakemake remembers parameters in `.snakemake` alone. As an input, changed settings make an
        output stale by its modification time also where those records are lost.
        """
        return [write_if_changed(file, own) for file, own in self.settings_files.items()]

    @property
    def places(self) -> dict[str, Any]:
        """Where it computes and keeps what it made; in no key, but a change runs it again."""
        return {}

    @property
    def size(self) -> Size:
        """The size of its model."""
        return NONE

    def memory(self, size: Size) -> float:
        """Bytes on the host at the peak, of a model of this size."""
        return LIBRARIES

    def minutes(self, size: Size) -> float:
        """Time, with slack, of a model of this size."""
        return 30

    def gpu_memory(self, size: Size) -> float:
        """Bytes on each of its GPUs at the peak, about; no scheduler is asked for them."""
        return 0


@dataclass(frozen=True)
class ModelJob(Job):
    """A job of one model."""

    model: str

    @property
    def size(self) -> Size:
        """The size of the model."""
        return Size.of(self.run, self.model)

    @property
    def folder(self) -> Path:
        """The prepared model."""
        return paths.model(self.model)

    @property
    def gpus(self) -> int:
        """How many GPUs the model is spread over; none on a CPU."""
        own = self.run.configuration.models[self.model]
        return 0 if own.device == "cpu" else own.gpus

    def on_each_gpu(self, held: float, size: Size) -> float:
        """Bytes on each of its GPUs, which hold as much of the model and have work of their own."""
        return LIBRARIES + held / max(1, self.gpus) if size.on_gpu else 0

    @property
    def prepared(self) -> PreparedModel:
        """How the model is loaded."""
        own = self.run.configuration.models[self.model]
        return PreparedModel(self.folder, own.dtype, own.device, own.gpus)

    @property
    def model_settings(self) -> ModelSettings:
        """How the model is loaded and asked."""
        config = self.run.configuration
        return ModelSettings(
            **vars(self.prepared),
            chat_template=config.models[self.model].chat_template,
        )

    @property
    def device_and_store(self) -> dict[str, Any]:
        """Where a job computes that loads the model."""
        own = self.run.configuration.models[self.model]
        store = self.run.configuration.store
        return {"device": own.device, "gpus": own.gpus, "store": store}

    def importance_files(self, names: Iterable[str]) -> dict[str, Path]:
        """The scores of abilities, by name."""
        return {name: paths.importance(self.model, name) for name in names}

    def entries(self, mask_fractions: list[str], size: Size) -> float:
        """Entries of a mask at each of these mask fractions, together; n <= |T|, also where the
        mask fraction is a share of it.

        A calibrated mask fraction, which the run chooses, counts as the largest of its candidates;
        what is listed is little.
        """
        words = {
            CALIBRATED: max(map(float, self.run.candidate_mask_fractions), default=0.0),
            LISTED: 0.0,
        }
        shares = [
            words[mask_fraction] if mask_fraction in words else float(mask_fraction)
            for mask_fraction in mask_fractions
        ]
        return sum(min(share * size.parameters, size.in_scope) for share in shares)


def paths_in(own: Path | list[Path]) -> list[Path]:
    """What stands under a name in `inputs` or `outputs`, as a list."""
    return own if isinstance(own, list) else [own]
