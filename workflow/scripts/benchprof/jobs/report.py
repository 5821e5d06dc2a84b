"""Jobs of the report stage that write: methods, page and summary, and the manifest of a run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from benchprof import digests, paths
from benchprof.importance.score import SCORES
from benchprof.jobs.analysis import CompareMasks
from benchprof.jobs.calibration import EvaluateCalibration, calibration_files
from benchprof.jobs.evaluation import (
    EvaluateBenchmark,
    EvaluateModel,
    Evaluation,
)
from benchprof.jobs.figures import PLOTS, figures_of
from benchprof.jobs.item_profile import profile_files, worth_files
from benchprof.jobs.job import Files, Job, Shown
from benchprof.jobs.masks import FindSuper
from benchprof.jobs.profile import TABLES, table_files
from benchprof.jobs.replication import MeasureReplication
from benchprof.jobs.tables import paper_tables
from benchprof.report.references import cited_in, keys_of, references
from benchprof.run.run import Run
from benchprof.tasks.benchmark import ShippedBenchmark

FOLDER = Path(__file__).parents[1] / "report"
TEXTS = ("*.jinja", "*.css", "*.js")
"""What the report is made of beside code and the entries of the bibliography."""


@dataclass(frozen=True)
class Telling(Job):
    """A job that tells of a whole run."""

    @property
    def cards(self) -> dict[str, Path]:
        """What identifies each model."""
        return {model: paths.card(model) for model in self.run.models}

    @property
    def further_code(self) -> tuple[str, ...]:
        """What a configuration says, of which the texts tell."""
        return ("configuration",)

    @property
    def words(self) -> dict[str, Any]:
        """The words that the tables of scores and rules have for what the run uses."""
        score = SCORES[self.run.configuration.importance.score]
        rules = self.run.selection_rules.items()
        return {
            "score": [score.phrase, score.source],
            "rules": {name: rule.sentence("units") for name, rule in rules},
        }

    @property
    def super_sets(self) -> dict[str, Path]:
        """Each model's super set; none where no selection leaves it out."""
        return super_sets_of(self.run)


@dataclass(frozen=True)
class WriteMethods(Telling):
    """Write the methods of this run as text with citations, and the BibTeX of what it used."""

    rule = "write_methods"

    @property
    def sources(self) -> dict[str, Any]:
        """Where each model was fetched from, with its commit."""
        return {
            name: json.loads(card.read_text(encoding="utf-8"))["source"]
            for name, card in self.cards.items()
        }

    @property
    def shipped(self) -> dict[str, str]:
        """Names of the shipped benchmarks, by the run's name of each."""
        every = self.run.configuration.benchmarks.items()
        return {name: own.benchmark for name, own in every if isinstance(own, ShippedBenchmark)}

    @property
    def entries(self) -> str:
        """The entries of the bibliography that its text may cite: no other makes it anew."""
        template = (FOLDER / "methods.md.jinja").read_text(encoding="utf-8")
        published = [key for own in self.shipped.values() for key in keys_of(f"benchmark:{own}")]
        return references([*cited_in(template + str(self.words)), *published], models={})

    @property
    def tables(self) -> list[Path]:
        """The tables of the profile stage that say what was profiled, and by what."""
        return [paths.profile(name, "parquet") for name in ("impact", "software")]

    @property
    def inputs(self) -> Files:
        """Tables, and what masks leave out."""
        own: Files = {
            "tables": self.tables,
            "models": [paths.model(name) for name in self.run.models],
        }
        return {**own, "super": list(self.super_sets.values())} if self.super_sets else own

    @property
    def outputs(self) -> Files:
        """Text and bibliography."""
        return {"methods": paths.METHODS, "references": paths.REFERENCES}

    @property
    def settings(self) -> Any:
        """What the text tells of the configuration, and the code that writes it."""
        return decisive_of(self.run) | {
            "shipped": self.shipped,
            "entries": self.entries,
            "code": self.code_digest,
            "texts": text_digests(),
            "words": self.words,
            "titles": self.titles,
        }

    def make(self, threads: int) -> None:
        """Write the methods of this run as text with citations, and the BibTeX of what it used."""
        import pandas as pd

        from benchprof.report.methods import write_methods

        write_methods(
            text=paths.METHODS,
            bibliography=paths.REFERENCES,
            config=self.run.configuration,
            tables={path.stem: pd.read_parquet(path) for path in self.tables},
            models=self.sources,
            shipped=self.shipped,
            super_sets=self.super_sets,
        )


@dataclass(frozen=True)
class WriteReport(Telling):
    """Write the report, a page to read, and the summary, a text for the end of the run."""

    rule = "write_report"
    shown = Shown("report", "report", "Report")

    @property
    def tables(self) -> list[Path]:
        """The tables of the profile stage."""
        tables = MeasureReplication.files_of(self.run)
        replication = [path for path in tables if path.suffix == ".parquet"]
        return [paths.profile(name, "parquet") for name in TABLES] + replication

    @property
    def figures(self) -> list[Path]:
        """Every figure as PNG."""
        return [figure.targets[0] for figure in figures_of(self.run)]

    @property
    def drawings(self) -> list[Path]:
        """Every figure as SVG."""
        return [figure.targets[1] for figure in figures_of(self.run)]

    @property
    def further_code(self) -> tuple[str, ...]:
        """Also the figures', which write their captions."""
        figures = [own for figure in figures_of(self.run) for own in figure.further_code]
        return (*super().further_code, *dict.fromkeys(figures))

    @property
    def sizes(self) -> dict[str, Path]:
        """The size of each mask fraction's mask, by model."""
        return {model: paths.sizes(model) for model in self.run.models}

    @property
    def overlaps(self) -> dict[tuple[str, str, str], Path]:
        """How far the masks of each model, selection and mask fraction overlap; none of a single
        ability.
        """
        jobs = CompareMasks.all_of(self.run)
        return {(job.model, job.selection, job.mask_fraction): job.csv for job in jobs}

    @property
    def shares(self) -> dict[str, list[Path]]:
        """Tables of item profiles by their names on the page; none without profiles."""
        made = [path for path in profile_files(self.run) if path.suffix == ".parquet"]
        names = {"shares": "shares", "item_shares": "item_shares", "similarity": "share_similarity"}
        if not made:
            return {}
        return {name: [path for path in made if path.stem == stem] for stem, name in names.items()}

    @property
    def readers(self) -> dict[str, Path]:
        """How each model's item profiles were read."""
        made = [path for path in profile_files(self.run) if path.suffix == ".json"]
        return {path.parent.name: path for path in made}

    @property
    def decisive(self) -> dict[str, Any]:
        """The keys that decided the numbers."""
        return decisive_of(self.run)

    @property
    def inputs(self) -> Files:
        """Tables, figures and models, how far masks overlap, and what they leave out."""
        own: Files = {
            "tables": self.tables,
            "figures": self.figures,
            "drawings": self.drawings,
            "models": [paths.model(model) for model in self.run.models],
            "sizes": list(self.sizes.values()),
            "overlaps": list(self.overlaps.values()),
            "shares": [path for own in self.shares.values() for path in own],
            "readers": list(self.readers.values()),
        }
        return {**own, "super": list(self.super_sets.values())} if self.super_sets else own

    @property
    def outputs(self) -> Files:
        """Page and summary."""
        return {"report": paths.REPORT, "summary": paths.SUMMARY}

    @property
    def settings(self) -> Any:
        """What the page tells of the configuration, and the code that lays it out."""
        worths = [path for own in worth_files(self.run).values() for path in own]
        return self.decisive | {
            "own_benchmarks": self.run.suite.held_out_test_of,
            "calibration_benchmarks": self.run.suite.calibration_splits,
            "worth": sorted(digests.of_files(worths).values()),
            "code": self.code_digest,
            "texts": text_digests(),
            "words": self.words,
            "titles": self.titles,
        }

    def make(self, threads: int) -> None:
        """Write the report, a page to read, and the summary, a text for the end of the run."""
        import pandas as pd

        from benchprof.report.caveats import read_overlap
        from benchprof.report.item_profiles import read_worths
        from benchprof.report.page import write_page
        from benchprof.report.summary import write_summary

        tables = {path.stem: pd.read_parquet(path) for path in self.tables}
        if self.overlaps:
            tables["overlap"] = read_overlap(self.overlaps)
        for name, files in self.shares.items():
            tables[name] = pd.concat([pd.read_parquet(path) for path in files])
        if self.readers:
            read = {
                model: json.loads(path.read_text(encoding="utf-8"))
                for model, path in self.readers.items()
            }
            tables["worth"] = read_worths(read, worth_files(self.run))
        run, config = self.run, self.run.configuration
        write_page(
            target=paths.REPORT,
            tables=tables,
            held_out_test_of=run.suite.held_out_test_of,
            calibration_benchmarks=run.suite.calibration_splits,
            config=config,
            settings=self.decisive,
            models=self.cards,
            sizes=self.sizes,
            figures=self.drawings,
            super_sets=self.super_sets,
        )
        write_summary(
            target=paths.SUMMARY,
            tables=tables,
            held_out_test_of=run.suite.held_out_test_of,
            impact=config.profile.impact,
            figures=self.figures,
            report=paths.REPORT,
            calibration_benchmarks=run.suite.calibration_splits,
        )


@dataclass(frozen=True)
class WriteManifest(Telling):
    """Write the manifest: the configuration, digests of all inputs and results, versions."""

    rule = "write_manifest"

    @property
    def results(self) -> list[Path]:
        """The run's files."""
        return results_of(self.run)

    @property
    def inputs(self) -> Files:
        """All that it holds digests of."""
        return {
            "data": self.run.data_files,
            "results": self.results,
            "models": [paths.model(model) for model in self.run.models],
        }

    @property
    def outputs(self) -> Files:
        """The manifest."""
        return {"manifest": paths.MANIFEST}

    @property
    def settings(self) -> Any:
        """The whole configuration."""
        return dict(self.run.values)

    def make(self, threads: int) -> None:
        """Write the manifest: the configuration, digests of all inputs and results, versions."""
        from benchprof.report.manifest import write_manifest

        write_manifest(
            target=paths.MANIFEST,
            config=self.run.values,
            inputs=self.run.data_files,
            results=self.results,
            models=self.cards,
        )


def text_digests() -> dict[str, str]:
    """Digests of templates, style and script."""
    files = sorted(path for pattern in TEXTS for path in FOLDER.glob(pattern))
    return {path.name: digests.of_file(path) for path in files}


def decisive_of(run: Run) -> dict[str, Any]:
    """The keys that decided the numbers: sections as written, single values with defaults."""
    config, values = run.configuration, run.values
    profiled = config.item_profile
    return {
        "seed": values["seed"],
        "unit": config.unit,
        "scope": values["scope"],
        "layers": config.layers,
        "importance": values["importance"],
        "selections": values["selections"],
        "mask_fractions": values["mask_fractions"],
        "calibration": values["calibration"] if run.candidate_mask_fractions else None,
        "controls": values["controls"],
        "ablation": config.ablation,
        "profile": values["profile"],
        "item_profile": profiled.model_dump() if profiled else False,
    }


def super_sets_of(run: Run) -> dict[str, Path]:
    """Each model's super set; none where no selection leaves it out."""
    return {job.model: job.target for job in FindSuper.all_of(run)}


def default_files(run: Run) -> list[Path]:
    """What the default run makes."""
    figures = [figure.targets[0] for figure in figures_of(run)]
    texts = [paths.METHODS, paths.REFERENCES, paths.REPORT, paths.SUMMARY, paths.MANIFEST]
    return [*table_files(), *profile_files(run), *figures, *paper_tables(run), *texts]


def results_of(run: Run) -> list[Path]:
    """What the manifest holds the digests of; masks name the importance that made them."""
    masks = [paths.mask(*own) for own in product(run.models, run.ablations)]
    kinds: tuple[type[Evaluation], ...] = (EvaluateBenchmark, EvaluateModel, EvaluateCalibration)
    answered = [part for kind in kinds for job in kind.all_of(run) for part in job.parts]
    records = [path for part in answered for path in part.records.values()]
    figures = [path for kind in PLOTS for path in kind.files_of(run)]
    return [
        *masks,
        *super_sets_of(run).values(),
        *records,
        *calibration_files(run),
        *table_files(),
        *MeasureReplication.files_of(run),
        *profile_files(run),
        *CompareMasks.files_of(run),
        *figures,
        *paper_tables(run),
        paths.METHODS,
        paths.REFERENCES,
        paths.REPORT,
        paths.SUMMARY,
    ]
