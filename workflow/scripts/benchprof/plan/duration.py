"""How long a run will take here, in a line that `benchprof run` prints before Snakemake starts.

`benchprof plan` says more, and of other machines.
"""

from __future__ import annotations

from benchprof import progress
from benchprof.models.device import precision_speed, resolve_device
from benchprof.plan.machine import roughly_measured
from benchprof.plan.shape import configured_shape
from benchprof.plan.steps import model_steps
from benchprof.plan.tokens import workload
from benchprof.run.run import Run
from benchprof.threads import use_threads

MOST_THREADS = 8
"""That a job with a model gets, however many cores there are: `threads` of its rule."""
MARGIN = 1.5
"""How many times longer or shorter than planned a run may be: docs/measurements.md."""


def duration_line(run: Run, cores: int) -> str:
    """How long the models of a run compute on this machine, and in which precision.

    Args:
        run: the run, of which nothing need be there.
        cores: that Snakemake gets.

    Raises:
        InputError: as `plan` raises it.
    """
    use_threads(min(cores, MOST_THREADS))
    load, least, most = workload(run), 0.0, 0.0
    # Before the measurement, which would add to the load.
    crowding = progress.crowding(min(cores, MOST_THREADS))
    # As keys: each place once, in order.
    places: dict[str, None] = {}
    for name, model in run.configuration.models.items():
        device = resolve_device(model.device)
        on = roughly_measured(device, model.dtype)
        steps = model_steps(run, name, configured_shape(run, name, on), load, on)
        seconds = sum(step.seconds or 0 for step in steps)
        # On a busy machine the measured speed may be that of the idle one, or a share of it.
        least += seconds / (crowding if device.type == "cpu" else 1)
        most += seconds
        where = f"{cores} core{'s' * (cores != 1)}" if device.type == "cpu" else str(device)
        places[f"{where} in {model.dtype} ({precision_speed(model.dtype, device)})"] = None
    line = (
        "If nothing is finished yet, this run's models take between "
        f"{progress.duration(least / MARGIN)} and {progress.duration(most * MARGIN)} on "
        f"{' and '.join(places)}. Downloads, masks and figures take extra time. Finished work is "
        "not computed again."
    )
    if crowding >= progress.BUSY and most > least:
        line += " The machine is busy with other work; the longer time holds if it stays so."
    if load.unknown:
        line += f" Not counted, because their size is not known: {', '.join(load.unknown)}."
    return line
