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
include: "workflow/rules/jobs.smk"


report: "workflow/report/workflow.rst"


rule all:
    input:
        TARGETS["all"](RUN),


# Where `mask_fractions` has `calibrated`: which mask fraction was chosen on the calibration splits, and why.
rule calibration:
    input:
        TARGETS["calibration"](RUN),


# What the masks look like.
rule analysis:
    input:
        TARGETS["analysis"](RUN),


# Items with their texts and what every model answered. Not in the default run, since benchmarks'
# texts are others' work.
rule items:
    input:
        TARGETS["items"](RUN),


# How many held-out items get their ability in item profiles, and how many from their words.
rule item_profile_worth:
    input:
        TARGETS["item_profile_worth"](RUN),


# How far experts agree with the intended abilities.
rule agreement:
    input:
        TARGETS["agreement"](RUN),


# One file with all of a run that a paper's supplement needs.
rule archive:
    input:
        TARGETS["archive"](RUN),


# What was recovered of what was planted.
if RUN.configuration.validation:

    rule validation:
        input:
            TARGETS["validation"](RUN),


onstart:
    runs.claim(Path(runs.STATE), digests.of_value(RUN.values), workflow.configfiles)


onsuccess:
    # Print the summary only after a full run, which writes the manifest last. A run of other jobs
    # leaves the summary of an earlier run, perhaps of another configuration.
    if runs.has_written(Path(runs.STATE), paths.MANIFEST):
        print(paths.SUMMARY.read_text(encoding="utf-8"))
