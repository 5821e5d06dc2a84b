"""Jobs of the importance stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchprof import data, digests, paths
from benchprof.importance.score import SCORES
from benchprof.importance.scoring import ACTIVATIONS_ON_GPU, SCORES_ON_GPU, Groups, Scoring
from benchprof.jobs.job import Files, ModelJob, Size
from benchprof.jobs.masks import SelectMasks
from benchprof.run.run import Run


@dataclass(frozen=True)
class Scored(ModelJob):
    """A job that scores the weights in scope on train items."""

    on_gpu, threads = True, 8

    @classmethod
    def belongs_to(cls, run: Run) -> bool:
        """Whether masks are ranked, not listed."""
        return super().belongs_to(run) and not run.lists

    @property
    def scoring(self) -> Scoring:
        """How weights are scored."""
        config = self.run.configuration
        groups = config.importance.knocked_out
        return Scoring(
            model=self.prepared,
            scope=self.run.scope,
            score=config.importance.score,
            loss_on=config.importance.loss_on,
            against=config.importance.against,
            on_host=config.models[self.model].scores_on_host,
            groups=Groups(groups.groups, groups.share, config.seed) if groups else None,
        )

    @property
    def places(self) -> dict[str, Any]:
        """Where the model computes, and whether scores stay on the host."""
        on_host = self.run.configuration.models[self.model].scores_on_host
        return {**self.device_and_store, "scores_on_host": on_host}

    @property
    def inputs(self) -> Files:
        """The model, found to have room for every mask, and the train items."""
        return {
            "model": self.folder,
            "sizes": paths.sizes(self.model),
            "train": list(self.run.train.values()),
        }

    @property
    def code_apart(self) -> tuple[str, ...]:
        """Knocking out, unless it is the score."""
        return () if self.scoring.groups else ("importance.knock_out_scores",)

    @property
    def settings(self) -> Any:
        """All that importance depends on; the content of items decides, not their file's time."""
        config = self.run.configuration
        importance = config.importance
        return {
            "dtype": config.models[self.model].dtype,
            **self.run.scope.as_json,
            "score": importance.score,
            **SCORES[importance.score].settings,
            "loss_on": importance.loss_on,
            "against": importance.against,
            "limit": importance.limit,
            "seed": config.seed,
            "items": digests.of_files(self.run.train.values()),
            "exclude": self.run.train_excluded,
            "code": self.code_digest,
            **self.scoring.knock_outs,
        }

    def memory(self, size: Size) -> float:
        """The weights while they are loaded, an ability's float32 scores while they are written.

        On a CPU both at once, as there is no other place. The items' scores also wait while those
        of the control items are made. Activations and logits take some of what libraries leave.
        """
        config = self.run.configuration
        importance = config.importance
        if config.unit != "weight":
            # No accumulators; activations of a batch take no more than the weights.
            return super().memory(size) + size.weights * (1 if size.on_gpu else 2)
        scores = 4 * size.in_scope * (2 if importance.against else 1)
        if size.on_gpu:
            return super().memory(size) + max(size.weights, scores)
        return super().memory(size) + size.weights + scores

    def gpu_memory(self, size: Size) -> float:
        """The weights, activations of a tenth as much, and the float32 scores, of some layers.

        `memory_for` says how large a pass may be, and how many scores there are at a time.
        """
        config = self.run.configuration
        here = config.models[self.model].scores_on_host
        scores = min(4 * size.in_scope, SCORES_ON_GPU * size.weights)
        if here or config.unit != "weight":
            scores = 0
        return self.on_each_gpu((1 + ACTIVATIONS_ON_GPU) * size.weights + scores, size)

    def minutes(self, size: Size) -> float:
        """Time, with slack; it grows with the model, and with the groups that are knocked out."""
        groups = self.run.configuration.importance.knocked_out
        return size.minutes(60, 15 + (groups.groups if groups else 0))


@dataclass(frozen=True)
class ComputeImportance(Scored):
    """Score every weight in scope by gradients on each ability's train items."""

    rule = "compute_importance"
    timed = True

    @classmethod
    def flags(cls, run: Run) -> Mapping[str, str]:
        """Snakemake removes scores after the jobs that read them, where the run says so."""
        return {"importance": "temp"} if run.drops_importance else {}

    @property
    def importance(self) -> dict[str, Path]:
        """An ability's scores, by ability."""
        return self.importance_files(self.run.abilities)

    @property
    def outputs(self) -> Files:
        """The scores."""
        return {"importance": list(self.importance.values())}

    def make(self, threads: int) -> None:
        """Score the weights in scope for every ability of one model."""
        from benchprof.importance.job import compute_importance
        from benchprof.importance.transient import compute_transient
        from benchprof.threads import use_threads

        use_threads(threads)
        compute: Callable[..., None] = partial(compute_importance, store=self.run.store)
        if self.run.drops_importance:
            compute = partial(compute_transient, needed=self.needed)
        compute(self.scoring, train=self.run.train_items, targets=self.importance)

    def needed(self, origins: Mapping[str, Any]) -> set[str]:
        """Whose scores the masks of the model need, as far as the store lacks them."""
        from benchprof.masks.stored import needed_for

        selecting = [SelectMasks(self.run, self.model, own) for own in self.run.selections]
        return needed_for(
            [ablation for own in selecting for ablation in own.masks],
            origins,
            self.run.selection_rules,
            self.folder,
            data.NEUTRAL_TEXT,
            self.run.store,
        )
