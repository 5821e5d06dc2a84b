"""How a run's AIS, intervals, tests and similarities were computed, in sentences."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from benchprof.profile.job import MOST_SHUFFLED
from benchprof.profile.key import ProfileKey
from benchprof.report.method_masks import OTHERS, RANDOM, sides_of
from benchprof.report.method_step import MethodStep
from benchprof.report.names import readable, series
from benchprof.report.references import keys_of
from benchprof.run.configuration import Configuration

IMPACTS = {
    "chance_corrected": "(S − S(a)) / (S − C)",
    "relative": "(S − S(a)) / S",
    "absolute": "S − S(a)",
}
GUESSING = (
    "C is the score of guessing (a random choice among the options, or one constant answer if "
    "that is significantly better)."
)
METRICS = {
    "probability": "the probability of the right option, normalised over the options",
    "headline": "the metric that each benchmark is known by",
}
PROFILE = list(ProfileKey._fields)


@dataclass(frozen=True)
class Treatment:
    """What decides the statistics of a benchmark that has an AIS.

    Attributes:
        benchmark: its name.
        binary: whether its scores are right or wrong.
        clusters: how many tasks are resampled and tested as wholes; 0 where single items are.
        changed: of each profile, how many items (or tasks, at most) tell the masks apart.
    """

    benchmark: str
    binary: bool
    clusters: int
    changed: Collection[int]

    @property
    def unit(self) -> str:
        """What is resampled and tested as a whole."""
        return "task" if self.clusters else "item"

    @property
    def shuffled(self) -> bool:
        """Whether the noise of a profile of it is shuffled."""
        return self.binary and min(self.changed) <= MOST_SHUFFLED

    @property
    def normal(self) -> bool:
        """Whether the noise of a profile of it is normal."""
        return not self.binary or max(self.changed) > MOST_SHUFFLED


def statistics_steps(config: Configuration, tables: Mapping[str, pd.DataFrame]) -> list[MethodStep]:
    """The steps after the ablation; arguments as of `methods.method_steps`."""
    treatments, table = _treatments(tables), tables["impact"]
    impact = _impact(config, treatments, _has_others(table))
    if not treatments:
        return [impact]
    steps = [impact, _tests(config, treatments, table)]
    names = _compared(tables)
    compared = [own for own in treatments if own.benchmark in names]
    return [*steps, _similarity(compared)] if compared else steps


def _has_others(table: pd.DataFrame) -> bool:
    """Whether a metric beside the one shown has an AIS."""
    return bool((~table["headline"] & (table["reason_code"] == "")).any())


def _compared(tables: Mapping[str, pd.DataFrame]) -> set[str]:
    """The benchmarks with a profile whose similarity to another model's or benchmark's is known."""
    of_models, of_benchmarks = tables["similarity"], tables["benchmark_similarity"]
    alike = of_benchmarks[of_benchmarks["reason_code"] == ""]
    known = of_models.loc[of_models["reason_code"] == "", "benchmark"]
    return {*known, *alike["benchmark_a"], *alike["benchmark_b"]}


def _treatments(tables: Mapping[str, pd.DataFrame]) -> list[Treatment]:
    """The treatment of each benchmark that has an AIS, in the tables' order."""
    power, reliability = tables["power"], tables["reliability"]
    defined = power.loc[power["reason_code"] == "", [*PROFILE, "gained"]]
    changed = reliability[[*PROFILE, "changed_items"]]
    tasks = tables["impact"].groupby("benchmark")["clusters"].max().fillna(0)
    treatments = []
    for benchmark, rows in defined.merge(changed, on=PROFILE).groupby("benchmark", sort=False):
        clusters, items = int(tasks[benchmark]), rows["changed_items"]
        treatments.append(
            Treatment(
                benchmark=str(benchmark),
                # Power has the share of gained items of right-or-wrong scores alone.
                binary=bool(rows["gained"].notna().all()),
                clusters=clusters,
                changed=tuple(items.clip(upper=clusters) if clusters else items),
            )
        )
    return treatments


def _on(some: Sequence[Treatment], every: Sequence[Treatment]) -> str:
    """The names of the benchmarks that a sentence holds for; empty where it holds for all."""
    if len(some) == len(every):
        return ""
    return f" on {series(readable(own.benchmark) for own in some)}"


def _over(treatments: Sequence[Treatment]) -> str:
    """What the statistics are over: items, or the tasks of the benchmarks that are groups."""
    clustered = [own for own in treatments if own.clusters]
    named = series(f"{readable(own.benchmark)} ({own.clusters} tasks)" for own in clustered)
    parts = ["items"] if len(clustered) < len(treatments) else []
    parts += [f"whole lm-eval tasks for {named}"] if clustered else []
    return " and over ".join(parts)


def _units(treatments: Sequence[Treatment], ending: str = "") -> str:
    """What the statistics are over, in the singular or with an ending: "items or tasks"."""
    return " or ".join(sorted({f"{own.unit}{ending}" for own in treatments}))


def _impact(config: Configuration, treatments: Sequence[Treatment], others: bool) -> MethodStep:
    """What the AIS is and what its intervals are; `others` where another metric has an AIS."""
    profile = config.profile
    metric = METRICS.get(profile.metric, profile.metric)
    complement = config.ablation_of == "complement"
    under = "all but ability a's mask ablated" if complement else "ability a's mask ablated"
    known = "the one that it is known by, if it is shipped with the program, or else "
    if profile.metric == "headline":
        known = ""
    guessing = [GUESSING] if profile.impact == "chance_corrected" else []
    sentences = [
        f"The AIS is {IMPACTS[profile.impact]}, where S is the score of the intact model "
        f"and S(a) that with {under}.",
        *guessing,
        f"Scores are {metric}.",
        f"Where a benchmark has no such metric, it is {known}its first.",
        "The AIS is undefined if S is not significantly above guessing.",
    ]
    intervals = _intervals(config, treatments, others)
    sources = {len(sentences) + place: keys for place, (_, keys) in enumerate(intervals)}
    sentences += [sentence for sentence, _ in intervals]
    return MethodStep(f"AIS ({profile.impact.replace('_', ' ')})", sentences, sources)


def _intervals(
    config: Configuration, treatments: Sequence[Treatment], others: bool
) -> list[tuple[str, list[str]]]:
    """What the intervals are, in sentences, each with the keys of what it cites."""
    profile = config.profile
    told: list[tuple[str, list[str]]] = []
    if treatments:
        sentence = (
            f"Intervals ({100 * profile.confidence:g}%) are from a paired bootstrap over "
            f"{_over(treatments)} ({profile.resamples} resamples, seed {config.seed})."
        )
        told.append((sentence, []))
    # Pseudo-items have widened those of right or wrong items.
    if widened := [own for own in treatments if own.clusters or not own.binary]:
        on = _on(widened, treatments)
        they = f"those{on}" if on else "they"
        few = _units(widened, "s")
        sentence = f"Percentile intervals are too narrow if {few} are few, so {they} are widened."
        told.append((sentence, keys_of("few_units")))
    if binary := [own for own in treatments if own.binary]:
        sentence = (
            f"The scores{_on(binary, treatments)} are right or wrong: their bootstrap has one item "
            "more that is lost and one that is gained."
        )
        told.append((sentence, keys_of("pseudo_items")))
    if others:
        sentence = (
            "Where the scores of the run's other metrics are right or wrong, their bootstrap has "
            "one item more that is lost and one that is gained, and their tests are exact."
        )
        told.append((sentence, keys_of("pseudo_items")))
        tasks = ", or whole tasks are resampled" if any(own.clusters for own in treatments) else ""
        few = _units(treatments, "s") or "items"
        sentence = (
            f"Where they are not{tasks}, their percentile intervals are widened for few {few}."
        )
        told.append((sentence, keys_of("few_units")))
    return told


def _tests(
    config: Configuration, treatments: Sequence[Treatment], table: pd.DataFrame
) -> MethodStep:
    selections = {str(n): sides_of(own) for n, own in table.groupby("selection", sort=False)}
    # The largest number of masks that are averaged, of each kind.
    sides = {
        side: most
        for side in (RANDOM, OTHERS)
        if (most := max(own.get(side, 0) for own in selections.values()))
    }
    compared = ["those of the intact model", *(f"the mean under {side}" for side in sides)]
    sentences = [
        f"Paired sign-flip tests over {_over(treatments)} compare each ablated model's scores "
        f"{series(f'with {own}' for own in compared)}."
    ]
    shared = [name for name, own in selections.items() if OTHERS not in own]
    if OTHERS in sides and shared:
        each = "the selection" if len(shared) == 1 else "each of the selections"
        sentences.append(
            f"For {each} {series(shared)}, all abilities share one mask, which is compared with no "
            "other ability's."
        )
    return MethodStep(
        "Tests",
        [
            *sentences,
            *_exactness(treatments, max(sides.values(), default=0) > 1),
            *_random_signs(treatments, config.profile.resamples),
            "The q-values are Benjamini-Hochberg corrected over all defined cells of one metric, "
            "selection, k and contrast, for all models, benchmarks and abilities together.",
        ],
        {-1: keys_of("correction")},
    )


def _exactness(treatments: Sequence[Treatment], several: bool) -> list[str]:
    """What the tests of right-or-wrong scores are.

    Args:
        treatments: of all benchmarks.
        several: whether something is compared with the mean of several masks.
    """
    exact = [own for own in treatments if own.binary]
    if not exact:
        return []
    on = _on(exact, treatments)
    items = [own for own in exact if not own.clusters]
    mcnemar = f" (McNemar's{_on(items, exact)}, against one model)" if items else ""
    sentences = [f"They are exact{on}{mcnemar}."]
    if several:
        sentences.append(
            f"Against the mean of several masks, there is a second exact test{on}: whether the "
            "ability's mask could be just one more of them, as if masks were exchangeable within "
            f"each {_units(exact)}. The larger p counts."
        )
    return sentences


def _random_signs(treatments: Sequence[Treatment], resamples: int) -> list[str]:
    """What the tests of continuous scores are."""
    continuous = [own for own in treatments if not own.binary]
    on = _on(continuous, treatments)
    return [f"They take {resamples} random arrangements of the signs{on}."] if continuous else []


def _similarity(treatments: Sequence[Treatment]) -> MethodStep:
    sentences = [
        "The similarity of two profiles is 1 − their Jensen-Shannon divergence (base 2), after "
        "their AIS have been min-max normalised over abilities and scaled to sum to 1."
    ]
    if normal := [own for own in treatments if own.normal]:
        sentences.append(
            "It is compared with that of simulated profiles of independent normal values"
            f"{_on(normal, treatments)}."
        )
    if shuffled := [own for own in treatments if own.shuffled]:
        sentences.append(
            f"It is compared with that of shuffled profiles{_on(shuffled, treatments)}, where at "
            f"most {MOST_SHUFFLED} {_units(shuffled, 's')} tell the masks apart: what the masks "
            f"cost each {_units(shuffled)} is handed out to the abilities in random order."
        )
    return MethodStep("Similarity", sentences, {0: keys_of("similarity")})
