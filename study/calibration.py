"""Print from what k was chosen, with standard errors, as Markdown.

python -m study.calibration --configfile config/study_paper.yaml local.yaml

In the folder of the run; local.yaml has its `benchmark_data`. The program that the study is frozen
at chooses the same k, but does not say how certain a separation is.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from benchprof.calibration.choice import Choice, choose
from benchprof.calibration.drops import WARNINGS, Drops, drops_of
from benchprof.calibration.job import calibration_scores
from benchprof.profile.scores import mask_digests
from benchprof.run.jobs.calibration import CalibrateMasks
from benchprof.run.run import read_run


def read_drops(job: CalibrateMasks) -> list[Drops]:
    """The drops of every ability at every candidate, from the records of a run.

    Raises:
        InputError: a record is missing or damaged.
    """
    masks = mask_digests(job.candidates.values())
    scores = calibration_scores(job.model, job.intact, job.sources, masks)
    return [own for of_ability in scores.values() for own in drops_of(of_ability)]


def told(chosen: Choice, drops: list[Drops]) -> Iterator[str]:
    """The candidates, and each ability at the k that was chosen, line by line."""
    yield f"k = {chosen.k}: {chosen.reason}\n"
    yield "| k | abilities | own | others | random | separation |"
    yield "|--:|--:|--:|--:|--:|--:|"
    for one in chosen.candidates:
        yield (
            f"| {one.k} | {one.abilities} | {one.own:.4f} ({one.errors.own:.4f}) "
            f"| {one.others:.4f} | {one.random:.4f} | {one.separation:.4f} ({one.error:.4f}) |"
        )
    yield "\n| ability | intact | own | others | largest | random | |"
    yield "|---|--:|--:|--:|--:|--:|---|"
    for own in drops:
        if own.k == chosen.k:
            yield (
                f"| {own.ability} | {own.intact:.3f} | {own.own:.4f} ({own.errors.own:.4f}) "
                f"| {own.others_mean:.4f} | {own.others_max:.4f} | {own.random_mean:.4f} "
                f"| {WARNINGS[own.warning]} |"
            )


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m study.calibration", description=__doc__)
    parser.add_argument("--configfile", type=Path, nargs="+", required=True)
    parser.add_argument("--model", default="qwen25-coder-15b-instruct")
    options = parser.parse_args()
    run = read_run(options.configfile)
    for job in CalibrateMasks.all_of(run):
        if job.model == options.model:
            drops = read_drops(job)
            for line in told(choose(drops), drops):
                print(line)


if __name__ == "__main__":
    main()
