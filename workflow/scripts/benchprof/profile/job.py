"""One job: all records into the tables of `results/profiles`, benchmark by benchmark."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from benchprof.errors import InputError, did_you_mean
from benchprof.evaluation.record import read_record
from benchprof.files import write_table
from benchprof.profile.comparison import similarity_rows
from benchprof.profile.correction import add_corrected, out_of_reach
from benchprof.profile.differences import COLUMNS, difference_rows
from benchprof.profile.findings import findings_rows
from benchprof.profile.format_columns import with_format
from benchprof.profile.format_likelihood import FormatReader
from benchprof.profile.impact import Impacts
from benchprof.profile.items import ItemConditions, flip_rows, item_conditions, write_items
from benchprof.profile.key import ProfileKey
from benchprof.profile.measures import shuffled_profiles
from benchprof.profile.power import power_rows
from benchprof.profile.reason import Reason
from benchprof.profile.reliability import changed_items, reliability_rows
from benchprof.profile.resampling import Floats
from benchprof.profile.rows import impact_rows
from benchprof.profile.scores import (
    Scores,
    mask_digests,
    mask_shares,
    mask_sizes,
    of_one_kind,
    read_scores,
)
from benchprof.profile.settings import ProfileSettings
from benchprof.profile.software import ANSWERING, software_rows, versions_of
from benchprof.profile.source import Source
from benchprof.profile.table import add_flag, add_of_masks, add_on_target_effect
from benchprof.sampling import derived_seed

logger = logging.getLogger(__name__)

# Resamples for what is compared between profiles: fewer, since those of all profiles are held.
COMPARED_RESAMPLES = 2000
# Units: with more of them, shuffled profiles are like normal noise and take long.
MOST_SHUFFLED = 500


@dataclass(frozen=True)
class MeasuredModel:
    """What one model's records of one benchmark come to.

    `software` is that of its `Scores`.
    """

    software: Counter[tuple[str, str]]
    impact: pd.DataFrame
    resampled: dict[ProfileKey, Floats]
    noise: dict[ProfileKey, Floats]
    power: list[dict[str, Any]]
    reliability: list[dict[str, Any]]
    conditions: ItemConditions | None


@dataclass(frozen=True)
class MeasuredBenchmark:
    """What all models' records of one benchmark come to."""

    models: dict[str, MeasuredModel]
    differences: list[dict[str, Any]]


def compute_profile(
    intact: Mapping[tuple[str, str], Path],
    sources: Sequence[Source],
    held_out_test_of: Mapping[str, str],
    settings: ProfileSettings,
    folder: Path,
    processes: int = 1,
) -> None:
    """Write the tables, whose bytes depend on the records and settings alone.

    Args:
        intact: record of the unablated model by (model, benchmark).
        sources: the ablated models' records.
        held_out_test_of: the benchmark that is an ability's test split, by ability.
        settings: how scores become AIS.
        folder: of the tables.
        processes: benchmarks measured at once.

    Raises:
        InputError: a record is damaged or does not belong to its mask, model or requests, or no
            benchmark has the metric of the settings.
    """
    _check_metric(settings.metric, intact.values())
    masks = mask_digests(s.mask for s in sources)
    by_benchmark = _measure_all(intact, sources, masks, settings, processes)
    measured = [by_benchmark[benchmark].models[model] for model, benchmark in intact]
    differences = [row for own in by_benchmark.values() for row in own.differences]
    table = pd.concat([part.impact for part in measured], ignore_index=True)
    shares, sizes = mask_shares(masks), mask_sizes(masks)
    table = add_of_masks(
        table, "mask_fraction_value", {s: shares[s.mask] for s in sources}, after="mask_fraction"
    )
    table = add_of_masks(
        table, "mask_size", {s: sizes[s.mask] for s in sources}, after="mask_fraction_value"
    )
    table = add_flag(add_on_target_effect(add_corrected(table), held_out_test_of))
    resampled = {key: value for part in measured for key, value in part.resampled.items()}
    noise = {key: value for part in measured for key, value in part.noise.items()}
    conditions = [part.conditions for part in measured if part.conditions]
    tables = {
        "impact": table,
        "similarity": similarity_rows(table, "model", settings.seed, resampled, noise),
        "benchmark_similarity": similarity_rows(
            table, "benchmark", settings.seed, resampled, noise
        ),
        "model_differences": pd.DataFrame(differences, columns=COLUMNS),
        "power": pd.DataFrame([row for part in measured for row in part.power]),
        "reliability": pd.DataFrame([row for part in measured for row in part.reliability]),
        "findings": findings_rows(table, settings.seed, resampled, noise),
        "flips": flip_rows(conditions),
        "software": software_rows(
            (model, part.software) for (model, _), part in zip(intact, measured, strict=True)
        ),
    }
    for name, rows in tables.items():
        write_table(folder / name, rows)
    write_items(conditions, folder / "items.parquet")
    _warn_of_versions(tables["software"])
    for sentence in out_of_reach(table[table["headline"]]):
        logger.warning(sentence)
    undefined = table[table["headline"] & table["ais"].isna()]
    logger.info("%d rows; undefined in the headline metric: %d", len(table), len(undefined))


def _warn_of_versions(software: pd.DataFrame) -> None:
    """Say where answers come from several versions of a library."""
    found = {package: versions_of(software, package) for package in ANSWERING}
    if any(len(versions) > 1 for versions in found.values()):
        named = [f"{package} {version}" for package, own in found.items() for version in own]
        told = "The answers come from %s. What differs may be the library's doing; in a new store, "
        told += "all is answered again with one version."
        logger.warning(told, ", ".join(named))


def _check_metric(wanted: str, intact: Iterable[Path]) -> None:
    """Stop where no benchmark has the metric; of each benchmark without it another is shown."""
    if wanted in {"probability", "headline"}:
        return
    metrics = sorted({own for path in intact for own in read_record(path)["items"]["scores"]})
    if wanted not in metrics:
        expected = f"probability, headline or a metric of some benchmark: {', '.join(metrics)}"
        raise InputError("profile.metric", wanted, expected, did_you_mean(wanted, metrics))


def _measure_all(
    intact: Mapping[tuple[str, str], Path],
    sources: Sequence[Source],
    masks: Mapping[Path, str],
    settings: ProfileSettings,
    processes: int,
) -> dict[str, MeasuredBenchmark]:
    """Every benchmark, in the order of `intact`.

    A process has all models of a benchmark, which share their resamples; the largest benchmark
    comes first, so that no process is left with it at the end.
    """
    largest: dict[str, int] = {}
    for (_, benchmark), path in intact.items():
        largest[benchmark] = max(largest.get(benchmark, 0), path.stat().st_size)
    order = sorted(largest, key=lambda benchmark: -largest[benchmark])
    files_of = {
        benchmark: {model: path for (model, name), path in intact.items() if name == benchmark}
        for benchmark in order
    }
    parts = Parallel(n_jobs=processes, batch_size=1, pre_dispatch="n_jobs")(
        delayed(measure_benchmark)(
            benchmark,
            files_of[benchmark],
            [source for source in sources if source.benchmark == benchmark],
            masks,
            settings,
        )
        for benchmark in order
    )
    measured = dict(zip(order, parts, strict=True))
    return {benchmark: measured[benchmark] for benchmark in largest}


def measure_benchmark(
    benchmark: str,
    intact: Mapping[str, Path],
    sources: Sequence[Source],
    masks: Mapping[Path, str],
    settings: ProfileSettings,
) -> MeasuredBenchmark:
    """What all models' records of one benchmark come to.

    One thread of linear algebra: with more, sums are added up in another order.
    """
    with threadpool_limits(1):
        readers = {model: FormatReader() for model in intact}
        asked = {model: [s for s in sources if s.model == model] for model in intact}
        scores = of_one_kind(
            {
                model: read_scores(model, benchmark, path, asked[model], masks, readers[model].read)
                for model, path in intact.items()
            }
        )
        _check_same_items(intact, scores)
        tables, shown = {}, {}
        for model, of_model in scores.items():
            rows, shown[model] = impact_rows(of_model, settings)
            tables[model] = with_format(rows, readers[model].format_likelihoods, of_model, settings)
        metric = settings.headline(next(iter(scores.values())))
        return MeasuredBenchmark(
            models={
                model: _measure(of_model, tables[model], shown[model], settings)
                for model, of_model in scores.items()
            },
            differences=difference_rows(scores, shown, metric),
        )


def _check_same_items(intact: Mapping[str, Path], scores: Mapping[str, Scores]) -> None:
    """Stop where two models were asked different items: their profiles cannot be compared."""
    (first, one), *others = scores.items()
    for model, own in others:
        if (own.tasks, own.items) != (one.tasks, one.items):
            found = f"its items are not those of {intact[first]}"
            remedy = (
                "The benchmark's data changed between the two evaluations. Delete the folder of "
                "the older one and run again."
            )
            raise InputError(intact[model], found, "the same items for all models", remedy)


def _measure(
    scores: Scores, rows: pd.DataFrame, shown: Impacts | None, settings: ProfileSettings
) -> MeasuredModel:
    headline = rows[rows["headline"]].iloc[0]
    undefined = Reason(headline["reason_code"], headline["reason"])
    return MeasuredModel(
        software=scores.software,
        impact=rows,
        resampled=_resampled(scores, shown) if shown else {},
        noise=_noise(scores, settings) if shown else {},
        power=power_rows(scores, undefined, settings),
        reliability=reliability_rows(scores, undefined, settings),
        conditions=item_conditions(scores, settings),
    )


def _resampled(scores: Scores, impacts: Impacts) -> dict[ProfileKey, Floats]:
    """(resamples, abilities) of each profile: drops, of which AIS differ by a factor."""
    return {
        key: impacts.resampled_drops[numbers, :COMPARED_RESAMPLES].T
        for key, numbers in scores.profiles.items()
    }


def _noise(scores: Scores, settings: ProfileSettings) -> dict[ProfileKey, Floats]:
    """(draws, abilities) of each profile of right-or-wrong scores with few changed units."""
    metric = settings.headline(scores)
    if metric not in scores.binary:
        return {}
    items = scores.metrics[metric]
    drops = scores.units.sums(items[0] - items[1:])
    shuffled = {}
    for key, numbers in scores.profiles.items():
        if changed_items(drops[numbers]) > MOST_SHUFFLED:
            continue
        # Its own seed: the noise of two profiles that are compared is independent.
        seed = derived_seed(settings.seed, "shuffled", *key)
        shuffled[key] = shuffled_profiles(drops[numbers], COMPARED_RESAMPLES, seed)
    return shuffled
