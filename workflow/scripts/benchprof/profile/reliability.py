"""Split-half reliability of profiles: would other items of the benchmark give the same one?"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchprof.profile import reason
from benchprof.profile.criteria import MIN_ABILITIES, MIN_CHANGED, MIN_ITEMS, RELIABLE
from benchprof.profile.measures import correlation
from benchprof.profile.reason import Reason
from benchprof.profile.resampling import Floats
from benchprof.profile.scores import Scores
from benchprof.profile.settings import ProfileSettings
from benchprof.sampling import derived_seed

SPLITS = 200
# Of scores, which lie in [0, 1] or not far from it.
ROUNDING = 1e-12


def reliability_rows(
    scores: Scores, undefined: Reason, settings: ProfileSettings
) -> list[dict[str, Any]]:
    """A row per profile of one model and benchmark, in the metric shown.

    Args:
        scores: of the model on the benchmark.
        undefined: why the benchmark has no AIS; empty where it has.
        settings: metric and seed.
    """
    metric = settings.headline(scores)
    items = scores.metrics[metric]
    drops = items[0] - items[1:]
    seed = derived_seed(settings.seed, "split_half", scores.n)
    return [
        key._asdict()
        | {"metric": metric, "n": scores.n, "abilities": len(numbers)}
        | _reliability(drops[numbers], undefined, seed)
        for key, numbers in scores.profiles.items()
    ]


def split_half(drops: Floats, splits: int, seed: int) -> Floats:
    """Correlation over abilities of the profiles of two halves of the items, per split.

    A profile's scale does not matter to it, so that drops stand for AIS.

    Args:
        drops: (abilities, n), what each item lost.
        splits: random halvings.
        seed: of the halvings.

    Returns:
        (splits,); 0 where a half's profile is flat, since it agrees with none. Without such halves,
        only the splits would count in which the few changed items are well spread by chance.
    """
    n = drops.shape[1]
    first = _halves(n, splits, seed).astype(np.float64)
    sums = first @ drops.T
    # Sums of scores that are no whole numbers leave rounding where nothing changed.
    one = _flattened(sums / (n // 2))
    other = _flattened((drops.sum(axis=1) - sums) / (n - n // 2))
    return np.nan_to_num(correlation(one, other), nan=0.0)


def changed_items(drops: Floats) -> int:
    """Number of items that one ability's mask changes otherwise than another's.

    Args:
        drops: (abilities, n).
    """
    return int((np.ptp(drops, axis=0) > ROUNDING).sum())


def spearman_brown(half: float) -> float:
    """Reliability of all items from the correlation of halves; 0 where these do not agree."""
    return 2 * half / (1 + half) if half > 0 else 0.0


def items_for(reliability: float, n: int, wanted: float = RELIABLE) -> float:
    """Number of items for a wanted reliability, by Spearman and Brown's prophecy formula.

    Args:
        reliability: of n items, above 0.
        n: items.
        wanted: reliability.
    """
    return float(math.ceil(n * wanted / (1 - wanted) * (1 - reliability) / reliability))


@functools.lru_cache(maxsize=2)
def _halves(n: int, splits: int, seed: int) -> NDArray[np.bool_]:
    """(splits, n): which items are in the first half."""
    first = np.tile(np.arange(n) < n // 2, (splits, 1))
    return np.random.default_rng(seed).permuted(first, axis=1)


def _flattened(profiles: Floats) -> Floats:
    """(splits, abilities): profiles that differ by rounding alone as flat ones."""
    flat = np.ptp(profiles, axis=1, keepdims=True) <= ROUNDING
    return np.where(flat, 0.0, profiles)


def _reliability(drops: Floats, undefined: Reason, seed: int) -> dict[str, Any]:
    row: dict[str, Any] = {"changed_items": changed_items(drops)} | dict.fromkeys(
        ["split_half", "reliability", "split_low", "split_high", f"items_for_{RELIABLE}"], np.nan
    )
    if undefined.code:
        return row | undefined.columns
    if len(drops) < MIN_ABILITIES:
        return row | Reason.of(reason.TOO_FEW_ABILITIES).columns
    if not row["changed_items"]:
        return row | Reason.of(reason.FLAT_PROFILE).columns
    if row["changed_items"] < MIN_CHANGED:
        return row | Reason.of(reason.TOO_FEW_CHANGED).columns
    # Halves that agree in everything may correlate by more than 1, which is rounding.
    halves = np.minimum(split_half(drops, SPLITS, seed), 1.0)
    half = float(halves.mean())
    low, high = np.quantile(halves, (0.025, 0.975))
    reliability = spearman_brown(half)
    row |= {"split_half": half, "reliability": reliability, "split_low": low, "split_high": high}
    if not reliability > 0:
        return row | Reason.of(reason.NO_AGREEMENT).columns
    needed = max(float(MIN_ITEMS), items_for(reliability, drops.shape[1]))
    return row | {f"items_for_{RELIABLE}": needed} | Reason.of("").columns
