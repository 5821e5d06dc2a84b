"""How often the intervals hold the truth, by simulation: the tables of docs/statistics.md.

python performance/interval_coverage.py [--simulations 4000]
"""

from __future__ import annotations

import argparse

import numpy as np

from benchprof.profile.impact import measure_impacts
from benchprof.profile.resampling import Floats
from benchprof.profile.similarity import (
    effective_number,
    profile_similarity,
    symmetric_interval,
)
from benchprof.profile.units import units_of

GUESSING = 0.25
OWN = np.ones((1, 1))


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
                        scores, GUESSING, units_of(["one"] * items), "chance_corrected", 1000,
                        0.95, 1,
                    ).estimates(OWN)  # fmt: skip
                    covered += bool(found.low[0] <= truth <= found.high[0])
                shares.append(f"{covered / simulations:.3f}")
            print(f"| {items} | {intact} | {kept} | {' | '.join(shares)} |")


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
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--simulations", type=int, default=4000)
    simulations = parser.parse_args().simulations
    impact_coverage(simulations)
    profile_coverage(simulations // 4)


if __name__ == "__main__":
    main()
