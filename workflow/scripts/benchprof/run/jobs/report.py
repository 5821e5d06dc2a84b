"""Jobs of the report stage, which need no model: figures, tables, texts, page and manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, ClassVar

from benchprof import digests
from benchprof.run import paths
from benchprof.run.configuration import ShippedBenchmark
from benchprof.run.jobs.calibration import CalibrateMasks
from benchprof.run.jobs.evaluation import EvaluateBenchmark, EvaluateCalibration
from benchprof.run.jobs.job import Files, Job
from benchprof.run.jobs.profile import TABLES, sources_of, table_files
from benchprof.run.jobs.replication import replication_files
from benchprof.run.run import Run

STYLE = ("style", "matrix", "caveats")
"""Modules of the report that every figure and table is drawn with."""
CRITERIA = "benchprof.profile.criteria"
PAGE = ("page.html.jinja", "page.css", "page.js")
FOLDER = Path(__file__).parents[2] / "report"


@dataclass(frozen=True)
class Figure(Job):
    """A job that draws a figure from one table of the profile stage.

    Attributes:
        module: of `benchprof.report.figures`, that draws it.
        draw: its function that does.
        category: its heading in Snakemake's report, whose caption is named like the rule.
        table: what it is drawn from.
    """

    script = "plot_figure"
    module: ClassVar[str]
    draw: ClassVar[str]
    category: ClassVar[str]
    table: ClassVar[Path] = paths.IMPACT

    @property
    def name(self) -> str:
        """Its path below the folder of figures, without an ending."""
        raise NotImplementedError

    @property
    def targets(self) -> list[Path]:
        """The figure as PNG and SVG, and its numbers as CSV."""
        stem = paths.RESULTS / "figures" / self.name
        return [stem.parent / f"{stem.name}.{form}" for form in ("png", "svg", "csv")]

    @property
    def view(self) -> Mapping[str, Any]:
        """What is drawn of the table, as arguments of the function that draws."""
        raise NotImplementedError

    @property
    def inputs(self) -> Files:
        """The table."""
        return {"table": self.table}

    @property
    def outputs(self) -> Files:
        """The figure and its numbers."""
        return dict(zip(("png", "svg", "csv"), self.targets, strict=True))

    @property
    def settings(self) -> Any:
        """Also the code that draws."""
        modules = [f"benchprof.report.{m}" for m in (*STYLE, f"figures.{self.module}")]
        return {
            "own_benchmarks": self.run.own_benchmarks,
            "code": digests.of_modules([CRITERIA, *modules]),
        }


@dataclass(frozen=True)
class ModelFigure(Figure):
    """A figure of one model under one selection and k."""

    model: str
    selection: str
    k: str
    kind: ClassVar[str]

    @property
    def name(self) -> str:
        """Its path below the folder of figures."""
        return f"{self.model}/{self.kind}_{self.selection}_{self.k}"

    @property
    def view(self) -> Mapping[str, Any]:
        """One model, selection and k."""
        return {
            "model": self.model,
            "selection": self.selection,
            "fraction": self.k,
            "own_benchmarks": self.run.own_benchmarks,
        }


class PlotImpact(ModelFigure):
    """AIS of every ability on every benchmark."""

    rule, kind, module = "plot_impact", "impact", "heatmap"
    draw, category = "draw_heatmap", "Ability impact"


class PlotForest(ModelFigure):
    """AIS with their intervals."""

    rule, kind, module = "plot_forest", "forest", "forest"
    draw, category = "draw_forest", "Ability impact with intervals"


class PlotRibbons(ModelFigure):
    """Which abilities feed which benchmarks."""

    rule, kind, module = "plot_ribbons", "ribbons", "ribbons"
    draw, category = "draw_ribbons", "Abilities and benchmarks"


class PlotClusters(ModelFigure):
    """How similar benchmarks are."""

    rule, kind, module = "plot_clusters", "clusters", "clusters"
    draw, category = "draw_clusters", "Similarity of benchmarks"


class PlotRadar(ModelFigure):
    """The profile of each benchmark, together and singly."""

    rule, kind, module = "plot_radar", "radar", "radar"
    draw, category = "draw_radars", "Profiles of benchmarks"

    @property
    def singles(self) -> dict[str, list[Path]]:
        """Each benchmark's own radar as PNG, SVG and CSV."""
        folder = paths.RESULTS / "figures" / self.name
        return {
            name: [folder / f"{name}.{form}" for form in ("png", "svg", "csv")]
            for name in self.run.benchmarks
        }

    @property
    def view(self) -> Mapping[str, Any]:
        """Also where single radars go."""
        return {**super().view, "singles": self.singles}

    @property
    def outputs(self) -> Files:
        """Also the single radars."""
        singles = [path for own in self.singles.values() for path in own]
        return {**super().outputs, "singles": singles}


@dataclass(frozen=True)
class PlotSweep(Figure):
    """AIS against k."""

    model: str
    selection: str
    rule, module = "plot_sweep", "sweep"
    draw, category = "draw_sweep", "Ability impact against k"

    @property
    def name(self) -> str:
        """Its path below the folder of figures."""
        return f"{self.model}/sweep_{self.selection}"

    @property
    def view(self) -> Mapping[str, Any]:
        """One model and selection."""
        return {"model": self.model, "selection": self.selection}


@dataclass(frozen=True)
class PlotSimilarity(Figure):
    """How similar every two models' profiles are."""

    selection: str
    k: str
    rule, module, table = "plot_similarity", "similarity", paths.SIMILARITY
    draw, category = "draw_similarity", "Similarity of models"

    @property
    def name(self) -> str:
        """Its path below the folder of figures."""
        return f"similarity_{self.selection}_{self.k}"

    @property
    def view(self) -> Mapping[str, Any]:
        """One selection and k."""
        return {"selection": self.selection, "fraction": self.k}


@dataclass(frozen=True)
class PlotPipeline(Figure):
    """The stages of this run with what each took. By the time of the table every job is timed."""

    rule, module, name = "plot_pipeline", "pipeline", "pipeline"
    draw, category = "draw_pipeline", "This run"

    @property
    def timings(self) -> dict[str, list[Path]]:
        """The timing file of every job, by rule; one of an older run may be missing."""
        run = self.run
        asked: dict[str, list[list[str]]] = {
            "prepare_model": [run.models],
            "check_sizes": [run.models],
            "compute_importance": [run.models],
            "select_masks": [run.models, run.selections],
            "draw_controls": [run.models, run.selections],
            "evaluate_calibration": [run.models, run.abilities],
            "calibrate_masks": [run.models, run.selections],
            "evaluate_benchmark": [run.models, run.benchmarks],
            "compute_profile": [],
        }
        unused = () if run.candidates else ("evaluate_calibration", "calibrate_masks")
        return {
            rule: sorted(paths.timing(rule, *own) for own in product(*names))
            for rule, names in asked.items()
            if rule not in unused
        }


@dataclass(frozen=True)
class TabulateImpact(Job):
    """The AIS of one model under one selection and k, for a paper."""

    model: str
    selection: str
    k: str
    rule, script = "tabulate_impact", "tabulate_scores"
    table: ClassVar[Path] = paths.IMPACT

    @property
    def targets(self) -> list[Path]:
        """LaTeX and Markdown."""
        stem = f"impact_{self.selection}_{self.k}"
        return [paths.RESULTS / "tables" / self.model / f"{stem}.{form}" for form in ("tex", "md")]

    @property
    def view(self) -> Mapping[str, Any]:
        """One model, selection and k."""
        return {
            "model": self.model,
            "selection": self.selection,
            "fraction": self.k,
            "own_benchmarks": self.run.own_benchmarks,
        }

    @property
    def inputs(self) -> Files:
        """The table."""
        return {"table": self.table}

    @property
    def outputs(self) -> Files:
        """One table in two forms."""
        return dict(zip(("tex", "md"), self.targets, strict=True))

    @property
    def settings(self) -> Any:
        """Also of the code that writes."""
        own = (*STYLE, "paper_tables", "figures.similarity")
        modules = [f"benchprof.report.{m}" for m in own]
        return {
            "own_benchmarks": self.run.own_benchmarks,
            "code": digests.of_modules([CRITERIA, *modules]),
        }


@dataclass(frozen=True)
class TabulateSimilarity(Job):
    """The similarity of every two models under one selection and k, for a paper."""

    selection: str
    k: str
    rule, script = "tabulate_similarity", "tabulate_scores"
    table: ClassVar[Path] = paths.SIMILARITY

    @property
    def targets(self) -> list[Path]:
        """LaTeX and Markdown."""
        stem = f"similarity_{self.selection}_{self.k}"
        return [paths.RESULTS / "tables" / f"{stem}.{form}" for form in ("tex", "md")]

    @property
    def view(self) -> Mapping[str, Any]:
        """One selection and k."""
        return {"selection": self.selection, "fraction": self.k}

    @property
    def inputs(self) -> Files:
        """The table."""
        return {"table": self.table}

    @property
    def outputs(self) -> Files:
        """One table in two forms."""
        return dict(zip(("tex", "md"), self.targets, strict=True))

    @property
    def settings(self) -> Any:
        """As of the table of AIS."""
        return TabulateImpact(self.run, "", "", "").settings


@dataclass(frozen=True)
class WriteMethods(Job):
    """Write the methods of this run as text with citations, and the BibTeX of what it used."""

    rule = "write_methods"

    @property
    def sources(self) -> dict[str, Any]:
        """Where each model comes from."""
        return {name: self.run.values["models"][name]["source"] for name in self.run.models}

    @property
    def shipped(self) -> dict[str, str]:
        """Names of the shipped benchmarks, by the run's name of each."""
        every = self.run.configuration.benchmarks.items()
        return {name: own.benchmark for name, own in every if isinstance(own, ShippedBenchmark)}

    @property
    def told(self) -> dict[str, Any]:
        """What the text tells of."""
        return told_of(self.run)

    @property
    def inputs(self) -> Files:
        """The AIS."""
        return {"impact": paths.IMPACT}

    @property
    def outputs(self) -> Files:
        """Text and bibliography."""
        return {"methods": paths.METHODS, "references": paths.REFERENCES}

    @property
    def settings(self) -> Any:
        """Also of the code that writes."""
        modules = ["report.methods", "report.references", "portable", "report.style"]
        return self.told | {
            "sources": self.sources,
            "shipped": self.shipped,
            "code": digests.of_modules(f"benchprof.{m}" for m in modules),
            "references": digests.of_file(FOLDER / "references.bib"),
        }


@dataclass(frozen=True)
class WriteReport(Job):
    """Write the report, a page to read, and the summary, a text for the end of the run."""

    rule = "write_report"

    @property
    def tables(self) -> list[Path]:
        """Of the profile stage."""
        replication = [p for p in replication_files(self.run) if p.suffix == ".parquet"]
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
    def cards(self) -> dict[str, Path]:
        """What identifies each model."""
        return {model: paths.card(model) for model in self.run.models}

    @property
    def sizes(self) -> dict[str, Path]:
        """The size of each k's mask, by model."""
        return {model: paths.sizes(model) for model in self.run.models}

    @property
    def told(self) -> dict[str, Any]:
        """What the page tells of."""
        return told_of(self.run)

    @property
    def inputs(self) -> Files:
        """Tables, figures and models."""
        return {
            "tables": self.tables,
            "figures": self.figures,
            "drawings": self.drawings,
            "models": [paths.model(model) for model in self.run.models],
            "sizes": list(self.sizes.values()),
        }

    @property
    def outputs(self) -> Files:
        """Page and summary."""
        return {"report": paths.REPORT, "summary": paths.SUMMARY}

    @property
    def settings(self) -> Any:
        """Also of the code that lays out."""
        return self.told | {
            "own_benchmarks": self.run.own_benchmarks,
            "code": digests.of_modules([CRITERIA, "benchprof.report"]),
            "template": {part: digests.of_file(FOLDER / part) for part in PAGE},
        }


@dataclass(frozen=True)
class WriteManifest(Job):
    """Write the manifest: the configuration, digests of all inputs and results, versions."""

    rule = "write_manifest"

    @property
    def cards(self) -> dict[str, Path]:
        """What identifies each model."""
        return {model: paths.card(model) for model in self.run.models}

    @property
    def inputs(self) -> Files:
        """All that it holds digests of."""
        return {
            "data": self.run.data_files,
            "results": results_of(self.run),
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


def told_of(run: Run) -> dict[str, Any]:
    """What the page and the methods text tell of a run."""
    config, values = run.configuration, run.values
    names = ("seed", "scope", "importance", "selections", "fractions", "controls", "profile")
    return {name: values[name] for name in names} | {
        "importance": values["importance"] | {"halves": bool(replication_files(run))},
        "layers": config.layers,
        "fraction_of": config.fraction_of,
        "calibration": values["calibration"] if run.candidates else None,
        "ablation": values.get("ablation", config.ablation),
        "ablation_of": config.ablation_of,
        "calibration_benchmarks": [
            name
            for name, own in config.benchmarks.items()
            if getattr(own, "split", None) == "calibration"
        ],
    }


FIGURES: tuple[type[Figure], ...] = (
    PlotImpact,
    PlotForest,
    PlotRadar,
    PlotRibbons,
    PlotClusters,
    PlotSweep,
    PlotSimilarity,
    PlotPipeline,
)


def figures_of(run: Run) -> list[Figure]:
    """Every figure; clusters need three benchmarks, sweeps two k, similarity two models."""
    kinds: list[type[ModelFigure]] = [PlotImpact, PlotForest, PlotRadar, PlotRibbons]
    kinds += [PlotClusters] if len(run.benchmarks) > 2 else []
    figures: list[Figure] = [
        kind(run, model, selection, k)
        for model, kind, selection, k in product(run.models, kinds, run.selections, run.ks)
    ]
    if len(run.ks) > 1:
        figures += [PlotSweep(run, *view) for view in product(run.models, run.selections)]
    if len(run.models) > 1:
        figures += [PlotSimilarity(run, *view) for view in product(run.selections, run.ks)]
    return [*figures, PlotPipeline(run)]


def paper_tables(run: Run) -> list[Path]:
    """AIS and similarity for a paper, as LaTeX and Markdown."""
    jobs: list[TabulateImpact | TabulateSimilarity] = [
        TabulateImpact(run, *view) for view in product(run.models, run.selections, run.ks)
    ]
    if len(run.models) > 1:
        jobs += [TabulateSimilarity(run, *view) for view in product(run.selections, run.ks)]
    return [path for job in jobs for path in job.targets]


def calibration_files(run: Run) -> list[Path]:
    """What k was chosen and why, where `fractions` leaves it to the calibration splits."""
    if not run.candidates:
        return []
    jobs = [CalibrateMasks(run, *own) for own in product(run.models, run.selections)]
    return [path for job in jobs for path in (job.choice, job.table)]


def targets_of(run: Run) -> list[Path]:
    """What the default run makes."""
    figures = [figure.targets[0] for figure in figures_of(run)]
    texts = [paths.METHODS, paths.REFERENCES, paths.REPORT, paths.SUMMARY, paths.MANIFEST]
    return [*table_files(), *figures, *paper_tables(run), *texts]


def results_of(run: Run) -> list[Path]:
    """What the manifest holds the digests of; masks name the importance that made them."""
    masks = list(dict.fromkeys(source.mask for source in sources_of(run)))
    records = [
        path
        for own in product(run.models, run.benchmarks)
        for path in EvaluateBenchmark(run, *own).records.values()
    ]
    if run.candidates:
        records += [
            path
            for own in product(run.models, run.abilities)
            for path in EvaluateCalibration(run, *own).records.values()
        ]
    figures = [path for figure in figures_of(run) for path in figure.targets]
    singles = [
        path
        for figure in figures_of(run)
        if isinstance(figure, PlotRadar)
        for own in figure.singles.values()
        for path in own
    ]
    return [
        *masks,
        *records,
        *calibration_files(run),
        *table_files(),
        *replication_files(run),
        *figures,
        *singles,
        *paper_tables(run),
        paths.METHODS,
        paths.REFERENCES,
        paths.REPORT,
        paths.SUMMARY,
    ]
