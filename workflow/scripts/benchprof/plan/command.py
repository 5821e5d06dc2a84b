"""Print what a run will need, rule by rule: benchprof plan --configfile config/paper.yaml."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchprof.expansion import path_argument
from benchprof.jobs.importance import ComputeImportance
from benchprof.models.device import resolve_device
from benchprof.plan.machine import CPU, GPU, Machine, roughly_measured
from benchprof.plan.shape import configured_shape
from benchprof.plan.steps import Step, model_steps
from benchprof.plan.tokens import CHARACTERS, workload
from benchprof.run.run import Run, read_run

HEADER = ("rule", "jobs", "tokens", "memory", "GPU memory", "minutes", "written", "hours",
          "at most")  # fmt: skip


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say what `benchprof plan` takes."""
    parser.add_argument(
        "--configfile", type=path_argument, nargs="+", default=[Path("config.yaml")], metavar="FILE"
    )
    parser.add_argument("--cpu", action="store_true", help="plan as if there were no GPU")
    parser.add_argument("--here", action="store_true", help="measure the speed of this machine")
    parser.add_argument(
        "--flops", type=float, help=f"operations/s ({GPU.flops:g}, without a GPU {CPU.flops:g})"
    )


def main(options: argparse.Namespace) -> int:
    """Print the plan."""
    print(plan(read_run(options.configfile), options.cpu, options.flops, options.here))
    return 0


def plan(run: Run, cpu: bool = False, flops: float | None = None, here: bool = False) -> str:
    """The plan of a run as text, which is also Markdown.

    Args:
        run: the run, of which nothing need be there.
        cpu: plan for machines without a GPU also where a model's `device` may be one.
        flops: operations per second, in place of those that are assumed.
        here: measure the speed of this machine instead of assuming one.

    Raises:
        InputError: the configuration is faulty, or a model's architecture is not known.
    """
    load, lines, steps = workload(run), list[str](), dict[Machine, list[Step]]()
    for name, model in run.configuration.models.items():
        device = "cpu" if cpu else model.device
        on = CPU if device == "cpu" else GPU
        if here:
            on = roughly_measured(resolve_device(device), model.dtype)
        on = replace(on, flops=flops or on.flops)
        shape = configured_shape(run, name, on)
        found = model_steps(run, name, shape, load, on)
        steps.setdefault(on, []).extend(found)
        split = f", spread over {model.gpus} GPUs" if on.gpu and model.gpus > 1 else ""
        size = f"{shape.size.parameters:,} parameters in {model.dtype}"
        lines += [f"{name}: {size}, {shape.size.in_scope:,} in scope{split}", ""]
        lines += [*_table([HEADER, *map(_cells, found)]), ""]
    lines += [_total(steps)]
    if load.unknown:
        lines.append(f"Not counted, because their size is not known: {', '.join(load.unknown)}.")
    if run.drops_importance:
        every = [step for own in steps.values() for step in own]
        written = sum(step.disk or 0 for step in every if step.rule == ComputeImportance.rule)
        files = f"Importance files, {readable_bytes(written)} of what is written,"
        lines.append(f"{files} are deleted once masks are made.")
    return "\n".join(lines)


def _total(steps: dict[Machine, list[Step]]) -> str:
    """All models together, by the machine that they run on, and what the estimate rests on."""
    every = [step for own in steps.values() for step in own]
    hours, most = (
        " and ".join(
            f"{sum(getattr(step, name) or 0 for step in own) / 3600:.3g} {_kind(on)} hours"
            for on, own in steps.items()
        )
        for name in ("seconds", "most_seconds")
    )
    speeds = "; ".join(f"{_kind(on)}: {on.flops:.3g} operations/s" for on in steps)
    written = readable_bytes(sum(step.disk or 0 for step in every))
    return (
        f"Together: {hours}, {written} written, {sum(step.jobs for step in every)} jobs and those "
        f"that need no model.\nWhere ablated models write every answer to its limit: {most}. "
        "Memory and minutes are what the largest job asks a cluster for; "
        f"hours are estimated at {CHARACTERS} characters a token ({speeds})."
    )


def _kind(machine: Machine) -> str:
    return "GPU" if machine.gpu else "host"


def _cells(step: Step) -> tuple[str, ...]:
    return (
        step.rule,
        str(step.jobs),
        "" if step.tokens is None else f"{step.tokens:,}",
        readable_bytes(step.memory),
        readable_bytes(step.gpu) if step.gpu else "",
        f"{step.minutes:.0f}",
        "" if step.disk is None else readable_bytes(step.disk),
        "" if step.seconds is None else f"{step.seconds / 3600:.3g}",
        "" if step.most_seconds is None else f"{step.most_seconds / 3600:.3g}",
    )


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Markdown with columns of equal width; the first row is the header."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "| " + " | ".join(c.rjust(w) if n else c.ljust(w) for n, (c, w) in
                          enumerate(zip(row, widths, strict=True))) + " |"
        for row in rows
    ]  # fmt: skip
    ruler = "|".join("-" * (width + 1) + (":" if n else "-") for n, width in enumerate(widths))
    return [lines[0], f"|{ruler}|", *lines[1:]]


def readable_bytes(size: float) -> str:
    """Bytes in the decimal unit that suits them."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"
