"""The job of reading, which is no part of the default run: benchmarks' texts are others' work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from benchprof import paths
from benchprof.jobs.evaluation import OfBenchmark
from benchprof.jobs.job import LIBRARIES, Files, Size


@dataclass(frozen=True)
class ExportItems(OfBenchmark):
    """Write what one model was asked on one benchmark and what it answered under every ablation."""

    rule = "export_items"
    on_gpu, threads = False, 1
    places: ClassVar[dict[str, Any]] = {}

    @property
    def metrics(self) -> list[str]:
        """The scores that may be shown, the wanted one first."""
        known = self.run.suite.headlines.get(self.benchmark)
        return [self.run.configuration.profile.metric, *([known] if known else [])]

    @property
    def compared(self) -> list[str]:
        """The ablations of the page; one random control stands for all."""
        shown = (None, *self.run.seeds[:1])
        return [own.name for own in self.ablations if own.seed in shown]

    @property
    def title(self) -> str:
        """The title of the page."""
        return f"{self.benchmark} under {self.model}"

    @property
    def table(self) -> Path:
        """A row per item."""
        return paths.RESULTS / "items" / self.model / f"{self.benchmark}.csv"

    @property
    def page(self) -> Path:
        """The same to read."""
        return self.table.with_suffix(".md")

    @property
    def inputs(self) -> Files:
        """The records, and all that was read to ask."""
        return {
            "model": self.folder,
            "records": list(self.records.values()),
            "asked": self.files,
        }

    @property
    def outputs(self) -> Files:
        """Table and page."""
        return {"csv": self.table, "md": self.page}

    @property
    def settings(self) -> Any:
        """What was asked, and what of it is shown."""
        return super().settings | {
            "metrics": self.metrics,
            "compared": self.compared,
        }

    def memory(self, size: Size) -> float:
        """No model is loaded."""
        return LIBRARIES

    def minutes(self, size: Size) -> float:
        """Time to lay out."""
        return 30

    def make(self, threads: int) -> None:
        """Write what the model was asked and what it answered under every ablation."""
        from benchprof.reading.job import export_items
        from benchprof.tasks.source import task_source

        export_items(
            model=replace(self.model_settings, device="cpu", gpus=1),
            source=task_source(self.asked_benchmark, self.items, self.exclude, self.local_files),
            limit=self.asked_benchmark.limit,
            seed=self.run.configuration.seed,
            metrics=self.metrics,
            records=self.records,
            compared=self.compared,
            title=self.title,
            table=self.table,
            page=self.page,
        )
