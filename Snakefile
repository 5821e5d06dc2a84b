# Benchmark Profiling: which abilities a benchmark draws on, found by ablation.
# config.yaml is the default run; `--configfile OTHER.yaml` replaces it.

import re
import sys

from snakemake.utils import min_version

min_version("9.20")

# Snakemake writes this path into shell commands as it is; a checkout's may have spaces. With
# backslashes, since Slurm's plugin puts the whole command between double quotes.
if Path(sys.executable).exists():
    sys.executable = re.sub(r"[^\w@%+=:,./-]", r"\\\g<0>", sys.executable)

# Snakemake would lay a --configfile over the default run, which it is to replace.
if not workflow.config_settings.configfiles:

    configfile: "config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/models.smk"
include: "workflow/rules/importance.smk"
include: "workflow/rules/masks.smk"
include: "workflow/rules/calibration.smk"
include: "workflow/rules/profile.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/annotation.smk"
include: "workflow/rules/analysis.smk"
include: "workflow/rules/reading.smk"
include: "workflow/rules/archive.smk"


if of("evaluate_model").belongs:

    include: "workflow/rules/evaluation_of_models.smk"

else:

    include: "workflow/rules/evaluation.smk"


if of("evaluate_halves").belongs:

    include: "workflow/rules/replication.smk"


if of("check_recovery").belongs:

    include: "workflow/rules/validation.smk"


report: "workflow/report/workflow.rst"


rule all:
    input:
        report_jobs.targets_of(RUN),


onstart:
    runs.claim(Path(runs.STATE), digests.of_value(RUN.values), workflow.configfiles)


onsuccess:
    # Print the summary only after a full run, which writes the manifest last. A run of other jobs
    # leaves the summary of an earlier run, perhaps of another configuration.
    if runs.has_written(Path(runs.STATE), paths.MANIFEST):
        print(paths.SUMMARY.read_text(encoding="utf-8"))
