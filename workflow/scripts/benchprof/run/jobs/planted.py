"""Jobs of the validation: models whose abilities lie in known weights, and their answers.

Only with `validation` in the configuration.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from benchprof import codebase, data, digests
from benchprof.evaluation.settings import ModelSettings
from benchprof.run import paths
from benchprof.run.ablation import INTACT, Ablation, k_name
from benchprof.run.configuration import Benchmark, Folder, TaskFile, Validation
from benchprof.run.jobs.evaluation import Answered, OfBenchmark
from benchprof.run.jobs.job import Files, Job, ModelJob, Size
from benchprof.run.run import Run

POOL = paths.VALIDATION / "pool.jsonl"


@dataclass(frozen=True)
class OfValidation(Job):
    """A job of the validation."""

    @classmethod
    def belongs_to(cls, run: Run) -> bool:
        """Whether the configuration has a section `validation`."""
        return super().belongs_to(run) and run.configuration.validation is not None

    @cached_property
    def validation(self) -> Validation:
        """The section of the configuration."""
        assert self.run.configuration.validation is not None
        return self.run.configuration.validation

    @property
    def view(self) -> tuple[str, str]:
        """Selection and k of the masks that thresholds are demanded of."""
        return self.validation.selection, k_name(self.validation.fraction)


@dataclass(frozen=True)
class PlantedModel(ModelJob, OfValidation):
    """A job of one model of the validation."""

    @property
    def planted(self) -> Path:
        """The folder that it comes from."""
        source = self.run.configuration.models[self.model].source
        assert isinstance(source, Folder)
        return Path(source.folder)

    @property
    def planted_card(self) -> Path:
        """What it says of where its abilities lie."""
        return self.planted / "card.json"

    @property
    def results(self) -> Path:
        """The folder of what is found of it."""
        return paths.VALIDATION / self.model

    @property
    def model_settings(self) -> ModelSettings:
        """The run's settings on one device, without a chat template, which no planted model has."""
        return replace(super().model_settings, chat_template=False, gpus=1)


@dataclass(frozen=True)
class AcceptModel(PlantedModel):
    """Examine whether each ability of a planted model lies in its block, all of it, alone."""

    rule = "accept_model"

    @property
    def acceptance(self) -> Path:
        """What was found."""
        return self.results / "acceptance.json"

    @property
    def inputs(self) -> Files:
        """Model and card."""
        return {"card": self.planted_card, "model": self.folder}

    @property
    def outputs(self) -> Files:
        """What was found."""
        return {"acceptance": self.acceptance}

    @property
    def settings(self) -> Any:
        """The code that draws items, reads the card and ablates."""
        return {
            "planting": codebase.digest_of("planting"),
            "code": codebase.digest_of("acceptance"),
        }


@dataclass(frozen=True)
class WithPool(OfValidation):
    """A job of the pool of fresh items that intervals are held against."""

    @classmethod
    def belongs_to(cls, run: Run) -> bool:
        """Whether intervals are held against a pool."""
        validation = run.configuration.validation
        return super().belongs_to(run) and bool(validation and validation.items_of_each_kind)


@dataclass(frozen=True)
class WritePool(WithPool):
    """Write the pool."""

    rule = "write_pool"

    @property
    def pool(self) -> Path:
        """The items."""
        return POOL

    @property
    def inputs(self) -> Files:
        """It reads no file."""
        return {}

    @property
    def outputs(self) -> Files:
        """The items."""
        return {"pool": self.pool}

    @property
    def settings(self) -> Any:
        """The code that draws them, and how many."""
        return {
            "planting": codebase.digest_of("planting"),
            "items_of_each_kind": self.validation.items_of_each_kind,
        }


@dataclass(frozen=True)
class EvaluateBlocks(PlantedModel):
    """Evaluate a planted model without each of its blocks on every benchmark."""

    rule = "evaluate_blocks"

    @property
    def blocks(self) -> dict[str, Path]:
        """The blocks' masks by ability."""
        return {a: self.results / "blocks" / f"{a}.safetensors" for a in self.run.abilities}

    @property
    def forms(self) -> Path:
        """The mask of all that writes alphabets."""
        return self.results / "forms.safetensors"

    @property
    def truth(self) -> dict[str, dict[str, Path]]:
        """The records by benchmark, and by the ability whose block is out, or `intact`."""
        folder, states = self.results / "truth", (INTACT, *self.run.abilities)
        return {
            benchmark: {state: folder / benchmark / f"{state}.json" for state in states}
            for benchmark in self.run.benchmarks
        }

    @property
    def places(self) -> dict[str, Any]:
        """Where the model answers."""
        return self.device_and_store

    @property
    def benchmarks(self) -> dict[str, OfBenchmark]:
        """What is asked, as in the run."""
        return {name: OfBenchmark(self.run, self.model, name) for name in self.run.benchmarks}

    @property
    def inputs(self) -> Files:
        """Model and card."""
        return {"card": self.planted_card, "model": self.folder}

    @property
    def outputs(self) -> Files:
        """Masks and records."""
        records = [path for own in self.truth.values() for path in own.values()]
        return {"masks": list(self.blocks.values()), "forms": self.forms, "records": records}

    @property
    def settings(self) -> Any:
        """What decides the answers."""
        files = {path for job in self.benchmarks.values() for path in job.files}
        return {
            "benchmarks": self.run.values["benchmarks"],
            "exclude": {name: own.exclude for name, own in self.benchmarks.items() if own.exclude},
            "dtype": self.run.configuration.models[self.model].dtype,
            "seed": self.run.configuration.seed,
            "files": digests.of_files(sorted(files)),
            "code": [codebase.digest_of("evaluation"), codebase.digest_of("blocks")],
        }

    def memory(self, size: Size) -> float:
        """The weights on their way to the device, and the requests."""
        return super().memory(size) + 2e9 + size.weights

    def minutes(self, size: Size) -> float:
        """As much time as an evaluation."""
        return size.minutes(120, 30)


@dataclass(frozen=True)
class AnswerPool(PlantedModel, Answered, WithPool):
    """Evaluate the intact and the ablated models on the pool of fresh items."""

    rule = "answer_pool"

    @property
    def asked(self) -> Benchmark:
        """The pool, as an ability's items are asked."""
        return TaskFile(task_file=str(data.ABILITY_TASK), data=str(POOL))

    @property
    def ablations(self) -> list[Ablation]:
        """The masks that thresholds are demanded of."""
        return [Ablation(ability, *self.view) for ability in self.run.abilities]

    def record(self, ablation: Ablation | None) -> Path:
        """Where the answers to the pool go, by ability."""
        return self.answers[ablation.ability if ablation else INTACT]

    @property
    def answers(self) -> dict[str, Path]:
        """Where the answers to the pool go: by ability, and of `intact`."""
        states = (INTACT, *self.run.abilities)
        return {state: self.results / "pool" / f"{state}.json" for state in states}

    @property
    def settings(self) -> Any:
        """The pool is a file that the run makes: an input, whose content is not known before."""
        return {
            "prompt": digests.of_file(data.ABILITY_TASK),
            "dtype": self.run.configuration.models[self.model].dtype,
            "seed": self.run.configuration.seed,
            "code": codebase.digest_of("evaluation"),
        }
