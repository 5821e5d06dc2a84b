"""Print from what k was chosen, with standard errors, as Markdown.

python -m study.calibration --configfile config/study_paper.yaml local.yaml

In the folder of the run; local.yaml has its `benchmark_data`. The program that the study is frozen
at chooses the same k, but does not say how certain a separation is.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from scipy.stats import norm

from benchprof.calibration.choice import Candidate, ChosenK, choose
from benchprof.calibration.drops import WARNINGS, Drops, drops_of
from benchprof.calibration.job import calibration_scores
from benchprof.profile.scores import mask_digests
from benchprof.report.numbers import number
from benchprof.report.page_tables import probability
from benchprof.run.jobs.calibration import CalibrateMasks
from benchprof.run.run import read_run
from study.tables import MODEL


def read_drops(job: CalibrateMasks) -> list[Drops]:
    """The drops of every ability at every candidate, from the records of a run.

    Raises:
        InputError: a record is missing or damaged.
    """
    masks = mask_digests(job.candidates.values())
    scores = calibration_scores(job.model, job.intact, job.sources, masks)
    return [own for of_ability in scores.values() for own in drops_of(of_ability)]


def corrected_p(chosen: ChosenK, candidate: Candidate) -> float:
    """One-sided p of a candidate's separation, with Bonferroni's correction for all candidates."""
    if not candidate.error:
        return 0.0 if candidate.separation > 0 else 1.0
    alone = float(norm.sf(candidate.separation / candidate.error))
    return min(1.0, len(chosen.candidates) * alone)


def most_separated(chosen: ChosenK, drops: Sequence[Drops]) -> str | None:
    """The ability whose own mask costs it most beyond the others' masks, at the chosen k.

    None if no ability counts, or none has others' masks to be compared with.
    """
    counted = [drop for drop in drops if drop.k == chosen.k and drop.counted and drop.others]
    best = max(counted, key=lambda drop: drop.own - drop.others_mean, default=None)
    return best.ability if best else None


def told(chosen: ChosenK, drops: Sequence[Drops]) -> Iterator[str]:
    """The candidates, and each ability at the k that was chosen, line by line."""
    yield f"k = {chosen.k}: {chosen.reason}\n"
    yield (
        "Drops are in the mean probability of the right option. Standard errors over the items "
        "are in parentheses. The table gives means over the abilities that the intact model "
        "answers above guessing. Separation: own less the largest of others, random and 0. Its p "
        "is one-sided and corrected for all k.\n"
    )
    yield "| k | abilities | own | others | random | separation | p |"
    yield "|--:|--:|--:|--:|--:|--:|--:|"
    for one in chosen.candidates:
        yield (
            f"| {one.k} | {one.abilities} | {_with_error(one.own, one.errors.own)} "
            f"| {number(one.others, 4)} | {number(one.random, 4)} "
            f"| {_with_error(one.separation, one.error)} "
            f"| {probability(corrected_p(chosen, one))} |"
        )
    if best := most_separated(chosen, drops):
        yield f"\nOwn less others without {best}, which is separated most at the chosen k:\n"
        yield "| k | own less others |"
        yield "|--:|--:|"
        for one in choose([drop for drop in drops if drop.ability != best]).candidates:
            yield f"| {one.k} | {_with_error(one.own - one.others, one.errors.over_others)} |"
    yield "\n| ability | intact | own | largest of others | beyond others | beyond random | |"
    yield "|---|--:|--:|--:|--:|--:|---|"
    for drop in drops:
        if drop.k == chosen.k:
            over_others, over_random = drop.own - drop.others_mean, drop.own - drop.random_mean
            yield (
                f"| {drop.ability} | {number(drop.intact, 3)} "
                f"| {_with_error(drop.own, drop.errors.own)} | {number(drop.others_max, 4)} "
                f"| {_with_error(over_others, drop.errors.over_others)} "
                f"| {_with_error(over_random, drop.errors.over_random)} "
                f"| {WARNINGS[drop.warning]} |"
            )


def _with_error(value: float, error: float) -> str:
    return f"{number(value, 4)} ({number(error, 4)})"


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m study.calibration", description=__doc__)
    parser.add_argument("--configfile", type=Path, nargs="+", required=True)
    parser.add_argument("--model", default=MODEL)
    options = parser.parse_args()
    run = read_run(options.configfile)
    jobs = [job for job in CalibrateMasks.all_of(run) if job.model == options.model]
    if not jobs:
        parser.error(f"--model {options.model}: the run calibrates no k of such a model")
    for job in jobs:
        print(f"# {job.model}, {job.selection}\n")
        drops = read_drops(job)
        for line in told(choose(drops), drops):
            print(line)


if __name__ == "__main__":
    main()
