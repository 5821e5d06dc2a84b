"""Every job, by the name of its rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from itertools import product
from pathlib import Path
from types import MappingProxyType

from benchprof.errors import InputError
from benchprof.run.jobs.analysis import (
    CompareMasks,
    LocateMasks,
    MeasureCore,
    MeasureSelectivity,
    MeasureStability,
)
from benchprof.run.jobs.annotation import ReportAgreement
from benchprof.run.jobs.archive import WriteArchive
from benchprof.run.jobs.calibration import CalibrateMasks
from benchprof.run.jobs.evaluation import EvaluateBenchmark, EvaluateCalibration, EvaluateHalves
from benchprof.run.jobs.exhibits import FIGURES, TabulateImpact, TabulateSimilarity
from benchprof.run.jobs.importance import ComputeImportance
from benchprof.run.jobs.job import Job, listed
from benchprof.run.jobs.masks import DrawControls, SelectMasks
from benchprof.run.jobs.models import CheckSizes, PrepareModel
from benchprof.run.jobs.profile import ComputeProfile
from benchprof.run.jobs.reading import ExportItems
from benchprof.run.jobs.replication import MeasureReplication, SelectHalfMasks
from benchprof.run.jobs.report import WriteManifest, WriteMethods, WriteReport
from benchprof.run.jobs.validation import (
    AcceptModel,
    AnswerPool,
    CheckRecovery,
    EvaluateBlocks,
    MeasureRecovery,
    OfValidation,
    WritePool,
)
from benchprof.run.run import Run

EVERY: tuple[type[Job], ...] = (
    PrepareModel,
    CheckSizes,
    ComputeImportance,
    SelectMasks,
    DrawControls,
    EvaluateCalibration,
    CalibrateMasks,
    EvaluateBenchmark,
    ComputeProfile,
    SelectHalfMasks,
    EvaluateHalves,
    MeasureReplication,
    *FIGURES,
    TabulateImpact,
    TabulateSimilarity,
    WriteMethods,
    WriteReport,
    WriteManifest,
    WriteArchive,
    LocateMasks,
    CompareMasks,
    MeasureSelectivity,
    MeasureCore,
    MeasureStability,
    ExportItems,
    ReportAgreement,
    AcceptModel,
    WritePool,
    EvaluateBlocks,
    AnswerPool,
    MeasureRecovery,
    CheckRecovery,
)
OF_HALVES = (SelectHalfMasks, EvaluateHalves, MeasureReplication)
JOBS: Mapping[str, type[Job]] = MappingProxyType({job.rule: job for job in EVERY})


def job_of(run: Run, file: Path) -> Job:
    """The job that writes a file.

    Raises:
        InputError: none of the run's jobs does.
    """
    config = run.configuration
    for kind in EVERY:
        if config.validation is None and issubclass(kind, OfValidation):
            continue
        if not config.importance.halves and kind in OF_HALVES:
            continue
        if not run.candidates and kind in (EvaluateCalibration, CalibrateMasks):
            continue
        for job in _jobs(run, kind):
            written = [path for own in job.outputs.values() for path in listed(own)]
            if file in written or any(path in file.parents for path in written):
                return job
    remedy = "Paths are relative to the folder of the run, such as results/profiles/impact.csv."
    raise InputError(file, "no job of this run writes it", "a result of the run", remedy)


def _jobs(run: Run, kind: type[Job]) -> Iterator[Job]:
    """Every job of a rule."""
    tested = list(run.own_benchmarks) if kind is EvaluateHalves else run.abilities
    names = {
        "model": run.models,
        "ability": tested,
        "benchmark": run.benchmarks,
        "selection": run.selections,
        "k": run.ks,
    }
    wildcards = [own.name for own in fields(kind)[1:]]
    for values in product(*(names[name] for name in wildcards)):
        yield kind(run, *values)
