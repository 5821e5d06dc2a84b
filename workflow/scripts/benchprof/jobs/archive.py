"""The job of the archive: one file with all of a run that a paper's supplement needs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from benchprof import data, digests, paths
from benchprof.configuration import Folder
from benchprof.jobs.job import Files, Job
from benchprof.jobs.profile import described, sources_of
from benchprof.jobs.report import results_of

RESOURCES = "resources"
FOLDERS = ("workflow", "profiles", RESOURCES, "docs", "envs", "slurm")
FILES = ("Snakefile", "Makefile", "README.md", "LICENSE", "pyproject.toml", "setup.py")
MODELS = "resources/planted/models"
"""Left out whole: `--data` (docs/how_to/archive.md) puts a folder where none is."""
LEFT = re.compile(r"\.|__pycache__$|checkpoints$|.*\.egg-info$")
"""What programs leave beside the code."""


@dataclass(frozen=True)
class WriteArchive(Job):
    """Write the archive of the run."""

    rule = "write_archive"

    @property
    def root(self) -> Path:
        """The checkout: the package lies below workflow/scripts."""
        return Path(__file__).parents[4]

    @property
    def importance(self) -> list[Path]:
        """Every ability's scores, for their digests; none where they are dropped or not needed."""
        if self.run.lists or self.run.drops_importance:
            return []
        own = product(self.run.models, self.run.abilities)
        return [paths.importance(model, ability) for model, ability in own]

    @property
    def benchmark_files(self) -> dict[str, list[Path]]:
        """The local files of each benchmark."""
        return {name: self.run.suite.files(name) for name in self.run.benchmarks}

    @property
    def code(self) -> list[Path]:
        """The checkout's files that an archive holds: code, documents and the shipped items."""
        root = self.root
        files = [root / name for name in FILES]
        files += [path for folder in FOLDERS for path in (root / folder).rglob("*")]
        # What lies in the checkout may still belong to others, below `resources` the items of a
        # benchmark that is downloaded there.
        named = self.run.data_files
        own = [*self.run.item_files, *data.FOLDER.rglob("*"), *(root / RESOURCES).rglob("*")]
        downloaded = (self.run.suite.local_files(name) for name in self.run.benchmarks)
        foreign = {p.resolve() for p in named} - {p.resolve() for p in own}
        foreign |= {p.resolve() for files in downloaded for p in files.values()}
        models = {(root / MODELS).resolve()} | {
            Path(model.source.folder).resolve()
            for model in self.run.configuration.models.values()
            if isinstance(model.source, Folder)
        }
        return sorted(
            path
            for path in files
            if path.is_file()
            and not path.is_symlink()
            and path.resolve() not in foreign
            and models.isdisjoint(path.resolve().parents)
            and not any(map(LEFT.match, path.relative_to(root).parts))
        )

    @property
    def tables(self) -> dict[str, Any]:
        """What made the tables, so that they can be made again without the configuration."""
        intact = [
            [model, benchmark, str(paths.record(model, benchmark, None))]
            for model, benchmark in product(self.run.models, self.run.benchmarks)
        ]
        return {
            "settings": described(self.run),
            "intact": intact,
            "sources": [source.as_json for source in sources_of(self.run)],
        }

    @property
    def inputs(self) -> Files:
        """Results, their manifest and importance."""
        return {
            "results": results_of(self.run),
            "manifest": paths.MANIFEST,
            "importance": self.importance,
        }

    @property
    def outputs(self) -> Files:
        """The archive."""
        return {"archive": paths.ARCHIVE}

    @property
    def settings(self) -> Any:
        """The configuration, what made the tables, and the checkout's files that it holds."""
        code = {path.relative_to(self.root).as_posix(): digests.of_file(path) for path in self.code}
        return {
            "config": dict(self.run.values),
            "code": digests.of_value(code),
            "tables": self.tables,
        }

    def make(self, threads: int) -> None:
        """Write the archive of the run."""
        from benchprof.archive.job import write_archive

        write_archive(
            target=paths.ARCHIVE,
            config=self.run.values,
            tables=self.tables,
            manifest=paths.MANIFEST,
            files=results_of(self.run),
            importance=self.importance,
            benchmark_files=self.benchmark_files,
            code=self.code,
            root=self.root,
        )
