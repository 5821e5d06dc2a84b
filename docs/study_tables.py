"""Print the tables of docs/study.md from docs/study_items.parquet, as Markdown.

The file has a row per answer. `probability` is the right option's share of the probability of all
options, `option_cross_entropy` minus its log, `format_likelihood` the log of the probability of all
options (1 where a written answer cannot be read). `correct` decides where answers are written.

The statistics are written here once more, without the library: the study has ended, and its numbers
are not to move when the library's do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import norm, sem, t, ttest_1samp

QWEN, GEMMA, SMOLLM2 = "qwen25-coder-15b-instruct", "gemma-3-270m", "smollm2-135m-instruct"
CHOICES = ["arc_challenge", "hellaswag", "winogrande", "boolq", "commonsense_qa", "truthfulqa_mc1"]
WRITTEN = ["gsm8k", "humaneval", "mbpp"]
CONTROL_ITEMS = {
    "items": "test",
    "counterfactuals": "counterfactual",
    "read-offs": "read_off",
    "uninformative": "uninformative",
}
Row = dict[str, str | float]
RESAMPLES, SEED, TAIL = 10_000, 2026, 0.025


class Answers:
    """One model's answers under one rule's masks; MMLU's are resampled by subject."""

    def __init__(self, table: pd.DataFrame, model: str, rule: str, benchmark: str) -> None:
        rows = table[(table.model == model) & (table.benchmark == benchmark)]
        self.rows = rows[rows.masks.isin(["none", rule])]
        self.scores = self.column("correct" if benchmark in WRITTEN else "probability")
        self.guessing = float(rows.guessing.iloc[0])
        self.margin = float(self.scores.intact.mean() - self.guessing)
        subjects = rows.drop_duplicates("digest").set_index("digest").subject[self.scores.index]
        self.units = subjects.to_numpy() if subjects.any() else np.arange(len(subjects))
        masks = sorted(set(self.rows["mask"]) - {"intact"})
        self.random = [name for name in masks if name.startswith("random")]
        self.abilities = [name for name in masks if name not in self.random]
        excess = (self.scores.intact - self.guessing).groupby(self.units).sum()
        self.above_guessing = ttest_1samp(excess, 0, alternative="greater").pvalue < 0.05

    def column(self, name: str) -> pd.DataFrame:
        """A column of the file, by item and mask."""
        return self.rows.pivot(index="digest", columns="mask", values=name).astype(float)

    def ais(self, masks: list[str]) -> pd.Series:
        """The share of the margin that each mask takes."""
        return (self.scores.intact.mean() - self.scores[masks].mean()) / self.margin

    def interval(self, loss: pd.Series) -> tuple[float, ...]:
        """The 95% interval of a mean loss as a share of the margin, infinite without a margin."""
        intact = self.scores.intact
        sums = pd.DataFrame({"loss": loss, "excess": intact - self.guessing})
        units = sums.groupby(self.units).sum().to_numpy()
        count = len(units)
        # Wider for few units (Hesterberg 2015).
        tail = float(norm.cdf(np.sqrt(count / (count - 1)) * t.ppf(TAIL, count - 1)))
        if intact.isin([0, 1]).all():
            # One lost and one gained item more, lest nothing changes in any resample.
            units, tail = np.vstack([units, [1, 1], [-1, 0]]), TAIL
        lost, excess = (resamples(len(units)) @ units).T
        share = np.where(lost > 0, np.inf, -np.inf)
        np.divide(lost, excess, out=share, where=excess > 0)
        return tuple(np.quantile(share, [tail, 1 - tail], method="nearest").tolist())


@cache
def resamples(units: int) -> np.ndarray:
    """How often each resample draws each unit."""
    draw = np.random.default_rng(SEED).multinomial
    return draw(units, np.full(units, 1 / units), RESAMPLES).astype(float)


def shown(value: float) -> str:
    """A number as the page writes it."""
    return f"{round(value, 3) + 0.0:.3f}".replace("-", "\N{MINUS SIGN}").replace("inf", "∞")


def span(values: Collection[float]) -> str:
    """The smallest and the largest."""
    return f"{shown(min(values))} to {shown(max(values))}"


def print_table(title: str, rows: Iterable[Row]) -> None:
    """Print one table."""
    print(f"\n## {title}\n")
    for number, row in enumerate(rows):
        if not number:
            print("|", " | ".join(row), f"|\n|---|{'--:|' * (len(row) - 1)}")
        print("|", " | ".join(v if isinstance(v, str) else shown(v) for v in row.values()), "|")


def on_benchmark(name: str, own: Answers) -> Row:
    """What the masks of one rule do on one benchmark."""
    row: Row = {"benchmark": name, "intact": own.scores.intact.mean(), "guessing": own.guessing}
    row |= {"score, abilities": span(own.scores[own.abilities].mean())}
    row |= dict.fromkeys(["AIS, abilities", "AIS, random", "largest bound"], "none")
    if own.above_guessing:
        random = own.scores[own.random].mean(axis=1)
        bounds = [own.interval(random - own.scores[mask])[1] for mask in own.abilities]
        row |= {"AIS, abilities": span(own.ais(own.abilities)), "largest bound": max(bounds)}
        row |= {"AIS, random": span(own.ais(own.random))}
    return row


def on_held_out_tests(table: pd.DataFrame, model: str, rule: str) -> Iterable[Row]:
    """The on-target effect of each ability's mask, and its mean AIS on the others' tests."""
    names = sorted(n.removesuffix("_test") for n in set(table.benchmark) if n.endswith("_test"))
    tests = {name: Answers(table, model, rule, f"{name}_test") for name in names}
    tests = {name: own for name, own in tests.items() if own.above_guessing}
    for name, own in tests.items():
        on_target_effect, interval = (
            own.ais([name])[name],
            own.interval(own.scores.intact - own.scores[name]),
        )
        beside = own.scores[own.abilities].drop(columns=name).mean()
        others = [test.ais([name])[name] for other, test in tests.items() if other != name]
        yield {
            "ability": name,
            "intact": own.scores.intact.mean(),
            "under own mask, others": f"{shown(own.scores[name].mean())}, {shown(beside.mean())}",
            "on_target_effect": f"{shown(on_target_effect)} ({span(interval)})",
            "minus random": on_target_effect - own.ais(own.random).mean(),
            "on other tests": sum(others) / len(others),
        }


def on_control_items(table: pd.DataFrame, model: str) -> Iterable[Row]:
    """What the contextual recall mask does on the versions of its held-out test's items."""
    for name, suffix in CONTROL_ITEMS.items():
        own = Answers(table, model, "own", f"contextual_recall_{suffix}")
        loss, format_likelihood = (
            own.column("option_cross_entropy"),
            own.column("format_likelihood"),
        )
        rise = (loss.contextual_recall - loss.intact).to_numpy()
        yield {
            "asked": name,
            "intact": own.scores.intact.mean(),
            "lost": (own.scores.intact - own.scores.contextual_recall).mean(),
            "rise": f"{shown(rise.mean())} ({shown(sem(rise))})",
            "change in format likelihood": (
                format_likelihood.contextual_recall - format_likelihood.intact
            ).mean(),
            "rise, random": (loss[own.random].mean(axis=1) - loss.intact).mean(),
        }


if __name__ == "__main__":
    items = pd.read_parquet(Path(__file__).parent / "study_items.parquet")
    for rule, asked in {"own": ["mmlu", *WRITTEN], "paper": ["mmlu", "gsm8k"]}.items():
        found = [on_benchmark(name, Answers(items, QWEN, rule, name)) for name in CHOICES + asked]
        print_table(f"Qwen, {rule} masks, benchmarks", found)
    for model, rule in [(QWEN, "own"), (QWEN, "paper"), (GEMMA, "own"), (SMOLLM2, "own")]:
        print_table(f"{model}, {rule} masks, held-out tests", on_held_out_tests(items, model, rule))
    for model in (QWEN, GEMMA):
        print_table(f"{model}, contextual recall mask", on_control_items(items, model))
