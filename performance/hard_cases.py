"""Where tests and intervals fail: simulations of statistics.md, guessing.md and measurements.md.

python performance/hard_cases.py [--simulations 4000] [--records results/evaluations/MODEL]

With the records of a run of ten abilities, also how the tests do with its masks.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.stats import ttest_1samp

from benchprof.profile.guessing import Guessing, read_guessing
from benchprof.profile.impact import above_guessing_p, measure_impacts
from benchprof.profile.measures import (
    effective_number,
    noise_null,
    profile_similarity,
    shuffled_profiles,
    symmetric_interval,
)
from benchprof.profile.resampling import Floats, Ints
from benchprof.profile.significance import exchange_p, sign_flip_p, whole_sign_flip_p
from benchprof.profile.units import units_of
from benchprof.tasks.guessing import Offer, guessed, pool_of

LEVEL = 0.05
OTHERS = 9
"""The other abilities' masks."""
AGAINST_MEAN = np.array([[1.0, *[-1 / OTHERS] * OTHERS]])
RESAMPLES = 1000
ITEMS = 20
"""Of each subtask."""
SHOWN = ((), ("A", "B", "C", "D", "E", "F", "G"), ("A", "B", "C", "D", "E"), ("A", "B", "C", "D"),
         ("A", "B", "C"), ("Yes", "No"), ("valid", "invalid"), ("True", "False"))  # fmt: skip
"""What subtasks such as those of BIG-bench Hard offer; written answers first."""


def share(simulations: int, seed: int, holds: Callable[[np.random.Generator], bool]) -> float:
    """In how many simulations something holds, as a share."""
    random = np.random.default_rng(seed)
    return sum(holds(random) for _ in range(simulations)) / simulations


def fixed_guessing(simulations: int) -> None:
    """A sample's best of five equally frequent letters, taken for a known score of guessing."""
    random, found = np.random.default_rng(1), []
    for _ in range(simulations):
        right = np.eye(5)[random.integers(5, size=60)]
        intact = (random.random(60) < 0.8).astype(float)
        impacts = measure_impacts(
            np.vstack([intact, right[:, 0]]), Guessing(float(right.mean(axis=0).max())),
            units_of(["one"] * 60), "chance_corrected", RESAMPLES, 0.95, 1,
        ).estimates(np.ones((1, 1)))  # fmt: skip
        found.append((impacts.value[0], impacts.low[0] <= 1 <= impacts.high[0]))
    values, held = np.array(found).T
    print(f"best letter of 60 items held fixed: holds 1 {held.mean():.3f}, "
          f"median AIS {np.median(values):.2f}")  # fmt: skip


def accepted_letter(simulations: int) -> None:
    """How often a letter of 30% among 300 documents counts as a constant answer."""
    random = np.random.default_rng(2)
    counts = random.multinomial(300, (0.3, *(0.7 / 3,) * 3), simulations).T.astype(float)
    levels = guessed(counts, np.full(simulations, 300), 0.25, 4)
    print(f"letter of 30% in 300 documents accepted: {(levels > 0.25).mean():.3f}")


def few_changes(simulations: int) -> None:
    """True null hypotheses against the mean of nine other masks, where few items change."""

    def lost(random: np.random.Generator, items: int, chance: float) -> Floats:
        changed = random.random((1 + OTHERS, items)) < chance
        return np.where(changed, random.uniform(0.3, 0.9, changed.shape), 0.0)

    for items, chance in ((60, 0.02), (60, 0.03), (60, 0.05), (200, 0.01)):
        rejected = share(simulations, 3, lambda random, n=items, p=chance: bool(  # type: ignore[misc]
            sign_flip_p(lost(random, n, p), AGAINST_MEAN, RESAMPLES, 1)[0] <= LEVEL
        ))  # fmt: skip
        print(f"continuous, {chance:.0%} of {items} items change: rejected {rejected:.3f}")

    def flips(random: np.random.Generator) -> Ints:
        return (random.random((1 + OTHERS, 60)) < 0.02).astype(np.int64)

    def signs(random: np.random.Generator) -> bool:
        own = flips(random)
        return whole_sign_flip_p(OTHERS * own[0] - own[1:].sum(axis=0)) <= LEVEL

    def both(random: np.random.Generator) -> bool:
        own = flips(random)
        exchanged = exchange_p(own.sum(axis=0)[None], own[:1].sum(axis=1), 1 + OTHERS)[0]
        alone = whole_sign_flip_p(OTHERS * own[0] - own[1:].sum(axis=0))
        return bool(max(alone, exchanged) <= LEVEL)

    print(f"right or wrong, 2% of 60 items change: sign flips {share(simulations, 4, signs):.3f}, "
          f"both tests {share(simulations, 4, both):.3f}")  # fmt: skip


def uneven_guessing(simulations: int) -> None:
    """A model 0.05 above guessing on each of 27 subtasks, whose guessing scores are 0 to 0.5."""
    levels = np.repeat(np.linspace(0, 0.5, 27), ITEMS)
    tasks = [str(number) for number in np.repeat(np.arange(27), ITEMS)]
    units = units_of(tasks)

    def scores(random: np.random.Generator) -> Floats:
        return (random.random(levels.size) < levels + 0.05).astype(float)

    def pooled(random: np.random.Generator) -> bool:
        p = above_guessing_p(scores(random)[None], Guessing(float(levels.mean())), units)
        return bool(p[0] < LEVEL)

    def of_each(random: np.random.Generator) -> bool:
        sums = units.sums((scores(random) - levels)[None])[0]
        return bool(ttest_1samp(sums, 0, alternative="greater").pvalue < LEVEL)

    print(f"0.05 above guessing on 27 subtasks of {ITEMS} items: "
          f"found {share(simulations, 5, pooled):.3f}, "
          f"with each one's own level {share(simulations, 5, of_each):.3f}")  # fmt: skip


def subtasks(random: np.random.Generator) -> list[Offer]:
    """27 subtasks, of which each offers its own texts, or none."""
    return [
        Offer(str(number), texts, (int(random.integers(len(texts))),) if texts else ())
        for number in range(27)
        for texts in [SHOWN[int(random.integers(len(SHOWN)))]] * ITEMS
    ]


def guessing_of(offers: list[Offer]) -> Guessing:
    """C of a benchmark of written answers, all of whose documents are in the sample."""
    pool = pool_of(offers)
    tasks = [offer.task for offer in offers]
    items = {
        "task": tasks, "set": [pool.place(offer) for offer in offers],
        "right": [offer.right_texts for offer in offers],
        "gold": [[] for _ in offers], "responses": [["text"] for _ in offers],
    }  # fmt: skip
    record = {"guessing": pool.guessing, "pool": pool.as_json, "items": items}
    return read_guessing(record, units_of(tasks))


def subtasks_of_unequal_guessing(simulations: int) -> None:
    """AIS of 0.5 on subtasks with different options; C of those drawn, and one C for all."""
    few = max(1, simulations // 4)
    for margin in (0.3, 0.15):
        random, found = np.random.default_rng(11), []
        for _ in range(few):
            offers = subtasks(random)
            level = np.array([offer.uniform for offer in offers])
            intact = random.random(level.size) < level + margin
            kept = intact & (random.random(level.size) >= margin / 2 / (level + margin))
            for guessing in (guessing_of(offers), Guessing(float(level.mean()))):
                impacts = measure_impacts(
                    np.array([intact, kept], dtype=float), guessing,
                    units_of([offer.task for offer in offers]), "chance_corrected", RESAMPLES,
                    0.95, 1,
                ).estimates(np.ones((1, 1)))  # fmt: skip
                low, high = float(impacts.low[0]), float(impacts.high[0])
                found.append((low <= 0.5 <= high, high - low))
        held, width = np.array(found).reshape(few, 2, 2).transpose(2, 1, 0)
        print(f"{margin} above guessing on 27 subtasks: holds {held[0].mean():.3f}, "
              f"median width {np.median(width[0]):.2f}; with one C for all "
              f"{held[1].mean():.3f}, {np.median(width[1]):.2f}")  # fmt: skip


def clusters_of_unequal_size(simulations: int) -> None:
    """Relative AIS of 0.25 in the mean of clusters that lose unequally."""
    few = max(1, simulations // 4)
    for number in (10, 30):
        for spread in (0.0, 1.2):

            def held(random: np.random.Generator, n: int = number, own: float = spread) -> bool:
                sizes = np.full(n, ITEMS)
                if own:
                    sizes = np.maximum(1, random.lognormal(2.5, own, n).astype(int))
                lost = np.repeat(random.beta(1, 3, n), sizes)
                intact = random.random(lost.size) < 0.7
                scores = np.array([intact, intact & (random.random(lost.size) >= lost)], float)
                units = units_of([str(task) for task in np.repeat(np.arange(n), sizes)])
                interval = measure_impacts(
                    scores, Guessing(0.0), units, "relative", RESAMPLES, 0.95, 1, True
                ).estimates(np.ones((1, 1)))
                return bool(interval.low[0] <= 0.25 <= interval.high[0])

            print(f"{number} clusters of {'unequal' if spread else 'equal'} size: "
                  f"holds {share(few, 12, held):.3f}")  # fmt: skip


def tied_profiles(simulations: int) -> None:
    """Effective numbers of ten masks under each of which one of sixty items in fifty changes."""

    def drops(random: np.random.Generator) -> Floats:
        return (random.random((1 + OTHERS, 60)) < 0.02).astype(float)

    def against_normal(random: np.random.Generator) -> bool:
        number = float(effective_number(drops(random).sum(axis=1)))
        return noise_null(1 + OTHERS, 1)["effective_number"].share_to(number) < LEVEL / 2

    def against_shuffled(random: np.random.Generator) -> bool:
        own = drops(random)
        noise = effective_number(shuffled_profiles(own, RESAMPLES, 1))
        at_most = (noise <= float(effective_number(own.sum(axis=1))) + 1e-9).sum()
        return bool((at_most + 1) / (RESAMPLES + 1) < LEVEL / 2)

    few = max(1, simulations // 10)
    print(f"one item in fifty changes, called narrow: "
          f"normal noise {share(few, 6, against_normal):.3f}, "
          f"shuffled {share(few, 6, against_shuffled):.3f}")  # fmt: skip


def uneven_masks(simulations: int, spreads: Floats) -> tuple[float, float]:
    """Profiles of noise whose masks move the items unequally, against noise that is equal.

    Returns:
        How often one is called narrow, and two are called similar.
    """
    null = noise_null(1 + OTHERS, 1)

    def narrow(random: np.random.Generator) -> bool:
        number = float(effective_number(spreads * random.standard_normal(1 + OTHERS)))
        return null["effective_number"].share_to(number) < LEVEL / 2

    def similar(random: np.random.Generator) -> bool:
        pair = spreads * random.standard_normal((2, 1 + OTHERS))
        return null["similarity"].share_from(float(profile_similarity(*pair))) < LEVEL

    return share(simulations, 7, narrow), share(simulations, 8, similar)


def extreme_profiles(simulations: int) -> None:
    """Intervals of two equal profiles, and of one with a large AIS and nine near zero."""
    few = max(1, simulations // 4)
    for noise in (0.05, 0.2, 0.5):

        def held(random: np.random.Generator, own: float = noise) -> bool:
            seen = random.standard_normal(10) + own * random.standard_normal((2, 10))
            again = seen[:, None] + own * random.standard_normal((2, 300, 10))
            low, high = symmetric_interval(
                float(profile_similarity(*seen)), profile_similarity(*again), 0.95
            )
            return low <= 1 <= high

        print(f"equal profiles, noise {noise}: {share(few, 9, held):.3f}")
    truth = np.array([1.0, *np.linspace(0, 0.03, 9)])
    for part in (60, 15, 6):
        random, numbers, inside = np.random.default_rng(10), [], 0
        for _ in range(few):
            seen = truth + random.standard_normal(10) / part
            again = seen + random.standard_normal((300, 10)) / part
            numbers.append(float(effective_number(seen)))
            low, high = symmetric_interval(numbers[-1], effective_number(again), 0.95)
            inside += low <= float(effective_number(truth)) <= high
        print(f"one large AIS, true number {float(effective_number(truth)):.2f}, noise 1/{part}: "
              f"{inside / few:.3f}, mean number {np.mean(numbers):.1f}")  # fmt: skip


def of_records(simulations: int, folder: Path) -> None:
    """A run's probabilities, its ten masks permuted within items, and profiles of their spreads."""
    few = max(1, simulations // 4)
    for benchmark in sorted(folder.iterdir()):
        files = [path for path in sorted(benchmark.glob("*.json")) if "random" not in path.name]
        records = {path.stem: json.loads(path.read_bytes())["items"]["scores"] for path in files}
        if any("probability" not in scores for scores in records.values()):
            continue
        intact = np.array(records.pop("intact")["probability"])
        lost = intact - np.array([scores["probability"] for scores in records.values()])

        def permuted(random: np.random.Generator, own: Floats = lost) -> bool:
            masks = random.permuted(own, axis=0)
            return bool(sign_flip_p(masks, AGAINST_MEAN, RESAMPLES, 1)[0] <= LEVEL)

        narrow, similar = uneven_masks(simulations, lost.std(axis=1))
        print(f"{benchmark.name}, {intact.size} items: masks permuted, "
              f"rejected {share(few, 11, permuted):.3f}; noise of their spreads, "
              f"called narrow {narrow:.3f}, similar {similar:.3f}")  # fmt: skip


def main() -> None:
    """Print what each case comes to."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--simulations", type=int, default=4000)
    parser.add_argument("--records", type=Path, help="the evaluations of a model in a run")
    arguments = parser.parse_args()
    simulations = arguments.simulations
    for case in (fixed_guessing, accepted_letter, few_changes, uneven_guessing,
                 subtasks_of_unequal_guessing, clusters_of_unequal_size, tied_profiles,
                 extreme_profiles):  # fmt: skip
        case(simulations)
    if arguments.records:
        of_records(simulations, arguments.records)


if __name__ == "__main__":
    main()
