"""What a rule of the workflow declares, asked of its job."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchprof import paths
from benchprof.jobs.job import Files, Job, ModelJob, Shown
from benchprof.run.run import Run

# What tells a figure's files apart is what it is labelled with in Snakemake's report.
LABELS = {"model": "model", "selection": "masks", "mask_fraction": "mask fraction"}
Named = dict[str, str | list[str]]


@dataclass(frozen=True)
class Declared:
    """A rule of a run: its files as Snakemake wants them, and what its jobs ask for.

    At each further attempt a job asks for as much again: one that ran out of memory or time resumes
    from the store, so that no figure has to be exact.
    """

    run: Run
    kind: type[Job]

    def job(self, wildcards: Any) -> Job:
        """The job of these wildcards, Snakemake's or a mapping."""
        # Another workflow may have two runs as modules.
        paths.enter(self.run.configuration.run_name)
        return self.kind(self.run, **dict(wildcards.items()))

    def inputs(self, wildcards: Any) -> Named:
        """The files that a job reads, its settings among them."""
        job = self.job(wildcards)
        return _as_text({**job.inputs, "settings": job.write_settings()})

    @property
    def wildcards(self) -> list[str]:
        """Names of what tells the rule's jobs apart."""
        return self.kind.names()

    @property
    def outputs(self) -> Named:
        """The files that jobs write, as patterns."""
        return _as_text(self.job(dict(zip(self.wildcards, self._patterns, strict=True))).outputs)

    @property
    def _patterns(self) -> list[str]:
        return [f"{{{name}}}" for name in self.wildcards]

    def flagged(self, **flags: Callable[..., Any]) -> dict[str, Any]:
        """The files that jobs write, as patterns, with what Snakemake shall do with them.

        Args:
            flags: Snakemake's functions `report`, `temp` and `directory`, by name.
        """
        outputs: dict[str, Any] = dict(self.outputs)
        for name, flag in self.kind.flags(self.run).items():
            outputs[name] = flags[flag](outputs[name])
        if shown := self.kind.shown:
            outputs[shown.output] = flags["report"](
                outputs[shown.output],
                caption=f"../report/{shown.caption}.rst",
                category=shown.category,
                labels=self._labels(shown),
            )
        return outputs

    def _labels(self, shown: Shown) -> dict[str, str] | None:
        """What tells a figure's files apart; None of a file that is alone."""
        if not (self.wildcards or shown.figure):
            return None
        of_all = {
            label: f"{{{name}}}" if name in self.wildcards else "all"
            for name, label in LABELS.items()
        }
        return of_all | ({"figure": shown.figure} if shown.figure else {})

    @property
    def log(self) -> str:
        """The file of what a job says, as a pattern."""
        return str(paths.log(self.kind.rule, *self._patterns))

    @property
    def timing(self) -> str:
        """The file of what a job took, as a pattern."""
        return str(paths.timing(self.kind.rule, *self._patterns))

    def places(self, wildcards: Any) -> dict[str, Any]:
        """Where a job computes and keeps what it made."""
        return self.job(wildcards).places

    def memory(self, wildcards: Any, attempt: int) -> int:
        """The megabytes that a job asks for."""
        job = self.job(wildcards)
        return round(job.memory(job.size) / 1e6) * attempt

    def runtime(self, wildcards: Any, attempt: int) -> int:
        """The minutes that a job asks for."""
        job = self.job(wildcards)
        return round(job.minutes(job.size)) * attempt

    def gpus(self, wildcards: Any) -> int:
        """How many GPUs a job asks for."""
        job = self.job(wildcards)
        return job.gpus if isinstance(job, ModelJob) else 0

    @property
    def resources(self) -> dict[str, Callable[..., int]]:
        """What a job asks for."""
        on_host = {"mem_mb": self.memory, "runtime": self.runtime}
        return {"gpu": self.gpus, **on_host} if self.kind.on_gpu else on_host


def one_of(names: Iterable[str]) -> str:
    """A regular expression that matches these names alone."""
    return "|".join(map(re.escape, names))


def _as_text(files: Files) -> Named:
    return {
        name: str(own) if isinstance(own, Path) else [str(path) for path in own]
        for name, own in files.items()
    }
