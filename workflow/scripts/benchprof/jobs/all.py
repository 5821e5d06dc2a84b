"""Every job, by the name of its rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from benchprof import paths
from benchprof.errors import InputError
from benchprof.jobs.analysis import (
    CompareMasks,
    LocateMasks,
    MeasureCore,
    MeasureStability,
    analysis_files,
)
from benchprof.jobs.annotation import ReportAgreement
from benchprof.jobs.archive import WriteArchive
from benchprof.jobs.calibration import CalibrateMasks, EvaluateCalibration, calibration_files
from benchprof.jobs.evaluation import EvaluateBenchmark, EvaluateModel
from benchprof.jobs.figures import PLOTS
from benchprof.jobs.importance import ComputeImportance
from benchprof.jobs.item_profile import (
    CompareItemProfiles,
    MeasureWorth,
    ProfileItems,
)
from benchprof.jobs.job import Job
from benchprof.jobs.masks import DrawControls, FindSuper, SelectMasks
from benchprof.jobs.models import CheckSizes, PrepareModel
from benchprof.jobs.profile import ComputeProfile
from benchprof.jobs.reading import ExportItems
from benchprof.jobs.recovery import CheckRecovery
from benchprof.jobs.replication import EvaluateHalves, MeasureReplication, SelectHalfMasks
from benchprof.jobs.report import WriteManifest, WriteMethods, WriteReport, default_files
from benchprof.jobs.selectivity import MeasureSelectivity
from benchprof.jobs.tables import TabulateImpact, TabulateSimilarity
from benchprof.run.run import Run

EVERY: tuple[type[Job], ...] = (
    PrepareModel,
    CheckSizes,
    ComputeImportance,
    FindSuper,
    SelectMasks,
    DrawControls,
    EvaluateCalibration,
    CalibrateMasks,
    EvaluateBenchmark,
    EvaluateModel,
    ComputeProfile,
    SelectHalfMasks,
    EvaluateHalves,
    MeasureReplication,
    ProfileItems,
    CompareItemProfiles,
    MeasureWorth,
    *PLOTS,
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
    CheckRecovery,
)
"""In an order in which they can run."""
JOBS: Mapping[str, type[Job]] = MappingProxyType({job.rule: job for job in EVERY})


TARGETS: Mapping[str, Callable[[Run], list[Path]]] = MappingProxyType({
    "all": default_files,
    "calibration": calibration_files,
    "analysis": analysis_files,
    "item_profile_worth": MeasureWorth.files_of,
    "items": ExportItems.files_of,
    "agreement": ReportAgreement.files_of,
    "archive": WriteArchive.files_of,
    "validation": CheckRecovery.files_of,
})  # fmt: skip
"""What can be asked of Snakemake by a name, and the files that this stands for."""


def jobs_of(run: Run) -> Iterator[Job]:
    """Every job of a run, also those that the default run does not ask for."""
    return (job for kind in EVERY for job in kind.all_of(run))


def job_of(run: Run, file: Path) -> Job:
    """The job that writes a file.

    Raises:
        InputError: none of the run's jobs does.
    """
    for job in jobs_of(run):
        if file in job.written or any(path in file.parents for path in job.written):
            return job
    example = paths.profile("impact", "csv")
    remedy = f"Paths are relative to the folder of the run, such as {example}."
    raise InputError(file, "no job of this run writes it", "a result of the run", remedy)
