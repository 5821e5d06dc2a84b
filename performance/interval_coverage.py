"""How often the intervals hold the truth: the simulations of statistics.md and guessing.md.

python performance/interval_coverage.py [--simulations 4000]
"""

from __future__ import annotations

import argparse

import numpy as np

from benchprof.profile.criteria import SIGNIFICANCE
from benchprof.profile.guessing import Guessing
from benchprof.profile.impact import above_guessing_p, measure_impacts
from benchprof.profile.measures import (
    effective_number,
    profile_similarity,
    symmetric_interval,
)
from benchprof.profile.resampling import Floats
from benchprof.profile.units import units_of
from benchprof.tasks.guessing import guessed

GUESSING = 0.25
OWN = np.ones((1, 1))
INTACT, KEPT = 0.8, 0.8
# Shares of each letter among the right answers.
ANSWERS = {
    "4 letters": (0.25,) * 4,
    "5 letters": (0.2,) * 5,
    "yes 62%": (0.62, 0.38),
    "a letter 30%": (0.3, *(0.7 / 3,) * 3),
}
SIZES = ((60, 300), (60, 10000), (300, 300), (300, 3000), (1000, 1000), (1000, 10000))


def benchmark(
    random: np.random.Generator, items: int, intact: float, kept: float, binary: bool
) -> tuple[Floats, float]:
    """Scores of an intact and an ablated model, (2, items), and the true AIS."""
    if binary:
        first = (random.random(items) < intact).astype(float)
        second = first * (random.random(items) < kept)
    else:
        first = random.beta(10 * intact, 10 * (1 - intact), items)
        second = first * random.beta(10 * kept, 10 * (1 - kept), items)
    return np.vstack([first, second]), intact * (1 - kept) / (intact - GUESSING)


def impact_coverage(simulations: int) -> None:
    """AIS of benchmarks of single items."""
    print("| items | intact | kept | right or wrong | continuous |\n|---|---|---|---|---|")
    for items in (20, 30, 60, 150, 500):
        for intact, kept in ((0.8, 0.7), (0.5, 0.7), (0.8, 0.95)):
            shares = []
            for binary in (True, False):
                random = np.random.default_rng(items)
                covered = 0
                for _ in range(simulations):
                    scores, truth = benchmark(random, items, intact, kept, binary)
                    found = measure_impacts(
                        scores, Guessing(GUESSING), units_of(["one"] * items), "chance_corrected",
                        1000, 0.95, 1,
                    ).estimates(OWN)  # fmt: skip
                    covered += bool(found.low[0] <= truth <= found.high[0])
                shares.append(f"{covered / simulations:.3f}")
            print(f"| {items} | {intact} | {kept} | {' | '.join(shares)} |")


def letters(
    random: np.random.Generator, shares: tuple[float, ...], sample: int, pool: int
) -> tuple[Guessing, Floats]:
    """The score of guessing of a pool of letters, and whether the likeliest letter is right.

    Returns:
        It, and (sample,).
    """
    options = len(shares)
    right = np.eye(options)[random.choice(options, pool, p=shares)]
    uniform, counts = 1 / options, right.sum(axis=0)
    level = guessed(counts[:, None], np.array([pool]), uniform, options)[0]
    guessing = Guessing(
        level=float(level), pool=pool, uniform=np.array([uniform]),
        set_of=np.zeros(options, dtype=np.int64), sizes=np.ones((sample, 1)),
        right=right[:sample], rest_sizes=np.array([float(pool - sample)]),
        rest_right=right[sample:].sum(axis=0),
    )  # fmt: skip
    return guessing, right[:sample, 0]


def guessing_coverage(simulations: int) -> None:
    """AIS of right-or-wrong benchmarks whose score of guessing is an estimate.

    The ablated models say one letter always, guess, or keep four fifths of the right answers.
    """
    print(
        "\n| answers | items | pool | one letter | guesses | 0.8 kept | median AIS (true AIS) "
        "| one letter, called above | guesses, called above |\n" + "|---" * 9 + "|"
    )
    for name, shares in ANSWERS.items():
        for sample, pool in SIZES:
            found = _guessing_simulations(simulations, shares, sample, pool)
            covered, medians, above = found
            cells = [*(f"{share:.3f}" for share in covered), ", ".join(medians)]
            cells += [f"{share:.3f}" for share in above]
            print(f"| {name} | {sample} | {pool} | {' | '.join(cells)} |", flush=True)


def _guessing_simulations(
    simulations: int, shares: tuple[float, ...], sample: int, pool: int
) -> tuple[Floats, list[str], Floats]:
    """Coverage of each ablated model, medians of AIS with the truth, shares of false positives."""
    random = np.random.default_rng(sample + pool)
    level, uniform = max(shares), 1 / len(shares)
    truth = (INTACT - np.array([level, uniform, INTACT * KEPT])) / (INTACT - level)
    units, covered, above = units_of(["one"] * sample), np.zeros(3), np.zeros(2)
    values = np.empty((simulations, 3))
    for number in range(simulations):
        guessing, constant = letters(random, shares, sample, pool)
        intact = (random.random(sample) < INTACT).astype(float)
        chance = (random.random(sample) < uniform).astype(float)
        part = intact * (random.random(sample) < KEPT)
        found = measure_impacts(
            np.vstack([intact, constant, chance, part]), guessing, units, "chance_corrected", 1000,
            0.95, 1,
        ).estimates(np.eye(3))  # fmt: skip
        covered += (found.low <= truth) & (truth <= found.high)
        values[number] = found.value
        p = above_guessing_p(np.vstack([constant, chance]), guessing, units)
        above += p < SIGNIFICANCE
    medians = [
        f"{value:.2f} ({true:.2f})"
        for value, true in zip(np.median(values, axis=0), truth, strict=True)
    ]
    return covered / simulations, medians, above / simulations


def profile_coverage(simulations: int) -> None:
    """Similarity and effective number of ten abilities, by how noisy their AIS are."""
    print("\n| noise | similarity | effective number |\n|---|---|---|")
    random = np.random.default_rng(2)
    for noise in (0.05, 0.2, 0.5):
        similar = broad = 0
        for _ in range(simulations):
            truth = random.standard_normal((2, 10))
            truth[1] = 0.7 * truth[0] + np.sqrt(1 - 0.49) * truth[1]
            seen = truth + noise * random.standard_normal((2, 10))
            again = seen[:, None] + noise * random.standard_normal((2, 300, 10))
            low, high = symmetric_interval(
                float(profile_similarity(*seen)), profile_similarity(*again), 0.95
            )
            similar += low <= float(profile_similarity(*truth)) <= high
            low, high = symmetric_interval(
                float(effective_number(seen[0])), effective_number(again[0]), 0.95
            )
            broad += low <= float(effective_number(truth[0])) <= high
        print(f"| {noise} | {similar / simulations:.3f} | {broad / simulations:.3f} |")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--simulations", type=int, default=4000)
    simulations = parser.parse_args().simulations
    impact_coverage(simulations)
    guessing_coverage(simulations)
    profile_coverage(simulations // 4)


if __name__ == "__main__":
    main()
