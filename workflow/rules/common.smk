# The run that all rules belong to. Whatever decides stands in benchprof.run and benchprof.jobs.

import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

SCRIPTS = str(Path(str(workflow.current_basedir), "../scripts").resolve())
sys.path.insert(0, SCRIPTS)

from benchprof import digests, runs
from benchprof.errors import InputError
from benchprof.ablation import ALL_ABILITIES
from benchprof import paths
from benchprof.jobs.declared import Declared, one_of
from benchprof.run.inputs import check_inputs
from benchprof.jobs.all import EVERY, TARGETS
from benchprof.run.run import Run

# For jobs, on any executor: each parses this file before it starts its script.
runs.import_first(SCRIPTS)

try:
    RUN = Run.given(config, workflow.configfiles)
    if workflow.is_main_process:  # each job checks the files that it reads
        check_inputs(RUN)
    elif workflow.modifier.is_main_snakefile():  # else no run is noted
        runs.check_unedited(Path(runs.STATE), digests.of_value(RUN.values))
except InputError as error:
    raise WorkflowError(str(error)) from None

# Snakemake's report and a job's script see what the run is of, `extends` resolved.
config.clear()
config.update(RUN.values)


wildcard_constraints:
    model=one_of(RUN.models),
    ability=one_of([*RUN.abilities, ALL_ABILITIES]),
    benchmark=one_of(RUN.benchmarks),
    selection=one_of(RUN.selections),
    mask_fraction=one_of(
        dict.fromkeys([*RUN.mask_fractions, *RUN.candidate_mask_fractions])
    ),
