# Benchmark Profiling: which abilities a benchmark draws on, found by ablation.
# config.yaml is the default run; `--configfile OTHER.yaml` replaces it.

import shlex
import sys

from snakemake.utils import min_version

min_version("9.20")

# Snakemake writes this path into shell commands as it is; a checkout's may have spaces.
if Path(sys.executable).exists():
    sys.executable = shlex.quote(sys.executable)

# Snakemake would merge a --configfile into the default run; a run is one file.
if not workflow.config_settings.configfiles:

    configfile: "config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/models.smk"
include: "workflow/rules/importance.smk"
include: "workflow/rules/masks.smk"
include: "workflow/rules/calibration.smk"
include: "workflow/rules/evaluation.smk"
include: "workflow/rules/profile.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/annotation.smk"
include: "workflow/rules/analysis.smk"
include: "workflow/rules/reading.smk"
include: "workflow/rules/archive.smk"


if RUN.configuration.importance.halves:

    include: "workflow/rules/replication.smk"


if RUN.configuration.validation:

    include: "workflow/rules/validation.smk"


report: "workflow/report/workflow.rst"


rule all:
    default_target: True
    input:
        report_jobs.targets_of(RUN),


onstart:
    runs.claim(Path(".snakemake"), digests.of_value(RUN.values), workflow.configfiles)


onsuccess:
    if Path("results/summary.txt").is_file():
        print(Path("results/summary.txt").read_text(encoding="utf-8"))
