"""What the methods say of intervals, tests and similarities is what was done for each benchmark."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchprof.report.methods import method_steps

from .conftest import ABILITIES, finished, row
from .page_files import SETTINGS, configured, tables_of_methods

BENCHMARKS = ("arc_challenge", "boolq", "mmlu")


def tables(
    binary: tuple[str, ...],
    clusters: dict[str, int],
    abilities: int = 3,
    seeds: tuple[int, ...] = (1, 2),
    benchmarks: tuple[str, ...] = BENCHMARKS,
    changed: dict[str, tuple[int, int]] | None = None,
    reason: str = "",
    flat: bool = False,
) -> dict[str, pd.DataFrame]:
    """Tables of two models.

    Args:
        binary: benchmarks with right-or-wrong scores.
        clusters: of those that are resampled by task, how many tasks.
        abilities: how many.
        seeds: of random masks.
        benchmarks: of the run.
        changed: how many items tell the masks apart in either model; 31 of what is not named.
        reason: why the benchmarks have no AIS.
        flat: whether every ability has the same AIS.
    """
    own = [(ability, None) for ability in ABILITIES[:abilities]]
    random = [("all_abilities", seed) for seed in seeds]
    ais = {ability: 0.1 * (1 if flat else number) for number, ability in enumerate(ABILITIES)}
    rows = [
        row(
            ais.get(ability, 0),
            model=model,
            benchmark=name,
            ability=ability,
            seed=seed,
            reason=reason,
        )
        | {"clusters": clusters.get(name), "mask_digest": f"{ability} {seed}"}
        for model in ("a", "b")
        for name in benchmarks
        for ability, seed in (*own, *random)
    ]
    made = tables_of_methods(finished(rows))
    of_power, of_reliability = made["power"], made["reliability"]
    gained = of_power["benchmark"].isin(binary) & (reason == "")
    counts = [
        (changed or {}).get(name, (31, 31))[model == "b"]
        for name, model in of_reliability[["benchmark", "model"]].to_numpy()
    ]
    return made | {
        "power": of_power.assign(gained=np.where(gained, 0.1, np.nan)),
        "reliability": of_reliability.assign(changed_items=counts),
    }


def told(**changes: Any) -> dict[str, str]:
    return {step.name: step.cited for step in method_steps(configured(), tables(**changes))}


def ais_of(steps: dict[str, str]) -> str:
    return steps["AIS (chance corrected)"].partition("significantly above guessing. ")[2]


def test_of_continuous_scores_of_items() -> None:
    steps = told(binary=(), clusters={})
    assert ais_of(steps) == (
        "Intervals (95%) are from a paired bootstrap over items (10000 resamples, seed 2026). "
        "Percentile intervals are too narrow if items are few, so they are widened "
        "[@hesterberg2015what]."
    )
    assert steps["Tests"].startswith(
        "Paired sign-flip tests over items compare each ablated model's scores with those of the "
        "intact model, with the mean under random masks and with the mean under the other "
        "abilities' masks. They take 10000 random arrangements of the signs. The q-values are"
    )
    assert steps["Similarity"].endswith(
        "It is compared with that of simulated profiles of independent normal values."
    )


def test_of_right_or_wrong_scores_of_items() -> None:
    steps = told(binary=BENCHMARKS, clusters={})
    assert ais_of(steps) == (
        "Intervals (95%) are from a paired bootstrap over items (10000 resamples, seed 2026). The "
        "scores are right or wrong: their bootstrap has one item more that is lost and one that is "
        "gained [@bonett2012adjusted]."
    )
    assert (
        "They are exact (McNemar's, against one model). Against the mean of several masks, there "
        "is a second exact test: whether the ability's mask could be just one more of them, as if "
        "masks were exchangeable within each item. The larger p counts. The q-values are"
    ) in steps["Tests"]
    assert steps["Similarity"].endswith(
        "It is compared with that of shuffled profiles, where at most 500 items tell the masks "
        "apart: what the masks cost each item is handed out to the abilities in random order."
    )


def test_benchmarks_are_named_where_they_differ() -> None:
    steps = told(binary=("boolq", "mmlu"), clusters={"mmlu": 57})
    over = "over items and over whole lm-eval tasks for MMLU (57 tasks)"
    assert ais_of(steps) == (
        f"Intervals (95%) are from a paired bootstrap {over} (10000 resamples, seed 2026). "
        "Percentile intervals are too narrow if items or tasks are few, so those on ARC-Challenge "
        "and MMLU are widened [@hesterberg2015what]. The scores on BoolQ and MMLU are right or "
        "wrong: their bootstrap has one item more that is lost and one that is gained "
        "[@bonett2012adjusted]."
    )
    assert steps["Tests"].startswith(f"Paired sign-flip tests {over} compare")
    assert (
        "They are exact on BoolQ and MMLU (McNemar's on BoolQ, against one model). Against the "
        "mean of several masks, there is a second exact test on BoolQ and MMLU: whether the "
        "ability's mask could be just one more of them, as if masks were exchangeable within each "
        "item or task. The larger p counts. They take 10000 random arrangements of the signs on "
        "ARC-Challenge. The q-values are"
    ) in steps["Tests"]
    assert (
        "It is compared with that of simulated profiles of independent normal values on "
        "ARC-Challenge. It is compared with that of shuffled profiles on BoolQ and MMLU, where at "
        "most 500 items or tasks tell the masks apart: what the masks cost each item or task is"
    ) in steps["Similarity"]


def test_a_run_of_clusters_alone_has_no_mcnemar() -> None:
    steps = told(binary=("mmlu",), clusters={"mmlu": 57}, benchmarks=("mmlu",))
    over = "over whole lm-eval tasks for MMLU (57 tasks)"
    assert f"a paired bootstrap {over} (10000" in ais_of(steps)
    assert steps["Tests"].startswith(f"Paired sign-flip tests {over} compare")
    assert "They are exact. Against the mean" in steps["Tests"]
    assert "within each task." in steps["Tests"]


@pytest.mark.parametrize(
    ("abilities", "seeds", "second"),
    [(2, (1,), False), (2, (1, 2), True), (3, (1,), True), (1, (), False), (3, (), True)],
)
def test_a_second_test_is_of_what_is_compared_with_several_masks(
    abilities: int, seeds: tuple[int, ...], second: bool
) -> None:
    steps = told(binary=BENCHMARKS, clusters={}, abilities=abilities, seeds=seeds)
    assert ("a second exact test" in steps["Tests"]) is second


@pytest.mark.parametrize(
    ("counts", "tasks", "shuffled", "normal"),
    [((500, 500), None, True, False), ((501, 501), None, False, True),
     ((500, 501), None, True, True), ((900, 900), 57, True, False)],
)  # fmt: skip
def test_noise_is_shuffled_where_few_units_changed(
    counts: tuple[int, int], tasks: int | None, shuffled: bool, normal: bool
) -> None:
    """However many items changed, no more tasks did than there are."""
    clusters = {"mmlu": tasks} if tasks else {}
    own = ("mmlu",)
    steps = told(binary=own, clusters=clusters, benchmarks=own, changed={"mmlu": counts})
    assert ("shuffled profiles" in steps["Similarity"]) is shuffled
    assert ("normal values" in steps["Similarity"]) is normal


def test_abilities_that_share_a_mask_are_not_compared() -> None:
    made = tables(binary=BENCHMARKS, clusters={})
    own = made["impact"]
    core = own.assign(selection="core", mask_digest=own["mask_digest"].where(own["seed"].notna()))
    both = pd.concat([own, core.fillna({"mask_digest": "of all"})])
    config = configured(selections=SETTINGS["selections"] | {"core": {}})
    steps = method_steps(config, made | {"impact": both})
    (tests,) = [step.text for step in steps if step.name == "Tests"]
    assert (
        "For the selection core, all abilities share one mask, which is compared with no other "
        "ability's."
    ) in tests


def test_nothing_is_told_of_statistics_that_were_not_computed() -> None:
    undefined = told(binary=(), clusters={}, reason="too few items")
    assert "Intervals" not in undefined["AIS (chance corrected)"]
    assert {"Tests", "Similarity"}.isdisjoint(undefined)
    assert "Similarity" not in told(binary=(), clusters={}, abilities=1)
    assert "Similarity" in told(binary=(), clusters={})
    # All abilities cost the same: no profile, and no similarity.
    assert "Similarity" not in told(binary=(), clusters={}, flat=True)


def test_other_metrics_are_told_of_where_there_are_some() -> None:
    made = tables(binary=(), clusters={})
    both = pd.concat([made["impact"], made["impact"].assign(metric="acc", headline=False)])
    undefined = both.assign(reason_code=both["reason_code"].where(both["headline"], "few_items"))
    said = "Where the scores of the run's other metrics are right or wrong, their bootstrap has one"
    for table, expected in ((made["impact"], False), (both, True), (undefined, False)):
        steps = method_steps(configured(), made | {"impact": table})
        (ais,) = [step.text for step in steps if step.name.startswith("AIS")]
        assert (said in ais) is expected
