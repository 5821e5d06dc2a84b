"""Print what a run will need, rule by rule.

python -m benchprof.plan --configfile config/paper.yaml
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchprof.errors import InputError
from benchprof.expansion import path_argument
from benchprof.models.device import resolve_device
from benchprof.plan.machine import CPU, GPU, Machine
from benchprof.plan.measured import measured_machine
from benchprof.plan.questions import CHARACTERS
from benchprof.plan.steps import Step, configured_shape, mask_sizes, model_steps
from benchprof.plan.table import gpus_table, model_lines, readable_bytes, steps_table, total_lines
from benchprof.plan.workload import workload
from benchprof.run.jobs.importance import ComputeImportance
from benchprof.run.run import read_run

SPEEDS = {
    "flops": "operations/s",
    "flops_of_one": "operations/s of one example's passes",
    "bandwidth": "bytes/s",
    "latency": "s a pass",
    "storage": "bytes/s",
}


def main() -> int:
    """Run the command."""
    options = _options()
    try:
        speeds = _speeds(options)
        print(plan(options.configfile, options.cpu, speeds, options.characters, options.here))
    except InputError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def plan(
    files: Sequence[Path],
    cpu: bool,
    speeds: Mapping[str, Any],
    characters: float,
    here: bool = False,
) -> str:
    """The plan of a configuration as text.

    Args:
        files: of the configuration, each laid over those before it.
        cpu: plan for machines without a GPU also where a model's `device` may be one.
        speeds: fields of `Machine` that replace what is assumed of any of them.
        characters: per token.
        here: measure the speeds of this machine instead of assuming some.

    Raises:
        InputError: the configuration is faulty, or a model's architecture is not known.
    """
    run = read_run(files)
    load = workload(run, characters)
    lines: list[str] = []
    steps: dict[Machine, list[Step]] = {}
    config = run.configuration
    for name, model in config.models.items():
        device = "cpu" if cpu else model.device
        stated = CPU if device == "cpu" else GPU
        base = measured_machine(resolve_device(device), model.dtype) if here else stated
        on = dataclasses.replace(base, **speeds)
        shape = configured_shape(run, name, on)
        found = model_steps(run, name, shape, load, on)
        steps.setdefault(on, []).extend(found)
        lines += model_lines(name, model, shape, mask_sizes(run, shape))
        lines += [*steps_table(found), *gpus_table(shape, found), ""]
    lines += total_lines(steps, load, characters)
    if run.drops_importance:
        every = [step for own in steps.values() for step in own]
        written = sum(step.disk or 0 for step in every if step.rule == ComputeImportance.rule)
        size = readable_bytes(written)
        lines.append(
            f"Importance files, {size} of what is written, are deleted once masks are made."
        )
    return "\n".join(lines)


def _speeds(options: argparse.Namespace) -> dict[str, Any]:
    given = {s: v for s in SPEEDS if (v := getattr(options, s)) is not None}
    # One speed stands for both kinds of products until both are stated.
    both = "flops" in given and not options.here
    return ({"flops_of_one": given["flops"]} if both else {}) | given


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchprof.plan", description=__doc__)
    parser.add_argument(
        "--configfile", type=path_argument, nargs="+", default=[Path("config.yaml")], metavar="FILE"
    )
    parser.add_argument("--cpu", action="store_true", help="plan as if there were no GPU")
    parser.add_argument(
        "--here", action="store_true", help="measure the speeds of this machine (half a minute)"
    )
    for speed, unit in SPEEDS.items():
        defaults = f"{getattr(GPU, speed):g}, without a GPU {getattr(CPU, speed):g}"
        name = f"--{speed.replace('_', '-')}"
        parser.add_argument(name, type=float, help=f"{unit} ({defaults})")
    parser.add_argument(
        "--characters", type=float, default=CHARACTERS, help=f"per token ({CHARACTERS:g})"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
