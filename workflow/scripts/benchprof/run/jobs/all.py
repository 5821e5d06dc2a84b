"""Every job, by the name of its rule."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

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
from benchprof.run.jobs.importance import ComputeImportance
from benchprof.run.jobs.job import Job
from benchprof.run.jobs.masks import DrawControls, SelectMasks
from benchprof.run.jobs.models import CheckSizes, PrepareModel
from benchprof.run.jobs.profile import ComputeProfile
from benchprof.run.jobs.reading import ExportItems
from benchprof.run.jobs.replication import MeasureReplication, SelectHalfMasks
from benchprof.run.jobs.report import (
    PlotClusters,
    PlotForest,
    PlotImpact,
    PlotPipeline,
    PlotRadar,
    PlotRibbons,
    PlotSimilarity,
    PlotSweep,
    TabulateImpact,
    TabulateSimilarity,
    WriteManifest,
    WriteMethods,
    WriteReport,
)
from benchprof.run.jobs.validation import (
    AcceptModel,
    AnswerPool,
    CheckRecovery,
    EvaluateBlocks,
    MeasureRecovery,
    WritePool,
)

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
    PlotImpact,
    PlotForest,
    PlotRadar,
    PlotRibbons,
    PlotClusters,
    PlotSweep,
    PlotSimilarity,
    PlotPipeline,
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
JOBS: Mapping[str, type[Job]] = MappingProxyType({job.rule: job for job in EVERY})
# `export_items` reads a benchmark's records, so what asks for them finds the job that writes them.
