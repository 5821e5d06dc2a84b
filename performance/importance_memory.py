"""Measure the importance and mask jobs on a small model beside what `make plan` says of them.

python performance/importance_memory.py MODEL [--limit 32] [--abilities 3]

MODEL is a prepared model's folder. Each job has a process of its own, on the CPU in float32. The
bound of the importance job's peak memory is weights + one accumulator of the scope + 1.5 GB.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from process_memory import Peak, measured
from transformers import AutoConfig

from benchprof.importance.items import TrainItems
from benchprof.importance.job import compute_importance
from benchprof.importance.scoring import Scoring
from benchprof.masks.job import select_masks
from benchprof.masks.size import entry_count
from benchprof.models.prepared import PreparedModel
from benchprof.models.scope import Scope
from benchprof.plan import cost
from benchprof.plan.machine import CPU
from benchprof.plan.questions import diagnostic_examples, total
from benchprof.plan.shape import model_shape
from benchprof.run.ablation import Ablation
from benchprof.run.configuration import Specific
from benchprof.run.jobs.importance import ComputeImportance
from benchprof.run.jobs.job import Size
from benchprof.run.jobs.masks import SelectMasks
from benchprof.run.run import read_run
from benchprof.store import Store

ITEMS = Path(__file__).parents[1] / "resources/abilities/v1"
FRACTIONS = ("0.00001", "0.00004", "0.00016", "0.00064", "0.00256", "0.01024")
RATIO = Specific(definition="ratio", pool=5)


def importance(model: Path, abilities: list[str], limit: int, folder: Path, dtype: str) -> None:
    """The importance job."""
    compute_importance(
        Scoring(PreparedModel(model, dtype), Scope("mlp"), "taylor_abs", "answer"),
        TrainItems({name: ITEMS / name / "train.jsonl" for name in abilities}, 0, limit),
        targets=files(folder, abilities),
        store=Store(folder / "store"),
    )  # fmt: skip


def selection(model: Path, abilities: list[str], folder: Path) -> None:
    """The job of the `specific` masks at the paper's six k."""
    targets = {
        Ablation(a, "specific", f): folder / f"{a}_{f}.safetensors"
        for a in abilities
        for f in FRACTIONS
    }
    select_masks(model, RATIO, "model", files(folder, abilities), None, targets)


def files(folder: Path, abilities: list[str]) -> dict[str, Path]:
    """Importance file by ability."""
    return {name: folder / f"{name}.safetensors" for name in abilities}


def megabytes(size: float) -> str:
    """Bytes in MB."""
    return f"{size / 1e6:,.0f} MB"


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path, help="a prepared model's folder")
    parser.add_argument("--limit", type=int, default=32, help="items an ability (32)")
    parser.add_argument("--abilities", type=int, default=3, help="how many (3)")
    options = parser.parse_args()
    abilities = sorted(path.parent.name for path in ITEMS.glob("*/train.jsonl"))[
        : options.abilities
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        own = measured(importance, options.model, abilities, options.limit, folder, "float32")
        chosen = measured(selection, options.model, abilities, folder)
        written = sum(path.stat().st_size for path in files(folder, abilities).values())
        masks = sum(p.stat().st_size for p in folder.glob("*_0.*.safetensors"))
    report(options.model, abilities, options.limit, own, chosen, written, masks)
    return 0


def report(
    model: Path, abilities: list[str], limit: int, own: Peak, chosen: Peak, written: int, masks: int
) -> None:
    """Print what was measured beside what was planned."""
    shape = model_shape(AutoConfig.from_pretrained(model), "float32", Scope("mlp"))
    examples = total(
        [
            diagnostic_examples(ITEMS / a / "train.jsonl", [], limit, "answer", None, 4)
            for a in abilities
        ]
    )
    entries = sum(entry_count(fraction, shape.parameters) for fraction in FRACTIONS)
    run = read_run([ITEMS.parents[2] / "config.yaml"])
    size = Size(shape.parameters, shape.scope_size, shape.itemsize, on_gpu=False)
    host = ComputeImportance(run, run.models[0]).memory(size)
    selecting = SelectMasks(run, run.models[0], "specific").memory(size)
    scores = cost.SCORE * shape.scope_size
    seconds = cost.importance_seconds(shape, examples, "taylor_abs", False, CPU)
    seconds += (shape.weight_bytes + scores * len(abilities)) / CPU.storage
    sums = cost.SUM * shape.scope_size
    bound = shape.weight_bytes + sums + 1.5e9
    print(f"{os.cpu_count()} cores, {len(abilities)} abilities, {limit} items each\n")
    print("| | planned | measured |\n|---|--:|--:|")
    rows = [
        ("importance, peak memory", megabytes(host), megabytes(own.resident)),
        ("importance, seconds", f"{seconds:.0f}", f"{own.seconds:.0f}"),
        ("importance files", megabytes(scores * len(abilities)), megabytes(written)),
        ("`specific` masks, peak memory, importance files not counted",
         megabytes(selecting), megabytes(chosen.own)),
        ("`specific` masks, files", megabytes(4 * len(abilities) * entries), megabytes(masks)),
    ]  # fmt: skip
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print(
        f"\nweights {megabytes(shape.weight_bytes)} + accumulator {megabytes(sums)} + 1,500 MB = "
        f"{megabytes(bound)}; measured {megabytes(own.resident)}: "
        f"{'within' if own.resident <= bound else 'ABOVE'} the bound"
    )


if __name__ == "__main__":
    sys.exit(main())
