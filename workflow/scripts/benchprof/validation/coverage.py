"""How often the interval of an AIS holds the AIS of the same mask on a large pool of items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from benchprof.profile.guessing import Guessing
from benchprof.profile.impact import base_of, measure_impacts
from benchprof.profile.resampling import Floats
from benchprof.profile.scores import Scores
from benchprof.profile.settings import ProfileSettings
from benchprof.profile.units import Units
from benchprof.sampling import derived_seed

COLUMNS = ["model", "benchmark", "ability", "metric", "pool_ais", "draws", "held", "missed_by",
           "unbounded", "pool_items", "items"]  # fmt: skip


def coverage_rows(
    pool: Scores,
    kinds: Sequence[str],
    mixtures: Mapping[str, Mapping[str, float]],
    draws: int,
    size: int,
    settings: ProfileSettings,
) -> pd.DataFrame:
    """A row per mixture and ability: AIS in the pool, how many intervals hold it, and by how much
    the worst misses it.

    A draw is a benchmark of `size` items, each of a kind drawn by the mixture's shares and then one
    of the pool's items of that kind, so that items are independent, as the bootstrap takes them.

    Args:
        pool: the model's scores on all items, intact and under each ability's mask.
        kinds: (n,), the kind of each item.
        mixtures: shares of kinds by benchmark.
        draws: benchmarks drawn in all, spread evenly over the mixtures.
        size: items of a drawn benchmark.
        settings: how scores become AIS.
    """
    metric = settings.headline(pool)
    scores = pool.metrics[metric]
    members = {kind: np.flatnonzero(np.array(kinds) == kind) for kind in dict.fromkeys(kinds)}
    each = -(-draws // len(mixtures))
    random = np.random.default_rng(derived_seed(settings.seed, "coverage", pool.model))
    rows = []
    for name, mixture in mixtures.items():
        true = _true_ais(scores, members, mixture, pool.guessing.level, settings)
        benchmarks = (_drawn(mixture, members, size, random) for _ in range(each))
        found = _compared(scores, benchmarks, true, pool.guessing.level, settings)
        abilities = [ablation.ability for ablation in pool.ablations]
        own = {"model": pool.model, "benchmark": name, "ability": abilities, "metric": metric}
        sizes = {"pool_items": pool.n, "items": size}
        table = pd.DataFrame(own | {"pool_ais": true, "draws": each} | found | sizes)
        rows.append(table[COLUMNS])
    return pd.concat(rows, ignore_index=True)


def _drawn(
    mixture: Mapping[str, float],
    members: Mapping[str, np.ndarray],
    size: int,
    random: np.random.Generator,
) -> np.ndarray:
    """(size,): the items of a benchmark, drawn from the pool by the shares of their kinds."""
    shares = np.array(list(mixture.values()))
    counts = random.multinomial(size, shares / shares.sum())
    drawn = [random.choice(members[k], n) for k, n in zip(mixture, counts, strict=True)]
    return np.concatenate(drawn)


def _compared(
    scores: Floats,
    benchmarks: Iterable[np.ndarray],
    true: Floats,
    guessing: float,
    settings: ProfileSettings,
) -> dict[str, np.ndarray]:
    """(abilities,) each: intervals that hold the true AIS, the farthest miss, those unbounded."""
    held, unbounded = np.zeros(len(true), dtype=int), np.zeros(len(true), dtype=int)
    missed_by = np.zeros(len(true))
    for items in benchmarks:
        size = len(items)
        impacts = measure_impacts(
            scores[:, items], Guessing(guessing), Units(clustered=False, labels=np.arange(size)),
            settings.impact, settings.resamples, settings.confidence,
            derived_seed(settings.seed, "bootstrap", size),
        )  # fmt: skip
        found = impacts.estimates(np.eye(len(true)))
        unbounded += ~np.isfinite(found.low) | ~np.isfinite(found.high)
        distance = np.maximum(found.low - true, true - found.high)
        held += distance <= 0
        missed_by = np.maximum(missed_by, distance)
    return {"held": held, "missed_by": missed_by, "unbounded": unbounded}


def _true_ais(
    scores: Floats,
    members: Mapping[str, np.ndarray],
    mixture: Mapping[str, float],
    guessing: float,
    settings: ProfileSettings,
) -> Floats:
    """(abilities,): AIS of the mixture in the whole pool."""
    total = sum(mixture.values())
    means = sum(
        share / total * scores[:, members[kind]].mean(axis=1) for kind, share in mixture.items()
    )
    means = np.asarray(means)
    return np.asarray((means[0] - means[1:]) / base_of(means[0], guessing, settings.impact))
