"""A plan as text that is also Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchprof.plan.cost import INDEX
from benchprof.plan.machine import Machine
from benchprof.plan.shape import Shape
from benchprof.plan.steps import Step
from benchprof.plan.workload import Workload
from benchprof.run.configuration import Model

HEADER = ("rule", "jobs", "tokens", "peak memory", "asked", "written", "hours")


def model_lines(name: str, model: Model, shape: Shape, sizes: Mapping[str, int]) -> list[str]:
    """What stands above a model's table: its size, its scope, its masks."""
    split = f", spread over {model.gpus} GPUs" if model.gpus > 1 else ""
    masks = "; ".join(
        f"k = {k}: {count:,} entries, {readable_bytes(INDEX * count)}" for k, count in sizes.items()
    )
    return [
        f"{name}: {shape.parameters:,} parameters in {model.dtype}, "
        f"{shape.scope_size:,} in scope{split}",
        f"One mask: {masks}",
        "",
    ]


def steps_table(steps: Sequence[Step]) -> list[str]:
    """The steps as a table; memory is that of the fullest GPU."""
    return _table([HEADER, *map(_cells, steps)])


def gpus_table(shape: Shape, steps: Sequence[Step]) -> list[str]:
    """What each GPU of a spread model holds, and the peak of each step's jobs on it."""
    on_gpu = [step for step in steps if step.memory]
    if not shape.shares or not on_gpu:
        return []
    header = ("GPU", "layers", "weights", "in scope", *(step.rule for step in on_gpu))
    rows = [
        (
            str(number),
            str(share.dimensions.layers),
            readable_bytes(share.weight_bytes),
            f"{share.scope_size:,}",
            *(readable_bytes(step.memory[number]) for step in on_gpu if step.memory),
        )
        for number, share in enumerate(shape.shares)
    ]
    return ["", *_table([header, *rows])]


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Markdown with columns of equal width; the first row is the header."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        first = cells[0].ljust(widths[0])
        rest = (c.rjust(w) for c, w in zip(cells[1:], widths[1:], strict=True))
        return "| " + " | ".join((first, *rest)) + " |"

    ruler = (
        "|"
        + "|".join("-" * (width + 1) + ("-" if i == 0 else ":") for i, width in enumerate(widths))
        + "|"
    )
    return [line(rows[0]), ruler, *map(line, rows[1:])]


def total_lines(
    steps: Mapping[Machine, Sequence[Step]], load: Workload, characters: float
) -> list[str]:
    """All models together, by the machine that they run on, and what the estimate rests on."""
    every = [step for own in steps.values() for step in own]
    hours = " and ".join(
        f"{sum(step.seconds or 0 for step in own) / 3600:.3g} {_kind(machine)} hours"
        for machine, own in steps.items()
    )
    speeds = "; ".join(
        f"{_kind(m)}: {m.flops:.3g} operations/s ({m.flops_of_one:.3g} of one example's passes), "
        f"{m.bandwidth:.3g} bytes/s of memory, "
        f"{m.latency:g} s a pass at least, {m.storage:.3g} bytes/s of storage"
        for m in steps
    )
    lines = [
        f"Together: {hours}, {readable_bytes(sum(step.disk or 0 for step in every))} written, "
        f"{sum(step.jobs for step in every)} jobs and those of profile, figures and report, which "
        "need no model.",
        f"Estimated at {characters:g} characters a token; {speeds}. Memory is the peak of one job, "
        "on its fullest GPU or on a host without one; `asked` is what a cluster is asked for. "
        "Options change these (--help).",
    ]
    if load.unknown:
        lines.append(f"Not counted, because their size is not known: {', '.join(load.unknown)}.")
    if load.calibration:
        lines.append(
            "A calibrated k, which the run chooses, counts as the largest of its candidates."
        )
    return lines


def readable_bytes(size: float) -> str:
    """Bytes in the decimal unit that suits them."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"


def _kind(machine: Machine) -> str:
    return "GPU" if machine.gpu else "host"


def _cells(step: Step) -> tuple[str, ...]:
    def memory(size: int | None) -> str:
        return "" if size is None else readable_bytes(size)

    return (
        step.rule,
        str(step.jobs),
        "" if step.tokens is None else f"{step.tokens:,}",
        memory(None if step.memory is None else max(step.memory)),
        memory(step.asked),
        memory(step.disk),
        "" if step.seconds is None else f"{step.seconds / 3600:.3g}",
    )
